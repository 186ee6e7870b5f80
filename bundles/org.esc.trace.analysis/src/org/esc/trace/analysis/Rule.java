// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;

/** What all our rules have in common. */
abstract class Rule implements FindingRule {

    private static final Words WORDS = Words.of(Rule.class);

    private final String id;
    private final String title;

    Rule(String id, String title) {
        this.id = id;
        this.title = title;
    }

    @Override
    public final String id() {
        return id;
    }

    @Override
    public final String title() {
        return title;
    }

    /** A pass that collects cases. */
    abstract static class Collecting implements Watch {

        final Cases cases;

        Collecting(FindingRule rule) {
            cases = new Cases(rule);
        }

        @Override
        public java.util.List<Finding> findings() {
            return cases.findings();
        }
    }

    /** {@code 6A82, file or application not found}. */
    static String status(int sw) {
        return sw < 0 ? WORDS.say("no answer") : new StatusWord(sw) + ", " + new StatusWord(sw).meaning();
    }

    /** {@code of application A0…}, or nothing. */
    static String ofApplication(String what, Row row) {
        return row.application().map(a -> WORDS.say("{0} of application {1}", what, a)).orElse(what);
    }

    static long session(Row row) {
        return row.entry().card().session();
    }

    static long number(Row row) {
        return row.entry().number();
    }

    static boolean isInitializeUpdate(Row row) {
        return row.isGlobalPlatform() && row.ins() == 0x50;
    }

    /** GlobalPlatform's EXTERNAL AUTHENTICATE, which opens a secure channel. */
    static boolean opensSecureChannel(Row row) {
        return row.isGlobalPlatform() && row.ins() == 0x82;
    }
}
