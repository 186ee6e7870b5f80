// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.layout.GridData;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Text;
import org.esc.apdu.Words;

/** Words for a person, with the particulars one click away. */
public final class ProblemPane extends Composite {

    private static final Words WORDS = Words.of(ProblemPane.class);

    /** A pane with a picture ({@link SWT#ICON_ERROR}, …), the words, and particulars that may be empty. */
    public ProblemPane(Composite parent, int icon, String words, String particulars) {
        super(parent, SWT.NONE);
        GridLayoutFactory.fillDefaults().numColumns(2).margins(12, 12).spacing(12, 8).applyTo(this);
        var picture = new Label(this, SWT.NONE);
        picture.setImage(getDisplay().getSystemImage(icon));
        GridDataFactory.fillDefaults().align(SWT.BEGINNING, SWT.BEGINNING).applyTo(picture);
        var text = new Text(this, SWT.MULTI | SWT.WRAP | SWT.READ_ONLY);
        text.setText(words);
        NativeLook.onGround(text);
        Names.name(text, WORDS.say("What happened"));
        GridDataFactory.fillDefaults().grab(true, false).hint(380, SWT.DEFAULT).applyTo(text);
        if (particulars.isBlank()) {
            return;
        }
        var details = NativeLook.of(new Button(this, SWT.TOGGLE));
        details.setText(WORDS.say("&Details"));
        GridDataFactory.fillDefaults().span(2, 1).align(SWT.BEGINNING, SWT.BEGINNING).applyTo(details);
        var more = new Text(this, SWT.MULTI | SWT.READ_ONLY | SWT.H_SCROLL | SWT.V_SCROLL | SWT.BORDER);
        more.setText(particulars);
        more.setVisible(false);
        Names.name(more, WORDS.say("Details"));
        GridDataFactory.fillDefaults().grab(true, true).span(2, 1).hint(SWT.DEFAULT, 120).exclude(true).applyTo(more);
        details.addListener(SWT.Selection, _ -> {
            more.setVisible(details.getSelection());
            ((GridData) more.getLayoutData()).exclude = !details.getSelection();
            more.requestLayout();
            makeRoom();
        });
    }

    /** Offers a look at the server's certificates, and the ways out there are, if a server was refused. @return this pane */
    public ProblemPane offerTrust(Throwable failure) {
        return offerTrust(failure, () -> { });
    }

    /** The same. @param changed called when the trust store has been changed */
    public ProblemPane offerTrust(Throwable failure, Runnable changed) {
        ServerDialog.refused(failure).ifPresent(server -> {
            var look = NativeLook.of(new Button(this, SWT.PUSH));
            look.setText(WORDS.say("Show the Server's Ce&rtificates…"));
            GridDataFactory.fillDefaults().span(2, 1).align(SWT.BEGINNING, SWT.BEGINNING).applyTo(look);
            look.addListener(SWT.Selection, _ -> new ServerDialog(getShell(), server, changed).open());
        });
        return this;
    }

    /** A dialog that is too low for the particulars grows. */
    private void makeRoom() {
        Point wanted = getShell().computeSize(getShell().getSize().x, SWT.DEFAULT);
        if (wanted.y > getShell().getSize().y) {
            getShell().setSize(getShell().getSize().x, wanted.y);
        }
    }
}
