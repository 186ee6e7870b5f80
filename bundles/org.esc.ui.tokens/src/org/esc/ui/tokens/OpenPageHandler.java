// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.net.URI;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.HandlerEvent;
import org.eclipse.ui.handlers.HandlerUtil;
import org.esc.card.Subscription;
import org.esc.ui.Browse;

/** Opens a page of the selected token's issuer; enabled when one is known. */
abstract class OpenPageHandler extends AbstractHandler {

    private final Function<TokenRow.More, Optional<URI>> page;
    private final Subscription subscription;

    OpenPageHandler(Function<TokenRow.More, Optional<URI>> page) {
        this.page = page;
        subscription = TokensPlugin.model().subscribe(() -> fireHandlerChanged(new HandlerEvent(this, true, false)));
    }

    private Optional<URI> page() {
        return TokensPlugin.model().selected().flatMap(TokenRow::facts).map(TokenRow.Facts::more).flatMap(page);
    }

    @Override
    public boolean isEnabled() {
        return page().isPresent();
    }

    @Override
    public Object execute(ExecutionEvent event) {
        page().ifPresent(p -> Browse.open(HandlerUtil.getActiveShell(event), p));
        return null;
    }

    @Override
    public void dispose() {
        subscription.close();
        super.dispose();
    }

    /** The page to enrol by. */
    public static final class Enrolment extends OpenPageHandler {

        /** Made by the platform. */
        public Enrolment() {
            super(TokenRow.More::page);
        }
    }

    /** The page for enrolled tokens. */
    public static final class Issuer extends OpenPageHandler {

        /** Made by the platform. */
        public Issuer() {
            super(TokenRow.More::welcome);
        }
    }
}
