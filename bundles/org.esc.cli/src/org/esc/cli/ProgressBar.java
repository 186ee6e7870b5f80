// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import java.io.PrintWriter;
import org.esc.command.Progress;

/** Progress on standard error: a bar that redraws itself at a terminal, a line per task elsewhere. */
final class ProgressBar implements Progress {

    private static final int WIDTH = 30;

    private final PrintWriter err;
    private final boolean redraw;
    private String task = "";
    private String shown = "";
    private boolean open;

    ProgressBar(PrintWriter err, boolean redraw) {
        this.err = err;
        this.redraw = redraw;
    }

    @Override
    public synchronized void at(int percent, String words) {
        String newTask = Plain.text(words);
        boolean taskChanged = !newTask.isEmpty() && !newTask.equals(task);
        if (taskChanged) {
            task = newTask;
        }
        if (redraw) {
            int filled = Math.clamp(percent, 0, 100) * WIDTH / 100;
            String line = (percent < 0 ? "[" + "·".repeat(WIDTH) + "]      "
                    : "[" + "█".repeat(filled) + "·".repeat(WIDTH - filled) + String.format("] %3d %% ", Math.min(percent, 100))) + task;
            if (!line.equals(shown)) {
                err.print("\r\u001B[K" + line);
                err.flush();
                shown = line;
                open = true;
            }
        } else if (taskChanged) {
            err.println((percent < 0 ? "" : String.format("%3d %% ", percent)) + task);
        }
    }

    /** Leaves the bar's line, so that something else can be written. */
    synchronized void leave() {
        if (open) {
            err.println();
            open = false;
            shown = "";
        }
    }
}
