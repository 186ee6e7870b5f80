// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.Words;

/** What a row of a plan wants done with a token. */
public enum Task {
    /** Wipe it and load its software. */
    FORMAT("format"),
    /** Give it its user, keys and certificates; again, if it is enrolled. */
    ENROLL("enroll"),
    /** Have the server give it its newest card keys: an enrolled token is enrolled again, which makes new keys and certificates, another one formatted. */
    RE_KEY("re-key"),
    /** Wipe it and end its record at the server. */
    RETIRE("retire");

    private static final Words WORDS = Words.of(Task.class);

    private final String word;

    Task(String word) {
        this.word = word;
    }

    /** As it is written in a plan. */
    public String word() {
        return word;
    }

    /** For a person. */
    public String label() {
        return switch (this) {
            case FORMAT -> WORDS.say("format");
            case ENROLL -> WORDS.say("enroll");
            case RE_KEY -> WORDS.say("re-key");
            case RETIRE -> WORDS.say("retire");
        };
    }

    /** The one that is written so; case does not count, and {@code enrol} and {@code rekey} are taken, too. */
    public static Optional<Task> of(String text) {
        String t = text.strip().toLowerCase(Locale.ROOT);
        return switch (t) {
            case "enrol" -> Optional.of(ENROLL);
            case "rekey" -> Optional.of(RE_KEY);
            default -> Arrays.stream(values()).filter(v -> v.word.equals(t)).findFirst();
        };
    }
}
