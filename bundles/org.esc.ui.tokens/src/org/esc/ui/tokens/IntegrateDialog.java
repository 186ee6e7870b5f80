// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.ScrolledComposite;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Progress;
import org.esc.integrate.Effect;
import org.esc.integrate.IntegrateVerb;
import org.esc.integrate.ModuleChoice;
import org.esc.integrate.Target;
import org.esc.ui.DialogAsker;
import org.esc.ui.Icons;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemPane;
import org.esc.ui.ProblemText;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;
import org.esc.ui.VerbJob;

/** Tells browsers and mail programs of the tokens: what was found and which module would be registered and why, a choice, the outcome. */
final class IntegrateDialog extends TitleAreaDialog {

    private static final Words WORDS = Words.of(IntegrateDialog.class);

    /** The verb that does it. */
    static final String VERB = "integrate";

    private static final int WIDTH = 640;
    private static final int HEIGHT = 600;

    /** Where the dialog stands. */
    enum Stage {
        /** The verb looks for profiles and modules. */
        LOOKING,
        /** The person chooses. */
        CHOOSING,
        /** The verb changes the lists of modules. */
        CHANGING,
        /** It worked. */
        DONE,
        /** It did not, or there is nothing to choose. */
        FAILED
    }

    private record Choice(Button box, IntegrateVerb.Row row) {
    }

    private Stage stage = Stage.LOOKING;
    private boolean remove;
    private Composite place;
    private Composite working;
    private Label task;
    private Button accept;
    private Button cancel;
    private VerbJob<?> job;
    private final List<Choice> choices = new ArrayList<>();

    IntegrateDialog(Shell parent) {
        super(parent);
        setBlockOnOpen(false);
        setHelpAvailable(false);
        setShellStyle(SWT.SHELL_TRIM | SWT.MODELESS);
    }

    /** Where the dialog stands. */
    Stage stage() {
        return stage;
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(WORDS.say("Set Up Browsers and Mail"));
        shell.setData("org.esc.ui.dialog", this);
    }

