// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * A command APDU (ISO/IEC 7816-3 §12.1), cases 1 to 4, short and extended. Immutable. {@link #toString} shows the header
 * and lengths only, never data: data may hold a PIN or key.
 */
public final class CommandApdu {

    private static final Words WORDS = Words.of(CommandApdu.class);

    private final byte[] bytes;
    private final int dataOffset;
    private final int nc;
    private final int ne;

    private CommandApdu(byte[] bytes, int dataOffset, int nc, int ne) {
        this.bytes = bytes;
        this.dataOffset = dataOffset;
        this.nc = nc;
        this.ne = ne;
    }

    /** Case 1: the four header bytes alone. */
    public static CommandApdu of(int cla, int ins, int p1, int p2) {
        return of(cla, ins, p1, p2, new byte[0]);
    }

    /** Case 3, or case 1 when {@code data} is empty: no answer data expected. */
    public static CommandApdu of(int cla, int ins, int p1, int p2, byte[] data) {
        return build(cla, ins, p1, p2, data, -1);
    }

    /**
     * Case 2 or 4.
     *
     * @param ne greatest number of answer bytes expected, 1–65536 (256 and below goes as a short Le when the data is short too)
     */
    public static CommandApdu of(int cla, int ins, int p1, int p2, byte[] data, int ne) {
        if (ne < 1 || ne > 65536) {
            throw new IllegalArgumentException(WORDS.say("Ne must be 1 to 65536, not {0}", ne));
        }
        return build(cla, ins, p1, p2, data, ne);
    }

    /**
     * Case 1 to 4 with a part of an array as data, for callers that work in a buffer of their own.
     *
     * @param ne greatest number of answer bytes expected, 1–65536; empty for no Le
     * @throws IndexOutOfBoundsException if the array has no such part
     */
    public static CommandApdu of(int cla, int ins, int p1, int p2, byte[] from, int offset, int length, OptionalInt ne) {
        return of(cla, ins, p1, p2, from, offset, length, ne, false);
    }

    /**
     * As the form without it, for those who care how the lengths are coded.
     *
     * @param extended true for extended lengths even where short ones would do. What needs them has them anyway; without data and Le there
     *                 is nothing to extend
     */
    public static CommandApdu of(int cla, int ins, int p1, int p2, byte[] from, int offset, int length, OptionalInt ne, boolean extended) {
        Objects.checkFromIndexSize(offset, length, from.length);
        if (ne.isPresent() && (ne.getAsInt() < 1 || ne.getAsInt() > 65536)) {
            throw new IllegalArgumentException(WORDS.say("Ne must be 1 to 65536, not {0}", ne.getAsInt()));
        }
        return build(cla, ins, p1, p2, from, offset, length, ne.orElse(-1), extended);
    }

    private static CommandApdu build(int cla, int ins, int p1, int p2, byte[] data, int ne) {
        return build(cla, ins, p1, p2, data, 0, data.length, ne, false);
    }

    private static CommandApdu build(int cla, int ins, int p1, int p2, byte[] data, int offset, int nc, int ne, boolean asked) {
        if (nc > 65535) {
            throw new IllegalArgumentException(WORDS.say("A command carries at most 65535 data bytes, not {0}", nc));
        }
        boolean extended = asked || nc > 255 || ne > 256;
        int lcLength = nc == 0 ? 0 : extended ? 3 : 1;
        int leLength = ne < 0 ? 0 : !extended ? 1 : nc == 0 ? 3 : 2;
        byte[] b = new byte[4 + lcLength + nc + leLength];
        b[0] = (byte) cla;
        b[1] = (byte) ins;
        b[2] = (byte) p1;
        b[3] = (byte) p2;
        if (lcLength == 1) {
            b[4] = (byte) nc;
        } else if (lcLength == 3) {
            b[5] = (byte) (nc >> 8);
            b[6] = (byte) nc;
        }
        System.arraycopy(data, offset, b, 4 + lcLength, nc);
        if (leLength > 0) {
            b[b.length - 1] = (byte) ne;
            if (leLength > 1) {
                b[b.length - 2] = (byte) (ne >> 8);
            }
        }
        return new CommandApdu(b, 4 + lcLength, nc, Math.max(ne, 0));
    }

