// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.esc.apdu.Aid;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.StatusWord;
import org.esc.card.Exchange;
import org.esc.card.Origin;
import org.esc.trace.testing.FullDisk;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceLogTest {

    private static final Atr ATR = Atr.of("3B80010A");
    /** Stands for any secret: looked for in everything that is kept, shown and saved. */
    private static final String SECRET = "53454352455421";
    private static final String NONCE = "C0FFEEC0FFEE1234";

    private final TraceLog log = new TraceLog();
    private long id;

    private void exchange(String command, String response) {
        exchange(1, command, response);
    }

    private void exchange(long session, String command, String response) {
        byte[] c = Hex.parse(command);
        byte[] r = Hex.parse(response);
        log.exchanged(new Exchange(++id, Instant.parse("2026-11-23T10:00:00.125Z"), Duration.ofNanos(1_250_000), "Reader X", ATR,
                "T=1", session, Origin.verb("enroll"), c, r,
                r.length == 0 ? Optional.of("The card was removed.") : Optional.empty(), false));
    }

    private static String lc(String data) {
        return Hex.of(Hex.parse(data).length) + data;
    }

    private void keepsNothingOf(String... secrets) {
        var kept = new StringBuilder();
        for (Entry e : log.entries()) {
            kept.append(Hex.of(e.command().bytes())).append(' ').append(Hex.of(e.response().bytes())).append(' ');
            e.plain().ifPresent(p -> kept.append(Hex.of(p.command().bytes())).append(' ').append(Hex.of(p.response().bytes())));
        }
        String shown = String.join("\n", log.show()).replace(" ", "");
        for (String s : secrets) {
            assertFalse(kept.toString().contains(s), "kept: " + kept);
            assertFalse(shown.contains(s), "shown: " + shown);
        }
    }

    @Test
    void pinsPasswordsKeysAndNoncesNeverStay() {
        exchange("B0420000" + lc(SECRET) + "08", NONCE + "9000");
        exchange("B0440000" + lc("07" + SECRET + "07" + SECRET), "9000");
        exchange("B040007F" + lc(SECRET + NONCE), "9C06");
        exchange("84040000" + lc(SECRET + "1122334455667788"), "9000");
        exchange("8440007F" + lc(SECRET), "9000");
        exchange("80D80081" + lc("01811053454352455421" + "00".repeat(9) + "03AABBCC"), "01AABBCC9000");
        exchange("84D80081" + lc(SECRET), "9000");
        exchange("840A0415" + lc("FF00FFF38010" + SECRET), "9000");
        exchange("84320415" + lc(SECRET), "9000");
        exchange("84540000" + lc("FF00FFF30000000007" + SECRET), "9000");
        exchange("84540000" + lc("FF00FFF30000000007" + SECRET + "1122334455667788"), "9000");
        exchange("84540000" + lc(SECRET + "53454352455421AABB"), "9000");
        exchange("B0540000" + lc("FF00FFF30000000007" + SECRET + NONCE), "9000");
        exchange("B0540000" + lc("FFFFFFFF0000000007" + SECRET + NONCE), "9000");
        exchange("B0560000" + lc("FFFFFFFF0000000207" + NONCE) + "07", SECRET + "9000");
        exchange("84560000" + lc("FF00FFF30000000007"), SECRET + "9000");
        exchange("B0360404" + lc("000401000107" + NONCE) + "00", "0007" + SECRET + "9000");
        exchange("B0370404" + lc("01000107" + NONCE) + "00", "0007" + SECRET + "9000");
        exchange("B0520000" + lc("7A300000" + NONCE), "9000");
        exchange("B05A0000" + lc("7A30000000000063FFFF40004000" + NONCE), "9000");
        exchange("B0730000" + lc(SECRET), "9000");
        exchange("00200080" + lc(SECRET), "63C2");
        exchange("0C200080" + lc(SECRET), "9000");
        exchange("00240080" + lc(SECRET), "9000");
        exchange("002C0080" + lc(SECRET), "9000");
        exchange("A0200001" + lc(SECRET), "9000");
        exchange("80240000" + lc(SECRET), "9000");
        exchange("002A8086" + lc("0011") + "00", SECRET + "9000");
        exchange("00DB3FFF" + lc(SECRET), "9000");
        exchange("002A8680" + lc(SECRET) + "00", "020011229000");
        exchange("00DA00D3" + lc(SECRET), "9000");
        exchange("00DA00D5" + lc(SECRET), "9000");
        exchange("10DA00F9" + lc(SECRET), "9000");
        exchange("0087039B" + lc(SECRET), SECRET + "9000");
        exchange("FF820000" + lc(SECRET), "9000");
        exchange("84E28000" + lc(SECRET), "9000");
        exchange("80E26000" + lc(SECRET), "9000");
        // extended length, and lengths that lie
        exchange("00200080000007" + SECRET, "9000");
        exchange("B04200000A" + SECRET, "6700");
        exchange("B042000001" + SECRET, "");
        keepsNothingOf(SECRET, NONCE);
        // lengths stay
        Entry verify = log.entries().getFirst();
        assertEquals(5 + 7 + 1, verify.command().length());
        assertEquals("B042000007" + "**".repeat(8), verify.command().toString());
        assertEquals("**".repeat(8) + "9000", verify.response().toString());
    }

    @Test
    void anAnswerFetchedInPiecesIsHiddenToTheEnd() {
        exchange("B0420000" + lc(SECRET), "6108");
        exchange("00C0000008", NONCE + "6102");
        exchange("00C0000002", "C0FF9000");
        keepsNothingOf(NONCE, "C0FF");
        exchange("00C0000002", "01029000");
        assertEquals("01029000", log.entries().getLast().response().toString());
    }

    @Test
    void whatASecureChannelWrappedIsShownInPlainAndMaskedToo() {
        exchange("8404000010C93A29409BEFFC2DE9D87BFE1978294B", "9000");
        log.explained(id, CommandApdu.parse("8404000007" + SECRET), ResponseApdu.of(0x9000));
        exchange("84F00F001000E56F84195BC15108E701A197BB48FB", "9000");
        log.explained(id, CommandApdu.parse("84F00F00"), ResponseApdu.of(0x9000));
        keepsNothingOf(SECRET, "C93A29409BEFFC2D");
        assertEquals("8404000007" + "**".repeat(7), log.entries().getFirst().plain().orElseThrow().command().toString());
        assertEquals("84F00F00", log.entries().getLast().plain().orElseThrow().command().toString());
        // an explanation of what is long gone is no error
        log.explained(999, CommandApdu.parse("84F00F00"), ResponseApdu.of(0x9000));
        log.explained(-1, CommandApdu.parse("84F00F00"), ResponseApdu.of(0x9000));
        assertEquals(List.of(1L, 2L), log.entries().stream().map(Entry::number).toList());
    }

    @Test
    void harmlessBytesStay() {
        exchange("80CA9F7F00", "9F7F2A" + "11".repeat(42) + "9000");
        exchange("8482030010BC55414EC0E23568715358D6E994FCEC", "9000");
        exchange("B0560000" + lc("7A3000000000000005" + "0000000000000000") + "05", "01000000019000");
        exchange("84540000" + lc("7A3000000000000003010203"), "9000");
        exchange("B0360404" + lc("000301000107" + NONCE) + "00", "0002AABB9000");
        var e = log.entries();
        assertFalse(e.get(0).response().hasHidden());
        assertFalse(e.get(1).command().hasHidden());
        assertTrue(e.get(2).command().toString().startsWith("B0560000117A3000000000000005"));
        assertFalse(e.get(2).response().hasHidden());
        assertFalse(e.get(3).command().hasHidden());
        assertFalse(e.get(4).response().hasHidden(), "a signature is no secret");
    }

    @Test
    void theTextNamesAllThatMatters() {
        log.addDecoder(new Decoder() {
            @Override
            public int rank(Standing s) {
                return s.application().equals(Optional.of(Aid.of("627601FF000000"))) ? APPLICATION : 0;
            }

            @Override
            public String command(Standing s, CommandApdu command) {
                return command.ins() == 0xF0 ? "SET LIFECYCLE" : "";
            }

            @Override
            public String meaning(Standing s, CommandApdu command, StatusWord sw) {
                return sw.value() == 0x9C02 ? "wrong password" : "";
            }
        });
        exchange("84F00F00", "9000");
        exchange("00A4040007627601FF00000000", "9000");
        exchange("84F00F00", "9C02");
        exchange("84E20000", "");
        exchange(2, "00", "6700");
        var lines = log.show();
        assertEquals("= session 1: reader \"Reader X\", ATR 3B80010A, T=1", lines.get(0));
        assertEquals("#1 2026-11-23T10:00:00.125Z 1.250 ms [Reader X] verb:enroll SET STATUS", lines.get(1));
        assertEquals("  > 84 F0 0F 00", lines.get(2));
        assertEquals("  < 90 00  (done)", lines.get(3));
        assertTrue(lines.get(4).endsWith("SELECT 627601FF000000"), lines.get(4));
        assertTrue(lines.get(7).endsWith("SET LIFECYCLE"), lines.get(7));
        assertEquals("  < 9C 02  (wrong password)", lines.get(9));
        assertEquals("  ! no answer: The card was removed.", lines.get(12));
        assertTrue(lines.contains("= session 2: reader \"Reader X\", ATR 3B80010A, T=1"));
        assertTrue(lines.get(14).endsWith("malformed command"), lines.get(14));
    }

    @Test
    void aPinEnteredAtTheReaderIsMarkedAndItsPlaceHidden() {
        log.exchanged(new Exchange(++id, Instant.EPOCH, Duration.ofSeconds(4), "Reader X", ATR, "T=1", 1, Origin.verb("pin"),
                Hex.parse("0020008008FFFFFFFFFFFFFFFF"), Hex.parse("63C2"), Optional.empty(), true));
        String shown = String.join("\n", log.show());
        assertTrue(shown.contains("> 00 20 00 80 08 ** ** ** ** ** ** ** **  (PIN entered at the reader)"), shown);
        assertTrue(shown.contains("VERIFY"), shown);
        assertTrue(shown.contains("wrong, 2 tries left"), shown);
    }

    @Test
    void theRingIsBoundedInNumberAndBytes() {
        var small = new TraceLog(3);
        for (int i = 1; i <= 10; i++) {
            small.exchanged(new Exchange(i, Instant.EPOCH, Duration.ZERO, "R", ATR, "T=1", 1, Origin.verb("x"),
                    Hex.parse("80CA9F7F00"), Hex.parse("9000"), Optional.empty(), false));
        }
        assertEquals(List.of(8L, 9L, 10L), small.entries().stream().map(Entry::number).toList());
        for (int i = 0; i < 300; i++) {
            log.exchanged(new Exchange(i, Instant.EPOCH, Duration.ZERO, "R", ATR, "T=1", 1, Origin.verb("x"),
                    Hex.parse("80CA9F7F00"), new byte[65538], Optional.empty(), false));
        }
        assertTrue(log.entries().size() < 130, "entries: " + log.entries().size());
        log.clear();
        assertTrue(log.entries().isEmpty());
    }

    @Test
    void followersSeeEachLineUntilTheyLeave() {
        var lines = new ArrayList<String>();
        exchange("80CA9F7F00", "6A88");
        try (var r = log.follow(lines::add)) {
            exchange("8404000010C93A29409BEFFC2DE9D87BFE1978294B", "9000");
            log.explained(id, CommandApdu.parse("8404000007" + SECRET), ResponseApdu.of(0x9000));
            assertTrue(r.complaint().isEmpty());
        }
        exchange("80CA9F7F00", "6A88");
        assertEquals(6, lines.size(), lines::toString);
        assertEquals("  plain of #2 > 84 04 00 00 07 ** ** ** ** ** ** **", lines.get(4));
        assertFalse(String.join("", lines).replace(" ", "").contains(SECRET));
    }

    @Test
    void aBrokenFollowerHindersNobody() throws InterruptedException {
        var lines = new ArrayList<String>();
        try (var bad = log.follow(_ -> {
            throw new IllegalStateException();
        }); var _ = log.follow(lines::add)) {
            exchange("80CA9F7F00", "6A88");
            exchange("80CA9F7F00", "6A88");
            for (int i = 0; i < 500 && bad.complaint().isEmpty(); i++) {
                Thread.sleep(20);
            }
            assertTrue(bad.complaint().orElseThrow().contains("incomplete"));
        }
        assertEquals(7, lines.size());
    }

    /** The recording ends with one message that says why; the card's work, the live trace and other followers go on; what was written can be read. */
    @ParameterizedTest
    @ValueSource(strings = {"t.txt", "t.esctrace"})
    void aFullDiskEndsTheRecordingAndNothingElse(String name, @TempDir Path dir) throws Exception {
        assumeTrue(FullDisk.isPossible(), "prlimit is not installed");
        Path file = dir.resolve(name);
        var seen = new AtomicLong();
        try (var recording = log.saveTo(file); var other = log.follow(_ -> seen.incrementAndGet())) {
            exchange("80CA9F7F00", "6A88");
            try (var _ = FullDisk.at(40_000)) {
                for (int i = 0; i < 1000; i++) {
                    exchange("80CA9F7F00", "AA".repeat(200) + "9000");
                }
                for (int i = 0; i < 500 && recording.complaint().isEmpty(); i++) {
                    Thread.sleep(20);
                }
            }
            String complaint = recording.complaint().orElseThrow();
            assertTrue(complaint.startsWith("The trace is incomplete: ") && complaint.contains("File too large"), complaint);
            assertEquals(1, complaint.lines().count());
            exchange("80CA9F7F00", "6A88");
            assertEquals(1002, log.end());
            assertTrue(other.complaint().isEmpty());
        }
        assertTrue(seen.get() > 3000, "lines shown: " + seen);
        assertTrue(Files.size(file) <= 40_000);
        if (name.endsWith(".esctrace")) {
            try (var t = StoredTrace.open(file)) {
                assertTrue(t.end() > 0 && t.end() < 1000, "exchanges in the file: " + t.end());
                assertEquals(log.get(t.end() - 1), t.get(t.end() - 1));
            }
        }
        // there is room again
        try (var again = log.saveTo(dir.resolve("again-" + name))) {
            exchange("80CA9F7F00", "6A88");
            again.close();
            assertEquals(Optional.empty(), again.complaint());
        }
    }

    @Test
    void savesAsItGoesAndForItsOwnerOnly(@TempDir Path dir) throws Exception {
        Path file = dir.resolve("trace.txt");
        try (var _ = log.saveTo(file)) {
            exchange("B0420000" + lc(SECRET) + "08", NONCE + "9000");
            // there before it is closed
            String now = "";
            for (int i = 0; i < 500 && !now.contains("B0 42"); i++) {
                Thread.sleep(20);
                now = Files.readString(file);
            }
            assertTrue(now.startsWith("# ESC card trace 1"), now);
            assertTrue(now.contains("B0 42 00 00 07 ** "), now);
        }
        try (var _ = log.saveTo(file)) {
            exchange("80CA9F7F00", "6A88");
        }
        String all = Files.readString(file);
        assertFalse(all.replace(" ", "").contains(SECRET));
        assertFalse(all.replace(" ", "").contains(NONCE));
        assertEquals(2, all.lines().filter(l -> l.startsWith("# ")).count(), "a second trace goes behind the first");
        if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            assertEquals("[OWNER_READ, OWNER_WRITE]",
                    new java.util.TreeSet<>(Files.getPosixFilePermissions(file)).toString());
        }
    }

    @Test
    void aFileThatCannotBeWrittenIsAClearError(@TempDir Path dir) {
        var e = assertThrows(EscException.class, () -> log.saveTo(dir.resolve("no/such/folder/t.txt")));
        assertEquals(Fault.USAGE, e.fault());
        assertTrue(e.getMessage().contains("the folder does not exist"), e.getMessage());
        assertThrows(EscException.class, () -> log.saveTo(dir));
    }

    @Test
    void noiseNeverMakesTheTapThrow() {
        var random = new java.util.Random(11);
        int[] classes = {0x00, 0x0C, 0x80, 0x84, 0xB0, 0xA0, 0xFF, 0x90};
        try (var _ = log.follow(_ -> { })) {
            for (int round = 0; round < 20_000; round++) {
                byte[] c = new byte[random.nextInt(40)];
                random.nextBytes(c);
                if (c.length > 4) {
                    c[0] = (byte) classes[random.nextInt(classes.length)];
                    c[4] = random.nextBoolean() ? (byte) (c.length - 5) : c[4];
                }
                byte[] r = new byte[random.nextInt(6)];
                random.nextBytes(r);
                exchange(round % 7, Hex.of(c), Hex.of(r));
                if (c.length == 20 && c[4] == 15) {
                    log.explained(id, CommandApdu.parse(c), ResponseApdu.of(r, 0x9000));
                }
                if (round % 50 == 0) {
                    log.session(round % 7, "Reader X", false);
                }
            }
        }
        assertEquals(5000, log.entries().size());
        assertFalse(log.show().isEmpty());
    }

    /** It goes through what real exchanges go through, and leaves nothing behind. */
    @Test
    void warmingUpLeavesTheTraceAsItIs() throws Exception {
        var asked = new AtomicInteger();
        var log = new TraceLog();
        log.addDecoder(new Decoder() {
            @Override
            public int rank(Standing standing) {
                asked.incrementAndGet();
                return STANDARD;
            }

            @Override
            public String command(Standing standing, CommandApdu command) {
                return "";
            }
        });
        assertTrue(log.warmUp() > 1000);
        assertTrue(asked.get() > 0, "decoders are asked as with a card");
        assertEquals(0, log.end());
        assertEquals(List.of(), log.entries());
    }
}
