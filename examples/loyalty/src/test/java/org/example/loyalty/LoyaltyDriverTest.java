// SPDX-License-Identifier: EPL-2.0
package org.example.loyalty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.driver.CardDriver;
import org.esc.driver.testing.DriverContract;
import org.esc.driver.testing.TestCard;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
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
