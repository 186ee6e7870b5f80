// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.util.Arrays;
import java.util.Objects;

/** A response APDU: up to 65536 data bytes and a status word (ISO/IEC 7816-3 §12.1). Immutable; {@link #toString} never shows data. */
public final class ResponseApdu {

    private static final Words WORDS = Words.of(ResponseApdu.class);

    private static final byte[] NONE = {};

    private final byte[] data;
    private final StatusWord sw;

    private ResponseApdu(byte[] data, StatusWord sw) {
        this.data = data;
        this.sw = sw;
    }

    /** A status word without data. */
    public static ResponseApdu of(int sw) {
        return new ResponseApdu(NONE, new StatusWord(sw));
    }

    /** Data and a status word. */
    public static ResponseApdu of(byte[] data, int sw) {
        return new ResponseApdu(data.clone(), new StatusWord(sw));
    }

    /** A part of an array as data, and a status word. */
    public static ResponseApdu of(byte[] from, int offset, int length, StatusWord sw) {
        Objects.checkFromIndexSize(offset, length, from.length);
        return new ResponseApdu(Arrays.copyOfRange(from, offset, offset + length), sw);
    }

    /** Data and {@code 9000}. */
    public static ResponseApdu ok(byte... data) {
        return new ResponseApdu(data.clone(), StatusWord.OK);
    }

    /**
     * Reads data ‖ SW1 ‖ SW2.
     *
     * @throws IllegalArgumentException if there are fewer than two bytes
     */
    public static ResponseApdu parse(byte[] raw) {
        int n = raw.length;
        if (n < 2) {
            throw new IllegalArgumentException(WORDS.say("A response APDU has at least 2 bytes, not {0}", n));
        }
        return new ResponseApdu(Arrays.copyOf(raw, n - 2), new StatusWord((raw[n - 2] & 0xFF) << 8 | raw[n - 1] & 0xFF));
    }

    /** A copy of the data, without the status word. */
    public byte[] data() {
        return data.clone();
    }

    /**
     * Copies the data, without the status word, into an array of the caller.
     *
     * @return {@link #nr}
     * @throws IndexOutOfBoundsException if it does not fit behind {@code at}
     */
    public int dataInto(byte[] target, int at) {
        System.arraycopy(data, 0, target, at, data.length);
        return data.length;
    }

    /** Number of data bytes. */
    public int nr() {
        return data.length;
    }

    /** The status word. */
    public StatusWord sw() {
        return sw;
    }

    /** True when the status word is {@code 9000}. */
    public boolean isOk() {
        return sw.value() == 0x9000;
    }

    /** data ‖ SW1 ‖ SW2, as it goes over the wire. */
    public byte[] bytes() {
        byte[] b = Arrays.copyOf(data, data.length + 2);
        b[data.length] = (byte) sw.sw1();
        b[data.length + 1] = (byte) sw.sw2();
        return b;
    }

    /**
     * This response, if its status word is {@code 9000}.
     *
     * @param step what was being done, as a person would say it: "read the card's serial number"
     * @throws CardException with the status word and the step, otherwise
     */
    public ResponseApdu orThrow(String step) throws CardException {
        if (!isOk()) {
            throw CardException.status(step, sw);
        }
        return this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ResponseApdu that && sw.equals(that.sw) && Arrays.equals(data, that.data);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(data) + sw.value();
    }

    @Override
    public String toString() {
        return (data.length > 0 ? "[" + data.length + " bytes] " : "") + sw;
    }
}
