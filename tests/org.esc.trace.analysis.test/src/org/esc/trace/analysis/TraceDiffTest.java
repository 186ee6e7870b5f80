// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.card.Origin;
import org.esc.command.Cancel;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.esc.trace.analysis.TraceDiff.Block;
import org.esc.trace.analysis.TraceDiff.Change;
import org.esc.trace.analysis.TraceDiff.Counts;
import org.esc.trace.analysis.TraceDiff.Ignore;
import org.esc.trace.analysis.TraceDiff.Kind;
import org.esc.trace.analysis.TraceDiff.Rows;
import org.junit.jupiter.api.Test;

class TraceDiffTest {

    private static final String PIV = "A000000308000010000100";
    private static final String MANAGER = "A000000151000000";

    private static TraceDiff diff(Built left, Built right, Decoder... decoders) throws EscException {
        return TraceDiff.of(left, right, List.of(decoders), TraceDiff.USUAL, new Cancel());
    }

    /** What a token management system does to a card: a secure channel, an applet, keys; {@code seed} is the card and the day. */
    private static Built enrolment(long seed) {
        var random = new Random(seed);
        var t = new Built().card(seed, "Reader " + seed, Atr.of("3B8" + seed % 8 + "010A"), seed % 2 == 0 ? "T=0" : "T=1").at("2026-11-2" + seed % 9 + "T10:00:00Z")
                .lasting(Duration.ofMillis(seed)).by(Origin.server("host" + seed));
        t.add(Built.lc("00A40400", MANAGER) + "00", "6F009000");
        t.add("8050000008" + bytes(random, 8) + "00", bytes(random, 10) + "0102" + bytes(random, 16) + "9000");
        t.add("8482010010" + bytes(random, 16), "9000");
        t.add("84E60200" + "18" + "0000112233445566778899AABBCCDDEE" + bytes(random, 8), "9000");
        if (seed % 2 == 0) {
            t.add("80CA9F7F00", "6C2D").add("80CA9F7F2D", "9F7F2A" + "00".repeat(42) + "9000");
        } else {
            t.add("80CA9F7F00", "9F7F2A" + "00".repeat(42) + "9000");
        }
        t.add("0084000008", bytes(random, 8) + "9000");
        return t;
    }

    private static String bytes(Random r, int n) {
        byte[] b = new byte[n];
        r.nextBytes(b);
        return Hex.of(b);
    }

    @Test
    void twoEnrolmentsOfTwoCardsAreTheSame() throws Exception {
        var d = TraceDiff.of(enrolment(3), enrolment(6), List.of(), Set.of(Ignore.values()), new Cancel());
        assertEquals(List.of(new Block(Kind.SAME, 0, 6, 0, 6)), d.blocks());
        assertTrue(d.isSame());
        assertEquals(new Counts(6, 0, 0, 0), d.counts());
        // a step is the command with what the transport made of it
        assertEquals(new Rows(4, 4), d.leftRows(4));
        assertEquals(new Rows(4, 5), d.rightRows(4));
        assertEquals(new Rows(6, 6), d.rightRows(5));
        assertEquals(List.of("6 steps are the same, 0 differ, 0 only on the left, 0 only on the right."), d.summary());
    }

    @Test
    void whatIsIgnoredCanBeChosen() throws Exception {
        // the cards' own data
        var usual = diff(enrolment(3), enrolment(6));
        assertEquals(new Counts(5, 1, 0, 0), usual.counts());
        var changed = usual.blocks().stream().filter(b -> b.kind() == Kind.CHANGED).toList();
        assertEquals(List.of(new Block(Kind.CHANGED, 1, 2, 1, 2)), changed);
        assertEquals(List.of("data answered"), usual.changes(changed.getFirst()).stream().map(Change::field).toList());
        for (Ignore i : Ignore.values()) {
            var others = EnumSet.allOf(Ignore.class);
            others.remove(i);
            boolean same = TraceDiff.of(enrolment(3), enrolment(6), List.of(), others, new Cancel()).isSame();
            assertEquals(i == Ignore.HANDLES, same, i.name());
        }
        assertThrows(IllegalArgumentException.class, () -> usual.changes(usual.blocks().getFirst()));
        assertTrue(usual.fields(usual.blocks().getFirst(), 0).stream().noneMatch(Change::differs), "all fields of a step that is the same");
        assertTrue(usual.fields(changed.getFirst(), 0).containsAll(usual.changes(changed.getFirst())));
    }

