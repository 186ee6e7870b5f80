// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.globalplatform.Preflight;
import org.esc.globalplatform.verbs.ContentResult;
import org.esc.globalplatform.verbs.Step;
import org.esc.ui.FormQuestion;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.VerbDialog;

/**
 * Leads through one change of a card's content: what is needed, the plan with its findings, progress, how it ended. The plan is made by the same
 * verb, told to change nothing.
 */
final class ContentDialog extends VerbDialog {

    private static final Words WORDS = Words.of(ContentDialog.class);

    private final ContentModel model;
    private final ContentAction action;
    private final Map<String, List<String>> fixed;
    private final String subject;
    private final Map<String, Control> inputs = new LinkedHashMap<>();
    private final Map<String, String> given = new HashMap<>();

    /** A dialog for this action; {@code given} fills boxes in beforehand. */
    ContentDialog(Shell parent, ContentModel model, ContentAction action, Optional<Node> selected, Map<String, String> given) {
        super(parent, action.label(), action.subject(model.root().orElseThrow(), selected));
        this.model = model;
        this.action = action;
        this.given.putAll(given);
        fixed = new HashMap<>(model.words());
        fixed.putAll(action.words(selected));
        subject = action.subject(model.root().orElseThrow(), selected);
    }

    @Override
    protected void begin() {
        if (action.fields().isEmpty()) {
            plan();
        } else {
            ask();
        }
    }

    @Override
    protected boolean canGoBack() {
        return !action.fields().isEmpty();
    }

    // ---- the stages

    private void ask() {
        turnTo(Stage.INPUT, action.explanation(), IMessageProvider.NONE);
        Composite page = page(3);
        inputs.clear();
        for (ContentAction.Field f : action.fields()) {
            if (f.kind() == ContentAction.Kind.FLAG) {
                var box = NativeLook.of(new Button(page, SWT.CHECK));
                box.setText(f.label());
                box.setSelection(Boolean.parseBoolean(given.get(f.word())));
                box.setData(FormQuestion.FIELD, f.word());
                GridDataFactory.fillDefaults().span(3, 1).applyTo(box);
                inputs.put(f.word(), box);
                continue;
            }
            Text text = box(page, f.label(), f.word(), f.hint(), f.kind() == ContentAction.Kind.FILE ? 1 : 2, SWT.NONE);
            text.setText(given.getOrDefault(f.word(), ""));
            inputs.put(f.word(), text);
            if (f.kind() == ContentAction.Kind.FILE) {
                var browse = NativeLook.of(new Button(page, SWT.PUSH));
                browse.setText(WORDS.say("&Browse…"));
                browse.addListener(SWT.Selection, _ -> browse(text));
            }
        }
        show(page);
        buttons(WORDS.say("&Next"), true, WORDS.say("&Cancel"), true);
        inputs.values().iterator().next().setFocus();
    }

    private void browse(Text file) {
        var dialog = Names.titled(new FileDialog(getShell(), SWT.OPEN));
        dialog.setFilterExtensions(new String[] {"*.cap;*.ijc", "*"});
        dialog.setFilterNames(new String[] {WORDS.say("Java Card packages (*.cap, *.ijc)"), WORDS.say("All files")});
        String chosen = dialog.open();
        if (chosen != null) {
            file.setText(chosen);
        }
    }

    private void plan() {
        turnTo(Stage.PLANNING, WORDS.say("Looking at the card. Nothing is changed yet."), IMessageProvider.NONE);
        run(true, WORDS.say("Planning: {0}", subject), this::showPlan);
    }

    private void showPlan(ContentResult plan) {
        boolean clear = plan.preflight().map(Preflight::isClear).orElse(true);
        turnTo(Stage.PLAN, clear ? action.explanation() : WORDS.say("This cannot go well: see what is marked below."),
                clear ? IMessageProvider.NONE : IMessageProvider.ERROR);
        Composite page = page(1);
        new Label(page, SWT.NONE).setText(WORDS.say("What is going to be done, and what speaks for and against it:"));
        var table = new Table(page, SWT.BORDER | SWT.FULL_SELECTION | SWT.V_SCROLL | SWT.H_SCROLL);
        Names.name(table, WORDS.say("Plan"));
        GridDataFactory.fillDefaults().grab(true, true).hint(560, 200).applyTo(table);
        plan.preflight().ifPresent(p -> p.checks().forEach(c -> line(table, switch (c.weight()) {
            case GOOD -> "✓ ";
            case DOUBT -> "? ";
            case OBSTACLE -> "✗ ";
        } + c.text())));
        plan.warnings().forEach(w -> line(table, "! " + w));
        for (ContentResult.Done s : plan.steps()) {
            if (s.effect() != Step.Effect.READS) {
                String what = s.what().substring(0, 1).toUpperCase(Locale.ROOT) + s.what().substring(1);
                line(table, "→ " + what + (s.commands() > 1 ? " (" + WORDS.say("{0} commands", s.commands()) + ")" : "")
                        + (s.effect() == Step.Effect.DESTROYS ? " " + WORDS.say("– cannot be undone") : ""));
            }
        }
        show(page);
        boolean destroys = plan.steps().stream().anyMatch(s -> s.effect() == Step.Effect.DESTROYS);
        buttons("&" + action.button(), clear, WORDS.say("&Cancel"), !destroys);
        focusAccept(clear && !destroys);
    }

    private static void line(Table table, String text) {
        new TableItem(table, SWT.NONE).setText(text);
    }

    private void doIt() {
        turnTo(Stage.RUNNING, WORDS.say("Leave the card in the reader until this is done."), IMessageProvider.NONE);
        run(false, action.label() + ": " + subject, this::done);
    }

    private void done(ContentResult result) {
        turnTo(Stage.DONE, action.label() + ": " + subject, IMessageProvider.INFORMATION);
        setTitle(WORDS.say("Done"));
        String words = result.notes().isEmpty() ? WORDS.say("The card did all that was planned.") : String.join("\n", result.notes());
        ended(pane(SWT.ICON_INFORMATION, words, ""), "");
        model.refresh();
    }

    @Override
    protected void failed(Stage before) {
        if (before == Stage.RUNNING) {
            model.refresh();
        }
    }

    private void run(boolean dryRun, String name, Consumer<ContentResult> then) {
        var words = new HashMap<>(fixed);
        given.forEach((word, value) -> words.put(word, List.of(value)));
        if (dryRun) {
            words.put("dryRun", List.of("true"));
        }
        run(action.verb(), words, name, WORDS.say("Talking to the card…"), dryRun, result -> then.accept((ContentResult) result));
    }

    @Override
    protected void accepted(Stage at) {
        switch (at) {
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
}
