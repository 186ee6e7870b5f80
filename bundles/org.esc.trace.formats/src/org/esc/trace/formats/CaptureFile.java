// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Entry;
import org.esc.trace.Trace.Damage;
import org.esc.trace.TraceFormat.Sink;

/**
 * The packets of a capture: pcapng (draft-ietf-opsawg-pcapng) or the older pcap, in either byte order. After something that cannot be
 * read it looks for the next thing that can.
 */
final class CaptureFile {

    private static final Words WORDS = Words.of(CaptureFile.class);

    static final int PCAPNG = 0x0A0D0D0A;
    static final int BYTE_ORDER = 0x1A2B3C4D;
    static final int INTERFACE = 1;
    static final int SIMPLE = 3;
    static final int ENHANCED = 6;
    private static final int OLD_PACKET = 2;
    static final int OPTION_COMMENT = 1;
    static final int OPTION_NAME = 2;
    static final int OPTION_RESOLUTION = 9;
    private static final int BLOCK = 12;
    private static final int RECORD = 16;
    private static final int MOST_BYTES = 1 << 24;
    private static final int LIKELY_BYTES = 1 << 20;
    private static final int MOST_INTERFACES = 10_000;
    private static final int DAY = 86_400;
    private static final BigInteger GIGA = BigInteger.valueOf(1_000_000_000);

    /**
     * Where packets were seen.
     *
     * @param linkType what they begin with, a LINKTYPE_ of tcpdump.org
     * @param name     its name; may be empty
     * @param comments what is noted about it
     * @param ticks    per second, of its times
     */
    record Interface(int linkType, String name, List<String> comments, BigInteger ticks) {
    }

    /**
     * A packet.
     *
     * @param number   from 1, as Wireshark counts
     * @param offset   in the file, in bytes
     * @param time     when it was seen; empty if the file says zero
     * @param data     what was kept of it
     * @param length   what it had
     * @param comments what is noted about it
     */
    record Packet(long number, long offset, Interface from, Optional<Instant> time, byte[] data, long length, List<String> comments) {
    }

    /** Takes packets. */
    interface Packets {
        void packet(Packet p) throws EscException;
    }

    private final ByteWindow in;
    private final Sink sink;
    private final Packets packets;
    private final List<Interface> interfaces = new ArrayList<>();
    private long number;

    private CaptureFile(InputStream in, Sink sink, Packets packets) {
        this.in = new ByteWindow(in);
        this.sink = sink;
        this.packets = packets;
    }

    /** Reads a capture to its end; what cannot be read is told to the sink. */
    static void read(InputStream in, Sink sink, Packets packets) throws IOException, EscException {
        new CaptureFile(in, sink, packets).read();
    }

    /** Link types of the interfaces that the head of a capture names. */
    static List<Integer> linkTypes(byte[] head) {
        var types = new ArrayList<Integer>();
        try {
            var f = new CaptureFile(new ByteArrayInputStream(head), new Sink() {
                @Override
                public void entry(Entry entry) {
                    // there are none at this level
                }

                @Override
                public void damage(Damage damage) {
                    // the head is cut somewhere
                }
            }, p -> {
            });
            f.read();
            f.interfaces.forEach(i -> types.add(i.linkType));
        } catch (IOException | EscException e) {
            throw new IllegalStateException(e);
        }
        return types;
    }

    /** Whether a file is a pcapng capture. */
    static boolean isPcapng(byte[] head) {
        return head.length >= 12 && head[0] == 0x0A && head[1] == 0x0D && head[2] == 0x0D && head[3] == 0x0A
                && (head[8] == 0x4D && head[11] == 0x1A || head[8] == 0x1A && head[11] == 0x4D);
    }

    /** Whether a file is an older capture. */
    static boolean isPcap(byte[] head) {
        if (head.length < 4) {
            return false;
        }
        int magic = (head[0] & 0xFF) << 24 | (head[1] & 0xFF) << 16 | (head[2] & 0xFF) << 8 | head[3] & 0xFF;
        return switch (magic) {
            case 0xA1B2C3D4, 0xD4C3B2A1, 0xA1B23C4D, 0x4D3CB2A1 -> true;
            default -> false;
        };
    }

    private void read() throws IOException, EscException {
        if (in.has(4) && isPcap(in.bytes(0, 4))) {
            pcap();
        } else {
            pcapng();
        }
    }

