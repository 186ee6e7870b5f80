// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The workbench on a desktop of its own, with a real tray and a real notification daemon, and on one that has neither. */
@Timeout(1200)
@Tag("long")
class DesktopTest {

    private static final String NAME = "Enterprise Security Client";

    @TempDir
    Path folder;
    private Desktop desktop;
    /** What the workbench that was started last has to say. */
    private CompletableFuture<String> complaints;

    @BeforeAll
    static void needWhatADesktopHas() throws IOException {
        Esc.needProduct();
        for (String program : List.of("Xvfb", "openbox", "xdotool", "xprop", "xwininfo")) {
            assumeTrue(Desktop.has(program), program + " is not installed");
        }
    }

    @BeforeEach
    void desktop() throws Exception {
        desktop = new Desktop(folder);
    }

    @AfterEach
    void end() throws Exception {
        desktop.close();
    }

    private Process start(String... words) throws IOException {
        Process p = Esc.start(desktop.environment(), words);
        // read to the end, or it would wait for a reader
        Esc.everything(p.getInputStream());
        complaints = Esc.everything(p.getErrorStream());
        return p;
    }

    private String window() throws Exception {
        return desktop.managed().stream().filter(w -> w.name().strip().equals(NAME)).map(Desktop.Window::id).findFirst().orElse("");
    }

    /** By the keyboard, as a person does it without a file at hand: Ctrl+N, a name, Enter. */
    private void insertACard(String name, String what, Callable<Boolean> told) throws Exception {
        String window = window();
        desktop.until("the window takes a new software token", () -> {
            if (!desktop.active().name().equals("New software token")) {
                desktop.run("xdotool", "windowactivate", window);
                desktop.run("xdotool", "key", "ctrl+n");
            }
            return desktop.patiently(() -> desktop.active().name().equals("New software token"));
        });
        Path file = folder.resolve(name + ".esc");
        desktop.run("xdotool", "key", "ctrl+a");
        desktop.run("xdotool", "type", file.toString());
        desktop.run("xdotool", "key", "Return");
        // what tells of it may be gone again soon
        desktop.until(what, told);
        assertTrue(Files.exists(file), "the token's file");
    }

    private void aSecondStartShows(String window) throws Exception {
        var first = complaints;
        Process second = start();
        assertTrue(second.waitFor(5, TimeUnit.MINUTES), "the second start ends at once");
        assertEquals(0, second.exitValue(), complaints::join);
        complaints = first;
        desktop.until("a second start brings the window to front", () -> desktop.active().id().equals(window));
    }

    private void minimize(String window) throws Exception {
        desktop.run("xdotool", "windowminimize", window);
        desktop.until("it is minimized", () -> desktop.iconic(window));
    }

    private List<String> errors() throws IOException {
        Path log = folder.resolve("XDG_DATA_HOME/esc/workbench/.metadata/.log");
        // severity 4 of Eclipse's log is an error
        return Files.exists(log) ? Files.readAllLines(log).stream().filter(l -> l.matches("!ENTRY \\S+ 4 .*")).toList() : List.of();
    }

    private void ends(Process workbench) throws Exception {
        assertTrue(workbench.waitFor(5, TimeUnit.MINUTES), "it ends when told to");
        assertEquals(0, workbench.exitValue(), complaints::join);
        assertEquals(List.of(), errors());
    }

    @Test
    void withATrayAndNotifications() throws Exception {
        for (String program : List.of("dbus-daemon", "dunst", "dunstctl", "trayer", "gdbus", "notify-send")) {
            assumeTrue(Desktop.has(program), program + " is not installed");
        }
        desktop.withTrayAndNotifications();
        Process workbench = start("--minimized");
        desktop.until("the icon is in the tray", () -> !desktop.icon().isEmpty() && workbench.isAlive());
        desktop.until("the window is put away", () -> window().isEmpty());

        Set<String> before = desktop.visible(NAME);
        desktop.menu(before, "Down");
        desktop.until("the menu's first entry shows the window", () -> desktop.active().name().strip().equals(NAME));
        String window = window();

        insertACard("one", "the notification arrives", () -> desktop.notifications().contains("summary: 'Smart card inserted'"));
        String told = desktop.notifications();
        assertTrue(told.contains("appname: '" + NAME + "'"), told);
        assertTrue(told.contains(", Software token one.esc. This token is blank. Format it to make it ready to be enrolled.'"), told);
        assertTrue(told.contains("\"default\": \"Show\""), told);

        minimize(window);
        desktop.run("dunstctl", "action");
        desktop.until("what the notification offers shows the window", () -> desktop.active().id().equals(window));
        minimize(window);
        aSecondStartShows(window);

        desktop.menu(before, "Up");
        ends(workbench);
    }

    @Test
    void withoutThem() throws Exception {
        Process workbench = start("--minimized");
        desktop.until("the window is minimized, since nothing else could bring it back", () -> !window().isEmpty() && desktop.iconic(window()) && workbench.isAlive());
        String window = window();
        aSecondStartShows(window);
        Set<String> before = desktop.visible(NAME);
        insertACard("one", "a small window of our own tells of it", () -> desktop.visible(NAME).stream()
                .anyMatch(w -> !before.contains(w) && desktop.inTheCorner(w)));
        desktop.until("it can be closed", () -> {
            desktop.run("xdotool", "windowactivate", window);
            desktop.run("xdotool", "key", "alt+F4");
            return desktop.patiently(() -> !workbench.isAlive());
        });
        ends(workbench);
    }
}
