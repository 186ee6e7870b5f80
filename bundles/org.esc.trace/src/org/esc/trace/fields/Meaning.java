// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.fields;

import java.util.List;
import org.esc.trace.Field;

/**
 * What some bytes say.
 *
 * @param words in words; empty if the bytes speak for themselves
 * @param parts what they are made of; offsets count from the first of them
 */
public record Meaning(String words, List<Field> parts) {

    /** Nothing to say. */
    public static final Meaning NONE = new Meaning("", List.of());

    /** Copies the list. */
    public Meaning {
        parts = List.copyOf(parts);
    }

    /** Words alone. */
    public static Meaning of(String words) {
        return words.isEmpty() ? NONE : new Meaning(words, List.of());
    }

    /** Parts alone. */
    public static Meaning of(List<Field> parts) {
        return new Meaning("", parts);
    }
}
