// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import org.esc.apdu.Aid;

/** Class bytes, instruction bytes and other numbers of the CoolKey applet (CardEdge commands), and the commands' names. */
public final class Ins {

    /** AID of the applet instance. */
    public static final Aid APPLET = Aid.of("627601FF000000");
    /** AID of the package (load file). */
    public static final Aid PACKAGE = Aid.of("627601FF0000");

    /** Class of the commands anybody may send. */
    public static final int CLA_PUBLIC = 0xB0;
    /** Class of the commands that go through a secure channel (identity RA). */
    public static final int CLA_SECURE = 0x84;

    /** Reset a PIN (secure). */
    public static final int SET_PIN = 0x04;
    /** Read the I/O buffer (secure; switched off in all known applets). */
    public static final int READ_IO_BUFFER = 0x08;
    /** Import an encrypted key pair (secure). */
    public static final int IMPORT_KEY_ENCRYPTED = 0x0A;
    /** Generate an RSA key pair (secure). */
    public static final int START_ENROLLMENT = 0x0C;
    /** Generate an EC key pair (secure, applets 1.5). */
    public static final int START_ENROLLMENT_EC = 0x0D;
    /** Import a plain key. */
    public static final int IMPORT_KEY = 0x32;
    /** Private-key operation with RSA. */
    public static final int COMPUTE_CRYPT = 0x36;
    /** ECDH key agreement (applets 1.5). */
    public static final int ECC_KEY_AGREEMENT = 0x37;
    /** ECDSA signature (applets 1.5). */
    public static final int ECC_SIGN = 0x38;
    /** List keys. */
    public static final int LIST_KEYS = 0x3A;
    /** Versions, memory, counts. */
    public static final int GET_STATUS = 0x3C;
    /** Create a PIN. */
    public static final int CREATE_PIN = 0x40;
    /** Verify a PIN; the answer is a nonce. */
    public static final int VERIFY_PIN = 0x42;
    /** Change a PIN. */
    public static final int CHANGE_PIN = 0x44;
    /** Which PINs exist. */
    public static final int LIST_PINS = 0x48;
    /** Tries left at a PIN. */
    public static final int PIN_TRIES = 0x4A;
    /** Delete an object. */
    public static final int DELETE_OBJECT = 0x52;
    /** Write into an object. */
    public static final int WRITE_OBJECT = 0x54;
    /** Clear all key slots but those named (secure). */
    public static final int CLEAR_KEY_SLOTS = 0x55;
    /** Read from an object. */
    public static final int READ_OBJECT = 0x56;
    /** List objects. */
    public static final int LIST_OBJECTS = 0x58;
    /** Create an object. */
    public static final int CREATE_OBJECT = 0x5A;
    /** Log an identity out. */
    public static final int LOGOUT = 0x61;
    /** Build id. */
    public static final int GET_BUILD_ID = 0x70;
    /** Nothing. */
    public static final int NOP = 0x71;
    /** Random bytes. */
    public static final int GET_RANDOM = 0x72;
    /** Seed the random number generator. */
    public static final int SEED_RANDOM = 0x73;
    /** EXTERNAL AUTHENTICATE, handed to the security domain. */
    public static final int EXTERNAL_AUTHENTICATE = 0x82;
    /** Set the life cycle (secure). */
    public static final int SET_LIFECYCLE = 0xF0;
    /** Life cycle. */
    public static final int GET_LIFECYCLE = 0xF2;
    /** Set the issuer information (secure). */
    public static final int SET_ISSUER_INFO = 0xF4;
    /** Issuer information: 224 bytes, by convention the phone-home URL. */
    public static final int GET_ISSUER_INFO = 0xF6;
    /** Set the built-in access rules (secure). */
    public static final int SET_BUILTIN_ACL = 0xF8;
    /** Built-in access rules. */
    public static final int GET_BUILTIN_ACL = 0xFA;

    /** Length of the issuer information in bytes. */
    public static final int ISSUER_INFO_LENGTH = 0xE0;
    /** Length of a login nonce in bytes. */
    public static final int NONCE_LENGTH = 8;
    /** Size of the I/O buffer in bytes. */
    public static final int IO_BUFFER_LENGTH = 900;
    /** Most keys a card holds. */
    public static final int MAX_KEYS = 24;
    /** Most PINs a card holds. */
    public static final int MAX_PINS = 8;
    /** Shortest PIN in bytes. */
    public static final int MIN_PIN_LENGTH = 4;
    /** Longest PIN in bytes. */
    public static final int MAX_PIN_LENGTH = 16;
    /** Largest object in bytes. */
    public static final int MAX_OBJECT_LENGTH = 32767;

    /** Identity of the user PIN. */
    public static final int IDENTITY_USER = 0;
    /** Identity of whoever holds the secure channel. */
    public static final int IDENTITY_RA = 14;
    /** Identity of anybody. */
    public static final int IDENTITY_DEFAULT = 15;

