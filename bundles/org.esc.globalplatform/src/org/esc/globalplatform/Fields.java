// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.esc.apdu.Aid;
import org.esc.apdu.Words;

/** Reading and writing of the length-prefixed fields that GlobalPlatform data is made of. */
final class Fields {

    private static final Words WORDS = Words.of(Fields.class);

    private final byte[] data;
    private int at;

    Fields(byte[] data) {
        this.data = data;
    }

    /** Where the next byte is. */
    int at() {
        return at;
    }

    boolean more() {
        return at < data.length;
    }

    int u1() {
        if (at >= data.length) {
            throw new IllegalArgumentException(WORDS.say("The data ends at offset {0} where a byte is missing", at));
        }
        return data[at++] & 0xFF;
    }

    int u2() {
        return u1() << 8 | u1();
    }

    /** A size of four bytes; one beyond 2^31 fits nothing that could be here. */
    int u4() {
        int n = u2() << 16 | u2();
        if (n < 0) {
            throw new IllegalArgumentException(WORDS.say("The size before offset {0} is too large", at));
        }
        return n;
    }

    byte[] take(int length) {
        if (length > data.length - at) {
            throw new IllegalArgumentException(WORDS.say("At offset {0} there should be {1} bytes, there are {2}", at, length, data.length - at));
        }
        at += length;
        return Arrays.copyOfRange(data, at - length, at);
    }

    /** A field behind its length byte. */
    byte[] lv() {
        return take(u1());
    }

    /** As {@link #lv}, an absent field at the very end being empty. */
    byte[] lvOrEnd() {
        return more() ? lv() : new byte[0];
    }

    /** All bytes that are left. */
    byte[] rest() {
        return take(data.length - at);
    }

    Aid aid() {
        return Aid.of(lv());
    }

    /** As {@link #berLv}, an absent field at the very end being empty. */
    byte[] berLvOrEnd() {
        return more() ? berLv() : new byte[0];
    }

    /** A field behind a BER length of one to three bytes; 128 may also stand in one byte (GlobalPlatform 2.3.1 §11.5.2.3.1). */
    byte[] berLv() {
        int length = u1();
        if (length == 0x80) {
            return take(length);
        }
        if (length == 0x81) {
            length = u1();
        } else if (length == 0x82) {
            length = u1() << 8 | u1();
        } else if (length > 0x7F) {
            throw new IllegalArgumentException(WORDS.say("A length of this form is not allowed"));
        }
        return take(length);
    }

    static void lv(ByteArrayOutputStream out, byte[] value) {
        if (value.length > 255) {
            throw new IllegalArgumentException(WORDS.say("A field has at most 255 bytes, not {0}", value.length));
        }
        out.write(value.length);
        out.writeBytes(value);
    }

    /** A field behind its BER length. */
    static void berLv(ByteArrayOutputStream out, byte[] value) {
        out.writeBytes(berLength(value.length));
        out.writeBytes(value);
    }

    /** A BER length in as few bytes as it needs. */
    static byte[] berLength(int n) {
        if (n < 0x80) {
            return new byte[] {(byte) n};
        }
        if (n < 0x100) {
            return new byte[] {(byte) 0x81, (byte) n};
        }
        if (n < 0x10000) {
            return new byte[] {(byte) 0x82, (byte) (n >> 8), (byte) n};
        }
        return new byte[] {(byte) 0x83, (byte) (n >> 16), (byte) (n >> 8), (byte) n};
    }
}
