// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.trace.Bytes.Broken;
import org.esc.trace.Bytes.In;
import org.esc.trace.Bytes.Out;

/**
 * Where in a trace file everything is: its blocks, and what was written later than what it belongs to. Read from the file's directories where there are some, and
 * from the frames behind the last of them. Not safe for several threads.
 */
final class TraceIndex {

    private static final Words WORDS = Words.of(TraceIndex.class);

    private static final int CHUNK = 1 << 20;

    private long[] offsets = new long[16];
    private long[] firsts = new long[16];
    private int blocks;
    private long end;
    private final List<Extra> extras = new ArrayList<>();
    /** How much of the above stands in directories already, and where the last of these begins. */
    private int blocksListed;
    private int extrasListed;
    private long lastDirectory;
    /** What was read: all before this offset. */
    private long position = Frame.FILE_HEADER;
    private boolean endsWell;
    private Optional<Trace.Damage> cutOff = Optional.empty();
    private final List<Trace.Damage> damage = new ArrayList<>();
    /** The block in which the frames are that are added now: from first on. */
    private boolean inBlock;

    /**
     * What does not lie in the block that it belongs to.
     *
     * @param kind   PLAIN, NOTE or LOST
     * @param index  of the exchange it belongs to; for LOST, how many were lost
     * @param offset of the frame
     */
    record Extra(Frame.Kind kind, long index, long offset) {
    }

    int blocks() {
        return blocks;
    }

    long offset(int block) {
        return offsets[block];
    }

    long first(int block) {
        return firsts[block];
    }

    /** Where the frames of a block end at the latest. */
    long limit(int block) {
        return block + 1 < blocks ? offsets[block + 1] : position;
    }

    /** Index behind the last exchange. */
    long end() {
        return end;
    }

    List<Extra> extras() {
        return extras;
    }

    /** Offset behind the last whole frame, or behind damage. */
    long position() {
        return position;
    }

    /** True if the last frame is one that ends a file. */
    boolean endsWell() {
        return endsWell;
    }

    List<Trace.Damage> damage() {
        return damage;
    }

    /** What is left of a frame at the end of the file. */
    Optional<Trace.Damage> cutOff() {
        return cutOff;
    }

