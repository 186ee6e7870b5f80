// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.eclipse.swt.widgets.Control;
import org.eclipse.swt.widgets.Shell;

/**
 * A person's keyboard. Keys are pressed at the X server, by its test extension: they go to whatever window has the focus, past the window manager, GTK and SWT
 * as those of a person do.
 */
public final class Keys {

    /** What follows from a key in the workbench (focus, menus, other windows) is done after it. */
    private static final int REST = 80;
    private static final int MOST_TABS = 60;

    private Keys() {
    }

    /** Brings the workbench's window to front; skips the test where nobody can press keys. */
    public static void begin() {
        assumeTrue(Arrays.stream(String.valueOf(System.getenv("PATH")).split(":")).anyMatch(f -> new File(f, "xdotool").canExecute()),
                "xdotool presses the keys, and is not installed");
        Ui.window().forceActive();
        Ui.settle();
        assumeTrue(run(List.of("getactivewindow")) == 0, "no window manager gives a window the focus");
        Ui.until("the window has the focus", () -> {
            boolean has = Ui.display().getActiveShell() != null;
            if (!has) {
                Ui.window().forceActive();
            }
            return has;
        });
    }

    /** Presses keys, one after the other; each with the names of X: {@code Tab}, {@code shift+Tab}, {@code ctrl+F7}. */
    public static void press(String... keys) {
        for (String key : keys) {
            // a modifier that a test before this one left pressed would change the key
            xdotool(List.of("key", "--clearmodifiers", key));
        }
    }

    /** Types a text, letter by letter. */
    public static void type(String text) {
        xdotool(List.of("type", "--clearmodifiers", "--delay", "20", "--", text));
    }

    /** Presses Tab until a control has the focus. */
    public static void tabTo(Control wanted) {
        var seen = new ArrayList<String>();
        for (int i = 0; i < MOST_TABS && !wanted.isFocusControl(); i++) {
            press("Tab");
            seen.add(String.valueOf(Ui.display().getFocusControl()));
        }
        assertEquals(wanted, Ui.display().getFocusControl(), () -> "Tab leads to " + seen);
    }

    /** Presses Alt and the letter of the button with this label. */
    public static void push(Shell in, String label) {
        await(in);
        var button = Ui.button(in, label);
        Ui.until(label + " can be pressed", button::isEnabled);
        String text = button.getText().replace("&&", "  ");
        press("alt+" + text.substring(text.indexOf('&') + 1, text.indexOf('&') + 2).toLowerCase(Locale.ROOT));
    }

    /** Lets the workbench work until the keys go to a window. */
    public static void await(Shell window) {
        Ui.until("the keys go to " + window.getText(), () -> Ui.display().getActiveShell() == window && Ui.display().getFocusControl() != null);
    }

    private static void xdotool(List<String> arguments) {
        assertEquals(0, run(arguments), () -> "xdotool " + arguments);
        // what the server has been told, the workbench has been sent
        boolean[] rested = {false};
        Ui.display().timerExec(REST, () -> rested[0] = true);
        Ui.until("the keys are taken", () -> rested[0]);
    }

    /** In another thread: what a key opens may be modal, and this one lets the workbench work. */
    private static int run(List<String> arguments) {
        var command = new ArrayList<>(List.of("xdotool"));
        command.addAll(arguments);
        CompletableFuture<Integer> end = CompletableFuture.supplyAsync(() -> {
            try {
                return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        Ui.until("keys are pressed", end::isDone);
        return end.join();
    }
}
