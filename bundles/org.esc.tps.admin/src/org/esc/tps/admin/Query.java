// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Words;

/**
 * What is looked for in a list, and which part of it. Made from {@link #ALL} by the methods that add to it.
 *
 * @param filter text to be found, at least {@link #SHORTEST_FILTER} characters
 * @param fields exact values by the server's parameter name: {@code tokenID}, {@code userID}, {@code type}, {@code status}
 * @param start  index of the first entry, from 0
 * @param size   most entries on a page, 1 to {@link #LARGEST_PAGE}
 * @param sort   how to sort; the server's order (newest first where there are times) if empty
 */
public record Query(Optional<String> filter, Map<String, String> fields, int start, int size, Optional<Sort> sort) {

    private static final Words WORDS = Words.of(Query.class);

    /** Servers refuse shorter filters. */
    public static final int SHORTEST_FILTER = 3;
    /** Entries on a page unless said otherwise. */
    public static final int USUAL_PAGE = 20;
    /** Most entries asked for at once. */
    public static final int LARGEST_PAGE = 1000;
    /** Everything, from the beginning. */
    public static final Query ALL = new Query(Optional.empty(), Map.of(), 0, USUAL_PAGE, Optional.empty());

    /** @throws IllegalArgumentException if the filter is too short or the page none */
    public Query {
        filter = filter.map(String::strip).filter(f -> !f.isEmpty());
        if (filter.map(f -> f.length() < SHORTEST_FILTER).orElse(false)) {
            throw new IllegalArgumentException(WORDS.say("A filter has at least {0} characters.", SHORTEST_FILTER));
        }
        if (start < 0 || size < 1 || size > LARGEST_PAGE) {
            throw new IllegalArgumentException(WORDS.say("A page begins at 0 or later and has 1 to {0} entries.", LARGEST_PAGE));
        }
        fields = Map.copyOf(fields);
    }

    /**
     * An order.
     *
     * @param column     name of a field as in the server's JSON: {@code TokenID}, {@code UserID}, {@code ModifyTimestamp}, …
     * @param descending largest or newest first
     */
    public record Sort(String column, boolean descending) {
    }

    /** With text to be found; nothing if blank. */
    public Query filter(String text) {
        return new Query(Optional.of(text), fields, start, size, sort);
    }

    /** With a field of exactly this value; not looked at if blank. */
    public Query with(String field, String value) {
        var more = new LinkedHashMap<>(fields);
        if (value.isBlank()) {
            more.remove(field);
        } else {
            more.put(field, value.strip());
        }
        return new Query(filter, more, start, size, sort);
    }

    /** From this index on. */
    public Query start(int first) {
        return new Query(filter, fields, first, size, sort);
    }

    /** In pages of this size. */
    public Query size(int most) {
        return new Query(filter, fields, start, most, sort);
    }

    /** Sorted by this column. */
    public Query sort(String column, boolean descending) {
        return new Query(filter, fields, start, size, Optional.of(new Sort(column, descending)));
    }
}
