// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.ExecutionException;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.handlers.HandlerUtil;

/** Shows what is on the selected card, whatever kind it is. */
public final class ShowExplorerHandler extends AbstractHandler {

    /** Brought by org.esc.ui.explorer. */
    private static final String EXPLORER = "org.esc.ui.explorer.view";

    @Override
    public Object execute(ExecutionEvent event) throws ExecutionException {
        try {
            HandlerUtil.getActiveWorkbenchWindowChecked(event).getActivePage().showView(EXPLORER);
        } catch (PartInitException e) {
            throw new ExecutionException("The Token Explorer cannot be shown", e);
        }
        return null;
    }
}
