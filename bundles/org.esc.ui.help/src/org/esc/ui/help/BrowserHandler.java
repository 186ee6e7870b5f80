// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.help;

import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;

/** Opens the guides as web pages. */
public final class BrowserHandler extends AbstractHandler {

    @Override
    public Object execute(ExecutionEvent event) {
        Browsing.open("");
        return null;
    }
}
