// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.layout.TableColumnLayout;
import org.eclipse.jface.resource.JFaceResources;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableColumn;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.eclipse.ui.ISharedImages;
import org.eclipse.ui.PlatformUI;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.tps.client.diagnose.DiagnoseVerb;
import org.esc.tps.client.diagnose.Report;
import org.esc.tps.client.diagnose.SelfCheck;
import org.esc.ui.Columns;
import org.esc.ui.Copy;
import org.esc.ui.DialogAsker;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.Settings;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;
import org.esc.ui.VerbJob;

/** What can be wrong and how to mend it, and a report for whoever helps; by the verb diagnose. */
public final class DiagnoseDialog extends TitleAreaDialog {

    private static final Words WORDS = Words.of(DiagnoseDialog.class);

    private static final int AGAIN = IDialogConstants.CLIENT_ID;
    private static final int COPY = IDialogConstants.CLIENT_ID + 1;
    private static final int SAVE = IDialogConstants.CLIENT_ID + 2;

    private Table checks;
    private Text fix;
    private Text text;
    private Optional<VerbJob<?>> job = Optional.empty();
    private Optional<Report> report = Optional.empty();

    /** Looks as soon as it is opened. */
    public DiagnoseDialog(Shell parent) {
        super(parent);
        setBlockOnOpen(false);
        setHelpAvailable(false);
        setShellStyle(SWT.SHELL_TRIM | SWT.MODELESS);
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(WORDS.say("Diagnostics"));
        shell.setData("org.esc.ui.dialog", this);
    }

