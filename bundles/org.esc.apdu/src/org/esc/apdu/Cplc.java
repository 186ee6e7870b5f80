// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.util.Arrays;

/**
 * Card production life cycle data, the answer to GET DATA 9F7F: 42 bytes behind {@code 9F7F2A} (GlobalPlatform Card
 * Specification 2.1.1 Appendix, VISA card production). Offsets below count from the first of the 42 bytes.
 */
public final class Cplc {

    private static final Words WORDS = Words.of(Cplc.class);

    private final byte[] value;

    private Cplc(byte[] value) {
        this.value = value;
    }

    /**
     * Reads a GET DATA answer, with or without its {@code 9F7F2A} header. The simulator of Dogtag's {@code tpsclient} sends other
     * bytes in place of the header; only positions count, as for a TPS.
     *
     * @throws IllegalArgumentException unless there are 42 or 45 bytes
     */
    public static Cplc parse(byte[] answer) {
        return switch (answer.length) {
            case 45 -> new Cplc(Arrays.copyOfRange(answer, 3, 45));
            case 42 -> new Cplc(answer.clone());
            default -> throw new IllegalArgumentException(WORDS.say("CPLC has 42 bytes (45 with its tag), not {0}", answer.length));
        };
    }

    /** A CPLC that carries this CUID and this 4-byte manufacturer's serial number (MSN), the rest zero. */
    public static Cplc of(Cuid cuid, byte[] msn) {
        if (msn.length != 4) {
            throw new IllegalArgumentException(WORDS.say("An MSN has 4 bytes, not {0}", msn.length));
        }
        byte[] v = new byte[42];
        byte[] c = cuid.bytes();
        System.arraycopy(c, 0, v, 0, 4);
        System.arraycopy(c, 4, v, 16, 2);
        System.arraycopy(c, 6, v, 12, 4);
        System.arraycopy(msn, 0, v, 38, 4);
        return new Cplc(v);
    }

    /** IC fabricator ‖ IC type ‖ IC batch ‖ IC serial: what a TPS takes as the card's unique ID. */
    public Cuid cuid() {
        byte[] c = new byte[Cuid.LENGTH];
        System.arraycopy(value, 0, c, 0, 4);
        System.arraycopy(value, 16, c, 4, 2);
        System.arraycopy(value, 12, c, 6, 4);
        return Cuid.of(c);
    }

    /** The last four bytes, which a TPS calls the manufacturer's serial number. */
    public byte[] msn() {
        return Arrays.copyOfRange(value, 38, 42);
    }

    /** {@code length} bytes from {@code offset} of the 42, for what the names of {@code CardProduction} say. */
    public byte[] bytes(int offset, int length) {
        return Arrays.copyOfRange(value, offset, offset + length);
    }

    /** The 42 bytes behind the tag {@code 9F7F2A}: 45 bytes, the form a TPS insists on. */
    public byte[] encoded() {
        byte[] b = new byte[45];
        b[0] = (byte) 0x9F;
        b[1] = 0x7F;
        b[2] = 0x2A;
        System.arraycopy(value, 0, b, 3, 42);
        return b;
    }
}
