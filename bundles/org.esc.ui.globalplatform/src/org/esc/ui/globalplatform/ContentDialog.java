// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.StackLayout;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.command.Verb;
import org.esc.globalplatform.Preflight;
import org.esc.globalplatform.verbs.ContentResult;
import org.esc.globalplatform.verbs.Step;
import org.esc.ui.DialogAsker;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.ProblemPane;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;
import org.esc.ui.VerbJob;

/**
 * Leads through one change of a card's content: what is needed, the plan with its findings, progress, how it ended. The plan is made by the same
 * verb, told to change nothing.
 */
final class ContentDialog extends TitleAreaDialog {

    /** Where the dialog stands. */
    enum Stage {
        /** Asks for what the verb needs. */
        INPUT,
        /** Makes the plan. */
        PLANNING,
        /** Shows it. */
        PLAN,
        /** Does it. */
        RUNNING,
        /** It is done. */
        DONE,
        /** It went wrong. */
        FAILED
    }

    private final ContentModel model;
    private final ContentAction action;
    private final Map<String, List<String>> fixed;
    private final String subject;
    private final Map<String, Control> inputs = new LinkedHashMap<>();
    private final Map<String, String> given = new HashMap<>();
    private Stage stage = Stage.INPUT;
    private Composite place;
    private ProgressBar bar;
    private Label task;
    private Button accept;
    private Button cancel;
    private Optional<VerbJob<?>> job = Optional.empty();

    /** A dialog for this action; {@code given} fills boxes in beforehand. */
    ContentDialog(Shell parent, ContentModel model, ContentAction action, Optional<Node> selected, Map<String, String> given) {
        super(parent);
        this.model = model;
        this.action = action;
        this.given.putAll(given);
        fixed = new HashMap<>(model.words());
        fixed.putAll(action.words(selected));
        subject = action.subject(model.root().orElseThrow(), selected);
        setBlockOnOpen(false);
        setHelpAvailable(false);
        setShellStyle(SWT.SHELL_TRIM | SWT.MODELESS);
    }

    Stage stage() {
        return stage;
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(action.label() + " – " + subject);
        shell.setData("org.esc.ui.dialog", this);
    }

