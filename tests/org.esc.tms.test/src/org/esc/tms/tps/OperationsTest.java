// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.coolkey.LifeCycle;
import org.esc.coolkey.ObjectId;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.ca.IssuedCertificate;
import org.esc.tms.ca.IssuedCertificate.Status;
import org.esc.tms.ca.RevocationReason;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Policy;
import org.esc.tms.db.Settings;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenRecord;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;
import org.esc.tps.EndCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole operations over the wire with software tokens, judged by the database, the CA and the tokens themselves. */
@Timeout(300)
class OperationsTest {

    private static final byte[] MESSAGE = "Meet me at noon".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path data;

    private Tms tms;
    private TmsServer server;

    @BeforeEach
    void start() throws EscException {
        tms = Tms.open(data, TmsOptions.standard());
        server = TmsServer.start(tms, TmsServer.Options.anywhere());
    }

    @AfterEach
    void stop() {
        server.close();
        tms.close();
    }

    private static SoftCard blank() {
        return SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
    }

    private ScriptedClient with(SoftCard card) {
        return new ScriptedClient(server.tps(), card::transmit).atr(card.atr().toString());
    }

    private TokenRecord record(SoftCard card) throws EscException {
        return tms.tokens().find(card.cuid()).orElseThrow();
    }

    private static void good(ScriptedClient.Outcome o) {
        assertEquals(OptionalInt.of(0), o.code());
    }

    private static void bad(EndCode code, ScriptedClient.Outcome o) {
        assertEquals(OptionalInt.of(code.number()), o.code());
    }

    private Status status(TokenCertificate c) throws EscException {
        return tms.ca().find(c.serial()).orElseThrow().status();
    }