    @Test
    void saysWhichSideAsksMore() throws Exception {
        var left = new Built().add(Built.lc("00A40400", PIV), "9000").add("00200080083132333435FFFFFF", "9000");
        var right = new Built().add(Built.lc("00A40400", PIV), "9000");
        for (int i = 1; i <= 12; i++) {
            right.add("00CB3FFF055C035FC1" + Hex.of(i) + "00", "6A82");
        }
        right.add("00200080083132333435FFFFFF", "9000");
        var d = diff(left, right);
        assertEquals(List.of(new Block(Kind.SAME, 0, 1, 0, 1), new Block(Kind.RIGHT, 1, 1, 1, 13), new Block(Kind.SAME, 1, 2, 13, 14)), d.blocks());
        assertEquals(List.of("2 steps are the same, 0 differ, 0 only on the left, 12 only on the right.",
                "Only on the right: 12 × GET DATA 5FC1xx in " + PIV + ", after SELECT."), d.summary().stream().map(s -> s.replace("5FC10x", "5FC1xx")).toList());
        assertEquals("Only on the left: 12 × GET DATA 5FC10x in " + PIV + ", after SELECT.", diff(right, left).summary().get(1));
        assertFalse(d.isSame());
    }

    @Test
    void sameCommandWithOtherResultOrParametersIsAChange() throws Exception {
        var left = new Built().add(Built.lc("00A40400", PIV), "9000").add("00200080083132333435FFFFFF", "9000").add("00B0000010", "00".repeat(16) + "9000");
        var right = new Built().add(Built.lc("00A40400", PIV), "9000").add("00200080083132333435FFFFFF", "63C2").add("00B0000110", "00".repeat(15) + "019000");
        var d = diff(left, right);
        assertEquals(List.of(Kind.SAME, Kind.CHANGED, Kind.CHANGED), d.blocks().stream().map(Block::kind).toList());
        assertEquals(List.of(new Change("status word", "9000, done", "63C2, wrong, 2 tries left")), d.changes(d.blocks().get(1)));
        assertEquals(List.of(new Change("P1 P2", "0000", "0001"), new Change("data answered", "00".repeat(16), "00".repeat(15) + "01")),
                d.changes(d.blocks().get(2)));
        assertEquals("Different: 1 × VERIFY in " + PIV + ".", d.summary().get(1));
    }

    @Test
    void piecesAndChainsAreOneStep() throws Exception {
        var left = new Built().add("00CB3FFF055C035FC105", "5306700461040102".substring(0, 8) + "6104").add("00C0000004", "610401029000")
                .add("10DB3FFF03010203", "9000").add("00DB3FFF020405", "9000");
        var right = new Built().add("00CB3FFF055C035FC105", "53067004610401029000").add("00DB3FFF050102030405", "9000");
        var d = diff(left, right);
        assertTrue(d.isSame(), d.blocks().toString());
        assertEquals(new Rows(0, 1), d.leftRows(0));
        assertEquals(new Rows(2, 3), d.leftRows(1));
        var all = EnumSet.allOf(Ignore.class);
        all.remove(Ignore.TRANSPORT);
        assertFalse(TraceDiff.of(left, right, List.of(), all, new Cancel()).isSame());
        // other bytes in the second piece
        var other = new Built().add("00CB3FFF055C035FC105", "53067004610401039000").add("00DB3FFF050102030405", "9000");
        assertEquals(new Counts(1, 1, 0, 0), diff(left, other).counts());
    }

    /** Knows one command: two fields each way, one of which never counts. */
    private static final Decoder FIELDS = new Decoder() {
        @Override
        public int rank(Standing s) {
            return APPLICATION;
        }

        @Override
        public String command(Standing s, CommandApdu c) {
            return c.ins() == 0x58 ? "LIST OBJECTS" : "";
        }

        @Override
        public List<Field> commandData(Standing s, CommandApdu c, byte[] data) {
            return data.length < 4 ? List.of() : List.of(Field.of("object", "", 0, 2), Field.of("login nonce", "", 2, 2));
        }

        @Override
        public List<Field> responseData(Standing s, CommandApdu c, byte[] data) {
            return data.length < 4 ? List.of()
                    : List.of(Field.of("entry", "", 0, 4, List.of(Field.of("key handle", "", 0, 1), Field.of("size", data[1] + " bytes", 1, 3))));
        }
    };

    @Test
    void decodersSayWhatCounts() throws Exception {
        var left = new Built().add("B058000004AABB0102", "010203049000").add("B058000004AABB0102", "010203049000");
        var right = new Built().add("B058000004AABB9999", "FF0203049000").add("B058000004AACC9999", "FF0503049000");
        var d = diff(left, right, FIELDS);
        assertEquals(List.of(Kind.SAME, Kind.CHANGED), d.blocks().stream().map(Block::kind).toList());
        assertEquals(List.of(new Change("sent: object", "AABB", "AACC"), new Change("answered: entry, size", "2 bytes (020304)", "5 bytes (050304)")),
                d.changes(d.blocks().get(1)));
        assertEquals(new Counts(0, 2, 0, 0), diff(left, right).counts());
        var strict = TraceDiff.of(left, right, List.of(FIELDS), Set.of(), new Cancel());
        assertEquals(new Counts(0, 2, 0, 0), strict.counts());
        assertTrue(strict.changes(strict.blocks().getFirst()).contains(new Change("sent: login nonce", "0102", "9999")));
    }