    private void damage(String what) {
        sink.damage(new Damage(number + 1, in.offset(), what));
    }

    // ---- pcapng

    private void pcapng() throws IOException, EscException {
        while (in.has(1)) {
            if (isBlock(MOST_BYTES)) {
                int length = in.i32(4);
                block(length);
                in.skip(length);
                continue;
            }
            if (!in.has(BLOCK)) {
                damage(WORDS.say("the file is cut short"));
                return;
            }
            damage(WORDS.say("no block of a capture"));
            do {
                in.skip(4);
            } while (in.has(BLOCK) && !(isKnown(in.i32(0)) && isBlock(LIKELY_BYTES)));
            if (!in.has(BLOCK)) {
                return;
            }
        }
    }

    private static boolean isKnown(int type) {
        return type == PCAPNG || type == INTERFACE || type == SIMPLE || type == ENHANCED || type == OLD_PACKET || type == 4 || type == 5;
    }

    /** True if a whole block begins here. */
    private boolean isBlock(int most) throws IOException {
        if (!in.has(BLOCK)) {
            return false;
        }
        if (in.i32(0) == PCAPNG) {
            in.bigEndian(true);
            boolean big = in.i32(8) == BYTE_ORDER;
            in.bigEndian(false);
            if (!big && in.i32(8) != BYTE_ORDER) {
                return false;
            }
            in.bigEndian(big);
        }
        int length = in.i32(4);
        return length >= BLOCK && length <= most && length % 4 == 0 && in.has(length) && in.i32(length - 4) == length;
    }

    private void block(int length) throws EscException {
        switch (in.i32(0)) {
            case PCAPNG -> interfaces.clear();
            case INTERFACE -> anInterface(length);
            case ENHANCED -> enhanced(length, 8, 32);
            case OLD_PACKET -> oldPacket(length);
            case SIMPLE -> simple(length);
            default -> {
                // names, statistics, secrets of TLS and what others made up
            }
        }
    }

    private void anInterface(int length) {
        if (length < BLOCK + 8) {
            damage(WORDS.say("an interface without a link type"));
            interfaces.add(new Interface(-1, "", List.of(), BigInteger.valueOf(1_000_000)));
            return;
        }
        int end = length - 4;
        int r = option(OPTION_RESOLUTION, 16, end).stream().limit(1).filter(v -> v.length > 0).mapToInt(v -> v[0] & 0xFF).findFirst().orElse(6);
        BigInteger ticks = r < 0x80 ? BigInteger.TEN.pow(Math.min(r, 30)) : BigInteger.TWO.pow(r & 0x7F);
        interfaces.add(new Interface(in.u16(8), option(OPTION_NAME, 16, end).stream().map(CaptureFile::text).findFirst().orElse(""),
                comments(16, end), ticks));
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }

    /** The values of an option, in order; a list of nothing if it is not there. */
    private List<byte[]> option(int wanted, int from, int to) {
        List<byte[]> values = List.of();
        int at = from;
        while (at + 4 <= to) {
            int code = in.u16(at);
            int n = in.u16(at + 2);
            if (code == 0 || at + 4 + n > to) {
                break;
            }
            if (code == wanted) {
                values = values.isEmpty() ? new ArrayList<>(2) : values;
                values.add(in.bytes(at + 4, n));
            }
            at += 4 + (n + 3 & ~3);
        }
        return values;
    }

    private List<String> comments(int from, int to) {
        List<byte[]> values = option(OPTION_COMMENT, from, to);
        return values.isEmpty() ? List.of() : values.stream().map(CaptureFile::text).toList();
    }

    private void enhanced(int length, int id, int header) throws EscException {
        if (length < header) {
            damage(WORDS.say("a packet block that is too short"));
            number++;
            return;
        }
        packet(length, in.u32(id), in.u32(id + 4) << 32 | in.u32(id + 8), in.u32(id + 12), in.u32(id + 16), id + 20);
    }

    private void oldPacket(int length) throws EscException {
        if (length < 32) {
            damage(WORDS.say("a packet block that is too short"));
            number++;
            return;
        }
        packet(length, in.u16(8), in.u32(12) << 32 | in.u32(16), in.u32(20), in.u32(24), 28);
    }

    private void simple(int length) throws EscException {
        if (length < 16) {
            damage(WORDS.say("a packet block that is too short"));
            number++;
            return;
        }
        long original = in.u32(8);
        packet(length, 0, 0, Math.min(original, length - 16), original, 12);
    }

