// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Answers;
import org.esc.command.Form;

/** A form whose fields somebody else defined: the server's login form, for the most part. */
public final class FormQuestion extends Question<Answers> {

    private static final Words WORDS = Words.of(FormQuestion.class);

    /** {@link org.eclipse.swt.widgets.Widget#getData(String)} key under which a box carries its field's id. */
    public static final String FIELD = "org.esc.ui.field";
    /** Label of the button that accepts a form to log in with. */
    static final String LOG_IN = WORDS.say("&Log In");

    private final Form form;
    private final String acceptLabel;
    private final Map<Form.Field, Text> boxes = new LinkedHashMap<>();
    private final Set<Form.Field> touched = new HashSet<>();

    /** A question for a form to log in with. */
    public FormQuestion(Form form) {
        this(form, LOG_IN);
    }

    /** A question for this form, with the label of the button that accepts. */
    public FormQuestion(Form form, String acceptLabel) {
        this.form = form;
        this.acceptLabel = acceptLabel;
    }

    @Override
    public String title() {
        return form.title().isBlank() ? WORDS.say("Log in") : form.title();
    }

    @Override
    public String message() {
        if (form.blocked()) {
            return WORDS.say("The server says that this account is blocked. Ask your administrator before you try again.");
        }
        if (form.invalid()) {
            return (WORDS.say("What was entered was not accepted. Try again.") + " " + form.description()).strip();
        }
        return form.description().isBlank() ? WORDS.say("The server asks for the following.") : form.description();
    }

    @Override
    public void fill(Composite parent, Runnable changed) {
        GridLayoutFactory.fillDefaults().numColumns(2).spacing(10, 8).applyTo(parent);
        var taken = new StringBuilder(Names.mnemonicOf(acceptLabel())).append(Names.mnemonicOf(CANCEL));
        for (Form.Field field : form.fields()) {
            var label = new Label(parent, SWT.NONE);
            label.setText(Names.mnemonic(label(field), taken) + ":");
            boolean hidden = field.kind() == Form.Kind.PASSWORD;
            var box = new Text(parent, SWT.BORDER | SWT.SINGLE | (hidden ? SWT.PASSWORD : SWT.NONE));
            box.setTextLimit(1024);
            box.setData(FIELD, field.id());
            Names.name(box, label(field).replace("&", "&&"));
            if (!field.description().isBlank() && !field.description().equals(field.name())) {
                box.setToolTipText(field.description());
                if (!hidden) {
                    box.setMessage(field.description());
                }
            }
            if (field.kind() == Form.Kind.INTEGER) {
                box.addVerifyListener(e -> e.doit = e.text.chars().allMatch(c -> c >= '0' && c <= '9'));
            }
            GridDataFactory.fillDefaults().grab(true, false).hint(240, SWT.DEFAULT).applyTo(box);
            box.addModifyListener(_ -> {
                touched.add(field);
                changed.run();
            });
            boxes.put(field, box);
        }
        boxes.values().stream().findFirst().ifPresent(Text::setFocus);
    }

    private static String label(Form.Field field) {
        return field.name().isBlank() ? field.id() : field.name();
    }

    @Override
    public Optional<String> complaint() {
        // a box that nobody has come to yet is no mistake
        return boxes.entrySet().stream().filter(e -> !e.getKey().optional() && touched.contains(e.getKey()) && e.getValue().getCharCount() == 0).findFirst()
                .map(e -> WORDS.say("Fill in: {0}", label(e.getKey())));
    }

    @Override
    public boolean complete() {
        return boxes.entrySet().stream().allMatch(e -> e.getKey().optional() || e.getValue().getCharCount() > 0);
    }

    @Override
    protected Answers take() {
        var values = new LinkedHashMap<String, Secret>();
        boxes.forEach((field, box) -> {
            char[] typed = box.getTextChars();
            values.put(field.id(), Secret.of(typed));
            Arrays.fill(typed, '\0');
            box.setTextChars(new char[0]);
        });
        return new Answers(values);
    }

    @Override
    public String acceptLabel() {
        return acceptLabel;
    }
}