    /** The block that has an exchange, or would have it had it not been lost; -1 if there is none. */
    int blockOf(long index) {
        int low = 0;
        int high = blocks;
        while (low < high) {
            int middle = (low + high) >>> 1;
            // of two of which the first has no exchanges, the second
            if (firsts[middle] <= index) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low - 1;
    }

    /** Takes note of a frame that was written or read. */
    void add(Frame.Kind kind, long offset, long number) {
        endsWell = false;
        switch (kind) {
            case BLOCK -> {
                if (blocks == offsets.length) {
                    offsets = Arrays.copyOf(offsets, 2 * blocks);
                    firsts = Arrays.copyOf(firsts, 2 * blocks);
                }
                offsets[blocks] = offset;
                firsts[blocks++] = number;
                end = Math.max(end, number);
                inBlock = true;
            }
            case EXCHANGE -> {
                if (inBlock) {
                    end = Math.max(end, firsts[blocks - 1] + number + 1);
                }
            }
            case PLAIN -> {
                if (blocks == 0 || number < firsts[blocks - 1]) {
                    extras.add(new Extra(kind, number, offset));
                }
            }
            case NOTE, LOST -> extras.add(new Extra(kind, number, offset));
            case END -> endsWell = true;
            default -> {
                // says nothing that has to be found again
            }
        }
    }

    /** Says that everything before an offset is known. */
    void readTo(long offset) {
        position = offset;
    }

    /** Number of blocks that no directory names yet. */
    int unlisted() {
        return blocks - blocksListed;
    }

    long lastDirectory() {
        return lastDirectory;
    }

    /** What a DIRECTORY frame says: all, or what none before it says. */
    void directory(Out out, boolean all) {
        int b = all ? 0 : blocksListed;
        int x = all ? 0 : extrasListed;
        out.u64(all ? 0 : lastDirectory);
        out.number(end);
        out.number(blocks - b);
        long offset = 0;
        long first = 0;
        for (; b < blocks; b++) {
            out.number(offsets[b] - offset);
            out.number(firsts[b] - first);
            offset = offsets[b];
            first = firsts[b];
        }
        out.number(extras.size() - x);
        for (; x < extras.size(); x++) {
            Extra e = extras.get(x);
            out.u8(e.kind().ordinal());
            out.number(e.index());
            out.number(e.offset());
        }
    }

    /** Says that a directory with all that is known was written. */
    void listed(long offset) {
        blocksListed = blocks;
        extrasListed = extras.size();
        lastDirectory = offset;
    }

    /** Reads what it takes to know a file of this size. */
    static TraceIndex open(RandomFile file, long size, boolean growing) throws IOException {
        var index = new TraceIndex();
        long last = lastDirectory(file, size);
        if (last > 0) {
            try {
                index.chain(file, last, size);
            } catch (Broken _) {
                // then all is read
                index = new TraceIndex();
            }
        }
        index.follow(file, size, growing);
        return index;
    }

    private static long lastDirectory(RandomFile file, long size) throws IOException {
        if (size < Frame.FILE_HEADER + Frame.END_SIZE) {
            return 0;
        }
        byte[] tail = file.read(size - Frame.END_SIZE, Frame.END_SIZE);
        if (Frame.at(tail, 0, tail.length) instanceof Frame.Found.Whole(Frame f) && f.kind() == Frame.Kind.END) {
            try {
                var in = new In(tail, f.from(), f.end());
                long directory = in.u64();
                if (in.u64() == Frame.END_MAGIC) {
                    return directory;
                }
            } catch (Broken _) {
                // some other frame that happens to be as long
            }
        }
        // no good end: the last block knows
        for (long to = size; to > Frame.FILE_HEADER;) {
            long from = Math.max(Frame.FILE_HEADER, to - CHUNK);
            byte[] b = file.read(from, (int) (Math.min(size, to + Frame.BLOCK_MAGIC.length) - from));
            for (int i = b.length - Frame.BLOCK_MAGIC.length; i >= 0; i--) {
                if (b[i] == Frame.BLOCK_MAGIC[0] && Arrays.equals(b, i, i + Frame.BLOCK_MAGIC.length, Frame.BLOCK_MAGIC, 0, Frame.BLOCK_MAGIC.length)) {
                    Optional<Block.Head> head = head(file, from + i, size);
                    if (head.isPresent()) {
                        return head.get().directory();
                    }
                }
            }
            to = from;
        }
        return 0;
    }

    /** The BLOCK frame whose magic lies at an offset, behind a byte for the kind and one to four for the length. */
    private static Optional<Block.Head> head(RandomFile file, long magic, long size) throws IOException {
        for (int before = 2; before <= 5 && magic - before >= Frame.FILE_HEADER; before++) {
            byte[] b = file.read(magic - before, (int) Math.min(2 * CHUNK, size - magic + before));
            if (Frame.at(b, 0, b.length) instanceof Frame.Found.Whole(Frame f) && f.kind() == Frame.Kind.BLOCK && f.from() == before) {
                try {
                    return Optional.of(Block.Head.read(b, f));
                } catch (Broken _) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private void chain(RandomFile file, long last, long size) throws IOException, Broken {
        Deque<byte[]> payloads = new ArrayDeque<>();
        long behind = 0;
        long at = last;
        while (at != 0) {
            if (at < Frame.FILE_HEADER || at >= size || !payloads.isEmpty() && at >= behind) {
                throw new Broken(WORDS.say("a directory that is not there"));
            }
            var scan = new FrameScan(file, at, size, false);
            if (!(scan.next().orElse(null) instanceof FrameScan.Next.Whole(Frame f, long offset)) || f.kind() != Frame.Kind.DIRECTORY) {
                throw new Broken(WORDS.say("a directory that is not there"));
            }
            if (payloads.isEmpty()) {
                position = scan.position();
            }
            behind = offset;
            payloads.push(Arrays.copyOfRange(scan.array(), f.from(), f.end()));
            at = new In(scan.array(), f.from(), f.end()).u64();
        }
        for (byte[] p : payloads) {
            var in = new In(p, 0, p.length);
            in.u64();
            long said = in.number();
            int n = in.count(p.length);
            long offset = 0;
            long first = 0;
            for (int i = 0; i < n; i++) {
                offset += in.number();
                first += in.number();
                if (offset < Frame.FILE_HEADER || offset >= last || blocks > 0 && (offset <= offsets[blocks - 1] || first < firsts[blocks - 1])
                        || first < 0) {
                    throw new Broken(WORDS.say("blocks out of order"));
                }
                add(Frame.Kind.BLOCK, offset, first);
            }
            int x = in.count(p.length);
            Frame.Kind[] kinds = Frame.Kind.values();
            for (int i = 0; i < x; i++) {
                extras.add(new Extra(kinds[in.count(kinds.length - 1L)], in.number(), in.number()));
            }
            if (said < end || said > size) {
                throw new Broken(WORDS.say("a number of exchanges that cannot be"));
            }
            end = said;
        }
        inBlock = false;
        listed(last);
    }

    /** Reads what is there behind what is known. True if that changed anything. */
    boolean follow(RandomFile file, long size, boolean growing) throws IOException {
        if (size <= position && cutOff.isEmpty()) {
            return false;
        }
        long before = position;
        Optional<Trace.Damage> cutBefore = cutOff;
        cutOff = Optional.empty();
        var scan = new FrameScan(file, position, size, growing);
        for (var next = scan.next(); next.isPresent(); next = scan.next()) {
            switch (next.get()) {
                case FrameScan.Next.Whole(Frame f, long offset) -> {
                    try {
                        add(f.kind(), offset, number(scan.array(), f, size));
                        if (f.kind() == Frame.Kind.DIRECTORY) {
                            listed(offset);
                        }
                    } catch (Broken e) {
                        damaged(offset, scan.position(), e.getMessage());
                    }
                }
                case FrameScan.Next.Damaged(long from, long to) -> {
                    damaged(from, to, WORDS.say("no part of a trace"));
                    endsWell = false;
                }
                case FrameScan.Next.CutOff(long from) -> {
                    cutOff = Optional.of(new Trace.Damage(0, from, WORDS.say("The file ends in the middle of something; the last {0} bytes say nothing.", size - from)));
                    endsWell = false;
                    position = from;
                    return position != before || !cutOff.equals(cutBefore);
                }
            }
        }
        position = scan.position();
        return true;
    }

    private void damaged(long from, long to, String why) {
        damage.add(damage(from, to, why));
    }

    static Trace.Damage damage(long from, long to, String why) {
        return new Trace.Damage(0, from, WORDS.say("{0} bytes are damaged ({1}); what they said is lost.", to - from, why));
    }

    private long number(byte[] b, Frame f, long size) throws Broken {
        return switch (f.kind()) {
            case BLOCK -> {
                Block.Head head = Block.Head.read(b, f);
                // even if much is missing before it, an exchange takes more than a byte
                if (head.first() < end || head.first() > end + size) {
                    inBlock = false;
                    throw new Broken(WORDS.say("a block out of order"));
                }
                yield head.first();
            }
            case EXCHANGE -> Block.Reader.place(b, f);
            case PLAIN, NOTE, LOST -> new In(b, f.from(), f.end()).number();
            default -> 0;
        };
    }
}
