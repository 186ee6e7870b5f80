// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import org.esc.apdu.Cuid;
import org.esc.apdu.Words;

/**
 * The other card on the desk, as it and the records tell of it.
 *
 * @param reader   the reader that holds it
 * @param cuid     its number
 * @param state    what it is in words: "Formatted"
 * @param recorded what the server has on record, in words; empty if it has nothing or does not tell
 * @param owner    short name of whose it is: on record, else in its certificate; empty if nobody's
 * @param kind     what that makes it
 */
public record SeenCard(String reader, Cuid cuid, String state, String recorded, String owner, Kind kind) {

    private static final Words WORDS = Words.of(SeenCard.class);

    /** Whose card it is. */
    public enum Kind {
        /** Nobody's. */
        BLANK,
        /** A person's. */
        USER,
        /** A security officer's. */
        OFFICER,
        /** The card that the officer at this desk signed in with. */
        OWN
    }

    /** In a sentence. */
    public String inWords() {
        return switch (kind) {
            case BLANK -> WORDS.say("This card is nobody's yet.");
            case USER -> owner.isEmpty() ? WORDS.say("This card belongs to somebody.") : WORDS.say("This card belongs to {0}.", owner);
            case OFFICER -> WORDS.say("This card belongs to the security officer {0}.", owner);
            case OWN -> WORDS.say("This is the card of the officer at this desk.");
        };
    }
}
