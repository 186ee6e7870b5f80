// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.esc.apdu.Hex;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Captures of USB, built byte by byte, and ours, looked into with Wireshark's own dissectors. */
class CapturesTest {

    private static final int IN = 0x81;
    private static final int OUT = 0x02;
    private static final String TPDU = "00000100";
    private static final String SHORT_APDU = "00000200";
    private static final String EXTENDED_APDU = "00000400";

    private enum Kind {
        LINUX(189, false), LINUX_MMAPPED(220, false), USBPCAP(249, false), LINUX_MMAPPED_NG(220, true), USBPCAP_NG(249, true);

        private final int linkType;
        private final boolean ng;

        Kind(int linkType, boolean ng) {
            this.linkType = linkType;
            this.ng = ng;
        }
    }

    /** A capture in the making; a packet each millisecond. */
    private static final class Usb {
        private final Kind kind;
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private long millis = 1_790_000_000_000L;
        private int seq;

        Usb(Kind kind, String features) {
            this.kind = kind;
            if (kind.ng) {
                block(0x0A0D0D0A, le(16).putInt(0x1A2B3C4D).putInt(1).putLong(-1).array());
                block(1, le(8).putShort((short) kind.linkType).putShort((short) 0).putInt(0).array());
            } else {
                out.writeBytes(le(24).putInt(0xA1B2C3D4).putInt(0x00040002).putLong(0).putInt(262_144).putInt(kind.linkType).array());
            }
            control(Hex.parse("12 01 10 01 00 00 00 08 2F 07 CC 90 00 01 01 02 00 01"));
            if (!features.isEmpty()) {
                byte[] ccid = new byte[0x36];
                ccid[0] = 0x36;
                ccid[1] = 0x21;
                byte[] f = Hex.parse(features);
                for (int i = 0; i < 4; i++) {
                    ccid[40 + i] = f[i == 0 ? 0 : i == 1 ? 1 : i];
                }
                byte[] configuration = Hex.parse("09 02 5D 00 01 01 00 A0 32 09 04 00 00 03 0B 00 00 00");
                byte[] all = Arrays.copyOf(configuration, configuration.length + ccid.length);
                System.arraycopy(ccid, 0, all, configuration.length, ccid.length);
                control(all);
            }
        }

        private static ByteBuffer le(int n) {
            return ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
        }

        private void block(int type, byte[] body) {
            int n = 12 + (body.length + 3 & ~3);
            out.writeBytes(le(8).putInt(type).putInt(n).array());
            out.writeBytes(Arrays.copyOf(body, n - 12));
            out.writeBytes(le(4).putInt(n).array());
        }

        private void control(byte[] data) {
            packet(2, 0x80, data, kind.linkType == 249 ? 1 : 0);
        }

        void packet(int transfer, int endpoint, byte[] data, int stage) {
            millis++;
            boolean in = (endpoint & 0x80) != 0;
            byte[] header;
            if (kind.linkType == 249) {
                header = le(27 + stage).putShort((short) (27 + stage)).putLong(7).putInt(0).putShort((short) 9).put((byte) (in ? 1 : 0))
                        .putShort((short) 1)
                        .putShort((short) 5).put((byte) endpoint).put((byte) transfer).putInt(data.length).array();
            } else {
                header = Arrays.copyOf(le(64).putLong(0x1234).put((byte) (in ? 'C' : 'S')).put((byte) transfer).put((byte) endpoint)
                        .put((byte) 5).putShort((short) 1)
                        .put((byte) '-').put((byte) 0).putLong(millis / 1000).putInt((int) (millis % 1000) * 1000).putInt(in ? 0 : -115)
                                .putInt(data.length)
                        .putInt(data.length).array(), kind.linkType == 189 ? 48 : 64);
            }
            byte[] p = Arrays.copyOf(header, header.length + data.length);
            System.arraycopy(data, 0, p, header.length, data.length);
            if (kind.ng) {
                long micros = millis * 1000;
                byte[] body = Arrays.copyOf(le(20).putInt(0).putInt((int) (micros >> 32)).putInt((int) micros).putInt(p.length)
                        .putInt(p.length).array(), 20 + p.length);
                System.arraycopy(p, 0, body, 20, p.length);
                block(6, body);
            } else {
                out.writeBytes(le(16).putInt((int) (millis / 1000)).putInt((int) (millis % 1000) * 1000).putInt(p.length).putInt(p.length)
                        .array());
                out.writeBytes(p);
            }
        }

