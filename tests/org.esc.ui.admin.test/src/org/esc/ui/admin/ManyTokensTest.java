// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.eclipse.swt.widgets.Table;
import org.esc.apdu.EscException;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hundred thousand tokens and a million activities: lists show any place of themselves, searches find, the overview counts, and none of it is kept. How long each
 * step took, and the longest time for which the user interface did not answer, is printed.
 */
@Tag("long")
class ManyTokensTest {

    private static final int TOKENS = 100_000;
    private static final int ACTIVITIES = 1_000_000;
    private static final long GROWTH = 48L << 20;

    private final List<Long> pauses = Collections.synchronizedList(new ArrayList<>());

    private static void fill(AdminDesk desk) throws EscException {
        long start = System.currentTimeMillis() - ACTIVITIES * 2000L;
        desk.tms.inTransaction(sql -> sql.update("INSERT INTO tokens (cuid, state, user_id, type, applet_id, key_info, policy, created_at, modified_at) SELECT "
                + "'409061' || LPAD(CAST(n AS VARCHAR), 14, '0'), CASE MOD(n, 10) WHEN 0 THEN 3 WHEN 1 THEN 6 ELSE 4 END, 'person' || CAST(n AS VARCHAR), 'userKey', "
                + "'1.4.58768072', '0101', 'RE_ENROLL=YES', " + start + " + n * 1000, " + start + " + n * 1000 FROM SYSTEM_RANGE(1, " + TOKENS + ") AS g (n)"));
        desk.tms.inTransaction(sql -> {
            sql.update("DELETE FROM activities");
            sql.update("INSERT INTO activities (id, happened_at, cuid, user_id, ip, operation, success, message, mac) SELECT n, " + start + " + n * 2000, '409061' || "
                    + "LPAD(CAST(MOD(n, " + TOKENS + ") + 1 AS VARCHAR), 14, '0'), 'person' || CAST(MOD(n, " + TOKENS + ") + 1 AS VARCHAR), '192.0.2.1', "
                    + "CASE MOD(n, 3) WHEN 0 THEN 'format' ELSE 'enrollment' END, MOD(n, 100) <> 7, CASE MOD(n, 100) WHEN 7 THEN 'The client went away. Number ' || "
                    + "CAST(n AS VARCHAR) ELSE 'done' END, ? FROM SYSTEM_RANGE(1, " + ACTIVITIES + ") AS g (n)", new byte[32]);
            return sql.update("UPDATE activity_head SET last_id = ? WHERE only_row = 1", (long) ACTIVITIES);
        });
    }

    /** Does a step and tells what it took. */
    private void step(String what, Runnable step) {
        pauses.clear();
        long begin = System.nanoTime();
        step.run();
        System.out.printf(Locale.ROOT, "%-40s %6d ms, longest pause %d ms%n", what, (System.nanoTime() - begin) / 1_000_000,
                pauses.stream().mapToLong(p -> p).max().orElse(0) / 1_000_000);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private void heartbeat(Thread[] heart) {
        var display = Ui.display();
        heart[0] = Thread.ofPlatform().daemon().name("heartbeat").start(() -> {
            while (!Thread.currentThread().isInterrupted() && !display.isDisposed()) {
                long asked = System.nanoTime();
                display.syncExec(() -> pauses.add(System.nanoTime() - asked));
                try {
                    Thread.sleep(2);
                } catch (InterruptedException _) {
                    return;
                }
            }
        });
    }

    private static boolean shown(PagedTable<?> rows, int row) {
        Table table = rows.table();
        return rows.quiet() && table.getItemCount() > row && !table.getItem(row).getText(0).equals("…") && !table.getItem(row).getText(0).isEmpty();
    }

    /** A list shows some places of its first leaf and its last, and what a search finds. */
    private void places(String what, PagedTable<?> rows, int all, String text) {
        step(what + ", first page", () -> Ui.until("the first are there", () -> shown(rows, 0)));
        assertEquals(PagedTable.LEAF, rows.table().getItemCount());
        assertTrue(rows.status().matches(".* of " + (all == TOKENS ? "100,000 tokens" : "1,000,\\d+ activities")), rows.status());
        for (int place : new int[] {PagedTable.LEAF / 2, PagedTable.LEAF - 30, 700}) {
            step(what + ", to " + place, () -> {
                rows.table().setTopIndex(place);
                Ui.until("row " + place, () -> shown(rows, place + 5));
            });
        }
        step(what + ", last leaf", () -> {
            Ui.press(Ui.window(), "Last");
            Ui.until("the last are there", () -> rows.status().startsWith("Rows " + String.format(Locale.ROOT, "%,d", (all - 1) / PagedTable.LEAF * PagedTable.LEAF + 1))
                    && shown(rows, 0) || rows.status().startsWith("Rows 1,000,001") && shown(rows, 0));
        });
        step(what + ", a text", () -> {
            Ui.type(Ui.window(), "search", text);
            Ui.until("one is found", () -> rows.quiet() && rows.table().getItemCount() == 1 && AdminDesk.row(rows.table(), 0).contains(text));
        });
        assertTrue(rows.keptRows() <= 3000, () -> "kept: " + rows.keptRows());
    }

    @Test
    void anyPlaceOfVeryLongListsIsShown(@TempDir Path folder) throws EscException {
        var heart = new Thread[1];
        try (var desk = AdminDesk.open(folder)) {
            fill(desk);
            desk.signIn();
            heartbeat(heart);
            long before = used();
            TokensView tokens = AdminDesk.open(Kind.TOKENS, TokensView.class);
            places("tokens", tokens.table(), TOKENS, "person54321");
            Ui.page().hideView(tokens);

            ActivitiesView activities = AdminDesk.open(Kind.ACTIVITIES, ActivitiesView.class);
            places("activities", activities.table(), ACTIVITIES, "Number 777707");
            Ui.screenshot(Ui.window(), "admin-many-activities");
            assertEquals(List.of(), Access.complaints(Ui.window()));
            Ui.page().hideView(activities);

            OverviewView overview = AdminDesk.open(Kind.OVERVIEW, OverviewView.class);
            step("overview", () -> Ui.until("all is counted", () -> !overview.counting() && overview.chart(Overview.Part.STATES).figures().isPresent()));
            assertEquals(TOKENS, overview.chart(Overview.Part.STATES).figures().orElseThrow().bars().stream().mapToLong(Figures.Bar::value).sum());
            Ui.screenshot(Ui.window(), "admin-many-overview");
            Ui.page().hideView(overview);
            Ui.settle();
            long grown = used() - before;
            System.out.printf(Locale.ROOT, "live memory of workbench and server above the beginning: %.1f MB%n", grown / 1e6);
            assertTrue(grown < GROWTH, () -> "nothing of the lists is kept: " + grown);
            assertFalse(pauses.isEmpty());
        } finally {
            if (heart[0] != null) {
                heart[0].interrupt();
            }
        }
    }
}
