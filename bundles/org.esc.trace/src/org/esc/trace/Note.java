// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.Objects;

/**
 * What a person noted at an exchange. There is one note at an exchange; a later one takes the place of an earlier one.
 *
 * @param index of the exchange within its trace
 * @param mark  a colour to find it by
 * @param text  words; may be empty
 */
public record Note(long index, Mark mark, String text) {

    /** Colours of bookmarks. What they stand for is up to who sets them. */
    public enum Mark {
        /** No bookmark: only words. With no words either the note is taken away. */
        NONE, RED, ORANGE, YELLOW, GREEN, BLUE, VIOLET
    }

    /** Checks that nothing is missing. */
    public Note {
        Objects.requireNonNull(mark);
        Objects.requireNonNull(text);
    }

    /** True if it says that there is no note any more. */
    public boolean isEmpty() {
        return mark == Mark.NONE && text.isEmpty();
    }
}
