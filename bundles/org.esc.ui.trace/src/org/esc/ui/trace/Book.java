// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.EscException;
import org.esc.card.Subscription;
import org.esc.command.UserDirs;
import org.esc.trace.analysis.FilterBook;
import org.esc.trace.analysis.Painter;

/** This user's saved filters and colour rules, the same in all views. On the UI thread only. */
final class Book {

    private static final List<Runnable> LISTENERS = new CopyOnWriteArrayList<>();
    private static Optional<FilterBook> book = Optional.empty();
    private static List<String> complaints = List.of();

    private Book() {
    }

    private static Path file() {
        return UserDirs.config().resolve("trace-filters.properties");
    }

    /** The filters and rules; the standard ones if the file cannot be read. */
    static FilterBook get() {
        if (book.isEmpty()) {
            try {
                var loaded = FilterBook.load(file());
                book = Optional.of(loaded.book());
                complaints = loaded.complaints();
            } catch (EscException e) {
                book = Optional.of(FilterBook.standard());
                complaints = List.of(e.problem().message());
            }
        }
        return book.get();
    }

    /** What makes no sense in the file, in words. */
    static List<String> complaints() {
        get();
        return complaints;
    }

    /** Keeps others. @throws EscException if they cannot be saved; then those of before stay */
    static void set(FilterBook other) throws EscException {
        // what somebody wrote by hand and cannot be read is not to be lost
        FilterBook.load(file());
        other.save(file());
        book = Optional.of(other);
        complaints = List.of();
        LISTENERS.forEach(Runnable::run);
    }

    /** What the rules colour. */
    static Painter painter() {
        return new Painter(get().colours(), ZoneId.systemDefault());
    }

    /** Calls {@code changed} when something else is kept. */
    static Subscription subscribe(Runnable changed) {
        LISTENERS.add(changed);
        return () -> LISTENERS.remove(changed);
    }
}
