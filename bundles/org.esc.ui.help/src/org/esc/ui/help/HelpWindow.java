// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import org.eclipse.jface.window.Window;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.graphics.Rectangle;
import org.eclipse.swt.layout.FillLayout;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.Words;

/** The guides beside a dialog, which does not let anybody into the window behind it. */
final class HelpWindow extends Window {

    private static final Point SIZE = new Point(560, 560);

    private HelpPane pane;

    HelpWindow(Shell dialog) {
        super(dialog);
        setShellStyle(SWT.CLOSE | SWT.TITLE | SWT.RESIZE | SWT.MODELESS);
        setBlockOnOpen(false);
    }

    @Override
    protected void configureShell(Shell shell) {
        super.configureShell(shell);
        shell.setText(Words.of(HelpWindow.class).say("Help"));
        shell.setLayout(new FillLayout());
    }

    @Override
    protected Control createContents(Composite parent) {
        pane = new HelpPane(parent, () -> {
        });
        return pane.control();
    }

    HelpPane pane() {
        return pane;
    }

    @Override
    protected Point getInitialSize() {
        return SIZE;
    }

    /** Beside the dialog, on the side with more room. */
    @Override
    protected Point getInitialLocation(Point size) {
        Rectangle dialog = getParentShell().getBounds();
        Rectangle screen = getParentShell().getMonitor().getClientArea();
        int right = dialog.x + dialog.width;
        int x = screen.x + screen.width - right >= dialog.x - screen.x ? right + 8 : dialog.x - size.x - 8;
        return new Point(Math.clamp(x, screen.x, Math.max(screen.x, screen.x + screen.width - size.x)),
                Math.clamp(dialog.y, screen.y, Math.max(screen.y, screen.y + screen.height - size.y)));
    }
}