        /** A message to the reader; {@code level} is wLevelParameter. */
        void to(int type, int level, byte... data) {
            byte[] m = Arrays.copyOf(le(10).put((byte) type).putInt(data.length).put((byte) 0).put((byte) ++seq).put((byte) 0)
                    .putShort((short) level).array(), 10 + data.length);
            System.arraycopy(data, 0, m, 10, data.length);
            packet(3, OUT, m, 0);
        }

        /** A message from the reader. */
        void from(int type, int status, int error, int last, byte... data) {
            byte[] m = Arrays.copyOf(le(10).put((byte) type).putInt(data.length).put((byte) 0).put((byte) seq).put((byte) status)
                    .put((byte) error).put((byte) last).array(),
                    10 + data.length);
            System.arraycopy(data, 0, m, 10, data.length);
            packet(3, IN, m, 0);
        }

        void powerOn() {
            to(0x62, 0);
            from(0x80, 0, 0, 0, Some.ATR.bytes());
            to(0x61, 1, Hex.parse("1110004D002000"));
            from(0x82, 0, 0, 1, Hex.parse("1110004D002000"));
        }

        byte[] file() {
            return out.toByteArray();
        }
    }

    private static byte[] t1(String pcb, byte... inf) {
        byte[] b = new byte[4 + inf.length];
        b[1] = Hex.parse(pcb)[0];
        b[2] = (byte) inf.length;
        System.arraycopy(inf, 0, b, 3, inf.length);
        for (int i = 0; i < b.length - 1; i++) {
            b[b.length - 1] ^= b[i];
        }
        return b;
    }

    private static List<Entry> read(byte[] file) throws Exception {
        assertEquals("usb", Some.formats().detect(file).orElseThrow().name());
        Some.Read r = Some.read(new UsbCapture(), file);
        assertEquals(List.of(), r.damage());
        return r.entries();
    }

