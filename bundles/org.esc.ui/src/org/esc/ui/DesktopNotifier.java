// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.core.runtime.ILog;
import org.eclipse.jface.layout.GridDataFactory;
import org.eclipse.jface.layout.GridLayoutFactory;
import org.eclipse.jface.notifications.NotificationPopup;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Label;
import org.eclipse.swt.widgets.Link;

/**
 * Shows notes by the desktop's own notifications (org.freedesktop.Notifications, reached with {@code gdbus}, which comes with GTK's libraries); where
 * there are none, by a small window of our own.
 *
 * <p>A note that something can be done about is sent with libnotify's {@code notify-send}, if that is here: some daemons tell what a person presses to nobody
 * but the program that sent the note, so it has to stay until then.
 */
public final class DesktopNotifier implements Notifier, AutoCloseable {

    private static final Pattern ID = Pattern.compile("uint32 (\\d+)");
    private static final Pattern INVOKED = Pattern.compile("ActionInvoked \\(uint32 (\\d+), '([^']*)'");
    private static final String SERVICE = "org.freedesktop.Notifications";
    private static final int SHOWN_FOR = 10_000;
    private static final long PATIENCE_SECONDS = 10;

    private final Display display;
    private final String gdbus;
    private final Map<Integer, Runnable> actions = new ConcurrentHashMap<>();
    private final Set<Process> waiting = ConcurrentHashMap.newKeySet();
    private Process monitor;
    private boolean closed;

    /** For this display. */
    public DesktopNotifier(Display display) {
        this(display, "gdbus");
    }

    DesktopNotifier(Display display, String gdbus) {
        this.display = display;
        this.gdbus = gdbus;
    }

    @Override
    public void show(Note note) {
        Thread.ofVirtual().name("notification").start(() -> {
            if (!note.action().map(a -> andWait(note, a)).orElse(false) && !byDesktop(note) && !display.isDisposed()) {
                display.asyncExec(() -> popup(note));
            }
        });
    }

    /** False if it cannot be sent this way. */
    private boolean andWait(Note note, Note.Action action) {
        Process sender;
        try {
            sender = new ProcessBuilder("notify-send", "--print-id", "--app-name=Enterprise Security Client", "--icon=auth-smartcard", "--expire-time=" + SHOWN_FOR,
                    "--action=default=" + action.label(), "--action=act=" + action.label(), "--", note.title(), markup(note.text()))
                    .redirectError(ProcessBuilder.Redirect.DISCARD).redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null"))).start();
        } catch (IOException _) {
            return false;
        }
        synchronized (this) {
            waiting.add(sender);
            if (closed) {
                sender.destroy();
            }
        }
        var shown = new CompletableFuture<Boolean>();
        Thread.ofVirtual().name("notification action").start(() -> {
            try (BufferedReader in = sender.inputReader(StandardCharsets.UTF_8)) {
                // its number comes at once (0: it could not be sent), the word for what was pressed when it is
                String number = in.readLine();
                shown.complete(number != null && !number.equals("0"));
                if (in.readLine() != null && !display.isDisposed()) {
                    display.asyncExec(action.what());
                }
            } catch (IOException e) {
                ILog.of(DesktopNotifier.class).info("A notification can no longer be answered", e);
            } finally {
                shown.complete(false);
                waiting.remove(sender);
            }
        });
        boolean done = shown.completeOnTimeout(false, PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        if (!done) {
            sender.destroy();
        }
        return done;
    }

    /** False if the desktop shows no notifications. */
    private boolean byDesktop(Note note) {
        try {
            if (note.action().isPresent()) {
                listen();
            }
            var command = List.of(gdbus, "call", "--session", "--timeout", "5", "--dest", SERVICE, "--object-path", "/org/freedesktop/Notifications",
                    "--method", SERVICE + ".Notify", text("Enterprise Security Client"), "uint32 0", text("auth-smartcard"), text(note.title()),
                    text(markup(note.text())), note.action().map(a -> "['default', " + text(a.label()) + ", 'act', " + text(a.label()) + "]").orElse("@as []"),
                    "@a{sv} {}", "int32 " + SHOWN_FOR);
            Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).redirectInput(ProcessBuilder.Redirect.from(
                    new File("/dev/null"))).start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return false;
            }
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher id = ID.matcher(answer);
            if (process.exitValue() != 0 || !id.find()) {
                return false;
            }
            note.action().ifPresent(a -> actions.put(Integer.parseInt(id.group(1)), a.what()));
            return true;
        } catch (IOException _) {
            return false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A string as GVariant text writes it. */
    static String text(String s) {
        var b = new StringBuilder("'");
        s.codePoints().forEach(c -> {
            switch (c) {
                case '\'', '\\' -> b.append('\\').appendCodePoint(c);
                case '\n' -> b.append("\\n");
                default -> {
                    if (c >= 0x20 && c != 0x7F) {
                        b.appendCodePoint(c);
                    }
                }
            }
        });
        return b.append('\'').toString();
    }

    /** Names on cards are nobody's markup. */
    static String markup(String s) {
        return s.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    /** Listens, from the first note on that something can be done about, for what the person presses. */
    private synchronized void listen() throws IOException {
        if (closed || monitor != null && monitor.isAlive()) {
            return;
        }
        monitor = new ProcessBuilder(gdbus, "monitor", "--session", "--dest", SERVICE).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        Process listening = monitor;
        Thread.ofVirtual().name("notification actions").start(() -> {
            try (BufferedReader in = listening.inputReader(StandardCharsets.UTF_8)) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    Matcher m = INVOKED.matcher(line);
                    if (m.find()) {
                        Optional.ofNullable(actions.remove(Integer.parseInt(m.group(1)))).filter(_ -> !display.isDisposed()).ifPresent(display::asyncExec);
                    }
                }
            } catch (IOException e) {
                ILog.of(DesktopNotifier.class).info("Notifications can no longer be answered", e);
            }
        });
    }

    private void popup(Note note) {
        NotificationPopup[] popup = new NotificationPopup[1];
        popup[0] = NotificationPopup.forDisplay(display).title(note.title(), true).delay(SHOWN_FOR).fadeIn(false).content(parent -> {
            var page = new Composite(parent, SWT.NONE);
            GridLayoutFactory.fillDefaults().margins(4, 4).spacing(0, 8).applyTo(page);
            var words = new Label(page, SWT.WRAP);
            words.setText(note.text().replace("&", "&&"));
            GridDataFactory.fillDefaults().grab(true, false).hint(280, SWT.DEFAULT).applyTo(words);
            note.action().ifPresent(a -> {
                var link = new Link(page, SWT.NONE);
                link.setText("<a>" + a.label() + "</a>");
                link.addListener(SWT.Selection, _ -> {
                    popup[0].close();
                    a.what().run();
                });
            });
            return page;
        }).build();
        popup[0].open();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (monitor != null) {
            monitor.destroy();
        }
        waiting.forEach(Process::destroy);
    }
}
