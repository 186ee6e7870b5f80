// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.card.Readers;
import org.esc.command.Arguments;
import org.esc.command.Verb;
import org.esc.driver.CardDriver;
import org.esc.driver.coolkey.CoolKeyDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.securechannel.testing.Person;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.ca.IssuedCertificate.Status;
import org.esc.tms.db.Policy;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.esc.tps.client.EnrollVerb;
import org.esc.tps.client.FormatVerb;
import org.esc.tps.client.Journal;
import org.esc.tps.client.PhoneHome;
import org.esc.tps.client.PlanVerb;
import org.esc.tps.client.ResetPinVerb;
import org.esc.tps.client.TokenPlan;
import org.esc.tps.client.TokenPlan.Copy;
import org.esc.tps.client.TokenPlan.Fate;
import org.esc.tps.client.TokenResult;
import org.esc.tps.client.TokenResult.Outcome;
import org.esc.tps.client.TokenWork;
import org.esc.tps.client.TpsClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the client's verbs say that will happen with a token, and what does. */
@Timeout(300)
class PlansTest {

    private static final byte[] MESSAGE = "Meet me at noon".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;
    private Tms tms;
    private TmsServer server;
    private final Readers readers = new Readers();
    private final SoftReaders soft = new SoftReaders();
    private final Map<String, SoftCard> cards = new LinkedHashMap<>();
    private final Person person = Person.user("alice", "Secret.123", "Sesame12");
    private TokenWork work;

