// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.List;
import java.util.Optional;

/**
 * Numbers of one chart.
 *
 * @param title what they are
 * @param head  what the bars stand for: {@code State}, {@code Day}, …
 * @param bars  in their order
 * @param note  where the numbers come from and what they leave out
 */
record Figures(String title, String head, List<Bar> bars, String note) {

    Figures {
        bars = List.copyOf(bars);
    }

    /**
     * One bar.
     *
     * @param label in words
     * @param value its length
     * @param tone  its colour, which says nothing that the label does not
     * @param open  where the things counted can be seen
     */
    record Bar(String label, long value, Tone tone, Optional<Target> open) {
    }

    /** What a bar looks like. */
    enum Tone {
        /** As usual. */
        PLAIN,
        /** All is well. */
        GOOD,
        /** Soon not. */
        WARN,
        /** Not well. */
        BAD,
        /** Of no interest. */
        PALE
    }

    /** A filtered list. @param kind which list @param filter what its search is set to */
    record Target(Kind kind, Filter filter) {
    }

    /** The largest value. */
    long most() {
        return bars.stream().mapToLong(Bar::value).max().orElse(0);
    }

    /** All in one sentence, for a screen reader. */
    String sentence() {
        var words = new StringBuilder(title).append(": ");
        bars.forEach(b -> words.append(b.label()).append(' ').append(b.value()).append(", "));
        return words.substring(0, words.length() - 2) + ".";
    }
}
