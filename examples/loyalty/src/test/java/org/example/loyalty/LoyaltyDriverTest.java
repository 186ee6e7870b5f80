// SPDX-License-Identifier: EPL-2.0
package org.example.loyalty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.apdu.StatusWord;
import org.esc.driver.CardDriver;
import org.esc.driver.testing.DecoderCheck;
import org.esc.driver.testing.DriverContract;
import org.esc.driver.testing.TestCard;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.junit.jupiter.api.Test;

/** What every driver must keep to, and what this one can do. */
class LoyaltyDriverTest extends DriverContract {

    private final TestCard card = new TestCard("loyalty card in software", SoftCard.inMemory(CardSpec.standard()).atr(),
            () -> SoftCard.withApplets(CardSpec.standard(), new LoyaltyApplets()).channel());

    @Override
    protected CardDriver driver() {
        return new LoyaltyDriver();
    }

    @Override
    protected List<TestCard> cards() {
        return List.of(card);
    }

    @Override
    protected Optional<Map.Entry<String, String>> pin() {
        return Optional.of(Map.entry("pin", "1234"));
    }

    @Test
    void itReadsTheMember() throws Exception {
        var loyalty = new LoyaltyCard(card.connect());
        loyalty.select();
        assertEquals("Ada Example", loyalty.identity().label());
        assertEquals("0000042", loyalty.identity().serial());
        assertEquals("500", loyalty.identity().details().getFirst().value());
    }

    @Test
    void tracesTellWhatItsCommandsMean() {
        var decoder = new LoyaltyDecoder();
        var selected = Standing.UNKNOWN.select(Loyalty.AID);
        assertEquals(0, decoder.rank(Standing.UNKNOWN), "it has nothing to say of other applications");
        var points = CommandApdu.of(0x00, Loyalty.GET_DATA, 0x01, 0x03, new byte[0], 256);
        assertEquals("GET DATA: points", decoder.command(selected, points) + ": " + decoder.summary(selected, points));
        assertEquals(List.of(Field.of("points", "500", 0, 4)), decoder.responseData(selected, points, new byte[] {0, 0, 1, (byte) 0xF4}));
        var clear = CommandApdu.of(0x80, Loyalty.CLEAR, 0, 0);
        assertEquals("CLEAR POINTS", decoder.command(selected, clear));
        assertEquals("the PIN must be verified first", decoder.meaning(selected, clear, new StatusWord(0x6982)));
        assertTrue(DecoderCheck.hostile(decoder, selected, 1) > 0, "it has something to say");
        DecoderCheck.hidden(decoder, selected, 1);
    }

    @Test
    void pointsAreClearedOnlyWithThePin() throws Exception {
        var loyalty = new LoyaltyCard(card.connect());
        loyalty.select();
        assertEquals("pin-needed", assertThrows(EscException.class, () -> loyalty.takeStep("clear")).problem().code());
        try (Secret wrong = Secret.of("0000"); Secret right = Secret.of("1234")) {
            assertEquals("wrong-pin", assertThrows(EscException.class, () -> loyalty.verifyPin("pin", wrong)).problem().code());
            assertEquals(2, loyalty.pins().getFirst().triesLeft().getAsInt());
            loyalty.verifyPin("pin", right);
        }
        loyalty.takeStep("clear");
        assertEquals("0", loyalty.identity().details().getFirst().value());
    }
}
