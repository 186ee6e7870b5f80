// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.Words;

/**
 * How far a row has come.
 *
 * @param number       of the row, from 1
 * @param row          what it wants
 * @param state        see {@link State}
 * @param cuid         the card that it is for: the plan's, or the one that came and took it
 * @param reader       where it was last worked on; may be empty
 * @param attempts     how often it was begun
 * @param began        when it was last begun
 * @param ended        when it ended
 * @param code         for scripts: {@code ok}, or the code of what went wrong
 * @param endOp        the server's END_OP code; -1 if there was none
 * @param message      the result in words
 * @param advice       what to do next, may be empty
 * @param certificates serial numbers of the certificates that are on the token now, hexadecimal
 * @param keysBefore   versions of the card's keys before, as far as it tells
 * @param keysAfter    and after
 * @param notes        what a person should know, in sentences
 */
public record RowState(int number, Row row, State state, Optional<Cuid> cuid, String reader, int attempts, Optional<Instant> began,
        Optional<Instant> ended, String code, int endOp, String message, String advice, List<String> certificates, String keysBefore,
        String keysAfter, List<String> notes) {

    private static final Words WORDS = Words.of(RowState.class);

    public RowState {
        certificates = List.copyOf(certificates);
        notes = List.copyOf(notes);
    }

    /** Where a row may be. */
    public enum State {
        /** Not begun. */
        OPEN("open"),
        /** Being worked on. */
        RUNNING("running"),
        /** Begun and cut off: the card has to be looked at. */
        INTERRUPTED("interrupted"),
        /** Complete. */
        DONE("done"),
        /** Went wrong. */
        FAILED("failed"),
        /** Left out by a person. */
        SKIPPED("skipped");

        private final String word;

        State(String word) {
            this.word = word;
        }

        /** For programs: in reports. */
        public String word() {
            return word;
        }

        /** For a person. */
        public String label() {
            return switch (this) {
                case OPEN -> WORDS.say("open");
                case RUNNING -> WORDS.say("running");
                case INTERRUPTED -> WORDS.say("interrupted");
                case DONE -> WORDS.say("done");
                case FAILED -> WORDS.say("failed");
                case SKIPPED -> WORDS.say("skipped");
            };
        }

        /** True if there is nothing more to do about it. */
        public boolean closed() {
            return this == DONE || this == FAILED || this == SKIPPED;
        }
    }

    /** A row that was not begun. */
    public static RowState open(int number, Row row) {
        return new RowState(number, row, State.OPEN, row.cuid(), "", 0, Optional.empty(), Optional.empty(), "", -1, "", "", List.of(), "", "",
                List.of());
    }

    RowState at(State other) {
        return new RowState(number, row, other, cuid, reader, attempts, began, ended, code, endOp, message, advice, certificates, keysBefore,
                keysAfter, notes);
    }
}
