// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import org.esc.apdu.Aid;

/** Instructions and fixed numbers of the PIV card application (SP 800-73-4 part 2) and of Yubico's extensions to it. */
public final class PivIns {

    /** The application with its version, 1.0. */
    public static final Aid APPLICATION = Aid.of("A000000308000010000100");
    /** The same without the version, by which every version is selected. */
    public static final Aid ANY_VERSION = Aid.of("A00000030800001000");

    /** VERIFY. */
    public static final int VERIFY = 0x20;
    /** CHANGE REFERENCE DATA. */
    public static final int CHANGE_REFERENCE_DATA = 0x24;
    /** RESET RETRY COUNTER. */
    public static final int RESET_RETRY_COUNTER = 0x2C;
    /** GENERATE ASYMMETRIC KEY PAIR. */
    public static final int GENERATE = 0x47;
    /** GENERAL AUTHENTICATE. */
    public static final int GENERAL_AUTHENTICATE = 0x87;
    /** GET DATA. */
    public static final int GET_DATA = 0xCB;
    /** PUT DATA. */
    public static final int PUT_DATA = 0xDB;

    /** Yubico: MOVE KEY, which also deletes. */
    public static final int MOVE_KEY = 0xF6;
    /** Yubico: GET METADATA. */
    public static final int GET_METADATA = 0xF7;
    /** Yubico: GET SERIAL. */
    public static final int GET_SERIAL = 0xF8;
    /** Yubico: ATTEST. */
    public static final int ATTEST = 0xF9;
    /** Yubico: SET PIN RETRIES. */
    public static final int SET_RETRIES = 0xFA;
    /** Yubico: RESET. */
    public static final int RESET = 0xFB;
    /** Yubico: GET VERSION. */
    public static final int GET_VERSION = 0xFD;
    /** Yubico: IMPORT ASYMMETRIC KEY. */
    public static final int IMPORT_KEY = 0xFE;
    /** Yubico: SET MANAGEMENT KEY. */
    public static final int SET_MANAGEMENT_KEY = 0xFF;

    /** Key reference of the global PIN. */
    public static final int PIN_GLOBAL = 0x00;
    /** Key reference of the application's PIN. */
    public static final int PIN_APPLICATION = 0x80;
    /** Key reference of the PIN unblocking key. */
    public static final int PUK = 0x81;
    /** Key reference of the card management key. */
    public static final int MANAGEMENT_KEY = 0x9B;

    /** Length in bytes of a PIN as sent: padded with FF. */
    public static final int PIN_LENGTH = 8;
    /** Shortest PIN in characters. */
    public static final int MIN_PIN_LENGTH = 6;
    /** Longest object this program reads or writes, in bytes. */
    public static final int MAX_OBJECT = 0xFFFF;

    private PivIns() {
    }

    /** A command's name in capitals; empty if it is none of the application's. */
    public static String name(int ins) {
        return switch (ins) {
            case VERIFY -> "VERIFY";
            case CHANGE_REFERENCE_DATA -> "CHANGE REFERENCE DATA";
            case RESET_RETRY_COUNTER -> "RESET RETRY COUNTER";
            case GENERATE -> "GENERATE ASYMMETRIC KEY PAIR";
            case GENERAL_AUTHENTICATE -> "GENERAL AUTHENTICATE";
            case GET_DATA -> "GET DATA";
            case PUT_DATA -> "PUT DATA";
            case MOVE_KEY -> "MOVE KEY";
            case GET_METADATA -> "GET METADATA";
            case GET_SERIAL -> "GET SERIAL";
            case ATTEST -> "ATTEST";
            case SET_RETRIES -> "SET PIN RETRIES";
            case RESET -> "RESET";
            case GET_VERSION -> "GET VERSION";
            case IMPORT_KEY -> "IMPORT ASYMMETRIC KEY";
            case SET_MANAGEMENT_KEY -> "SET MANAGEMENT KEY";
            default -> "";
        };
    }
}
