// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import org.esc.apdu.Words;

/** How hard a new token password is to guess, 0 to 100, and a word for it. Advice only: it never stands in anybody's way. */
public final class PinQuality {

    private static final Words WORDS = Words.of(PinQuality.class);

    private PinQuality() {
    }

    /** The grades, from worst to best. */
    public enum Grade {
        /** Nothing typed yet. */
        NONE,
        /** Below 40. */
        VERY_WEAK,
        /** 40 to 49. */
        WEAK,
        /** 50 to 59. */
        FAIR,
        /** 60 to 79. */
        GOOD,
        /** 80 and above. */
        STRONG;

        /** What a person reads. */
        public String words() {
            return switch (this) {
                case NONE -> "";
                case VERY_WEAK -> WORDS.say("very weak");
                case WEAK -> WORDS.say("weak");
                case FAIR -> WORDS.say("fair");
                case GOOD -> WORDS.say("good");
                case STRONG -> WORDS.say("strong");
            };
        }
    }

    /** Points for length (up to 5 characters), digits, characters that are neither letter nor digit, and capitals (up to 3 each). */
    public static int score(char[] password) {
        int digits = 0;
        int others = 0;
        int capitals = 0;
        for (char c : password) {
            if (c >= '0' && c <= '9') {
                digits++;
            } else if (c >= 'A' && c <= 'Z') {
                capitals++;
            } else if (c != '_' && !(c >= 'a' && c <= 'z')) {
                others++;
            }
        }
        int score = Math.min(password.length, 5) * 10 - 20 + Math.min(digits, 3) * 10 + Math.min(others, 3) * 15
                + Math.min(capitals, 3) * 10;
        return Math.clamp(score, 0, 100);
    }

    /** The grade of a password. */
    public static Grade grade(char[] password) {
        int score = score(password);
        if (password.length == 0) {
            return Grade.NONE;
        }
        return score < 40 ? Grade.VERY_WEAK : score < 50 ? Grade.WEAK : score < 60 ? Grade.FAIR
                : score < 80 ? Grade.GOOD : Grade.STRONG;
    }
}
