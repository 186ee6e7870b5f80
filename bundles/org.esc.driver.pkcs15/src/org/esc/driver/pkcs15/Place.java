// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.pkcs15;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.driver.Attempts;
import org.esc.driver.CardFacts;
import org.esc.pkcs15.IsoCard;
import org.esc.pkcs15.Pkcs15;

/**
 * Where an application of ISO/IEC 7816-15 is on a card.
 *
 * @param aid  its name
 * @param path its folder, if EF.DIR names it and the application is not entered by its name; else empty
 */
record Place(Aid aid, byte[] path) {

    private static final Words WORDS = Words.of(Place.class);

    /** The one that answers to its name, else those in EF.DIR, in the order of that file. */
    static List<Place> all(CardFacts card) {
        for (Aid aid : List.of(Pkcs15.APPLICATION, Pkcs15.ISO_APPLICATION)) {
            if (card.has(aid)) {
                return List.of(new Place(aid, new byte[0]));
            }
        }
        return card.listed().stream().filter(l -> Pkcs15.isApplication(l.aid().bytes())).map(l -> new Place(l.aid(), l.path())).toList();
    }

    /** The first that has a list of directories (EF.ODF); empty if none has. */
    static Optional<Place> find(CardFacts card, IsoCard iso) throws EscException {
        for (Place p : all(card)) {
            try {
                p.enter(iso);
                iso.selectWithin(Pkcs15.ODF);
                byte[] start = iso.read(0, 1, WORDS.say("read EF.ODF"));
                if (start.length == 1 && (start[0] & 0xF0) == 0xA0) {
                    return Optional.of(p);
                }
            } catch (EscException e) {
                if (Attempts.isOver(e)) {
                    throw e;
                }
            }
        }
        return Optional.empty();
    }

    /** True if EF.DIR means this application. */
    boolean is(Pkcs15.Application a) {
        byte[] name = aid.bytes();
        return a.aid().length >= name.length && Arrays.equals(Arrays.copyOf(a.aid(), name.length), name);
    }

    void enter(IsoCard iso) throws EscException {
        if (path.length >= 2) {
            iso.select(path);
        } else {
            iso.select(aid);
        }
    }
}
