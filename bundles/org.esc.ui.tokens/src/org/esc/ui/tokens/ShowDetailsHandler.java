// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.ExecutionException;
import org.eclipse.ui.PartInitException;
import org.eclipse.ui.handlers.HandlerUtil;

/** Shows what is known about the selected token. */
public final class ShowDetailsHandler extends AbstractHandler {

    @Override
    public Object execute(ExecutionEvent event) throws ExecutionException {
        try {
            HandlerUtil.getActiveWorkbenchWindowChecked(event).getActivePage().showView(DetailsView.ID);
        } catch (PartInitException e) {
            throw new ExecutionException("The Details view cannot be shown", e);
        }
        return null;
    }
}
