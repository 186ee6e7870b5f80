// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;

/** Says which colour rule an exchange falls under. Immutable. */
public final class Painter {

    private static final Words WORDS = Words.of(Painter.class);

    private record Ready(FilterBook.Colour colour, Filter filter) {
    }

    private final List<Ready> rules = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();

    /** Reads the rules that are on; those whose filter cannot be read are left out. */
    public Painter(List<FilterBook.Colour> colours, ZoneId zone) {
        for (FilterBook.Colour c : colours) {
            if (c.on()) {
                try {
                    rules.add(new Ready(c, Filter.parse(c.text(), zone)));
                } catch (FilterException e) {
                    complaints.add(WORDS.say("The colour rule \"{0}\" is left out. {1}", c.name(), e.getMessage()));
                }
            }
        }
    }

    /** How deep a {@link Reading} must be. */
    public Reading.Depth depth() {
        return rules.stream().map(r -> r.filter.depth()).max(Enum::compareTo).orElse(Reading.Depth.BYTES);
    }

    /** The first rule that fits. */
    public Optional<FilterBook.Colour> colour(Row row) {
        for (Ready r : rules) {
            if (r.filter.test(row)) {
                return Optional.of(r.colour);
            }
        }
        return Optional.empty();
    }

    /** Rules that were left out, in words. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }
}
