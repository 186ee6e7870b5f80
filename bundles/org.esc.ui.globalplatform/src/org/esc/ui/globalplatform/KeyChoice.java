// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The keys that a person chose to open a card with; names only, never the keys themselves.
 *
 * @param set     name of a key set; empty to be asked for the keys each time
 * @param version version of the card's key set, two hexadecimal digits; 00 for the card's choice
 * @param kdf     how the card's keys come from the set; empty for what the set says
 * @param level   protection of the channel, as the verbs' argument has it
 */
record KeyChoice(Optional<String> set, String version, Optional<String> kdf, String level) {

    /** The published keys that cards come with. */
    static final KeyChoice FACTORY = new KeyChoice(Optional.of("factory"), "00", Optional.empty(), "mac-enc");

    /** As words of a verb's arguments. */
    Map<String, List<String>> words() {
        var words = new HashMap<String, List<String>>();
        set.ifPresent(s -> words.put("keys", List.of(s)));
        kdf.ifPresent(k -> words.put("kdf", List.of(k)));
        words.put("keyVersion", List.of(version));
        words.put("level", List.of(level));
        return words;
    }

    /** In words for a person. */
    String text() {
        return set.map(s -> s.equals("factory") ? "factory keys" : "key set \"" + s + "\"").orElse("keys asked for each time")
                + (version.equals("00") ? "" : ", version " + version) + kdf.map(k -> ", diversified by " + k).orElse("") + ", " + level;
    }
}
