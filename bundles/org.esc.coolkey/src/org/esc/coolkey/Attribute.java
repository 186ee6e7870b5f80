// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** An attribute of an object on the card, by its PKCS#11 number. */
public sealed interface Attribute {

    /** Number of CKA_CLASS. */
    int CLASS = 0x000;
    /** Number of CKA_TOKEN. */
    int TOKEN = 0x001;
    /** Number of CKA_PRIVATE. */
    int PRIVATE = 0x002;
    /** Number of CKA_LABEL. */
    int LABEL = 0x003;
    /** Number of CKA_VALUE. */
    int VALUE = 0x011;
    /** Number of CKA_CERTIFICATE_TYPE. */
    int CERTIFICATE_TYPE = 0x080;
    /** Number of CKA_ISSUER. */
    int ISSUER = 0x081;
    /** Number of CKA_SERIAL_NUMBER. */
    int SERIAL_NUMBER = 0x082;
    /** Number of CKA_KEY_TYPE. */
    int KEY_TYPE = 0x100;
    /** Number of CKA_SUBJECT. */
    int SUBJECT = 0x101;
    /** Number of CKA_ID. */
    int ID = 0x102;
    /** Number of CKA_MODULUS. */
    int MODULUS = 0x120;
    /** Number of CKA_MODULUS_BITS. */
    int MODULUS_BITS = 0x121;
    /** Number of CKA_PUBLIC_EXPONENT. */
    int PUBLIC_EXPONENT = 0x122;
    /** Number of CKA_EC_PARAMS. */
    int EC_PARAMS = 0x180;
    /** Number of CKA_EC_POINT. */
    int EC_POINT = 0x181;

    /** Value of CKA_KEY_TYPE for RSA. */
    int KEY_TYPE_RSA = 0;
    /** Value of CKA_KEY_TYPE for EC. */
    int KEY_TYPE_EC = 3;

    /** The PKCS#11 number. */
    int type();

    /** An attribute that is a string of bytes. */
    record Bytes(int type, byte[] value) implements Attribute {

        public Bytes {
            value = value.clone();
        }

        @Override
        public byte[] value() {
            return value.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes that && type == that.type && Arrays.equals(value, that.value);
        }

        @Override
        public int hashCode() {
            return 31 * type + Arrays.hashCode(value);
        }

        @Override
        public String toString() {
            return String.format("%03X[%d bytes]", type, value.length);
        }
    }

    /** An attribute that is a number of 32 bits. */
    record Int(int type, int value) implements Attribute {
    }

    /** An attribute that is true or false. */
    record Bool(int type, boolean value) implements Attribute {
    }

    /** A text, as UTF-8. */
    static Attribute text(int type, String value) {
        return new Bytes(type, value.getBytes(StandardCharsets.UTF_8));
    }
}
