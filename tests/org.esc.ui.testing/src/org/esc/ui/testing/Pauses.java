// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.testing;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.swt.SWTException;
import org.eclipse.swt.widgets.Display;

/**
 * Times for which the user interface did not answer, and what it did meanwhile: a thread asks the display every few milliseconds, and looks at the UI thread's
 * stack while no answer comes. The processor time of the UI thread tells a pause of ours from one of a busy machine.
 */
public final class Pauses implements AutoCloseable {

    private static final int LOOK = 10;
    private static final int REST = 2;

    /**
     * One time without an answer.
     *
     * @param millis how long it was
     * @param cpu    milliseconds that the UI thread was computing
     * @param doing  how often it was seen doing what
     */
    public record Pause(long millis, long cpu, Map<String, Integer> doing) {

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%d ms (%d ms computing)", millis, cpu) + doing.entrySet().stream()
                    .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder())).limit(12).map(e -> "\n      " + e.getValue() + " × " + e.getKey())
                    .collect(Collectors.joining());
        }
    }

    private final Display display;
    private final List<Pause> seen = new ArrayList<>();
    private final AtomicInteger answers = new AtomicInteger();
    private final Thread watcher;

    private Pauses(Display display) {
        this.display = display;
        watcher = Thread.ofPlatform().daemon().name("pauses").start(this::run);
    }

    /** Watches from now on. */
    public static Pauses watch() {
        return new Pauses(Ui.display());
    }

    /** Forgets what was, and begins a new stretch. UI thread only. */
    public void clear() {
        untilAnswered();
        synchronized (seen) {
            seen.clear();
        }
    }

    /** The longest time without an answer since the last {@link #clear}. UI thread only. */
    public Pause longest() {
        untilAnswered();
        synchronized (seen) {
            return seen.stream().max(Comparator.comparingLong(Pause::millis)).orElseThrow();
        }
    }

    /** Does a step, and prints how long it took and the longest time without an answer meanwhile. UI thread only. */
    public void step(String what, Runnable step) {
        clear();
        long begin = System.nanoTime();
        step.run();
        System.out.printf(Locale.ROOT, "%-40s %6d ms, longest pause %s%n", what, (System.nanoTime() - begin) / 1_000_000, longest());
    }

    /** Does the same, and gives what comes of it. */
    public <T> T step(String what, Supplier<T> step) {
        var found = new ArrayList<T>();
        step(what, () -> {
            found.add(step.get());
        });
        return found.getFirst();
    }

    /** What was asked before is part of what was before, however late a busy machine lets the watcher know. */
    private void untilAnswered() {
        int before = answers.get();
        Ui.until("the watcher has its answer", () -> answers.get() > before);
    }

    @Override
    public void close() {
        watcher.interrupt();
    }

    private void run() {
        var threads = ManagementFactory.getThreadMXBean();
        long id = display.getThread().threadId();
        try {
            while (!display.isDisposed()) {
                var answered = new CountDownLatch(1);
                var doing = new HashMap<String, Integer>();
                long asked = System.nanoTime();
                long computed = threads.getThreadCpuTime(id);
                display.asyncExec(answered::countDown);
                while (!answered.await(LOOK, TimeUnit.MILLISECONDS)) {
                    doing.merge(what(display.getThread().getStackTrace()), 1, Integer::sum);
                }
                var pause = new Pause((System.nanoTime() - asked) / 1_000_000, (threads.getThreadCpuTime(id) - computed) / 1_000_000, doing);
                synchronized (seen) {
                    seen.add(pause);
                }
                answers.incrementAndGet();
                Thread.sleep(REST);
            }
        } catch (InterruptedException | SWTException _) {
            // nobody watches any more
        }
    }

    /** The kind of work, and whose it is. */
    private static String what(StackTraceElement[] stack) {
        String all = Arrays.stream(stack).map(StackTraceElement::getClassName).collect(Collectors.joining(" "));
        String kind = all.contains("org.eclipse.osgi.internal.loader") || all.contains("java.lang.ClassLoader") ? "loading classes"
                : all.contains("org.apache.batik") || all.contains("java.awt") || all.contains("SVG") || all.contains("jsvg") ? "drawing icons"
                : all.contains("org.eclipse.e4.ui.css") ? "styling"
                : stack.length > 0 && stack[0].getClassName().startsWith("org.eclipse.swt.internal") ? "GTK " + stack[0].getMethodName()
                : stack.length > 0 ? stack[0].getClassName() + "." + stack[0].getMethodName() : "";
        // the application itself is below everything
        String whose = Arrays.stream(stack).filter(f -> f.getClassName().startsWith("org.esc.") && !f.getClassName().endsWith("Application")
                && !Blocking.isTest(f.getClassName())).findFirst()
                .map(f -> f.getClassName() + "." + f.getMethodName() + ":" + f.getLineNumber())
                .orElseGet(() -> Arrays.stream(stack).filter(f -> f.getClassName().startsWith("org.eclipse.") && !f.getClassName().startsWith("org.eclipse.swt.internal"))
                        .limit(3).map(f -> f.getClassName().replaceAll(".*\\.", "") + "." + f.getMethodName()).collect(Collectors.joining(" < ")));
        return kind + " in " + whose;
    }
}
