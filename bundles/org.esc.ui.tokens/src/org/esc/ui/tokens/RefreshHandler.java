// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;

/** Reads every card anew. */
public final class RefreshHandler extends AbstractHandler {

    @Override
    public Object execute(ExecutionEvent event) {
        TokensPlugin.model().refresh();
        return null;
    }
}
