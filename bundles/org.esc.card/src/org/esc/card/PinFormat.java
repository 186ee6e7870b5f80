// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.util.Arrays;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;

/**
 * How an applet wants a PIN in a command's data field. One description serves both ways of entry: {@link #block} puts a PIN typed at the
 * computer into its field, and a reader with a keypad is told to do the same (PC/SC part 10, the {@code bm…} fields of PIN_VERIFY).
 * The PIN is justified left.
 *
 * @param coding    how a digit is written
 * @param length    what stands before the PIN
 * @param blockSize bytes of the block behind {@code length}, 1–15; 0 if it is as long as the PIN
 * @param padding   the byte that fills a block, 0–255; nibbles of it behind an odd BCD digit
 * @param min       fewest digits, 1–255
 * @param max       most digits, {@code min}–255
 */
public record PinFormat(Coding coding, Length length, int blockSize, int padding, int min, int max) {

    private static final Words WORDS = Words.of(PinFormat.class);

    /** Ways to write a digit. */
    public enum Coding {
        /** A byte each, {@code 30}–{@code 39}; typed at the computer, any other character of UTF-8, too. */
        ASCII,
        /** Four bits each, the first digit in the higher ones. */
        BCD
    }

    /** What stands before a PIN. */
    public enum Length {
        /** Nothing. */
        NONE,
        /** A byte with the number of digits. */
        BYTE,
        /** The control byte {@code 2n} of ISO 9564-1 format 2, {@code n} being the number of digits. */
        CONTROL
    }

    /** The key reference data of PIV cards: six to eight digits, filled up to eight bytes with FF (SP 800-73-4 part 2 §2.4.3). */
    public static final PinFormat PIV = new PinFormat(Coding.ASCII, Length.NONE, 8, 0xFF, 6, 8);

    /** ISO 9564-1 format 2: {@code 2n}, digits as BCD, filled up to eight bytes with F; 4 to 12 digits. */
    public static final PinFormat FORMAT_2 = new PinFormat(Coding.BCD, Length.CONTROL, 7, 0xFF, 4, 12);

    public PinFormat {
        boolean fits = blockSize == 0 || (coding == Coding.ASCII ? max : (max + 1) / 2) <= blockSize;
        if (blockSize < 0 || blockSize > 15 || padding < 0 || padding > 255 || min < 1 || max < min || max > 255 || !fits
                || length == Length.CONTROL && (max > 15 || blockSize == 0)) {
            throw new IllegalArgumentException("No card takes such a PIN: " + blockSize + " bytes for " + min + " to " + max + " digits");
        }
    }

    /** A PIN in ASCII, as long as it is. */
    public static PinFormat ascii(int min, int max) {
        return new PinFormat(Coding.ASCII, Length.NONE, 0, 0, min, max);
    }

    /** The field without a PIN in it, as a keypad gets it to fill in. */
    public byte[] empty() {
        int at = position();
        byte[] field = new byte[at + blockSize];
        Arrays.fill(field, at, field.length, (byte) padding);
        if (length == Length.CONTROL) {
            field[0] = 0x20;
        }
        return field;
    }

    /** Where the PIN's block begins in the field, in bytes. */
    public int position() {
        return length == Length.NONE ? 0 : 1;
    }

    /** True if the field is as long as the PIN makes it. */
    public boolean variable() {
        return blockSize == 0;
    }

    /**
     * The field with a PIN in it, for the caller to erase.
     *
     * @throws EscException USAGE (code {@code pin-length} or {@code pin-digits}) if the format does not take it; it does not say what the PIN was
     */
    public byte[] block(Secret pin) throws EscException {
        byte[] typed = pin.bytes();
        try {
            if (typed.length < min || typed.length > max) {
                String range = min == max ? "" + min : WORDS.say("{0} to {1}", min, max);
                throw Problem.of(Fault.USAGE, WORDS.say("enter the PIN"), typed.length < min ? WORDS.say("The PIN is too short: it has {0} characters.", range)
                        : WORDS.say("The PIN is too long: it has {0} characters.", range)).code("pin-length").exception();
            }
            byte[] field = variable() ? Arrays.copyOf(empty(), position() + (coding == Coding.ASCII ? typed.length : (typed.length + 1) / 2))
                    : empty();
            switch (coding) {
                case ASCII -> System.arraycopy(typed, 0, field, position(), typed.length);
                case BCD -> digits(typed, field);
            }
            switch (length) {
                case BYTE -> field[0] = (byte) typed.length;
                case CONTROL -> field[0] |= (byte) typed.length;
                case NONE -> { }
            }
            return field;
        } finally {
            Arrays.fill(typed, (byte) 0);
        }
    }

    private void digits(byte[] typed, byte[] field) throws EscException {
        for (byte b : typed) {
            if (b < '0' || b > '9') {
                Arrays.fill(field, (byte) 0);
                throw Problem.of(Fault.USAGE, WORDS.say("enter the PIN"), WORDS.say("This card takes digits only.")).code("pin-digits").exception();
            }
        }
        for (int i = 0; i < typed.length; i++) {
            int digit = typed[i] - '0';
            int at = position() + i / 2;
            field[at] = (byte) (i % 2 == 0 ? digit << 4 | padding & 0x0F : field[at] & 0xF0 | digit);
        }
    }
}
