// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Cancel;
import org.esc.command.Interaction;
import org.esc.securechannel.testing.Person;
import org.esc.softcard.SoftCard;
import org.esc.tms.db.TokenState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Face-to-face issuing through the embedded system, with two software tokens on the desk. */
@Timeout(300)
class DeskTest {

    private static final String OWN = "officer's reader";
    private static final String OTHER = "other reader";

    @TempDir
    private Path folder;
    private Office office;
    private SoftCard officersCard;

    @BeforeEach
    void open() throws EscException {
        office = new Office(folder);
        office.appoint("user1");
        officersCard = office.enrolled("user1", "soKey", Office.OFFICER_PIN);
        office.plug(OWN, officersCard);
    }

    @AfterEach
    void close() {
        office.close();
    }

    private DeskSession signIn() throws EscException {
        return office.desk.signIn(office.args(OWN), Office.people("alice").context());
    }

    private static DeskOrder enroll(String uid) {
        return DeskOrder.of(OfficerTask.ENROLL).user(uid).checked(Optional.of("passport"));
    }

    private static EscException refused(String code, org.junit.jupiter.api.function.Executable what) {
        var e = assertThrows(EscException.class, what);
        assertEquals(code, e.problem().code(), e.getMessage());
        return e;
    }

    @Test
    void anOfficerGivesAPersonTheirToken() throws EscException {
        office.tms.people().setAttributes("alice", Map.of("Height", "1.70 m"));
        var card = office.blank();
        office.plug(OTHER, card);
        try (var session = signIn()) {
            assertEquals("user1", session.officer().uid());
            assertEquals(List.of("alice"), session.search("Ali", 0, 10, new Cancel()).people().stream().map(Found.Candidate::uid).toList());
            var alice = session.person("alice", new Cancel());
            assertEquals("Alice Example", alice.name());
            assertEquals(Map.of("Height", "1.70 m"), alice.attributes());
            var seen = session.otherCard(new Cancel()).orElseThrow();
            assertEquals(SeenCard.Kind.BLANK, seen.kind());
            office.forget();
            var people = Office.people("alice");
            var done = session.perform(enroll("alice").card(seen.cuid()), people.context());
            assertEquals("Enrolled", done.state());
            assertEquals("userKey", done.profile());
            assertEquals(0, office.commands(OWN), "nothing went to the officer's card");
            assertTrue(office.fromServer(OTHER) > 20);
            assertTrue(people.forms.getFirst().description().startsWith("Alice Example types this"), people.forms.toString());
            assertTrue(people.pins.getFirst().purpose().contains("Alice Example types it"));
        }
        var token = office.tms.tokens().find(card.cuid()).orElseThrow();
        assertEquals(TokenState.ACTIVE, token.state());
        assertEquals(Optional.of("alice"), token.userId());
        assertTrue(office.tms.activities().list(Optional.of(card.cuid()), 0, 10).stream().anyMatch(a -> a.success()
                && a.message().endsWith("(security officer user1; identity document: passport)")));
        assertEquals(List.of("sign-in done", "enroll begun", "enroll done", "sign-out done"), office.logged());
        assertFalse(office.desk.log().read().events().toString().contains("Secret"));
    }

    @Test
    void anOfficerGivesTemporaryCardsFormatsAndSetsTheHomeAddress() throws EscException {
        var card = office.blank();
        office.plug(OTHER, card);
        try (var session = signIn()) {
            var temporary = session.perform(DeskOrder.of(OfficerTask.ENROLL_TEMPORARY).user("user2").checked(Optional.empty()),
                    Office.people("user2").context());
            assertEquals("userKeyTemporary", temporary.profile());
            assertEquals(Optional.of("userKeyTemporary"), office.tms.tokens().find(card.cuid()).orElseThrow().type());
            var people = Office.people("nobody");
            var home = session.perform(DeskOrder.of(OfficerTask.SET_HOME), people.context());
            assertEquals("Formatted", home.state());
            assertTrue(people.questions.getFirst().irreversible(), "an enrolled card is not wiped without asking");
            assertEquals("", people.forms.stream().map(f -> f.title()).reduce("", String::concat), "nobody needs to log in");
            assertFalse(issuer(OTHER).isEmpty());
            session.perform(DeskOrder.of(OfficerTask.FORMAT), people.context());
            assertEquals("", issuer(OTHER), "the phone home address is erased");
        }
        assertEquals(TokenState.FORMATTED, office.tms.tokens().find(card.cuid()).orElseThrow().state());
    }

