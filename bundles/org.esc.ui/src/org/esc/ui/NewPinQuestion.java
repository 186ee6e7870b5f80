// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Secret;
import org.esc.command.Interaction.NewPin;

/** Asks for a new password of a token, or a new value of one of its PINs, twice, within its limits, and says how good it is. */
public final class NewPinQuestion extends Question<Secret> {

    private final NewPin request;
    private Text first;
    private Text second;
    private ProgressBar meter;
    private Label grade;
    private boolean touched;

    /** A question for this request. */
    public NewPinQuestion(NewPin request) {
        this.request = request;
    }

    @Override
    public String title() {
        return "Choose a new " + noun();
    }

    /** What a PIN is called is its token's affair: only its value is spoken of. */
    private String noun() {
        return request.purpose().isBlank() || request.purpose().contains("password") ? "password" : "value";
    }

    @Override
    public String message() {
        var text = new StringBuilder("This will be ")
                .append(request.purpose().isBlank() ? "the new password of the token" : noun().equals("value") ? "the new value of "
                        + request.purpose() : request.purpose()).append(". ");
        text.append(request.minLength() == request.maxLength() ? "Exactly " + request.minLength()
                : request.minLength() + " to " + request.maxLength());
        return text.append(request.digitsOnly() ? " digits." : request.plainOnly() ? " letters and digits." : " characters.").toString();
    }

    @Override
    public void fill(Composite parent, Runnable changed) {
        GridLayoutFactory.fillDefaults().numColumns(3).spacing(10, 8).applyTo(parent);
        first = box(parent, "&New " + noun() + ":", "first", changed);
        second = box(parent, "New " + noun() + " &again:", "second", changed);
        new Label(parent, SWT.NONE).setText("Quality:");
        meter = new ProgressBar(parent, SWT.HORIZONTAL | SWT.SMOOTH);
        meter.setMaximum(100);
        Names.name(meter, "Quality of the new " + noun());
        GridDataFactory.fillDefaults().grab(true, false).align(SWT.FILL, SWT.CENTER).applyTo(meter);
        grade = new Label(parent, SWT.NONE);
        GridDataFactory.fillDefaults().hint(grade.computeSize(SWT.DEFAULT, SWT.DEFAULT).x + 90, SWT.DEFAULT).applyTo(grade);
        first.setFocus();
    }

    private Text box(Composite parent, String label, String id, Runnable changed) {
        new Label(parent, SWT.NONE).setText(label);
        var box = new Text(parent, SWT.BORDER | SWT.SINGLE | SWT.PASSWORD);
        box.setTextLimit(Math.clamp(request.maxLength() + 16L, 1, 1024));
        box.setData(FormQuestion.FIELD, id);
        Names.name(box, label);
        GridDataFactory.fillDefaults().grab(true, false).span(2, 1).hint(240, SWT.DEFAULT).applyTo(box);
        box.addModifyListener(_ -> {
            touched = true;
            showQuality();
            changed.run();
        });
        return box;
    }

    private void showQuality() {
        char[] typed = first.getTextChars();
        meter.setSelection(PinQuality.score(typed));
        PinQuality.Grade g = PinQuality.grade(typed);
        meter.setState(g.compareTo(PinQuality.Grade.WEAK) <= 0 ? SWT.ERROR
                : g == PinQuality.Grade.FAIR ? SWT.PAUSED : SWT.NORMAL);
        grade.setText(g.words());
        Arrays.fill(typed, '\0');
    }

    @Override
    public Optional<String> complaint() {
        return touched ? wrong(second.getCharCount() == 0) : Optional.empty();
    }

    /** What is wrong, if anything; {@code half} leaves the repetition out while it has not been typed. */
    private Optional<String> wrong(boolean half) {
        char[] a = first.getTextChars();
        char[] b = second.getTextChars();
        try {
            int length = length(a);
            if (length < request.minLength()) {
                return Optional.of("Too short: at least " + request.minLength() + " characters.");
            }
            if (length > request.maxLength()) {
                return Optional.of("Too long: at most " + request.maxLength() + " characters.");
            }
            if (!CharBuffer.wrap(a).chars().allMatch(request::allows)) {
                return Optional.of(request.digitsOnly() ? "Only digits are allowed here." : "Only the letters a\u2013z, A\u2013Z and digits reach this token unharmed.");
            }
            if (!half && !Arrays.equals(a, b)) {
                return Optional.of("The two " + noun() + "s differ.");
            }
            return Optional.empty();
        } finally {
            Arrays.fill(a, '\0');
            Arrays.fill(b, '\0');
        }
    }

    private static int length(char[] text) {
        var bytes = StandardCharsets.UTF_8.encode(CharBuffer.wrap(text));
        int length = bytes.remaining();
        Arrays.fill(bytes.array(), (byte) 0);
        return length;
    }

    @Override
    public boolean complete() {
        return wrong(false).isEmpty();
    }

    @Override
    protected Secret take() {
        char[] typed = first.getTextChars();
        try {
            return Secret.of(typed);
        } finally {
            Arrays.fill(typed, '\0');
            first.setTextChars(new char[0]);
            second.setTextChars(new char[0]);
        }
    }

    @Override
    public String acceptLabel() {
        return noun().equals("value") ? "&Set Value" : "&Set Password";
    }
}
