// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CardException;
import org.esc.apdu.Words;

/**
 * A SIMPLE-TLV data object (ISO/IEC 7816-4 §6.2) as GSC-IS has it: a length from 255 on is FF and two bytes, the low one first.
 *
 * @param tag    1 to 254
 * @param value  its bytes
 * @param offset where the value begins in the buffer it came from
 */
public record Item(int tag, byte[] value, int offset) {

    private static final Words WORDS = Words.of(Item.class);

    public Item {
        value = value.clone();
    }

    @Override
    public byte[] value() {
        return value.clone();
    }

    /** The objects of one buffer; what is cut short at its end is left out. */
    public static List<Item> parse(byte[] b) {
        var list = new ArrayList<Item>();
        int at = 0;
        while (at + 2 <= b.length) {
            int tag = b[at] & 0xFF;
            int length = b[at + 1] & 0xFF;
            at += 2;
            if (length == 0xFF) {
                if (at + 2 > b.length) {
                    break;
                }
                length = b[at] & 0xFF | (b[at + 1] & 0xFF) << 8;
                at += 2;
            }
            if (length > b.length - at) {
                break;
            }
            list.add(new Item(tag, Arrays.copyOfRange(b, at, at + length), at));
            at += length;
        }
        return list;
    }

    /** The objects whose tags and lengths are in one buffer and whose values in another. @throws CardException if they do not fit */
    static List<Item> join(byte[] tags, byte[] values, String what) throws CardException {
        var list = new ArrayList<Item>();
        int at = 0;
        int from = 0;
        while (at < tags.length) {
            int head = at + 1 < tags.length && (tags[at + 1] & 0xFF) == 0xFF ? 4 : 2;
            if (at + head > tags.length) {
                throw new CardException(WORDS.say("read {0}", what), WORDS.say("The tags of {0} are cut short.", what));
            }
            int length = head == 2 ? tags[at + 1] & 0xFF : tags[at + 2] & 0xFF | (tags[at + 3] & 0xFF) << 8;
            if (length > values.length - from) {
                throw new CardException(WORDS.say("read {0}", what),
                        WORDS.say("Of {0} {1} bytes are announced where {2} are left.", what, length, values.length - from));
            }
            list.add(new Item(tags[at] & 0xFF, Arrays.copyOfRange(values, from, from + length), from));
            from += length;
            at += head;
        }
        return list;
    }

    /** The value of the first object with a tag. */
    public static Optional<byte[]> find(List<Item> items, int tag) {
        return items.stream().filter(i -> i.tag == tag).findFirst().map(Item::value);
    }
}
