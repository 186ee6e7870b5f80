// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/**
 * The journal of a run: a text file that only grows. Each line says one thing that happened, bears its number and a check over both, and is on the disk before
 * the next step is taken. A line that was being written when the power went is cut off; anything else that does not fit is damage, and the file is left alone.
 *
 * <pre>check TAB time TAB kind TAB name=value TAB …</pre>
 */
final class RunLog implements AutoCloseable {

    private static final Words WORDS = Words.of(RunLog.class);

    /** Ends the name of every journal. */
    static final String EXTENSION = ".run";
    private static final String STEP = WORDS.say("keep the journal");
    private static final long LARGEST = 1L << 30;

    /** Something that happened. */
    record Entry(Instant at, String kind, Map<String, String> values) {

        Entry {
            values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        }

        /** The value of this name; empty if there is none. */
        String get(String name) {
            return values.getOrDefault(name, "");
        }

        Optional<String> find(String name) {
            return Optional.ofNullable(values.get(name)).filter(v -> !v.isEmpty());
        }

        int number(String name) {
            try {
                return Integer.parseInt(get(name));
            } catch (NumberFormatException _) {
                return 0;
            }
        }

        private String body() {
            var b = new StringBuilder(at.toString()).append('\t').append(kind);
            values.forEach((n, v) -> b.append('\t').append(n).append('=').append(escaped(v)));
            return b.toString();
        }
    }

    /** Where the bytes go; tests put a full disk in its place. */
    interface Disk extends AutoCloseable {
        /** Appends all of it and has it on the disk when it returns. */
        void append(byte[] bytes) throws IOException;

        /** Cuts off what is behind this length. */
        void cut(long length) throws IOException;

        @Override
        void close() throws IOException;
    }

    private final Path file;
    private final Disk disk;
    private final List<Entry> entries;
    private long length;
    private Optional<EscException> broken = Optional.empty();

    private RunLog(Path file, Disk disk, List<Entry> entries, long length) {
        this.file = file;
        this.disk = disk;
        this.entries = entries;
        this.length = length;
    }

