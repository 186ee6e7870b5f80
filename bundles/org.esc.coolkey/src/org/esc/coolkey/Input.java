// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.util.Arrays;
import org.esc.apdu.CardException;
import org.esc.apdu.Words;

/** Reads big-endian fields and never past the end. */
final class Input {

    private static final Words WORDS = Words.of(Input.class);

    private static final String STEP = WORDS.say("read the token's objects");

    private final byte[] b;
    private int at;

    Input(byte[] b) {
        this.b = b;
    }

    int left() {
        return b.length - at;
    }

    int int1() throws CardException {
        need(1);
        return b[at++] & 0xFF;
    }

    int int2() throws CardException {
        need(2);
        at += 2;
        return Numbers.int2(b, at - 2);
    }

    int int4() throws CardException {
        need(4);
        at += 4;
        return Numbers.int4(b, at - 4);
    }

    byte[] bytes(int n) throws CardException {
        need(n);
        at += n;
        return Arrays.copyOfRange(b, at - n, at);
    }

    void seek(int to) throws CardException {
        if (to < at || to > b.length) {
            throw broken(WORDS.say("an offset points outside of them"));
        }
        at = to;
    }

    private void need(int n) throws CardException {
        if (n > left()) {
            throw broken(WORDS.say("they are cut short"));
        }
    }

    static CardException broken(String why) {
        return new CardException(STEP, WORDS.say("The objects on the token cannot be read: {0}.", why));
    }
}
