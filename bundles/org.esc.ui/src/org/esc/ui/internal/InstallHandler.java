// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.ui.handlers.HandlerUtil;

/** Opens the dialog for vendors' drivers. */
public final class InstallHandler extends AbstractHandler {

    @Override
    public Object execute(ExecutionEvent event) {
        new InstallDialog(HandlerUtil.getActiveShell(event)).open();
        return null;
    }
}
