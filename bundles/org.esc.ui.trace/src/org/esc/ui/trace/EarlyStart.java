// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import org.eclipse.ui.IStartup;
import org.esc.trace.TraceLog;
import org.esc.ui.Services;

/** Once the workbench is there, what recording an exchange takes is loaded and compiled, while no card waits for it. */
public final class EarlyStart implements IStartup {

    @Override
    public void earlyStartup() {
        Services.find(TraceLog.class).ifPresent(log -> Thread.ofPlatform().daemon().priority(Thread.MIN_PRIORITY).name("trace warm-up").start(log::warmUp));
    }
}
