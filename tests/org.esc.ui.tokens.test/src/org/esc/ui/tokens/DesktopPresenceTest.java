// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.core.runtime.preferences.IEclipsePreferences;
import org.eclipse.swt.widgets.Menu;
import org.eclipse.swt.widgets.MenuItem;
import org.esc.tps.client.UserSettings;
import org.esc.ui.Browse;
import org.esc.ui.CardNews;
import org.esc.ui.DesktopSettings;
import org.esc.ui.Note;
import org.esc.ui.testing.Ui;
import org.esc.ui.tokens.OperationDialog.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the desktop is told of cards. The tray itself and real notifications: DesktopTest of the product's tests. */
class DesktopPresenceTest extends OpenViews {

    private final List<Note> notes = new ArrayList<>();
    private final IEclipsePreferences reminded = DesktopSettings.node("test-" + UUID.randomUUID());
    private DesktopPresence presence;

    @BeforeEach
    void watch() {
        source.reader(READER);
        presence = new DesktopPresence(Ui.display(), TokensPlugin.model(), notes::add, reminded);
    }

    @AfterEach
    void stop() throws Exception {
        presence.close();
        reminded.removeNode();
        set(DesktopSettings.NOTIFY, "");
        set(DesktopSettings.REMIND, "");
    }

    private static void set(String key, String value) {
        UserSettings.forThisRun(key, value);
        DesktopSettings.changed();
    }

    private void insert(TokenRow.Facts facts) {
        source.insert(READER, facts);
        Ui.until("the card is read", () -> TokensPlugin.model().rows().getFirst().state() == facts.state());
        Ui.settle();
    }

    private static TokenRow.Facts ending(boolean expired) {
        var f = FakeSource.facts(TokenState.ENROLLED, "Alice Example");
        return new TokenRow.Facts(f.state(), f.issuer(), f.issuedTo(), f.keyId(), f.expiry(), expired, "", f.sections(),
                new TokenRow.More(Optional.empty(), true, false, false, false, Optional.empty(), Optional.empty()));
    }

    private List<String> titles() {
        return notes.stream().map(Note::title).toList();
    }

    @Test
    void cardsThatComeAndGoAreTold() {
        insert(FakeSource.facts(TokenState.ENROLLED, "Alice Example"));
        assertEquals(List.of("Smart card inserted"), titles());
        assertTrue(notes.getFirst().text().startsWith("Alice Example (Example Organization), " + READER + ". This token is ready to be used"),
                notes.getFirst().text());
        notes.getFirst().action().orElseThrow().what().run();
        assertEquals(READER, TokensPlugin.model().selected().orElseThrow().reader().name());
        source.pull(READER);
        Ui.until("the removal is told", () -> notes.size() == 2);
        assertEquals("Smart card removed", notes.getLast().title());
        TokensPlugin.model().refresh();
        Ui.settle();
        assertEquals(2, notes.size(), "looking again is no news");
    }

    @Test
    void whileAViewTakesOneCardAfterTheOtherTheDesktopIsSpared() {
        var officer = CardNews.hush();
        var batch = CardNews.hush();
        insert(ending(false));
        source.pull(READER);
        Ui.settle();
        officer.close();
        officer.close();
        insert(ending(false));
        source.pull(READER);
        Ui.settle();
        assertEquals(List.of(), titles());
        batch.close();
        insert(ending(false));
        assertEquals(List.of("Smart card inserted", "Certificate ends soon"), titles());
    }

    @Test
    void whoDoesNotWantItIsNotTold() {
        set(DesktopSettings.NOTIFY, "false");
        set(DesktopSettings.REMIND, "false");
        insert(ending(false));
        source.pull(READER);
        Ui.settle();
        assertEquals(List.of(), notes);
    }

    @Test
    void aCertificateThatEndsSoonIsRemindedOfOnceADay() {
        insert(ending(false));
        assertEquals(List.of("Smart card inserted", "Certificate ends soon"), titles());
        source.pull(READER);
        insert(ending(false));
        Ui.until("it is inserted again", () -> titles().stream().filter("Smart card inserted"::equals).count() == 2);
        Ui.settle();
        assertEquals(1, titles().stream().filter("Certificate ends soon"::equals).count());
        Note.Action renew = notes.get(1).action().orElseThrow();
        assertEquals("Renew Now", renew.label());
        // it is about another card by now
        renew.what().run();
        assertTrue(Operations.operation().isEmpty());
        reminded.put("4090-6145-c762-2419-2d2b", "2001-01-01");
        source.pull(READER);
        insert(ending(true));
        Ui.until("it is reminded of", () -> notes.getLast().title().equals("Certificate expired"));
        notes.getLast().action().orElseThrow().what().run();
        assertEquals(Operation.RENEW, Operations.untilStage(Stage.INTRODUCTION).operation());
    }

    @Test
    void theIssuersPageIsOpenedWhenAnEnrolledTokenIsInserted() {
        var opened = new ArrayList<URI>();
        Browse.with(opened::add);
        try {
            var f = FakeSource.facts(TokenState.ENROLLED, "Alice Example");
            var welcome = URI.create("https://www.example.com/welcome");
            insert(new TokenRow.Facts(f.state(), f.issuer(), f.issuedTo(), f.keyId(), f.expiry(), false, "", f.sections(),
                    new TokenRow.More(Optional.empty(), false, false, false, false, Optional.empty(), Optional.of(welcome))));
            assertEquals(List.of(welcome), opened);
            TokensPlugin.model().refresh();
            Ui.settle();
            assertEquals(List.of(welcome), opened, "once for each insertion");
        } finally {
            Browse.with(_ -> false);
        }
    }

    @Test
    void theMenuOfTheIconLeadsToEachCard() {
        insert(ending(false));
        Menu menu = presence.menu();
        List<String> labels = Arrays.stream(menu.getItems()).map(MenuItem::getText).toList();
        assertEquals(List.of("&Manage Smart Cards", "Alice Example (Example Organization) \u2013 Enrolled", "    Renew Now\u2026", "", "&Diagnostics\u2026", "&Quit"), labels);
        TokensPlugin.model().select(Optional.empty());
        Ui.click(menu.getItem(2));
        assertEquals(Operation.RENEW, Operations.untilStage(Stage.INTRODUCTION).operation());
        assertEquals(READER, TokensPlugin.model().selected().orElseThrow().reader().name());
        menu.dispose();
    }
}