    private String issuer(String reader) throws EscException {
        try (var session = office.readers.connect(reader, org.esc.card.Origin.verb("test"))) {
            var state = office.readers.list().stream().filter(r -> r.name().equals(reader)).findFirst().orElseThrow();
            return office.drivers.read(state, org.esc.card.TransportRules.over(session)).identity().issuerUrl();
        }
    }

    @Test
    void theWrongCardIsNeverTouched() throws EscException {
        office.appoint("user3");
        var users = office.enrolled("user4", "userKey", "Holder12");
        var officers = office.enrolled("user3", "soKey", "Holder12");
        var people = Office.people("alice");
        try (var session = signIn()) {
            office.forget();
            refused("no-second-card", () -> session.perform(enroll("alice"), people.context()));
            refused("own-reader", () -> session.perform(enroll("alice").in(OWN), people.context()));
            refused("own-reader", () -> session.perform(DeskOrder.of(OfficerTask.FORMAT).in(OWN), people.context()));
            assertEquals(0, office.commands(OWN));
            office.plug(OTHER, officers);
            refused("officer-card", () -> session.perform(enroll("alice"), people.context()));
            refused("officer-card", () -> session.perform(DeskOrder.of(OfficerTask.FORMAT), people.context()));
            refused("officer-card", () -> session.perform(DeskOrder.of(OfficerTask.SET_HOME).in(OTHER), people.context()));
            office.soft.unplug(OTHER);
            office.plug(OTHER, users);
            refused("user-card", () -> session.perform(DeskOrder.of(OfficerTask.FORMAT_OFFICER), people.context()));
            refused("others-card", () -> session.perform(enroll("alice"), people.context()));
            office.soft.unplug(OTHER);
            var blank = office.blank();
            office.plug(OTHER, blank);
            refused("user-card", () -> session.perform(DeskOrder.of(OfficerTask.FORMAT_OFFICER), people.context()));
            refused("other-card", () -> session.perform(enroll("alice").card(users.cuid()), people.context()));
            refused("not-checked", () -> session.perform(DeskOrder.of(OfficerTask.ENROLL).user("alice"), people.context()));
            refused("no-such-user", () -> session.perform(enroll("nobody"), people.context()));
            refused("no-officer", () -> session.perform(DeskOrder.of(OfficerTask.ENROLL_OFFICER).user("alice").checked(Optional.empty()), people.context()));
            office.plug("third reader", office.blank());
            refused("too-many-cards", () -> session.perform(enroll("alice"), people.context()));
            refused("too-many-cards", () -> session.perform(enroll("alice").in(OTHER), people.context()));
            assertEquals(0, office.commands("third reader"));
            assertEquals(0, office.commands(OWN), "nothing at all went to the officer's card");
            assertEquals(0, office.fromServer(OTHER), "and nothing but looks to the other ones");
            assertEquals(List.of("PROBE", "TRANSPORT").containsAll(office.spokeTo(OTHER)), true, office.spokeTo(OTHER).toString());
            assertEquals(List.of(), people.questions);
            office.desk.settings().set(Map.of(DeskSettings.IGNORED, "third reader"));
            assertEquals("Enrolled", session.perform(enroll("alice"), people.context()).state());
        }
        assertEquals(TokenState.ACTIVE, office.tms.tokens().find(officers.cuid()).orElseThrow().state());
        assertEquals(TokenState.ACTIVE, office.tms.tokens().find(users.cuid()).orElseThrow().state());
    }

