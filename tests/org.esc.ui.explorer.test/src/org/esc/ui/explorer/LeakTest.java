// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.swt.graphics.Image;
import org.eclipse.swt.graphics.Resource;
import org.eclipse.swt.widgets.Composite;
import org.eclipse.swt.widgets.Control;
import org.eclipse.ui.IViewPart;
import org.eclipse.ui.PlatformUI;
import org.eclipse.ui.views.IViewDescriptor;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.piv.PivAppletFactory;
import org.esc.ui.testing.Blocking;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is opened and closed, or put in and pulled out, again and again leaves nothing behind: no widget, no picture or colour, no memory. */
class LeakTest extends ExplorerDesk {

    private static final int MANY_OPENINGS = 500;
    private static final int MANY_INSERTIONS = 1000;
    /** For every run of the tests: one more than may be kept, and one to be sure. */
    private static final int EACH = 4;
    private static final int SOME = 50;
    /** The workbench itself keeps the part that was in front last. */
    private static final int KEPT = 2;
    private static final long GROWTH = 16L << 20;

    /** What our code made and nobody released, as the garbage collector found it. */
    private final List<String> unreleased = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void watch() {
        Blocking.off();
        Resource.setNonDisposeHandler(e -> {
            if (Arrays.stream(e.getStackTrace()).anyMatch(f -> f.getClassName().startsWith("org.esc."))) {
                unreleased.add(e + " " + Arrays.stream(e.getStackTrace()).filter(f -> f.getClassName().startsWith("org.esc.")).limit(3).toList());
            }
        });
    }

    @AfterEach
    void watchNoMore() {
        Resource.setNonDisposeHandler(null);
        Blocking.on();
    }

    private static List<String> views() {
        var all = new ArrayList<String>();
        for (IViewDescriptor v : PlatformUI.getWorkbench().getViewRegistry().getViews()) {
            if (v.getId().startsWith("org.esc.")) {
                all.add(v.getId());
            }
        }
        return all;
    }

    private static long widgets(Composite in) {
        long count = 1;
        for (Control c : in.getChildren()) {
            count += c instanceof Composite inner ? widgets(inner) : 1;
        }
        return count;
    }

    private static long used() {
        for (int i = 0; i < 4; i++) {
            System.gc();
            Ui.settle();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static void passEvents() {
        while (Ui.display().readAndDispatch()) {
            // all that is waiting
        }
    }

    @Test
    void aPictureThatNobodyReleasesIsNoticed() {
        forget();
        Ui.until("it is noticed", () -> {
            System.gc();
            return !unreleased.isEmpty();
        });
    }

    private static void forget() {
        new Image(Ui.display(), 1, 1).getBounds();
    }

    @Test
    void openingAndClosingEveryViewLeavesNothingBehind() throws Exception {
        openAndClose(EACH * views().size());
    }

    @Test
    @Tag("long")
    void openingAndClosingEveryViewHundredsOfTimesLeavesNothingBehind() throws Exception {
        openAndClose(MANY_OPENINGS);
    }

    private void openAndClose(int openings) throws Exception {
        plug("opened.token");
        List<String> ids = views();
        assertTrue(ids.size() >= 8, "views: " + ids);
        ids.forEach(id -> open(id, new ArrayList<>()));
        passEvents();
        long widgetsBefore = widgets(Ui.window());
        long before = used();
        var parts = new TreeMap<String, List<WeakReference<IViewPart>>>();
        for (int i = 0; i < openings; i++) {
            String id = ids.get(i % ids.size());
            open(id, parts.computeIfAbsent(id, _ -> new ArrayList<>()));
        }
        Ui.settle();
        assertEquals(widgetsBefore, widgets(Ui.window()), "widgets in the window");
        try {
            Ui.until("closed views are gone", () -> {
                System.gc();
                return parts.values().stream().allMatch(p -> alive(p) <= KEPT);
            });
        } catch (AssertionError e) {
            var left = new TreeMap<String, Long>();
            parts.forEach((id, p) -> left.put(id, alive(p)));
            throw new AssertionError("closed and still there: " + left, e);
        }
        assertTrue(used() - before < GROWTH, () -> "memory grew by " + (used() - before) + " bytes");
        assertEquals(List.of(), unreleased);
    }

    private static long alive(List<WeakReference<IViewPart>> parts) {
        return parts.stream().filter(p -> p.get() != null).count();
    }

    /** Opens a view, lets it draw itself and closes it; one that was open stays so. */
    private static void open(String id, List<WeakReference<IViewPart>> parts) {
        IViewPart former = Ui.page().findView(id);
        if (former != null) {
            Ui.page().hideView(former);
        }
        IViewPart view = Ui.freshView(id, IViewPart.class);
        passEvents();
        parts.add(new WeakReference<>(view));
        Ui.page().hideView(view);
        passEvents();
    }

    @Test
    void insertionsLeaveNothingBehind() throws Exception {
        insertAndPull(SOME);
    }

    @Test
    @Tag("long")
    void aThousandInsertionsLeaveNothingBehind() throws Exception {
        insertAndPull(MANY_INSERTIONS);
    }

    private void insertAndPull(int insertions) throws Exception {
        Path file = card("inserted.token");
        turn(file, SOME);
        long widgetsBefore = widgets(Ui.window());
        long before = used();
        turn(file, insertions);
        Ui.settle();
        assertEquals(widgetsBefore, widgets(Ui.window()), "widgets in the window");
        assertTrue(used() - before < GROWTH, () -> "memory grew by " + (used() - before) + " bytes");
        assertEquals(List.of(), unreleased);
    }

    private void turn(Path file, int times) throws Exception {
        for (int i = 0; i < times; i++) {
            readers.plug(file);
            untilRead();
            readers.unplugAll();
            Ui.until("the removal is shown", () -> view.model().cards().stream().noneMatch(c -> c.state() == ExplorerModel.State.READ));
        }
    }

    private Path card(String name) throws Exception {
        Path file = folder.resolve(name);
        CardFile.create(file, CardSpec.standard(), List.of(new PivAppletFactory()), Optional.empty());
        return file;
    }

    private void plug(String name) throws Exception {
        readers.plug(card(name));
        untilRead();
    }
}
