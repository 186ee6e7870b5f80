// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.util.List;
import java.util.Map;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Progress;
import org.esc.driver.host.DriverFolder;
import org.esc.ui.DialogAsker;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;
import org.esc.ui.VerbJob;

/** Takes vendors' drivers in, from a file, a zip or an update site, and out again. Stays open: what is installed is seen at once. */
final class InstallDialog extends TitleAreaDialog {

    private static final Words WORDS = Words.of(InstallDialog.class);

    private static final int WIDTH = 620;
    private static final String ASK = WORDS.say("A driver's jar, a zip with drivers, an update site in a folder, or the address of one of these.");

    private Text from;
    private Composite place;
    private Label nothing;
    private org.eclipse.swt.widgets.List installed;
    private List<DriverFolder.Installed> drivers = List.of();
    private Button remove;
    private Button install;
    private VerbJob<?> job;

    InstallDialog(Shell parent) {
        super(parent);
        setBlockOnOpen(false);
        setHelpAvailable(false);
        setShellStyle(SWT.SHELL_TRIM | SWT.MODELESS);
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(WORDS.say("Install New Software"));
        shell.setData("org.esc.ui.dialog", this);
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        setTitle(WORDS.say("Card drivers of other vendors"));
        setMessage(ASK);
        var page = new Composite(area, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(3).margins(14, 14).spacing(8, 8).applyTo(page);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(page);
        new Label(page, SWT.NONE).setText(WORDS.say("&From:"));
        from = new Text(page, SWT.BORDER);
        from.setMessage(WORDS.say("File, folder or https address"));
        Names.name(from, WORDS.say("From"));
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).hint(WIDTH - 220, SWT.DEFAULT).applyTo(from);
        from.addListener(SWT.Modify, _ -> ready());
        var browse = NativeLook.of(new Button(page, SWT.PUSH));
        browse.setText(WORDS.say("&Browse…"));
        browse.addListener(SWT.Selection, _ -> browse());
        var warning = new Label(page, SWT.WRAP);
        warning.setText(WORDS.say("A driver makes this program know one more kind of card; whoever makes the cards provides it. It runs "
                        + "with all of this program's rights: it can read what you type and use your cards. Before anything is "
                        + "installed you see who made and signed it."));
        GridDataFactory.fillDefaults().span(3, 1).grab(true, false).hint(WIDTH - 40, SWT.DEFAULT).applyTo(warning);
        var label = new Label(page, SWT.NONE);
        label.setText(WORDS.say("&You have installed:"));
        GridDataFactory.fillDefaults().span(3, 1).applyTo(label);
        place = new Composite(page, SWT.NONE);
        place.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().span(2, 1).grab(true, true).hint(WIDTH - 160, 90).applyTo(place);
        nothing = new Label(place, SWT.WRAP);
        nothing.setText(WORDS.say("Nothing yet. A driver that you install is listed here; it works at once, for you alone, and Remove "
                        + "takes it out again. The drivers that came with the program are in the view Why This Driver."));
        installed = new org.eclipse.swt.widgets.List(place, SWT.BORDER | SWT.SINGLE | SWT.V_SCROLL | SWT.H_SCROLL);
        Names.name(installed, WORDS.say("You have installed"));
        installed.addListener(SWT.Selection, _ -> ready());
        remove = NativeLook.of(new Button(page, SWT.PUSH));
        remove.setText(WORDS.say("&Remove"));
        GridDataFactory.fillDefaults().align(SWT.FILL, SWT.BEGINNING).applyTo(remove);
        remove.addListener(SWT.Selection, _ -> remove());
        return area;
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        install = NativeLook.of(createButton(parent, IDialogConstants.OK_ID, WORDS.say("&Install"), true));
        NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, WORDS.say("&Close"), false));
        list();
        ready();
    }

    private void browse() {
        var dialog = new FileDialog(getShell(), SWT.OPEN);
        dialog.setText(WORDS.say("Driver"));
        dialog.setFilterNames(new String[] {WORDS.say("Drivers (*.jar, *.zip)"), WORDS.say("All files")});
        dialog.setFilterExtensions(new String[] {"*.jar;*.zip", "*"});
        String chosen = dialog.open();
        if (chosen != null) {
            from.setText(chosen);
        }
    }

    private void list() {
        drivers = Services.find(DriverFolder.class).map(DriverFolder::drivers).orElse(List.of());
        installed.setItems(drivers.stream().map(InstallDialog::words).toArray(String[]::new));
        ((StackLayout) place.getLayout()).topControl = drivers.isEmpty() ? nothing : installed;
        place.layout();
    }

    /** "Loyalty card 1.0.0 (org.example.loyalty) by Example, not signed". */
    private static String words(DriverFolder.Installed d) {
        String name = d.title() + (d.version().isEmpty() ? "" : " " + d.version()) + (d.title().equals(d.name()) ? "" : " (" + d.name() + ")");
        String made = d.vendor().isEmpty() ? name : WORDS.say("{0} by {1}", name, d.vendor());
        String signed = d.signer().map(s -> WORDS.say("{0}, signed by {1}", made, s)).orElseGet(() -> WORDS.say("{0}, not signed", made));
        return d.trouble().isEmpty() ? signed : WORDS.say("{0}. It does not run: {1}", signed, d.trouble().replaceAll("\\s+", " "));
    }

    private void ready() {
        boolean free = job == null || job.outcome().isDone();
        install.setEnabled(free && !from.getText().isBlank());
        remove.setEnabled(free && installed.getSelectionCount() == 1);
    }

    @Override
    protected void okPressed() {
        run("driver install", WORDS.say("Installing…"), WORDS.say("Installing a driver"), Map.of("from", List.of(from.getText().strip())));
    }

    private void remove() {
        run("driver uninstall", WORDS.say("Removing…"), WORDS.say("Removing a driver"),
                Map.of("name", List.of(drivers.get(installed.getSelectionIndex()).name())));
    }

    private void run(String verb, String message, String doing, Map<String, List<String>> words) {
        setMessage(message);
        try {
            start(VerbCall.named(verb, words), doing);
        } catch (EscException e) {
            failed(e.problem());
        }
    }

    private <R extends Record> void start(VerbCall<?, R> call, String doing) {
        Shell shell = getShell();
        Display display = shell.getDisplay();
        Progress progress = (_, task) -> display.asyncExec(() -> {
            if (!shell.isDisposed() && !task.isEmpty()) {
                setMessage(task);
            }
        });
        var started = new VerbJob<>(doing, call, new UiInteraction(display, new DialogAsker(() -> shell.isDisposed() ? null : shell)), progress);
        job = started;
        ready();
        started.outcome().whenComplete((result, failure) -> {
            if (display.isDisposed()) {
                return;
            }
            display.asyncExec(() -> {
                if (shell.isDisposed()) {
                    return;
                }
                if (failure == null) {
                    setMessage(call.print(result).strip(), IMessageProvider.INFORMATION);
                    from.setText("");
                } else {
                    failed(ProblemText.problem(failure, doing));
                }
                list();
                ready();
            });
        });
        started.schedule();
    }

    private void failed(Problem problem) {
        setMessage(ProblemText.forPerson(problem), problem.fault() == Fault.CANCELLED || problem.fault() == Fault.UNCONFIRMED
                ? IMessageProvider.WARNING : IMessageProvider.ERROR);
    }

    @Override
    protected void handleShellCloseEvent() {
        close();
    }

    @Override
    public boolean close() {
        if (job != null && !job.outcome().isDone()) {
            job.cancel();
        }
        return super.close();
    }
}
