// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.diagnose;

import org.esc.apdu.Words;

/**
 * One thing that was looked at.
 *
 * @param id       a stable name for scripts
 * @param verdict  how it is
 * @param sentence what was found
 * @param fix      what to do about it, with the command to type where there is one; empty if all is well
 */
public record SelfCheck(String id, Verdict verdict, String sentence, String fix) {

    private static final Words WORDS = Words.of(SelfCheck.class);

    /** How it is. */
    public enum Verdict {
        /** As it should be. */
        GOOD,
        /** It works, but not all of it. */
        WARNING,
        /** It cannot work like this. */
        BAD,
        /** It could not be looked at, or means nothing here. */
        UNKNOWN;

        /** For a person. */
        public String words() {
            return switch (this) {
                case GOOD -> WORDS.say("ok");
                case WARNING -> WORDS.say("warning");
                case BAD -> WORDS.say("failed");
                case UNKNOWN -> WORDS.say("not checked");
            };
        }
    }

    static SelfCheck good(String id, String sentence) {
        return new SelfCheck(id, Verdict.GOOD, sentence, "");
    }

    static SelfCheck unknown(String id, String sentence) {
        return new SelfCheck(id, Verdict.UNKNOWN, sentence, "");
    }
}
