// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import org.esc.apdu.Words;

/**
 * What a person in front of a reader is to do, to be shown large.
 *
 * @param reader  which reader
 * @param kind    what to do
 * @param text    the same in a sentence, with the reason
 * @param row     the row that is worked on, or was last; 0 for none
 * @param percent how far it is; -1 if that cannot be told
 */
public record Sign(String reader, Kind kind, String text, int row, int percent) {

    private static final Words WORDS = Words.of(Sign.class);

    /** What to do. */
    public enum Kind {
        /** Put the next card in. */
        INSERT,
        /** Leave it alone: it is being worked on. */
        WAIT,
        /** Take the card out: all went well. */
        TAKE_OUT,
        /** Take the card out: it went wrong. */
        FAILED,
        /** Take the card out: it is not one of the plan. */
        REFUSED,
        /** Put the same card in again: it was pulled too early. */
        AGAIN,
        /** Nothing: the run is paused. */
        PAUSED,
        /** Nothing more to do. */
        FINISHED;

        /** In a few words, for the sign. */
        public String words() {
            return switch (this) {
                case INSERT -> WORDS.say("Insert the next card");
                case WAIT -> WORDS.say("Wait");
                case TAKE_OUT -> WORDS.say("Take the card out");
                case FAILED -> WORDS.say("Take the card out — it went wrong");
                case REFUSED -> WORDS.say("Wrong card — take it out");
                case AGAIN -> WORDS.say("Insert the same card again");
                case PAUSED -> WORDS.say("Paused");
                case FINISHED -> WORDS.say("Finished");
            };
        }
    }
}
