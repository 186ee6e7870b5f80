// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.eclipse.swt.widgets.Table;
import org.esc.apdu.EscException;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Pauses;
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

    private static final int TOKENS = Integer.getInteger("esc.tokens", 100_000);
    private static final int ACTIVITIES = 10 * TOKENS;
    private static final long GROWTH = 48L << 20;

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

    private static String number(int n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static boolean shown(PagedTable<?> rows, int row) {
        Table table = rows.table();
        return rows.quiet() && table.getItemCount() > row && !table.getItem(row).getText(0).equals("…") && !table.getItem(row).getText(0).isEmpty();
    }

    /** A list shows some places of its first leaf and its last, and what a search finds. */
    private static void places(Pauses pauses, String what, PagedTable<?> rows, int all, String text) {
        pauses.step(what + ", first page", () -> Ui.until("the first are there", () -> shown(rows, 0)));
        assertEquals(PagedTable.LEAF, rows.table().getItemCount());
        assertTrue(rows.status().matches(".* of " + (all == TOKENS ? number(all) + " tokens"
                : number(all).replaceAll("\\d+$", "\\\\d+") + " activities")), rows.status());
        for (int place : new int[] {PagedTable.LEAF / 2, PagedTable.LEAF - 30, 700}) {
            pauses.step(what + ", to " + place, () -> {
                rows.table().setTopIndex(place);
                Ui.until("row " + place, () -> shown(rows, place + 5));
            });
        }
        pauses.step(what + ", last leaf", () -> {
            Ui.press(Ui.window(), "Last");
            Ui.until("the last are there", () -> rows.status().startsWith("Rows " + number((all - 1) / PagedTable.LEAF * PagedTable.LEAF + 1))
                    && shown(rows, 0) || rows.status().startsWith("Rows " + number(ACTIVITIES + 1)) && shown(rows, 0));
        });
        pauses.step(what + ", a text", () -> {
            Ui.type(Ui.window(), "search", text);
            Ui.until("one is found", () -> rows.quiet() && rows.table().getItemCount() == 1 && AdminDesk.row(rows.table(), 0).contains(text));
        });
        assertTrue(rows.keptRows() <= 3000, () -> "kept: " + rows.keptRows());
    }

    @Test
    void anyPlaceOfVeryLongListsIsShown(@TempDir Path folder) throws EscException {
        try (var desk = AdminDesk.open(folder); var pauses = Pauses.watch()) {
            fill(desk);
            desk.signIn();
            long before = used();
            TokensView tokens = pauses.step("opening tokens", () -> AdminDesk.open(Kind.TOKENS, TokensView.class));
            places(pauses, "tokens", tokens.table(), TOKENS, "person" + (TOKENS / 2 + 4321));
            Ui.page().hideView(tokens);
            Ui.page().hideView(pauses.step("opening tokens again", () -> AdminDesk.open(Kind.TOKENS, TokensView.class)));

            ActivitiesView activities = pauses.step("opening activities", () -> AdminDesk.open(Kind.ACTIVITIES, ActivitiesView.class));
            places(pauses, "activities", activities.table(), ACTIVITIES, "Number " + (ACTIVITIES / 100 * 77 + 707));
            Ui.screenshot(Ui.window(), "admin-many-activities");
            assertEquals(List.of(), Access.complaints(Ui.window()));
            Ui.page().hideView(activities);

            OverviewView overview = pauses.step("opening overview", () -> AdminDesk.open(Kind.OVERVIEW, OverviewView.class));
            pauses.step("overview", () -> Ui.until("all is counted", () -> !overview.counting() && overview.chart(Overview.Part.STATES).figures().isPresent()));
            assertEquals(TOKENS, overview.chart(Overview.Part.STATES).figures().orElseThrow().bars().stream().mapToLong(Figures.Bar::value).sum());
            Ui.screenshot(Ui.window(), "admin-many-overview");
            Ui.page().hideView(overview);
            Ui.settle();
            long grown = used() - before;
            System.out.printf(Locale.ROOT, "live memory of workbench and server above the beginning: %.1f MB%n", grown / 1e6);
            assertTrue(grown < GROWTH, () -> "nothing of the lists is kept: " + grown);
        }
    }
}
