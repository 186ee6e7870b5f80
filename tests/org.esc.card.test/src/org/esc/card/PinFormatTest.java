// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.junit.jupiter.api.Test;

class PinFormatTest {

    private static String block(PinFormat f, String pin) throws EscException {
        try (Secret s = Secret.of(pin)) {
            return Hex.of(f.block(s));
        }
    }

    @Test
    void aPinStandsInItsFieldAsTheAppletWantsIt() throws Exception {
        assertEquals("3132333435" + "36FFFF", block(PinFormat.PIV, "123456"));
        assertEquals("3132333435363738", block(PinFormat.PIV, "12345678"));
        assertEquals("313233343536", block(PinFormat.ascii(6, 127), "123456"));
        assertEquals("241234FFFFFFFFFF", block(PinFormat.FORMAT_2, "1234"));
        assertEquals("2512345FFFFFFFFF", block(PinFormat.FORMAT_2, "12345"));
        assertEquals("2C123456789012FF", block(PinFormat.FORMAT_2, "123456789012"));
        var counted = new PinFormat(PinFormat.Coding.ASCII, PinFormat.Length.BYTE, 0, 0, 4, 16);
        assertEquals("0431323334", block(counted, "1234"));
        assertEquals("00", Hex.of(counted.empty()));
        assertEquals("", Hex.of(PinFormat.ascii(4, 8).empty()));
        assertEquals("20FFFFFFFFFFFFFF", Hex.of(PinFormat.FORMAT_2.empty()));
        assertEquals("123450", block(new PinFormat(PinFormat.Coding.BCD, PinFormat.Length.NONE, 0, 0, 4, 8), "12345"));
    }

    @Test
    void whatAFormatDoesNotTakeIsRefusedWithoutSayingWhatItWas() {
        for (String pin : new String[] {"12345", "123456789"}) {
            EscException e = assertThrows(EscException.class, () -> block(PinFormat.PIV, pin));
            assertEquals("pin-length", e.problem().code());
            assertTrue(e.getMessage().contains("6 to 8"), e.getMessage());
            assertFalse(e.getMessage().contains(pin), e.getMessage());
        }
        assertEquals("pin-digits", assertThrows(EscException.class, () -> block(PinFormat.FORMAT_2, "12a4")).problem().code());
        assertThrows(IllegalArgumentException.class, () -> new PinFormat(PinFormat.Coding.ASCII, PinFormat.Length.NONE, 8, 0xFF, 6, 9));
        assertThrows(IllegalArgumentException.class, () -> new PinFormat(PinFormat.Coding.BCD, PinFormat.Length.CONTROL, 15, 0xFF, 4, 16));
        assertThrows(IllegalArgumentException.class, () -> PinFormat.ascii(0, 8));
    }

    @Test
    void aCommandAndItsTemplateHaveTheSameShape() throws Exception {
        try (Secret old = Secret.of("123456"); Secret fresh = Secret.of("7654321")) {
            var verify = PinRequest.verify(0x00, 0x80, PinFormat.PIV);
            assertEquals("0020008008FFFFFFFFFFFFFFFF", Hex.of(verify.template()));
            assertEquals("0020008008313233343536FFFF", Hex.of(verify.command(old).bytes()));
            var change = PinRequest.change(0x00, 0x80, PinFormat.PIV);
            assertEquals("0024008010" + "FF".repeat(16), Hex.of(change.template()));
            assertEquals("0024008010" + "313233343536FFFF" + "37363534333231FF", Hex.of(change.command(old, fresh).bytes()));
            var openpgp = PinRequest.change(0x00, 0x81, PinFormat.ascii(6, 127));
            assertEquals("0024008100", Hex.of(openpgp.template()));
            assertEquals("002400810D" + "313233343536" + "37363534333231", Hex.of(openpgp.command(old, fresh).bytes()));
            assertThrows(IllegalStateException.class, () -> change.command(old));
            assertThrows(IllegalStateException.class, () -> verify.command(old, fresh));
            assertEquals(6, old.length());
        }
        assertThrows(IllegalArgumentException.class,
                () -> new PinRequest(PinRequest.Kind.VERIFY, 0, 0x20, 0, 0x80, PinFormat.PIV, Duration.ofSeconds(256)));
    }

    @Test
    void aKeypadIsAskedOnlyForWhatItCan() {
        var six = new PinPad(true, false, OptionalInt.empty(), OptionalInt.of(6), Optional.empty(), Optional.empty(), Optional.empty());
        assertTrue(six.can(PinRequest.verify(0, 0x80, PinFormat.PIV)));
        assertFalse(six.can(PinRequest.verify(0, 0x80, PinFormat.ascii(7, 12))));
        assertFalse(six.can(PinRequest.change(0, 0x80, PinFormat.PIV)));
        assertFalse(PinPad.NONE.can(PinRequest.verify(0, 0x80, PinFormat.PIV)));
        var all = new PinPad(true, true, OptionalInt.empty(), OptionalInt.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        var counted = new PinFormat(PinFormat.Coding.ASCII, PinFormat.Length.BYTE, 0, 0, 4, 16);
        assertTrue(all.can(PinRequest.verify(0, 0, counted)));
        assertFalse(all.can(PinRequest.change(0, 0, counted)), "no reader knows where the second length goes");
    }
}
