// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.util.ArrayList;
import java.util.Arrays;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/** Names of files and commands of ISO/IEC 7816. */
final class Names {

    private static final Words WORDS = Words.of(Names.class);

    private Names() {
    }

    /** A file identifier of two bytes, with its name if it is reserved. */
    static String file(byte[] id) {
        return switch (Hex.of(id)) {
            case "3F00" -> WORDS.say("master file (3F00)");
            case "2F00" -> "EF.DIR (2F00)";
            case "2F01" -> "EF.ATR/INFO (2F01)";
            case "3FFF" -> WORDS.say("current DF (3FFF)");
            default -> Hex.of(id);
        };
    }

    /** File identifiers one after the other. */
    static String path(byte[] path) {
        if (path.length % 2 != 0) {
            return Hex.of(path);
        }
        var all = new ArrayList<String>();
        for (int i = 0; i < path.length; i += 2) {
            all.add(path.length == 2 ? file(path) : Hex.of(Arrays.copyOfRange(path, i, i + 2)));
        }
        return String.join("/", all);
    }

    /** What the command is called where the name that every trace knows does not say enough; empty if it does. */
    static String iso(CommandApdu c) {
        return switch (c.ins()) {
            case 0x04 -> "DEACTIVATE FILE";
            case 0x06 -> "DEACTIVATE RECORD";
            case 0x08 -> "ACTIVATE RECORD";
            case 0x0C -> "ERASE RECORD";
            case 0x0E, 0x0F -> "ERASE BINARY";
            case 0x10 -> "PERFORM SCQL OPERATION";
            case 0x12 -> "PERFORM TRANSACTION OPERATION";
            case 0x14 -> "PERFORM USER OPERATION";
            case 0x16 -> "MANAGE DATA";
            case 0x22 -> switch (c.p1() & 0x0F) {
                case 1 -> "MANAGE SECURITY ENVIRONMENT: SET";
                case 2 -> "MANAGE SECURITY ENVIRONMENT: STORE";
                case 3 -> "MANAGE SECURITY ENVIRONMENT: RESTORE";
                case 4 -> "MANAGE SECURITY ENVIRONMENT: ERASE";
                default -> "";
            };
            case 0x26 -> "DISABLE VERIFICATION REQUIREMENT";
            case 0x28 -> "ENABLE VERIFICATION REQUIREMENT";
            case 0x2A -> operation(c.p1(), c.p2());
            case 0x44 -> "ACTIVATE FILE";
            case 0x46, 0x47 -> "GENERATE ASYMMETRIC KEY PAIR";
            case 0x82 -> c.ne().isPresent() ? "MUTUAL AUTHENTICATE" : "";
            case 0xA0, 0xA1 -> "SEARCH BINARY";
            case 0xA2 -> "SEARCH RECORD";
            case 0xA5 -> "SELECT DATA";
            case 0xB3 -> "READ RECORD";
            case 0xC2, 0xC3 -> "ENVELOPE";
            case 0xCC, 0xCD -> "GET NEXT DATA";
            case 0xD0, 0xD1 -> "WRITE BINARY";
            case 0xD2 -> "WRITE RECORD";
            case 0xD8 -> "PUT NEXT DATA";
            case 0xDC, 0xDD -> "UPDATE RECORD";
            case 0xE0 -> "CREATE FILE";
            case 0xE2 -> "APPEND RECORD";
            case 0xE4 -> "DELETE FILE";
            case 0xE6 -> "TERMINATE DF";
            case 0xE8 -> "TERMINATE EF";
            case 0xEA -> "LOAD APPLICATION";
            case 0xEC -> "REMOVE APPLICATION";
            case 0xFE -> "TERMINATE CARD USAGE";
            default -> "";
        };
    }

    /** PERFORM SECURITY OPERATION by what comes out (P1) and what goes in (P2): 7816-8. */
    private static String operation(int p1, int p2) {
        String what = switch (p1 << 8 | p2) {
            case 0x9E9A, 0x9EAC, 0x9EBC -> "COMPUTE DIGITAL SIGNATURE";
            case 0x8086, 0x8084, 0x8082 -> "DECIPHER";
            case 0x8680, 0x8480, 0x8280 -> "ENCIPHER";
            case 0x9080, 0x90A0 -> "HASH";
            case 0x8E80 -> "COMPUTE CRYPTOGRAPHIC CHECKSUM";
            case 0x00A2 -> "VERIFY CRYPTOGRAPHIC CHECKSUM";
            case 0x00A8 -> "VERIFY DIGITAL SIGNATURE";
            case 0x0092, 0x00AE, 0x00BE -> "VERIFY CERTIFICATE";
            default -> "";
        };
        return what.isEmpty() ? "" : "PSO: " + what;
    }
}
