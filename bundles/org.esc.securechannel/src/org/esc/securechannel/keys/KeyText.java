// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;

/** Keys as people write them: hexadecimal digits, one key for all three or {@code ENC:MAC:DEK}. Makes no strings of them. */
final class KeyText {

    private static final Words WORDS = Words.of(KeyText.class);

    private static final String STEP = WORDS.say("read the keys");

    private KeyText() {
    }

    /**
     * Reads three keys.
     *
     * @param from where they come from, in words
     * @return ENC, MAC, DEK, for the caller to erase
     * @throws EscException USAGE if these are no keys; the message holds nothing of them
     */
    static byte[][] parse(Secret text, String from) throws EscException {
        char[] chars = text.chars();
        List<byte[]> keys = new ArrayList<>();
        boolean good = false;
        try {
            int start = 0;
            for (int i = 0; i <= chars.length; i++) {
                if (i == chars.length || chars[i] == ':') {
                    keys.add(key(chars, start, i, from));
                    start = i + 1;
                }
            }
            if (keys.size() == 1) {
                keys.add(keys.getFirst().clone());
                keys.add(keys.getFirst().clone());
            }
            if (keys.size() != 3) {
                throw bad(WORDS.say("{0} holds {1} keys.", from, keys.size()));
            }
            if (keys.get(1).length != keys.get(0).length || keys.get(2).length != keys.get(0).length) {
                throw bad(WORDS.say("The three keys of {0} have different lengths.", from));
            }
            good = true;
            return keys.toArray(byte[][]::new);
        } finally {
            Arrays.fill(chars, '\0');
            if (!good) {
                keys.forEach(k -> Arrays.fill(k, (byte) 0));
            }
        }
    }

    private static byte[] key(char[] chars, int start, int end, String from) throws EscException {
        byte[] bytes = new byte[32];
        int digits = 0;
        try {
            for (int i = start; i < end; i++) {
                if (Character.isWhitespace(chars[i])) {
                    continue;
                }
                int digit = Character.digit(chars[i], 16);
                if (digit < 0) {
                    throw bad(WORDS.say("{0} holds a character that is no hexadecimal digit.", from));
                }
                if (digits < 64) {
                    bytes[digits / 2] |= (byte) (digits % 2 == 0 ? digit << 4 : digit);
                }
                digits++;
            }
            if (digits != 32 && digits != 48 && digits != 64) {
                throw bad(WORDS.say("{0} holds a key of {1} hexadecimal digits.", from, digits));
            }
            return Arrays.copyOf(bytes, digits / 2);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static EscException bad(String message) {
        return Problem.of(Fault.USAGE, STEP, message).code("bad-keys")
                .advice(WORDS.say("Give one key of 32, 48 or 64 hexadecimal digits, or three of them as ENC:MAC:DEK.")).exception();
    }
}
