// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.coolkey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.PinOutcome;
import org.esc.card.PinPad;
import org.esc.card.PinRequest;
import org.esc.card.ReaderState;
import org.esc.driver.CardDriver;
import org.esc.driver.PinsAtReader;
import org.esc.driver.Signing;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.junit.jupiter.api.Test;

/** The token's password, entered at a reader's keypad. */
class KeypadTest {

    private final CardModel card = new CardModel();
    private final List<String> asked = new ArrayList<>();
    private ResponseApdu entered = ResponseApdu.ok(Hex.parse("1122334455667788"));
    private PinPad pad = new PinPad(true, true, OptionalInt.of(4), OptionalInt.of(16), Optional.empty(), Optional.empty(), Optional.empty());

    private PinsAtReader pins() throws EscException {
        var drivers = new Drivers(new DriverRules(Path.of("no-rules")), Limits.DEFAULT);
        drivers.addDriver(new CoolKeyDriver(), Map.of(CardDriver.NAME, "CoolKey", CardDriver.AID, "627601FF000000"));
        var reader = new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.empty(), 1);
        var open = drivers.open(reader, new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu command) throws EscException {
                return card.transmit(command);
            }

            @Override
            public PinPad pinPad() {
                return pad;
            }

            @Override
            public PinOutcome enterPin(PinRequest request) {
                asked.add(Hex.of(request.template()));
                return PinOutcome.atReader(entered);
            }

            @Override
            public void close() {
            }
        }, Origin.verb("test"));
        assertTrue(open.applications().getFirst().capability(Signing.class).isPresent());
        return open.applications().getFirst().capability(PinsAtReader.class).orElseThrow();
    }

    @Test
    void itIsVerifiedThereAndTheCardsWordsAreKept() throws Exception {
        assertTrue(pins().canVerifyAtReader("user"));
        pins().verifyPinAtReader("user");
        assertEquals(List.of("B042000000"), asked, "the applet's own command, without a PIN");
        entered = ResponseApdu.of(0x9C02);
        assertEquals("wrong-pin", assertThrows(EscException.class, () -> pins().verifyPinAtReader("user")).problem().code());
        entered = ResponseApdu.of(0x9C0C);
        assertEquals("pin-blocked", assertThrows(EscException.class, () -> pins().verifyPinAtReader("user")).problem().code());
        entered = ResponseApdu.of(0x6400);
        assertEquals("pin-timeout", assertThrows(EscException.class, () -> pins().verifyPinAtReader("user")).problem().code());
        entered = ResponseApdu.ok(new byte[3]);
        assertThrows(EscException.class, () -> pins().verifyPinAtReader("user"), "a nonce that is cut short");
    }

    @Test
    void aChangeNeedsTheComputer() throws Exception {
        assertFalse(pins().canChangeAtReader("user"));
        assertEquals("not-offered", assertThrows(EscException.class, () -> pins().changePinAtReader("user")).problem().code());
        pad = PinPad.NONE;
        assertFalse(pins().canVerifyAtReader("user"));
    }
}
