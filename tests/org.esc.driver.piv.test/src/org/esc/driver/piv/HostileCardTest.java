// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.card.ReaderState;
import org.esc.card.TransportRules;
import org.esc.driver.CardDriver;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyPolicy;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.fake.NoisyCard;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.host.TokenInfo;
import org.esc.piv.PivObject;
import org.esc.softcard.SoftCard;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cards that lie, break off or are pulled out: the driver ends with a sentence, never otherwise. */
class HostileCardTest {

    private static final ReaderState READER = new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.empty(), 1);
    private static final int[] WORDS = {0x9000, 0x9000, 0x9000, 0x9000, 0x6A82, 0x6982, 0x6D00, 0x63C1, 0x6983, 0x6F00};

    private static SoftCard card;

    @BeforeAll
    static void load() throws Exception {
        card = TestCard.fresh();
        PivToken t = TestCard.ready(card);
        for (var e : IcamCards.ALL.get("01_Golden_PIV").entrySet()) {
            t.writeObject(e.getKey().id(), e.getValue());
        }
        t.generateKey("9a", KeyAlgorithm.RSA_1024, KeyPolicy.DEFAULT);
        t.generateKey("9d", KeyAlgorithm.EC_P256, KeyPolicy.DEFAULT);
    }

    private static TokenInfo read(CardChannel channel) throws EscException {
        var drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new PivDriver(), Map.of(CardDriver.NAME, "PIV", CardDriver.AID, "A00000030800001000"));
        return drivers.read(READER, channel);
    }

    /** A channel whose answers a function may spoil. */
    private interface Spoiling extends CardChannel {
        @Override
        default void close() {
            // the card stays
        }
    }

    @Test
    void theHostFindsTheCardByItsAid() throws Exception {
        TokenInfo t = read(TransportRules.over(card.channel()));
        assertEquals("PIV", t.driver());
        assertEquals("application A00000030800001000 answers", t.reason());
        assertEquals(5, t.certificates().size());
    }

    @Test
    void aCardPulledAtAnyMomentEndsTheReading() throws Exception {
        var counter = new AtomicInteger();
        CardChannel honest = TransportRules.over(card.channel());
        read((Spoiling) c -> {
            counter.incrementAndGet();
            return honest.transmit(c);
        });
        int all = counter.get();
        assertTrue(all > 50, Integer.toString(all));
        for (int n = 0; n < all; n += n < 20 ? 1 : 7) {
            var left = new AtomicInteger(n);
            var e = assertThrows(EscException.class, () -> read((Spoiling) c -> {
                if (left.decrementAndGet() < 0) {
                    throw CardException.removed("read", null);
                }
                return honest.transmit(c);
            }), "pulled after " + n);
            assertEquals("card-removed", e.problem().code());
        }
    }

    @Test
    void aCardThatAnswersNoiseIsReadOrRefusedButBreaksNothing() {
        for (int seed = 0; seed < 250; seed++) {
            var random = new Random(seed);
            var noise = new NoisyCard(TransportRules.over(card.channel()), random, random.nextInt(10), WORDS);
            try {
                TokenInfo t = read(noise);
                t.issuedTo();
                t.expiry();
                assertFalse(t.problems().stream().anyMatch(p -> p.contains("Exception") || p.contains("fault")), t.problems().toString());
            } catch (EscException e) {
                assertFalse(e.getMessage().isEmpty());
            }
            use(noise);
        }
    }

    /** Everything one can ask for; each refusal is an {@link EscException}. */
    private static void use(CardChannel channel) {
        PivToken t = (PivToken) new PivDriver().open(null, channel);
        attempt(t::select);
        attempt(t::identity);
        attempt(t::certificates);
        attempt(t::keys);
        attempt(t::pins);
        attempt(() -> {
            for (var o : t.dataObjects()) {
                attempt(() -> t.readObject(o.id()));
            }
        });
        for (PivObject o : PivObject.ALL) {
            attempt(() -> t.readObject(o.id()));
        }
        for (String slot : new String[] {"9a", "9d"}) {
            attempt(() -> t.sign(slot, SignatureAlgorithm.RSA_PKCS1_SHA256, new byte[32]));
            attempt(() -> t.decrypt(slot, new byte[128]));
            attempt(() -> t.attest(slot));
            attempt(() -> t.generatable(slot));
        }
        attempt(t::attestationCertificate);
        attempt(t::administratorKind);
        attempt(() -> t.authenticateAdministrator(Secret.of(new byte[24])));
    }

    private interface Attempt {
        void make() throws EscException;
    }

    private static void attempt(Attempt a) {
        try {
            a.make();
        } catch (EscException e) {
            assertFalse(e.getMessage().isEmpty());
        }
    }
}
