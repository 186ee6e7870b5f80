// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demonstration by somebody who has no mouse and sees nothing: keys are pressed at the X server, and AT-SPI tells where the keyboard is. */
@Timeout(1200)
@Tag("long")
class KeyboardTest {

    private static final String NAME = "Enterprise Security Client";
    private static final String PIN = "Sesame12";

    @TempDir
    Path folder;
    private Desktop desktop;

    @BeforeEach
    void desktop() throws Exception {
        Esc.needProduct();
        for (String program : List.of("Xvfb", "openbox", "xdotool", "xprop", "dbus-daemon")) {
            assumeTrue(Desktop.has(program), program + " is not installed");
        }
        var gi = new ProcessBuilder("/usr/bin/python3", "-c", "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi")
                .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assumeTrue(gi.waitFor() == 0, "python3-gi and gir1.2-atspi-2.0 are not installed");
        desktop = new Desktop(folder);
        desktop.withAssistance();
    }

    @AfterEach
    void end() throws Exception {
        if (desktop != null) {
            desktop.close();
        }
    }

    /** Waits until the keyboard is at a control. */
    private void at(String control) throws Exception {
        desktop.until("the keyboard is at " + control, () -> desktop.focus(NAME).equals(control));
    }

    private void press(String... keys) throws Exception {
        for (String key : keys) {
            desktop.run("xdotool", "key", key);
        }
    }

    private void type(String text) throws Exception {
        desktop.run("xdotool", "type", "--delay", "30", text);
    }

    private void logIn() throws Exception {
        at("text|User ID");
        type("alice");
        press("Tab");
        at("password text|Password");
        type("Secret.123");
        press("Return");
    }

    @Test
    void aBlankCardBecomesAnEnrolledTokenByKeysAlone() throws Exception {
        Process workbench = Esc.start(desktop.environment(), "demo");
        Esc.everything(workbench.getInputStream());
        var complaints = Esc.everything(workbench.getErrorStream());
        try {
            at("push button|1  Format");
            press("Return");
            at("push button|Format");
            press("Return");
            logIn();
            at("push button|Close");
            press("Return");
            // the next step has the keyboard by itself
            at("push button|2  Enrol");
            press("Return");
            at("push button|Enrol");
            press("Return");
            logIn();
            at("password text|New password");
            type(PIN);
            press("Tab");
            at("password text|New password again");
            type(PIN);
            press("Return");
            at("push button|Close");
            press("Return");
            // offered when the card says that it is enrolled
            at("push button|3  Reset password");
            // the list of views opens, with the one that was used before this marked
            desktop.until("another view has the keyboard", () -> {
                press("ctrl+F7");
                desktop.patiently(() -> desktop.active().name().isBlank());
                press("Return");
                return desktop.patiently(() -> desktop.active().name().strip().equals(NAME) && !List.of("", "push button|3  Reset password").contains(desktop.focus(NAME)));
            });
            press("alt+f", "x");
            assertTrue(workbench.waitFor(2, TimeUnit.MINUTES), "it ends");
            assertEquals(0, workbench.exitValue(), complaints::join);
        } finally {
            workbench.descendants().forEach(ProcessHandle::destroyForcibly);
            workbench.destroyForcibly();
        }
    }
}