    @Override
    protected Point getInitialSize() {
        Point wanted = super.getInitialSize();
        return new Point(Math.max(wanted.x, 820), Math.max(wanted.y, 680));
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        setTitle(WORDS.say("Diagnostics"));
        var sash = new SashForm(area, SWT.VERTICAL);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(sash);
        var top = new Composite(sash, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(12, 12).spacing(0, 8).applyTo(top);
        var place = new Composite(top, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(place);
        var layout = new TableColumnLayout();
        place.setLayout(layout);
        checks = Names.name(new Table(place, SWT.BORDER | SWT.SINGLE | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL), WORDS.say("Checks"));
        checks.setHeaderVisible(true);
        column(layout, WORDS.say("State"), 14, 100);
        column(layout, WORDS.say("What was found"), 86, 420);
        checks.addListener(SWT.Selection, _ -> showFix());
        fix = Names.name(new Text(top, SWT.READ_ONLY | SWT.WRAP | SWT.MULTI), WORDS.say("What to do"));
        NativeLook.onGround(fix);
        GridDataFactory.fillDefaults().grab(true, false).hint(SWT.DEFAULT, 44).applyTo(fix);
        var bottom = new Composite(sash, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(12, 0).extendedMargins(0, 0, 0, 12).applyTo(bottom);
        text = Names.name(new Text(bottom, SWT.READ_ONLY | SWT.MULTI | SWT.BORDER | SWT.V_SCROLL | SWT.H_SCROLL), WORDS.say("Report"));
        text.setFont(JFaceResources.getTextFont());
        GridDataFactory.fillDefaults().grab(true, true).applyTo(text);
        sash.setWeights(55, 45);
        return area;
    }

    private void column(TableColumnLayout layout, String title, int weight, int least) {
        var column = new TableColumn(checks, SWT.NONE);
        column.setText(title);
        layout.setColumnData(column, Columns.share(column, weight, least));
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        NativeLook.of(createButton(parent, AGAIN, WORDS.say("Look &Again"), false));
        NativeLook.of(createButton(parent, COPY, WORDS.say("Cop&y Report"), false));
        NativeLook.of(createButton(parent, SAVE, WORDS.say("&Save Report…"), false));
        NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, WORDS.say("&Close"), false));
        look(Optional.empty());
    }

    @Override
    protected void buttonPressed(int id) {
        switch (id) {
            case AGAIN -> look(Optional.empty());
            case COPY -> copy();
            case SAVE -> {
                var dialog = Names.titled(new FileDialog(getShell(), SWT.SAVE));
                dialog.setFileName("esc-diagnostics-" + LocalDate.now() + ".zip");
                dialog.setFilterExtensions(new String[] {"*.zip"});
                dialog.setOverwrite(true);
                Optional.ofNullable(dialog.open()).ifPresent(this::save);
            }
            default -> super.buttonPressed(id);
        }
    }

    private void copy() {
        report.ifPresent(r -> {
            Copy.text(getShell().getDisplay(), DiagnoseVerb.text(r) + "\nLog\n" + String.join("\n", r.log()) + "\n\nTrace\n" + String.join("\n", r.trace()) + "\n");
            setMessage(WORDS.say("The report, the log and what passed between program and cards are on the clipboard. Secrets are taken out."),
                    IMessageProvider.INFORMATION);
        });
    }

    /** Saves a fresh report with log and trace. */
    void save(String file) {
        look(Optional.of(file));
    }

    private void look(Optional<String> out) {
        Map<String, List<String>> words = new LinkedHashMap<>();
        out.ifPresent(file -> {
            words.put("out", List.of(file));
            // the dialog that chose it has asked
            words.put("force", List.of("true"));
        });
        Settings.now(Settings.CA).ifPresent(file -> words.put("ca", List.of(file)));
        try {
            begin(new VerbJob<>(WORDS.say("Diagnostics"), VerbCall.named("diagnose", words), new UiInteraction(getShell().getDisplay(), new DialogAsker(this::getShell)),
                    (_, task) -> told(task)).silently());
        } catch (EscException e) {
            setMessage(ProblemText.forPerson(e.problem()), IMessageProvider.ERROR);
        }
    }

    private void told(String task) {
        Display display = PlatformUI.getWorkbench().getDisplay();
        if (!task.isEmpty() && !display.isDisposed()) {
            display.asyncExec(() -> {
                if (job.isPresent() && getShell() != null && !getShell().isDisposed()) {
                    setMessage(task + "…");
                }
            });
        }
    }

    private <R extends Record> void begin(VerbJob<R> newJob) {
        job = Optional.of(newJob);
        setMessage(WORDS.say("Looking…"));
        enable();
        Display display = getShell().getDisplay();
        newJob.outcome().whenComplete((result, failure) -> {
            if (!display.isDisposed()) {
                display.asyncExec(() -> ended(result, failure));
            }
        });
        newJob.schedule();
    }

    private void ended(Record result, Throwable failure) {
        if (getShell() == null || getShell().isDisposed()) {
            return;
        }
        job = Optional.empty();
        if (failure != null) {
            setMessage(ProblemText.forPerson(ProblemText.problem(failure, WORDS.say("Diagnostics"))), IMessageProvider.ERROR);
            enable();
            return;
        }
        var r = (Report) result;
        report = Optional.of(r);
        checks.removeAll();
        // what is wrong comes first
        r.checks().stream().sorted(Comparator.comparingInt(c -> switch (c.verdict()) {
            case BAD -> 0;
            case WARNING -> 1;
            case UNKNOWN -> 2;
            case GOOD -> 3;
        })).forEach(this::row);
        if (checks.getItemCount() > 0) {
            checks.select(0);
        }
        showFix();
        text.setText(DiagnoseVerb.text(r));
        long bad = r.checks().stream().filter(c -> c.verdict() == SelfCheck.Verdict.BAD).count();
        long warnings = r.checks().stream().filter(c -> c.verdict() == SelfCheck.Verdict.WARNING).count();
        String how = bad + warnings == 0 ? WORDS.say("Everything is as it should be.") : WORDS.many(bad, "{0} thing does not work", "{0} things do not work")
                + (warnings == 0 ? "." : ", " + WORDS.many(warnings, "{0} warning", "{0} warnings") + ".");
        setMessage(r.file().map(f -> WORDS.say("Saved to {0}. Secrets are taken out.", f) + " ").orElse("") + how,
                bad > 0 ? IMessageProvider.ERROR : warnings > 0 ? IMessageProvider.WARNING : IMessageProvider.INFORMATION);
        enable();
    }

    private void row(SelfCheck c) {
        var item = new TableItem(checks, SWT.NONE);
        item.setText(new String[] {c.verdict().words(), c.sentence()});
        item.setData(c);
        var images = PlatformUI.getWorkbench().getSharedImages();
        item.setImage(images.getImage(switch (c.verdict()) {
            case BAD -> ISharedImages.IMG_OBJS_ERROR_TSK;
            case WARNING -> ISharedImages.IMG_OBJS_WARN_TSK;
            case UNKNOWN, GOOD -> ISharedImages.IMG_OBJS_INFO_TSK;
        }));
    }

    private void showFix() {
        TableItem[] chosen = checks.getSelection();
        var c = chosen.length == 0 ? null : (SelfCheck) chosen[0].getData();
        fix.setText(c == null ? "" : c.fix().isEmpty() ? c.sentence() : WORDS.say("What to do: {0}", c.fix()));
    }

    private void enable() {
        getButton(AGAIN).setEnabled(job.isEmpty());
        getButton(COPY).setEnabled(job.isEmpty() && report.isPresent());
        getButton(SAVE).setEnabled(job.isEmpty());
    }

    @Override
    public boolean close() {
        job.ifPresent(VerbJob::cancel);
        return super.close();
    }
}
