// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.nio.file.Path;
import java.util.Optional;
import org.esc.command.Arg;
import org.esc.tps.admin.Query;

/** Which part of a list: arguments of all verbs that show one. */
public record ListArgs(
        @Arg(names = "--filter", label = "TEXT", help = "What has this in it, 3 characters or more.") Optional<String> filter,
        @Arg(names = "--start", label = "N", help = "How many to skip.", defaultValue = "0") int start,
        @Arg(names = "--size", label = "N", help = "How many to show, up to 1000.", defaultValue = "100") int size,
        @Arg(names = "--sort", label = "FIELD", help = "Sort by this field of the server's, with a dash in front the other way round.")
                Optional<String> sort,
        @Arg(names = "--export", label = "FILE", help = "Write all, not a page, to this file: .csv, or .json with an entry on each line.")
                Optional<Path> export) {

    /** @throws IllegalArgumentException if the part is none */
    public ListArgs {
        query(filter, start, size, sort);
    }

    Query query() {
        return query(filter, start, size, sort);
    }

    private static Query query(Optional<String> filter, int start, int size, Optional<String> sort) {
        Query q = Query.ALL.filter(filter.orElse("")).start(start).size(size);
        return sort.isEmpty() ? q : sort.get().startsWith("-") ? q.sort(sort.get().substring(1), true) : q.sort(sort.get(), false);
    }
}
