// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sessions of real cards, from the recordings beside this class: our card end takes each command as the real one did, and our host end,
 * given what the card end found in it, makes the same bytes again.
 */
class RecordedSessionsTest {

    record Recording(String name, boolean visa2, List<byte[]> keys, CommandApdu init, byte[] answer, CommandApdu auth,
            List<String[]> commands) {

        @Override
        public String toString() {
            return name;
        }

        KeySet cardKeys() {
            InitUpdateResponse card = parsed();
            KeyType type = card.scp().keyType();
            KeySet given = KeySet.of(card.keyVersion(), type, keys.get(0), keys.get(1), keys.get(2));
            return visa2 ? Diversification.VISA2.derive(given, card.kdd(), card.keyVersion()) : given;
        }

        InitUpdateResponse parsed() {
            try {
                return InitUpdateResponse.parse(answer);
            } catch (org.esc.apdu.CardException e) {
                throw new AssertionError(name, e);
            }
        }
    }

    static List<Recording> recordings() throws IOException {
        String text;
        try (var in = RecordedSessionsTest.class.getResourceAsStream("recorded-sessions.txt")) {
            text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        }
        var list = new ArrayList<Recording>();
        for (String block : text.split("\nsession ")) {
            if (block.startsWith("#")) {
                continue;
            }
            String[] lines = block.split("\n");
            boolean visa2 = lines[1].contains("visa2");
            String[] init = lines[2].split(" ");
            list.add(new Recording(lines[0], visa2,
                    Arrays.stream(lines[1].split(" ")).skip(visa2 ? 2 : 1).map(Hex::parse).toList(), CommandApdu.parse(init[1]),
                    Hex.parse(init[2]), CommandApdu.parse(lines[3].split(" ")[1]),
                    Arrays.stream(lines).skip(4).map(l -> Arrays.copyOfRange(l.split(" "), 1, l.split(" ").length)).toList()));
        }
        return list;
    }

    @Test
    void thereAreAllOfThem() throws IOException {
        assertEquals(12, recordings().size());
        assertEquals(31, recordings().stream().mapToInt(r -> r.commands.size()).sum());
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void bothEndsDoAsThen(Recording r) throws Exception {
        var level = new SecurityLevel(r.auth.p1());
        InitUpdateResponse real = r.parsed();
        try (KeySet keys = r.cardKeys(); var card = new CardSecureChannel()) {
            byte[] answer = card.initializeUpdate(keys, real.scp(), real.kdd(), r.init.data(), real.sequence().orElse(0),
                    real.challenge());
            assertArrayEquals(r.answer, answer);
            var sent = new ArrayList<String>();
            var answers = new ArrayList<>(List.of(ResponseApdu.ok(answer), ResponseApdu.ok()));
            var channel = new CardChannel() {
                @Override
                public ResponseApdu transmit(CommandApdu c) {
                    sent.add(Hex.of(c.bytes()));
                    return answers.isEmpty() ? ResponseApdu.of(0x6A88) : answers.removeFirst();
                }

                @Override
                public void close() {
                    // nothing is held
                }
            };
            try (var host = SecureChannel.initialize(channel, CardKeys.of(keys), 0, 0, r.init.data(), WireStyle.STANDARD,
                    java.util.Optional.of(real.scp())).authenticate(level)) {
                card.externalAuthenticate(r.auth);
                for (String[] c : r.commands) {
                    CommandApdu wrapped = CommandApdu.parse(c[0]);
                    CommandApdu plain = card.unwrap(wrapped);
                    if (c.length > 1) {
                        assertArrayEquals(CommandApdu.parse(c[1]).data(), plain.data());
                        answers.add(ResponseApdu.ok(Hex.parse(c[2])));
                        ResponseApdu back = host.transmit(plain);
                        assertArrayEquals(Hex.parse(c[2]), card.wrap(back).data());
                    } else {
                        host.transmit(plain);
                    }
                    assertEquals(plain.ins() == 0x40 ? Hex.of(wrapped.bytes()) + "00" : Hex.of(wrapped.bytes()), sent.getLast());
                }
            }
            assertEquals(Hex.of(r.auth.bytes()), sent.get(1));
        }
    }
}
