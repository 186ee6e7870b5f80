// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.IMessageProvider;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;
import org.esc.securechannel.keys.FailedTries;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** Asks with which keys a card is to be opened. */
final class KeysDialog extends TitleAreaDialog {

    private static final Words WORDS = Words.of(KeysDialog.class);

    private static final int MANAGE = IDialogConstants.CLIENT_ID;
    private static final String TYPED = WORDS.say("typed in each time");
    private static final List<String> METHODS = List.of(WORDS.say("as the key set says"), "none", "visa2", "emv", "kdf3", "sp800-108", "gpkmc");

    private final List<String> sets;
    private final String card;
    private final Optional<KeyChoice> before;
    private Combo set;
    private Text version;
    private Combo method;
    private Combo level;
    private final Optional<FailedTries> failed;
    private final Consumer<KeyChoice> chosen;
    private final Runnable manage;

    /**
     * A dialog that does not block: open returns at once.
     *
     * @param sets   names of key sets that can be chosen
     * @param failed keys that were tried on the card in vain
     * @param chosen told what was chosen, if the dialog is accepted
     * @param manage shows where key sets are added and removed; the dialog closes then
     */
    KeysDialog(Shell parent, String card, List<String> sets, Optional<KeyChoice> before, Optional<FailedTries> failed,
            Consumer<KeyChoice> chosen, Runnable manage) {
        super(parent);
        this.card = card;
        this.sets = sets;
        this.before = before;
        this.failed = failed;
        this.chosen = chosen;
        this.manage = manage;
        setBlockOnOpen(false);
        setHelpAvailable(false);
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(WORDS.say("Open Secure Channel"));
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        setTitle(WORDS.say("Open {0}", card));
        setMessage(failed.map(f -> f.text() + " " + WORDS.say("Last tried: {0}.", f.keys()))
                .orElse(WORDS.say("Wrong keys are noticed before the card counts a failed try. Do not guess all the same: some cards lock.")),
                failed.isPresent() ? IMessageProvider.WARNING : IMessageProvider.NONE);
        var page = new Composite(area, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(page);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(14, 14).spacing(10, 8).applyTo(page);
        set = combo(page, WORDS.say("&Keys:"));
        sets.forEach(set::add);
        set.add(TYPED);
        new Label(page, SWT.NONE).setText(WORDS.say("&Version:"));
        version = new Text(page, SWT.BORDER | SWT.SINGLE);
        version.setTextLimit(2);
        version.setData("org.esc.ui.field", "version");
        Names.name(version, WORDS.say("Version"));
        version.setToolTipText(WORDS.say("Two hexadecimal digits; 00 lets the card choose"));
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.CENTER).hint(60, SWT.DEFAULT).applyTo(version);
        method = combo(page, WORDS.say("&Diversified by:"));
        METHODS.forEach(method::add);
        level = combo(page, WORDS.say("&Protection:"));
        KeyChoice.LEVELS.forEach(level::add);
        KeyChoice first = before.orElse(KeyChoice.FACTORY);
        set.setText(first.set().filter(sets::contains).orElse(TYPED));
        version.setText(first.version());
        method.setText(first.kdf().orElse(METHODS.getFirst()));
        level.setText(first.level());
        version.addModifyListener(_ -> validate());
        return area;
    }

    private static Combo combo(Composite page, String label) {
        new Label(page, SWT.NONE).setText(label);
        var combo = Names.name(new Combo(page, SWT.READ_ONLY), label);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(combo);
        return combo;
    }

    private void validate() {
        Optional<String> complaint = KeyChoice.complaint(version.getText());
        setErrorMessage(complaint.orElse(null));
        getButton(IDialogConstants.OK_ID).setEnabled(complaint.isEmpty());
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        NativeLook.of(createButton(parent, MANAGE, WORDS.say("&Manage Key Sets…"), false));
        NativeLook.of(createButton(parent, IDialogConstants.OK_ID, WORDS.say("&Open"), true));
        NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, WORDS.say("&Cancel"), false));
        set.setFocus();
    }

    @Override
    protected void buttonPressed(int id) {
        if (id == MANAGE) {
            close();
            manage.run();
        } else {
            super.buttonPressed(id);
        }
    }

    @Override
    protected void okPressed() {
        var choice = new KeyChoice(Optional.of(set.getText()).filter(s -> !s.equals(TYPED)), version.getText(),
                Optional.of(method.getText()).filter(m -> !m.equals(METHODS.getFirst())), level.getText());
        super.okPressed();
        chosen.accept(choice);
    }
}
