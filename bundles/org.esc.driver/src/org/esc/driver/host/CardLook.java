// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.driver.Attempts;
import org.esc.driver.CardFacts;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.Fci;
import org.esc.globalplatform.KeyInfo;
import org.esc.pkcs15.IsoCard;
import org.esc.pkcs15.Pkcs15;

/** The one look at a card that all drivers share, so that each declared application is asked for once. Changes nothing. */
final class CardLook {

    private static final Words WORDS = Words.of(CardLook.class);

    private static final int CPLC = 0x9F7F;
    private static final int KEYS = 0x00E0;
    private static final int LOCKED = 0x6283;

    private final CardChannel channel;

    CardLook(CardChannel channel) {
        this.channel = channel;
    }

    /** Looks for the card manager and what is declared. @throws EscException if the card does not answer any more */
    CardFacts look(String reader, Atr atr, List<Declaration> declared) throws EscException {
        Optional<CardFacts.Manager> manager = manager();
        Map<Aid, ResponseApdu> selected = new LinkedHashMap<>();
        for (Declaration d : declared) {
            for (Aid aid : d.aids()) {
                if (!selected.containsKey(aid)) {
                    selected.put(aid, channel.transmit(CommandApdu.select(aid)));
                }
            }
        }
        var facts = new CardFacts(reader, atr, manager, selected);
        boolean wanted = declared.stream().anyMatch(d -> !d.listed().isEmpty() && d.application(facts).isEmpty());
        // where the card manager was selected no master file can be reached
        return wanted && manager.isEmpty() ? new CardFacts(reader, atr, manager, selected, directory()) : facts;
    }

    private List<CardFacts.Listed> directory() throws EscException {
        var list = new ArrayList<CardFacts.Listed>();
        try {
            for (Pkcs15.Application a : Pkcs15.applications(new IsoCard(channel).directory())) {
                if (a.aid().length >= 5 && a.aid().length <= 16) {
                    list.add(new CardFacts.Listed(Aid.of(Hex.of(a.aid())), a.label(), a.path()));
                }
            }
        } catch (EscException e) {
            // without the file, or with nonsense in it, a card names nothing
            if (Attempts.isOver(e)) {
                throw e;
            }
        }
        return list;
    }

    private Optional<CardFacts.Manager> manager() throws EscException {
        ResponseApdu byDefault = channel.transmit(CommandApdu.of(0x00, 0xA4, 0x04, 0x00, new byte[0], 256));
        if (byDefault.isOk()) {
            Optional<Cplc> cplc = cplc();
            if (cplc.isPresent()) {
                return Optional.of(new CardFacts.Manager(Fci.parse(byDefault.data()).aid(), false, cplc, keys()));
            }
        }
        // some cards have another application selected by default: then only an explicit AID finds the card manager
        for (Aid aid : CardManager.KNOWN) {
            ResponseApdu r = channel.transmit(CommandApdu.select(aid));
            boolean locked = r.sw().value() == LOCKED;
            if (r.isOk() || locked) {
                return Optional.of(new CardFacts.Manager(Optional.of(aid), locked, cplc(), keys()));
            }
        }
        return Optional.empty();
    }

    private Optional<Cplc> cplc() throws EscException {
        ResponseApdu r = new CardManager(channel).getData(CPLC);
        try {
            return r.isOk() ? Optional.of(Cplc.parse(r.data())) : Optional.empty();
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private List<String> keys() throws EscException {
        ResponseApdu r = new CardManager(channel).getData(KEYS);
        try {
            return r.isOk() ? lines(KeyInfo.parse(r.data())) : List.of();
        } catch (IllegalArgumentException _) {
            return List.of();
        }
    }

    /** "version 01: 3 keys, DES 128 bit", a line for each version and kind. */
    private static List<String> lines(List<KeyInfo> keys) {
        Map<List<Object>, Integer> count = new LinkedHashMap<>();
        for (KeyInfo k : keys) {
            String kind = switch (k.type()) {
                case 0x80, 0x81, 0x82 -> "DES";
                case 0x88 -> "AES";
                default -> WORDS.say("type {0}", Hex.of(k.type()));
            };
            count.merge(List.of(Hex.of(k.version()), kind, 8 * k.length()), 1, Integer::sum);
        }
        var lines = new ArrayList<String>();
        count.forEach((k, n) -> lines.add(WORDS.say("version {0}: {1} keys, {2} {3} bit", k.get(0), n, k.get(1), k.get(2))));
        return lines;
    }
}
