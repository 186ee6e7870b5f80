// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.Objects;

/**
 * Where something stands in a script.
 *
 * @param file   as it was named, or what stands for it where there is no file
 * @param line   from 1
 * @param column of its first character, from 1
 */
public record Place(String file, int line, int column) {

    /** Checks that it makes sense. */
    public Place {
        Objects.requireNonNull(file);
        if (line < 1 || column < 1) {
            throw new IllegalArgumentException("Lines and columns count from 1, not " + line + ", " + column);
        }
    }

    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
