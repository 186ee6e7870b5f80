// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.securechannel.keys.OpenedChannel;
import org.esc.ui.VerbDialog;

/** Finds out whether a key set is a card's own, by opening a secure channel under the guard against wrong keys. */
final class KeyCheckDialog extends VerbDialog {

    private static final Words WORDS = Words.of(KeyCheckDialog.class);

    private final String set;
    private final List<String> readers;
    private final Runnable tried;
    private Map<String, List<String>> given = Map.of();
    private Combo reader;
    private Text version;
    private Combo level;

    /**
     * A dialog for one key set.
     *
     * @param readers those that hold a card, the one preferred first; not empty
     * @param tried   told when a try has ended: failures may have been counted
     */
    KeyCheckDialog(Shell parent, String set, List<String> readers, Runnable tried) {
        super(parent, WORDS.say("Check Against Card"), set);
        this.set = set;
        this.readers = readers;
        this.tried = tried;
    }

    @Override
    protected void begin() {
        ask();
    }

    @Override
    protected boolean canGoBack() {
        return true;
    }

    private void ask() {
        turnTo(Stage.INPUT, WORDS.say("Opens a secure channel and closes it again. Wrong keys are noticed before the card counts a failed try."), IMessageProvider.NONE);
        Composite page = page(2);
        reader = choice(page, WORDS.say("Card &in:"), readers, 1, SWT.READ_ONLY);
        reader.setText(given.getOrDefault("reader", List.of(readers.getFirst())).getFirst());
        version = box(page, WORDS.say("&Version:"), "version", WORDS.say("two hexadecimal digits; 00 lets the card choose"), 1, SWT.NONE);
        version.setTextLimit(2);
        version.setText(given.getOrDefault("keyVersion", List.of(KeyChoice.ANY_VERSION)).getFirst());
        level = choice(page, WORDS.say("&Protection:"), KeyChoice.LEVELS, 1, SWT.READ_ONLY);
        level.setText(given.getOrDefault("level", List.of(KeyChoice.FACTORY.level())).getFirst());
        version.addModifyListener(_ -> validate());
        show(page);
        buttons(WORDS.say("C&heck"), true, WORDS.say("&Cancel"), true);
        validate();
        reader.setFocus();
    }

    private void validate() {
        Optional<String> complaint = KeyChoice.complaint(version.getText());
        entered(complaint, complaint.isEmpty());
    }

    @Override
    protected void accepted(Stage at) {
        switch (at) {
            case INPUT -> check();
            case FAILED, DONE -> ask();
            case PLANNING, PLAN, RUNNING -> {
                // the button cannot be pressed
            }
        }
    }

    private void check() {
        given = new HashMap<>(Map.of("keys", List.of(set), "reader", List.of(reader.getText()), "keyVersion", List.of(version.getText()), "level",
                List.of(level.getText())));
        turnTo(Stage.RUNNING, WORDS.say("Leave the card in the reader until this is done."), IMessageProvider.NONE);
        run("keysets check", given, WORDS.say("Checking key set {0}", set), WORDS.say("Talking to the card…"), true, result -> done((OpenedChannel) result));
    }

    private void done(OpenedChannel opened) {
        turnTo(Stage.DONE, WORDS.say("Card {0}", opened.card()), IMessageProvider.INFORMATION);
        setTitle(WORDS.say("These are the card's keys"));
        ended(pane(SWT.ICON_INFORMATION, WORDS.say("The card and this program proved to each other that they have the same keys.\n\nProtocol: "
                        + "{0}\nProtection: {1}\nKeys: {2}\nKey version: {3}\n\nThe channel is closed again.", opened.scp(), opened.level(), opened.keys(),
                                opened.keyVersion()), ""), WORDS.say("&Back"));
        tried.run();
    }

    @Override
    protected void failed(Stage before) {
        tried.run();
    }
}
