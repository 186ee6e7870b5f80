// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;

/**
 * Exchanges with a card, written down as text: a line {@code ATR 3B…}, then {@code > command} and {@code < answer} in turn, in hexadecimal
 * digits; blanks, empty lines and lines that begin with {@code #} do not count. Played back, a command gets the answer that came to it
 * after the exchange before; one that was never sent gets {@code 6D00}, an application that was never selected {@code 6A82}.
 *
 * @param atr       the card's answer to reset
 * @param exchanges in their order
 */
public record Recording(Atr atr, List<Exchange> exchanges) {

    public Recording {
        exchanges = List.copyOf(exchanges);
    }

    /** A command and its answer, in upper-case hexadecimal digits. */
    public record Exchange(String command, String answer) {
    }

    /** Reads a recording. @throws IllegalArgumentException naming the line that makes no sense */
    public static Recording parse(String text) {
        Atr atr = Atr.UNKNOWN;
        var exchanges = new ArrayList<Exchange>();
        String command = "";
        int number = 0;
        for (String raw : text.lines().toList()) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                if (line.startsWith("ATR ")) {
                    atr = Atr.of(line.substring(4));
                } else if (line.startsWith(">") && command.isEmpty()) {
                    command = Hex.of(CommandApdu.parse(Hex.parse(line.substring(1))).bytes());
                } else if (line.startsWith("<") && !command.isEmpty()) {
                    exchanges.add(new Exchange(command, Hex.of(ResponseApdu.parse(Hex.parse(line.substring(1))).bytes())));
                    command = "";
                } else {
                    throw new IllegalArgumentException("a command needs its answer");
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("Line " + number + " of the recording: " + e.getMessage(), e);
            }
        }
        return new Recording(atr, exchanges);
    }

    /** Reads a recording that lies beside a class. @throws IllegalArgumentException if there is none */
    public static Recording beside(Class<?> test, String name) {
        try (InputStream in = test.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("There is no " + name + " beside " + test.getName());
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A card that answers as recorded. */
    public TestCard card(String name) {
        return new TestCard(name, atr, Player::new);
    }

    private final class Player implements CardChannel {

        private int next;

        @Override
        public ResponseApdu transmit(CommandApdu command) throws EscException {
            String sent = Hex.of(command.bytes());
            for (int i = 0; i < exchanges.size(); i++) {
                // from where the last answer was taken, and round
                Exchange x = exchanges.get((next + i) % exchanges.size());
                if (x.command().equals(sent)) {
                    next = (next + i + 1) % exchanges.size();
                    return ResponseApdu.parse(Hex.parse(x.answer()));
                }
            }
            return ResponseApdu.of(command.ins() == 0xA4 ? 0x6A82 : 0x6D00);
        }

        @Override
        public void close() {
            // nothing to let go of
        }
    }
}
