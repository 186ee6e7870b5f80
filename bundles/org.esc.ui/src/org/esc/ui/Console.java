// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.io.IOException;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import org.eclipse.core.runtime.ILog;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.console.ConsolePlugin;
import org.eclipse.ui.console.IConsole;
import org.eclipse.ui.console.IOConsole;
import org.eclipse.ui.console.IOConsoleOutputStream;
import org.eclipse.ui.console.MessageConsole;
import org.esc.apdu.Words;

/** The workbench's console "Operations": what was started, how it went. Lines may be added from any thread. */
public final class Console {

    private static final Words WORDS = Words.of(Console.class);

    /** Name of the console page. */
    public static final String NAME = WORDS.say("Operations");
    private static final int KEEP = 400_000;

    private static IOConsoleOutputStream out;

    private Console() {
    }

    /** Adds a line with the time of day. Without a workbench nothing happens. */
    public static synchronized void line(String text) {
        if (!PlatformUI.isWorkbenchRunning()) {
            return;
        }
        if (out == null) {
            out = page(NAME).newOutputStream();
        }
        try {
            out.write(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + "  " + text + "\n");
        } catch (IOException e) {
            // the page was closed with the workbench; there is nobody left to read it
            ILog.of(Console.class).info("Console closed", e);
            out = null;
        }
    }

    /** A new page in the Console view, bounded in size and read-only, to be written to from any thread. */
    public static IOConsole page(String name) {
        var console = new MessageConsole(name, null);
        console.setWaterMarks(KEEP * 3 / 4, KEEP);
        ConsolePlugin.getDefault().getConsoleManager().addConsoles(new IConsole[] {console});
        return console;
    }
}
