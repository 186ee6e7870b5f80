// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

/** Tags of the application's data objects (OpenPGP card 3.4.1 §4.4) and their names. */
public final class Tag {

    /** Application identifier, 16 bytes. */
    public static final int AID = 0x4F;
    /** Name of the cardholder. */
    public static final int NAME = 0x5B;
    /** Login data. */
    public static final int LOGIN = 0x5E;
    /** Language preferences. */
    public static final int LANGUAGE = 0x5F2D;
    /** Salutation ("sex", ISO 5218). */
    public static final int SEX = 0x5F35;
    /** URL of the public key. */
    public static final int URL = 0x5F50;
    /** Historical bytes. */
    public static final int HISTORICAL_BYTES = 0x5F52;
    /** Cardholder related data: name, language, salutation. */
    public static final int CARDHOLDER = 0x65;
    /** Application related data. */
    public static final int APPLICATION = 0x6E;
    /** Discretionary data objects, inside {@link #APPLICATION}. */
    public static final int DISCRETIONARY = 0x73;
    /** Security support template. */
    public static final int SECURITY_SUPPORT = 0x7A;
    /** Digital signature counter, inside {@link #SECURITY_SUPPORT}. */
    public static final int SIGNATURE_COUNTER = 0x93;
    /** Cardholder certificate; there are three, see {@link KeySlot#certificate}. */
    public static final int CERTIFICATE = 0x7F21;
    /** Public key template. */
    public static final int PUBLIC_KEY = 0x7F49;
    /** Extended length information. */
    public static final int EXTENDED_LENGTH = 0x7F66;
    /** General feature management. */
    public static final int FEATURES = 0x7F74;
    /** Extended capabilities. */
    public static final int CAPABILITIES = 0xC0;
    /** Password status bytes. */
    public static final int PASSWORD_STATUS = 0xC4;
    /** All three fingerprints, 60 bytes. */
    public static final int FINGERPRINTS = 0xC5;
    /** All three CA fingerprints, 60 bytes. */
    public static final int CA_FINGERPRINTS = 0xC6;
    /** All three dates of generation, 12 bytes. */
    public static final int GENERATION_DATES = 0xCD;
    /** Resetting code, write only. */
    public static final int RESETTING_CODE = 0xD3;
    /** AES key, write only. */
    public static final int AES_KEY = 0xD5;
    /** Key information: which keys are there and where they were made. */
    public static final int KEY_INFORMATION = 0xDE;
    /** Key derivation function object. */
    public static final int KDF = 0xF9;
    /** Algorithm information: what each key may be. */
    public static final int ALGORITHM_INFORMATION = 0xFA;
    /** First of the four objects for private use. */
    public static final int PRIVATE_USE = 0x0101;
    /** Extended header list: key import. */
    public static final int EXTENDED_HEADER = 0x4D;
    /** Cardholder private key template: which parts follow and how long each is. */
    public static final int PRIVATE_KEY_TEMPLATE = 0x7F48;
    /** The parts of the private key, one behind the other. */
    public static final int PRIVATE_KEY = 0x5F48;
    /** Cipher object of a key agreement. */
    public static final int CIPHER = 0xA6;
    /** Point on a curve, inside {@link #PUBLIC_KEY}. */
    public static final int POINT = 0x86;

    private Tag() {
    }

    /** What an object is called, empty if it is not known. */
    public static String name(int tag) {
        for (KeySlot s : KeySlot.values()) {
            if (tag == s.attributes()) {
                return "algorithm attributes, " + s.standard() + " key";
            }
            if (tag == s.fingerprint()) {
                return "fingerprint, " + s.standard() + " key";
            }
            if (tag == s.caFingerprint()) {
                return "CA fingerprint " + (s.ordinal() + 1);
            }
            if (tag == s.date()) {
                return "generation date, " + s.standard() + " key";
            }
            if (tag == s.interaction()) {
                return "user interaction flag, " + s.standard() + " key";
            }
        }
        return switch (tag) {
            case AID -> "application identifier";
            case NAME -> "name";
            case LOGIN -> "login data";
            case LANGUAGE -> "language preferences";
            case SEX -> "salutation";
            case URL -> "URL of the public key";
            case HISTORICAL_BYTES -> "historical bytes";
            case CARDHOLDER -> "cardholder related data";
            case APPLICATION -> "application related data";
            case DISCRETIONARY -> "discretionary data objects";
            case SECURITY_SUPPORT -> "security support template";
            case SIGNATURE_COUNTER -> "digital signature counter";
            case CERTIFICATE -> "cardholder certificate";
            case EXTENDED_LENGTH -> "extended length information";
            case FEATURES -> "general feature management";
            case CAPABILITIES -> "extended capabilities";
            case PASSWORD_STATUS -> "password status bytes";
            case FINGERPRINTS -> "fingerprints";
            case CA_FINGERPRINTS -> "CA fingerprints";
            case GENERATION_DATES -> "generation dates";
            case RESETTING_CODE -> "resetting code";
            case AES_KEY -> "AES key";
            case KEY_INFORMATION -> "key information";
            case KDF -> "key derivation function";
            case ALGORITHM_INFORMATION -> "algorithm information";
            case PRIVATE_USE, PRIVATE_USE + 1, PRIVATE_USE + 2, PRIVATE_USE + 3 -> "private use " + (tag - PRIVATE_USE + 1);
            default -> "";
        };
    }
}
