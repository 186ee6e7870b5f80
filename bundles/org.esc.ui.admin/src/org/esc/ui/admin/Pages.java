// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.esc.apdu.EscException;
import org.esc.command.Cancel;
import org.esc.tps.admin.Page;
import org.esc.tps.admin.Query;

/** A list that lies at a server and is read piece by piece, never on the UI thread. */
@FunctionalInterface
interface Pages<T> {

    /** Rows of a piece. */
    int SIZE = 100;

    /**
     * Reads a piece.
     *
     * @param start how many to skip
     * @param size  how many to read at most
     * @param sort  the order asked for; {@link Page#sorted} says whether the server could give it
     */
    Page<T> read(int start, int size, Optional<Query.Sort> sort, Cancel cancel) throws EscException;

    /** A list that is short and comes as a whole. */
    static <T> Pages<T> whole(Whole<T> list) {
        return (start, size, sort, cancel) -> {
            List<T> all = list.read(cancel);
            int from = Math.min(start, all.size());
            int to = Math.min(from + size, all.size());
            return new Page<>(all.subList(from, to), from, OptionalLong.of(all.size()), to < all.size(), sort.isEmpty());
        };
    }

    /** Reads a whole list. */
    @FunctionalInterface
    interface Whole<T> {
        List<T> read(Cancel cancel) throws EscException;
    }
}