    @Override
    protected Point getInitialSize() {
        Point wanted = super.getInitialSize();
        return new Point(Math.max(wanted.x, 620), Math.max(wanted.y, 460));
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        place = new Composite(area, SWT.NONE);
        place.setLayout(new StackLayout());
        GridDataFactory.fillDefaults().grab(true, true).applyTo(place);
        return area;
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        accept = NativeLook.of(createButton(parent, IDialogConstants.OK_ID, "&Next", true));
        cancel = NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, "&Cancel", false));
        if (action.fields().isEmpty()) {
            plan();
        } else {
            ask();
        }
    }

    // ---- the stages

    private void ask() {
        stage = Stage.INPUT;
        setTitle(action.label() + ": " + subject);
        setMessage(action.explanation());
        Composite page = page(3);
        inputs.clear();
        for (ContentAction.Field f : action.fields()) {
            if (f.kind() == ContentAction.Kind.FLAG) {
                var box = NativeLook.of(new Button(page, SWT.CHECK));
                box.setText(f.label());
                box.setSelection(Boolean.parseBoolean(given.get(f.word())));
                box.setData("org.esc.ui.field", f.word());
                GridDataFactory.fillDefaults().span(3, 1).applyTo(box);
                inputs.put(f.word(), box);
                continue;
            }
            new Label(page, SWT.NONE).setText(f.label());
            var text = new Text(page, SWT.BORDER | SWT.SINGLE);
            text.setMessage(f.hint());
            text.setText(given.getOrDefault(f.word(), ""));
            text.setData("org.esc.ui.field", f.word());
            Names.name(text, f.label());
            GridDataFactory.fillDefaults().grab(true, false).hint(320, SWT.DEFAULT).span(f.kind() == ContentAction.Kind.FILE ? 1 : 2, 1)
                    .applyTo(text);
            inputs.put(f.word(), text);
            if (f.kind() == ContentAction.Kind.FILE) {
                var browse = NativeLook.of(new Button(page, SWT.PUSH));
                browse.setText("&Browse…");
                browse.addListener(SWT.Selection, _ -> browse(text));
            }
        }
        show(page);
        buttons("&Next", true, "&Cancel", true);
        inputs.values().iterator().next().setFocus();
    }

    private void browse(Text file) {
        var dialog = new FileDialog(getShell(), SWT.OPEN);
        dialog.setFilterExtensions(new String[] {"*.cap;*.ijc", "*"});
        dialog.setFilterNames(new String[] {"Java Card packages (*.cap, *.ijc)", "All files"});
        String chosen = dialog.open();
        if (chosen != null) {
            file.setText(chosen);
        }
    }

    private void plan() {
        stage = Stage.PLANNING;
        setTitle(action.label() + ": " + subject);
        setMessage("Looking at the card. Nothing is changed yet.");
        run(true, "Planning: ", this::showPlan);
    }

    private void showPlan(ContentResult plan) {
        stage = Stage.PLAN;
        boolean clear = plan.preflight().map(Preflight::isClear).orElse(true);
        setTitle(action.label() + ": " + subject);
        setMessage(clear ? action.explanation() : "This cannot go well: see what is marked below.",
                clear ? IMessageProvider.NONE : IMessageProvider.ERROR);
        Composite page = page(1);
        new Label(page, SWT.NONE).setText("What is going to be done, and what speaks for and against it:");
        var table = new Table(page, SWT.BORDER | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL);
        Names.name(table, "Plan");
        GridDataFactory.fillDefaults().grab(true, true).hint(560, 200).applyTo(table);
        plan.preflight().ifPresent(p -> p.checks().forEach(c -> line(table, switch (c.weight()) {
            case GOOD -> "✓ ";
            case DOUBT -> "? ";
            case OBSTACLE -> "✗ ";
        } + c.text())));
        plan.warnings().forEach(w -> line(table, "! " + w));
        for (ContentResult.Done s : plan.steps()) {
            if (s.effect() != Step.Effect.READS) {
                String what = s.what().substring(0, 1).toUpperCase(java.util.Locale.ROOT) + s.what().substring(1);
                line(table, "→ " + what + (s.commands() > 1 ? " (" + s.commands() + " commands)" : "")
                        + (s.effect() == Step.Effect.DESTROYS ? " – cannot be undone" : ""));
            }
        }
        show(page);
        boolean destroys = plan.steps().stream().anyMatch(s -> s.effect() == Step.Effect.DESTROYS);
        buttons("&" + action.button(), clear, "&Cancel", !destroys);
        (destroys || !clear ? cancel : accept).setFocus();
    }

    private static void line(Table table, String text) {
        new TableItem(table, SWT.NONE).setText(text);
    }

    private void doIt() {
        stage = Stage.RUNNING;
        setTitle(action.label() + ": " + subject);
        setMessage("Leave the card in the reader until this is done.");
        run(false, action.label() + ": ", this::done);
    }

    private void done(ContentResult result) {
        stage = Stage.DONE;
        setTitle("Done");
        setMessage(action.label() + ": " + subject, IMessageProvider.INFORMATION);
        String words = result.notes().isEmpty() ? "The card did all that was planned." : String.join("\n", result.notes());
        ended(new ProblemPane(place, SWT.ICON_INFORMATION, words, ""), "");
        model.refresh();
    }

    private void fail(Problem problem) {
        boolean changed = stage == Stage.RUNNING;
        stage = Stage.FAILED;
        setTitle(ProblemText.heading(problem));
        setMessage(action.label() + ": " + subject, problem.fault() == Fault.CANCELLED ? IMessageProvider.WARNING : IMessageProvider.ERROR);
        ended(new ProblemPane(place, problem.fault() == Fault.CANCELLED ? SWT.ICON_WARNING : SWT.ICON_ERROR, ProblemText.forPerson(problem),
                ProblemText.details(problem)), action.fields().isEmpty() ? "" : "&Back");
        if (changed) {
            model.refresh();
        }
    }

    private void ended(ProblemPane pane, String acceptLabel) {
        show(pane);
        buttons(acceptLabel, true, "&Close", false);
        cancel.setFocus();
    }

    // ---- what the stages share

    private void run(boolean dryRun, String name, Consumer<ContentResult> then) {
        Composite page = page(1);
        task = new Label(page, SWT.WRAP);
        task.setText("Talking to the card…");
        GridDataFactory.fillDefaults().grab(true, false).applyTo(task);
        bar = Names.name(new ProgressBar(page, SWT.HORIZONTAL | (dryRun ? SWT.INDETERMINATE : SWT.SMOOTH)), "Progress");
        GridDataFactory.fillDefaults().grab(true, false).applyTo(bar);
        show(page);
        buttons("&" + action.button(), false, "&Cancel", false);
        var words = new HashMap<>(fixed);
        given.forEach((word, value) -> words.put(word, List.of(value)));
        if (dryRun) {
            words.put("dryRun", List.of("true"));
        }
        try {
            Verb<?, ?> verb = Services.verb(action.verb()).orElseThrow(() -> Problem.of(Fault.DEFECT, action.label(),
                    "The part of this program that does this is not installed.").exception());
            start(VerbCall.of(verb, words), name + subject, then);
        } catch (EscException e) {
            fail(e.problem());
        }
    }

    private <R extends Record> void start(VerbCall<?, R> call, String name, Consumer<ContentResult> then) {
        Display display = getShell().getDisplay();
        var started = new VerbJob<>(name, call, new UiInteraction(display, new DialogAsker(this::getShell)), (percent, words) -> {
            if (!display.isDisposed()) {
                display.asyncExec(() -> progress(percent, words));
            }
        });
        job = Optional.of(started);
        started.outcome().whenComplete((result, failure) -> {
            if (!display.isDisposed()) {
                display.asyncExec(() -> ended(started, result, failure, then));
            }
        });
        started.schedule();
    }

    private void progress(int percent, String words) {
        if (!bar.isDisposed()) {
            bar.setSelection(percent);
            if (!words.isEmpty()) {
                task.setText(words.replace("&", "&&"));
            }
        }
    }

    private void ended(VerbJob<?> ended, Record result, Throwable failure, Consumer<ContentResult> then) {
        if (getShell() == null || getShell().isDisposed() || job.filter(ended::equals).isEmpty()) {
            return;
        }
        job = Optional.empty();
        if (failure == null && result instanceof ContentResult r) {
            then.accept(r);
        } else {
            Throwable cause = failure instanceof CompletionException c ? c.getCause() : failure;
            fail(cause instanceof EscException e ? e.problem() : Problem.of(Fault.DEFECT, action.label(), String.valueOf(cause)));
        }
    }

    private Composite page(int columns) {
        var page = new Composite(place, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(columns).margins(14, 14).spacing(10, 8).applyTo(page);
        return page;
    }

    private void show(Composite page) {
        var layout = (StackLayout) place.getLayout();
        Control before = layout.topControl;
        layout.topControl = page;
        place.layout(true, true);
        if (before != null) {
            before.dispose();
        }
    }

    private void buttons(String acceptLabel, boolean acceptEnabled, String cancelLabel, boolean acceptByEnter) {
        accept.setText(acceptLabel.isEmpty() ? "&Next" : acceptLabel);
        accept.setVisible(!acceptLabel.isEmpty());
        accept.setEnabled(acceptEnabled);
        cancel.setText(cancelLabel);
        cancel.setEnabled(true);
        // the shell goes back to the default button of before unless that is taken away first
        getShell().setDefaultButton(null);
        if (acceptByEnter && acceptEnabled) {
            getShell().setDefaultButton(accept);
        }
        setButtonLayoutData(accept);
        setButtonLayoutData(cancel);
        accept.getParent().layout();
    }

    @Override
    protected void okPressed() {
        switch (stage) {
            case INPUT -> {
                given.clear();
                inputs.forEach((word, control) -> {
                    switch (control) {
                        case Text t when !t.getText().isBlank() -> given.put(word, t.getText().strip());
                        case Button b when b.getSelection() -> given.put(word, "true");
                        default -> {
                            // not given
                        }
                    }
                });
                plan();
            }
            case PLAN -> doIt();
            case FAILED -> ask();
            case PLANNING, RUNNING, DONE -> {
                // the button cannot be pressed
            }
        }
    }

    @Override
    protected void cancelPressed() {
        if (job.isPresent()) {
            // what is under way cleans up after itself, and then says how it ended
            job.get().cancel();
            cancel.setEnabled(false);
        } else {
            super.cancelPressed();
        }
    }

    @Override
    protected void handleShellCloseEvent() {
        cancelPressed();
    }
}
