// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import org.esc.apdu.CommandApdu;

/** Names of commands by ISO/IEC 7816-4, -8 and GlobalPlatform, for when no vocabulary knows better. */
public final class Names {

    private Names() {
    }

    /** The name of a command; empty if the standards have none for its class and instruction. */
    public static String of(CommandApdu c) {
        if (c.cla() == 0xFF) {
            return "READER COMMAND";
        }
        boolean gp = c.cla() >= 0x80;
        return switch (c.ins()) {
            case 0x20, 0x21 -> "VERIFY";
            case 0x22 -> "MANAGE SECURITY ENVIRONMENT";
            case 0x24 -> gp ? "PIN CHANGE" : "CHANGE REFERENCE DATA";
            case 0x2A -> "PERFORM SECURITY OPERATION";
            case 0x2C -> "RESET RETRY COUNTER";
            case 0x47 -> "GENERATE KEY PAIR";
            case 0x50 -> gp ? "INITIALIZE UPDATE" : "";
            case 0x70 -> "MANAGE CHANNEL";
            case 0x82 -> "EXTERNAL AUTHENTICATE";
            case 0x84 -> "GET CHALLENGE";
            case 0x86, 0x87 -> "GENERAL AUTHENTICATE";
            case 0x88 -> "INTERNAL AUTHENTICATE";
            case 0xA4 -> "SELECT";
            case 0xB0, 0xB1 -> "READ BINARY";
            case 0xB2 -> "READ RECORD";
            case 0xC0 -> "GET RESPONSE";
            case 0xCA, 0xCB -> "GET DATA";
            case 0xD6, 0xD7 -> "UPDATE BINARY";
            case 0xD8 -> gp ? "PUT KEY" : "";
            case 0xDA, 0xDB -> "PUT DATA";
            case 0xDC -> "UPDATE RECORD";
            case 0xE2 -> gp ? "STORE DATA" : "APPEND RECORD";
            case 0xE4 -> gp ? "DELETE" : "DELETE FILE";
            case 0xE6 -> gp ? switch (c.p1() & 0x0E) {
                case 0x02 -> "INSTALL for load";
                case 0x04 -> "INSTALL for install";
                case 0x08 -> "INSTALL make selectable";
                case 0x0C -> "INSTALL for install and make selectable";
                default -> "INSTALL";
            } : "";
            case 0xE8 -> gp ? "LOAD" : "";
            case 0xF0 -> gp ? "SET STATUS" : "";
            case 0xF2 -> gp ? "GET STATUS" : "";
            default -> "";
        };
    }
}
