// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.Cplc;
import org.esc.apdu.ResponseApdu;

/**
 * What is known of a card before any driver speaks to it.
 *
 * @param reader   name of the reader
 * @param atr      its answer to reset, {@link Atr#UNKNOWN} if it gives none
 * @param manager  its card manager (issuer security domain), if it has one
 * @param selected what the card answered to SELECT by name for each AID that a driver declares, as far as it was asked
 * @param listed   what its EF.DIR names, as far as it was read
 */
public record CardFacts(String reader, Atr atr, Optional<Manager> manager, Map<Aid, ResponseApdu> selected, List<Listed> listed) {

    public CardFacts {
        selected = Map.copyOf(new LinkedHashMap<>(selected));
        listed = List.copyOf(listed);
    }

    /** A card whose EF.DIR was not read. */
    public CardFacts(String reader, Atr atr, Optional<Manager> manager, Map<Aid, ResponseApdu> selected) {
        this(reader, atr, manager, selected, List.of());
    }

    /**
     * An application that EF.DIR names.
     *
     * @param aid   its AID
     * @param label its name, may be empty
     * @param path  identifiers of the folder where its files are, empty if it is entered by its AID
     */
    public record Listed(Aid aid, String label, byte[] path) {
        public Listed {
            path = path.clone();
        }

        @Override
        public byte[] path() {
            return path.clone();
        }
    }

    /**
     * A GlobalPlatform card manager.
     *
     * @param aid    its AID, if it says so
     * @param locked true if the card is locked (SELECT answered {@code 6283})
     * @param cplc   production data
     * @param keys   its keys, a line per version: "version 01: 3 keys, DES 128 bit"
     */
    public record Manager(Optional<Aid> aid, boolean locked, Optional<Cplc> cplc, List<String> keys) {

        public Manager {
            keys = List.copyOf(keys);
        }
    }

    /** True if the application was selected, perhaps with a warning ({@code 62xx}: terminated, deactivated). */
    public boolean has(Aid aid) {
        return answer(aid).isPresent();
    }

    /** The card's answer when the application was selected, its data being the FCI; empty if it was refused or not asked for. */
    public Optional<ResponseApdu> answer(Aid aid) {
        return Optional.ofNullable(selected.get(aid)).filter(r -> r.isOk() || r.sw().sw1() == 0x62);
    }
}
