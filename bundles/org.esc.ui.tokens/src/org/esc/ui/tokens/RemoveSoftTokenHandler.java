// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.concurrent.CompletableFuture;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.HandlerEvent;
import org.esc.card.Subscription;

/** Unplugs the selected software token, or has one forgotten that waits on the shelf; its file stays. */
public final class RemoveSoftTokenHandler extends AbstractHandler {

    private final Subscription subscription =
            TokensPlugin.model().subscribe(() -> fireHandlerChanged(new HandlerEvent(this, true, false)));

    @Override
    public boolean isEnabled() {
        SoftTokens tokens = TokensPlugin.softTokens();
        return TokensPlugin.model().selected()
                .filter(row -> row.state() != TokenState.BUSY && row.state() != TokenState.READING
                        && (tokens.has(row.reader().name()) || tokens.shelved(row.reader().name()).isPresent())).isPresent();
    }

    @Override
    public Object execute(ExecutionEvent event) {
        TokensPlugin.model().selected().ifPresent(row -> {
            SoftTokens tokens = TokensPlugin.softTokens();
            String name = row.reader().name();
            // the file is written anew
            CompletableFuture.runAsync(() -> tokens.shelved(name).ifPresentOrElse(token -> tokens.forget(token.file()), () -> tokens.unplug(name)));
        });
        return null;
    }

    @Override
    public void dispose() {
        subscription.close();
        super.dispose();
    }
}
