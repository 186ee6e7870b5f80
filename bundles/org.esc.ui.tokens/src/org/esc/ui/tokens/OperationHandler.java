// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.HandlerEvent;
import org.eclipse.ui.handlers.HandlerUtil;
import org.esc.card.Subscription;

/** Starts an operation with the selected token; enabled when its state allows it. */
abstract class OperationHandler extends AbstractHandler {

    private final Operation operation;
    private final Subscription subscription;

    OperationHandler(Operation operation) {
        this.operation = operation;
        subscription = TokensPlugin.model().subscribe(() -> fireHandlerChanged(new HandlerEvent(this, true, false)));
    }

    @Override
    public boolean isEnabled() {
        return TokensPlugin.model().selected().filter(row -> row.possible(operation)).isPresent();
    }

    @Override
    public Object execute(ExecutionEvent event) {
        TokensModel model = TokensPlugin.model();
        model.selected().filter(row -> row.possible(operation)).ifPresent(
                row -> new OperationDialog(HandlerUtil.getActiveShell(event), model, operation, row).open());
        return null;
    }

    @Override
    public void dispose() {
        subscription.close();
        super.dispose();
    }
}
