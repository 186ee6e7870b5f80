// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.function.Consumer;
import org.eclipse.core.runtime.IProgressMonitor;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;

/** Saving as the workbench wants it: it is over when the call returns. Meanwhile the window lives on, and the person may cancel. */
final class Saving {

    private Saving() {
    }

    /** What is saved. */
    @FunctionalInterface
    interface Task {
        void run(Cancel cancel) throws EscException;
    }

    /** Does it in a job and comes back when it is over. @return false if it went wrong, which {@code failed} was told; the monitor is cancelled then */
    static boolean wait(Display display, String name, IProgressMonitor monitor, Task task, Consumer<EscException> failed) {
        boolean[] over = {false};
        boolean[] good = {false};
        var work = Work.start(name, display, (_, cancel) -> {
            task.run(cancel);
            return true;
        }, _ -> {
            over[0] = true;
            good[0] = true;
        }, e -> {
            over[0] = true;
            failed.accept(e);
        });
        while (!over[0] && !display.isDisposed()) {
            if (monitor.isCanceled()) {
                work.cancel();
            }
            if (!display.readAndDispatch()) {
                display.timerExec(100, () -> {
                });
                display.sleep();
            }
        }
        if (!good[0]) {
            // the part stays open, with what was entered
            monitor.setCanceled(true);
        }
        return good[0];
    }
}
