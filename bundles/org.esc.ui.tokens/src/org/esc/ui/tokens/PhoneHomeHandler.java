// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.Arrays;
import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.HandlerEvent;
import org.eclipse.ui.handlers.HandlerUtil;
import org.esc.card.Subscription;

/** Shows where the selected token's services are, and lets that be changed; enabled for tokens that a server manages. */
public final class PhoneHomeHandler extends AbstractHandler {

    private final Subscription subscription = TokensPlugin.model().subscribe(() -> fireHandlerChanged(new HandlerEvent(this, true, false)));

    private static boolean fits(TokenRow row) {
        return Arrays.stream(Operation.values()).filter(Operation::byServer).anyMatch(o -> o.possible(row.state()));
    }

    @Override
    public boolean isEnabled() {
        return TokensPlugin.model().selected().filter(PhoneHomeHandler::fits).isPresent();
    }

    @Override
    public Object execute(ExecutionEvent event) {
        TokensPlugin.model().selected().filter(PhoneHomeHandler::fits)
                .ifPresent(row -> new PhoneHomeDialog(HandlerUtil.getActiveShell(event), TokensPlugin.model(), row).open());
        return null;
    }

    @Override
    public void dispose() {
        subscription.close();
        super.dispose();
    }
}
