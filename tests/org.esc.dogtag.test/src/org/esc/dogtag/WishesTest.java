// SPDX-License-Identifier: EPL-2.0
package org.esc.dogtag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.driver.TokenCertificate;
import org.esc.softcard.CardSpec;
import org.esc.tps.client.TokenResult;
import org.esc.tps.client.TokenResult.Outcome;
import org.esc.tps.client.Wish;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code enroll} with {@code --renew}, {@code --temporary} and {@code --recover} against a running Dogtag; its own records judge. */
@Tag("dogtag")
@Timeout(900)
class WishesTest {

    private static final Wish RENEW = new Wish(true, false, false);
    private static final Wish TEMPORARY = new Wish(false, true, false);
    private static final Wish RECOVER = new Wish(false, false, true);

    @TempDir
    Path dir;
    private Dogtag dogtag;

    @BeforeEach
    void find() throws Exception {
        dogtag = Dogtag.require();
    }

    private Desk desk() throws Exception {
        return Desk.at(dogtag, dir, false, false);
    }

    private String freeUser() throws Exception {
        return dogtag.freeUser(20, 39);
    }

    private static List<Outcome> outcomes(TokenResult r) {
        return r.certificates().stream().map(TokenResult.Certificate::outcome).toList();
    }

    private static List<X509Certificate> certificates(List<TokenCertificate> all) {
        return all.stream().map(TokenCertificate::certificate).toList();
    }

    @Test
    void aTokenWhosePolicySaysSoIsRenewedWithItsKeysKept() throws Exception {
        CardSpec spec = CardSpec.standard();
        String user = freeUser();
        try (var desk = desk()) {
            String reader = desk.enrolled(spec, user);
            var before = certificates(desk.read(reader));
            byte[] message = Desk.encrypt(Desk.forEncryption(desk.read(reader)), "Mail to " + user);
            dogtag.policy(spec.cuid(), "RE_ENROLL=NO;RENEW=YES;FORCE_FORMAT=NO;PIN_RESET=YES;RESET_PIN_RESET_TO_NO=NO");
            TokenResult done = desk.enroll(reader, user, RENEW);
            // this server keeps the old certificate of the key that decrypts beside the new one
            assertEquals(List.of(Outcome.RENEWED, Outcome.RENEWED, Outcome.KEPT), outcomes(done));
            assertEquals(List.of(), done.removed());
            assertEquals(List.of(), desk.questions, "nothing is lost, so nothing is asked");
            assertTrue(dogtag.activities(spec.cuid()).contains("renewal success"), dogtag.activities(spec.cuid()).toString());
            assertEquals("ACTIVE", dogtag.state(spec.cuid()));
            var after = certificates(desk.read(reader));
            for (X509Certificate old : before) {
                var renewed = after.stream().filter(c -> c.getPublicKey().equals(old.getPublicKey())).findFirst().orElseThrow();
                assertNotEquals(old.getSerialNumber(), renewed.getSerialNumber(), "a new certificate");
                assertEquals("VALID", dogtag.atCa(renewed));
            }
            desk.checkPin(reader, desk.pin);
            assertEquals("Mail to " + user, desk.decrypt(reader, message));

            // every time one more of the old certificates is kept, in a place of its own
            TokenResult again = desk.enroll(reader, user, RENEW);
            assertEquals(2, outcomes(again).stream().filter(Outcome.RENEWED::equals).count(), again.toString());
            assertEquals(List.of(), again.removed().stream().filter(c -> after.stream().noneMatch(x -> x.getSubjectX500Principal().getName().equals(c.subject()))).toList());
            assertEquals(2, dogtag.activities(spec.cuid()).stream().filter("renewal success"::equals).count());
            assertEquals("Mail to " + user, desk.decrypt(reader, message));
            assertTrue(desk.journal.halfDone(spec.cuid()).isEmpty(), "the token is whole");
            desk.format(reader, user);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"RE_ENROLL=YES;RENEW=NO;FORCE_FORMAT=NO", "RE_ENROLL=YES;RENEW=NO;FORCE_FORMAT=YES", "RE_ENROLL=YES;RENEW=YES;FORCE_FORMAT=YES"})
    void aServerThatWouldReplaceKeysInsteadOfRenewingIsStopped(String policy) throws Exception {
        CardSpec spec = CardSpec.standard();
        String user = freeUser();
        try (var desk = desk()) {
            String reader = desk.enrolled(spec, user);
            var before = desk.read(reader);
            byte[] message = Desk.encrypt(Desk.forEncryption(before), "Mail to " + user);
            dogtag.policy(spec.cuid(), policy + ";PIN_RESET=YES;RESET_PIN_RESET_TO_NO=NO");
            var e = assertThrows(EscException.class, () -> desk.enroll(reader, user, RENEW));
            assertEquals("not-renewed", e.problem().code(), e.problem().toString());
            assertEquals(certificates(before), certificates(desk.read(reader)));
            desk.checkPin(reader, desk.pin);
            assertEquals("Mail to " + user, desk.decrypt(reader, message));
            assertTrue(desk.journal.halfDone(spec.cuid()).isEmpty(), "the token is whole");
            assertEquals("ACTIVE", dogtag.state(spec.cuid()));
            for (X509Certificate c : certificates(before)) {
                assertEquals("VALID", dogtag.atCa(c), c.getSubjectX500Principal().getName());
            }
            assertTrue(dogtag.activities(spec.cuid()).stream().noneMatch(a -> a.equals("renewal success")));
            desk.format(reader, user);
        }
    }

