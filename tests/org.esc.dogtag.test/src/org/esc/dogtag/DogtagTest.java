// SPDX-License-Identifier: EPL-2.0
package org.esc.dogtag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.command.Cancel;
import org.esc.securechannel.ScpVersion;
import org.esc.softcard.CardSpec;
import org.esc.tps.Operation;
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

    /** Over TLS, or plain where the server can be reached like that. */
    private Desk desk(boolean wanted, boolean plainLogin) throws Exception {
        return Desk.at(dogtag, dir, wanted, plainLogin);
    }

    /**
     * The server names no applet for other protocols than SCP01, and its key service takes AES keys for diversified DES ones, until told
     * otherwise. It is told everything at once, whichever protocol comes first, so that it is restarted once.
     */
    private void preparedFor(int protocol) throws Exception {
        var tps = new TreeMap<String, String>();
        for (String op : List.of("format", "enroll", "pinReset")) {
            for (int p : new int[] {2, 3}) {
                tps.put("op." + op + ".userKey.update.applet.requiredVersion.prot." + p, "1.4.58768072");
            }
        }
        var tks = Map.of("tks.defKeySet.prot3.divers", "none", "tks.defKeySet.prot3.diversVer1Keys", "none",
                "tks.defKeySet.prot3.devKeyType", "AES", "tks.defKeySet.prot3.masterKeyType", "AES");
        if (!dogtag.has("tps", tps) || !dogtag.has("tks", tks)) {
            Dogtag.setup("stop");
            try {
                dogtag.set("tps", tps);
                dogtag.set("tks", tks);
            } finally {
                Dogtag.setup("start");
            }
        }
        if (protocol == 2) {
            afterAnScp01Session();
        }
    }

    /**
     * The key service of Dogtag 10.10 learns the name of the secret that it shares with the TPS from sessions with SCP01 and SCP03 cards
     * only, and keeps it until it is restarted. Before the first of them it can encrypt nothing under an SCP02 card's key, and the TPS
     * says "Erorr getting wrapped data from TKS".
     */
    private void afterAnScp01Session() throws Exception {
        try (var desk = desk(false, false)) {
            desk.format(desk.plug(CardSpec.standard()), dogtag.freeUser());
        }
    }

    private static String serials(TokenResult r) {
        return r.certificates().stream().map(TokenResult.Certificate::serial).toList().toString();
    }

    @ParameterizedTest(name = "SCP{0} tls={1} plain login={2}")
    @CsvSource({"01,false,false", "01,true,true", "02,true,false", "02,false,true", "03,false,false", "03,true,true",
        "03 i=70,true,false"})
    void wholeStory(String scp, boolean tls, boolean plainLogin) throws Exception {
        assumeTrue(dogtag.speaks(tls), "the plain address is not known: ESC_DOGTAG_URL is one for https");
        ScpVersion version = switch (scp) {
            case "01" -> ScpVersion.SCP01_05;
            case "02" -> ScpVersion.SCP02_15;
            case "03" -> ScpVersion.SCP03_00;
            default -> ScpVersion.SCP03_70;
        };
        if (version.protocol() > 1) {
            preparedFor(version.protocol());
        }
        CardSpec spec = CardSpec.standard().withScp(version);
        if (version.protocol() == 2) {
            // with version 01 this server finds its developer keys for SCP01 only (key index 01); FF it takes with any index
            spec = spec.withKey(0xFF, Hex.parse("404142434445464748494A4B4C4D4E4F"));
        }
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
            desk.checkPin(reader, "Start1");

            desk.pin = "Next22";
            var reset = desk.resetPin(reader, user);
            assertEquals("Enrolled", reset.state());
            assertTrue(dogtag.activities(spec.cuid()).contains("pin_reset success"));
            desk.checkPin(reader, "Next22");

            desk.pin = "Third3";
            var again = desk.enroll(reader, user);
            assertEquals("Enrolled", again.state());
            assertTrue(!serials(again).equals(serials(enrolled)), "new certificates");
            assertEquals("ACTIVE", dogtag.state(spec.cuid()));
            desk.checkPin(reader, "Third3");

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

    @Test
    void aLoginThatIsCancelledLeavesTheTokenAlone() throws Exception {
        CardSpec spec = CardSpec.standard();
        try (var desk = desk(false, false)) {
            String reader = desk.plug(spec);
            String user = dogtag.freeUser();
            desk.onForm = () -> desk.cancel.cancel();
            var e = assertThrows(EscException.class, () -> desk.format(reader, user));
            assertEquals(Fault.CANCELLED, e.fault());
            assertTrue(desk.journal.halfDone(spec.cuid()).isEmpty());
            assertTrue(dogtag.activities(spec.cuid()).stream().noneMatch(a -> a.endsWith("format success")));
            desk.onForm = () -> { };
            desk.cancel = new Cancel();
            desk.format(reader, user);
            assertEquals("FORMATTED", dogtag.state(spec.cuid()));
        }
    }

    @Test
    void anOperationCancelledHalfWayIsMendedByAFormat() throws Exception {
        CardSpec spec = CardSpec.standard();
        try (var desk = desk(false, false)) {
            String reader = desk.plug(spec);
            String user = dogtag.freeUser();
            desk.onProgress = p -> {
                if (p >= 40) {
                    desk.cancel.cancel();
                }
            };
            var e = assertThrows(EscException.class, () -> desk.format(reader, user));
            assertEquals(Fault.CANCELLED, e.fault());
            assertEquals(Operation.FORMAT, desk.journal.halfDone(spec.cuid()).orElseThrow().operation());
            assertTrue(!dogtag.state(spec.cuid()).equals("FORMATTED"));
            desk.onProgress = p -> { };
            desk.cancel = new Cancel();
            desk.format(reader, user);
            assertTrue(desk.journal.halfDone(spec.cuid()).isEmpty());
            assertEquals("FORMATTED", dogtag.state(spec.cuid()));
        }
    }

    @Test
    void aServerStoppedHalfWayIsReportedAndMendedByAFormat() throws Exception {
        Dogtag.requireSetup();
        CardSpec spec = CardSpec.standard();
        try (var desk = desk(false, false)) {
            String reader = desk.plug(spec);
            String user = dogtag.freeUser();
            desk.format(reader, user);
            var stopping = new AtomicReference<Thread>();
            desk.onProgress = p -> {
                if (p >= 10 && stopping.get() == null) {
                    stopping.set(Thread.ofPlatform().start(() -> {
                        try {
                            Dogtag.setup("stop");
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    }));
                    // the server is to be gone before its next command is answered
                    try {
                        stopping.get().join();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
            };
            try {
                var e = assertThrows(EscException.class, () -> desk.enroll(reader, user));
                assertEquals(Fault.NETWORK, e.fault(), e.problem().toString());
                assertTrue(desk.journal.halfDone(spec.cuid()).isPresent());
                e = assertThrows(EscException.class, () -> desk.format(reader, user));
                assertEquals("unreachable", e.problem().code());
            } finally {
                Dogtag.setup("start");
            }
            assertEquals("FORMATTED", dogtag.state(spec.cuid()));
            desk.format(reader, user);
            desk.enroll(reader, user);
            assertEquals("ACTIVE", dogtag.state(spec.cuid()));
            assertTrue(desk.journal.halfDone(spec.cuid()).isEmpty());
            desk.format(reader, user);
        }
    }
}
