// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.ui.handlers.HandlerUtil;
import org.esc.ui.Services;

/** Leads through telling browsers and mail programs of the tokens; enabled if a bundle brings the verb. Made by the platform. */
public final class IntegrateHandler extends AbstractHandler {

    @Override
    public boolean isEnabled() {
        return Services.verb(IntegrateDialog.VERB).isPresent();
    }

    @Override
    public Object execute(ExecutionEvent event) {
        new IntegrateDialog(HandlerUtil.getActiveShell(event)).open();
        return null;
    }
}
