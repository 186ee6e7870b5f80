// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.esc.apdu.Atr;
import org.esc.apdu.AtrFields;
import org.esc.apdu.Cplc;
import org.esc.apdu.Words;
import org.esc.driver.CardFacts;
import org.esc.driver.Detail;
import org.esc.globalplatform.CardProduction;

/** What a card tells of itself to everybody, in words. */
final class CardDetails {

    private static final Words WORDS = Words.of(CardDetails.class);

    private CardDetails() {
    }

    /** The answer to reset, byte by byte, and what is wrong with it. */
    static List<Detail> atr(Atr atr) {
        var list = new ArrayList<Detail>();
        if (atr.equals(Atr.UNKNOWN)) {
            return list;
        }
        AtrFields fields = AtrFields.of(atr);
        list.add(new Detail("ATR", atr.toString()));
        fields.fields().forEach(f -> list.add(new Detail(WORDS.say("ATR: {0}", f.name()), f.value())));
        fields.problems().forEach(p -> list.add(new Detail(WORDS.say("ATR: trouble"), p)));
        return list;
    }

    /** The production data of a GlobalPlatform card, without what is zero. */
    static List<Detail> production(CardFacts facts, LocalDate today) {
        var list = new ArrayList<Detail>();
        facts.manager().flatMap(CardFacts.Manager::cplc).ifPresent(c -> add(list, c, facts.atr(), today));
        return list;
    }

    private static void add(List<Detail> list, Cplc cplc, Atr atr, LocalDate today) {
        CardProduction production = CardProduction.of(cplc, atr, today);
        if (!production.chip().isEmpty()) {
            list.add(new Detail("Chip", production.chip()));
        }
        for (CardProduction.Field f : production.fields()) {
            if (!f.value().matches("0*")) {
                String name = f.label().substring(0, 1).toUpperCase(Locale.ROOT) + f.label().substring(1);
                list.add(new Detail(name, f.value() + (f.words().isEmpty() ? "" : ": " + f.words())));
            }
        }
    }

    /** What was tried: each driver that does not know the card, and why. */
    static List<Detail> tried(List<OpenCard.Verdict> verdicts) {
        return verdicts.stream().filter(v -> !v.match().known()).map(v -> new Detail(WORDS.say("Tried {0}", v.driver()),
                v.match().reason() + (v.rule().isEmpty() ? "" : " (" + v.rule() + ")")))
                .toList();
    }
}
