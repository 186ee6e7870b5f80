// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.List;
import java.util.OptionalLong;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * Extended card resources, GET DATA FF21 (ETSI TS 102 226 §8.2.1.7.2).
 *
 * @param applications   applications installed
 * @param freePersistent free persistent memory in bytes
 * @param freeTransient  free transient memory in bytes
 */
public record CardMemory(OptionalLong applications, OptionalLong freePersistent, OptionalLong freeTransient) {

    private static final Words WORDS = Words.of(CardMemory.class);

    /** Reads the answer. @throws IllegalArgumentException if it is no such data object */
    public static CardMemory parse(byte[] answer) {
        Tlv data = Tlv.find(Tlv.parseAll(answer), 0xFF21)
                .orElseThrow(() -> new IllegalArgumentException(WORDS.say("The card resources FF21 are missing")));
        List<Tlv> parts = data.children();
        return new CardMemory(number(parts, 0x81), number(parts, 0x82), number(parts, 0x83));
    }

    /** The answer's bytes. */
    public static byte[] encode(int applications, int freePersistent, int freeTransient) {
        return Tlv.of(0xFF21, List.of(Tlv.of(0x81, (byte) applications), Tlv.of(0x82, four(freePersistent)),
                Tlv.of(0x83, four(freeTransient)))).encoded();
    }

    private static byte[] four(int n) {
        return new byte[] {(byte) (n >> 24), (byte) (n >> 16), (byte) (n >> 8), (byte) n};
    }

    private static OptionalLong number(List<Tlv> parts, int tag) {
        for (Tlv t : parts) {
            if (t.tag() == tag && t.length() > 0 && t.length() <= 7) {
                long n = 0;
                for (byte b : t.value()) {
                    n = n << 8 | b & 0xFF;
                }
                return OptionalLong.of(n);
            }
        }
        return OptionalLong.empty();
    }
}
