// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.ui.FormQuestion;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;
import org.esc.ui.VerbDialog;

/** Leads through one action: what it needs, progress with cancel, how it ended. PINs and keys are asked for in dialogs of their own. */
final class ActionDialog extends VerbDialog {

    private static final Words WORDS = Words.of(ActionDialog.class);

    private static final String CHOICES = "choices";

    private final ExplorerModel model;
    private final TokenAction action;
    private final Entry entry;
    private final List<TokenAction.Field> fields;
    private final Map<TokenAction.Field, Control> inputs = new LinkedHashMap<>();
    private final Map<TokenAction.Field, String> given = new HashMap<>();

    ActionDialog(Shell parent, ExplorerModel model, TokenAction action, Entry entry) {
        super(parent, action.label(), entry.name());
        this.model = model;
        this.action = action;
        this.entry = entry;
        fields = action.fields(entry);
    }

    @Override
    protected void begin() {
        if (fields.isEmpty()) {
            perform();
        } else {
            ask();
        }
    }

    @Override
    protected boolean canGoBack() {
        return true;
    }

    /** The button's label, with a letter that leads nowhere else. */
    private String button() {
        var taken = new StringBuilder(letter(WORDS.say("&Cancel")));
        fields.forEach(f -> {
            taken.append(letter(f.label()));
            if (isFile(f)) {
                taken.append(letter(browse(f)));
            }
        });
        return Names.mnemonic(action.button(), taken);
    }

    private static String letter(String label) {
        int at = label.indexOf('&');
        return at < 0 ? "" : label.substring(at + 1, at + 2).toLowerCase(java.util.Locale.ROOT);
    }

    private String browse(TokenAction.Field f) {
        return isFirstFile(f) ? WORDS.say("B&rowse…") : WORDS.say("Br&owse…");
    }

    private static boolean isFile(TokenAction.Field f) {
        return f.input() == TokenAction.Input.OPEN || f.input() == TokenAction.Input.SAVE;
    }

    private boolean isFirstFile(TokenAction.Field f) {
        return fields.stream().filter(ActionDialog::isFile).findFirst().filter(f::equals).isPresent();
    }

    private void ask() {
        turnTo(Stage.INPUT, action.explanation(entry), IMessageProvider.NONE);
        Composite page = page(3);
        inputs.clear();
        fields.forEach(f -> inputs.put(f, input(page, f)));
        show(page);
        buttons(button(), true, WORDS.say("&Cancel"), true);
        validate();
        inputs.values().iterator().next().setFocus();
    }

    private Control input(Composite page, TokenAction.Field f) {
        return switch (f.input()) {
            case FLAG -> {
                var flag = NativeLook.of(new Button(page, SWT.CHECK));
                flag.setText(f.label());
                flag.setSelection(Boolean.parseBoolean(given.get(f)));
                flag.setData(FormQuestion.FIELD, f.word());
                GridDataFactory.fillDefaults().span(3, 1).applyTo(flag);
                yield flag;
            }
            case CHOICE -> {
                Combo combo = choice(page, f.label(), List.of(), 2, SWT.READ_ONLY);
                combo.setData(FormQuestion.FIELD, f.word());
                fill(combo, f, given.getOrDefault(f, ""));
                combo.addListener(SWT.Selection, _ -> chosen(f));
                yield combo;
            }
            case TEXT, OPEN, SAVE -> {
                Text text = box(page, f.label(), f.before() + f.word(), f.hint(), isFile(f) ? 1 : 2, SWT.NONE);
                text.setText(given.getOrDefault(f, ""));
                text.addModifyListener(_ -> validate());
                if (isFile(f)) {
                    var browse = Names.fills(NativeLook.of(new Button(page, SWT.PUSH)), text);
                    browse.setText(browse(f));
                    browse.addListener(SWT.Selection, _ -> browse(f, text));
                }
                yield text;
            }
        };
    }

    /** What can be chosen, as things stand; what was chosen stays so if it is still among it. */
    private void fill(Combo combo, TokenAction.Field f, String before) {
        var chosen = new HashMap<String, String>();
        inputs.forEach((field, control) -> {
            if (control instanceof Combo c && !field.equals(f)) {
                chosen.put(field.word(), value(c));
            }
        });
        List<TokenAction.Choice> choices = f.choices().apply(chosen);
        combo.setItems(choices.stream().map(TokenAction.Choice::words).toArray(String[]::new));
        combo.setData(CHOICES, choices);
        combo.select(Math.max(0, choices.stream().map(TokenAction.Choice::value).toList().indexOf(before)));
    }

    @SuppressWarnings("unchecked")
    private static String value(Combo combo) {
        return ((List<TokenAction.Choice>) combo.getData(CHOICES)).get(combo.getSelectionIndex()).value();
    }

    private void chosen(TokenAction.Field in) {
        inputs.forEach((field, control) -> {
            if (control instanceof Combo c && !field.equals(in)) {
                fill(c, field, value(c));
            }
        });
    }

    private void browse(TokenAction.Field f, Text file) {
        String chosen = Names.titled(new FileDialog(getShell(), f.input() == TokenAction.Input.OPEN ? SWT.OPEN : SWT.SAVE)).open();
        if (chosen != null) {
            file.setText(chosen);
        }
    }

    private void validate() {
        entered(Optional.empty(), inputs.entrySet().stream().allMatch(e -> !e.getKey().required() || !(e.getValue() instanceof Text t)
                || !t.getText().isBlank()));
    }

    private void perform() {
        turnTo(Stage.RUNNING, WORDS.say("Leave the card in the reader until this is done."), IMessageProvider.NONE);
        var words = new HashMap<>(action.words(entry));
        given.forEach((field, value) -> words.merge(field.word(), List.of(field.before() + value),
                (a, b) -> Stream.concat(a.stream(), b.stream()).toList()));
        run(action.verb(entry), words, action.label() + ": " + entry.name(), WORDS.say("Talking to the card…"), true, _ -> done());
    }

    private void done() {
        changed();
        turnTo(Stage.DONE, WORDS.say("Done."), IMessageProvider.INFORMATION);
        String result = printed();
        int text = result.indexOf("-----BEGIN");
        String words = (text < 0 ? result : result.substring(0, text)).strip();
        if (text < 0) {
            ended(pane(SWT.ICON_INFORMATION, words, ""), "");
            return;
        }
        Composite page = page(1);
        if (!words.isEmpty()) {
            new Label(page, SWT.NONE).setText(words.replace("&", "&&"));
        }
        var box = Names.name(new Text(page, SWT.MULTI | SWT.READ_ONLY | SWT.BORDER | SWT.V_SCROLL | SWT.H_SCROLL), WORDS.say("Result"));
        box.setText(result.substring(text));
        GridDataFactory.fillDefaults().grab(true, true).hint(480, 180).applyTo(box);
        ended(page, "");
    }

    @Override
    protected void failed(Stage before) {
        if (before == Stage.RUNNING) {
            changed();
        }
    }

    /** A failure may have cost a try, or have come half-way. */
    private void changed() {
        if (!action.reads()) {
            model.changed(entry.reader());
        }
    }

    @Override
    protected void accepted(Stage at) {
        if (at == Stage.INPUT) {
            given.clear();
            inputs.forEach((field, control) -> {
                switch (control) {
                    case Text t when !t.getText().isBlank() -> given.put(field, t.getText().strip());
                    case Combo c -> given.put(field, value(c));
                    case Button b when b.getSelection() -> given.put(field, "true");
                    default -> {
                        // not given
                    }
                }
            });
            perform();
        } else if (at == Stage.FAILED) {
            begin();
        }
    }
}
