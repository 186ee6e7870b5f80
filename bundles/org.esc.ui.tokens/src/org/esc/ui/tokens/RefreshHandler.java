// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.concurrent.CompletableFuture;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;

/** Reads every card anew, and looks again for software tokens that could not be plugged in. */
public final class RefreshHandler extends AbstractHandler {

    @Override
    public Object execute(ExecutionEvent event) {
        CompletableFuture.runAsync(TokensPlugin.softTokens()::retry);
        TokensPlugin.model().refresh();
        return null;
    }
}
