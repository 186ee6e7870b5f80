// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Words;

/** Instruction bytes and password references of the OpenPGP application (OpenPGP card 3.4.1 §7.2), and the commands' names. */
public final class Ins {

    private static final Words WORDS = Words.of(Ins.class);

    /** VERIFY; P1 FF takes a verification back. */
    public static final int VERIFY = 0x20;
    /** MANAGE SECURITY ENVIRONMENT: lets the decryption and authentication keys take each other's place. */
    public static final int MANAGE_SECURITY_ENVIRONMENT = 0x22;
    /** CHANGE REFERENCE DATA. */
    public static final int CHANGE_REFERENCE_DATA = 0x24;
    /** PERFORM SECURITY OPERATION. */
    public static final int PERFORM_SECURITY_OPERATION = 0x2A;
    /** RESET RETRY COUNTER: P1 00 with the resetting code, 02 once PW3 was verified. */
    public static final int RESET_RETRY_COUNTER = 0x2C;
    /** ACTIVATE FILE: begins a new life after {@link #TERMINATE_DF}. */
    public static final int ACTIVATE_FILE = 0x44;
    /** GENERATE ASYMMETRIC KEY PAIR: P1 80 makes one, 81 reads the public key. */
    public static final int GENERATE_KEY_PAIR = 0x47;
    /** GET CHALLENGE. */
    public static final int GET_CHALLENGE = 0x84;
    /** INTERNAL AUTHENTICATE. */
    public static final int INTERNAL_AUTHENTICATE = 0x88;
    /** SELECT DATA: which of several objects with one tag is meant. */
    public static final int SELECT_DATA = 0xA5;
    /** GET DATA. */
    public static final int GET_DATA = 0xCA;
    /** GET NEXT DATA. */
    public static final int GET_NEXT_DATA = 0xCC;
    /** PUT DATA with the tag in P1 and P2. */
    public static final int PUT_DATA = 0xDA;
    /** PUT DATA with an extended header list: key import. */
    public static final int PUT_DATA_ODD = 0xDB;
    /** TERMINATE DF: ends the application's life. */
    public static final int TERMINATE_DF = 0xE6;

    /** Reference of PW1 for signatures. */
    public static final int PW1_SIGN = 0x81;
    /** Reference of PW1 for everything else. */
    public static final int PW1 = 0x82;
    /** Reference of PW3, the administrator's. */
    public static final int PW3 = 0x83;

    /** P1 P2 of PERFORM SECURITY OPERATION: compute a digital signature. */
    public static final int COMPUTE_SIGNATURE = 0x9E9A;
    /** P1 P2 of PERFORM SECURITY OPERATION: decipher. */
    public static final int DECIPHER = 0x8086;
    /** P1 P2 of PERFORM SECURITY OPERATION: encipher with the AES key. */
    public static final int ENCIPHER = 0x8680;

    /** P1 of {@link #GENERATE_KEY_PAIR}: make one. */
    public static final int GENERATE = 0x80;
    /** P1 of {@link #GENERATE_KEY_PAIR}: read the public key. */
    public static final int READ_PUBLIC = 0x81;

    /** First byte of what is to be deciphered with RSA. */
    public static final int PADDING_RSA = 0x00;
    /** First byte of what is to be deciphered, or was enciphered, with AES. */
    public static final int PADDING_AES = 0x02;

    private Ins() {
    }

    /** A command's name in capitals, empty if it is none of these. */
    public static Optional<String> name(CommandApdu c) {
        if ((c.cla() & ~0x1F) != 0) {
            return Optional.empty();
        }
        String name = switch (c.ins()) {
            case VERIFY -> c.p1() == 0xFF ? WORDS.say("VERIFY (take back)") : "VERIFY";
            case MANAGE_SECURITY_ENVIRONMENT -> "MANAGE SECURITY ENVIRONMENT";
            case CHANGE_REFERENCE_DATA -> "CHANGE REFERENCE DATA";
            case PERFORM_SECURITY_OPERATION -> switch (c.p1() << 8 | c.p2()) {
                case COMPUTE_SIGNATURE -> "PSO: COMPUTE DIGITAL SIGNATURE";
                case DECIPHER -> "PSO: DECIPHER";
                case ENCIPHER -> "PSO: ENCIPHER";
                default -> "PERFORM SECURITY OPERATION";
            };
            case RESET_RETRY_COUNTER -> "RESET RETRY COUNTER";
            case ACTIVATE_FILE -> "ACTIVATE FILE";
            case GENERATE_KEY_PAIR -> c.p1() == READ_PUBLIC ? "READ PUBLIC KEY" : "GENERATE ASYMMETRIC KEY PAIR";
            case GET_CHALLENGE -> "GET CHALLENGE";
            case INTERNAL_AUTHENTICATE -> "INTERNAL AUTHENTICATE";
            case SELECT_DATA -> "SELECT DATA";
            case GET_DATA -> "GET DATA " + object(c);
            case GET_NEXT_DATA -> "GET NEXT DATA " + object(c);
            case PUT_DATA -> "PUT DATA " + object(c);
            case PUT_DATA_ODD -> WORDS.say("PUT DATA (import a key)");
            case TERMINATE_DF -> "TERMINATE DF";
            default -> "";
        };
        return name.isEmpty() ? Optional.empty() : Optional.of(name);
    }

    private static String object(CommandApdu c) {
        int tag = c.p1() << 8 | c.p2();
        String name = Tag.name(tag);
        return "%02X".formatted(tag) + (name.isEmpty() ? "" : " (" + name + ")");
    }
}
