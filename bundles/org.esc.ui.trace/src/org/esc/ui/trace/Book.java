// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.FileTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.EscException;
import org.esc.card.Subscription;
import org.esc.trace.analysis.FilterBook;
import org.esc.trace.analysis.Painter;
import org.esc.ui.Aside;

/** This user's saved filters and colour rules, the same in all views. On the UI thread only. */
final class Book {

    private static final List<Runnable> LISTENERS = new CopyOnWriteArrayList<>();
    private static final FileTime NEVER = FileTime.fromMillis(0);
    private static Optional<FilterBook> book = Optional.empty();
    private static FileTime read = NEVER;
    private static List<String> complaints = List.of();

    private Book() {
    }

    /** When the file was changed last; the terminal may do that, too. */
    private static FileTime changed() {
        try {
            return Files.getLastModifiedTime(FilterBook.file());
        } catch (IOException _) {
            return NEVER;
        }
    }

    /** The filters and rules; the standard ones if the file cannot be read. */
    static FilterBook get() {
        FileTime now = changed();
        if (book.isEmpty() || !now.equals(read)) {
            read = now;
            try {
                var loaded = FilterBook.load(FilterBook.file());
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
        Aside.go(() -> {
            // what somebody wrote by hand and cannot be read is not to be lost
            FilterBook.load(FilterBook.file());
            other.save(FilterBook.file());
        });
        read = changed();
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
