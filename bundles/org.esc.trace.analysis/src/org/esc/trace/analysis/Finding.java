// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.List;
import java.util.Objects;
import org.esc.apdu.Words;

/**
 * Something in a trace that a person should know.
 *
 * @param rule     id of the rule that found it
 * @param severity how bad it is
 * @param title    the rule's title
 * @param where    numbers of the exchanges, rising; the first {@link #MOST_PLACES} of them
 * @param times    how often it was, also beyond those
 * @param what     what happened, in a sentence
 * @param advice   what to do, in a sentence or more
 */
public record Finding(String rule, Severity severity, String title, List<Long> where, long times, String what, String advice) {

    /** How many places a finding names. */
    public static final int MOST_PLACES = 1000;

    /** How bad it is. */
    public enum Severity {
        /** Good to know. */
        NOTE,
        /** Something is not as it should be. */
        WARNING,
        /** Something went wrong, or is about to. */
        ERROR;

        private static final Words WORDS = Words.of(Severity.class);

        /** In a word for a person. */
        public String words() {
            return switch (this) {
                case NOTE -> WORDS.say("Note");
                case WARNING -> WORDS.say("Warning");
                case ERROR -> WORDS.say("Error");
            };
        }
    }

    /** Copies the list. */
    public Finding {
        Objects.requireNonNull(rule);
        Objects.requireNonNull(severity);
        Objects.requireNonNull(title);
        Objects.requireNonNull(what);
        Objects.requireNonNull(advice);
        where = List.copyOf(where);
    }
}
