// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.io.IOException;
import java.util.Arrays;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.Platform;
import org.eclipse.equinox.app.IApplication;
import org.eclipse.equinox.app.IApplicationContext;
import org.eclipse.jface.dialogs.MessageDialog;
import org.eclipse.osgi.service.datalocation.Location;
import org.eclipse.swt.widgets.Display;
import org.eclipse.ui.PlatformUI;
import org.esc.ui.Start;

/** Opens the workbench and ends with it. */
public final class WorkbenchApplication implements IApplication {

    @Override
    public Object start(IApplicationContext context) {
        var arguments = (String[]) context.getArguments().get(IApplicationContext.APPLICATION_ARGS);
        if (arguments != null && Arrays.asList(arguments).contains(Start.DEMO_ARGUMENT)) {
            Start.demo(true);
        }
        Display.setAppName("Enterprise Security Client");
        Display display = PlatformUI.createDisplay();
        Location data = Platform.getInstanceLocation();
        try {
            if (data != null && data.isSet() && !lock(data)) {
                MessageDialog.openInformation(null, "Enterprise Security Client", "The workbench is open already.\n\n"
                        + "Look for its window, or start it with another data folder: -data FOLDER");
                return IApplication.EXIT_OK;
            }
            int code = PlatformUI.createAndRunWorkbench(display, new EscWorkbenchAdvisor());
            return code == PlatformUI.RETURN_RESTART ? IApplication.EXIT_RESTART : IApplication.EXIT_OK;
        } finally {
            if (data != null && data.isSet()) {
                data.release();
            }
            display.dispose();
        }
    }

    private static boolean lock(Location data) {
        try {
            return data.lock();
        } catch (IOException e) {
            // a read-only or foreign folder: the workbench can still be used, only nothing is remembered
            ILog.of(WorkbenchApplication.class).warn("The data folder cannot be locked: " + data.getURL(), e);
            return true;
        }
    }

    @Override
    public void stop() {
        if (PlatformUI.isWorkbenchRunning()) {
            var workbench = PlatformUI.getWorkbench();
            workbench.getDisplay().asyncExec(workbench::close);
        }
    }
}
