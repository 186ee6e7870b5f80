// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.HandlerEvent;
import org.esc.card.Subscription;

/** Unplugs the selected software token; its file stays. */
public final class RemoveSoftTokenHandler extends AbstractHandler {

    private final Subscription subscription =
            TokensPlugin.model().subscribe(() -> fireHandlerChanged(new HandlerEvent(this, true, false)));

    @Override
    public boolean isEnabled() {
        return TokensPlugin.model().selected()
                .filter(row -> row.state() != TokenState.BUSY && SoftTokens.has(row.reader().name())).isPresent();
    }

    @Override
    public Object execute(ExecutionEvent event) {
        TokensPlugin.model().selected().ifPresent(row -> SoftTokens.unplug(row.reader().name()));
        return null;
    }

    @Override
    public void dispose() {
        subscription.close();
        super.dispose();
    }
}
