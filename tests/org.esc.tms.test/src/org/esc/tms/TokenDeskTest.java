// SPDX-License-Identifier: EPL-2.0
package org.esc.tms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.tms.ca.CertificateRequest;
import org.esc.tms.ca.IssuedCertificate.Status;
import org.esc.tms.ca.RevocationReason;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Policy;
import org.esc.tms.db.Profiles;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenProfile;
import org.esc.tms.db.TokenState;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of certificates when the state of their token changes; profiles and their rules. */
class TokenDeskTest {

    @TempDir
    static Path folder;
    private static final AtomicInteger NEXT = new AtomicInteger(1);
    private static Tms tms;
    private static KeyPair pair;

    @BeforeAll
    static void open() throws Exception {
        tms = TestTms.demo(folder.resolve("data"));
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        pair = generator.generateKeyPair();
    }

    @AfterAll
    static void close() {
        tms.close();
    }

    private static Cuid cuid() {
        return Cuid.of(String.format("%020X", NEXT.getAndIncrement()));
    }

    /** Signing and encryption certificates as an enrolment makes them. */
    private static List<TokenCertificate> enrol(Cuid cuid, String uid) throws EscException {
        var user = tms.users().find(uid).orElseThrow();
        var result = new ArrayList<TokenCertificate>();
        for (var key : tms.profiles().find("userKey").orElseThrow().keys()) {
            var c = tms.ca().issue(CertificateRequest.of(pair.getPublic(), key.kind(), user, Duration.ofDays(9)));
            result.add(new TokenCertificate(cuid, c.serial(), c.certificate().getSubjectX500Principal().toString(), uid,
                    key.role(), "userKey", cuid, Optional.empty(), Instant.now()));
        }
        tms.tokens().formatted(cuid, "userKey", "1.4.x", "0101");
        tms.tokens().enrolled(cuid, uid, "userKey", "1.4.x", "0101", result);
        return result;
    }

    private static Status status(TokenCertificate c) throws EscException {
        return tms.ca().find(c.serial()).orElseThrow().status();
    }

    @ParameterizedTest
    @CsvSource({"DAMAGED, REVOKED, UNSPECIFIED, VALID,", "PERM_LOST, REVOKED, KEY_COMPROMISE, REVOKED, KEY_COMPROMISE",
        "SUSPENDED, ON_HOLD, CERTIFICATE_HOLD, ON_HOLD, CERTIFICATE_HOLD",
                "TERMINATED, REVOKED, KEY_COMPROMISE, REVOKED, KEY_COMPROMISE"})
    void lossFollowsTheProfile(TokenState to, Status signing, RevocationReason signingReason, Status encryption,
    RevocationReason encryptionReason) throws EscException {
        var cuid = cuid();
        var certificates = enrol(cuid, "user" + NEXT.get());
        tms.desk().changeState(cuid, to, "admin", "127.0.0.1");
        assertEquals(signing, status(certificates.get(0)));
        assertEquals(Optional.of(signingReason), tms.ca().find(certificates.get(0).serial()).orElseThrow().reason());
        assertEquals(encryption, status(certificates.get(1)));
        assertEquals(Optional.ofNullable(encryptionReason), tms.ca().find(certificates.get(1).serial()).orElseThrow()
                .reason());
        var log = tms.activities().list(Optional.of(cuid), 0, 10);
        assertEquals(Operation.TOKEN_STATUS_CHANGE, log.getLast().operation());
        assertEquals("From ACTIVE to " + to + ".", log.getLast().message());
        assertEquals(encryptionReason == null ? 1 : 2, log.stream()
                .filter(a -> a.operation() == Operation.CERT_REVOCATION).count());
        assertEquals("admin", log.getFirst().userId());
    }

    @Test
    void whatIsFoundAgainIsValidAgain() throws EscException {
        var cuid = cuid();
        var certificates = enrol(cuid, "alice");
        tms.desk().changeState(cuid, TokenState.SUSPENDED, "admin", "");
        assertEquals(Status.ON_HOLD, status(certificates.getFirst()));
        // one was revoked for good meanwhile: it stays so
        tms.ca().revoke(certificates.get(1).serial(), RevocationReason.KEY_COMPROMISE);
        assertEquals(TokenState.ACTIVE, tms.desk().changeState(cuid, TokenState.ACTIVE, "admin", "").state());
        assertEquals(Status.VALID, status(certificates.get(0)));
        assertEquals(Status.REVOKED, status(certificates.get(1)));
        tms.desk().changeState(cuid, TokenState.SUSPENDED, "admin", "");
        tms.desk().changeState(cuid, TokenState.PERM_LOST, "admin", "");
        assertEquals(Status.REVOKED, status(certificates.get(0)));
    }

    @Test
    void aRefusedChangeChangesNothing() throws EscException {
        var cuid = cuid();
        var certificates = enrol(cuid, "user50");
        long entries = tms.activities().count(Optional.empty());
        assertThrows(EscException.class, () -> tms.desk().changeState(cuid, TokenState.UNFORMATTED, "admin", ""));
        assertThrows(EscException.class, () -> tms.desk().changeState(cuid(), TokenState.DAMAGED, "admin", ""));
        assertEquals(entries, tms.activities().count(Optional.empty()));
        assertEquals(Status.VALID, status(certificates.getFirst()));
    }

