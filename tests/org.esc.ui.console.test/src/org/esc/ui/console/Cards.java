// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.console;

import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Table;
import org.eclipse.swt.widgets.TableItem;
import org.eclipse.swt.widgets.Text;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.ui.PlatformUI;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.piv.PivAppletFactory;
import org.esc.ui.Services;
import org.esc.ui.testing.Ui;

/** A PIV card in a reader of the workbench, and the APDU perspective. */
final class Cards {

    static final String SELECT = "00A4040009A0000003080000100000";

    private Cards() {
    }

    private static SoftReaders readers() {
        return Services.find(SoftReaders.class).orElseThrow();
    }

    /** Plugs a fresh card in. */
    static String plug() {
        readers().unplugAll();
        return readers().plug("Test token", SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory()));
    }

    static void unplug() {
        readers().unplugAll();
        Ui.settle();
    }

    static void perspective() throws Exception {
        PlatformUI.getWorkbench().showPerspective("org.esc.ui.trace.perspective", Ui.page().getWorkbenchWindow());
    }

    /** All cells, a line each. */
    static String cells(Table t) {
        var s = new StringBuilder();
        for (TableItem i : t.getItems()) {
            for (int c = 0; c < t.getColumnCount(); c++) {
                s.append(i.getText(c)).append('|');
            }
            s.append('\n');
        }
        return s.toString();
    }

    static void enter(Text text) {
        text.notifyListeners(SWT.DefaultSelection, new Event());
    }

    static void key(Text text, int code) {
        var e = new Event();
        e.type = SWT.KeyDown;
        e.keyCode = code;
        text.notifyListeners(SWT.KeyDown, e);
        Ui.settle();
    }

    /** The dialog with this title. */
    static Shell dialog(String title) {
        Ui.until("the dialog " + title, () -> Ui.shells().stream().anyMatch(s -> s.getText().contains(title)));
        return Ui.shells().stream().filter(s -> s.getText().contains(title)).findFirst().orElseThrow();
    }
}