    @Test
    void theOfficersOwnCardIsKnownByItsNumberNotByItsReader() throws EscException {
        try (var session = signIn()) {
            // the same card under another name: two readers cannot hold it, but a card with its number can lie in the other one
            var twin = SoftCard.inMemory(org.esc.softcard.CardSpec.standard().withCuid(officersCard.cuid()), new org.esc.softcard.coolkey.CoolKeyAppletFactory());
            office.plug(OTHER, twin);
            office.forget();
            refused("own-card", () -> session.perform(enroll("alice"), Office.people("alice").context()));
            refused("own-card", () -> session.perform(DeskOrder.of(OfficerTask.FORMAT), Office.people("alice").context()));
            assertEquals(0, office.fromServer(OTHER));
        }
    }

    @Test
    void aDeskWhoseCardsAreSwappedIsLockedAndTouchesNeither() throws EscException {
        var users = office.enrolled("user4", "userKey", "Holder12");
        office.plug(OTHER, users);
        try (var session = signIn()) {
            assertEquals(users.cuid(), session.otherCard(new Cancel()).orElseThrow().cuid());
            office.forget();
            office.soft.unplug(OWN);
            office.soft.unplug(OTHER);
            office.plug(OWN, users);
            office.plug(OTHER, officersCard);
            for (OfficerTask t : OfficerTask.values()) {
                refused("desk-locked", () -> session.perform(DeskOrder.of(t).user("user4").checked(Optional.empty()), Office.people("user4").context()));
            }
            refused("desk-locked", () -> session.otherCard(new Cancel()));
            assertEquals(0, office.commands(OWN) + office.commands(OTHER), "not even looked at");
        }
        assertEquals(TokenState.ACTIVE, office.tms.tokens().find(users.cuid()).orElseThrow().state());
        assertEquals(TokenState.ACTIVE, office.tms.tokens().find(officersCard.cuid()).orElseThrow().state());
    }

    @Test
    void theOfficersCardInThePersonsReaderLocksTheDesk() throws EscException {
        office.plug(OTHER, office.blank());
        try (var session = signIn()) {
            office.soft.unplug(OWN);
            office.soft.unplug(OTHER);
            office.plug(OTHER, officersCard);
            office.forget();
            refused("desk-locked", () -> session.perform(enroll("alice"), Office.people("alice").context()));
            refused("desk-locked", () -> session.perform(DeskOrder.of(OfficerTask.FORMAT), Office.people("alice").context()));
            assertEquals(0, office.commands(OTHER));
        }
        // whoever signs in anew with it there has nothing else on the desk
        try (var session = office.desk.signIn(office.args(OTHER), Office.people("alice").context())) {
            office.forget();
            refused("own-reader", () -> session.perform(DeskOrder.of(OfficerTask.FORMAT).in(OTHER), Office.people("alice").context()));
            refused("no-second-card", () -> session.perform(enroll("alice"), Office.people("alice").context()));
            assertEquals(0, office.commands(OTHER));
        }
        assertEquals(TokenState.ACTIVE, office.tms.tokens().find(officersCard.cuid()).orElseThrow().state());
    }

    @Test
    void aCardThatIsExchangedBetweenTheLookAndTheStartIsNotTouched() throws EscException {
        var blank = office.blank();
        var users = office.enrolled("user4", "userKey", "Holder12");
        var other = office.blank();
        office.plug(OTHER, blank);
        try (var session = signIn()) {
            var seen = session.otherCard(new Cancel()).orElseThrow();
            for (SoftCard wrong : List.of(users, other)) {
                office.soft.unplug(OTHER);
                office.plug(OTHER, wrong);
                office.forget();
                for (OfficerTask t : List.of(OfficerTask.ENROLL, OfficerTask.ENROLL_TEMPORARY, OfficerTask.FORMAT, OfficerTask.SET_HOME, OfficerTask.FORMAT_OFFICER)) {
                    refused("other-card", () -> session.perform(DeskOrder.of(t).user("alice").checked(Optional.empty()).card(seen.cuid()),
                            Office.people("alice").context()));
                }
                assertEquals(0, office.fromServer(OTHER));
            }
        }
        assertEquals(TokenState.ACTIVE, office.tms.tokens().find(users.cuid()).orElseThrow().state());
        assertEquals(Optional.empty(), office.tms.tokens().find(other.cuid()));
    }

