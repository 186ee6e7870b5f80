// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

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

    /** What to do. */
    public enum Kind {
        /** Put the next card in. */
        INSERT("Insert the next card"),
        /** Leave it alone: it is being worked on. */
        WAIT("Wait"),
        /** Take the card out: all went well. */
        TAKE_OUT("Take the card out"),
        /** Take the card out: it went wrong. */
        FAILED("Take the card out — it went wrong"),
        /** Take the card out: it is not one of the plan. */
        REFUSED("Wrong card — take it out"),
        /** Put the same card in again: it was pulled too early. */
        AGAIN("Insert the same card again"),
        /** Nothing: the run is paused. */
        PAUSED("Paused"),
        /** Nothing more to do. */
        FINISHED("Finished");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        /** In a few words, for the sign. */
        public String words() {
            return words;
        }
    }
}
