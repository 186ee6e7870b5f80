// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingStream;

/**
 * Sees to it that the workbench never waits: the Java machine's flight recorder tells of every file, socket and process that the UI thread touches and of
 * every wait for another thread, with the stack that did it. What a test does itself is its own business; only what the workbench calls counts. The
 * program's own jars and classes are no files in this sense. All is told on standard output, and files, sockets and processes make {@link Ui#settle} fail, unless
 * the system property {@code esc.blocking} is {@code tell}. A wait for a thread fails nothing: how long it is, a busy machine decides.
 */
public final class Blocking {

    private static final List<String> FILES = List.of("jdk.FileRead", "jdk.FileWrite", "jdk.FileForce", "jdk.SocketRead", "jdk.SocketWrite", "jdk.SocketConnect",
            "jdk.ProcessStart");
    private static final List<String> WAITS = List.of("jdk.ThreadPark", "jdk.JavaMonitorWait", "jdk.ThreadSleep");
    /**
     * Where small files are read all the same, because they have to be shown at once: settings, saved servers, filters and colour rules are looked at all the time, and read
     * again only when they have changed; an editor has to have its text when the platform has made it.
     */
    private static final Set<String> ALLOWED = Set.of("org.esc.tps.client.settings.LastRead.of", "org.esc.ui.console.ScriptEditor.init", "org.esc.ui.trace.Book.get");
    /** Waits that are shorter are locks of others. */
    private static final Duration WAIT = Duration.ofMillis(5);
    private static final int FRAMES = 14;
    private static final String DISPATCH = "org.eclipse.swt.widgets.Display";
    private static final boolean FAIL = !"tell".equals(System.getProperty("esc.blocking"));

    /** By the place in the program, with what it did there. */
    private static final Map<String, String> COMPLAINTS = new TreeMap<>();
    private static final Set<String> WAITED = new HashSet<>();
    private static boolean off;
    private static RecordingStream stream;

    private Blocking() {
    }

    /** Watches the thread that calls this from now on. */
    static void watch() {
        if (off || stream != null) {
            return;
        }
        long ui = Thread.currentThread().threadId();
        stream = new RecordingStream();
        FILES.forEach(e -> stream.enable(e).withThreshold(Duration.ZERO).withStackTrace().with("throttle", "off"));
        WAITS.forEach(e -> stream.enable(e).withThreshold(WAIT).withStackTrace());
        stream.onEvent(e -> {
            if (e.getThread() != null && e.getThread().getJavaThreadId() == ui && e.getStackTrace() != null) {
                look(e);
            }
        });
        stream.setMaxSize(1 << 20);
        stream.startAsync();
    }

    /** Watches no more until {@link #on}, for tests that measure memory: the recorder keeps each thread that there ever was. */
    public static void off() {
        off = true;
        if (stream != null) {
            stream.close();
            stream = null;
        }
    }

    /** Watches again. */
    public static void on() {
        off = false;
    }

    /** Files, sockets and processes found since this was last asked, each place once. */
    public static List<String> complaints() {
        synchronized (COMPLAINTS) {
            var all = List.copyOf(COMPLAINTS.values());
            COMPLAINTS.clear();
            return all;
        }
    }

    /** Fails if something was found. */
    static void check() {
        if (FAIL) {
            assertEquals(List.of(), complaints(), "what the user interface waited for");
        }
    }

    /** Whether a class is one of tests. */
    static boolean isTest(String name) {
        return name.startsWith("org.esc.ui.testing.") || name.replaceAll("[$].*", "").endsWith("Test") || name.matches("org\\.esc\\.ui\\..*Desk(\\$.*)?");
    }

    private static void look(RecordedEvent event) {
        String ours = "";
        String outermost = "";
        for (RecordedFrame f : event.getStackTrace().getFrames()) {
            String type = f.getMethod().getType().getName();
            if (type.startsWith("org.eclipse.osgi.") || type.startsWith("java.util.zip.") || type.startsWith("java.util.ResourceBundle")
                    || type.equals("java.lang.ClassLoader") || type.startsWith("org.eclipse.e4.ui.css.")) {
                // the runtime's and the platform's own, which nobody here can move elsewhere: classes, texts and style sheets
                return;
            }
            if (ALLOWED.contains(type + '.' + f.getMethod().getName())) {
                return;
            }
            boolean mine = type.startsWith("org.esc.");
            if (mine) {
                outermost = type;
                if (ours.isEmpty()) {
                    ours = type + "." + f.getMethod().getName() + ":" + f.getLineNumber();
                }
            } else if (type.startsWith("org.junit.")) {
                // a test did it without the workbench
                return;
            } else if (type.equals(DISPATCH) || !outermost.isEmpty() && type.startsWith("org.eclipse.")) {
                // whoever is further down waits for the platform's loop
                break;
            }
        }
        if (outermost.isEmpty() || isTest(outermost) || outermost.endsWith("Application")) {
            return;
        }
        var words = new StringJoiner("\n   ");
        words.add(event.getEventType().getName() + fields(event) + " on the UI thread by " + ours);
        event.getStackTrace().getFrames().stream().filter(f -> !f.getMethod().getType().getName().matches("(java|jdk|sun)\\..*")).limit(FRAMES)
                .forEach(f -> words.add(f.getMethod().getType().getName() + "." + f.getMethod().getName() + ":" + f.getLineNumber()));
        synchronized (COMPLAINTS) {
            if (WAITS.contains(event.getEventType().getName()) ? WAITED.add(ours) : COMPLAINTS.putIfAbsent(ours, words.toString()) == null) {
                System.out.println(words);
            }
        }
    }

    private static String fields(RecordedEvent event) {
        var found = new LinkedHashMap<String, Object>();
        for (String name : List.of("path", "host", "command")) {
            if (event.hasField(name)) {
                found.put(name, event.getValue(name));
            }
        }
        return found.isEmpty() ? " of " + event.getDuration().toMillis() + " ms" : " " + found;
    }
}