    @Test
    void alignsAsWellAsCanBeWhereItIsShort() {
        var random = new Random(3);
        for (int round = 0; round < 3000; round++) {
            long[] a = random.longs(random.nextInt(40), 0, 1 + random.nextInt(6)).toArray();
            long[] b = random.longs(random.nextInt(40), 0, 1 + random.nextInt(6)).toArray();
            assertEquals(longest(a, b), pairs(a, b), () -> java.util.Arrays.toString(a) + java.util.Arrays.toString(b));
        }
    }

    /** Number of pairs; checks that they are equal and rise. */
    private static int pairs(long[] a, long[] b) {
        int[] p = Alignment.of(a, b);
        int last = -1;
        int n = 0;
        for (int i = 0; i < a.length; i++) {
            if (p[i] >= 0) {
                assertEquals(a[i], b[p[i]]);
                assertTrue(p[i] > last);
                last = p[i];
                n++;
            }
        }
        return n;
    }

    private static int longest(long[] a, long[] b) {
        int[][] d = new int[a.length + 1][b.length + 1];
        for (int i = 1; i <= a.length; i++) {
            for (int j = 1; j <= b.length; j++) {
                d[i][j] = a[i - 1] == b[j - 1] ? d[i - 1][j - 1] + 1 : Math.max(d[i - 1][j], d[i][j - 1]);
            }
        }
        return d[a.length][b.length];
    }

    @Test
    void longTracesOfAnyKindAreAligned() {
        int n = 300_000;
        var random = new Random(1);
        long[] a = random.longs(n, 0, 50).toArray();
        // a few thousand changes spread over it
        var list = new ArrayList<Long>();
        for (int i = 0; i < n; i++) {
            if (i % 97 != 0) {
                list.add(a[i]);
            }
            if (i % 101 == 0) {
                list.add(99L);
            }
        }
        long[] b = list.stream().mapToLong(Long::longValue).toArray();
        assertTrue(pairs(a, b) > n * 98 / 100);
        // nothing in common, and noise
        assertEquals(0, pairs(a, random.longs(n, 100, 200).toArray()));
        assertTrue(pairs(a, random.longs(n, 0, 50).toArray()) > n / 20);
        // the same over and over, more often on one side
        assertEquals(1000, pairs(new long[n], new long[1000]));
        assertEquals(n, pairs(a, a.clone()));
    }

    @Test
    void aMillionEntriesOnEachSide() throws Exception {
        var small = new Built();
        for (int i = 0; i < 1000; i++) {
            small.add("00B0" + String.format("%04X", i % 700) + "04", Hex.of(i % 251) + "0000009000");
        }
        long n = 1_000_000;
        var d = TraceDiff.of(new Repeated(small, n, -1), new Repeated(small, n, 777_777), List.of(), TraceDiff.USUAL, new Cancel());
        assertEquals(new Counts(n - 1, 0, 1, 1), merged(d.counts()));
        assertTrue(d.blocks().size() <= 4, d.blocks().size() + " blocks");
    }

    /** A step that was exchanged for another is a change, or one less and one more: both are right. */
    private static Counts merged(Counts c) {
        return new Counts(c.same(), 0, c.left() + c.changed(), c.right() + c.changed());
    }

    /** Repeats a trace; at one place it has another command. */
    private static final class Repeated implements org.esc.trace.Trace {
        private final Built small;
        private final long end;
        private final long other;

        Repeated(Built small, long end, long other) {
            this.small = small;
            this.end = end;
            this.other = other;
        }

        @Override
        public About about() {
            return small.about();
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
            return true;
        }

        @Override
        public org.esc.trace.Entry get(long index) {
            return index == other ? new Built().add("0084000008", "0000000000000000" + "9000").last() : small.get(index % small.end());
        }

        @Override
        public org.esc.trace.Interpreter interpreterAt(long index, List<Decoder> decoders) {
            return new org.esc.trace.Interpreter(decoders);
        }

        @Override
        public List<Damage> damage() {
            return List.of();
        }

        @Override
        public org.esc.card.Subscription subscribe(Runnable changed) {
            return () -> {
            };
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    @Test
    void emptyStrangeAndCancelled() throws Exception {
        assertTrue(diff(new Built(), new Built()).isSame());
        assertEquals(new Counts(0, 0, 0, 1), diff(new Built(), new Built().add("00A40400", "9000")).counts());
        var random = new Random(2);
        var a = new Built();
        var b = new Built();
        for (int i = 0; i < 3000; i++) {
            for (Built t : List.of(a, b)) {
                t.session(random.nextInt(3)).add(bytes(random, random.nextInt(8)), bytes(random, random.nextInt(5)));
            }
        }
        var d = diff(a, b, FIELDS);
        Counts c = d.counts();
        assertEquals(d.blocks().getLast().leftTo(), c.same() + c.changed() + c.left());
        var changed = d.blocks().stream().filter(x -> x.kind() == Kind.CHANGED).limit(30).toList();
        assertFalse(changed.isEmpty());
        for (Block x : changed) {
            d.changes(x);
        }
        assertFalse(d.summary().isEmpty());
        var cancel = new Cancel();
        cancel.cancel();
        assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> TraceDiff.of(a, b, List.of(), Set.of(), cancel)).fault());
    }
}