    private void packet(int length, long id, long ticks, long captured, long original, int at) throws EscException {
        if (id >= interfaces.size()) {
            // its description was damaged: most likely it is like the others
            damage(WORDS.say("a packet of an interface that is not described"));
            while (interfaces.size() <= Math.min(id, MOST_INTERFACES)) {
                interfaces.add(interfaces.isEmpty() ? new Interface(-1, "", List.of(), BigInteger.valueOf(1_000_000))
                        : new Interface(interfaces.getFirst().linkType, "", List.of(), interfaces.getFirst().ticks));
            }
        }
        if (id >= interfaces.size()) {
            number++;
        } else if (captured > length - 4 - at) {
            damage(WORDS.say("a packet that is longer than its block"));
            number++;
        } else {
            int n = (int) captured;
            int options = at + (n + 3 & ~3);
            Interface from = interfaces.get((int) id);
            packets.packet(new Packet(++number, in.offset(), from, time(ticks, from.ticks), in.bytes(at, n), original,
                    comments(options, length - 4)));
        }
    }

    private static Optional<Instant> time(long ticks, BigInteger perSecond) {
        if (ticks == 0) {
            return Optional.empty();
        }
        try {
            if (perSecond.bitLength() < Integer.SIZE) {
                long n = perSecond.longValue();
                long second = Long.divideUnsigned(ticks, n);
                return second < 0 ? Optional.empty()
                        : Optional.of(Instant.ofEpochSecond(second, Long.remainderUnsigned(ticks, n) * 1_000_000_000 / n));
            }
            BigInteger[] t = new BigInteger(Long.toUnsignedString(ticks)).divideAndRemainder(perSecond);
            return Optional.of(Instant.ofEpochSecond(t[0].longValueExact(), t[1].multiply(GIGA).divide(perSecond).longValueExact()));
        } catch (ArithmeticException | DateTimeException _) {
            return Optional.empty();
        }
    }

    // ---- pcap

    private void pcap() throws IOException, EscException {
        if (!in.has(24)) {
            damage(WORDS.say("the file is cut short"));
            return;
        }
        in.bigEndian(in.u8(0) == 0xA1);
        boolean nanos = in.i32(0) == 0xA1B23C4D;
        interfaces.add(new Interface(in.i32(20) & 0xFFFF, "", List.of(), BigInteger.valueOf(nanos ? 1_000_000_000 : 1_000_000)));
        in.skip(24);
        long last = -1;
        while (in.has(1)) {
            if (!isRecord(nanos, last, MOST_BYTES)) {
                if (!in.has(RECORD) || in.u32(8) <= in.u32(12) && in.u32(8) <= LIKELY_BYTES && !in.has(RECORD + in.i32(8))) {
                    damage(WORDS.say("the file is cut short"));
                    return;
                }
                damage(WORDS.say("no packet of a capture"));
                do {
                    in.skip(1);
                } while (in.has(RECORD) && !isStartOfTwo(nanos, last));
                if (!in.has(RECORD)) {
                    return;
                }
                continue;
            }
            last = in.u32(0);
            int n = in.i32(8);
            long fraction = in.u32(4);
            packets.packet(new Packet(++number, in.offset(), interfaces.getFirst(),
                    last == 0 && fraction == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(last, nanos ? fraction
                            : 1000 * fraction)),
                    in.bytes(RECORD, n), in.u32(12), List.of()));
            in.skip(RECORD + n);
        }
    }

    private boolean isRecord(boolean nanos, long last, int most) throws IOException {
        return in.has(RECORD) && isHeader(0, nanos, last, most) && in.has(RECORD + in.i32(8));
    }

    private boolean isHeader(int at, boolean nanos, long last, int most) {
        long n = in.u32(at + 8);
        return n <= most && n <= in.u32(at + 12) && in.u32(at + 4) < (nanos ? 1_000_000_000 : 1_000_000)
                && (last < 0 || Math.abs(in.u32(at) - last) <= 30L * DAY);
    }

    /** True if a packet begins here and another behind it, or the file ends there. */
    private boolean isStartOfTwo(boolean nanos, long last) throws IOException {
        if (!isRecord(nanos, last, LIKELY_BYTES)) {
            return false;
        }
        int next = RECORD + in.i32(8);
        return in.has(next + RECORD) ? isHeader(next, nanos, in.u32(0), LIKELY_BYTES) : in.available() == next;
    }
}
