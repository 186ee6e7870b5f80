// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.util.List;
import java.util.OptionalLong;

/**
 * Part of a list.
 *
 * @param entries in the list's order
 * @param start   index of the first one
 * @param total   how many there are in all, where the server says so ({@code /v2} does not for tokens)
 * @param more    whether there are more after these
 * @param sorted  false if another order was asked for than the server can give over all entries; these are then sorted among themselves only
 * @param <T>     what is listed
 */
public record Page<T>(List<T> entries, int start, OptionalLong total, boolean more, boolean sorted) {

    public Page {
        entries = List.copyOf(entries);
    }
}
