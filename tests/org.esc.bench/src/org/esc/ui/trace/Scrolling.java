// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.custom.SashForm;
import org.eclipse.swt.layout.FillLayout;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Slider;
import org.esc.trace.Decoder;
import org.esc.trace.Trace;
import org.esc.trace.analysis.FilterBook;
import org.esc.trace.analysis.Painter;

/**
 * The list of exchanges and the pane below it, as the view has them, on a display; scrolled and jumped through by the events that keys and mouse make, while
 * a heartbeat finds out how long the thread of the user interface does not look at anything else.
 */
public final class Scrolling implements AutoCloseable {

    private static final int BEAT_MILLIS = 2;
    private static final int WIDTH = 1400;
    private static final int HEIGHT = 900;
    /** As fast as a keyboard repeats a key that is held down. */
    private static final int REPEAT_MILLIS = 30;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final Display display = Display.getDefault();
    private final Trace trace;
    private final Shell shell;
    private final Rows rows = new Rows();
    private final Loader loader;
    private final RowTable list;
    private final Slider bar;
    private final DecodedPane decoded;
    private final AtomicBoolean waiting = new AtomicBoolean();
    private final List<Pause> pauses = new ArrayList<>();
    private long processor;

    /**
     * A time for which the thread was busy.
     *
     * @param millis    how long, by the clock
     * @param processor how long at most it had the processor meanwhile, in milliseconds: the machine's other work does not count
     */
    public record Pause(double millis, double processor) {
    }

    /**
     * What was found of a way to move.
     *
     * @param waits each time from the event until the rows were there, in milliseconds
     */
    public record Found(List<Pause> pauses, List<Double> waits) {
    }

    /** Opens a window with a trace. The caller closes the trace after this. */
    public Scrolling(Trace trace, List<Decoder> decoders) {
        this.trace = trace;
        shell = new Shell(display, SWT.SHELL_TRIM);
        shell.setLayout(new FillLayout());
        var sash = new SashForm(shell, SWT.VERTICAL);
        loader = new Loader(display, trace, decoders, new Painter(FilterBook.standard().colours(), ZoneId.systemDefault()));
        rows.all(trace.first(), trace.end());
        list = new RowTable(sash, "Exchanges", Arrays.stream(Row.Column.values()).map(Row.Column::shown).toList(), new ShownRows(rows, () -> Optional.of(loader)),
                this::selected, () -> {
                });
        decoded = new DecodedPane(sash);
        bar = Arrays.stream(list.getChildren()).filter(Slider.class::isInstance).map(Slider.class::cast).findFirst().orElseThrow();
        shell.setSize(WIDTH, HEIGHT);
        shell.open();
        list.to(0);
        shown();
    }

    private void selected(Optional<Row> row) {
        row.ifPresent(r -> loader.details(r.index(), d -> {
            if (list.selection() == r.index()) {
                decoded.show(d);
            }
        }));
    }

    /** Moves so many times in each way. */
    public Map<String, Found> run(int times) {
        var random = new Random(10);
        var ways = new LinkedHashMap<String, Consumer<Integer>>();
        ways.put("page down and up", i -> key(i % 10 < 7 ? SWT.PAGE_DOWN : SWT.PAGE_UP));
        ways.put("line by line", i -> key(i % 10 < 7 ? SWT.ARROW_DOWN : SWT.ARROW_UP));
        ways.put("the bar, anywhere", _ -> drag(random.nextInt(bar.getMaximum())));
        ways.put("to a number", _ -> list.select(random.nextLong(trace.end())));
        ways.put("first and last", i -> key(i % 2 == 0 ? SWT.END : SWT.HOME));
        // the first times the runtime loads what it needs; a person waits for that once
        ways.values().forEach(w -> move(Math.min(times, 100), w, true));
        var found = new LinkedHashMap<String, Found>();
        ways.forEach((name, way) -> found.put(name, move(times, way, true)));
        found.put("page down, held", move(times, _ -> key(SWT.PAGE_DOWN), false));
        return found;
    }

    private Found move(int times, Consumer<Integer> way, boolean patient) {
        pauses.clear();
        processor = THREADS.getCurrentThreadCpuTime();
        var waits = new ArrayList<Double>();
        var over = new AtomicBoolean();
        Thread heart = Thread.ofPlatform().daemon().name("heartbeat").start(() -> beat(over));
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            way.accept(i);
            if (patient) {
                shown();
                waits.add((System.nanoTime() - start) / 1e6);
            } else {
                until(start + REPEAT_MILLIS * 1_000_000L);
            }
        }
        shown();
        over.set(true);
        try {
            heart.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        var found = new Found(List.copyOf(pauses), waits);
        while (waiting.get()) {
            // the last beat is not to be counted with what comes next
            display.readAndDispatch();
        }
        return found;
    }

    private void key(int code) {
        var e = new Event();
        e.keyCode = code;
        e.type = SWT.KeyDown;
        list.table().notifyListeners(SWT.KeyDown, e);
    }

    private void drag(int to) {
        bar.setSelection(to);
        bar.notifyListeners(SWT.Selection, new Event());
    }

    /** Lets the window work until the rows of the place are in the table and there is nothing left to do. */
    private void shown() {
        while (display.readAndDispatch() || list.shown().isEmpty() || rows.row(list.shown().getFirst().index()) != list.top()) {
            Thread.onSpinWait();
        }
    }

    private void until(long nanos) {
        while (System.nanoTime() < nanos) {
            if (!display.readAndDispatch()) {
                Thread.onSpinWait();
            }
        }
    }

    private void beat(AtomicBoolean over) {
        try {
            while (!over.get()) {
                if (waiting.compareAndSet(false, true)) {
                    long posted = System.nanoTime();
                    display.asyncExec(() -> {
                        long now = THREADS.getCurrentThreadCpuTime();
                        double millis = (System.nanoTime() - posted) / 1e6;
                        pauses.add(new Pause(millis, Math.min(millis, (now - processor) / 1e6)));
                        processor = now;
                        waiting.set(false);
                    });
                }
                Thread.sleep(BEAT_MILLIS);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        loader.close();
        shell.dispose();
        while (display.readAndDispatch()) {
            // what was under way
        }
    }
}
