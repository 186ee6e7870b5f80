// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import org.eclipse.equinox.app.IApplication;
import org.eclipse.equinox.app.IApplicationContext;
import org.osgi.framework.FrameworkUtil;

/** The terminal's way into the product: runs one verb and ends with its exit code. */
public final class CliApplication implements IApplication {

    @Override
    public Object start(IApplicationContext context) {
        String[] args = (String[]) context.getArguments().get(IApplicationContext.APPLICATION_ARGS);
        if (args.length == 1 && args[0].equals("--version")) {
            System.out.println("esc " + FrameworkUtil.getBundle(CliApplication.class).getVersion());
            return 0;
        }
        System.err.println("esc: no such verb");
        return 2;
    }

    @Override
    public void stop() {
        // a verb ends by itself
    }
}
