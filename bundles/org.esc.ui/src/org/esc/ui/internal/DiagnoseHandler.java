// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.ui.handlers.HandlerUtil;

/** Help ▸ Diagnostics. */
public final class DiagnoseHandler extends AbstractHandler {

    @Override
    public Object execute(ExecutionEvent event) {
        new DiagnoseDialog(HandlerUtil.getActiveShell(event)).open();
        return null;
    }
}