    @Test
    void aCardThatIsExchangedWhileThePersonAnswersIsNotTouched() throws EscException {
        var users = office.enrolled("user4", "userKey", "Holder12");
        var other = office.enrolled("user5", "userKey", "Holder12");
        office.plug(OTHER, users);
        var quick = new Person() {
            @Override
            public java.util.concurrent.CompletableFuture<Boolean> confirm(Confirmation question) {
                office.soft.unplug(OTHER);
                office.plug(OTHER, other);
                return super.confirm(question);
            }
        };
        quick.agrees = true;
        try (var session = signIn()) {
            office.forget();
            var e = assertThrows(EscException.class, () -> session.perform(DeskOrder.of(OfficerTask.FORMAT).card(users.cuid()), quick.context()));
            assertEquals(Fault.CARD, e.fault(), e.getMessage());
            assertEquals(1, quick.questions.size());
            assertTrue(session.locked().isEmpty(), "the officer can go on");
            assertEquals("other-card", assertThrows(EscException.class, () -> session.perform(DeskOrder.of(OfficerTask.FORMAT).card(users.cuid()),
                    quick.context())).problem().code());
        }
        assertEquals(TokenState.ACTIVE, office.tms.tokens().find(users.cuid()).orElseThrow().state());
        assertEquals(TokenState.ACTIVE, office.tms.tokens().find(other.cuid()).orElseThrow().state());
    }

    @Test
    void theOfficersCardPulledInTheMiddleStopsWhatIsUnderWayAndTheCardIsMended() throws EscException {
        var card = office.blank();
        office.plug(OTHER, card);
        try (var session = signIn()) {
            office.forget();
            var people = Office.people("alice");
            var pulls = new org.esc.command.Context(people, (percent, _) -> {
                if (percent >= 50) {
                    office.soft.unplug(OWN);
                }
            }, new Cancel());
            refused("desk-locked", () -> session.perform(enroll("alice"), pulls));
            assertTrue(office.fromServer(OTHER) > 0, "it was under way");
        }
        assertTrue(office.tms.tokens().find(card.cuid()).filter(t -> t.state() == TokenState.ACTIVE).isEmpty(), "a half-done card is nobody's");
        office.plug(OWN, officersCard);
        try (var session = signIn()) {
            assertEquals("Formatted", session.perform(DeskOrder.of(OfficerTask.FORMAT), Office.people("x").context()).state());
            assertEquals("Enrolled", session.perform(enroll("alice"), Office.people("alice").context()).state());
        }
    }

    @Test
    void anOfficersCardIsFormattedOnlyWhenThatIsMeant() throws EscException {
        office.appoint("user3");
        var officers = office.enrolled("user3", "soKey", "Holder12");
        office.plug(OTHER, officers);
        try (var session = signIn()) {
            var people = Office.people("x");
            people.agrees = false;
            assertEquals(Fault.CANCELLED, assertThrows(EscException.class,
                    () -> session.perform(DeskOrder.of(OfficerTask.FORMAT_OFFICER), people.context())).fault());
            assertEquals(TokenState.ACTIVE, office.tms.tokens().find(officers.cuid()).orElseThrow().state());
            people.agrees = true;
            assertEquals("Formatted", session.perform(DeskOrder.of(OfficerTask.FORMAT_OFFICER), people.context()).state());
            assertEquals(TokenState.FORMATTED, office.tms.tokens().find(officers.cuid()).orElseThrow().state());
            office.soft.unplug(OTHER);
            people.questions.clear();
            var own = session.perform(DeskOrder.of(OfficerTask.FORMAT_OFFICER).in(OWN), people.context());
            assertEquals(officersCard.cuid().toString(), own.cuid());
            assertEquals(Optional.of(officersCard.cuid().toString()), people.questions.getFirst().typed(), "yes is not enough for the own card");
        }
        refused("no-certificate", () -> signIn());
    }

