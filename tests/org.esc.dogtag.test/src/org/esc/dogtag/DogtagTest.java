// SPDX-License-Identifier: EPL-2.0
package org.esc.dogtag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.card.Origin;
import org.esc.card.TransportRules;
import org.esc.coolkey.CoolKey;
import org.esc.securechannel.ScpVersion;
import org.esc.softcard.CardSpec;
import org.esc.tps.client.TokenResult;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The main job against a running Dogtag; its own records judge. */
@Tag("dogtag")
@Timeout(600)
class DogtagTest {

    @TempDir
    Path dir;
    private Dogtag dogtag;

    @BeforeEach
    void find() throws Exception {
        dogtag = Dogtag.require();
    }

    private Desk desk(boolean tls, boolean plainLogin) throws Exception {
        return new Desk(dir, dogtag.tps(tls), tls ? List.of(dogtag.ca, dogtag.pin(dir)) : List.of(), plainLogin);
    }

    /** Logs in at the token with a password. */
    private static void checkPin(Desk desk, String reader, String pin) throws Exception {
        try (var session = desk.readers.connect(reader, Origin.verb("test")); var applet = new CoolKey(TransportRules.over(session));
                var secret = Secret.of(pin)) {
            assertTrue(applet.select());
            applet.verifyPin(0, secret);
        }
    }

    private static String serials(TokenResult r) {
        return r.certificates().stream().map(TokenResult.Certificate::serial).toList().toString();
    }

    @ParameterizedTest(name = "SCP{0} tls={1} plain login={2}")
    @CsvSource({"01,false,false", "01,true,true"})
    void wholeStory(String scp, boolean tls, boolean plainLogin) throws Exception {
        ScpVersion version = switch (scp) {
            case "01" -> ScpVersion.SCP01_05;
            case "02" -> ScpVersion.SCP02_15;
            default -> ScpVersion.SCP03_00;
        };
        CardSpec spec = CardSpec.standard().withScp(version);
        String user = dogtag.freeUser();
        try (var desk = desk(tls, plainLogin)) {
            String reader = desk.plug(spec);
            var formatted = desk.format(reader, user);
            assertEquals(spec.cuid().toString(), formatted.cuid());
            assertEquals("Formatted", formatted.state());
            assertEquals("FORMATTED", dogtag.state(spec.cuid()));
            assertTrue(dogtag.activities(spec.cuid()).contains("format success"));

            var enrolled = desk.enroll(reader, user);
            assertEquals("Enrolled", enrolled.state());
            assertEquals(2, enrolled.certificates().size(), enrolled.toString());
            assertEquals("ACTIVE", dogtag.state(spec.cuid()));
            assertEquals(user, dogtag.user(spec.cuid()));
            assertTrue(dogtag.activities(spec.cuid()).contains("enrollment success"));
            assertEquals(2, dogtag.certs(spec.cuid()).size());
            checkPin(desk, reader, "Start1");

            desk.pin = "Next22";
            var reset = desk.resetPin(reader, user);
            assertEquals("Enrolled", reset.state());
            assertTrue(dogtag.activities(spec.cuid()).contains("pin_reset success"));
            checkPin(desk, reader, "Next22");

            desk.pin = "Third3";
            var again = desk.enroll(reader, user);
            assertEquals("Enrolled", again.state());
            assertTrue(!serials(again).equals(serials(enrolled)), "new certificates");
            assertEquals("ACTIVE", dogtag.state(spec.cuid()));
            checkPin(desk, reader, "Third3");

            var wiped = desk.format(reader, user);
            assertEquals("Formatted", wiped.state());
            assertTrue(wiped.certificates().isEmpty());
            assertEquals("FORMATTED", dogtag.state(spec.cuid()));
            System.out.printf("SCP%s tls=%s plain=%s %s: format %d APDUs %d ms, enrol %d APDUs %d ms (card %d ms), reset %d ms%n", scp,
                    tls, plainLogin, user, formatted.apdus(), formatted.duration().toMillis(), enrolled.apdus(),
                    enrolled.duration().toMillis(), enrolled.times().card().toMillis(), reset.duration().toMillis());
        }
    }

    @Test
    void wrongPasswordAndUnknownUserAreNotLetIn() throws Exception {
        CardSpec spec = CardSpec.standard();
        for (boolean plain : new boolean[] {false, true}) {
            try (var desk = desk(false, plain)) {
                String reader = desk.plug(spec);
                desk.answers.put("PASSWORD", "wrong");
                String user = dogtag.freeUser();
                var e = assertThrows(EscException.class, () -> desk.format(reader, user));
                assertEquals(Fault.LOGIN, e.fault());
                assertEquals(14, e.problem().endOp().getAsInt());
                desk.answers.clear();
                e = assertThrows(EscException.class, () -> desk.format(reader, "nobody"));
                assertEquals(Fault.LOGIN, e.fault());
                assertTrue(desk.journal.halfDone(spec.cuid()).isEmpty(), "nothing on the card was changed");
            }
        }
        assertTrue(dogtag.activities(spec.cuid()).stream().noneMatch(a -> a.equals("format success")));
    }

    @Test
    void aSecondTokenForOneUserIsRefused() throws Exception {
        CardSpec first = CardSpec.standard();
        CardSpec second = CardSpec.standard();
        String user = dogtag.freeUser();
        try (var desk = desk(false, false)) {
            String one = desk.plug(first);
            String two = desk.plug(second);
            desk.format(one, user);
            desk.enroll(one, user);
            desk.format(two, user);
            var e = assertThrows(EscException.class, () -> desk.enroll(two, user));
            assertEquals(Fault.REFUSED, e.fault());
            assertEquals(34, e.problem().endOp().getAsInt());
            assertEquals("ACTIVE", dogtag.state(first.cuid()));
            assertEquals("FORMATTED", dogtag.state(second.cuid()));
            desk.format(one, user);
        }
    }
}