    /** P2 of COMPUTE CRYPT: init, process, final, all in one step. */
    public static final int CRYPT_INIT = 1;
    /** @see #CRYPT_INIT */
    public static final int CRYPT_PROCESS = 2;
    /** @see #CRYPT_INIT */
    public static final int CRYPT_FINAL = 3;
    /** @see #CRYPT_INIT */
    public static final int CRYPT_ONE_STEP = 4;
    /** Cipher mode of COMPUTE CRYPT: none, the data fills the modulus. */
    public static final int MODE_NO_PADDING = 0;
    /** Cipher direction: the plain RSA operation with the slot's key, as for a signature. */
    public static final int DIRECTION_ENCRYPT = 3;
    /** Cipher direction: decryption. */
    public static final int DIRECTION_DECRYPT = 4;
    /** Data is in the APDU. */
    public static final int LOCATION_APDU = 1;
    /** Data is in the I/O object. */
    public static final int LOCATION_OBJECT = 2;

    /** START ENROLLMENT ECC as servers send it: they name the kind of key, over a prime field, where they name the wrapping for RSA. */
    public static final int ALG_EC = 0x05;
    /** Wrapping algorithm of START ENROLLMENT and IMPORT KEY ENCRYPTED: two-key triple DES. */
    public static final int ALG_DES2 = 0x80;
    /** The same with a key check value. */
    public static final int ALG_DES2_CHECKED = 0x81;
    /** AES key wrap with padding (RFC 5649), applets 1.5. */
    public static final int ALG_AES_KWP = 0x88;
    /** AES-CBC, applets 1.5. */
    public static final int ALG_AES_CBC = 0x89;

    /** Key types of LIST KEYS and key blobs. */
    public static final int KEY_RSA_PUBLIC = 1;
    /** @see #KEY_RSA_PUBLIC */
    public static final int KEY_RSA_PRIVATE = 2;
    /** @see #KEY_RSA_PUBLIC */
    public static final int KEY_RSA_PRIVATE_CRT = 3;
    /** Key pair as PKCS#8, in key blobs. */
    public static final int KEY_PKCS8_PAIR = 9;
    /** EC public key, in enrolment results. */
    public static final int KEY_EC_PUBLIC = 0x0A;

    private Ins() {
    }

    /** The command's name in capitals, or the empty string if class and instruction are none of the applet's. */
    public static String name(int cla, int ins) {
        if (cla != CLA_PUBLIC && (cla & 0xFC) != CLA_SECURE) {
            return "";
        }
        boolean secure = cla != CLA_PUBLIC;
        return switch (ins) {
            case SET_PIN -> secure ? "SET PIN" : "";
            case READ_IO_BUFFER -> secure ? "READ IO BUFFER" : "";
            case IMPORT_KEY_ENCRYPTED -> secure ? "IMPORT KEY ENCRYPTED" : "";
            case START_ENROLLMENT -> secure ? "START ENROLLMENT" : "";
            case START_ENROLLMENT_EC -> secure ? "START ENROLLMENT ECC" : "";
            case IMPORT_KEY -> "IMPORT KEY";
            case COMPUTE_CRYPT -> "COMPUTE CRYPT";
            case ECC_KEY_AGREEMENT -> "ECC KEY AGREEMENT";
            case ECC_SIGN -> "ECC SIGN";
            case LIST_KEYS -> "LIST KEYS";
            case GET_STATUS -> "GET STATUS";
            case CREATE_PIN -> "CREATE PIN";
            case VERIFY_PIN -> "VERIFY PIN";
            case CHANGE_PIN -> "CHANGE PIN";
            case LIST_PINS -> "LIST PINS";
            case PIN_TRIES -> "PIN TRIES";
            case DELETE_OBJECT -> "DELETE OBJECT";
            case WRITE_OBJECT -> "WRITE OBJECT";
            case CLEAR_KEY_SLOTS -> secure ? "CLEAR KEY SLOTS" : "";
            case READ_OBJECT -> "READ OBJECT";
            case LIST_OBJECTS -> "LIST OBJECTS";
            case CREATE_OBJECT -> "CREATE OBJECT";
            case LOGOUT -> "LOGOUT";
            case GET_BUILD_ID -> "GET BUILD ID";
            case NOP -> "NOP";
            case GET_RANDOM -> "GET RANDOM";
            case SEED_RANDOM -> "SEED RANDOM";
            case EXTERNAL_AUTHENTICATE -> secure ? "EXTERNAL AUTHENTICATE" : "";
            case SET_LIFECYCLE -> secure ? "SET LIFECYCLE" : "";
            case GET_LIFECYCLE -> "GET LIFECYCLE";
            case SET_ISSUER_INFO -> secure ? "SET ISSUER INFO" : "";
            case GET_ISSUER_INFO -> "GET ISSUER INFO";
            case SET_BUILTIN_ACL -> secure ? "SET BUILT-IN ACL" : "";
            case GET_BUILTIN_ACL -> "GET BUILT-IN ACL";
            default -> "";
        };
    }
}
