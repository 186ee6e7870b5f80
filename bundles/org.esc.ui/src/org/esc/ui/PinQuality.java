// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

/** How hard a new token password is to guess, 0 to 100, and a word for it. Advice only: it never stands in anybody's way. */
public final class PinQuality {

    private PinQuality() {
    }

    /** The grades, from worst to best. */
    public enum Grade {
        /** Nothing typed yet. */
        NONE(""),
        /** Below 40. */
        VERY_WEAK("very weak"),
        /** 40 to 49. */
        WEAK("weak"),
        /** 50 to 59. */
        FAIR("fair"),
        /** 60 to 79. */
        GOOD("good"),
        /** 80 and above. */
        STRONG("strong");

        private final String words;

        Grade(String words) {
            this.words = words;
        }

        /** What a person reads. */
        public String words() {
            return words;
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