    @Test
    void aFormatRevokesButNotWhatAnotherActiveTokenHolds() throws EscException {
        var first = cuid();
        var certificates = enrol(first, "user60");
        tms.desk().changeState(first, TokenState.DAMAGED, "admin", "");
        var second = cuid();
        var recovered = certificates.get(1);
        tms.tokens().formatted(second, "userKey", "1.4.x", "0101");
        tms.tokens().enrolled(second, "user60", "userKey", "1.4.x", "0101",
                List.of(new TokenCertificate(second, recovered.serial(),
                recovered.subject(), "user60", "encryption", "userKey", first, Optional.empty(), Instant.now())));
        assertEquals(2, tms.tokens().holders(recovered.serial()).size());
        assertEquals(0, tms.desk().revokeAll(first, RevocationReason.CESSATION_OF_OPERATION, "admin", ""));
        assertEquals(Status.VALID, status(recovered));
        assertEquals(1, tms.desk().revokeAll(second, RevocationReason.CESSATION_OF_OPERATION, "admin", ""));
        assertEquals(Status.REVOKED, status(recovered));
    }

    @Test
    void recordsAreAddedChangedAndRemoved() throws EscException {
        var cuid = cuid();
        assertEquals(TokenState.UNFORMATTED, tms.desk().add(cuid, "admin", "").state());
        assertThrows(EscException.class, () -> tms.desk().add(cuid, "admin", ""));
        assertTrue(tms.desk().setPolicy(cuid, Policy.parse("RENEW=YES"), "admin", "").policy().renew());
        tms.desk().remove(cuid, "admin", "");
        assertEquals(Optional.empty(), tms.tokens().find(cuid));
        assertEquals(List.of(Operation.DELETE, Operation.TOKEN_MODIFY, Operation.ADD),
                tms.activities().list(Optional.of(cuid), 0, 9).stream().map(a -> a.operation()).toList());
    }

    private static Profiles.Facts facts(String type, String cuid) {
        return new Profiles.Facts(Profiles.Purpose.FORMAT, Optional.ofNullable(type), Optional.empty(), cuid,
                Optional.of("3B"));
    }

    @Test
    void rulesChooseTheProfile() throws EscException {
        String some = "40906145C76224192D2B";
        assertEquals("userKey", tms.profiles().resolve(facts(null, some)).id());
        assertEquals("soKey", tms.profiles().resolve(facts("soKey", some)).id());
        assertEquals("userKey", tms.profiles().resolve(facts("nonsense", some)).id());
        var rules = tms.profiles().mappings();
        try {
            tms.profiles().saveMappings(List.of(
                    new Profiles.Mapping(Optional.of(Profiles.Purpose.ENROLL), Optional.empty(), Optional.empty(),
                    Optional.empty(), Optional.empty(),
                            Optional.empty(), "userKeyTemporary"),
                    new Profiles.Mapping(Optional.empty(), Optional.empty(), Optional.empty(), Optional.of("3b"),
                    Optional.of("4090000000000000000a"),
                            Optional.of("409FFFFFFFFFFFFFFFFF"), "soKey"),
                    new Profiles.Mapping(Optional.empty(), Optional.empty(), Optional.of("other"), Optional.empty(),
                    Optional.empty(), Optional.empty(),
                            "userKey"),
                    new Profiles.Mapping(Optional.empty(), Optional.of("gone"), Optional.empty(), Optional.empty(),
                    Optional.empty(), Optional.empty(),
                            "gone")));
            assertEquals("soKey", tms.profiles().resolve(facts(null, some)).id());
            assertEquals(22, assertThrows(EscException.class, () -> tms.profiles()
                    .resolve(facts(null, "30906145C76224192D2B"))).problem().endOp()
                    .orElseThrow());
            assertEquals(18, assertThrows(EscException.class, () -> tms.profiles()
                    .resolve(facts("gone", "30906145C76224192D2B"))).problem()
                    .endOp().orElseThrow());
        } finally {
            tms.profiles().saveMappings(rules);
        }
        assertEquals(rules, tms.profiles().mappings());
    }

    @Test
    void aDisabledProfileStopsEverything() throws EscException {
        var p = tms.profiles().find("soKey").orElseThrow();
        tms.profiles().save(new TokenProfile(p.id(), p.description(), false, p.tokenName(), p.pinMin(), p.pinMax(),
                p.pinReset(), p.formatLogin(), p.revokeOnFormat(), p.temporaryType(), p.policy(), p.keys()));
        assertEquals(26, assertThrows(EscException.class, () -> tms.profiles()
                .resolve(facts("soKey", "40906145C76224192D2B"))).problem().endOp()
                .orElseThrow());
        tms.profiles().save(p);
        assertEquals(p, tms.profiles().find("soKey").orElseThrow());
        assertThrows(EscException.class, () -> tms.profiles().remove("nothing"));
        assertThrows(EscException.class, () -> tms.profiles()
                .save(new TokenProfile("a/b", "", true, "", 4, 10, true, false, true, Optional.empty(),
                Policy.DEFAULT, List.of())));
        assertThrows(EscException.class, () -> tms.profiles()
                .save(new TokenProfile("ab", "", true, "", 2, 10, true, false, true, Optional.empty(),
                Policy.DEFAULT, List.of())));
    }
}
