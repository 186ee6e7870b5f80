// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.util.ArrayList;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.coolkey.CoolKey;
import org.esc.coolkey.LifeCycle;

/**
 * What has to be known of a card before it is matched with a row; reading it changes nothing.
 *
 * @param cuid     its number, if it tells
 * @param applet   true if the token's software is on it
 * @param enrolled true if it is somebody's token
 * @param keys     versions of the card manager's keys, "01" or "01 02"; empty if it does not tell
 */
record CardLook(Optional<Cuid> cuid, boolean applet, boolean enrolled, String keys) {

    private static final Words WORDS = Words.of(CardLook.class);

    private static final CommandApdu SELECT_CARD_MANAGER = CommandApdu.parse("00A4040000");
    private static final CommandApdu GET_CPLC = CommandApdu.parse("80CA9F7F2D");
    /** Key information template (GlobalPlatform Card Specification 2.3.1, 11.3.3.1). */
    private static final CommandApdu GET_KEYS = CommandApdu.parse("80CA00E000");

    /** Looks. The channel follows 61xx and 6Cxx itself. */
    static CardLook at(CardChannel card) throws EscException {
        card.transmit(SELECT_CARD_MANAGER);
        Optional<Cuid> cuid = cuid(card.transmit(GET_CPLC));
        String keys = keys(card.transmit(GET_KEYS));
        @SuppressWarnings("resource") // closing it would close nothing but its own nonce, and it has none
        var applet = new CoolKey(card);
        if (!applet.select()) {
            return new CardLook(cuid, false, false, keys);
        }
        try {
            LifeCycle life = applet.lifeCycle();
            return new CardLook(cuid, true, life != LifeCycle.INSTALLED && life != LifeCycle.SELECTABLE, keys);
        } catch (EscException e) {
            if (e.problem().sw().isEmpty()) {
                throw e;
            }
            // it does not tell: to be on the safe side, it is somebody's
            return new CardLook(cuid, true, true, keys);
        }
    }

    /** The state in a word. */
    String state() {
        return enrolled ? "enrolled" : applet ? "formatted" : "blank";
    }

    /** A {@link #state}, for a person. */
    static String label(String state) {
        return switch (state) {
            case "enrolled" -> WORDS.say("enrolled");
            case "formatted" -> WORDS.say("formatted");
            case "blank" -> WORDS.say("blank");
            default -> state;
        };
    }

    private static Optional<Cuid> cuid(ResponseApdu answer) {
        try {
            return answer.isOk() ? Optional.of(Cplc.parse(answer.data()).cuid()) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private static String keys(ResponseApdu answer) {
        if (!answer.isOk()) {
            return "";
        }
        var versions = new ArrayList<String>();
        try {
            for (Tlv template : Tlv.parseAll(answer.data())) {
                for (Tlv key : template.children()) {
                    // C0: number, version, type, length …
                    byte[] v = key.value();
                    String version = v.length > 1 ? String.format("%02X", v[1]) : "";
                    if (!version.isEmpty() && !versions.contains(version)) {
                        versions.add(version);
                    }
                }
            }
        } catch (IllegalArgumentException _) {
            return "";
        }
        return String.join(" ", versions);
    }
}