    @Test
    void pullingTheOfficersCardLocksTheDeskAtOnce() throws Exception {
        office.plug(OTHER, office.blank());
        var session = signIn();
        var told = new CountDownLatch(1);
        session.onLock(told::countDown);
        var asked = new CountDownLatch(1);
        var withdrawn = new CountDownLatch(1);
        var waiting = new Person() {
            @Override
            public java.util.concurrent.CompletableFuture<org.esc.apdu.Secret> newPin(Interaction.NewPin request) {
                var f = new java.util.concurrent.CompletableFuture<org.esc.apdu.Secret>();
                f.whenComplete((_, _) -> withdrawn.countDown());
                asked.countDown();
                return f;
            }
        };
        waiting.answers.putAll(Map.of("UID", "alice", "PASSWORD", Office.PASSWORD));
        waiting.agrees = true;
        var outcome = new java.util.concurrent.CompletableFuture<EscException>();
        Thread.ofPlatform().start(() -> {
            try {
                session.perform(enroll("alice"), waiting.context());
                outcome.complete(null);
            } catch (EscException e) {
                outcome.complete(e);
            } catch (RuntimeException | Error e) {
                outcome.completeExceptionally(e);
            }
        });
        assertTrue(asked.await(120, TimeUnit.SECONDS));
        office.soft.unplug(OWN);
        assertTrue(told.await(60, TimeUnit.SECONDS));
        assertTrue(withdrawn.await(60, TimeUnit.SECONDS), "what was being asked is withdrawn");
        assertEquals("desk-locked", outcome.get(60, TimeUnit.SECONDS).problem().code());
        assertTrue(session.locked().isPresent());
        office.plug(OWN, officersCard);
        refused("desk-locked", () -> session.search("ali", 0, 10, new Cancel()));
        refused("desk-locked", () -> session.perform(enroll("alice"), Office.people("alice").context()));
        refused("desk-locked", () -> session.otherCard(new Cancel()));
        session.close();
        assertTrue(office.logged().containsAll(List.of("locked done", "enroll refused")), office.logged().toString());
    }

    @Test
    void onlyOfficersWithTheirOwnGoodCardSignIn() throws EscException {
        var wrong = Office.people("alice");
        wrong.answers.put("OFFICER_PIN", "WrongPin");
        var once = new Person() {
            @Override
            public java.util.concurrent.CompletableFuture<org.esc.command.Answers> fill(org.esc.command.Form form) {
                return form.invalid() ? java.util.concurrent.CompletableFuture.failedFuture(new EscException(Fault.USAGE, "ask", "nobody"))
                        : super.fill(form);
            }
        };
        once.answers.put("OFFICER_PIN", "WrongPin");
        refused("wrong-pin", () -> office.desk.signIn(office.args(OWN), once.context()));
        office.plug(OTHER, office.enrolled("user5", "userKey", Office.OFFICER_PIN));
        refused("no-officer", () -> office.desk.signIn(office.args(OTHER), Office.people("x").context()));
        office.soft.unplug(OTHER);
        office.plug(OTHER, office.blank());
        refused("no-certificate", () -> office.desk.signIn(office.args(OTHER), Office.people("x").context()));
        try (var session = signIn()) {
            office.dismiss("user1");
            refused("no-officer", () -> session.search("ali", 0, 10, new Cancel()));
        }
        refused("no-officer", () -> signIn());
        office.appoint("user1");
        office.tms.desk().changeState(officersCard.cuid(), TokenState.SUSPENDED, "test", "");
        refused("token-not-active", () -> signIn());
        assertEquals(List.of("sign-in refused"), office.logged().stream().filter(l -> l.startsWith("sign-in")).distinct().filter(l -> l.endsWith("refused")).toList());
    }