    /**
     * Reads the bytes as sent. The exact bytes are kept, so {@link #bytes()} gives them back unchanged. A fifth byte of zero
     * with nothing behind it is Le (case 2); {@code Lc = 00} followed by an Le, as some TPS versions write it, is taken as no data.
     *
     * @throws IllegalArgumentException if the lengths do not fit the bytes
     */
    public static CommandApdu parse(byte[] raw) {
        byte[] b = raw.clone();
        int n = b.length;
        if (n < 4) {
            throw new IllegalArgumentException(WORDS.say("A command APDU has at least 4 bytes, not {0}", n));
        }
        if (n == 4) {
            return new CommandApdu(b, 4, 0, 0);
        }
        int b5 = b[4] & 0xFF;
        if (n == 5) {
            return new CommandApdu(b, 5, 0, b5 == 0 ? 256 : b5);
        }
        if (b5 != 0) {
            if (n == 5 + b5) {
                return new CommandApdu(b, 5, b5, 0);
            }
            if (n == 6 + b5) {
                int le = b[n - 1] & 0xFF;
                return new CommandApdu(b, 5, b5, le == 0 ? 256 : le);
            }
            throw new IllegalArgumentException(WORDS.say("Lc says {0} bytes, {1} follow it", b5, n - 5));
        }
        if (n == 6) {
            int le = b[5] & 0xFF;
            return new CommandApdu(b, 5, 0, le == 0 ? 256 : le);
        }
        int length = (b[5] & 0xFF) << 8 | b[6] & 0xFF;
        if (n == 7) {
            return new CommandApdu(b, 7, 0, length == 0 ? 65536 : length);
        }
        if (length == 0) {
            throw new IllegalArgumentException(WORDS.say("An extended Lc of zero is not allowed"));
        }
        if (n == 7 + length) {
            return new CommandApdu(b, 7, length, 0);
        }
        if (n == 9 + length) {
            int le = (b[n - 2] & 0xFF) << 8 | b[n - 1] & 0xFF;
            return new CommandApdu(b, 7, length, le == 0 ? 65536 : le);
        }
        throw new IllegalArgumentException(WORDS.say("Extended Lc says {0} bytes, {1} follow it", length, n - 7));
    }

    /**
     * These bytes as they are, even if their lengths do not fit them: then all behind the header counts as data. For who wants to see how a card takes that.
     *
     * @throws IllegalArgumentException if there are fewer than 4 bytes
     * @since 1.2
     */
    public static CommandApdu asItIs(byte[] raw) {
        try {
            return parse(raw);
        } catch (IllegalArgumentException e) {
            if (raw.length < 4) {
                throw e;
            }
            return new CommandApdu(raw.clone(), 4, raw.length - 4, 0);
        }
    }

    /** As {@link #parse(byte[])}, from hexadecimal text. */
    public static CommandApdu parse(String hex) {
        return parse(Hex.parse(hex));
    }

    /** SELECT by AID, first or only occurrence, with Le 00 (ISO/IEC 7816-4 §11.2.2). */
    public static CommandApdu select(Aid aid) {
        return of(0x00, 0xA4, 0x04, 0x00, aid.bytes(), 256);
    }

    /** Class byte, 0–255. */
    public int cla() {
        return bytes[0] & 0xFF;
    }

    /** True when the class byte announces secure messaging (ISO/IEC 7816-4 §5.4.1; GlobalPlatform's 84 and E4 are coded alike). */
    public boolean isWrapped() {
        // FF is no card's class but the reader's own (PC/SC part 3)
        return cla() != 0xFF && ((cla() & 0x40) == 0 ? (cla() & 0x0C) != 0 : (cla() & 0x20) != 0);
    }

    /** Instruction byte, 0–255. */
    public int ins() {
        return bytes[1] & 0xFF;
    }

    /** First parameter byte, 0–255. */
    public int p1() {
        return bytes[2] & 0xFF;
    }

    /** Second parameter byte, 0–255. */
    public int p2() {
        return bytes[3] & 0xFF;
    }

    /** Number of data bytes, 0–65535. */
    public int nc() {
        return nc;
    }

    /** A copy of the data field. */
    public byte[] data() {
        return Arrays.copyOfRange(bytes, dataOffset, dataOffset + nc);
    }

    /**
     * Copies the data field into an array of the caller.
     *
     * @return {@link #nc}
     * @throws IndexOutOfBoundsException if it does not fit behind {@code at}
     */
    public int dataInto(byte[] target, int at) {
        System.arraycopy(bytes, dataOffset, target, at, nc);
        return nc;
    }

    /** Greatest number of answer bytes expected, 1–65536; empty when the command has no Le. */
    public OptionalInt ne() {
        return ne == 0 ? OptionalInt.empty() : OptionalInt.of(ne);
    }

    /** True when lengths are coded in extended form. */
    public boolean isExtended() {
        return bytes.length >= 7 && bytes[4] == 0;
    }

    /** A copy of all bytes, as they go over the wire. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** The same command with another Le; one with extended lengths stays so. */
    public CommandApdu withNe(int newNe) {
        return of(cla(), ins(), p1(), p2(), bytes, dataOffset, nc, OptionalInt.of(newNe), isExtended());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CommandApdu that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return Hex.of(Arrays.copyOf(bytes, 4)) + (nc > 0 ? " [" + nc + " bytes]" : "") + (ne > 0 ? " Le=" + ne : "");
    }
}