    private TokenCertificate certificate(SoftCard card, String role) throws EscException {
        return tms.tokens().certificates(card.cuid()).stream().filter(c -> c.role().equals(role)).findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1/5", "2/21", "3/0", "3/112"})
    void aBlankCardBecomesATokenThatWorks(String scp) throws Exception {
        String[] parts = scp.split("/");
        SoftCard card = SoftCard.inMemory(CardSpec.standard().withScp(
                new ScpVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]))), new CoolKeyAppletFactory());
        var formatted = with(card).format();
        good(formatted);
        assertEquals(TokenState.FORMATTED, record(card).state());
        assertEquals(Optional.of("0101"), record(card).keyInfo());
        assertEquals(Optional.of("1.4.58768072"), record(card).appletId());
        assertTrue(formatted.tasks().contains("PROGRESS_APPLET_BLOCK"));
        assertEquals(100, formatted.percents().getLast());
        var use = new TokenUse(card);
        assertEquals(LifeCycle.SELECTABLE, use.applet().lifeCycle());
        assertEquals(server.http() + "/tps/phoneHome", use.applet().issuerUrl());

        var enrolled = with(card).extended().enroll();
        good(enrolled);
        assertTrue(enrolled.form());
        assertEquals(TokenState.ACTIVE, record(card).state());
        assertEquals(Optional.of("alice"), record(card).userId());
        assertEquals(Optional.of("userKey"), record(card).type());
        use = new TokenUse(card);
        assertEquals(LifeCycle.PERSONALIZED, use.applet().lifeCycle());
        assertEquals(6, use.objects().objects().size());
        use.login("Sesame12");
        assertTrue(use.signs(MESSAGE));
        X509Certificate encryption = use.certificate(2);
        assertArrayEquals(MESSAGE, use.decrypt(TokenUse.encrypt(encryption, MESSAGE)));
        assertEquals(encryption.getSerialNumber(), certificate(card, "encryption").serial());
        assertTrue(certificate(card, "encryption").archivedKey().isPresent());
        encryption.verify(tms.ca().certificate().getPublicKey());

        good(with(card).pin("Changed34").resetPin());
        var after = new TokenUse(card);
        assertThrows(EscException.class, () -> after.login("Sesame12"));
        after.login("Changed34");

        int version = after.objects().version();
        var old = tms.tokens().certificates(card.cuid());
        good(with(card).enroll());
        var again = new TokenUse(card);
        again.login("Sesame12");
        assertTrue(again.signs(MESSAGE));
        assertEquals(version + 1, again.objects().version());
        assertNotEquals(encryption.getSerialNumber(), again.certificate(2).getSerialNumber());
        for (TokenCertificate c : old) {
            assertEquals(Status.REVOKED, status(c));
        }

        var last = tms.tokens().certificates(card.cuid());
        good(with(card).format());
        assertEquals(TokenState.FORMATTED, record(card).state());
        assertEquals(Optional.empty(), record(card).userId());
        assertEquals(List.of(), tms.tokens().certificates(card.cuid()));
        for (TokenCertificate c : last) {
            assertEquals(Status.REVOKED, status(c));
        }
        assertTrue(new TokenUse(card).applet().listObjects().isEmpty());
        var log = tms.activities().list(Optional.of(card.cuid()), 0, 100).stream().filter(a -> a.success())
                .map(a -> a.operation())
                .filter(o -> o != Operation.CERT_REVOCATION).toList();
        assertEquals(List.of(Operation.FORMAT, Operation.ENROLLMENT, Operation.PIN_RESET, Operation.ENROLLMENT,
                Operation.FORMAT),
                log.reversed());
        assertTrue(tms.activities().verify().intact());
    }

    @Test
    void anUnknownBlankCardIsEnrolledInOneGo() throws Exception {
        SoftCard card = blank();
        good(with(card).enroll());
        assertEquals(TokenState.ACTIVE, record(card).state());
        var use = new TokenUse(card);
        use.login("Sesame12");
        assertTrue(use.signs(MESSAGE));
    }

    @Test
    void overTls() throws Exception {
        var store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        store.setCertificateEntry("ca", tms.ca().certificate());
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        SoftCard card = blank();
        good(new ScriptedClient(server.secureTps(), card::transmit).atr(card.atr().toString()).tls(context).enroll());
        assertEquals(TokenState.ACTIVE, record(card).state());
    }

    @Test
    void aSecondTokenIsRefused() throws Exception {
        SoftCard first = blank();
        SoftCard second = blank();
        good(with(first).enroll());
        bad(EndCode.HAS_AT_LEAST_ONE_ACTIVE_TOKEN, with(second).enroll());
        assertTrue(tms.tokens().find(second.cuid()).isEmpty());
        good(with(second).user("user1", "Secret.123").enroll());
        var failure = tms.activities().list(Optional.of(second.cuid()), 0, 10).getLast();
        assertFalse(failure.success());
        assertEquals("alice", failure.userId());
    }

    @Test
    void aWrongPasswordChangesNothing() throws Exception {
        SoftCard card = blank();
        for (String password : List.of("wrong", "")) {
            bad(EndCode.LOGIN, with(card).user("alice", password).format());
            bad(EndCode.LOGIN, with(card).extended().user("nobody", password).enroll());
        }
        assertTrue(tms.tokens().find(card.cuid()).isEmpty());
        assertThrows(IllegalStateException.class, () -> new TokenUse(card));
    }

    @Test
    void onlyTheOwnerMayUseTheToken() throws Exception {
        SoftCard card = blank();
        good(with(card).enroll());
        bad(EndCode.NOT_TOKEN_OWNER, with(card).user("user1", "Secret.123").resetPin());
        bad(EndCode.NOT_TOKEN_OWNER, with(card).user("user1", "Secret.123").enroll());
        bad(EndCode.NOT_TOKEN_OWNER, with(card).user("user1", "Secret.123").format());
        var use = new TokenUse(card);
        use.login("Sesame12");
        assertTrue(use.signs(MESSAGE));
        assertEquals(Status.VALID, status(certificate(card, "signing")));
    }

    @Test
    void policiesAreHonoured() throws Exception {
        SoftCard card = blank();
        good(with(card).enroll());
        tms.tokens().setPolicy(card.cuid(), Policy.parse("RE_ENROLL=NO;RENEW=NO;PIN_RESET=NO"));
        bad(EndCode.DISABLED_TOKEN, with(card).enroll());
        bad(EndCode.NOT_PIN_RESETABLE, with(card).resetPin());
        tms.tokens().setPolicy(card.cuid(), Policy.parse("PIN_RESET=YES;RESET_PIN_RESET_TO_NO=YES"));
        good(with(card).resetPin());
        bad(EndCode.NOT_PIN_RESETABLE, with(card).resetPin());
        tms.settings().set(Settings.ALLOW_UNKNOWN_TOKENS, "false");
        bad(EndCode.UNKNOWN_TOKEN, with(blank()).user("user1", "Secret.123").enroll());
        bad(EndCode.UNKNOWN_TOKEN, with(blank()).user("user1", "Secret.123").format());
        bad(EndCode.UNKNOWN_TOKEN, with(blank()).resetPin());
    }

    @Test
    void aPasswordOfWrongLengthIsRefused() throws Exception {
        SoftCard card = blank();
        good(with(card).enroll());
        bad(EndCode.TOKEN_RESET_PIN_FAILED, with(card).pin("abc").resetPin());
        bad(EndCode.TOKEN_RESET_PIN_FAILED, with(card).pin("abcdefghijk").resetPin());
        new TokenUse(card).login("Sesame12");
    }

    @Test
    void renewalKeepsTheKeys() throws Exception {
        SoftCard card = blank();
        good(with(card).enroll());
        var use = new TokenUse(card);
        X509Certificate signing = use.certificate(1);
        byte[] cipher = TokenUse.encrypt(use.certificate(2), MESSAGE);
        tms.tokens().setPolicy(card.cuid(), Policy.parse("RENEW=YES"));
        good(with(card).enroll());
        use = new TokenUse(card);
        assertEquals(signing.getPublicKey(), use.certificate(1).getPublicKey());
        assertNotEquals(signing.getSerialNumber(), use.certificate(1).getSerialNumber());
        use.login("Sesame12");
        assertTrue(use.signs(MESSAGE));
        assertArrayEquals(MESSAGE, use.decrypt(cipher));
        assertEquals(Operation.RENEWAL, tms.activities().list(Optional.of(card.cuid()), 0, 1).getFirst().operation());
    }

    @Test
    void aDamagedTokensKeyIsRecoveredOntoTheNext() throws Exception {
        SoftCard first = blank();
        good(with(first).enroll());
        var before = new TokenUse(first);
        X509Certificate encryption = before.certificate(2);
        X509Certificate signing = before.certificate(1);
        byte[] cipher = TokenUse.encrypt(encryption, MESSAGE);
        tms.desk().changeState(first.cuid(), TokenState.DAMAGED, "admin", "");
        bad(EndCode.DISABLED_TOKEN, with(first).enroll());
        bad(EndCode.DISABLED_TOKEN, with(first).format());

        SoftCard second = blank();
        good(with(second).enroll());
        var use = new TokenUse(second);
        assertEquals(encryption, use.certificate(2));
        assertNotEquals(signing.getPublicKey(), use.certificate(1).getPublicKey());
        use.login("Sesame12");
        assertArrayEquals(MESSAGE, use.decrypt(cipher));
        assertTrue(use.signs(MESSAGE));
        assertEquals(first.cuid(), certificate(second, "encryption").origin());
        assertEquals(Operation.RECOVERY,
                tms.activities().list(Optional.of(second.cuid()), 0, 1).getFirst().operation());
        assertEquals(Status.VALID, status(certificate(second, "encryption")));
        assertEquals(Status.REVOKED,
                tms.ca().find(signing.getSerialNumber()).map(IssuedCertificate::status).orElseThrow());
    }

    @Test
    void agentsMustAgreeBeforeTheCardIsTouched() throws Exception {
        SoftCard first = blank();
        good(with(first).enroll());
        byte[] cipher = TokenUse.encrypt(new TokenUse(first).certificate(2), MESSAGE);
        tms.desk().changeState(first.cuid(), TokenState.DAMAGED, "admin", "");
        tms.settings().set(Settings.RECOVERY_AGENTS, "1");
        try (var password = Secret.of("An agent's password")) {
            tms.users().add(new User("bob", "Bob", Optional.empty(), Set.of(Role.AGENT), false, false), password);
        }
        SoftCard second = blank();
        bad(EndCode.RECOVERY_IS_PROCESSED, with(second).enroll());
        assertThrows(IllegalStateException.class, () -> new TokenUse(second));
        tms.recovery().approve(tms.recovery().requests().getFirst().id(), "bob");
        good(with(second).enroll());
        var use = new TokenUse(second);
        use.login("Sesame12");
        assertArrayEquals(MESSAGE, use.decrypt(cipher));
    }

    @Test
    void aSuspendedTokensOwnerGetsATemporaryOne() throws Exception {
        SoftCard first = blank();
        good(with(first).enroll());
        tms.desk().changeState(first.cuid(), TokenState.SUSPENDED, "admin", "");
        assertEquals(Status.ON_HOLD, status(certificate(first, "signing")));
        SoftCard second = blank();
        good(with(second).enroll());
        assertEquals(Optional.of("userKeyTemporary"), record(second).type());
        assertNotEquals(certificate(first, "encryption").serial(), certificate(second, "encryption").serial());
    }

    @Test
    void aLostTokensKeysAreNotUsedAgain() throws Exception {
        SoftCard first = blank();
        good(with(first).enroll());
        var lost = tms.tokens().certificates(first.cuid());
        tms.desk().changeState(first.cuid(), TokenState.PERM_LOST, "admin", "");
        SoftCard second = blank();
        good(with(second).enroll());
        for (TokenCertificate c : lost) {
            assertEquals(Optional.of(RevocationReason.KEY_COMPROMISE),
                    tms.ca().find(c.serial()).orElseThrow().reason());
        }
        assertNotEquals(certificate(first, "encryption").serial(), certificate(second, "encryption").serial());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1/5", "2/21", "3/112"})
    void withAMasterKeyCardsGetKeysOfTheirOwn(String scp) throws Exception {
        String[] parts = scp.split("/");
        CardSpec spec = CardSpec.standard()
                .withScp(new ScpVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])));
        SoftCard early = SoftCard.inMemory(CardSpec.standard().withScp(spec.scp()), new CoolKeyAppletFactory());
        good(with(early).user("user1", "Secret.123").enroll());
        if (spec.scp().keyType() == KeyType.AES) {
            tms.keys().create(2, KeyType.AES, 128, Diversification.GPKMC);
        } else {
            tms.keys().create(2, KeyType.DES3, 128, Diversification.VISA2);
        }
        SoftCard card = SoftCard.inMemory(spec, new CoolKeyAppletFactory());
        good(with(card).format());
        assertEquals(Optional.of("0201"), record(card).keyInfo());
        good(with(card).enroll());
        good(with(card).resetPin());
        assertEquals(Optional.of("0201"), record(card).keyInfo());
        // a card from before gets its own at its next operation
        good(with(early).user("user1", "Secret.123").resetPin());
        assertEquals(Optional.of("0201"), record(early).keyInfo());
        // somebody makes a card with the same number and the factory's keys
        SoftCard copy = SoftCard.inMemory(spec, new CoolKeyAppletFactory());
        bad(EndCode.SECURE_CHANNEL, with(copy).format());
        bad(EndCode.SECURE_CHANNEL, with(copy).enroll());
        assertEquals(TokenState.ACTIVE, record(card).state());
        assertEquals(Status.VALID, status(certificate(card, "signing")));
        tms.settings().set(Settings.ACCEPT_RETURNED_FACTORY_KEYS, "true");
        good(with(copy).format());
    }

    @Test
    void aCardWithOtherKeysIsRefusedUntouched() throws Exception {
        SoftCard card = SoftCard.inMemory(CardSpec.standard()
                .withKey(1, "0123456789abcdef".getBytes(StandardCharsets.US_ASCII)),
                new CoolKeyAppletFactory());
        bad(EndCode.SECURE_CHANNEL, with(card).format());
        assertTrue(tms.tokens().find(card.cuid()).isEmpty());
    }

    @Test
    void aRealCardIsNotGivenTheStandIn() throws Exception {
        SoftCard card = blank();
        bad(EndCode.MISCONFIGURATION,
                new ScriptedClient(server.tps(), card::transmit).atr("3B759400006202020201").format());
        assertThrows(IllegalStateException.class, () -> new TokenUse(card));
    }

    @Test
    void aClientThatHangsUpAtTheLastCommandHasAToken() throws Exception {
        SoftCard card = blank();
        assertEquals(OptionalInt.empty(), with(card).leaveAt(0x55).enroll().code());
        settled(card);
        assertEquals(TokenState.ACTIVE, record(card).state());
        assertTrue(tms.activities().list(Optional.of(card.cuid()), 0, 100).stream()
                .filter(a -> a.operation() == Operation.ENROLLMENT).allMatch(a -> a.success()));
        var use = new TokenUse(card);
        use.login("Sesame12");
        assertTrue(use.signs(MESSAGE));
    }

    /** Waits until the server has noticed that the client is gone: it keeps a token to one operation at a time. */
    private void settled(SoftCard card) throws Exception {
        while (with(card).user("alice", "").resetPin().code().equals(OptionalInt.of(EndCode.SNAC.number()))) {
            Thread.sleep(20);
        }
    }

    @Test
    void aClientThatLeavesAnywhereLeavesAConsistentRecord() throws Exception {
        SoftCard card = blank();
        good(with(card).enroll());
        int commands = with(card).enroll().pdus();
        assertTrue(commands > 30);
        for (int n = 1; n < commands; n += 9) {
            assertEquals(OptionalInt.empty(), with(card).leaveAfter(n).enroll().code());
            settled(card);
            consistent(card, "left after command " + n + " of an enrolment");
            if (record(card).state() != TokenState.ACTIVE) {
                good(with(card).enroll());
            }
        }
        int steps = with(card).format().pdus();
        for (int n = 1; n < steps; n += 13) {
            if (record(card).state() == TokenState.UNFORMATTED) {
                bad(EndCode.DISABLED_TOKEN, with(card).enroll());
                good(with(card).format());
            }
            good(with(card).enroll());
            assertEquals(OptionalInt.empty(), with(card).leaveAfter(n).format().code());
            settled(card);
            consistent(card, "left after command " + n + " of a format");
        }
        good(with(card).format());
        good(with(card).enroll());
        assertTrue(tms.activities().verify().intact());
    }

    /** Valid certificates are those on record for an active token, and its keys are on the card. */
    private void consistent(SoftCard card, String when) throws Exception {
        Set<Object> valid = new HashSet<>();
        for (IssuedCertificate c : tms.ca().list(Optional.of("alice"), 0, 1000)) {
            if (c.status() == Status.VALID) {
                valid.add(c.serial());
            }
        }
        Set<Object> onRecord = new HashSet<>();
        tms.tokens().certificates(card.cuid()).forEach(c -> onRecord.add(c.serial()));
        assertEquals(onRecord, valid, when);
        if (record(card).state() == TokenState.ACTIVE) {
            var use = new TokenUse(card);
            assertEquals(Set.of(use.certificate(1).getSerialNumber(), use.certificate(2).getSerialNumber()), onRecord,
                    when);
            use.login("Sesame12");
            assertTrue(use.signs(MESSAGE), when);
            assertArrayEquals(MESSAGE, use.decrypt(TokenUse.encrypt(use.certificate(2), MESSAGE)), when);
        } else {
            assertEquals(Set.of(), onRecord, when);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"6F00", "0102039000", "9000", "00"})
    void aCardThatAnswersNonsenseEndsTheOperation(String nonsense) throws Exception {
        byte[] answer = Hex.parse(nonsense);
        SoftCard card = blank();
        good(with(card).format());
        // up to the new key: what is only written to a card cannot be checked any more
        for (int n = 1; n < 24; n += 4) {
            int from = n;
            int[] count = {0};
            var outcome = new ScriptedClient(server.tps(), c -> ++count[0] >= from ? answer : card.transmit(c))
                    .atr(card.atr().toString()).user("user2", "Secret.123").enroll();
            assertTrue(outcome.code().isEmpty() || outcome.code().getAsInt() != 0, "nonsense from command " + n);
            assertEquals(TokenState.FORMATTED, record(card).state());
        }
        good(with(card).format());
    }

    @Test
    void manyTokensAtOnce() throws Exception {
        var cards = new ArrayList<SoftCard>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<Future<ScriptedClient.Outcome>>();
            for (int i = 1; i <= 12; i++) {
                String user = "user" + i;
                SoftCard card = blank();
                cards.add(card);
                results.add(threads.submit(() -> with(card).user(user, "Secret.123").enroll()));
            }
            for (var r : results) {
                good(r.get());
            }
        }
        for (SoftCard card : cards) {
            assertEquals(TokenState.ACTIVE, record(card).state());
        }
        assertTrue(tms.activities().verify().intact());
    }

    @Test
    void oneUserCannotGetTwoTokensByBeingQuick() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<OptionalInt> one = () -> with(blank()).enroll().code();
            var codes = new ArrayList<Integer>();
            for (var f : threads.invokeAll(List.of(one, one, one))) {
                codes.add(f.get().orElseThrow());
            }
            codes.sort(null);
            assertEquals(List.of(0, EndCode.HAS_AT_LEAST_ONE_ACTIVE_TOKEN.number(),
                    EndCode.HAS_AT_LEAST_ONE_ACTIVE_TOKEN.number()), codes);
        }
    }

    @Test
    void otherOperationsAreRefused() throws Exception {
        for (int operation : new int[] {0, 2, 4, 99}) {
            bad(EndCode.SNAC, with(blank()).run(operation));
        }
    }

    @Test
    void demonstrationUsersKeepTheServerOnLoopback() throws Exception {
        var anywhere = new TmsServer.Options(InetAddress.getByName("0.0.0.0"), 0, 0, List.of(), Optional.empty());
        var e = assertThrows(EscException.class, () -> TmsServer.start(tms, anywhere));
        assertEquals("loopback-only", e.problem().code());
    }

    @Test
    void theStandInIsNoCode() throws Exception {
        Path file = data.resolve("1.4.58768072.ijc");
        Files.write(file, Applet.standIn().image());
        assertThrows(EscException.class, () -> Applet.of(file));
        Files.write(file, new byte[500]);
        assertThrows(EscException.class, () -> Applet.of(file));
    }

    @Test
    void thePasswordIsNowhereInTheLog() throws Exception {
        SoftCard card = blank();
        good(with(card).enroll());
        for (var a : tms.activities().list(Optional.empty(), 0, 100)) {
            assertFalse(a.message().contains("Secret.123") || a.message().contains("Sesame12"), a.message());
        }
    }

    @Test
    void keySlotsNotInUseAreCleared() throws Exception {
        SoftCard card = blank();
        good(with(card).enroll());
        assertEquals(List.of(2, 3, 4, 5),
                new TokenUse(card).applet().listKeys().stream().map(k -> k.number()).sorted().toList());
        assertEquals(List.of(ObjectId.COMBINED),
                new TokenUse(card).applet().listObjects().stream().map(o -> o.id()).toList());
    }
}
