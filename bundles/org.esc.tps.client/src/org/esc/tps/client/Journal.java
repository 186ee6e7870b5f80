// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.esc.apdu.Cuid;
import org.esc.command.UserDirs;
import org.esc.tps.Operation;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Remembers, in one small text file per card, which operations changed the card and whether they came to their end, so that a card left
 * half-done by a pulled plug or a lost connection is recognised when it is inserted again.
 */
@Component(service = Journal.class)
public final class Journal {

    private static final int MOST_LINES = 200;
    private static final Set<Path> RUNNING = ConcurrentHashMap.newKeySet();

    private final Path dir;

    /** The journal of this user. */
    @Activate
    public Journal() {
        this(UserDirs.state().resolve("journal"));
    }

    /** A journal in a directory, which is made when needed. */
    public Journal(Path dir) {
        this.dir = dir;
    }

    /**
     * An operation that began to change the card and has not been completed.
     *
     * @param operation what it was
     * @param since     when it began
     */
    public record HalfDone(Operation operation, Instant since) {
    }

    /** An operation under way. */
    final class Entry {

        private final Path file;
        private final Operation operation;

        private Entry(Path file, Operation operation) {
            this.file = file;
            this.operation = operation;
        }

        /** The server said that the operation is complete. */
        void finished() {
            RUNNING.remove(file);
            append(file, operation, "finished");
        }

        /** The operation ended in another way; the card stays half-done. */
        void failed() {
            RUNNING.remove(file);
            append(file, operation, "failed");
        }
    }

    /** Notes, before the card is changed for the first time, that an operation is about to do so. */
    Entry started(Cuid cuid, Operation operation) {
        Path file = file(cuid);
        RUNNING.add(file);
        append(file, operation, "started");
        return new Entry(file, operation);
    }

    /**
     * Whether the last operation that changed this card was cut short. An operation that is running now, in this program or another, is
     * not half-done. A reset of the password that was cut does not count: the card is whole.
     */
    public Optional<HalfDone> halfDone(Cuid cuid) {
        Path file = file(cuid);
        if (RUNNING.contains(file)) {
            return Optional.empty();
        }
        List<String> lines = read(file);
        for (int i = lines.size() - 1; i >= 0; i--) {
            String[] f = lines.get(i).split(" ");
            if (f.length != 4) {
                // a line that was being written when the power went: the one before it counts
                continue;
            }
            try {
                var at = Instant.parse(f[0]);
                var operation = Operation.valueOf(f[1]);
                boolean other = f[2].equals("started") && !f[3].equals(pid()) && alive(f[3]);
                if (operation == Operation.RESET_PIN) {
                    continue;
                }
                return f[2].equals("finished") || other ? Optional.empty() : Optional.of(new HalfDone(operation, at));
            } catch (DateTimeParseException | IllegalArgumentException _) {
                continue;
            }
        }
        return Optional.empty();
    }

    /**
     * What became of the last operation that changed a card.
     *
     * @param operation what it was
     * @param finished  true if the server said that it is complete
     * @param at        when that was noted
     */
    public record Last(Operation operation, boolean finished, Instant at) {
    }

    /** The last note about a card; empty if no operation changed it. */
    public Optional<Last> last(Cuid cuid) {
        for (String line : read(file(cuid)).reversed()) {
            String[] f = line.split(" ");
            try {
                if (f.length == 4) {
                    return Optional.of(new Last(Operation.valueOf(f[1]), f[2].equals("finished"), Instant.parse(f[0])));
                }
            } catch (DateTimeParseException | IllegalArgumentException _) {
                // torn: the line before it counts
            }
        }
        return Optional.empty();
    }

    private Path file(Cuid cuid) {
        return dir.resolve(cuid + ".journal");
    }

    private static String pid() {
        return Long.toString(ProcessHandle.current().pid());
    }

    private static boolean alive(String pid) {
        return pid.matches("\\d{1,18}") && ProcessHandle.of(Long.parseLong(pid)).map(ProcessHandle::isAlive).orElse(false);
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.US_ASCII);
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException _) {
            // a journal that cannot be read must not keep anybody from using a card
            return List.of();
        }
    }

    private void append(Path file, Operation operation, String what) {
        try {
            UserDirs.create(dir);
            List<String> old = read(file);
            if (old.size() > MOST_LINES) {
                Files.write(file, old.subList(old.size() - 10, old.size()), StandardCharsets.US_ASCII);
            }
            // begins with a line end too, so that a torn line before it does not swallow this one
            Files.writeString(file, "\n" + Instant.now() + " " + operation + " " + what + " " + pid() + "\n",
                    StandardCharsets.US_ASCII, StandardOpenOption.CREATE, StandardOpenOption.APPEND, StandardOpenOption.SYNC);
        } catch (IOException | RuntimeException _) {
            // no room, no right: the operation is worth more than its note
        }
    }
}
