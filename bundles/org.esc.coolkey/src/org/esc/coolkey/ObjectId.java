// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

/**
 * The four-byte name of an object on the card: a letter for its kind, a character for its index, two zero bytes. Index characters are
 * {@code 0–9}, {@code A–Z} (10–35), {@code a–z} (36–61).
 *
 * @param value the four bytes, big endian
 */
public record ObjectId(int value) implements Comparable<ObjectId> {

    /** The combined object that holds all others. */
    public static final ObjectId COMBINED = of('z', 0);
    /** The I/O buffer. */
    public static final ObjectId IO = new ObjectId(0xFFFFFFFF);
    /** The other name of the I/O buffer. */
    public static final ObjectId IO_ALIAS = new ObjectId(0xFFFFFFFE);
    /** The temporary object in which a TPS puts a wrapped key for import. */
    public static final ObjectId KEY_BLOB = new ObjectId(0xFF00FFF3);

    /** A conventional id. @throws IllegalArgumentException unless the index is 0–61 */
    public static ObjectId of(char letter, int index) {
        char c;
        if (index >= 0 && index < 10) {
            c = (char) ('0' + index);
        } else if (index >= 10 && index < 36) {
            c = (char) ('A' + index - 10);
        } else if (index >= 36 && index < 62) {
            c = (char) ('a' + index - 36);
        } else {
            throw new IllegalArgumentException("An object index is 0 to 61, not " + index);
        }
        return new ObjectId((letter & 0xFF) << 24 | c << 16);
    }

    /** From four bytes at an offset. */
    public static ObjectId of(byte[] bytes, int offset) {
        return new ObjectId(Numbers.int4(bytes, offset));
    }

    /** The letter for the kind: c, C, k, d, r, z; any character for ids that do not follow the convention. */
    public char letter() {
        return (char) (value >>> 24);
    }

    /** The index 0–61, or -1 if the id does not follow the convention. */
    public int index() {
        int c = value >> 16 & 0xFF;
        if ((value & 0xFFFF) != 0) {
            return -1;
        }
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        if (c >= 'A' && c <= 'Z') {
            return c - 'A' + 10;
        }
        return c >= 'a' && c <= 'z' ? c - 'a' + 36 : -1;
    }

    /** True for both names of the I/O buffer. */
    public boolean isIo() {
        return equals(IO) || equals(IO_ALIAS);
    }

    /** The four bytes. */
    public byte[] bytes() {
        return Numbers.bytes4(value);
    }

    @Override
    public int compareTo(ObjectId other) {
        return Integer.compareUnsigned(value, other.value);
    }

    /** {@code c1} where the convention is followed, else eight hexadecimal digits. */
    @Override
    public String toString() {
        boolean letter = letter() >= 'A' && letter() <= 'Z' || letter() >= 'a' && letter() <= 'z';
        return letter && index() >= 0 ? "" + letter() + (char) (value >> 16 & 0xFF) : String.format("%08X", value);
    }
}
