// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.swt.layout.FillLayout;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.command.Cancel;
import org.esc.command.Progress;
import org.esc.tps.admin.AdminUser;
import org.esc.tps.admin.Page;
import org.esc.tps.admin.Query;
import org.esc.ui.Settings;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that die, sign-ins that end, long lists, files that come as a whole or not at all; and the list of servers itself. */
class TroubleTest {

    @TempDir
    private Path folder;
    private AdminDesk desk;

    @BeforeEach
    void open() throws EscException {
        desk = AdminDesk.open(folder);
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void aServerThatDiesIsToldAndTriedAgain() throws EscException {
        desk.tokens(12);
        desk.signIn();
        TokensView view = AdminDesk.open(Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(view.table());
        assertEquals(12, view.table().table().getItemCount());
        desk.kill();
        view.refresh();
        Ui.until("it is told", () -> Ui.all(Ui.window(), Button.class).stream().anyMatch(b -> b.isVisible() && b.getText().replace("&", "").equals("Try Again")));
        assertTrue(Ui.texts(Ui.window()).contains("server"), Ui.texts(Ui.window()));
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "admin-server-gone");
        desk.revive();
        Ui.press(Ui.window(), "Try Again");
        Ui.until("all is shown again", () -> view.table().quiet() && view.table().table().isVisible() && view.table().table().getItemCount() == 12);
    }

    @Test
    void whoIsSignedInNoMoreIsAskedToSignInAgain() throws EscException {
        desk.signIn();
        TokensView admins = AdminDesk.open(Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(admins.table());
        assertEquals("No tokens", admins.table().status());
        Ui.until("what is empty says so", () -> Ui.texts(Ui.window()).contains("no tokens on record"));
        Ui.screenshot(Ui.window(), "admin-empty");
        var admin = admins.admin();
        try (var password = Secret.of("Secret.123")) {
            admin.users().add(new AdminUser("otto", "Otto", Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                    java.util.Set.of(AdminUser.ALL_PROFILES)), Optional.of(password), new Cancel());
        }
        admin.users().join("otto", "TPS Operators", new Cancel());
        Server his = desk.signIn("ottos", "otto");
        TokensView view = AdminDesk.open(his, Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(view.table());
        admin.users().remove("otto", new Cancel());
        // a server that was started anew knows no session
        desk.kill();
        desk.revive();
        view.refresh();
        Ui.until("nobody is signed in", () -> his.state() == Server.State.SIGNED_OUT);
        Ui.settle();
        assertTrue(Ui.texts(Ui.window()).contains("not signed in any more"), Ui.texts(Ui.window()));
        Ui.press(Ui.window(), "Sign In…");
        AdminDesk.dialog("Sign in to ottos").close();
    }

    @Test
    void theServerOfTheDemonstrationIsThereAndAsksForNothing() {
        try {
            Settings.forThisRun(Settings.CA, desk.tms.caFile().toString());
            Settings.forThisRun(Settings.ADMIN_KEY, desk.tms.adminFile().toString());
            Settings.forThisRun(Settings.ADMIN_PASSWORD_FILE, desk.tms.adminFile().resolveSibling("admin.pass").toString());
            Settings.forThisRun(Settings.ADMIN, desk.server().https().toString());
            Ui.until("it is in the list", () -> AdminPlugin.servers().find(Servers.DEMO).isPresent());
            Ui.settle();
            AdminDesk.select("Embedded demonstration");
            assertFalse(AdminDesk.tool(ServersView.ID, "Takes the server off").isEnabled(), "it goes by itself");
            Ui.click(AdminDesk.tool(ServersView.ID, "Signs in"));
            Ui.until("somebody is signed in", () -> AdminPlugin.servers().find(Servers.DEMO).orElseThrow().state() == Server.State.SIGNED_IN);
            Ui.screenshot(Ui.window(), "admin-demo");
        } finally {
            List.of(Settings.ADMIN, Settings.ADMIN_KEY, Settings.ADMIN_PASSWORD_FILE, Settings.CA).forEach(k -> Settings.forThisRun(k, ""));
        }
        Ui.until("it is gone with the demonstration", () -> AdminPlugin.servers().find(Servers.DEMO).isEmpty());
    }

    @Test
    void listsAreExportedWholeOrNotAtAll() throws EscException, IOException {
        desk.tokens(30);
        desk.signIn();
        TokensView view = AdminDesk.open(Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(view.table());
        var tokens = view.admin().tokens();
        Path csv = folder.resolve("tokens.csv");
        assertEquals(30, Export.write(csv, Export.Format.of(csv), "tokens", (cancel, each) -> tokens.all(Query.ALL, cancel, each), Progress.NONE, new Cancel()));
        List<String> lines = Files.readAllLines(csv);
        assertTrue(lines.getFirst().startsWith("id,userId,type,status,label"), lines.getFirst());
        assertEquals(31, lines.size());
        Path json = folder.resolve("tokens.json");
        Export.write(json, Export.Format.of(json), "tokens", (cancel, each) -> tokens.all(Query.ALL, cancel, each), Progress.NONE, new Cancel());
        int n = 0;
        try (var in = new JsonReader(Files.newBufferedReader(json))) {
            in.beginArray();
            while (in.peek() == JsonToken.BEGIN_OBJECT) {
                in.skipValue();
                n++;
            }
            in.endArray();
        }
        assertEquals(30, n);
        // a cancel half-way leaves what was there before
        var cancel = new Cancel();
        EscException e = assertThrows(EscException.class, () -> Export.write(csv, Export.Format.CSV, "tokens", (c, each) -> {
            int[] seen = {0};
            return tokens.all(Query.ALL, c, t -> {
                if (++seen[0] == 10) {
                    c.cancel();
                }
                each.accept(t);
            });
        }, Progress.NONE, cancel));
        assertEquals(Fault.CANCELLED, e.fault());
        assertEquals(lines, Files.readAllLines(csv));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(), files.filter(f -> f.getFileName().toString().startsWith(".export")).toList(), "nothing is left behind");
        }
    }

    @Test
    void aMillionRowsAreReadAsTheyComeIntoSight() {
        record Row(int n) {
        }
        var asked = new AtomicInteger();
        Pages<Row> million = (start, size, sort, _) -> {
            asked.incrementAndGet();
            var rows = new ArrayList<Row>();
            for (int i = start; i < Math.min(start + size, 1_000_000); i++) {
                rows.add(new Row(i));
            }
            return new Page<>(rows, start, OptionalLong.of(1_000_000), start + size < 1_000_000, sort.isEmpty());
        };
        var shell = new Shell(Ui.window());
        shell.setLayout(new FillLayout());
        shell.setSize(500, 400);
        var table = new PagedTable<Row>(shell, "Rows", "rows", List.of(new PagedTable.Column<Row>("Row", 12, r -> "row " + r.n(), "n")));
        shell.open();
        table.show(million);
        Ui.until("the first rows are there", () -> table.quiet() && table.table().getItemCount() > 0 && table.table().getItem(0).getText().equals("row 0"));
        assertEquals(PagedTable.LEAF, table.table().getItemCount(), "a leaf at a time");
        assertTrue(table.status().startsWith("Rows 1–10,000 of 1,000,000"), table.status());
        int before = asked.get();
        for (int top = 0; top < PagedTable.LEAF; top += 50) {
            table.table().setTopIndex(top);
            while (Ui.display().readAndDispatch()) {
                // as fast as a person drags the bar
            }
        }
        Ui.until("what is in sight is read", () -> table.quiet() && !table.table().getItem(table.table().getTopIndex()).getText().equals("…"));
        assertTrue(table.keptRows() <= 31 * Pages.SIZE, "rows kept: " + table.keptRows());
        assertTrue(asked.get() - before <= 102, "pieces asked for: " + (asked.get() - before));
        Ui.press(shell, "Last");
        Ui.until("the last leaf is shown", () -> table.quiet() && table.status().startsWith("Rows 990,001–1,000,000"));
        table.table().setTopIndex(PagedTable.LEAF - 1);
        Ui.until("the last row is read", () -> table.table().getItem(PagedTable.LEAF - 1).getText().equals("row 999999"));
        // more than can be sorted here
        Ui.click(table.table().getColumn(0));
        Ui.until("it is said", () -> table.status().startsWith("This server does not sort"));
        assertEquals("row 999999", table.table().getItem(PagedTable.LEAF - 1).getText(), "and nothing else has happened");
        shell.dispose();
    }

    @Test
    void whatFitsIsSortedHereWhereTheServerDoesNot() {
        record Row(String text) {
        }
        List<Row> rows = List.of(new Row("b"), new Row("C"), new Row("a"));
        var shell = new Shell(Ui.window());
        shell.setLayout(new FillLayout());
        var table = new PagedTable<Row>(shell, "Rows", "rows", List.of(new PagedTable.Column<Row>("Row", 12, Row::text, "n")));
        shell.open();
        table.show(Pages.whole(_ -> rows));
        Ui.until("they are there", () -> table.quiet() && table.table().getItemCount() == 3);
        AdminDesk.select(table.table(), 0);
        Ui.click(table.table().getColumn(0));
        Ui.until("sorted", () -> table.quiet() && table.table().getItem(0).getText().equals("a"));
        assertEquals("b", table.selected().orElseThrow().text(), "what was selected stays so");
        Ui.click(table.table().getColumn(0));
        Ui.until("sorted the other way", () -> table.quiet() && table.table().getItem(0).getText().equals("C"));
        shell.dispose();
    }

    @Test
    void serversAreAddedChangedAndRemovedAndStandSideBySide() throws EscException {
        Ui.click(AdminDesk.tool(ServersView.ID, "Adds a server"));
        Shell add = AdminDesk.dialog("Add a server");
        Ui.type(add, "address", "http://tps.example.com");
        Ui.settle();
        assertFalse(Ui.button(add, "Add").isEnabled());
        assertTrue(Ui.texts(add).contains("https://"), Ui.texts(add));
        Ui.type(add, "address", desk.server().https().toString());
        Ui.type(add, "name", AdminDesk.NAME);
        Ui.type(add, "key", desk.tms.adminFile().toString());
        Ui.type(add, "ca", desk.tms.caFile().toString());
        Ui.settle();
        assertTrue(Ui.texts(add).contains("already"), Ui.texts(add));
        Ui.type(add, "name", "branch");
        Combo check = Ui.combo(add, "Revocation");
        check.select(check.indexOf("Do not ask"));
        assertEquals(List.of(), Access.dialogComplaints(add));
        Ui.screenshot(add, "admin-add-server");
        Ui.press(add, "Add");
        AdminDesk.untilClosed(add);
        assertTrue(desk.saved.all().containsKey("branch"), "it is kept, for the terminal, too");
        desk.signIn();
        Shell in = AdminDesk.signInDialog("branch");
        Ui.type(in, "password", "wrong");
        Ui.press(in, "Sign In");
        Ui.until("a wrong password is told", () -> Ui.texts(in).toLowerCase(java.util.Locale.ROOT).contains("password") && Ui.button(in, "Sign In").isEnabled());
        Ui.type(in, "password", desk.password());
        Ui.press(in, "Sign In");
        AdminDesk.untilClosed(in);
        TokensView one = AdminDesk.open(AdminPlugin.servers().find(AdminDesk.NAME).orElseThrow(), Kind.TOKENS, TokensView.class);
        TokensView other = AdminDesk.open(AdminPlugin.servers().find("branch").orElseThrow(), Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(one.table());
        AdminDesk.quiet(other.table());
        assertEquals("Tokens – office", one.getPartName());
        assertEquals("Tokens – branch", other.getPartName());
        AdminDesk.select("branch");
        Ui.click(AdminDesk.tool(ServersView.ID, "Takes the server off"));
        Shell remove = AdminDesk.dialog("Remove branch");
        Ui.press(remove, "Remove");
        AdminDesk.untilClosed(remove);
        Ui.settle();
        assertFalse(desk.saved.all().containsKey("branch"));
        assertTrue(Ui.texts(Ui.window()).contains("not in the list any more"), Ui.texts(Ui.window()));
        Table table = one.table().table();
        assertFalse(table.isDisposed(), "the other server is left alone");
    }
}
