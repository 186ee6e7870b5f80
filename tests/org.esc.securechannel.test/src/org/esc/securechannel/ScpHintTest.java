// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.securechannel.HostAndCardTest.Card;
import org.junit.jupiter.api.Test;

/** Where the host has a card's options from. */
class ScpHintTest {

    private static final String SCP02_1A_AND_03_71 = "662A7328"
            + "06072A864886FC6B01" + "640B06092A864886FC6B04021A" + "640B06092A864886FC6B040371" + "0603550403";

    /** A card that answers GET DATA with this and nothing else. */
    private static CardChannel answering(String... answers) {
        var left = new ArrayList<>(List.of(answers));
        return new CardChannel() {
            @Override
            public ResponseApdu transmit(CommandApdu command) {
                return ResponseApdu.parse(Hex.parse(left.removeFirst()));
            }

            @Override
            public void close() {
                // nothing is held
            }
        };
    }

    @Test
    void cardDataGoBeforeWhatSomebodyTold() throws EscException {
        var told = Optional.of(new ScpVersion(2, 0x55));
        ScpHint hint = ScpHint.ask(answering(SCP02_1A_AND_03_71 + "9000"), told);
        assertEquals(List.of(new ScpVersion(2, 0x1A), new ScpVersion(3, 0x71)), hint.offered());
        // INITIALIZE UPDATE is tried: one of the two has it
        assertTrue(hint.implicit().isEmpty());
        assertEquals(told, hint.options(2));
        assertEquals(Optional.of(new ScpVersion(3, 0x71)), hint.options(3));
        String one = "66197317" + "06072A864886FC6B01" + "640B06092A864886FC6B040214" + "06";
        hint = ScpHint.ask(answering("6C1B", one.substring(0, one.length() - 2).replace("66197317", "66187316") + "9000"), told);
        assertEquals(Optional.of(new ScpVersion(2, 0x14)), hint.options(2));
        assertEquals(8, hint.challengeLength());
    }

    @Test
    void whatTheCardDoesNotTellSomebodyMayTell() throws EscException {
        for (String answer : new String[] {"6A88", "9000", "01020304059000", "6602730090009000", "66FF9000"}) {
            ScpHint hint = ScpHint.ask(answering(answer), Optional.of(new ScpVersion(3, 0x11)));
            assertEquals(List.of(), hint.offered());
            assertEquals(16, hint.challengeLength());
            assertTrue(hint.options(2).isEmpty());
        }
        assertEquals(8, ScpHint.NONE.challengeLength());
        assertTrue(ScpHint.NONE.implicit().isEmpty());
        assertTrue(ScpHint.of(new ScpVersion(2, 0x0A)).implicit().isPresent());
    }

    @Test
    void aChallengeOfTheOtherLengthIsTriedOnce() throws EscException {
        for (int i : new int[] {0x00, 0x01}) {
            for (int told : new int[] {0x00, 0x01}) {
                var scp = new ScpVersion(3, i);
                try (KeySet keys = KeySet.factory(1, KeyType.AES); Card card = new Card(scp, keys);
                        SecureChannel channel = SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, new SecureRandom(),
                                WireStyle.STANDARD, ScpHint.of(new ScpVersion(3, told))).authenticate(SecurityLevel.C_MAC_C_DEC)) {
                    assertEquals(scp, channel.scp());
                    assertTrue(channel.transmit(CommandApdu.of(0x80, 0xE2, 0, 0, new byte[20])).isOk());
                }
            }
        }
    }

    @Test
    void oneChallengeOfTheWrongLengthIsAClearError() {
        try (KeySet keys = KeySet.factory(1, KeyType.AES); Card card = new Card(new ScpVersion(3, 0x71), keys)) {
            var problem = assertThrows(CardException.class,
                    () -> SecureChannel.initialize(card, CardKeys.of(keys), 0, 0, new byte[8])).problem();
            assertEquals("wrong-challenge-length", problem.code());
            assertTrue(problem.advice().contains("16"), problem.advice());
        }
        // a card that takes neither length says so itself
        try (KeySet keys = KeySet.factory(1, KeyType.AES)) {
            var problem = assertThrows(CardException.class, () -> SecureChannel.open(answering("6700", "6700"), CardKeys.of(keys), 0, 0,
                    SecurityLevel.C_MAC, new SecureRandom())).problem();
            assertEquals(0x6700, problem.sw().orElseThrow().value());
        }
    }
}