    /** Makes a journal that is not there yet, for the owner only. @throws EscException if it is, or cannot be made */
    static RunLog create(Path file) throws EscException {
        try {
            FileAttribute<?>[] owner = file.toAbsolutePath().getFileSystem().supportedFileAttributeViews().contains("posix")
                    ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))} : new FileAttribute<?>[0];
            Files.createFile(file, owner);
        } catch (FileAlreadyExistsException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("There is a journal {0} already.", file)).code("file-exists")
                    .advice(WORDS.say("Go on with it (--resume), or name another file with --journal.")).exception(e);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
        return new RunLog(file, open(file), new ArrayList<>(), 0);
    }

    /** Goes on with a journal, which is then locked, and without the line that was cut short, if there is one. */
    static RunLog resume(Path file) throws EscException {
        Disk disk = open(file);
        try {
            byte[] bytes = bytes(file);
            var entries = new ArrayList<Entry>();
            int whole = parse(file, bytes, entries);
            if (whole < bytes.length) {
                disk.cut(whole);
            }
            return new RunLog(file, disk, entries, whole);
        } catch (IOException e) {
            close(disk);
            throw unwritable(file, e);
        } catch (EscException e) {
            close(disk);
            throw e;
        }
    }

    /** This journal with its bytes going elsewhere from now on. */
    RunLog through(UnaryOperator<Disk> other) {
        return new RunLog(file, other.apply(disk), entries, length);
    }

    /** What a journal says, of a run that may be under way. */
    static List<Entry> read(Path file) throws EscException {
        try {
            var entries = new ArrayList<Entry>();
            parse(file, bytes(file), entries);
            return entries;
        } catch (NoSuchFileException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the journal"), WORDS.say("There is no journal {0}.", file)).code("file-unreadable").exception(e);
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the journal"), WORDS.say("The journal {0} cannot be read: {1}", file, e.getMessage()))
                    .code("file-unreadable").exception(e);
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new IOException(WORDS.say("it is too large"));
        }
        return Files.readAllBytes(file);
    }

    private static Disk open(Path file) throws EscException {
        FileChannel c = null;
        try {
            c = FileChannel.open(file, StandardOpenOption.WRITE);
            FileLock lock = c.tryLock();
            if (lock == null) {
                throw new OverlappingFileLockException();
            }
            c.position(c.size());
            FileChannel channel = c;
            return new Disk() {
                @Override
                public void append(byte[] bytes) throws IOException {
                    channel.position(channel.size());
                    var b = ByteBuffer.wrap(bytes);
                    while (b.hasRemaining()) {
                        channel.write(b);
                    }
                    channel.force(true);
                }

                @Override
                public void cut(long to) throws IOException {
                    channel.truncate(to);
                    channel.force(true);
                }

                @Override
                public void close() throws IOException {
                    channel.close();
                }
            };
        } catch (OverlappingFileLockException e) {
            close(c);
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("Another process is working on this run ({0}).", file)).code("run-in-use")
                    .advice(WORDS.say("Wait until it has ended, or stop it.")).exception(e);
        } catch (NoSuchFileException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("There is no journal {0}.", file)).code("file-unreadable").exception(e);
        } catch (IOException e) {
            close(c);
            throw unwritable(file, e);
        }
    }

    private static void close(AutoCloseable c) {
        try {
            if (c != null) {
                c.close();
            }
        } catch (Exception _) {
            // nothing was written to it that had not been forced
        }
    }

    private static EscException unwritable(Path file, IOException e) {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("The journal {0} cannot be written: {1}", file, e.getMessage())).code("file-unwritable")
                .advice(WORDS.say("Make room or choose another place with --journal; then go on with --resume. Nothing is done that the journal does not know of."))
                .exception(e);
    }

    /** @return how many bytes make whole lines */
    private static int parse(Path file, byte[] bytes, List<Entry> entries) throws EscException {
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '\n') {
                continue;
            }
            Optional<Entry> e = entry(new String(bytes, from, i - from, StandardCharsets.UTF_8), entries.size());
            if (e.isEmpty()) {
                if (i == bytes.length - 1) {
                    // the last one, written in part: blocks of a disk come in any order
                    return from;
                }
                throw Problem.of(Fault.USAGE, WORDS.say("read the journal"), entries.isEmpty() ? WORDS.say("{0} is no journal of a run.", file)
                        : WORDS.say("The journal {0} is damaged in line {1}.", file, entries.size() + 1)).code("bad-journal")
                        .advice(WORDS.say("It is left as it is. Go on from a copy of it without the damaged end, or begin a new run.")).exception();
            }
            entries.add(e.get());
            from = i + 1;
        }
        return from;
    }

    private static Optional<Entry> entry(String line, int number) {
        String[] f = line.split("\t", -1);
        int tab = line.indexOf('\t');
        if (f.length < 3 || !f[0].equals(check(line.substring(tab + 1), number))) {
            return Optional.empty();
        }
        try {
            var values = new LinkedHashMap<String, String>();
            for (int i = 3; i < f.length; i++) {
                int eq = f[i].indexOf('=');
                values.put(f[i].substring(0, eq), unescaped(f[i].substring(eq + 1)));
            }
            return Optional.of(new Entry(Instant.parse(f[1]), f[2], values));
        } catch (DateTimeException | IndexOutOfBoundsException | NumberFormatException _) {
            return Optional.empty();
        }
    }

    private static String check(String body, int number) {
        var crc = new CRC32();
        crc.update((number + "\t" + body).getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", crc.getValue());
    }

    private static String escaped(String v) {
        var b = new StringBuilder();
        for (char c : v.toCharArray()) {
            if (c < ' ' || c == '%' || c == 0x7F) {
                b.append(String.format("%%%02X", (int) c));
            } else {
                b.append(c);
            }
        }
        return b.toString();
    }

    private static String unescaped(String v) {
        var b = new StringBuilder();
        for (int i = 0; i < v.length(); i++) {
            if (v.charAt(i) == '%') {
                b.append((char) Integer.parseInt(v.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                b.append(v.charAt(i));
            }
        }
        return b.toString();
    }

    /** What it says so far. */
    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    Path file() {
        return file;
    }

    /** Notes something; it is on the disk when this returns. Names and values come in pairs. */
    void note(String kind, String... pairs) throws EscException {
        var values = new LinkedHashMap<String, String>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1]);
        }
        note(List.of(new Entry(now(), kind, values)));
    }

    static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Notes several things at once. @throws EscException USAGE, code {@code file-unwritable}: then none of them is noted, and nothing more will be */
    synchronized void note(List<Entry> more) throws EscException {
        if (broken.isPresent()) {
            throw broken.get();
        }
        var text = new StringBuilder();
        int number = entries.size();
        for (Entry e : more) {
            String body = e.body();
            text.append(check(body, number++)).append('\t').append(body).append('\n');
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        try {
            disk.append(bytes);
        } catch (IOException e) {
            broken = Optional.of(unwritable(file, e));
            try {
                disk.cut(length);
            } catch (IOException _) {
                // then the next who reads it cuts it
            }
            throw broken.get();
        }
        length += bytes.length;
        entries.addAll(more);
    }

    @Override
    public void close() {
        close(disk);
    }
}
