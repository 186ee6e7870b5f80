// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.eclipse.swt.SWT;
import org.eclipse.swt.graphics.Point;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Table;
import org.eclipse.ui.IViewReference;
import org.esc.apdu.EscException;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every view of the perspective, opened from the list of servers, with a picture of each. */
class TourTest {

    private AdminDesk desk;

    @BeforeEach
    void open(@TempDir Path folder) throws EscException {
        desk = AdminDesk.open(folder);
        desk.tokens(40);
        desk.signIn();
    }

    @AfterEach
    void close() {
        desk.close();
    }

    @Test
    void everyViewShowsWhatIsThere() {
        for (Kind k : List.of(Kind.TOKENS, Kind.ACTIVITIES, Kind.CERTIFICATES, Kind.PROFILES, Kind.MAPPINGS, Kind.AUTHENTICATORS, Kind.CONNECTORS, Kind.USERS, Kind.GROUPS,
                Kind.SELF_TESTS)) {
            RecordsView<?> view = AdminDesk.open(k, RecordsView.class);
            AdminDesk.quiet(view.table());
            Table table = view.table().table();
            assertTrue(table.getItemCount() > 0, () -> k + ": " + view.table().status() + " " + Ui.texts(Ui.window()));
            AdminDesk.select(table, 0);
            Ui.settle();
            Ui.screenshot(Ui.window(), "admin-view-" + k.word());
            assertEquals(List.of(), Access.complaints(Ui.window()), () -> k.label());
        }
        AuditView audit = AdminDesk.open(Kind.AUDIT, AuditView.class);
        Ui.until("events are shown", () -> audit.events().getItemCount() > 0);
        Ui.screenshot(Ui.window(), "admin-view-audit");
        ConfigurationView config = AdminDesk.open(Kind.CONFIGURATION, ConfigurationView.class);
        Ui.until("settings are shown", () -> config.editor().table().getItemCount() > 0);
        Ui.screenshot(Ui.window(), "admin-view-configuration");
        assertEquals(List.of(), Access.complaints(Ui.window()));
    }

    @Test
    void aServersOwnOverviewTakesThePlaceOfTheOneThatWasThere() {
        AdminDesk.open(Kind.OVERVIEW, OverviewView.class);
        Server server = AdminPlugin.servers().current().orElseThrow();
        AdminPlugin.open(Ui.page(), server, Kind.OVERVIEW, Filter.ALL);
        AdminPlugin.open(Ui.page(), server, Kind.OVERVIEW, Filter.ALL);
        List<String> overviews = Arrays.stream(Ui.page().getViewReferences()).filter(r -> r.getId().equals(Kind.OVERVIEW.view())).map(IViewReference::getSecondaryId).toList();
        assertEquals(List.of(server.entry().id()), overviews);
    }

    @Test
    void ourOwnPanesHaveTheGroundOfTheirView() {
        OverviewView overview = AdminDesk.open(Kind.OVERVIEW, OverviewView.class);
        Ui.until("all is counted", () -> !overview.counting());
        var chart = overview.chart(Overview.Part.STATES);
        Ui.until("it is styled", () -> chart.getBackground().equals(chart.getParent().getBackground()));
        assertEquals(chart.getParent().getParent().getBackground(), chart.getBackground());
    }

    @Test
    void theOverviewCountsAndABarLeadsToWhatItCounts() {
        OverviewView overview = AdminDesk.open(Kind.OVERVIEW, OverviewView.class);
        Ui.until("all is counted", () -> !overview.counting() && overview.chart(Overview.Part.STATES).figures().isPresent()
                && overview.chart(Overview.Part.FAILURES).figures().isPresent());
        Figures states = overview.chart(Overview.Part.STATES).figures().orElseThrow();
        assertEquals(24, states.bars().stream().filter(b -> b.label().equals("Active")).findFirst().orElseThrow().value());
        Figures failures = overview.chart(Overview.Part.FAILURES).figures().orElseThrow();
        assertEquals(1, failures.bars().size(), "one cause, whatever the numbers in the messages: " + failures.bars());
        assertEquals(4, failures.bars().getFirst().value());
        Figures enrolments = overview.chart(Overview.Part.ENROLMENTS).figures().orElseThrow();
        assertEquals(32, enrolments.bars().stream().mapToLong(Figures.Bar::value).sum());
        // the table beside a chart has the same numbers
        Table table = overview.chart(Overview.Part.STATES).table();
        assertEquals("Active", table.getItem(2).getText(0));
        assertEquals("24", table.getItem(2).getText(1));
        assertEquals(List.of(), Access.complaints(Ui.window()));
        Ui.screenshot(Ui.window(), "admin-overview");
        // a click on the bar of the suspended ones
        Point at = overview.chart(Overview.Part.STATES).middle(3);
        var click = new Event();
        click.x = at.x;
        click.y = at.y;
        click.button = 1;
        overview.chart(Overview.Part.STATES).canvas().notifyListeners(SWT.MouseDown, click);
        Ui.until("the list is shown", () -> AdminDesk.find(Kind.TOKENS).isPresent());
        TokensView tokens = (TokensView) AdminDesk.find(Kind.TOKENS).orElseThrow();
        AdminDesk.quiet(tokens.table());
        assertEquals(4, tokens.table().table().getItemCount());
        assertEquals("SUSPENDED", tokens.filter().fields().get("status"));
    }
}
