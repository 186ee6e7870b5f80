// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.card.Subscription;
import org.esc.trace.Bytes.Broken;
import org.esc.trace.Bytes.In;

/**
 * A trace in a file of our own format ({@code .esctrace}, docs/trace.md). Opening it reads its directory, or what a killed program left behind the last one;
 * exchanges are read in blocks when they are asked for, and a few blocks are kept. A file that grows is followed while somebody has {@linkplain #subscribe
 * subscribed}, or by {@link #refresh}. What is damaged is told, and in the place of exchanges that are lost stand entries that say so.
 */
public final class StoredTrace implements Trace {

    private static final Words WORDS = Words.of(StoredTrace.class);

    private static final String STEP = WORDS.say("read the trace");
    private static final int KEPT_BLOCKS = 8;
    private static final long WATCH_MILLIS = 200;

    private final Path path;
    private final RandomFile file;
    private final boolean decryptable;
    private final TreeMap<Long, Damage> damage = new TreeMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final TraceIndex index;
    /** Where plain forms lie that were written later than the block they belong to, by exchange. */
    private final Map<Long, Long> late = new HashMap<>();
    private int extrasSeen;
    private final Map<Long, Note> notes = new TreeMap<>();
    private final Map<Integer, Loaded> kept = new LinkedHashMap<>(16, 0.75f, true) {

        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Loaded> eldest) {
            return size() > KEPT_BLOCKS;
        }
    };
    private volatile Loaded recent = Loaded.NONE;
    private volatile long end;
    private volatile boolean complete;
    private volatile boolean closed;
    private Optional<Thread> watcher = Optional.empty();

    /**
     * A block in memory.
     *
     * @param first      index of its first exchange
     * @param behind     index behind its last one
     * @param entries    its exchanges, but for those at its end that are lost
     * @param checkpoint what an interpreter has to know before the first
     * @param readTo     offset up to which it was read
     */
    private record Loaded(long first, long behind, Entry[] entries, Interpreter.Checkpoint checkpoint, long readTo) {

        static final Loaded NONE = new Loaded(0, 0, new Entry[0], Interpreter.Checkpoint.NONE, 0);

        boolean has(long index) {
            return index >= first && index < behind;
        }

        Entry get(long index) {
            return index - first < entries.length ? entries[(int) (index - first)] : lost(index);
        }
    }

    private StoredTrace(Path path, RandomFile file, boolean decryptable, TraceIndex index) {
        this.path = path;
        this.file = file;
        this.decryptable = decryptable;
        this.index = index;
    }

    /** How sure it is that a file which begins like this is a trace of ours: 0 or 100. */
    public static int recognises(byte[] head) {
        return head.length >= Frame.FILE_MAGIC.length && Arrays.equals(head, 0, Frame.FILE_MAGIC.length, Frame.FILE_MAGIC, 0, Frame.FILE_MAGIC.length)
                ? 100 : 0;
    }

    /**
     * Opens a trace.
     *
     * @throws EscException USAGE if the file cannot be read, is no trace of ours (code {@code not-a-trace}), or was written by a later version
     *     (code {@code trace-version})
     */
    public static StoredTrace open(Path path) throws EscException {
        RandomFile file = null;
        try {
            file = new RandomFile(path, false);
            long size = file.size();
            Header header = Header.read(path, file, size);
            var trace = new StoredTrace(path, file, header.decryptable, TraceIndex.open(file, size, TraceWriter.writes(path, file)));
            header.damage.ifPresent(d -> trace.damage.put(d.column(), d));
            synchronized (trace) {
                trace.learn();
            }
            return trace;
        } catch (IOException e) {
            closeQuietly(file);
            throw unreadable(path, e);
        } catch (EscException | RuntimeException e) {
            closeQuietly(file);
            throw e;
        }
    }

    private static void closeQuietly(RandomFile file) {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException _) {
            // it was only read
        }
    }

    private static EscException unreadable(Path path, IOException e) {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("The trace {0} cannot be read: {1}.", path, TraceFile.why(e))).code("trace-file").exception(e);
    }

    /**
     * What the file's first bytes say.
     *
     * @param damage what is wrong with them, if they are damaged but there is no doubt that they begin a trace
     */
    record Header(boolean decryptable, Optional<Damage> damage) {

        static Header read(Path path, RandomFile file, long size) throws IOException, EscException {
            byte[] b = file.read(0, (int) Math.min(size, Frame.FILE_HEADER));
            byte[] good = Frame.header(false);
            int magic = Math.min(b.length, Frame.FILE_MAGIC.length);
            int same = Arrays.mismatch(b, 0, magic, good, 0, magic);
            if (b.length < Frame.FILE_HEADER) {
                if (same >= 0) {
                    throw notATrace(path);
                }
                return new Header(false, b.length == 0 ? Optional.empty()
                        : Optional.of(new Damage(0, 0, WORDS.say("The file ends within its first {0} bytes.", Frame.FILE_HEADER))));
            }
            int check = (b[12] & 0xFF) << 24 | (b[13] & 0xFF) << 16 | (b[14] & 0xFF) << 8 | b[15] & 0xFF;
            if (check != Frame.check(b, 0, 12) || same >= 0) {
                int wrong = 0;
                for (int i = 0; i < magic; i++) {
                    wrong += b[i] == good[i] ? 0 : 1;
                }
                if (wrong > 2) {
                    throw notATrace(path);
                }
                // what cannot be told is taken for the worse
                return new Header(true, Optional.of(TraceIndex.damage(0, Frame.FILE_HEADER, WORDS.say("the file's header"))));
            }
            int version = (b[8] & 0xFF) << 8 | b[9] & 0xFF;
            if (version > Frame.VERSION) {
                throw Problem.of(Fault.USAGE, STEP, WORDS.say("The trace {0} was written by a later version of this program.", path)).code("trace-version")
                        .advice(WORDS.say("Update the program.")).exception();
            }
            return new Header((b[11] & Frame.DECRYPTABLE) != 0, Optional.empty());
        }

        private static EscException notATrace(Path path) {
            return Problem.of(Fault.USAGE, STEP, WORDS.say("{0} is no trace in this program's own format.", path)).code("not-a-trace").exception();
        }
    }

    /** Takes over what the index learned. Called with the lock held. */
    private void learn() throws IOException {
        index.damage().forEach(d -> damage.put(d.column(), d));
        for (; extrasSeen < index.extras().size(); extrasSeen++) {
            TraceIndex.Extra x = index.extras().get(extrasSeen);
            switch (x.kind()) {
                case PLAIN -> {
                    late.put(x.index(), x.offset());
                    kept.clear();
                    recent = Loaded.NONE;
                }
                case LOST -> damage.put(x.offset(), new Damage(0, x.offset(), WORDS.many(x.index(), "{0} exchange was not recorded here: the disk was too slow.",
                        "{0} exchanges were not recorded here: the disk was too slow.")));
                case NOTE -> note(x);
                default -> {
                    // a directory that names something else
                }
            }
        }
        boolean writer = TraceWriter.writes(path, file);
        complete = !writer;
        end = index.end();
    }

    private void note(TraceIndex.Extra x) throws IOException {
        Optional<Note> note = at(x.offset(), Frame.Kind.NOTE, in -> {
            long at = in.number();
            Note.Mark[] marks = Note.Mark.values();
            return new Note(at, marks[in.count(marks.length - 1L)], in.text());
        });
        note.ifPresent(n -> {
            if (n.isEmpty()) {
                notes.remove(n.index());
            } else {
                notes.put(n.index(), n);
            }
        });
    }

    /** Reads what a frame says. */
    private interface Reading<T> {
        T of(In in) throws Broken;
    }

    private <T> Optional<T> at(long offset, Frame.Kind kind, Reading<T> reading) throws IOException {
        var scan = new FrameScan(file, offset, index.position(), false);
        try {
            if (offset >= Frame.FILE_HEADER && scan.next().orElse(null) instanceof FrameScan.Next.Whole(Frame f, long at)
                    && at == offset && f.kind() == kind) {
                return Optional.of(reading.of(new In(scan.array(), f.from(), f.end())));
            }
        } catch (Broken _) {
            // said below
        }
        damage.putIfAbsent(offset, new Damage(0, offset, WORDS.say("Something is damaged that belongs to an exchange further up; it is lost.")));
        return Optional.empty();
    }

    @Override
    public About about() {
        return new About(String.valueOf(path.getFileName()), decryptable, false);
    }

    /** The file. */
    public Path path() {
        return path;
    }

    @Override
    public long first() {
        return 0;
    }

    @Override
    public long end() {
        return end;
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    public synchronized List<Damage> damage() {
        var all = new ArrayList<>(damage.values());
        if (complete) {
            index.cutOff().filter(d -> !damage.containsKey(d.column())).ifPresent(all::add);
        }
        return List.copyOf(all);
    }

    @Override
    public synchronized Map<Long, Note> notes() {
        return Map.copyOf(notes);
    }

    @Override
    public boolean keepsNotes() {
        return true;
    }

    /** @throws EscException also if the file is being written, or cannot be */
    @Override
    public void note(Note note) throws EscException {
        check(note.index());
        try (var w = TraceWriter.append(path, decryptable)) {
            w.note(note);
        }
        refresh();
    }

    /**
     * Looks whether the file has grown. True if anything changed.
     *
     * @throws EscException if the file cannot be read any more
     */
    public boolean refresh() throws EscException {
        boolean changed;
        try {
            synchronized (this) {
                boolean writer = TraceWriter.writes(path, file);
                boolean was = complete;
                changed = index.follow(file, file.size(), writer);
                if (changed) {
                    learn();
                }
                complete = !writer;
                changed |= was != complete;
            }
        } catch (IOException e) {
            throw unreadable(path, e);
        }
        if (changed) {
            listeners.forEach(Runnable::run);
        }
        return changed;
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        listeners.add(changed);
        synchronized (this) {
            if (watcher.isEmpty() && !closed) {
                watcher = Optional.of(Thread.ofVirtual().name("trace follower").start(this::watch));
            }
        }
        return () -> listeners.remove(changed);
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(WATCH_MILLIS);
                synchronized (this) {
                    if (closed || listeners.isEmpty()) {
                        watcher = Optional.empty();
                        return;
                    }
                }
                refresh();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } catch (EscException e) {
            synchronized (this) {
                watcher = Optional.empty();
                if (closed) {
                    return;
                }
                damage.put(Long.MAX_VALUE, new Damage(0, index.position(), e.getMessage()));
                complete = true;
            }
            listeners.forEach(Runnable::run);
        }
    }

    @Override
    public Entry get(long i) throws EscException {
        Loaded b = recent;
        if (!b.has(i)) {
            check(i);
            b = load(i, true);
        }
        return b.get(i);
    }

    private void check(long i) {
        if (i < 0 || i >= end) {
            throw new IndexOutOfBoundsException("There is no exchange " + i + " of " + end);
        }
    }

    private static Entry lost(long i) {
        return new Entry(i + 1, Optional.empty(), Optional.empty(), TracedCard.UNKNOWN, Origin.verb(""), Masked.none(), Masked.none(),
                Optional.of(WORDS.say("This exchange is lost: the file is damaged here.")), false, Optional.empty());
    }

    /** The block with an exchange, and, if it is to be {@code kept}, in the place of one that nobody looked at for longest. */
    private Loaded load(long i, boolean keep) throws EscException {
        int block;
        long from;
        long to;
        synchronized (this) {
            block = index.blockOf(i);
            if (block < 0) {
                return new Loaded(0, index.blocks() > 0 ? index.first(0) : index.end(), new Entry[0], Interpreter.Checkpoint.NONE, 0);
            }
            from = index.offset(block);
            to = index.limit(block);
            Loaded known = kept.get(block);
            if (known != null && known.readTo == to) {
                recent = known;
                return known;
            }
        }
        try {
            Loaded loaded = load(block, from, to);
            synchronized (this) {
                if (keep && index.limit(block) == to && !closed) {
                    kept.put(block, loaded);
                    recent = loaded;
                }
            }
            return loaded;
        } catch (IOException e) {
            throw unreadable(path, e);
        }
    }

    private Loaded load(int block, long from, long to) throws IOException {
        var scan = new FrameScan(file, from, to, false);
        var found = new TreeMap<Long, Damage>();
        Optional<Block.Reader> reader = Optional.empty();
        for (var next = scan.next(); next.isPresent(); next = scan.next()) {
            switch (next.get()) {
                case FrameScan.Next.Whole(Frame f, long offset) -> {
                    try {
                        if (f.kind() == Frame.Kind.BLOCK) {
                            if (reader.isPresent() || offset != from) {
                                throw new Broken(WORDS.say("a block out of order"));
                            }
                            reader = Optional.of(new Block.Reader(Block.Head.read(scan.array(), f)));
                        } else if (reader.isPresent()) {
                            reader.get().frame(scan.array(), f);
                        }
                    } catch (Broken e) {
                        found.put(offset, TraceIndex.damage(offset, scan.position(), e.getMessage()));
                    }
                }
                case FrameScan.Next.Damaged(long a, long b) -> found.put(a, TraceIndex.damage(a, b, WORDS.say("no part of a trace")));
                case FrameScan.Next.CutOff(long a) -> found.put(a, TraceIndex.damage(a, to, WORDS.say("cut off")));
            }
        }
        synchronized (this) {
            found.forEach(damage::putIfAbsent);
            long first = index.first(block);
            long behind = block + 1 < index.blocks() ? index.first(block + 1) : index.end();
            if (reader.isEmpty() || reader.get().head().first() != first) {
                return new Loaded(first, behind, new Entry[0], Interpreter.Checkpoint.NONE, to);
            }
            Block.Reader r = reader.get();
            var entries = new Entry[(int) Math.min(r.entries().size(), behind - first)];
            for (int i = 0; i < entries.length; i++) {
                long at = first + i;
                Entry e = r.entries().get(i).orElseGet(() -> lost(at));
                Long plain = late.isEmpty() ? null : late.get(at);
                entries[i] = plain == null ? e : at(plain, Frame.Kind.PLAIN, in -> {
                    in.number();
                    return Block.plain(in);
                }).map(e::with).orElse(e);
            }
            return new Loaded(first, behind, entries, r.head().checkpoint(), to);
        }
    }

    @Override
    public Interpreter interpreterAt(long i, List<Decoder> decoders) throws EscException {
        check(i);
        Loaded b = load(i, true);
        var interpreter = new Interpreter(decoders, b.checkpoint);
        for (int k = 0; k < Math.min(i - b.first, b.entries.length); k++) {
            interpreter.pass(b.entries[k]);
        }
        return interpreter;
    }

    @Override
    public void scan(long from, long to, Visitor visitor) throws EscException {
        if (from < 0 || to < from || to > end) {
            throw new IndexOutOfBoundsException(from + " to " + to + " of " + end);
        }
        for (long i = from; i < to;) {
            Loaded b = load(i, false);
            for (; i < to && b.has(i); i++) {
                if (!visitor.visit(i, b.get(i))) {
                    return;
                }
            }
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            watcher.ifPresent(Thread::interrupt);
            kept.clear();
            recent = Loaded.NONE;
        }
        listeners.clear();
        closeQuietly(file);
    }
}
