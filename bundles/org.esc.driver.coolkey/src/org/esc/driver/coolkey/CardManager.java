// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.coolkey;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.card.CardChannel;

/** What a GlobalPlatform card manager tells everybody about its card. */
record CardManager(String aid, boolean locked, Optional<Cplc> cplc, List<String> keys) {

    private static final List<Aid> AIDS =
            List.of(Aid.of("A0000000030000"), Aid.of("A000000003000000"), Aid.of("A000000151000000"));

    /** Selects the card manager and reads the card's identity. Empty if the card has no card manager. */
    static Optional<CardManager> read(CardChannel channel) throws EscException {
        ResponseApdu selected = channel.transmit(CommandApdu.of(0x00, 0xA4, 0x04, 0x00, new byte[0], 256));
        String aid = selected.isOk() ? aid(selected) : "";
        // some cards have another application selected by default: then only an explicit AID finds the card manager
        Optional<Cplc> cplc = selected.isOk() ? cplc(channel) : Optional.empty();
        if (cplc.isEmpty()) {
            for (Aid a : AIDS) {
                ResponseApdu r = channel.transmit(CommandApdu.select(a));
                if (r.isOk() || r.sw().value() == 0x6283) {
                    selected = r;
                    aid = a.toString();
                    cplc = cplc(channel);
                    break;
                }
            }
        }
        boolean locked = selected.sw().value() == 0x6283;
        if (!selected.isOk() && !locked) {
            return Optional.empty();
        }
        return Optional.of(new CardManager(aid, locked, cplc, keys(channel)));
    }

    private static Optional<Cplc> cplc(CardChannel channel) throws EscException {
        ResponseApdu r = get(channel, 0x9F7F);
        try {
            return r.isOk() ? Optional.of(Cplc.parse(r.data())) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static List<String> keys(CardChannel channel) throws EscException {
        ResponseApdu r = get(channel, 0x00E0);
        try {
            return r.isOk() ? keyLines(Tlv.parseAll(r.data())) : List.of();
        } catch (IllegalArgumentException _) {
            return List.of();
        }
    }

    private static ResponseApdu get(CardChannel channel, int tag) throws EscException {
        return channel.transmit(CommandApdu.of(0x80, 0xCA, tag >> 8, tag & 0xFF, new byte[0], 256));
    }

    private static String aid(ResponseApdu selected) {
        try {
            return Tlv.find(Tlv.parseAll(selected.data()), 0x84).map(t -> Hex.of(t.value())).orElse("");
        } catch (IllegalArgumentException _) {
            return "";
        }
    }

    /** Key information template E0 as lines: "version 01: 3 keys, DES 128 bit". */
    static List<String> keyLines(List<Tlv> data) {
        Map<String, Integer> count = new LinkedHashMap<>();
        Map<String, String> version = new LinkedHashMap<>();
        for (Tlv e0 : data) {
            if (e0.tag() != 0xE0) {
                continue;
            }
            for (Tlv c0 : e0.children()) {
                byte[] v = c0.value();
                if (c0.tag() == 0xC0 && v.length >= 4) {
                    String kind = switch (v[2] & 0xFF) {
                        case 0x80, 0x81, 0x82 -> "DES";
                        case 0x88 -> "AES";
                        default -> "type " + Hex.of(v[2] & 0xFF);
                    } + " " + (v[3] & 0xFF) * 8 + " bit";
                    String key = Hex.of(v[1] & 0xFF) + kind;
                    count.merge(key, 1, Integer::sum);
                    version.put(key, Hex.of(v[1] & 0xFF) + ": %d keys, " + kind);
                }
            }
        }
        var lines = new ArrayList<String>();
        version.forEach((k, text) -> lines.add("version " + text.formatted(count.get(k))));
        return lines;
    }
}
