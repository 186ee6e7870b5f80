// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A BER-TLV data object (ISO/IEC 7816-4 §6.3): tag of 1 to 3 bytes, definite length of up to 4 bytes. Immutable.
 */
public final class Tlv {

    private static final Words WORDS = Words.of(Tlv.class);

    private static final int MAX_DEPTH = 32;

    private final int tag;
    private final byte[] value;

    private Tlv(int tag, byte[] value) {
        this.tag = tag;
        this.value = value;
    }

    /** A data object. The tag is written as it reads: {@code 0x9F7F}, {@code 0x66}. */
    public static Tlv of(int tag, byte... value) {
        return new Tlv(tag, value.clone());
    }

    /** A constructed data object of the given children. */
    public static Tlv of(int tag, List<Tlv> children) {
        var out = new ByteArrayOutputStream();
        children.forEach(c -> out.writeBytes(c.encoded()));
        return new Tlv(tag, out.toByteArray());
    }

    /**
     * A data object and where it lies in what was parsed.
     *
     * @param tlv         the data object
     * @param offset      of its tag's first byte
     * @param valueOffset of its value's first byte
     */
    public record Placed(Tlv tlv, int offset, int valueOffset) {

        /** Tag, length and value: how many bytes. */
        public int length() {
            return valueOffset - offset + tlv.length();
        }
    }

    /**
     * Reads all data objects of {@code bytes}; padding bytes 00 between them are skipped.
     *
     * @throws IllegalArgumentException if a length runs over the end or a form is not allowed
     */
    public static List<Tlv> parseAll(byte[] bytes) {
        return parsePlaced(bytes).stream().map(Placed::tlv).toList();
    }

    /** As {@link #parseAll}, with the place of each. */
    public static List<Placed> parsePlaced(byte[] bytes) {
        return parse(bytes, false);
    }

    /**
     * Reads the beginning of data objects, of which not all bytes are there: the last one may have fewer value bytes than its length says, and ends
     * with them. Bytes that begin no data object end the list.
     */
    public static List<Placed> parseBeginning(byte[] bytes) {
        return parse(bytes, true);
    }

    private static List<Placed> parse(byte[] bytes, boolean cut) {
        var list = new ArrayList<Placed>();
        int at = 0;
        while (at < bytes.length) {
            if (bytes[at] == 0) {
                at++;
                continue;
            }
            try {
                Placed next = placed(bytes, at, cut);
                list.add(next);
                at += next.length();
            } catch (IllegalArgumentException e) {
                if (cut) {
                    break;
                }
                throw e;
            }
        }
        return List.copyOf(list);
    }

    /** Without a stack trace, which takes longer than all the rest: whoever looks at bytes of unknown meaning asks whether they are data objects. */
    private static final class NotWellFormed extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        NotWellFormed(String message) {
            super(message);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    private static Placed placed(byte[] bytes, int offset, boolean cut) {
        int at = offset;
        int tag = bytes[at++] & 0xFF;
        if ((tag & 0x1F) == 0x1F) {
            int more = 0;
            int b;
            do {
                if (at >= bytes.length || ++more > 2) {
                    throw new NotWellFormed(WORDS.say("Tag cut short or longer than 3 bytes at offset {0}", at));
                }
                b = bytes[at++] & 0xFF;
                tag = tag << 8 | b;
            } while ((b & 0x80) != 0);
        }
        if (at >= bytes.length) {
            throw new NotWellFormed(WORDS.say("No length behind tag {0}", Integer.toHexString(tag)));
        }
        int length = bytes[at++] & 0xFF;
        if (length >= 0x80) {
            int count = length & 0x7F;
            if (count == 0 || count > 4 || at + count > bytes.length) {
                throw new NotWellFormed(WORDS.say("Length form not allowed or cut short behind tag {0}", Integer.toHexString(tag)));
            }
            long l = 0;
            for (int i = 0; i < count; i++) {
                l = l << 8 | bytes[at++] & 0xFF;
            }
            length = l > bytes.length ? Integer.MAX_VALUE : (int) l;
        }
        if (length > bytes.length - at) {
            if (!cut) {
                throw new NotWellFormed(
                        WORDS.say("Tag {0} says more bytes than the {1} that follow", Integer.toHexString(tag), bytes.length - at));
            }
            length = bytes.length - at;
        }
        byte[] value = new byte[length];
        System.arraycopy(bytes, at, value, 0, length);
        return new Placed(new Tlv(tag, value), offset, at);
    }

    /** The first data object with this tag among {@code list} or, depth first, inside its constructed ones. */
    public static Optional<Tlv> find(List<Tlv> list, int tag) {
        return find(list, tag, 0);
    }

    private static Optional<Tlv> find(List<Tlv> list, int tag, int depth) {
        for (Tlv t : list) {
            if (t.tag == tag) {
                return Optional.of(t);
            }
            if (t.isConstructed() && depth < MAX_DEPTH) {
                try {
                    var inner = find(t.children(), tag, depth + 1);
                    if (inner.isPresent()) {
                        return inner;
                    }
                } catch (IllegalArgumentException _) {
                    // not really constructed: its value simply does not hold the tag looked for
                }
            }
        }
        return Optional.empty();
    }

    /** The tag, as it reads in hexadecimal. */
    public int tag() {
        return tag;
    }

    /** A copy of the value. */
    public byte[] value() {
        return value.clone();
    }

    /** Number of value bytes. */
    public int length() {
        return value.length;
    }

    /** True if bit 6 of the first tag byte says that the value is made of data objects. */
    public boolean isConstructed() {
        int first = tag > 0xFFFF ? tag >> 16 : tag > 0xFF ? tag >> 8 : tag;
        return (first & 0x20) != 0;
    }

    /** The data objects inside. @throws IllegalArgumentException if the value is no sequence of data objects */
    public List<Tlv> children() {
        return parseAll(value);
    }

    /** Tag ‖ length ‖ value. */
    public byte[] encoded() {
        var out = new ByteArrayOutputStream(value.length + 6);
        for (int shift = 24; shift >= 0; shift -= 8) {
            if (shift == 0 || tag >>> shift != 0) {
                out.write(tag >>> shift);
            }
        }
        int n = value.length;
        if (n < 0x80) {
            out.write(n);
        } else {
            int count = n > 0xFFFFFF ? 4 : n > 0xFFFF ? 3 : n > 0xFF ? 2 : 1;
            out.write(0x80 | count);
            for (int shift = 8 * (count - 1); shift >= 0; shift -= 8) {
                out.write(n >>> shift);
            }
        }
        out.writeBytes(value);
        return out.toByteArray();
    }

    @Override
    public String toString() {
        return String.format("%02X[%d]", tag, value.length);
    }
}
