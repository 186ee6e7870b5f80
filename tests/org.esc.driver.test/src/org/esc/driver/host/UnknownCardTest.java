// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.card.ReaderState;
import org.esc.driver.CardApplication;
import org.esc.driver.CardDriver;
import org.esc.driver.CardFacts;
import org.esc.driver.Detail;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenState;
import org.junit.jupiter.api.Test;

/** Nothing is unknown without an explanation. */
class UnknownCardTest {

    /** Answers nothing but what a test gives it. */
    private static final class Card implements CardChannel {

        private final Map<String, ResponseApdu> answers;

        Card(Map<String, ResponseApdu> answers) {
            this.answers = answers;
        }

        @Override
        public ResponseApdu transmit(CommandApdu c) {
            return answers.getOrDefault(org.esc.apdu.Hex.of(c.bytes()), ResponseApdu.of(0x6A82));
        }

        @Override
        public void close() {
        }
    }

    /** A driver that opens whatever its declaration matches. */
    private static final class Plain implements CardDriver {

        @Override
        public CardApplication open(CardFacts card, CardChannel channel) {
            return new CardApplication() {
                @Override
                public void select() {
                }

                @Override
                public TokenIdentity identity() {
                    var b = new TokenIdentity.Builder();
                    b.state = TokenState.FORMATTED;
                    b.details = List.of(new Detail("Own", "detail"));
                    return b.build();
                }
            };
        }
    }

    private static TokenInfo read(String atr, Map<String, ResponseApdu> answers, Map<String, Object> second) throws EscException {
        var drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new Plain(), Map.of(CardDriver.NAME, "Loyalty", CardDriver.AID, "F04C4F59414C"));
        if (!second.isEmpty()) {
            drivers.addDriver(new Plain(), second);
        }
        var reader = new ReaderState("R", "Test", ReaderState.Presence.PRESENT, atr.isEmpty() ? Optional.empty() : Optional.of(Atr.of(atr)), 1);
        return drivers.read(reader, new Card(answers));
    }

    private static String value(TokenInfo t, String name) {
        return t.details().stream().filter(d -> d.name().equals(name)).map(Detail::value).findFirst().orElse("");
    }

    private static ResponseApdu cplc() {
        byte[] b = Cplc.of(Cuid.of("40906145C76224192D2B"), new byte[4]).encoded();
        b[3 + 10] = 0x51;
        b[3 + 11] = (byte) 0x23;
        return ResponseApdu.ok(b);
    }

    @Test
    void aMemoryCardHasItsName() throws Exception {
        TokenInfo t = read("3B8F8001804F0CA000000306030001000000006A", Map.of(), Map.of());
        assertEquals(TokenState.FOREIGN, t.state());
        assertEquals(List.of("No driver knows this card."), t.problems());
        assertEquals("3B8F8001804F0CA000000306030001000000006A", value(t, "ATR"));
        assertEquals("0001: Mifare Classic 1K", value(t, "ATR: Card name"));
        assertEquals("6A: correct", value(t, "ATR: TCK"));
        assertEquals("no application F04C4F59414C", value(t, "Tried Loyalty"));
    }

    @Test
    void aDamagedAtrSaysWhatIsWrong() throws Exception {
        assertEquals("The check byte TCK is missing.", value(read("3B8001", Map.of(), Map.of()), "ATR: trouble"));
    }

    @Test
    void withoutAnAtrWhatWasTriedIsThere() throws Exception {
        TokenInfo t = read("", Map.of(), Map.of());
        assertEquals(List.of("Tried Loyalty"), t.details().stream().map(Detail::name).toList());
    }

    @Test
    void aCardManagerWithoutADriverTellsItsProductionData() throws Exception {
        TokenInfo t = read("3B00", Map.of("00A4040000", ResponseApdu.ok(), "80CA9F7F00", cplc(), "80CA9F7F2D", cplc()), Map.of());
        assertEquals("4090-6145-c762-2419-2d2b", t.keyId());
        assertTrue(value(t, "IC fabricator").startsWith("4090: Infineon"), t.details()::toString);
        assertTrue(value(t, "IC fabrication date").matches("5123: 20[0-9]5-05-03"), t.details()::toString);
        assertEquals("", value(t, "Personalizer"), "zeros tell nothing");
    }

    @Test
    void aKnownCardHasItsProductionDataButNoAtr() throws Exception {
        TokenInfo t = read("3B00", Map.of("00A4040000", ResponseApdu.ok(), "80CA9F7F00", cplc(), "80CA9F7F2D", cplc(), "00A4040006F04C4F59414C00",
                ResponseApdu.ok()), Map.of());
        assertEquals("Loyalty", t.driver());
        assertEquals("detail", value(t, "Own"));
        assertEquals("40906145".substring(4), value(t, "IC type"));
        assertEquals("", value(t, "ATR"));
    }

    @Test
    void aCardThatIsOnlySomeCardIsExplained() throws Exception {
        TokenInfo t = read("3B00", Map.of("00A4040000", ResponseApdu.ok(), "80CA9F7F00", cplc(), "80CA9F7F2D", cplc()),
                Map.of(CardDriver.NAME, "Any", CardDriver.ISD, "any"));
        assertEquals("Any", t.driver());
        assertEquals("3B: direct convention", value(t, "ATR: TS"));
        assertEquals("no application F04C4F59414C", value(t, "Tried Loyalty"));
        assertEquals("", value(t, "Tried Any"));
    }
}
