// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.fake;

import java.util.Arrays;
import java.util.Random;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;

/** A card between which and its host something spoils the answers. Whoever asks it without end is told so by an {@link AssertionError}. */
public final class NoisyCard implements CardChannel {

    private static final int MOST_COMMANDS = 20_000;

    private final CardChannel honest;
    private final Random random;
    private final int honesty;
    private final int[] words;
    private int commands;

    /**
     * In front of a card.
     *
     * @param honest  the card
     * @param random  says what is spoilt, and how
     * @param honesty of ten answers so many are left as they are, in the mean
     * @param words   status words that spoilt answers have
     */
    public NoisyCard(CardChannel honest, Random random, int honesty, int... words) {
        this.honest = honest;
        this.random = random;
        this.honesty = honesty;
        this.words = words.clone();
    }

    @Override
    public ResponseApdu transmit(CommandApdu command) throws EscException {
        if (++commands > MOST_COMMANDS) {
            throw new AssertionError("the driver never ends");
        }
        ResponseApdu answer = honest.transmit(command);
        if (random.nextInt(10) < honesty) {
            return answer;
        }
        byte[] data = random.nextBoolean() ? answer.data() : new byte[random.nextInt(257)];
        if (random.nextInt(3) == 0) {
            data = Arrays.copyOf(data, random.nextInt(data.length + 1));
        }
        for (int i = 0; i < 4 && data.length > 0; i++) {
            data[random.nextInt(data.length)] = (byte) random.nextInt();
        }
        return ResponseApdu.of(data, words[random.nextInt(words.length)]);
    }

    @Override
    public void close() {
        // the card stays
    }
}
