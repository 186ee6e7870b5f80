// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;

/**
 * What small files hold that are asked for all the time, from user interfaces, too: each is read again only when it has changed. What was made of a file must not
 * be changed by who asks.
 */
public final class LastRead<T> {

    /** A file that was changed less than so many milliseconds ago may be changed once more within the same tick of its clock. */
    private static final long TICK = 100;

    /** Makes something of a file. */
    @FunctionalInterface
    public interface Reader<T> {

        /** Reads it. @throws EscException if that is not possible */
        T read(Path file) throws EscException;
    }

    private record Stamp(FileTime modified, long size, Optional<Object> place, Locale language) {
    }

    private record Copy<T>(Stamp stamp, T content) {
    }

    private final Reader<T> reader;
    private final Map<Path, Copy<T>> copies = new ConcurrentHashMap<>();

    /** @param reader makes something of a file; what it says of it is in the language of that moment */
    public LastRead(Reader<T> reader) {
        this.reader = Objects.requireNonNull(reader);
    }

    /** What a file holds. @throws EscException if it cannot be read */
    public T of(Path file) throws EscException {
        Optional<Stamp> now = stamp(file);
        Copy<T> copy = copies.get(file);
        if (copy != null && now.filter(copy.stamp::equals).isPresent()) {
            return copy.content;
        }
        T content = reader.read(file);
        if (now.filter(s -> System.currentTimeMillis() - s.modified.toMillis() > TICK).isPresent()) {
            copies.put(file, new Copy<>(now.get(), content));
        } else {
            copies.remove(file);
        }
        return content;
    }

    private static Optional<Stamp> stamp(Path file) {
        try {
            var a = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(new Stamp(a.lastModifiedTime(), a.size(), Optional.ofNullable(a.fileKey()), Words.locale()));
        } catch (IOException _) {
            return Optional.empty();
        }
    }
}
