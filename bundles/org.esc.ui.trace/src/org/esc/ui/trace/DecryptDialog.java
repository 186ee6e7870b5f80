// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jface.dialogs.IDialogConstants;
import org.eclipse.jface.dialogs.TitleAreaDialog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Shell;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.keys.KeyArgs;
import org.esc.securechannel.keys.NamedKeys;
import org.esc.ui.Names;
import org.esc.ui.NativeLook;

/** Asks with which keys the secure channels of a trace are to be read. Keys themselves are asked for later, by whoever opens them. */
final class DecryptDialog extends TitleAreaDialog {

    private static final String TYPED = "typed in now";
    private static final String AS_SET = "as the key set says";

    private final List<String> sets;
    private final Consumer<KeyArgs> chosen;
    private Combo set;
    private Combo method;

    /**
     * A dialog that does not block: open returns at once.
     *
     * @param sets   names of stored key sets
     * @param chosen told which keys, if the dialog is accepted
     */
    DecryptDialog(Shell parent, List<String> sets, Consumer<KeyArgs> chosen) {
        super(parent);
        this.sets = sets;
        this.chosen = chosen;
        setBlockOnOpen(false);
        setHelpAvailable(false);
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText("Decrypt");
    }

    @Override
    protected Point getInitialSize() {
        Point wanted = super.getInitialSize();
        return new Point(Math.clamp(wanted.x, 560, 640), wanted.y);
    }

    @Override
    protected Control createDialogArea(Composite parent) {
        var area = (Composite) super.createDialogArea(parent);
        setTitle("Read the secure channels of this trace");
        setMessage("What was wrapped is shown beside what was sent, and every MAC is verified. PINs and keys stay hidden.");
        var page = new Composite(area, SWT.NONE);
        GridDataFactory.fillDefaults().grab(true, true).applyTo(page);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(14, 14).spacing(10, 8).applyTo(page);
        set = combo(page, "&Keys:", SWT.READ_ONLY);
        set.add(NamedKeys.FACTORY);
        sets.forEach(set::add);
        set.add(TYPED);
        set.select(0);
        method = combo(page, "&Diversified by:", SWT.DROP_DOWN);
        method.add(AS_SET);
        Diversification.known().forEach(d -> method.add(d.name().toLowerCase(Locale.ROOT).replace("nist_", "").replace('_', '-')));
        method.select(0);
        method.setToolTipText("How each card's own keys come from these, or a template such as $4$5$6$7$8$9 F0 $k $4$5$6$7$8$9 0F $k");
        method.addModifyListener(_ -> validate());
        return area;
    }

    private static Combo combo(Composite page, String label, int style) {
        new Label(page, SWT.NONE).setText(label);
        var combo = Names.name(new Combo(page, style), label);
        GridDataFactory.fillDefaults().grab(true, false).applyTo(combo);
        return combo;
    }

    private Optional<String> kdf() {
        return Optional.of(method.getText().strip()).filter(m -> !m.isEmpty() && !m.equals(AS_SET));
    }

    private void validate() {
        String complaint = null;
        try {
            kdf().ifPresent(Diversification::of);
        } catch (IllegalArgumentException e) {
            complaint = e.getMessage();
        }
        setErrorMessage(complaint);
        getButton(IDialogConstants.OK_ID).setEnabled(complaint == null);
    }

    @Override
    protected void createButtonsForButtonBar(Composite parent) {
        NativeLook.of(createButton(parent, IDialogConstants.OK_ID, "D&ecrypt", true));
        NativeLook.of(createButton(parent, IDialogConstants.CANCEL_ID, "&Cancel", false));
        set.setFocus();
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
