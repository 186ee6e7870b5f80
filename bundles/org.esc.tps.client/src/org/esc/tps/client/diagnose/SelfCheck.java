// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.diagnose;

/**
 * One thing that was looked at.
 *
 * @param id       a stable name for scripts
 * @param verdict  how it is
 * @param sentence what was found
 * @param fix      what to do about it, with the command to type where there is one; empty if all is well
 */
public record SelfCheck(String id, Verdict verdict, String sentence, String fix) {

    /** How it is. */
    public enum Verdict {
        /** As it should be. */
        GOOD("ok"),
        /** It works, but not all of it. */
        WARNING("warning"),
        /** It cannot work like this. */
        BAD("failed"),
        /** It could not be looked at, or means nothing here. */
        UNKNOWN("not checked");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }

        /** For a person. */
        public String words() {
            return words;
        }
    }

    static SelfCheck good(String id, String sentence) {
        return new SelfCheck(id, Verdict.GOOD, sentence, "");
    }

    static SelfCheck unknown(String id, String sentence) {
        return new SelfCheck(id, Verdict.UNKNOWN, sentence, "");
    }
}