    @Test
    void theServerTakesNoOfficersProfileWithoutAnOfficersWord() throws EscException {
        office.plug(OTHER, office.blank());
        var e = assertThrows(EscException.class, () -> office.enrolled("alice", "soKey", "Holder12"));
        assertEquals(14, e.problem().endOp().orElseThrow(), "alice is no security officer");
        try (var card = office.readers.connect(OTHER, org.esc.card.Origin.verb("test"))) {
            var request = org.esc.tps.client.TpsRequest.of(org.esc.tps.Operation.FORMAT, office.server.secureTps())
                    .trust(org.esc.tps.client.Trust.with(office.ca)).tokenType("soCleanUserToken");
            assertEquals(26, assertThrows(EscException.class, () -> office.client.run(request, card, Office.people("x").context())).problem().endOp()
                    .orElseThrow());
            assertEquals(26, assertThrows(EscException.class, () -> office.client.run(request.extensions(Map.of("officerTicket", "0123")), card,
                    Office.people("x").context())).problem().endOp().orElseThrow());
        }
    }

    @Test
    void anotherPersonsPasswordIsNotTakenAndNothingIsIssued() throws EscException {
        office.plug(OTHER, office.blank());
        try (var session = signIn()) {
            var wrong = Office.people("alice");
            wrong.answers.put("PASSWORD", "not hers");
            assertEquals(14, assertThrows(EscException.class, () -> session.perform(enroll("alice"), wrong.context())).problem().endOp().orElseThrow());
            assertTrue(session.locked().isEmpty(), "the holder's wrong password does not lock the officer out");
            assertEquals("Enrolled", session.perform(enroll("alice"), Office.people("alice").context()).state());
        }
    }

    @Test
    void officersGiveOfficersTheirTokens() throws EscException {
        office.appoint("user6");
        var card = office.blank();
        office.plug(OTHER, card);
        try (var session = signIn()) {
            assertEquals("soKey", session.perform(DeskOrder.of(OfficerTask.ENROLL_OFFICER).user("user6").checked(Optional.empty()),
                    Office.people("user6").context()).profile());
            assertEquals(SeenCard.Kind.OFFICER, session.otherCard(new Cancel()).orElseThrow().kind());
        }
    }

    @Test
    void profilesAreTheServersOwn() throws EscException {
        try (var session = signIn()) {
            assertTrue(session.profiles(new Cancel()).contains("soCleanSOToken"));
            assertEquals("soCleanSOToken", session.profile(OfficerTask.FORMAT_OFFICER, new Cancel()));
            assertEquals(Optional.of("soCleanSoToken"), OfficerTask.FORMAT_OFFICER.among(List.of("userKey", "soCleanSoToken")));
            office.desk.settings().set(Map.of(DeskSettings.PROFILE + "enroll", "special"));
            assertEquals("special", session.profile(OfficerTask.ENROLL, new Cancel()));
        }
    }

    @Test
    void theLogTellsWhenItWasChanged() throws Exception {
        try (var session = signIn()) {
            session.search("a", 0, 1, new Cancel());
        }
        signIn().close();
        assertTrue(office.desk.log().read().intact());
        Path file = office.desk.log().path();
        var lines = Files.readAllLines(file);
        assertEquals(4, lines.size());
        Files.write(file, List.of(lines.get(0), lines.get(1).replace("sign-out", "sign-OUT"), lines.get(2), lines.get(3)));
        assertEquals(3, office.desk.log().read().firstBad());
        Files.write(file, List.of(lines.get(0), lines.get(2), lines.get(3)));
        assertEquals(2, office.desk.log().read().firstBad());
        Files.write(file, lines);
        Files.writeString(file, "{\"time\":\"cut o", java.nio.file.StandardOpenOption.APPEND);
        assertFalse(office.desk.log().read().intact());
        signIn().close();
        assertEquals(6, office.desk.log().read().events().size(), "what comes behind a torn line is on lines of its own");
    }

    @Test
    void aDeadServerIsSaidInWords() throws EscException {
        office.server.close();
        var e = assertThrows(EscException.class, () -> signIn());
        assertEquals(Fault.NETWORK, e.fault());
        var plain = new DeskArgs(Optional.of(OWN), Optional.empty(), Optional.of(java.net.URI.create("http://localhost:1/tps/tps")), List.of(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.of(10));
        refused("no-tls", () -> office.desk.signIn(plain, Office.people("x").context()));
    }
}
