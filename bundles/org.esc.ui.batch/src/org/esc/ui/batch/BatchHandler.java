// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.batch;

import org.eclipse.core.commands.AbstractHandler;
import org.eclipse.core.commands.ExecutionEvent;
import org.eclipse.core.commands.ExecutionException;
import org.eclipse.core.runtime.IConfigurationElement;
import org.eclipse.core.runtime.IExecutableExtension;
import org.eclipse.ui.IWorkbenchWindow;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.WorkbenchException;
import org.eclipse.ui.handlers.HandlerUtil;

/** Commands of the Batch menu: they show the perspective first. The extension names which, behind the class. */
public final class BatchHandler extends AbstractHandler implements IExecutableExtension {

    private String which = "";

    @Override
    public void setInitializationData(IConfigurationElement config, String propertyName, Object data) {
        which = String.valueOf(data);
    }

    @Override
    public Object execute(ExecutionEvent event) throws ExecutionException {
        IWorkbenchWindow window = HandlerUtil.getActiveWorkbenchWindowChecked(event);
        try {
            PlatformUI.getWorkbench().showPerspective(BatchPerspective.ID, window);
            if (window.getActivePage().showView(BatchView.ID) instanceof BatchView view) {
                if (which.equals("new")) {
                    view.newPlan();
                } else {
                    view.open();
                }
            }
        } catch (WorkbenchException e) {
            throw new ExecutionException(e.getMessage(), e);
        }
        return null;
    }
}
