// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.esc.apdu.CardException;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * The key history object (SP 800-73-4 part 1 §3.3.3).
 *
 * @param onCard  retired keys whose certificates are on the card
 * @param offCard retired keys whose certificates are elsewhere
 * @param url     where those are, may be empty
 */
public record KeyHistory(int onCard, int offCard, String url) {

    private static final Words WORDS = Words.of(KeyHistory.class);

    /** Tag of {@link #onCard}. */
    public static final int ON_CARD = 0xC1;
    /** Tag of {@link #offCard}. */
    public static final int OFF_CARD = 0xC2;
    /** Tag of {@link #url}. */
    public static final int URL = 0xF3;

    /** Reads an object's content. @throws CardException if it is no sequence of data objects */
    public static KeyHistory parse(byte[] content) throws CardException {
        try {
            List<Tlv> all = Tlv.parseAll(content);
            return new KeyHistory(number(all, ON_CARD), number(all, OFF_CARD),
                    PivTlv.value(all, URL).map(b -> new String(b, StandardCharsets.US_ASCII)).orElse(""));
        } catch (IllegalArgumentException e) {
            throw PivTlv.broken(WORDS.say("read the Key History Object"), e);
        }
    }

    private static int number(List<Tlv> all, int tag) {
        return PivTlv.value(all, tag).filter(b -> b.length == 1).map(b -> b[0] & 0xFF).orElse(0);
    }
}
