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
import org.esc.apdu.Words;
import org.esc.command.Interaction.NewPin;

/** Asks for a new password of a token, or a new value of one of its PINs, twice, within its limits, and says how good it is. */
public final class NewPinQuestion extends Question<Secret> {

    private static final Words WORDS = Words.of(NewPinQuestion.class);

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
        return password() ? WORDS.say("Choose a new password") : WORDS.say("Choose a new value");
    }

    /** What a PIN is called is its token's affair: only its value is spoken of. */
    private boolean password() {
        String purpose = request.purpose().toLowerCase(Words.locale());
        // purposes come in the person's language
        return purpose.isBlank() || purpose.contains("password") || purpose.contains(WORDS.say("password").toLowerCase(Words.locale()));
    }

    @Override
    public String message() {
        String what = request.purpose().isBlank() ? WORDS.say("This will be the new password of the token.")
                : password() ? WORDS.say("This will be {0}.", request.purpose()) : WORDS.say("This will be the new value of {0}.", request.purpose());
        return what + " " + limits(request.minLength(), request.maxLength());
    }

    private String limits(int least, int most) {
        if (least == most) {
            return request.digitsOnly() ? WORDS.say("Exactly {0} digits.", least) : request.plainOnly() ? WORDS.say("Exactly {0} letters and digits.", least)
                    : WORDS.say("Exactly {0} characters.", least);
        }
        return request.digitsOnly() ? WORDS.say("{0} to {1} digits.", least, most) : request.plainOnly() ? WORDS.say("{0} to {1} letters and digits.", least, most)
                : WORDS.say("{0} to {1} characters.", least, most);
    }

    @Override
    public void fill(Composite parent, Runnable changed) {
        GridLayoutFactory.fillDefaults().numColumns(3).spacing(10, 8).applyTo(parent);
        first = box(parent, password() ? WORDS.say("&New password:") : WORDS.say("&New value:"), "first", changed);
        second = box(parent, password() ? WORDS.say("New password &again:") : WORDS.say("New value &again:"), "second", changed);
        new Label(parent, SWT.NONE).setText(WORDS.say("Quality:"));
        meter = new ProgressBar(parent, SWT.HORIZONTAL | SWT.SMOOTH);
        meter.setMaximum(100);
        Names.name(meter, password() ? WORDS.say("Quality of the new password") : WORDS.say("Quality of the new value"));
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
                return Optional.of(WORDS.say("Too short: at least {0} characters.", request.minLength()));
            }
            if (length > request.maxLength()) {
                return Optional.of(WORDS.say("Too long: at most {0} characters.", request.maxLength()));
            }
            if (!CharBuffer.wrap(a).chars().allMatch(request::allows)) {
                return Optional.of(request.digitsOnly() ? WORDS.say("Only digits are allowed here.")
                        : WORDS.say("Only the letters a–z, A–Z and digits reach this token unharmed."));
            }
            if (!half && !Arrays.equals(a, b)) {
                return Optional.of(password() ? WORDS.say("The two passwords differ.") : WORDS.say("The two values differ."));
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
        return password() ? WORDS.say("&Set Password") : WORDS.say("&Set Value");
    }
}