    @Override
    protected Point getInitialSize() {
        Point wanted = super.getInitialSize();
        return new Point(Math.max(wanted.x, WIDTH), Math.max(wanted.y, HEIGHT));
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        setTitle(WORDS.say("Use tokens in browsers and mail programs"));
        setTitleImage(Icons.image(IntegrateDialog.class, "card64"));
        place = new Composite(area, SWT.NONE);
        place.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().grab(true, true).applyTo(place);
        working = new Composite(place, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(14, 14).spacing(10, 10).applyTo(working);
        task = new Label(working, SWT.WRAP);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(task);
        var bar = Names.name(new ProgressBar(working, SWT.INDETERMINATE), WORDS.say("Progress"));
        GridDataFactory.fillDefaults().grab(true, false).applyTo(bar);
        return area;
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        accept = NativeLook.of(createButton(parent, IDialogConstants.OK_ID, WORDS.say("&Set Up"), true));
        cancel = NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, WORDS.say("&Close"), false));
        look();
    }

    // ---- the stages

    private void look() {
        stage = Stage.LOOKING;
        setMessage(WORDS.say("Looking for profiles, and asking each module what it can do…"));
        choices.clear();
        work(words(List.of(Target.values()), List.of(), true), this::choose);
    }

    private void choose(IntegrateVerb.Result found) {
        stage = Stage.CHOOSING;
        setMessage(remove ? WORDS.say("What was registered before can be taken back. Nothing has changed yet.")
                : WORDS.say("Choose who shall use your tokens. Nothing has changed yet."));
        var page = new Composite(place, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(14, 14).spacing(10, 10).applyTo(page);
        var modes = new Composite(page, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(16, 0).applyTo(modes);
        mode(modes, WORDS.say("&Register tokens"), false);
        mode(modes, WORDS.say("&Take back what was registered"), true);
        found.module().ifPresent(m -> explain(page, m));
        var scrolled = new ScrolledComposite(page, SWT.V_SCROLL | SWT.BORDER);
        scrolled.setExpandHorizontal(true);
        scrolled.setExpandVertical(true);
        scrolled.setShowFocusedControl(true);
        GridDataFactory.fillDefaults().grab(true, true).hint(SWT.DEFAULT, 140).applyTo(scrolled);
        var list = new Composite(scrolled, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(10, 10).spacing(4, 4).applyTo(list);
        var letters = taken();
        found.places().forEach(r -> choice(list, r, letters));
        scrolled.setContent(list);
        scrolled.setMinSize(list.computeSize(SWT.DEFAULT, SWT.DEFAULT));
        show(page);
        chosen();
        choices.stream().map(Choice::box).filter(Control::isEnabled).findFirst().ifPresentOrElse(Control::setFocus, cancel::setFocus);
    }

    private void mode(Composite parent, String label, boolean takesBack) {
        var radio = NativeLook.of(new Button(parent, SWT.RADIO));
        radio.setText(label);
        radio.setSelection(remove == takesBack);
        radio.addListener(SWT.Selection, _ -> {
            if (radio.getSelection() && remove != takesBack) {
                remove = takesBack;
                // after the event: the button belongs to the page that goes
                getShell().getDisplay().asyncExec(() -> {
                    if (getShell() != null && stage == Stage.CHOOSING) {
                        look();
                    }
                });
            }
        });
    }

    private void explain(Composite page, ModuleChoice m) {
        var label = new Label(page, SWT.NONE);
        label.setText(WORDS.say("&Module:"));
        var words = new StringBuilder(m.library().toString());
        if (!m.description().isEmpty()) {
            words.append(" (").append(m.description()).append(')');
        }
        words.append('\n').append(m.reason());
        m.others().forEach(o -> words.append('\n').append(WORDS.say("Not {0}: {1}", o.library().getFileName(), o.reason())));
        var text = new Text(page, SWT.MULTI | SWT.WRAP | SWT.READ_ONLY | SWT.V_SCROLL | SWT.BORDER);
        text.setText(words.toString());
        Names.name(text, WORDS.say("Module"));
        GridDataFactory.fillDefaults().grab(true, false).hint(WIDTH - 120, 110).applyTo(text);
    }

    /** The letters that lead elsewhere in the page of choices. */
    private static StringBuilder taken() {
        var letters = new StringBuilder();
        for (String label : List.of(WORDS.say("&Register tokens"), WORDS.say("&Take back what was registered"), WORDS.say("&Module:"), WORDS.say("&Set Up"),
                WORDS.say("Take &Back"), WORDS.say("&Close"))) {
            letters.append(Character.toLowerCase(label.charAt(label.indexOf('&') + 1)));
        }
        return letters;
    }

    private void choice(Composite list, IntegrateVerb.Row row, StringBuilder letters) {
        var box = NativeLook.of(new Button(list, SWT.CHECK));
        boolean possible = !row.running() && row.effect() != Effect.UNCHANGED && row.effect() != Effect.SKIPPED;
        box.setText(Names.mnemonic(name(row), letters));
        box.setToolTipText(row.folder().toString());
        box.setEnabled(possible);
        box.setSelection(possible);
        box.addListener(SWT.Selection, _ -> chosen());
        choices.add(new Choice(box, row));
        var words = new ArrayList<String>();
        if (row.running()) {
            words.add(WORDS.say("{0} is running with this profile. Close it, then open this window again.", row.target().text()));
        } else if (!row.reason().isEmpty()) {
            words.add(Character.toUpperCase(row.reason().charAt(0)) + row.reason().substring(1) + ".");
        }
        words.addAll(row.notes());
        words.add(row.folder().toString());
        var text = new Label(list, SWT.WRAP);
        text.setText(String.join("\n", words).replace("&", "&&"));
        GridDataFactory.fillDefaults().grab(true, false).hint(WIDTH - 140, SWT.DEFAULT).indent(24, 0).applyTo(text);
    }

    private static String name(IntegrateVerb.Row row) {
        return switch (row.target()) {
            case FIREFOX, THUNDERBIRD -> WORDS.say("{0} – profile \"{1}\"", row.target().text(), row.name());
            case NSS -> WORDS.say("Chromium and others – {0}", row.target().text());
            case P11_KIT -> WORDS.say("GNOME and others – {0}", row.target().text());
        };
    }

    private void chosen() {
        buttons(remove ? WORDS.say("Take &Back") : WORDS.say("&Set Up"), choices.stream().anyMatch(c -> c.box().getSelection()), WORDS.say("&Close"));
    }

    private void change() {
        var rows = choices.stream().filter(c -> c.box().getSelection()).map(Choice::row).toList();
        stage = Stage.CHANGING;
        setMessage(remove ? WORDS.say("Taking it back…") : WORDS.say("Registering…"));
        work(words(rows.stream().map(IntegrateVerb.Row::target).distinct().toList(),
                rows.stream().map(r -> r.folder().toString()).toList(), false), this::done);
    }

    private void done(IntegrateVerb.Result result) {
        stage = Stage.DONE;
        setMessage(remove ? WORDS.say("Your programs do not use tokens any more once they are started again.")
                : WORDS.say("Your programs use tokens once they are started again."), IMessageProvider.INFORMATION);
        var page = new Composite(place, SWT.NONE);
        GridLayoutFactory.fillDefaults().margins(14, 14).spacing(10, 10).applyTo(page);
        new Label(page, SWT.NONE).setText(WORDS.say("&What changed:"));
        var text = new Text(page, SWT.MULTI | SWT.WRAP | SWT.READ_ONLY | SWT.V_SCROLL | SWT.BORDER);
        text.setText(printed(job.call(), result));
        Names.name(text, WORDS.say("What changed"));
        GridDataFactory.fillDefaults().grab(true, true).hint(WIDTH - 120, SWT.DEFAULT).applyTo(text);
        show(page);
        buttons("", false, WORDS.say("&Close"));
        cancel.setFocus();
    }

    private void failed(Problem problem) {
        stage = Stage.FAILED;
        boolean cancelled = problem.fault() == Fault.CANCELLED;
        setMessage(ProblemText.heading(problem) + ".", cancelled ? IMessageProvider.WARNING : IMessageProvider.ERROR);
        show(new ProblemPane(place, cancelled ? SWT.ICON_WARNING : SWT.ICON_ERROR, ProblemText.forPerson(problem),
                ProblemText.details(problem)));
        buttons(WORDS.say("&Look Again"), true, WORDS.say("&Close"));
        cancel.setFocus();
    }

    // ---- what the stages share

    @SuppressWarnings("unchecked")
    private static <R extends Record> String printed(VerbCall<?, R> call, Record result) {
        return call.print((R) result);
    }

    private Map<String, List<String>> words(List<Target> targets, List<String> folders, boolean dry) {
        Map<String, List<String>> words = new LinkedHashMap<>();
        words.put("target", targets.stream().map(Target::name).toList());
        words.put("profile", folders);
        words.put("remove", List.of(Boolean.toString(remove)));
        words.put("dryRun", List.of(Boolean.toString(dry)));
        return words;
    }

    private void work(Map<String, List<String>> words, Consumer<IntegrateVerb.Result> next) {
        task.setText(stage == Stage.LOOKING ? WORDS.say("Looking…") : WORDS.say("Working…"));
        show(working);
        buttons("", false, WORDS.say("&Cancel"));
        cancel.setFocus();
        try {
            run(VerbCall.named(VERB, words), next);
        } catch (EscException e) {
            failed(e.problem());
        }
    }

    private <R extends Record> void run(VerbCall<?, R> call, Consumer<IntegrateVerb.Result> next) {
        Shell shell = getShell();
        Display display = shell.getDisplay();
        Progress progress = (_, words) -> display.asyncExec(() -> {
            if (!task.isDisposed() && !words.isEmpty()) {
                task.setText(words.replace("&", "&&"));
                task.requestLayout();
            }
        });
        var started = new VerbJob<>(WORDS.say("Setting up browsers and mail"), call,
                new UiInteraction(display, new DialogAsker(() -> shell.isDisposed() ? null : shell)), progress);
        job = started;
        started.outcome().whenComplete((result, failure) -> {
            if (!display.isDisposed()) {
                display.asyncExec(() -> {
                    if (shell.isDisposed()) {
                        return;
                    }
                    if (result instanceof IntegrateVerb.Result r) {
                        next.accept(r);
                    } else {
                        failed(ProblemText.problem(failure, WORDS.say("set up browsers and mail")));
                    }
                });
            }
        });
        started.schedule();
    }

    private void show(Composite page) {
        var layout = (StackLayout) place.getLayout();
        Control before = layout.topControl;
        layout.topControl = page;
        place.layout(true, true);
        if (before != null && before != page && before != working) {
            before.dispose();
        }
    }

    /** Labels the two buttons; the accepting one is gone if it has no label. */
    private void buttons(String acceptLabel, boolean enabled, String cancelLabel) {
        accept.setText(acceptLabel);
        accept.setEnabled(enabled);
        accept.setVisible(!acceptLabel.isEmpty());
        cancel.setText(cancelLabel);
        cancel.setEnabled(true);
        getShell().setDefaultButton(null);
        getShell().setDefaultButton(enabled ? accept : cancel);
        setButtonLayoutData(accept);
        setButtonLayoutData(cancel);
        accept.requestLayout();
    }

    @Override
    protected void okPressed() {
        switch (stage) {
            case CHOOSING -> change();
            case FAILED -> look();
            case LOOKING, CHANGING, DONE -> {
                // the button is not there
            }
        }
    }

    @Override
    protected void cancelPressed() {
        if (stage == Stage.LOOKING || stage == Stage.CHANGING) {
            cancel.setEnabled(false);
            job.cancel();
        } else {
            close();
        }
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
