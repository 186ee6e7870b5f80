// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.Optional;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.HandlerEvent;
import org.eclipse.ui.handlers.HandlerUtil;
import org.esc.card.Subscription;

/** Plugs in the selected software token that is remembered but not plugged in; asks for its passphrase when it needs one. */
public final class UnlockSoftTokenHandler extends AbstractHandler {

    private final Subscription subscription =
            TokensPlugin.model().subscribe(() -> fireHandlerChanged(new HandlerEvent(this, true, false)));

    @Override
    public boolean isEnabled() {
        return selected().filter(token -> token.state() != TokenState.READING).isPresent();
    }

    private static Optional<SoftTokens.Shelved> selected() {
        return TokensPlugin.model().selected().flatMap(row -> TokensPlugin.softTokens().shelved(row.reader().name()));
    }

    @Override
    public Object execute(ExecutionEvent event) {
        selected().ifPresent(token -> OpenSoftTokenHandler.plug(HandlerUtil.getActiveWorkbenchWindow(event).getShell(), token.file(),
                Optional.empty()));
        return null;
    }

    @Override
    public void dispose() {
        subscription.close();
        super.dispose();
    }
}
