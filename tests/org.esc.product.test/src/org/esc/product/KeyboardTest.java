// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The work of an owner, of whoever makes many tokens, and of a security officer, by somebody who has no mouse and sees nothing: keys are pressed at the X server,
 * and AT-SPI tells where the keyboard is and what a screen reader says there.
 */
@Timeout(1200)
@Tag("long")
class KeyboardTest {

    private static final String NAME = "Enterprise Security Client";
    private static final String PASSWORD = "Secret.123";
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
        awaited("the keyboard is at " + control, () -> desktop.focus(NAME).equals(control));
    }

    private void awaited(String what, Callable<Boolean> condition) throws Exception {
        try {
            desktop.until(what, condition);
        } catch (AssertionError e) {
            throw new AssertionError(what + ", but the keyboard is in \"" + desktop.active().name() + "\" at " + desktop.heard(NAME), e);
        }
    }

    private void press(String... keys) throws Exception {
        for (String key : keys) {
            desktop.run("xdotool", "key", key);
        }
    }

    private void type(String text) throws Exception {
        desktop.run("xdotool", "type", "--delay", "30", text);
    }

    private boolean isHeard(String words) throws Exception {
        return desktop.heard(NAME).stream().anyMatch(l -> l.contains(words));
    }

    /** Waits until it is said of where the keyboard is. */
    private void heard(String words) throws Exception {
        awaited("heard: " + words, () -> isHeard(words));
    }

    /** Presses keys until they have led somewhere: a workbench that has just come up takes none. */
    private void begin(String somewhere, String... keys) throws Exception {
        awaited(somewhere + " after " + List.of(keys), () -> {
            press(keys);
            return desktop.patiently(() -> desktop.focus(NAME).startsWith(somewhere));
        });
    }

    /** Moves on with a key until it is said of where the keyboard is. */
    private void lead(String key, String words) throws Exception {
        awaited(key + " leads to " + words, () -> {
            boolean there = isHeard(words);
            if (!there) {
                press(key);
            }
            return there;
        });
    }

    private void file(String title, Path file) throws Exception {
        awaited("a file is asked for: " + title, () -> desktop.active().name().equals(title));
        press("ctrl+l");
        awaited("its name can be typed", () -> desktop.focus(NAME).startsWith("text|"));
        press("ctrl+a");
        type(file.toString());
        // while GTK looks for what the name may become, it takes none
        awaited("the name is taken", () -> {
            press("Return");
            return desktop.patiently(() -> !desktop.active().name().equals(title));
        });
    }

    private void logIn() throws Exception {
        at("text|User ID");
        type("alice");
        press("Tab");
        at("password text|Password");
        type(PASSWORD);
        press("Return");
    }

    private void choosePin() throws Exception {
        at("password text|New password");
        type(PIN);
        press("Tab");
        at("password text|New password again");
        type(PIN);
        press("Return");
    }

    /** What is done in the workbench, which ends then. */
    private interface Work {
        void go() throws Exception;
    }

    private void inWorkbench(Work work, String... words) throws Exception {
        Process workbench = Esc.start(desktop.environment(), words);
        Esc.everything(workbench.getInputStream());
        var complaints = Esc.everything(workbench.getErrorStream());
        try {
            work.go();
            press("alt+f", "x");
            assertTrue(workbench.waitFor(2, TimeUnit.MINUTES), "it ends");
            assertEquals(0, workbench.exitValue(), complaints::join);
        } finally {
            workbench.descendants().forEach(ProcessHandle::destroyForcibly);
            workbench.destroyForcibly();
        }
    }

    @Test
    void aBlankCardBecomesAnEnrolledTokenByKeysAlone() throws Exception {
        inWorkbench(() -> {
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
            choosePin();
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
        }, "demo");
    }

    @Test
    void manyTokensAreMadeByKeysAlone() throws Exception {
        try (var office = new Office(folder.resolve("o"))) {
            Path stack = Files.createDirectory(folder.resolve("stack"));
            office.good("soft", "create", stack.resolve("1.token").toString(), "--cuid", "40906145000000000001");
            office.good("soft", "create", stack.resolve("2.token").toString(), "--cuid", "40906145000000000002");
            Path plan = Files.writeString(folder.resolve("plan.csv"), """
                    cuid,operation,user
                    40906145000000000001,enroll,user1
                    *,format,user2
                    """);
            inWorkbench(() -> {
                at("push button|Go to My Tokens");
                begin("push button|New Plan…", "ctrl+alt+b");
                press("alt+o");
                file("Open a File", plan);
                at("push button|Begin…");
                press("Return");
                at("text|Server");
                type(office.tps());
                press("Tab");
                at("text|Trusted authority");
                type(office.ca());
                press("alt+k");
                at("text|Software tokens in folder");
                type(stack.toString());
                press("Return");
                at("password text|Password");
                type(PASSWORD);
                press("Return");
                choosePin();
                at("table|Rows of the plan");
                press("Home");
                heard("1|4090-6145-0000-0000-0001|enroll|user1|done|");
                lead("Down", "2|4090-6145-0000-0000-0002|format|user2|done|");
            });
            String tokens = office.good("tms", "tokens", "--data", office.data().toString(), "--json");
            assertTrue(tokens.contains("{\"cuid\":\"40906145000000000001\",\"state\":\"ACTIVE\",\"label\":\"Active\",\"userId\":\"user1\""), tokens);
            assertTrue(tokens.contains("{\"cuid\":\"40906145000000000002\",\"state\":\"FORMATTED\""), tokens);
        }
    }

    @Test
    void anOfficerGivesSomebodyACardByKeysAlone() throws Exception {
        try (var office = new Office(folder.resolve("o"))) {
            Path own = folder.resolve("officer.esc");
            office.good("tms", "users", "change", "user3", "--add-role", "officer", "--data", office.data().toString());
            office.good("soft", "create", own.toString());
            office.good(Stream.concat(Stream.of(office.words("enroll", own, "user3")), Stream.of("--token-type", "soKey")).toArray(String[]::new));
            inWorkbench(() -> {
                at("push button|Go to My Tokens");
                begin("menu item|", "alt+w", "p");
                lead("Down", "menu item|Security Officer");
                press("Return");
                at("text|Server");
                press("alt+e");
                at("text|Address");
                type(office.tps());
                press("Tab");
                at("text|Authority to trust (PEM file)");
                type(office.ca());
                press("Return");
                at("text|Server");
                press("ctrl+o");
                file("Plug in a software token", own);
                at("push button|Sign in");
                press("Return");
                at("password text|PIN of the officer's card");
                type(PIN);
                press("Return");
                at("text|Name of the person");
                type("ali");
                lead("Down", "table|People found");
                heard("Alice Example (alice), alice@example.org");
                press("Return");
                at("check box|I have checked the identity document");
                heard("Alice Example");
                press("space", "Tab", "Down", "Tab");
                at("text|Number of the document");
                press("Return");
                heard("There is no other card yet.");
                press("ctrl+n");
                file("New software token", folder.resolve("person.esc"));
                at("push button|Enrol the card");
                heard("This card is nobody's yet.");
                press("Return");
                at("password text|Password");
                type(PASSWORD);
                press("Return");
                choosePin();
                at("push button|Next person");
                heard("Alice Example has their card.");
                press("Return");
                at("text|Name of the person");
                press("alt+o");
                at("push button|Sign in");
            });
            String log = office.good("tms", "activities", "--data", office.data().toString());
            assertTrue(log.lines().anyMatch(l -> l.contains("alice") && l.contains("enrollment") && l.contains("success")
                    && l.endsWith("(security officer user3; identity document: Passport)")), log);
        }
    }
}
