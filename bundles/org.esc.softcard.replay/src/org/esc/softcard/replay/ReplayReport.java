// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import java.util.List;

/**
 * How a {@link Replay} went so far.
 *
 * @param trace       the trace's title
 * @param card        which of its cards
 * @param mode        how exact commands had to be
 * @param commands    how many commands came
 * @param answered    how many of them were answered as recorded
 * @param asked       how many of the card's exchanges were asked for, each counted once
 * @param neverAsked  the others: numbers of the first and the last of each row of them, at most {@link #MOST}
 * @param refused     how many commands were refused because they are not in the trace, or not there where they came
 * @param differences the first of those, at most {@link #MOST}
 * @param filled      how many answers had hidden bytes, for which {@code 00} went out
 * @param filledAt    numbers of the first such exchanges, at most {@link #MOST}
 * @param notes       what else a person should know
 */
public record ReplayReport(String trace, Replay.Recorded card, Replay.Mode mode, long commands, long answered, long asked, List<Row> neverAsked, long refused,
        List<Difference> differences, long filled, List<Long> filledAt, List<String> notes) {

    /** How many of a sort are named. */
    public static final int MOST = 100;

    /** Exchanges in a row: numbers of the first and the last. */
    public record Row(long first, long last) {
    }

    /**
     * A command that was refused.
     *
     * @param number   number of the exchange that was to come; 0 if none was
     * @param expected its command; empty if none was. Hidden bytes are {@code **}
     * @param got      the command that came, its secrets masked
     * @param sw       the status word it was refused with
     * @param why      in words
     */
    public record Difference(long number, String expected, String got, String sw, String why) {
    }

    /** Copies the lists. */
    public ReplayReport {
        neverAsked = List.copyOf(neverAsked);
        differences = List.copyOf(differences);
        filledAt = List.copyOf(filledAt);
        notes = List.copyOf(notes);
    }

    /** True if every command was answered as recorded. */
    public boolean matched() {
        return refused == 0;
    }
}
