// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.eclipse.core.runtime.ILog;
import org.eclipse.core.runtime.Platform;
import org.eclipse.equinox.app.IApplication;
import org.eclipse.equinox.app.IApplicationContext;
import org.eclipse.jface.dialogs.MessageDialog;
import org.eclipse.osgi.service.datalocation.Location;
import org.eclipse.swt.widgets.Display;
import org.eclipse.ui.PlatformUI;
import org.esc.apdu.Words;
import org.esc.ui.MainWindow;
import org.esc.ui.Start;
import org.esc.ui.X11;

/** Opens the workbench and ends with it. */
public final class WorkbenchApplication implements IApplication {

    private static final Words WORDS = Words.of(WorkbenchApplication.class);

    @Override
    public Object start(IApplicationContext context) {
        var arguments = (String[]) context.getArguments().get(IApplicationContext.APPLICATION_ARGS);
        if (arguments != null && Arrays.asList(arguments).contains(Start.DEMO_ARGUMENT)) {
            Start.demo(true);
        }
        Start.minimized(arguments != null && Arrays.asList(arguments).contains(Start.MINIMIZED_ARGUMENT));
        Location data = Platform.getInstanceLocation();
        boolean kept = data != null && data.isSet();
        boolean first = !kept || lock(data);
        if (!first && SingleInstance.raise(socket(data))) {
            return IApplication.EXIT_OK;
        }
        Display.setAppName("Enterprise Security Client");
        Display display = PlatformUI.createDisplay();
        X11.surviveErrors();
        ThemeFollower.guideStyleSheets(display);
        SpokenMessages.start(display);
        Optional<SingleInstance> instance = Optional.empty();
        try {
            if (!first) {
                MessageDialog.openInformation(null, "Enterprise Security Client", WORDS.say("The workbench is open already.\n\nLook for its window, "
                        + "or start it with another data folder: -data FOLDER"));
                return IApplication.EXIT_OK;
            }
            instance = kept ? SingleInstance.listen(socket(data), () -> {
                if (!display.isDisposed()) {
                    display.asyncExec(() -> {
                        if (PlatformUI.isWorkbenchRunning()) {
                            MainWindow.show();
                        }
                    });
                }
            }) : Optional.empty();
            int code = PlatformUI.createAndRunWorkbench(display, new EscWorkbenchAdvisor());
            return code == PlatformUI.RETURN_RESTART ? IApplication.EXIT_RESTART : IApplication.EXIT_OK;
        } finally {
            instance.ifPresent(SingleInstance::close);
            if (kept && first) {
                data.release();
            }
            display.dispose();
        }
    }

    private static Path socket(Location data) {
        return SingleInstance.socket(data.getURL().toString());
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
