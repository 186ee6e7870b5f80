// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.trace.Bytes.Broken;
import org.esc.trace.Bytes.Out;

/**
 * Writes a trace in our own format ({@code .esctrace}, docs/trace.md), behind what a file holds already. Exchanges come masked; nothing is masked here. What was
 * {@linkplain #flush flushed} outlives the program. Safe for several threads.
 */
public final class TraceWriter implements AutoCloseable {

    private static final Words WORDS = Words.of(TraceWriter.class);

    private static final String STEP = WORDS.say("write the trace");
    private static final int BUFFER = 1 << 16;
    private static final int DIRECTORY_BLOCKS = 64;
    private static final long DIRECTORY_BYTES = 4L << 20;
    /** The directory at the end names all blocks if it is no longer than this; else it goes on from the last one. */
    private static final int MOST_DIRECTORY = 1 << 23;

    private static final Set<Object> WRITTEN = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final Object key;
    private final RandomFile file;
    private final TraceIndex index;
    private final Out out = new Out(2 * BUFFER);
    private final Out payload = new Out(4096);
    private final Interpreter interpreter = new Interpreter(List.of());
    private Optional<Block.Writer> block = Optional.empty();
    private long blockOffset;
    private long directoryOffset;
    /** Where {@link #out} goes. */
    private long position;
    private long number;
    private long sessions;
    private final long sessionBase;
    private final long numberBase;
    private Optional<EscException> broken = Optional.empty();
    private boolean closed;
    private boolean dirty;

    private TraceWriter(Path path, Object key, RandomFile file, TraceIndex index, long number, long sessions) {
        this.path = path;
        this.key = key;
        this.file = file;
        this.index = index;
        this.number = number;
        this.sessions = sessions;
        numberBase = number;
        sessionBase = sessions;
    }

