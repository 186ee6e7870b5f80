// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Display;
import org.eclipse.swt.widgets.Event;
import org.eclipse.ui.IViewReference;
import org.eclipse.ui.PlatformUI;
import org.esc.apdu.CommandApdu;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Standing;
import org.esc.ui.testing.Pauses;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;

/**
 * Files of a hundred thousand exchanges: rows are made when they are shown, and nothing is explained on the thread of the user interface. How long each step took,
 * and the longest time for which the user interface did not answer, is printed.
 */
class LongTraceTest {

    private static final int COUNT = 100_000;

    @TempDir
    private Path folder;
    private final Curious curious = new Curious();
    private ServiceRegistration<Decoder> registration;

    /** Is asked about every command before all others, knows nothing, and remembers who asked. */
    private static final class Curious implements Decoder {

        private static final int FIRST = 1000;

        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger askedByUi = new AtomicInteger();

        @Override
        public int rank(Standing standing) {
            return FIRST;
        }

        @Override
        public String command(Standing standing, CommandApdu command) {
            (Display.getCurrent() == null ? asked : askedByUi).incrementAndGet();
            return "";
        }
    }

    @BeforeEach
    void open() throws Exception {
        PlatformUI.getWorkbench().showPerspective(TracePerspective.ID, Ui.page().getWorkbenchWindow());
        registration = FrameworkUtil.getBundle(TraceView.class).getBundleContext().registerService(Decoder.class, curious, null);
    }

    @AfterEach
    void close() {
        registration.unregister();
        // lets go of the folder
        shown().ifPresent(Ui.page()::hideView);
    }

    /** The view that shows a file of this test. */
    private Optional<TraceView> shown() {
        return Arrays.stream(Ui.page().getViewReferences()).filter(r -> TraceView.ID.equals(r.getId()) && String.valueOf(r.getSecondaryId()).startsWith(folder.toString()))
                .map((IViewReference r) -> (TraceView) r.getView(false)).findFirst();
    }

    private static boolean isSelected(TraceView view, String number) {
        var table = view.list().table();
        return table.getSelectionCount() == 1 && table.getSelection()[0].getText().equals(number);
    }

    private static void key(TraceView view, int code) {
        var e = new Event();
        e.keyCode = code;
        e.type = SWT.KeyDown;
        view.list().table().notifyListeners(SWT.KeyDown, e);
    }

    private static void tab(TraceView view, int which) {
        view.tabs().setSelection(which);
        view.tabs().notifyListeners(SWT.Selection, new Event());
    }

    private void work(Path file) {
        try (var pauses = Pauses.watch()) {
            String name = file.getFileName() + ", ";
            TraceView view = pauses.step(name + "opening", () -> {
                TraceHandler.open(Ui.page(), file);
                Ui.until("all are there", () -> Ui.texts(Ui.window()).contains(String.format(Locale.ROOT, "%,d exchanges|", COUNT))
                        && shown().orElseThrow().list().table().getItemCount() >= shown().orElseThrow().list().page());
                return shown().orElseThrow();
            });
            pauses.step(name + "to the end", () -> {
                key(view, SWT.END);
                Ui.until("the last", () -> isSelected(view, Integer.toString(COUNT)));
            });
            pauses.step(name + "to the beginning", () -> {
                key(view, SWT.HOME);
                Ui.until("the first", () -> isSelected(view, "1"));
            });
            assertTrue(curious.asked.get() > 0, "what is shown is explained");
            assertTrue(curious.asked.get() < COUNT / 10, () -> "only what is shown is explained, but " + curious.asked + " were");
            Ui.until("only what can be seen is in the table", () -> view.list().table().getItemCount() <= view.list().page());
            long refused = IntStream.range(1, COUNT).filter(i -> i % 7 == 0 && i % 5 != 3).count();
            pauses.step(name + "filtered", () -> {
                view.filterBar().write("sw == 6A82");
                Ui.until("filtered", () -> Ui.texts(Ui.window()).contains(String.format(Locale.ROOT, "%,d of %,d exchanges|", refused, COUNT)));
            });
            pauses.step(name + "filter taken away", () -> {
                view.filterBar().write("");
                Ui.until("all again", () -> view.list().shown().size() > 1 && view.list().shown().get(1).index() == view.list().shown().getFirst().index() + 1);
            });
            pauses.step(name + "findings", () -> {
                tab(view, 1);
                Ui.until("findings", () -> view.findings().table().getItemCount() > 0);
            });
            pauses.step(name + "statistics", () -> {
                tab(view, 2);
                Ui.until("statistics", () -> view.statistics().table().getItemCount() > 0);
            });
            pauses.step(name + "closing", () -> Ui.page().hideView(view));
        }
        assertEquals(0, curious.askedByUi.get(), "explained on the thread of the user interface");
        Ui.settle();
    }

    @Test
    void aLongFileOfOurOwnIsShownBesideItsReading() throws Exception {
        Path file = folder.resolve("long.esctrace");
        Recorded.write(file, Recorded.piv(COUNT)).close();
        work(file);
    }

    @Test
    void aLongFileOfOthersIsShownBesideItsReading() throws Exception {
        List<String> lines = Recorded.piv(COUNT).stream().<String>mapMulti((Entry e, Consumer<String> line) -> {
            line.accept("> " + e.command().toString().replace('*', '3'));
            line.accept("< " + e.response());
        }).toList();
        work(Files.write(folder.resolve("long.txt"), lines));
    }
}
