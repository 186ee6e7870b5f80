// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.Words;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.keys.KeyArgs;
import org.esc.securechannel.keys.NamedKeys;

/** Asks with which keys the secure channels of a trace are to be read. Keys themselves are asked for later, by whoever opens them. */
final class DecryptDialog extends AskDialog {

    private static final Words WORDS = Words.of(DecryptDialog.class);

    private static final String TYPED = WORDS.say("typed in now");
    private static final String AS_SET = WORDS.say("as the key set says");

    private final List<String> sets;
    private final Consumer<KeyArgs> chosen;
    private Combo set;
    private Combo method;

    /**
     * A dialog.
     *
     * @param sets   names of stored key sets
     * @param chosen told which keys, if the dialog is accepted
     */
    DecryptDialog(Shell parent, List<String> sets, Consumer<KeyArgs> chosen) {
        super(parent, WORDS.say("Decrypt"), WORDS.say("D&ecrypt"), 2);
        this.sets = sets;
        this.chosen = chosen;
    }

    @Override
    protected Point getInitialSize() {
        Point wanted = super.getInitialSize();
        return new Point(Math.clamp(wanted.x, 560, 640), wanted.y);
    }

    @Override
    void fill(Composite page) {
        setTitle(WORDS.say("Read the secure channels of this trace"));
        setMessage(WORDS.say("What was wrapped is shown beside what was sent, and every MAC is verified. PINs and keys stay hidden."));
        set = combo(page, WORDS.say("&Keys:"), 1, SWT.READ_ONLY);
        set.add(NamedKeys.FACTORY);
        sets.forEach(set::add);
        set.add(TYPED);
        set.select(0);
        method = combo(page, WORDS.say("&Diversified by:"), 1, SWT.DROP_DOWN);
        method.add(AS_SET);
        Diversification.known().forEach(d -> method.add(d.name().toLowerCase(Locale.ROOT).replace("nist_", "").replace('_', '-')));
        method.select(0);
        method.setToolTipText(WORDS.say("How each card's own keys come from these, or a template such as $4$5$6$7$8$9 F0 $k $4$5$6$7$8$9 0F $k"));
        method.addModifyListener(_ -> validate());
    }

    private Optional<String> kdf() {
        return Optional.of(method.getText().strip()).filter(m -> !m.isEmpty() && !m.equals(AS_SET));
    }

    private void validate() {
        Optional<String> complaint = Optional.empty();
        try {
            kdf().ifPresent(Diversification::of);
        } catch (IllegalArgumentException e) {
            complaint = Optional.of(e.getMessage());
        }
        entered(complaint, true);
    }

    @Override
    Control begin() {
        return set;
    }

    @Override
    protected void okPressed() {
        var any = KeyArgs.named(NamedKeys.FACTORY);
        var args = new KeyArgs(Optional.of(set.getText()).filter(s -> !s.equals(TYPED)), Optional.empty(), any.keyVersion(), kdf().map(Diversification::of),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), any.level(), Optional.empty());
        super.okPressed();
        chosen.accept(args);
    }
}
