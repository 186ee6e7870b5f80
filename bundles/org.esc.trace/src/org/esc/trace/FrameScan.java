// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.io.IOException;
import java.util.Optional;

/** Goes through the frames of a part of a trace file, and over what is damaged to the next frame that is whole. */
final class FrameScan {

    private static final int WINDOW = 1 << 18;
    /** How far behind a damage a frame may reach to be found again, unless it begins a block. */
    private static final int SIGHT = 1 << 20;
    /** So many bytes are checked in search of the next frame; then only the next block will do. */
    private static final long PATIENCE = 1L << 28;

    private final RandomFile file;
    private final long limit;
    private final boolean growing;
    private byte[] b = new byte[WINDOW];
    /** Where in the file {@code b} begins, where in it we are, and how far it is filled. */
    private long base;
    private int at;
    private int end;

    /**
     * From an offset to another, which is not behind the end of the file.
     *
     * @param growing true if somebody may be writing behind the limit: a frame that goes on there is then no damage unless a block begins behind it
     */
    FrameScan(RandomFile file, long from, long limit, boolean growing) {
        this.growing = growing;
        this.file = file;
        this.limit = limit;
        base = from;
    }

    /** What comes next. */
    sealed interface Next {
        /** A frame, in {@link FrameScan#array}; its first byte lies at an offset of the file. */
        record Whole(Frame frame, long offset) implements Next {
        }

        /** Bytes that are no frame: from an offset to another. */
        record Damaged(long from, long to) implements Next {
        }

        /** The beginning of a frame of which the rest is not there (yet). */
        record CutOff(long from) implements Next {
        }
    }

    /** Holds the frame that {@link #next} gave last. */
    byte[] array() {
        return b;
    }

    /** Where the next look will be. */
    long position() {
        return base + at;
    }

    /** The next frame or damage; empty at the end. */
    Optional<Next> next() throws IOException {
        while (true) {
            switch (Frame.at(b, at, end)) {
                case Frame.Found.Whole(Frame f) -> {
                    var w = new Next.Whole(f, position());
                    at += f.size(at);
                    return Optional.of(w);
                }
                case Frame.Found.CutOff(long needed) -> {
                    if (fill(needed)) {
                        continue;
                    }
                    return position() == limit ? Optional.empty() : Optional.of(seek(true));
                }
                case Frame.Found.Nothing(int _) -> {
                    return Optional.of(seek(false));
                }
            }
        }
    }

    private Next seek(boolean cutOff) throws IOException {
        long from = position();
        long patience = PATIENCE;
        while (position() < limit) {
            at++;
            if (end - at < SIGHT) {
                fill(4L * SIGHT);
            }
            if (at < end && Frame.maybe(b[at]) && (patience > 0 || Frame.Kind.BLOCK.is(b[at]))) {
                switch (Frame.at(b, at, end)) {
                    case Frame.Found.Whole(Frame f) when !(cutOff && growing) || f.kind() == Frame.Kind.BLOCK -> {
                        return new Next.Damaged(from, position());
                    }
                    case Frame.Found.CutOff(long needed) when Frame.Kind.BLOCK.is(b[at]) && fill(needed)
                            && Frame.at(b, at, end) instanceof Frame.Found.Whole -> {
                        return new Next.Damaged(from, position());
                    }
                    case Frame.Found.Nothing(int checked) -> patience -= checked;
                    default -> patience--;
                }
            }
        }
        if (cutOff) {
            if (from < base) {
                base = from;
                end = 0;
            }
            at = (int) (from - base);
            return new Next.CutOff(from);
        }
        return new Next.Damaged(from, limit);
    }

    /** Has as many bytes from here on in the array as needed, or as there are; true if those needed are there and were not before. */
    private boolean fill(long needed) throws IOException {
        long want = Math.min(needed, limit - position());
        int have = end - at;
        if (want <= have) {
            return false;
        }
        if (b.length - at < want) {
            if (b.length < want) {
                byte[] larger = new byte[(int) Math.max(want, Math.min(2L * b.length, Frame.MOST))];
                System.arraycopy(b, at, larger, 0, have);
                b = larger;
            } else {
                System.arraycopy(b, at, b, 0, have);
            }
            base += at;
            at = 0;
            end = have;
        }
        int room = (int) Math.min(b.length - end, limit - base - end);
        // somebody may cut the file meanwhile: what is not there reads as zeros, which are no frame
        file.read(base + end, b, end, room);
        end += room;
        return want >= needed;
    }
}
