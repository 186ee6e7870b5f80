// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.coolkey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.card.ReaderState;
import org.esc.coolkey.Ins;
import org.esc.coolkey.LifeCycle;
import org.esc.coolkey.TokenObjects;
import org.esc.driver.CardDriver;
import org.esc.driver.TokenState;
import org.esc.driver.fake.NoisyCard;
import org.esc.driver.globalplatform.GlobalPlatformDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.host.TokenInfo;
import org.junit.jupiter.api.Test;

class DriversTest {

    private static final ReaderState READER =
            new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.empty(), 1);

    private final CardModel card = new CardModel();

    private TokenInfo read() throws EscException {
        var drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new GlobalPlatformDriver(), Map.of(CardDriver.NAME, "GlobalPlatform", CardDriver.ISD, "any"));
        drivers.addDriver(new CoolKeyDriver(), Map.of(CardDriver.NAME, "CoolKey", CardDriver.AID, "627601FF000000"));
        return drivers.read(READER, card);
    }

    @Test
    void readsAnEnrolledToken() throws Exception {
        TokenInfo t = read();
        assertEquals(TokenState.ENROLLED, t.state());
        assertEquals("CoolKey", t.driver());
        assertEquals("application 627601FF000000 answers", t.reason());
        assertEquals("4090-6145-c762-2419-2d2b", t.keyId());
        assertEquals("Alice's token", t.label());
        assertEquals("1.4.58768072", t.identity().appletVersion());
        assertEquals("personalized (0F)", t.identity().lifeCycle());
        assertEquals(OptionalInt.of(5000), t.identity().totalMemory());
        assertEquals(OptionalInt.of(1200), t.identity().freeMemory());
        assertEquals(OptionalInt.of(10), t.pinTries());
        assertEquals("http://tps.example/", t.identity().issuerUrl());
        assertEquals(List.of("version 01: 3 keys, DES 128 bit"), t.keyInfo());
        assertEquals("Alice Example", t.issuedTo(), "the first certificate is an authority's");
        assertEquals("Example Office", t.issuer());
        assertEquals(2, t.certificates().size());
        assertTrue(t.certificates().getFirst().isAuthority());
        assertEquals("signing key for alice", t.certificates().get(1).label());
        assertEquals("EC 256", t.certificates().get(1).keyText());
        assertEquals("alice", t.certificates().get(1).subject("UID"));
        assertEquals("valid", t.certificates().get(1).validity(Instant.parse("2030-01-01T00:00:00Z")));
        assertEquals("expired", t.certificates().get(1).validity(Instant.parse("2199-01-01T00:00:00Z")));
        assertEquals("not yet valid", t.certificates().get(1).validity(Instant.EPOCH));
        assertTrue(t.expiry().orElseThrow().toString().startsWith("2126-"), t.expiry().toString());
        assertEquals(2, t.keys().size());
        assertEquals("RSA private key", t.keys().getFirst().type());
        assertEquals("sign", t.keys().getFirst().uses());
        assertEquals("RSA public key", t.keys().get(1).type());
        assertTrue(t.problems().isEmpty(), t.problems()::toString);
    }

    @Test
    void aFormattedTokenIsNobodys() throws Exception {
        card.lifeCycle = LifeCycle.SELECTABLE;
        card.combined = new byte[0];
        TokenInfo t = read();
        assertEquals(TokenState.FORMATTED, t.state());
        assertEquals("", t.issuedTo());
        assertEquals("", t.issuer());
        assertTrue(t.expiry().isEmpty());
    }

    @Test
    void aBlankCardIsUnformatted() throws Exception {
        card.applet = false;
        TokenInfo t = read();
        assertEquals(TokenState.UNFORMATTED, t.state());
        assertEquals("GlobalPlatform", t.driver());
        assertEquals("has a card manager A0000000030000", t.reason());
        assertEquals(CardModel.CUID, t.cuid().orElseThrow());
    }

    @Test
    void theCardManagerIsFoundByItsAidToo() throws Exception {
        card.applet = false;
        card.selectWithoutAid = false;
        card.manager = Optional.of(Aid.of("A000000151000000"));
        TokenInfo t = read();
        assertEquals(TokenState.UNFORMATTED, t.state());
        assertEquals("has a card manager A000000151000000", t.reason());
    }

    @Test
    void cardsOfOtherKindsAreForeign() throws Exception {
        card.applet = false;
        card.others = List.of(Aid.of("A00000030800001000"));
        assertEquals(TokenState.FOREIGN, read().state());
        assertEquals("PIV card", read().label());
        card.others = List.of();
        card.cplc = false;
        assertEquals(TokenState.FOREIGN, read().state());
        card.manager = Optional.empty();
        TokenInfo t = read();
        assertEquals(TokenState.FOREIGN, t.state());
        assertEquals("", t.driver());
        assertEquals(List.of("No driver knows this card."), t.problems());
    }

    @Test
    void aBlockedPasswordAndALockedAppletShow() throws Exception {
        card.tries = 0;
        TokenInfo t = read();
        assertEquals(TokenState.BLOCKED, t.state());
        assertTrue(t.problems().getFirst().contains("Reset it"));
        card.tries = 3;
        card.lifeCycle = LifeCycle.LOCKED;
        assertEquals(TokenState.BLOCKED, read().state());
    }

    @Test
    void whatIsRefusedIsMissingAndTheRestIsThere() throws Exception {
        card.refused = List.of(Ins.GET_BUILD_ID, Ins.PIN_TRIES, Ins.LIST_KEYS, Ins.GET_ISSUER_INFO);
        TokenInfo t = read();
        assertEquals(TokenState.ENROLLED, t.state());
        assertEquals("1.4", t.identity().appletVersion());
        assertEquals(OptionalInt.empty(), t.pinTries());
        assertEquals("Alice Example", t.issuedTo());
        assertEquals(3, t.problems().size(), t.problems()::toString);
    }

    @Test
    void brokenObjectsAndCertificatesAreNamed() throws Exception {
        card.combined[25] ^= 0x55;
        TokenInfo t = read();
        assertEquals(TokenState.ENROLLED, t.state());
        assertEquals("Unknown", t.issuedTo());
        assertEquals("Unknown issuer", t.issuer());
        assertEquals(1, t.problems().size());

        card.combined = new TokenObjects(1, CardModel.CUID, "x",
                List.of(org.esc.coolkey.TokenObject.certificate(1, "bad", new byte[] {1, 2, 3}))).encode(false);
        t = read();
        assertTrue(t.certificates().isEmpty());
        assertEquals(List.of("Certificate c1 on the token is no valid certificate."), t.problems());
    }

    @Test
    void aCardPulledAtAnyMomentEndsTheReading() throws Exception {
        read();
        int all = card.sent.size();
        for (int n = 0; n < all; n++) {
            card.sent.clear();
            card.pullAfter = n;
            var e = assertThrows(EscException.class, this::read, "pulled after " + n);
            assertEquals("card-removed", e.problem().code());
        }
        assertFalse(card.sent.isEmpty());
    }

    @Test
    void aCardThatAnswersNoiseIsReadOrRefusedButBreaksNothing() throws Exception {
        int[] words = {0x9000, 0x9000, 0x9000, 0x9000, 0x6A82, 0x9C12, 0x6D00, 0x9C07, 0x6283, 0x6F00};
        for (int seed = 0; seed < 1000; seed++) {
            var random = new Random(seed);
            var model = new CardModel();
            var noise = new NoisyCard(model, random, random.nextInt(10), words);
            var drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
            drivers.addDriver(new GlobalPlatformDriver(), Map.of(CardDriver.NAME, "GlobalPlatform", CardDriver.ISD, "any"));
            drivers.addDriver(new CoolKeyDriver(), Map.of(CardDriver.NAME, "CoolKey", CardDriver.AID, "627601FF000000"));
            try {
                TokenInfo t = drivers.read(READER, noise);
                t.issuedTo();
                t.issuer();
                t.expiry();
                t.certificates().forEach(c -> c.keyText());
            } catch (EscException e) {
                assertFalse(e.getMessage().isEmpty());
            }
        }
    }
}
