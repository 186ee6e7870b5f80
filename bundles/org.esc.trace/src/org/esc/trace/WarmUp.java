// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.Hex;
import org.esc.card.Exchange;
import org.esc.card.Origin;

/** Exchanges with no card, by which the runtime loads and compiles what the first exchanges with one would else wait for. */
final class WarmUp {

    private static final int ROUNDS = 12;
    /** Applications that decoders know, and what none of them does. */
    private static final List<String> APPLICATIONS = List.of("A000000003000000", "A00000030800001000", "627601FF000000", "D27600012401", "A000000116DB00",
            "A000000063504B43532D3135", "A0000000041010", "A0000000871002", "F0112233");
    /** Commands of all sorts, each with an answer. */
    private static final List<String> COMMANDS = List.of("00CA006E00 6E0A4F06D276000124019000", "80CA006600 6682000073029000", "00CB3FFF055C035FC10200 53043002300E9000",
            "00B0000010 00112233445566778899AABBCCDDEEFF9000", "00B2010C00 700457021234616E", "00C0000010 1122334455669000", "0020008008FFFFFFFFFFFFFFFF 63C2", "00A40004023F0000 62028201389000",
            "00870711047C02810000 7C0281009000", "002A9E9A0411223344 112233449000", "0088000004AABBCCDD 6110", "0047000002AC00 9000", "A0A40000023F00 9F17", "A0C0000017 0000000000009000",
            "8050000008112233445566778800 0000409031610000000001020001AABBCCDDEEFF00112233445566779000", "8482030010112233445566778899AABBCCDDEEFF00 9000",
            "84F280000A4F001122334455667788 9000", "84D8018112112233445566778899AABBCCDDEEFF0011 9000", "80E60C0002000000 009000", "80E2800002112200 9000", "B03C000000 010001009000",
            "B0580000 9000", "B05600000911223344000000000400 112233449000", "B04200000411223344 9000", "FF82000006112233445566 9000", "0070000001 019000", "8412 6700");

    private WarmUp() {
    }

    /** Has them masked and remembered as those with a card are. @return how many */
    static int run(List<Decoder> decoders) {
        var log = new TraceLog();
        decoders.forEach(log::addDecoder);
        Atr atr = Atr.of("3B80010A");
        Origin origin = Origin.verb("warm-up");
        int id = 0;
        for (int i = 0; i < ROUNDS; i++) {
            for (String aid : APPLICATIONS) {
                log.exchanged(exchange(++id, i, atr, origin, "00A40400" + Hex.of(aid.length() / 2) + aid + "00", "6F0484020000A5009000"));
                for (String c : COMMANDS) {
                    int blank = c.indexOf(' ');
                    log.exchanged(exchange(++id, i, atr, origin, c.substring(0, blank), c.substring(blank + 1)));
                }
            }
            log.session(i, "warm-up", false);
        }
        return id;
    }

    private static Exchange exchange(int id, int session, Atr atr, Origin origin, String command, String response) {
        return new Exchange(id, Instant.EPOCH, Duration.ZERO, "warm-up", atr, "T=1", session, origin, Hex.parse(command), Hex.parse(response), Optional.empty(), false);
    }
}