    @BeforeEach
    void start() throws Exception {
        tms = Tms.open(folder.resolve("data"), TmsOptions.standard());
        server = TmsServer.start(tms, TmsServer.Options.anywhere());
        soft.addFactory(new CoolKeyAppletFactory());
        readers.addProvider(soft);
        var drivers = new Drivers(new DriverRules(folder.resolve("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new CoolKeyDriver(), Map.of(CardDriver.NAME, "CoolKey", CardDriver.AID, "627601FF000000"));
        var journal = new Journal(folder.resolve("journal"));
        work = new TokenWork(readers, drivers, new TpsClient(journal), journal, Optional.of(soft), new PhoneHome(folder.resolve("issuers")),
                folder.resolve("client.properties"));
    }

    @AfterEach
    void stop() {
        soft.unplugAll();
        server.close();
        tms.close();
    }

    private String plug() {
        var spec = CardSpec.standard();
        SoftCard card = SoftCard.inMemory(spec, new CoolKeyAppletFactory());
        String reader = soft.plug("token " + spec.cuid(), card);
        cards.put(reader, card);
        return reader;
    }

    private <A extends Record, R extends Record> R run(Verb<A, R> verb, String reader, String... more) throws EscException {
        var words = new LinkedHashMap<String, List<String>>();
        words.put("reader", List.of(reader));
        words.put("tps", List.of(server.tps().toString()));
        for (String m : more) {
            words.put(m.substring(0, m.indexOf('=')), List.of(m.substring(m.indexOf('=') + 1)));
        }
        return verb.run(Arguments.build(verb.arguments(), words), person.context());
    }

    private TokenResult enroll(String reader, String... more) throws EscException {
        return run(new EnrollVerb(work), reader, more);
    }

    private TokenPlan plan(String reader, String what, String... more) throws EscException {
        var words = new java.util.ArrayList<>(List.of(more));
        words.add("what=" + what);
        return run(new PlanVerb(work), reader, words.toArray(String[]::new));
    }

    private String enrolled() throws EscException {
        String reader = plug();
        run(new FormatVerb(work), reader);
        enroll(reader);
        return reader;
    }

    private void lost(String reader, TokenState state) throws EscException {
        tms.desk().changeState(cards.get(reader).cuid(), state, "admin", "");
    }

    private static List<Outcome> outcomes(TokenResult r) {
        return r.certificates().stream().map(TokenResult.Certificate::outcome).toList();
    }

    private static String text(TokenPlan plan) {
        var text = new StringWriter();
        plan.print(new PrintWriter(text, true));
        return text.toString();
    }

    @Test
    void aBlankCardIsPlannedThenEnrolledAsPlanned() throws Exception {
        String reader = plug();
        TokenPlan plan = plan(reader, "format");
        assertEquals("Unformatted", plan.state());
        assertEquals(server.tps().toString(), plan.server());
        assertFalse(plan.loss());
        assertTrue(plan.certificates().isEmpty() && plan.warnings().isEmpty());
        assertEquals("The token is ready to be enrolled.", plan.steps().getLast());
        run(new FormatVerb(work), reader);
        assertEquals("Formatted", plan(reader, "enroll").state());
        TokenResult done = enroll(reader);
        assertEquals(List.of(Outcome.NEW, Outcome.NEW), outcomes(done));
        assertTrue(done.removed().isEmpty() && done.plan().isEmpty());
    }

    @Test
    void aDryRunSaysWhatWouldGoAndChangesNothing() throws Exception {
        String reader = enrolled();
        var before = new TokenUse(cards.get(reader)).certificate(2);
        int asked = person.questions.size();
        int forms = person.forms.size();
        TokenResult dry = enroll(reader, "dryRun=true");
        TokenPlan plan = dry.plan().orElseThrow();
        assertEquals(plan, plan(reader, "enroll"));
        assertEquals(-1, dry.endOp());
        assertEquals(List.of(Fate.SERVER_DECIDES, Fate.SERVER_DECIDES), plan.certificates().stream().map(TokenPlan.Entry::fate).toList());
        assertEquals(List.of(Copy.NONE, Copy.PERHAPS), plan.certificates().stream().map(TokenPlan.Entry::copy).toList());
        assertEquals(List.of(false, true), plan.certificates().stream().map(TokenPlan.Entry::decrypts).toList());
        assertTrue(plan.loss());
        String text = text(plan);
        assertTrue(text.contains("encryption key for alice") && text.contains("Warning: ") && text.contains("archived"), text);
        assertEquals(List.of(Fate.GOES, Fate.GOES), run(new FormatVerb(work), reader, "dryRun=true").plan().orElseThrow().certificates().stream()
                .map(TokenPlan.Entry::fate).toList());
        TokenPlan pin = run(new ResetPinVerb(work), reader, "dryRun=true").plan().orElseThrow();
        assertEquals(List.of(Fate.STAYS, Fate.STAYS), pin.certificates().stream().map(TokenPlan.Entry::fate).toList());
        assertFalse(pin.loss());
        assertEquals(asked, person.questions.size());
        assertEquals(forms, person.forms.size());
        assertEquals(before, new TokenUse(cards.get(reader)).certificate(2));
        assertFalse(tms.activities().list(Optional.of(cards.get(reader).cuid()), 0, 10).isEmpty());
    }

    @Test
    void whatIsNotKnownToBeArchivedIsNamedBeforeItGoes() throws Exception {
        String reader = enrolled();
        // as on another computer
        try (var files = Files.list(folder.resolve("keys"))) {
            for (Path f : files.toList()) {
                Files.delete(f);
            }
        }
        assertEquals(List.of(Copy.UNKNOWN, Copy.UNKNOWN), plan(reader, "enroll").certificates().stream().map(TokenPlan.Entry::copy).toList());
        var before = new TokenUse(cards.get(reader)).certificate(2);
        person.agrees = false;
        assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> run(new FormatVerb(work), reader)).fault());
        String question = person.questions.getLast().message();
        assertTrue(person.questions.getLast().irreversible());
        assertTrue(question.contains("encryption key for alice (not known to be archived)"), question);
        assertFalse(question.contains("signing key"), question);
        assertEquals(before, new TokenUse(cards.get(reader)).certificate(2));
        person.agrees = true;
        TokenResult done = run(new FormatVerb(work), reader);
        assertEquals(2, done.removed().size());
        assertEquals(Outcome.REMOVED, done.removed().getFirst().outcome());
    }

    @Test
    void renewingKeepsTheKeysOrIsStoppedBeforeOneGoes() throws Exception {
        String reader = enrolled();
        SoftCard card = cards.get(reader);
        var use = new TokenUse(card);
        var signing = use.certificate(1);
        var encryption = use.certificate(2);
        byte[] cipher = TokenUse.encrypt(encryption, MESSAGE);
        EscException stopped = assertThrows(EscException.class, () -> enroll(reader, "renew=true"));
        assertEquals("not-renewed", stopped.problem().code());
        assertTrue(new Journal(folder.resolve("journal")).halfDone(card.cuid()).isEmpty(), "the token is whole");
        assertEquals(Fault.REFUSED, stopped.fault());
        for (var c : tms.tokens().certificates(card.cuid())) {
            assertEquals(Status.VALID, tms.ca().find(c.serial()).orElseThrow().status());
        }
        assertEquals(TokenState.ACTIVE, tms.tokens().find(card.cuid()).orElseThrow().state());
        use = new TokenUse(card);
        assertEquals(signing, use.certificate(1));
        assertEquals(encryption, use.certificate(2));
        use.login("Sesame12");
        assertArrayEquals(MESSAGE, use.decrypt(cipher));
        assertTrue(use.signs(MESSAGE));

        tms.tokens().setPolicy(card.cuid(), Policy.parse("RENEW=YES"));
        int questions = person.questions.size();
        TokenPlan plan = plan(reader, "enroll", "renew=true");
        assertEquals(List.of(Fate.RENEWED, Fate.RENEWED), plan.certificates().stream().map(TokenPlan.Entry::fate).toList());
        assertFalse(plan.loss());
        TokenResult done = enroll(reader, "renew=true");
        assertEquals(List.of(Outcome.RENEWED, Outcome.RENEWED), outcomes(done));
        assertEquals(questions, person.questions.size(), "nothing is lost, so nothing is asked");
        use = new TokenUse(card);
        assertNotEquals(signing, use.certificate(1));
        assertEquals(signing.getPublicKey(), use.certificate(1).getPublicKey());
        use.login("Sesame12");
        assertArrayEquals(MESSAGE, use.decrypt(cipher));
        // what was seen of the keys' origin holds on
        assertEquals(List.of(Copy.NONE, Copy.PERHAPS), plan(reader, "enroll").certificates().stream().map(TokenPlan.Entry::copy).toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RE_ENROLL=YES;RENEW=NO;FORCE_FORMAT=YES", "RE_ENROLL=NO;RENEW=NO;FORCE_FORMAT=YES"})
    void aTokenThatTheServerWouldFormatFirstIsNotRenewed(String policy) throws Exception {
        String reader = enrolled();
        SoftCard card = cards.get(reader);
        var use = new TokenUse(card);
        var signing = use.certificate(1);
        byte[] cipher = TokenUse.encrypt(use.certificate(2), MESSAGE);
        tms.tokens().setPolicy(card.cuid(), Policy.parse(policy));
        EscException stopped = assertThrows(EscException.class, () -> enroll(reader, "renew=true"));
        assertEquals("not-renewed", stopped.problem().code());
        assertTrue(new Journal(folder.resolve("journal")).halfDone(card.cuid()).isEmpty(), "the token is whole");
        assertEquals(TokenState.ACTIVE, tms.tokens().find(card.cuid()).orElseThrow().state());
        for (var c : tms.tokens().certificates(card.cuid())) {
            assertEquals(Status.VALID, tms.ca().find(c.serial()).orElseThrow().status());
        }
        use = new TokenUse(card);
        assertEquals(signing, use.certificate(1));
        use.login("Sesame12");
        assertArrayEquals(MESSAGE, use.decrypt(cipher));

        // without the wish the person is told that the keys go, and has the last word
        int questions = person.questions.size();
        enroll(reader);
        assertEquals(questions + 1, person.questions.size());
        assertNotEquals(signing, new TokenUse(card).certificate(1));
    }

    @Test
    void onlyAnEnrolledTokenIsRenewed() throws Exception {
        String reader = plug();
        assertEquals("not-enrolled", assertThrows(EscException.class, () -> enroll(reader, "renew=true")).problem().code());
    }

    @Test
    void theKeyOfALostTokenComesBackBesideANewOne() throws Exception {
        String first = enrolled();
        var old = new TokenUse(cards.get(first)).certificate(2);
        byte[] oldMail = TokenUse.encrypt(old, MESSAGE);
        lost(first, TokenState.PERM_LOST);
        soft.unplug(first);

        String second = plug();
        run(new FormatVerb(work), second);
        TokenPlan plan = plan(second, "enroll", "recover=true");
        assertTrue(plan.steps().toString().contains("lost"), plan.steps().toString());
        TokenResult done = enroll(second, "recover=true");
        assertEquals(List.of(Outcome.NEW, Outcome.NEW, Outcome.RECOVERED), outcomes(done));
        assertTrue(done.notes().stream().noneMatch(n -> n.contains("recovered")), done.notes().toString());
        var use = new TokenUse(cards.get(second));
        assertEquals(old, use.certificate(3));
        assertNotEquals(old.getPublicKey(), use.certificate(2).getPublicKey());
        use.login("Sesame12");
        assertArrayEquals(MESSAGE, use.decrypt(TokenUse.encrypt(use.certificate(2), MESSAGE)));
        assertArrayEquals(MESSAGE, use.decrypt(6, oldMail));
        assertTrue(use.signs(MESSAGE));
    }

    @Test
    void theKeyOfADamagedTokenIsTheNextOnesKey() throws Exception {
        String first = enrolled();
        var old = new TokenUse(cards.get(first)).certificate(2);
        lost(first, TokenState.DAMAGED);
        String second = plug();
        TokenResult done = enroll(second, "recover=true");
        assertEquals(List.of(Outcome.NEW, Outcome.RECOVERED), outcomes(done));
        assertEquals(old, new TokenUse(cards.get(second)).certificate(2));
    }

    @Test
    void whereNothingWasLostNothingIsRecoveredAndThatIsSaid() throws Exception {
        TokenResult done = enroll(plug(), "recover=true");
        assertEquals(List.of(Outcome.NEW, Outcome.NEW), outcomes(done));
        assertTrue(done.notes().stream().anyMatch(n -> n.startsWith("No key of an earlier token was recovered.")), done.notes().toString());
    }

    @Test
    void whoMislaidATokenGetsATemporaryOne() throws Exception {
        String first = enrolled();
        String second = plug();
        run(new FormatVerb(work), second);
        assertEquals(Fault.REFUSED, assertThrows(EscException.class, () -> enroll(second, "temporary=true")).fault());
        lost(first, TokenState.SUSPENDED);
        assertEquals(Optional.of("userKeyTemporary"), plan(second, "enroll", "temporary=true").tokenType());
        TokenResult done = enroll(second, "temporary=true");
        assertEquals(Optional.of("userKeyTemporary"), tms.tokens().find(cards.get(second).cuid()).orElseThrow().type());
        for (var c : done.certificates()) {
            assertTrue(Instant.parse(c.notAfter()).isBefore(Instant.now().plus(10, ChronoUnit.DAYS)), c.notAfter());
        }
        assertTrue(done.notes().stream().anyMatch(n -> n.startsWith("This is a temporary token")), done.notes().toString());
        // the first is found again
        tms.desk().changeState(cards.get(second).cuid(), TokenState.TERMINATED, "admin", "");
        assertEquals(TokenState.ACTIVE, tms.desk().changeState(cards.get(first).cuid(), TokenState.ACTIVE, "admin", "").state());
    }

    @Test
    void withoutAServerThePlanSaysThatOneIsAskedFor() throws Exception {
        String reader = plug();
        TokenPlan plan = new PlanVerb(work).run(Arguments.build(PlanVerb.Args.class, Map.of("what", List.of("enroll"), "reader", List.of(reader))),
                person.context());
        assertEquals("", plan.server());
        assertTrue(plan.steps().getFirst().startsWith("You are asked which server"), plan.steps().toString());
    }
}
