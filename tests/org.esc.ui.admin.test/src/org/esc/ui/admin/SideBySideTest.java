// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.esc.apdu.EscException;
import org.esc.tms.db.TokenState;
import org.esc.tms.users.Role;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two systems at once: what is of one is not of the other, and one lives on when the other dies. */
class SideBySideTest {

    private AdminDesk office;
    private AdminDesk branch;

    @BeforeEach
    void open(@TempDir Path folder, @TempDir Path another) throws EscException {
        office = AdminDesk.open(folder);
        branch = office.beside(another, "branch");
        office.tokens(12);
        branch.tokens(100, 5);
        branch.tms.tokens().formatted(AdminDesk.cuid(105), "userKey", "1.4.58768072", "0101");
        office.user("olga", Role.OPERATOR);
        branch.user("berta", Role.AGENT);
        office.signIn();
        branch.signIn();
    }

    @AfterEach
    void close() {
        AdminPlugin.servers().find("branch").ifPresent(Server::signOut);
        branch.end();
        office.close();
    }

    private static Set<String> firsts(RecordsView<?> view) {
        AdminDesk.quiet(view.table());
        var seen = new TreeSet<String>();
        Arrays.stream(view.table().table().getItems()).forEach(i -> seen.add(i.getText(0)));
        return seen;
    }

    private static List<String> rows(RecordsView<?> view) {
        Table table = view.table().table();
        return IntStream.range(0, table.getItemCount()).mapToObj(i -> AdminDesk.row(table, i)).toList();
    }

    private static void none(Set<String> of, Set<String> in) {
        var both = new TreeSet<>(of);
        both.retainAll(in);
        assertEquals(Set.of(), both);
    }

    private static Server server(String name) {
        return AdminPlugin.servers().find(name).orElseThrow();
    }

    @Test
    void nothingOfOneShowsInTheOtherAndOneLivesOnWhenTheOtherDies() throws EscException {
        TokensView here = AdminDesk.open(server(AdminDesk.NAME), Kind.TOKENS, TokensView.class);
        TokensView there = AdminDesk.open(server("branch"), Kind.TOKENS, TokensView.class);
        Set<String> hers = firsts(here);
        Set<String> theirs = firsts(there);
        assertEquals(12, hers.size());
        assertEquals(6, theirs.size());
        none(hers, theirs);
        assertEquals("Tokens – office", here.getPartName());
        assertEquals("Tokens – branch", there.getPartName());
        assertTrue(there.getTitleToolTip().contains(branch.server().https().toString()), there.getTitleToolTip());
        Set<String> people = firsts(AdminDesk.open(server(AdminDesk.NAME), Kind.USERS, UsersView.class));
        Set<String> others = firsts(AdminDesk.open(server("branch"), Kind.USERS, UsersView.class));
        assertTrue(people.contains("olga") && !people.contains("berta"), people.toString());
        assertTrue(others.contains("berta") && !others.contains("olga"), others.toString());
        none(firsts(AdminDesk.open(server(AdminDesk.NAME), Kind.CERTIFICATES, CertificatesView.class)),
                firsts(AdminDesk.open(server("branch"), Kind.CERTIFICATES, CertificatesView.class)));

        // a change here is none there
        Ui.page().activate(there);
        Table table = there.table().table();
        int blank = AdminDesk.find(table, AdminDesk.cuid(105).toString());
        AdminDesk.select(table, blank);
        AdminDesk.untilPressable("Owner…");
        Ui.press(Ui.window(), "Owner…");
        Shell owner = AdminDesk.dialog("Owner of");
        Ui.settle();
        Ui.type(owner, "user", "berta");
        Ui.press(owner, "Set");
        AdminDesk.untilClosed(owner);
        Ui.until("it is shown", () -> there.table().quiet() && AdminDesk.row(table, blank).contains("berta"));
        here.refresh();
        assertEquals(hers, firsts(here));
        assertTrue(rows(here).stream().noneMatch(r -> r.contains("berta")));
        Ui.screenshot(Ui.window(), "admin-side-by-side");

        // one dies; the other knows nothing of it
        branch.kill();
        there.refresh();
        AdminDesk.untilPressable("Try Again");
        Ui.screenshot(Ui.window(), "admin-one-died");
        office.tms.tokens().changeState(AdminDesk.cuid(0), TokenState.SUSPENDED);
        Ui.page().activate(here);
        here.refresh();
        AdminDesk.quiet(here.table());
        assertEquals(12, here.table().table().getItemCount());
        assertTrue(rows(here).stream().anyMatch(r -> r.contains(AdminDesk.cuid(0).toString()) && r.contains("Suspended")), "it was read anew");
        assertEquals(Server.State.SIGNED_IN, server(AdminDesk.NAME).state());

        branch.revive();
        Ui.page().activate(there);
        Ui.press(Ui.window(), "Try Again");
        Ui.until("the other is there again", () -> there.table().quiet() && there.table().table().isVisible() && there.table().table().getItemCount() == 6);
        assertEquals(theirs, firsts(there));
    }
}