    private static byte[] simple(Kind kind) {
        var usb = new Usb(kind, SHORT_APDU);
        usb.powerOn();
        usb.to(0x6F, 0, Hex.parse("00A4040000"));
        usb.from(0x80, 0x80, 1, 0);
        usb.from(0x80, 0, 0, 0, Hex.parse("6F009000"));
        usb.to(0x6F, 0, Hex.parse("00CA9F7F00"));
        usb.from(0x80, 0x40, 0xFE, 0);
        usb.to(0x69, 0, Hex.parse("00 00 82 04 00 08 04 02 01 0409 00 000000 0020008108 FFFFFFFFFFFFFFFF"));
        usb.from(0x80, 0, 0, 0, Hex.parse("9000"));
        return usb.file();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void readsReadersOfUsb(Kind kind) throws Exception {
        List<Entry> entries = read(simple(kind));
        assertEquals(List.of("00A4040000/6F009000", "00CA9F7F00/", "0020008108****************/9000"), entries.stream()
                .map(e -> e.command() + "/" + e.response()).toList());
        Entry first = entries.getFirst();
        assertEquals(Some.ATR, first.card().atr());
        assertEquals("T=1", first.card().protocol());
        assertEquals("USB 1.5 (072F:90CC)", first.card().reader());
        assertEquals(Optional.of(Duration.ofMillis(2)), first.duration());
        assertTrue(first.time().orElseThrow().isAfter(Instant.parse("2026-09-21T00:00:00Z")));
        assertEquals(Optional.of("the reader reports error FE"), entries.get(1).failure());
        assertTrue(entries.get(2).pinAtReader());
    }

    @Test
    void putsPiecesOfExtendedApdusTogether() throws Exception {
        var usb = new Usb(Kind.LINUX_MMAPPED, EXTENDED_APDU);
        usb.powerOn();
        usb.to(0x6F, 1, Hex.parse("00D6000000000401"));
        usb.from(0x80, 0, 0, 0x10);
        usb.to(0x6F, 3, Hex.parse("02"));
        usb.from(0x80, 0, 0, 0x10);
        usb.to(0x6F, 2, Hex.parse("0304"));
        usb.from(0x80, 0, 0, 1, Hex.parse("AABB"));
        usb.to(0x6F, 0x10);
        usb.from(0x80, 0, 0, 3, Hex.parse("CC"));
        usb.to(0x6F, 0x10);
        usb.from(0x80, 0, 0, 2, Hex.parse("9000"));
        Entry e = read(usb.file()).getFirst();
        assertEquals("00D6000000000401020304", e.command().toString());
        assertEquals("AABBCC9000", e.response().toString());
    }

    @Test
    void putsBlocksTogether() throws Exception {
        for (String features : List.of(TPDU, "")) {
            var usb = new Usb(Kind.LINUX_MMAPPED, features);
            usb.powerOn();
            usb.to(0x6F, 0, t1("C1", (byte) 0xFE));
            usb.from(0x80, 0, 0, 0, t1("E1", (byte) 0xFE));
            usb.to(0x6F, 0, t1("20", Hex.parse("80E2000005 0102")));
            usb.from(0x80, 0, 0, 0, t1("90"));
            usb.to(0x6F, 0, t1("40", Hex.parse("030405")));
            usb.from(0x80, 0, 0, 0, t1("20", Hex.parse("A1A2")));
            usb.to(0x6F, 0, t1("90"));
            usb.from(0x80, 0, 0, 0, t1("40", Hex.parse("A39000")));
            usb.to(0x6F, 0, t1("00", Hex.parse("00B0000000")));
            usb.from(0x80, 0, 0, 0, t1("00", Hex.parse("6982")));
            assertEquals(List.of("80E20000050102030405/A1A2A39000", "00B0000000/6982"), read(usb.file()).stream()
                    .map(e -> e.command() + "/" + e.response()).toList());
        }
    }

    @Test
    void readsWhatIsThereOfADamagedCapture() throws Exception {
        var random = new Random(9);
        for (Kind kind : Kind.values()) {
            byte[] whole = simple(kind);
            for (int n = 0; n < whole.length; n++) {
                assertTrue(Some.read(new UsbCapture(), Arrays.copyOf(whole, n)).entries().size() <= 3);
            }
            for (int i = 0; i < 500; i++) {
                byte[] changed = whole.clone();
                changed[32 + random.nextInt(whole.length - 32)] = (byte) random.nextInt(256);
                assertTrue(Some.read(new UsbCapture(), changed).entries().size() <= 5);
            }
        }
    }

    @Test
    void findsTheNextPacketAfterDamage() throws Exception {
        List<Entry> trace = Some.trace(1, 100);
        byte[] file = Some.write(new Pcapng(), trace);
        Arrays.fill(file, file.length / 2, file.length / 2 + 900, (byte) 0xEE);
        Some.Read r = Some.read(new Pcapng(), file);
        assertFalse(r.damage().isEmpty());
        assertTrue(r.damage().getFirst().line() > 30 && r.damage().getFirst().column() > 5000, r.damage().toString());
        assertTrue(r.entries().size() >= 95, r.entries().size() + " of 100");
        assertTrue(trace.containsAll(r.entries().stream().filter(e -> e.card().session() != 0).limit(40).toList()));
    }

    @Test
    void readsGsmtapOfOthers() throws Exception {
        var out = new ByteArrayOutputStream();
        out.writeBytes(Hex.parse("A1B2C3D4 0002 0004 00000000 00000000 0000FFFF 00000001"));
        for (String[] p : new String[][] { { "01", Some.ATR.toString() }, { "00", "A0A40000023F009F16" }, { "00", "00B000000401020304"
                + "9000" },
                { "00", "00A4040006D27600012401" + "00" + "6F009000" } }) {
            byte[] apdu = Hex.parse(p[1]);
            byte[] tap = Hex.parse("02 04 04 00 4000 00 00 00000000 " + p[0] + " 00 00 00");
            int udp = 8 + tap.length + apdu.length;
            byte[] eth = Hex.parse("000000000000 000000000000 0800 4500" + String.format("%04X", 20 + udp)
                    + "0000 0000 40 11 0000 7F000001 7F000001"
                    + String.format("C000 1279 %04X 0000", udp));
            out.writeBytes(Hex.parse("6A000000 00000001" + String.format("%08X%08X", eth.length + tap.length + apdu.length, eth.length
                    + tap.length + apdu.length)));
            out.writeBytes(eth);
            out.writeBytes(tap);
            out.writeBytes(apdu);
        }
        assertEquals("pcapng", Some.formats().detect(out.toByteArray()).orElseThrow().name());
        Some.Read r = Some.read(new Pcapng(), out.toByteArray());
        assertEquals(List.of("A0A40000023F00/9F16", "00B0000004/010203049000", "00A4040006D2760001240100/6F009000"),
                r.entries().stream().map(e -> e.command() + "/" + e.response()).toList());
        assertEquals(Some.ATR, r.entries().getFirst().card().atr());
    }

    // ---- Wireshark as the judge

    private static List<String> tshark(Path folder, byte[] file, String... options) throws IOException, InterruptedException {
        assumeTrue(Stream.of(System.getenv("PATH").split(":")).anyMatch(p -> Files.isExecutable(Path.of(p, "tshark"))),
                "tshark is not installed");
        Path capture = Files.write(folder.resolve("capture"), file);
        var command = new ArrayList<>(List.of("tshark", "-n", "-r", capture.toString()));
        command.addAll(List.of(options));
        Path out = folder.resolve("out");
        Process p = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(folder.resolve("err").toFile()).start();
        assertTrue(p.waitFor(2, TimeUnit.MINUTES));
        assertEquals(0, p.exitValue(), () -> command.toString());
        return Files.readAllLines(out, StandardCharsets.UTF_8);
    }

    @Test
    void wiresharkReadsWhatWeWrite(@TempDir Path folder) throws Exception {
        List<Entry> trace = Some.trace(5, 120);
        List<String> lines = tshark(folder, Some.write(new Pcapng(), trace), "-T", "fields", "-E", "separator=/t", "-E", "occurrence=f",
                "-e", "frame.number", "-e", "udp.payload",
                "-e", "frame.interface_name", "-e", "frame.time_epoch", "-e", "ip.checksum.status", "-e", "frame.comment");
        assertEquals(trace.size(), lines.stream().filter(l -> l.matches("\\d+\t.*")).count());
        for (Entry e : trace) {
            String line = lines.stream().filter(l -> l.startsWith(e.number() + "\t")).findFirst().orElseThrow();
            String[] f = line.split("\t", -1);
            assertEquals(Hex.of(e.command().join(e.response()).bytes()), f[1].replace(":", "").substring(32).toUpperCase(Locale.ROOT),
                    line);
            if (!e.card().reader().isEmpty()) {
                assertEquals(e.card().reader(), f[2]);
            }
            if (e.time().isPresent()) {
                assertTrue(f[3].startsWith(e.time().get().getEpochSecond() + "."), line);
            }
        }
        List<String> decoded = tshark(folder, Some.write(new Pcapng(), trace), "-V");
        assertEquals(trace.size(), decoded.stream().filter(l -> l.equals("GSM SIM 11.11")).count());
        // of random commands, a few are such as the dissector looks into and finds malformed
        assertTrue(decoded.stream().filter(l -> l.contains("Status Word: 9000")).count() >= trace.stream()
                .filter(e -> e.failure().isEmpty()).count() * 9 / 10);
        assertTrue(decoded.stream().anyMatch(l -> l.contains("origin verb:enroll")));
        List<String> notes = tshark(folder, Some.write(new Pcapng(), trace), "-T", "fields", "-E", "occurrence=l", "-e", "frame.comment");
        assertEquals(trace.size(), notes.stream().filter(l -> l.startsWith(Gsmtap.NOTE + "{")).count());
        List<String> sums = tshark(folder, Some.write(new Pcapng(), trace), "-o", "ip.check_checksum:TRUE", "-Y",
                "ip.checksum.status == \"Bad\"");
        assertEquals(List.of(), sums);
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = { "LINUX", "LINUX_MMAPPED", "USBPCAP" })
    void wiresharkSeesTheSameUsb(Kind kind, @TempDir Path folder) throws Exception {
        // device 5 of bus 1
        List<String> lines = tshark(folder, simple(kind), "-d", "usb.device==0x00010005,usbccid", "-Y",
                "usbccid && usb.transfer_type == 3", "-T", "fields", "-e",
                "usbccid.bMessageType", "-e", "usbccid.dwLength");
        assertEquals(List.of("0x62\t0", "0x80\t15", "0x61\t7", "0x82\t7", "0x6f\t5", "0x80\t0", "0x80\t4", "0x6f\t5", "0x80\t0", "0x69\t",
                "0x80\t2"), lines);
    }

    @Test
    void keepsMaskedBytesApartFromZeros() throws Exception {
        Entry some = Some.trace(1, 1).getFirst();
        Entry e = new Entry(1, some.time(), some.duration(), some.card(), some.origin(), Masked.parse("00200081 08 00** 0000 **** 0000"),
                Masked.parse("** 00 9000"),
                Optional.empty(), false, Optional.empty());
        assertEquals(List.of(e), Some.read(new Pcapng(), Some.write(new Pcapng(), List.of(e))).entries());
    }
}
