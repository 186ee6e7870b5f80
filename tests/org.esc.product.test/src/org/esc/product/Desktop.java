// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A desktop without a person: a screen (Xvfb), a window manager (openbox) and, if wanted, a session bus, a notification daemon (dunst) and a tray (trayer).
 * What is on it is seen with xwininfo and xprop, and done with xdotool.
 */
final class Desktop implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    /** How long something that can be done again is waited for. */
    private static final Duration SHORT = Duration.ofSeconds(15);
    private static final Duration PAUSE = Duration.ofMillis(200);
    private static final Pattern ID = Pattern.compile("0x[0-9a-f]+");

    /** A window by its X number, {@code 0x…}, and its title. */
    record Window(String id, String name) {
    }

    private final Path folder;
    private final Deque<Process> started = new ArrayDeque<>();
    private final Map<String, String> environment = new HashMap<>();

    /** A screen with a window manager. */
    Desktop(Path folder) throws Exception {
        this.folder = folder;
        // without -noreset it would begin anew, and end its clients, when the last of them goes
        var builder = new ProcessBuilder("Xvfb", "-displayfd", "1", "-noreset", "-screen", "0", "1600x1000x24", "-nolisten", "tcp")
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        Process screen = builder.start();
        started.push(screen);
        environment.put("DISPLAY", ":" + line(screen));
        environment.put("WAYLAND_DISPLAY", "");
        environment.put("GDK_BACKEND", "x11");
        environment.put("DBUS_SESSION_BUS_ADDRESS", "unix:path=/none");
        begin("openbox.txt", "openbox");
        until("the window manager is there", () -> run("xprop", "-root", "_NET_SUPPORTING_WM_CHECK").contains("window id"));
    }

    /** True if a program is on the PATH. */
    static boolean has(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator)).anyMatch(p -> Files.isExecutable(Path.of(p, program)));
    }

    /** What our program needs in order to be here, as that of somebody who never used it, without a reader. */
    Map<String, String> environment() {
        var all = new HashMap<>(environment);
        // of few letters: the path of a Unix socket may not be long
        all.put("ESC_STATE_DIR", folder.resolve("s").toString());
        all.put("ESC_CONFIG_DIR", folder.resolve("c").toString());
        for (String place : List.of("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")) {
            all.put(place, folder.resolve(place).toString());
        }
        all.put("PCSCLITE_CSOCK_NAME", "/none");
        all.put("LC_ALL", "C.UTF-8");
        all.put("LANGUAGE", "en");
        return all;
    }

    private void withBus() throws IOException {
        Process bus = builder("dbus-daemon", "--session", "--nofork", "--print-address=1").redirectError(ProcessBuilder.Redirect.DISCARD).start();
        started.push(bus);
        environment.put("DBUS_SESSION_BUS_ADDRESS", line(bus));
    }

    /** Adds a session bus, and has programs tell assistive ones what they show. */
    void withAssistance() throws IOException {
        withBus();
        environment.put("GTK_MODULES", "gail:atk-bridge");
    }

    /** Where the keyboard is, as a screen reader says it: role and name with a bar between; empty if that is nowhere in the program. */
    String focus(String program) throws Exception {
        return heard(program).getFirst();
    }

    /** What a screen reader says of where the keyboard is: role and name as {@link #focus} tells, its description, and of a table what is in the row. */
    List<String> heard(String program) throws Exception {
        List<String> lines = run("/usr/bin/python3", Esc.root().resolve("tests/org.esc.product.test/focus.py").toString(), program).lines()
                .dropWhile(l -> !l.contains("|")).toList();
        return lines.isEmpty() ? List.of("") : lines;
    }

    /** Adds a session bus, a daemon whose notifications stay, and a tray. */
    void withTrayAndNotifications() throws Exception {
        withBus();
        Path rules = Files.writeString(folder.resolve("dunstrc"), "[stay]\nappname = \"*\"\ntimeout = 0\n");
        begin("notifications.txt", "dunst", "-conf", rules.toString(), "-print");
        begin("tray.txt", "trayer", "--edge", "top", "--align", "right", "--widthtype", "request", "--height", "32");
        until("the daemon is there", () -> run("gdbus", "call", "--session", "--dest", "org.freedesktop.Notifications", "--object-path",
                "/org/freedesktop/Notifications", "--method", "org.freedesktop.Notifications.GetServerInformation").contains("dunst"));
        until("the tray is there", () -> !panel().isEmpty());
    }

    /** All that the daemon was told so far. */
    String notifications() throws IOException {
        return Files.readString(folder.resolve("notifications.txt"));
    }

    private ProcessBuilder builder(String... command) {
        var b = new ProcessBuilder(command);
        b.environment().putAll(environment);
        return b;
    }

    private void begin(String log, String... command) throws IOException {
        started.push(builder(command).redirectErrorStream(true).redirectOutput(folder.resolve(log).toFile()).start());
    }

    private static String line(Process p) throws IOException {
        return new BufferedReader(new InputStreamReader(p.getInputStream(), StandardCharsets.UTF_8)).readLine();
    }

    /** Runs a program to its end; what it says. */
    String run(String... command) throws Exception {
        Process p = builder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        var out = Esc.everything(p.getInputStream());
        if (!p.waitFor(1, TimeUnit.MINUTES)) {
            p.destroyForcibly();
        }
        return out.join();
    }

    /** Waits until something is so. */
    void until(String what, Callable<Boolean> condition) throws Exception {
        if (!within(PATIENCE, condition)) {
            throw new AssertionError("not seen: " + what + "; windows: " + managed() + ", tree:\n" + run("xwininfo", "-root", "-tree"));
        }
    }

    /** Waits a while for what can be tried again. */
    boolean patiently(Callable<Boolean> condition) throws Exception {
        return within(SHORT, condition);
    }

    private static boolean within(Duration patience, Callable<Boolean> condition) throws Exception {
        Instant end = Instant.now().plus(patience);
        while (!condition.call()) {
            if (Instant.now().isAfter(end)) {
                return false;
            }
            Thread.sleep(PAUSE);
        }
        return true;
    }

    /** Windows that the window manager looks after, whether or not they are minimized. */
    List<Window> managed() throws Exception {
        var all = new ArrayList<Window>();
        for (String id : ids(run("xprop", "-root", "_NET_CLIENT_LIST"))) {
            all.add(window(id));
        }
        return all;
    }

    private static List<String> ids(String text) {
        return ID.matcher(text).results().map(r -> r.group()).toList();
    }

    private Window window(String id) throws Exception {
        // xprop knows more names than one and quotes them; xdotool says what a person sees
        return new Window(id, run("xdotool", "getwindowname", id).stripTrailing());
    }

    /** The window that has the keyboard. */
    Window active() throws Exception {
        var ids = ids(run("xprop", "-root", "_NET_ACTIVE_WINDOW"));
        return ids.isEmpty() ? new Window("", "") : window(ids.getFirst());
    }

    /** True if a window is minimized. */
    boolean iconic(String id) throws Exception {
        return run("xprop", "-id", id, "WM_STATE").contains("Iconic");
    }

    /** Windows of a program that are on the screen, those that no window manager looks after among them. */
    Set<String> visible(String program) throws Exception {
        return new TreeSet<>(run("xdotool", "search", "--onlyvisible", "--class", "^" + program + "$").lines().toList());
    }

    private String panel() throws Exception {
        return run("xdotool", "search", "--class", "^trayer$").lines().filter(id -> {
            try {
                return run("xdotool", "getwindowname", id).strip().equals("panel");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }).findFirst().orElse("");
    }

    /** The icon within the tray; empty if there is none. */
    String icon() throws Exception {
        return run("xwininfo", "-tree", "-id", panel()).lines().filter(l -> l.contains("\"Enterprise Security Client\"")).flatMap(l -> ids(l).stream())
                .findFirst().orElse("");
    }

    /** Opens the icon's menu with the right button, and takes the entry that a key leads to. */
    void menu(Set<String> before, String key) throws Exception {
        String program = "Enterprise Security Client";
        until("the icon's menu opens", () -> {
            run("xdotool", "mousemove", "--window", icon(), "10", "10", "click", "3");
            return patiently(() -> visible(program).stream().anyMatch(w -> !before.contains(w) && !managedHas(w)));
        });
        run("xdotool", "key", key);
        run("xdotool", "key", "Return");
    }

    /** True for a window in the corner at the bottom right, where notes pop up. */
    boolean inTheCorner(String decimal) {
        try {
            var at = Pattern.compile("X=(\\d+)\\s+Y=(\\d+)").matcher(run("xdotool", "getwindowgeometry", "--shell", decimal));
            return at.find() && Integer.parseInt(at.group(1)) > 800 && Integer.parseInt(at.group(2)) > 500;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean managedHas(String decimal) {
        try {
            return managed().stream().anyMatch(w -> Long.decode(w.id()) == Long.parseLong(decimal));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        for (Process p : started) {
            p.destroy();
            if (!p.waitFor(20, TimeUnit.SECONDS)) {
                p.destroyForcibly();
            }
        }
    }
}
