// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.util.Arrays;

/** An answer to reset, 2 to 33 bytes (ISO/IEC 7816-3 §8.2). Immutable; equal by value. An empty one stands for "not known". */
public final class Atr {

    private static final Words WORDS = Words.of(Atr.class);

    /** No ATR known, for example of a card behind a network. */
    public static final Atr UNKNOWN = new Atr(new byte[0]);

    private final byte[] bytes;

    private Atr(byte[] bytes) {
        this.bytes = bytes;
    }

    /** From its bytes. @throws IllegalArgumentException unless there are 2 to 33 */
    public static Atr of(byte[] bytes) {
        if (bytes.length < 2 || bytes.length > 33) {
            throw new IllegalArgumentException(WORDS.say("An ATR has 2 to 33 bytes, not {0}", bytes.length));
        }
        return new Atr(bytes.clone());
    }

    /** From hexadecimal text. */
    public static Atr of(String hex) {
        return of(Hex.parse(hex));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The historical bytes (up to 15), empty if the ATR is unknown or cut short. */
    public byte[] historicalBytes() {
        if (bytes.length < 2) {
            return new byte[0];
        }
        int count = bytes[1] & 0x0F;
        int y = (bytes[1] & 0xF0) >> 4;
        int at = 2;
        while (y != 0) {
            int td = -1;
            for (int bit = 0; bit < 4; bit++) {
                if ((y & 1 << bit) != 0) {
                    if (bit == 3 && at < bytes.length) {
                        td = bytes[at] & 0xFF;
                    }
                    at++;
                }
            }
            y = td < 0 ? 0 : td >> 4;
        }
        int end = Math.min(at + count, bytes.length);
        return at >= end ? new byte[0] : Arrays.copyOfRange(bytes, at, end);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Atr that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return Hex.of(bytes);
    }
}