    @Test
    void whoMislaidATokenGetsATemporaryOneUntilItIsFound() throws Exception {
        Dogtag.officers(dir);
        CardSpec own = CardSpec.standard();
        CardSpec other = CardSpec.standard();
        String user = freeUser();
        try (var desk = desk()) {
            String one = desk.enrolled(own, user);
            var before = desk.read(one);
            byte[] message = Desk.encrypt(Desk.forEncryption(before), "Mail to " + user);
            String two = desk.formatted(other, user);
            var e = assertThrows(EscException.class, () -> desk.enroll(two, user, TEMPORARY));
            assertEquals(Fault.REFUSED, e.fault());
            assertEquals(34, e.problem().endOp().getAsInt(), "the own token is not reported as mislaid");

            dogtag.mark(own.cuid(), "SUSPENDED");
            for (X509Certificate c : certificates(before)) {
                assertEquals("REVOKED", dogtag.atCa(c), "held");
            }
            dogtag.assign(other.cuid(), user);
            TokenResult done = desk.enroll(two, user, TEMPORARY);
            // mail can be read meanwhile: the key that decrypts is lent, too
            assertEquals(List.of(Outcome.NEW, Outcome.RECOVERED), outcomes(done));
            assertTrue(done.notes().stream().anyMatch(n -> n.startsWith("This is a temporary token")), done.notes().toString());
            assertEquals("Mail to " + user, desk.decrypt(two, message));
            assertEquals("userKeyTemporary", Dogtag.text(dogtag.token(other.cuid()), "Type"));
            assertEquals("ACTIVE", dogtag.state(other.cuid()));
            X509Certificate lent = certificates(desk.read(two)).stream().filter(c -> !certificates(before).contains(c)).findFirst().orElseThrow();
            assertTrue(lent.getNotAfter().toInstant().isBefore(Instant.now().plus(Duration.ofDays(31))), "short: " + lent.getNotAfter());
            assertEquals("VALID", dogtag.atCa(lent));

            // it is found again
            dogtag.mark(other.cuid(), "TERMINATED");
            assertEquals("REVOKED", dogtag.atCa(lent));
            dogtag.mark(own.cuid(), "ACTIVE");
            assertEquals("ACTIVE", dogtag.state(own.cuid()));
            // the certificate that was lent is revoked with the temporary token: so this server is set up
            X509Certificate signing = certificates(before).stream().filter(c -> !c.equals(Desk.forEncryption(before))).findFirst().orElseThrow();
            assertEquals("VALID", dogtag.atCa(signing), "no longer held");
            desk.format(one, user);
        }
    }

    @Test
    void theKeyOfADamagedTokenIsTheNextOnesKey() throws Exception {
        CardSpec first = CardSpec.standard();
        CardSpec second = CardSpec.standard();
        String user = freeUser();
        try (var desk = desk()) {
            String one = desk.enrolled(first, user);
            X509Certificate encryption = Desk.forEncryption(desk.read(one));
            X509Certificate signing = certificates(desk.read(one)).stream().filter(c -> !c.equals(encryption)).findFirst().orElseThrow();
            byte[] message = Desk.encrypt(encryption, "Mail to " + user);
            assertEquals("Mail to " + user, desk.decrypt(one, message));
            dogtag.mark(first.cuid(), "DAMAGED");
            assertEquals("REVOKED", dogtag.atCa(signing));
            assertEquals("VALID", dogtag.atCa(encryption), "what was encrypted must stay readable");
            assertEquals(26, assertThrows(EscException.class, () -> desk.format(one, user)).problem().endOp().getAsInt(),
                    "a damaged token is not touched any more");

            String two = desk.formatted(second, user);
            // this server recovers onto a token only if an agent has made it the user's beforehand
            dogtag.assign(second.cuid(), user);
            TokenResult done = desk.enroll(two, user, RECOVER);
            assertEquals(List.of(Outcome.NEW, Outcome.RECOVERED), outcomes(done));
            assertTrue(done.notes().stream().noneMatch(n -> n.startsWith("No key")), done.notes().toString());
            assertEquals("ACTIVE", dogtag.state(second.cuid()));
            assertTrue(dogtag.activities(second.cuid()).contains("recovery success"), dogtag.activities(second.cuid()).toString());
            assertEquals(encryption, Desk.forEncryption(desk.read(two)), "the old certificate");
            assertEquals("Mail to " + user, desk.decrypt(two, message));
            desk.format(two, user);
        }
    }

    @Test
    void whereTheProfileRecoversNothingThatIsSaid() throws Exception {
        CardSpec first = CardSpec.standard();
        CardSpec second = CardSpec.standard();
        String user = freeUser();
        try (var desk = desk()) {
            String one = desk.enrolled(first, user);
            dogtag.mark(first.cuid(), "PERM_LOST");
            String two = desk.formatted(second, user);
            dogtag.assign(second.cuid(), user);
            TokenResult done = desk.enroll(two, user, RECOVER);
            // for a lost token this version of the server makes the first key of the profile only; its own record says the same
            assertEquals(dogtag.certs(second.cuid()).size(), done.certificates().size());
            assertTrue(outcomes(done).stream().allMatch(Outcome.NEW::equals), done.toString());
            assertTrue(done.notes().stream().anyMatch(n -> n.startsWith("No key of an earlier token was recovered.")), done.notes().toString());
            desk.format(two, user);
        }
    }
}
