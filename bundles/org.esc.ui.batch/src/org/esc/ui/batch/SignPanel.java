// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.batch;

import java.text.NumberFormat;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.accessibility.ACC;
import org.eclipse.swt.accessibility.AccessibleAdapter;
import org.eclipse.swt.accessibility.AccessibleEvent;
import org.eclipse.swt.graphics.Font;
import org.eclipse.swt.graphics.FontData;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.ProgressBar;
import org.esc.apdu.Words;
import org.esc.tps.client.batch.Sign;
import org.esc.ui.Ink;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** The sign of one reader, large enough to be read from two metres. Colour is never alone: the words say it all. */
final class SignPanel extends Composite {

    private static final Words WORDS = Words.of(SignPanel.class);

    private final Label reader;
    private final Label words;
    private final Label text;
    private final ProgressBar bar;
    private Sign sign;
    private Font large;
    private Font medium;
    private int height;

    SignPanel(Composite parent, Sign first, int points) {
        super(parent, SWT.NONE);
        sign = first;
        NativeLook.of(this);
        GridLayoutFactory.fillDefaults().margins(16, 10).spacing(0, 4).applyTo(this);
        reader = label(SWT.NONE);
        words = label(SWT.WRAP);
        text = label(SWT.WRAP);
        bar = new ProgressBar(this, SWT.HORIZONTAL);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(bar);
        Names.name(bar, WORDS.say("Progress in {0}", first.reader()));
        GridDataFactory.fillDefaults().grab(true, false).applyTo(reader);
        GridDataFactory.fillDefaults().grab(true, true).align(SWT.FILL, SWT.CENTER).hint(100, SWT.DEFAULT).applyTo(words);
        GridDataFactory.fillDefaults().grab(true, false).hint(100, SWT.DEFAULT).applyTo(text);
        words.getAccessible().addAccessibleListener(new AccessibleAdapter() {
            @Override
            public void getName(AccessibleEvent e) {
                e.result = spoken();
            }
        });
        addDisposeListener(_ -> {
            large.dispose();
            medium.dispose();
        });
        size(points);
        show(first);
    }

    private Label label(int style) {
        var l = new Label(this, style);
        l.setData("org.eclipse.e4.ui.css.disabled", Boolean.TRUE);
        return l;
    }

    /** What a screen reader says when the sign changes. */
    String spoken() {
        return sign.reader() + ": " + sign.kind().words() + ". " + sign.text();
    }

    Sign sign() {
        return sign;
    }

    void size(int points) {
        if (points == height) {
            return;
        }
        height = points;
        Font largeBefore = large;
        Font mediumBefore = medium;
        large = font(points, SWT.BOLD);
        medium = font(points / 2, SWT.NORMAL);
        words.setFont(large);
        reader.setFont(medium);
        text.setFont(medium);
        if (largeBefore != null) {
            largeBefore.dispose();
            mediumBefore.dispose();
        }
        layout(true, true);
    }

    private Font font(int points, int style) {
        FontData[] data = getFont().getFontData();
        for (FontData d : data) {
            d.setHeight(points);
            d.setStyle(style);
        }
        return new Font(getDisplay(), data);
    }

    void show(Sign now) {
        boolean other = now.kind() != sign.kind() || words.getText().isEmpty();
        sign = now;
        reader.setText(now.reader().replace("&", "&&"));
        words.setText(now.kind().words());
        // the bar hardly stands out from the ground of the sign
        String far = now.kind() == Sign.Kind.WAIT && now.percent() >= 0 ? "   " + NumberFormat.getPercentInstance(Words.locale()).format(now.percent() / 100.0) : "";
        text.setText(now.text().replace("&", "&&") + far);
        text.setToolTipText(now.text());
        bar.setVisible(now.kind() == Sign.Kind.WAIT);
        bar.setSelection(Math.max(0, now.percent()));
        var ground = (switch (now.kind()) {
            case INSERT, AGAIN -> Ink.SIGN_GO;
            case WAIT, PAUSED, FINISHED -> Ink.SIGN_WAIT;
            case TAKE_OUT -> Ink.SIGN_GOOD;
            case FAILED, REFUSED -> Ink.SIGN_BAD;
        }).on(this);
        var ink = Ink.SIGN.on(this);
        setBackground(ground);
        for (Label l : new Label[] {reader, words, text}) {
            l.setBackground(ground);
            l.setForeground(ink);
        }
        layout(true, true);
        if (other) {
            words.getAccessible().sendEvent(ACC.EVENT_NAME_CHANGED, null);
        }
    }
}
