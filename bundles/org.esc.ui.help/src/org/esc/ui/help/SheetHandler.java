// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;

/** Opens the view with the cheat sheets. */
public final class SheetHandler extends AbstractHandler {

    @Override
    public Object execute(ExecutionEvent event) {
        SheetView.open("");
        return null;
    }
}