    /**
     * Begins a new file, readable by its owner only.
     *
     * @param decryptable true if ciphertext of masked commands will be in it
     * @throws EscException USAGE if it exists already or cannot be written
     */
    public static TraceWriter create(Path path, boolean decryptable) throws EscException {
        if (Files.exists(path)) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The file {0} exists already.", path)).code("trace-file").advice(WORDS.say("Choose another name.")).exception();
        }
        return append(path, decryptable);
    }

    /**
     * Goes on behind what a file holds, whole or torn, or begins a new one, readable by its owner only. What is appended has sessions of its own, and its
     * numbers go on.
     *
     * @param decryptable true if ciphertext of masked commands will be in it
     * @throws EscException USAGE if it cannot be written, is no trace, is being written by somebody else (code {@code trace-in-use}), or does not say that it is
     *     decryptable and this would be (code {@code trace-not-decryptable})
     */
    public static TraceWriter append(Path path, boolean decryptable) throws EscException {
        Object key = path.toAbsolutePath().normalize();
        RandomFile file = null;
        boolean mine = false;
        try {
            TraceFile.createPrivate(path);
            key = key(path);
            mine = WRITTEN.add(key);
            if (!mine) {
                throw inUse(path);
            }
            file = new RandomFile(path, true);
            if (file.lock().isEmpty()) {
                throw inUse(path);
            }
            return begin(path, key, file, decryptable);
        } catch (IOException | EscException | RuntimeException e) {
            if (mine) {
                WRITTEN.remove(key);
            }
            try {
                if (file != null) {
                    file.close();
                }
            } catch (IOException x) {
                e.addSuppressed(x);
            }
            switch (e) {
                case EscException x -> throw x;
                case RuntimeException x -> throw x;
                default -> throw unwritable(path, e);
            }
        }
    }

    private static TraceWriter begin(Path path, Object key, RandomFile file, boolean decryptable) throws IOException, EscException {
        long size = file.size();
        StoredTrace.Header header = StoredTrace.Header.read(path, file, size);
        byte[] head = Frame.header(decryptable);
        if (size < Frame.FILE_HEADER) {
            // a beginning of a header can only be completed if it is one of this header
            byte[] there = file.read(0, (int) size);
            if (!Arrays.equals(there, Arrays.copyOf(head, there.length))) {
                throw notDecryptable(path);
            }
            var w = new TraceWriter(path, key, file, new TraceIndex(), 1, 0);
            w.position = size;
            w.out.raw(head, there.length, head.length - there.length);
            w.flush();
            return w;
        }
        if (decryptable && !header.decryptable()) {
            throw notDecryptable(path);
        }
        TraceIndex index = TraceIndex.open(file, size, false);
        long number = 1;
        long sessions = 0;
        for (int b = index.blocks() - 1; b >= 0 && sessions == 0; b--) {
            Optional<Block.Reader> last = block(file, index, b);
            if (last.isPresent()) {
                Block.Reader r = last.get();
                number = Math.max(r.head().number(), r.entries().stream().flatMap(Optional::stream).mapToLong(Entry::number).max().orElse(0) + 1);
                sessions = Math.max(r.head().sessions(), r.greatestSession() + 1);
            }
        }
        var w = new TraceWriter(path, key, file, index, number, sessions);
        w.position = size;
        w.directoryOffset = Math.max(Frame.FILE_HEADER, index.lastDirectory());
        if (size > index.position() || !index.endsWell() && size > Frame.FILE_HEADER) {
            // behind something torn readers look for a block
            w.beginBlock(0);
        }
        return w;
    }

    private static Optional<Block.Reader> block(RandomFile file, TraceIndex index, int b) throws IOException {
        var scan = new FrameScan(file, index.offset(b), index.limit(b), false);
        Optional<Block.Reader> reader = Optional.empty();
        for (var next = scan.next(); next.isPresent(); next = scan.next()) {
            if (next.get() instanceof FrameScan.Next.Whole(Frame f, long _)) {
                try {
                    if (f.kind() != Frame.Kind.BLOCK) {
                        if (reader.isPresent()) {
                            reader.get().frame(scan.array(), f);
                        }
                    } else if (reader.isEmpty()) {
                        reader = Optional.of(new Block.Reader(Block.Head.read(scan.array(), f)));
                    }
                } catch (Broken _) {
                    // lost, and nothing can be learned from it
                }
            } else if (next.get() instanceof FrameScan.Next.CutOff) {
                break;
            }
        }
        return reader;
    }

    private static Object key(Path path) throws IOException {
        Object fileKey = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        return fileKey == null ? path.toRealPath() : fileKey;
    }

    /** Whether somebody, this program or another, writes to a file now. */
    static boolean writes(Path path, RandomFile file) throws IOException {
        try {
            return WRITTEN.contains(key(path)) || file.isLocked();
        } catch (NoSuchFileException _) {
            // deleted while it is open
            return false;
        }
    }

    private static EscException inUse(Path path) {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("The trace {0} is being recorded just now.", path)).code("trace-in-use")
                .advice(WORDS.say("End that recording first, or choose another file.")).exception();
    }

    private static EscException notDecryptable(Path path) {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("The trace {0} is marked as one in which no secret can be decrypted.", path))
                .code("trace-not-decryptable").advice(WORDS.say("Choose another file.")).exception();
    }

    private static EscException unwritable(Path path, Exception e) {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("The trace file {0} cannot be written: {1}.", path, TraceFile.why(e))).code("trace-file")
                .advice(WORDS.say("Choose a file in a folder that exists, is yours and has room.")).exception(e);
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** Index behind the last exchange. */
    public synchronized long end() {
        return index.end();
    }

    /**
     * The next exchange.
     *
     * @return its index
     * @throws EscException USAGE if it cannot be written; nothing can from then on
     */
    public synchronized long entry(Entry e) throws EscException {
        check();
        TracedCard c = e.card();
        long session = Math.max(0, c.session()) + sessionBase;
        TracedCard card = session == c.session() ? c : new TracedCard(session, c.reader(), c.atr(), c.protocol());
        long as = Math.max(number, e.number() > Long.MAX_VALUE - numberBase ? number : e.number() + numberBase - 1);
        var entry = card == c && as == e.number() ? e : new Entry(as, e.time(), e.duration(), card, e.origin(), e.command(), e.response(),
                e.failure(), e.pinAtReader(), e.plain());
        Block.Writer b = block.orElse(null);
        if (b == null || b.count() >= Block.USUAL_EXCHANGES || position + out.length() - blockOffset > Block.USUAL_BYTES) {
            number = as;
            b = beginBlock(e.time().map(Instant::getEpochSecond).orElse(0L));
        }
        long at = position + out.length();
        int place = b.count();
        b.entry(entry, out);
        index.add(Frame.Kind.EXCHANGE, at, place);
        dirty = true;
        number = as + 1;
        sessions = Math.max(sessions, session + 1);
        interpreter.pass(entry);
        if (out.length() >= BUFFER) {
            flush();
        }
        return b.first() + place;
    }

    private Block.Writer beginBlock(long second) {
        if (index.unlisted() >= DIRECTORY_BLOCKS || index.unlisted() > 0 && position + out.length() - directoryOffset > DIRECTORY_BYTES) {
            directory(false);
        }
        blockOffset = position + out.length();
        long first = index.end();
        var b = new Block.Writer(new Block.Head(first, number, sessions, second, index.lastDirectory(), interpreter.checkpoint()), out);
        index.add(Frame.Kind.BLOCK, blockOffset, first);
        block = Optional.of(b);
        dirty = true;
        return b;
    }

    private void directory(boolean all) {
        payload.clear();
        index.directory(payload, all);
        if (all && payload.length() > MOST_DIRECTORY) {
            payload.clear();
            index.directory(payload, false);
        }
        directoryOffset = position + out.length();
        Frame.put(out, Frame.Kind.DIRECTORY, payload);
        index.listed(directoryOffset);
    }

    /**
     * What an exchange meant that was written already.
     *
     * @param at        its index
     * @param explained the exchange with its plain form
     * @throws EscException USAGE if it cannot be written; nothing can from then on
     */
    public synchronized void explain(long at, Entry explained) throws EscException {
        check();
        Entry.Plain plain = explained.plain().orElseThrow(() -> new IllegalArgumentException("There is no plain form"));
        if (at < 0 || at >= index.end()) {
            throw new IndexOutOfBoundsException("There is no exchange " + at + " of " + index.end());
        }
        payload.clear();
        payload.number(at);
        Block.plain(payload, plain);
        put(Frame.Kind.PLAIN, at);
        TracedCard c = explained.card();
        interpreter.explained(new TracedCard(Math.max(0, c.session()) + sessionBase, c.reader(), c.atr(), c.protocol()), plain);
    }

    /** A note. @throws EscException USAGE if it cannot be written; nothing can from then on */
    public synchronized void note(Note note) throws EscException {
        check();
        payload.clear();
        payload.number(note.index());
        payload.number(note.mark().ordinal());
        payload.text(note.text());
        put(Frame.Kind.NOTE, note.index());
    }

    /** Says that so many exchanges are missing here. @throws EscException USAGE if it cannot be written; nothing can from then on */
    public synchronized void lost(long count) throws EscException {
        check();
        payload.clear();
        payload.number(count);
        put(Frame.Kind.LOST, count);
    }

    private void put(Frame.Kind kind, long about) throws EscException {
        long at = position + out.length();
        Frame.put(out, kind, payload);
        index.add(kind, at, about);
        dirty = true;
        if (out.length() >= BUFFER) {
            flush();
        }
    }

    private void check() throws EscException {
        if (closed) {
            throw new IllegalStateException("This trace was closed");
        }
        if (broken.isPresent()) {
            throw broken.get();
        }
    }

    /** Hands all that was written to the system. @throws EscException USAGE if it cannot be written; nothing can from then on */
    public synchronized void flush() throws EscException {
        check();
        try {
            file.write(position, out.array(), out.length());
            position += out.length();
            out.clear();
            index.readTo(position);
        } catch (IOException e) {
            try {
                // a frame without its end would only be in the way of who goes on here
                file.truncate(position);
            } catch (IOException x) {
                e.addSuppressed(x);
            }
            broken = Optional.of(unwritable(path, e));
            throw broken.get();
        }
    }

    /** Writes a directory, so that the file opens fast, and lets go of it. @throws EscException USAGE if it cannot be written */
    @Override
    public synchronized void close() throws EscException {
        if (closed) {
            return;
        }
        try {
            if (broken.isEmpty()) {
                if (dirty) {
                    directory(true);
                    payload.clear();
                    payload.u64(directoryOffset);
                    payload.u64(Frame.END_MAGIC);
                    Frame.put(out, Frame.Kind.END, payload);
                }
                flush();
            }
        } finally {
            closed = true;
            WRITTEN.remove(key);
            try {
                file.close();
            } catch (IOException e) {
                // what could be written was
                broken = broken.or(() -> Optional.of(unwritable(path, e)));
            }
        }
    }
}
