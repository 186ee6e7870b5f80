// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.RGB;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.ColorDialog;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.trace.analysis.FilterBook.Colour;
import org.esc.trace.analysis.FilterBook.Paint;
import org.esc.ui.Ink;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** Edits a colour rule, with a sample of how it looks on light and dark desktops. */
final class RuleDialog extends AskDialog {

    private static final Words WORDS = Words.of(RuleDialog.class);

    /** A rule that nobody edited yet. */
    static final Colour FRESH = new Colour("", "", Paint.of(0x1B1B1B, 0xE5D8F5), Paint.of(0xE3D0FA, 0x3A2A4D), "*", true);

    /** The contrast that text needs to be read by people with weak sight (WCAG 2.2, success criterion 1.4.3). */
    private static final double LEAST_CONTRAST = 4.5;
    private static final int LONGEST_MARKER = 3;

    private final Colour before;
    private final Consumer<Colour> edited;
    private final List<Sample> samples = new ArrayList<>();
    private Text name;
    private Text filter;
    private Text marker;

    /** Colours of one kind of desktop and how they look. */
    private static final class Sample {
        private final boolean dark;
        private final Label look;
        private int letters;
        private int ground;

        Sample(Composite page, boolean dark, Paint paint, int plainLetters, int plainGround, Runnable changed) {
            this.dark = dark;
            new Label(page, SWT.NONE).setText(dark ? WORDS.say("On a dark desktop:") : WORDS.say("On a light desktop:"));
            var row = new Composite(page, SWT.NONE);
            GridLayoutFactory.fillDefaults().numColumns(3).spacing(8, 0).applyTo(row);
            GridDataFactory.fillDefaults().grab(true, false).applyTo(row);
            letters = paint.letters().orElse(plainLetters);
            ground = paint.ground().orElse(plainGround);
            if (dark) {
                button(row, WORDS.say("Le&tters…"), WORDS.say("Letters on a dark desktop"), () -> letters, rgb -> letters = rgb, changed);
                button(row, WORDS.say("G&round…"), WORDS.say("Ground on a dark desktop"), () -> ground, rgb -> ground = rgb, changed);
            } else {
                button(row, WORDS.say("&Letters…"), WORDS.say("Letters on a light desktop"), () -> letters, rgb -> letters = rgb, changed);
                button(row, WORDS.say("&Ground…"), WORDS.say("Ground on a light desktop"), () -> ground, rgb -> ground = rgb, changed);
            }
            look = new Label(row, SWT.CENTER | SWT.BORDER);
            // the style sheets would give it the dialog's colours
            look.setData("org.eclipse.e4.ui.css.disabled", Boolean.TRUE);
            GridDataFactory.fillDefaults().grab(true, false).hint(220, SWT.DEFAULT).applyTo(look);
        }

        private static void button(Composite row, String label, String name, IntSupplier before, IntConsumer after, Runnable changed) {
            var button = NativeLook.of(new Button(row, SWT.PUSH));
            button.setText(label);
            Names.name(button, name);
            button.addListener(SWT.Selection, _ -> {
                var dialog = new ColorDialog(button.getShell());
                dialog.setText(name);
                dialog.setRGB(RowTable.colour(before.getAsInt()).getRGB());
                RGB chosen = dialog.open();
                if (chosen != null) {
                    after.accept(chosen.red << 16 | chosen.green << 8 | chosen.blue);
                    changed.run();
                }
            });
        }

        Paint paint() {
            return Paint.of(letters, ground);
        }

        double contrast() {
            return Ink.contrast(RowTable.colour(letters).getRGB(), RowTable.colour(ground).getRGB());
        }

        void show(String sample) {
            look.setText(WORDS.say("{0}   contrast {1}", sample, String.format(Words.locale(), "%.1f", contrast())).replace("&", "&&"));
            look.setForeground(RowTable.colour(letters));
            look.setBackground(RowTable.colour(ground));
        }
    }

    /**
     * A dialog.
     *
     * @param edited told the rule, if the dialog is accepted
     */
    RuleDialog(Shell parent, Colour before, Consumer<Colour> edited) {
        super(parent, WORDS.say("Colour Rule"), WORDS.say("&OK"), 2);
        this.before = before;
        this.edited = edited;
    }

    @Override
    void fill(Composite page) {
        setTitle(before == FRESH ? WORDS.say("A new colour rule") : WORDS.say("Colour rule {0}", before.name()));
        setMessage(WORDS.say("Which exchanges, and how they look."));
        name = box(page, WORDS.say("&Name:"), "name", before.name());
        filter = box(page, WORDS.say("&Filter:"), "filter", before.text());
        filter.setMessage("ins == VERIFY && sw != 9000");
        marker = box(page, WORDS.say("&Marker:"), "marker", before.marker());
        marker.setToolTipText(WORDS.say("One to three characters that stand beside the exchange"));
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.CENTER).hint(60, SWT.DEFAULT).applyTo(marker);
        samples.add(new Sample(page, false, before.light(), 0x000000, 0xFFFFFF, this::validate));
        samples.add(new Sample(page, true, before.dark(), 0xFFFFFF, 0x1E1E1E, this::validate));
        for (Text t : List.of(name, filter, marker)) {
            t.addModifyListener(_ -> validate());
        }
    }

    private Optional<String> complaint() {
        String m = marker.getText();
        return name.getText().isBlank() ? Optional.of(WORDS.say("Give the rule a name."))
                : filter.getText().isBlank() ? Optional.of(WORDS.say("Say which exchanges."))
                : ColoursPage.complaint(filter.getText()).or(() -> m.isBlank() || m.codePointCount(0, m.length()) > LONGEST_MARKER
                        ? Optional.of(WORDS.say("The marker has one to three characters.")) : Optional.empty());
    }

    private void validate() {
        samples.forEach(s -> s.show(marker.getText() + "  90 00"));
        Optional<Sample> faint = samples.stream().filter(s -> s.contrast() < LEAST_CONTRAST).findFirst();
        setMessage(faint.map(s -> s.dark ? WORDS.say("On a dark desktop this is hard to read: the contrast should be {0} or more.", LEAST_CONTRAST)
                : WORDS.say("On a light desktop this is hard to read: the contrast should be {0} or more.", LEAST_CONTRAST))
                .orElse(WORDS.say("Which exchanges, and how they look.")), faint.isPresent() ? IMessageProvider.WARNING : IMessageProvider.NONE);
        entered(complaint(), true);
    }

    @Override
    Control begin() {
        validate();
        if (before == FRESH) {
            setErrorMessage(null);
        }
        return name;
    }

    @Override
    protected void okPressed() {
        var rule = new Colour(name.getText().strip(), filter.getText().strip(), samples.get(0).paint(), samples.get(1).paint(), marker.getText().strip(), before.on());
        super.okPressed();
        edited.accept(rule);
    }
}
