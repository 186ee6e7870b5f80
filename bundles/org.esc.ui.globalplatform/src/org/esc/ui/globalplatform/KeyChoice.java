// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.securechannel.keys.NamedKeys;

/**
 * The keys that a person chose to open a card with; names only, never the keys themselves.
 *
 * @param set     name of a key set; empty to be asked for the keys each time
 * @param version version of the card's key set, two hexadecimal digits; 00 for the card's choice
 * @param kdf     how the card's keys come from the set; empty for what the set says
 * @param level   protection of the channel, as the verbs' argument has it
 */
record KeyChoice(Optional<String> set, String version, Optional<String> kdf, String level) {

    private static final Words WORDS = Words.of(KeyChoice.class);

    /** Version that lets the card choose. */
    static final String ANY_VERSION = "00";
    /** Protections to choose from. */
    static final List<String> LEVELS = List.of("mac", "mac-enc", "mac-rmac", "mac-enc-rmac", "full");

    /** The published keys that cards come with. */
    static final KeyChoice FACTORY = new KeyChoice(Optional.of(NamedKeys.FACTORY), ANY_VERSION, Optional.empty(), "mac-enc");

    /** A key set that is used as it says itself. */
    static KeyChoice of(String set) {
        return new KeyChoice(Optional.of(set), ANY_VERSION, Optional.empty(), FACTORY.level());
    }

    /** What is wrong with a version as a person typed it. */
    static Optional<String> complaint(String version) {
        return version.matches("[0-9A-Fa-f]{1,2}") ? Optional.empty()
                : Optional.of(WORDS.say("The version is two hexadecimal digits; 00 lets the card choose."));
    }

    /** As words of a verb's arguments. */
    Map<String, List<String>> words() {
        var words = new HashMap<String, List<String>>();
        set.ifPresent(s -> words.put("keys", List.of(s)));
        kdf.ifPresent(k -> words.put("kdf", List.of(k)));
        words.put("keyVersion", List.of(version));
        words.put("level", List.of(level));
        return words;
    }
}
