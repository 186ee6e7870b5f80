// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.securechannel.OverheardChannel.Mac;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who has the keys and what passed reads it: sessions of real cards, and what is left when something is missing. */
class OverheardChannelTest {

    static List<RecordedSessionsTest.Recording> recordings() throws Exception {
        return RecordedSessionsTest.recordings();
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void sessionsOfRealCardsAreReadAndVerified(RecordedSessionsTest.Recording r) throws Exception {
        try (var keys = r.cardKeys(); var heard = OverheardChannel.begin(CardKeys.of(keys), r.parsed(), r.init().data())) {
            assertTrue(heard.isOfTheseKeys());
            var authentication = heard.authenticate(r.auth());
            assertTrue(authentication.hostKnows());
            assertEquals(Mac.FITS, authentication.mac());
            heard.opened();
            assertEquals(r.auth().p1(), heard.level().bits());
            for (String[] line : r.commands()) {
                var c = heard.command(CommandApdu.parse(line[0]));
                assertEquals(Mac.FITS, c.mac(), line[0]);
                assertTrue(c.plain().isPresent(), line[0]);
                if (line.length > 1) {
                    assertArrayEquals(CommandApdu.parse(line[1]).data(), c.plain().get().data());
                }
                if (line.length > 2 && heard.level().rMac()) {
                    var a = heard.answer(ResponseApdu.ok(Hex.parse(line[2])));
                    assertEquals(Mac.FITS, a.mac(), line[0]);
                }
            }
        }
    }

    @Test
    void otherKeysAreTold() throws Exception {
        var r = recordings().getFirst();
        try (var keys = KeySet.same(1, KeyType.DES3, Hex.parse("000102030405060708090A0B0C0D0E0F"));
                var heard = OverheardChannel.begin(CardKeys.of(keys), r.parsed(), r.init().data())) {
            assertFalse(heard.isOfTheseKeys());
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void behindACommandThatIsMaskedTheNextIsStillVerified(RecordedSessionsTest.Recording r) throws Exception {
        if (r.commands().size() < 2) {
            return;
        }
        try (var keys = r.cardKeys(); var heard = OverheardChannel.begin(CardKeys.of(keys), r.parsed(), r.init().data())) {
            heard.authenticate(r.auth());
            heard.opened();
            var first = CommandApdu.parse(r.commands().get(0)[0]);
            byte[] data = first.data();
            boolean des = heard.macIsWholeChain();
            byte[] mac = Arrays.copyOfRange(data, data.length - heard.scp().macLength(), data.length);
            byte[] zeros = first.bytes();
            Arrays.fill(zeros, 5, 5 + data.length, (byte) 0);
            heard.masked(CommandApdu.parse(zeros), des ? Optional.of(mac) : Optional.empty());
            heard.maskedAnswer();
            var next = heard.command(CommandApdu.parse(r.commands().get(1)[0]));
            assertEquals(des ? Mac.FITS : Mac.UNKNOWN, next.mac());
            // the MAC is all that is missing: what it protects is read
            assertTrue(next.plain().isPresent());
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void anAlteredCommandIsFoundAndTheNextReadAgain(RecordedSessionsTest.Recording r) throws Exception {
        if (r.commands().size() < 2) {
            return;
        }
        try (var keys = r.cardKeys(); var heard = OverheardChannel.begin(CardKeys.of(keys), r.parsed(), r.init().data())) {
            heard.authenticate(r.auth());
            heard.opened();
            byte[] altered = CommandApdu.parse(r.commands().get(0)[0]).bytes();
            altered[3] ^= 1;
            assertEquals(Mac.WRONG, heard.command(CommandApdu.parse(altered)).mac());
            assertEquals(heard.macIsWholeChain() ? Mac.FITS : Mac.UNKNOWN, heard.command(CommandApdu.parse(r.commands().get(1)[0])).mac());
        }
    }
}
