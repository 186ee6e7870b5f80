// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.card.Origin;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.Trace.About;
import org.esc.trace.Trace.Damage;
import org.esc.trace.TraceFormat;
import org.esc.trace.TracedCard;

/** Traces and formats for tests. */
final class Some {

    static final Atr ATR = Atr.of("3B8B0180594553432D54455354310C");

    private Some() {
    }

    /** What was read. */
    record Read(List<Entry> entries, List<Damage> damage) implements TraceFormat.Sink {
        Read() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        @Override
        public void entry(Entry entry) {
            entries.add(entry);
        }

        @Override
        public void damage(Damage d) {
            damage.add(d);
        }
    }

    static Formats formats() {
        var f = new Formats();
        List.of(new EscText(), new JsonLines(), new Csv(), new Html(), new Apdu4jDump(), new Pcapng(), new UsbCapture(), new PcscdLog(),
                new PcscSpy(),
                new OpenScLog(), new GlobalPlatformPro(), new GpShell(), new OpenScTool(), new Scriptor(), new Cardpeek(), new PlainHex(),
                        new TpsWire())
                .forEach(f::addFormat);
        return f;
    }

    static byte[] sample(String name) {
        try (InputStream in = Some.class.getResourceAsStream("samples/" + name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Read read(TraceFormat format, byte[] file) throws IOException, EscException {
        var r = new Read();
        format.read(new ByteArrayInputStream(file), r);
        return r;
    }

    static byte[] write(TraceFormat format, List<Entry> entries) throws IOException {
        return write(format, entries, List.of());
    }

    static byte[] write(TraceFormat format, List<Entry> entries, List<Decoder> decoders) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var w = format.write(out, new About("a <test> & more", false, false), decoders)) {
            for (Entry e : entries) {
                w.entry(e);
            }
        }
        return out.toByteArray();
    }

    /** Exchanges of all kinds; the same for the same seed. */
    static List<Entry> trace(long seed, int n) {
        var random = new Random(seed);
        var readers = List.of("Reader, \"quoted\" 00 00", "=cmd|' /C calc'!A0", "Lesegerät <b>日本</b> & co", "", "'apostrophe");
        var origins = List.of(Origin.verb("enroll"), Origin.probe("piv"), Origin.server("tps.example:8443"),
                new Origin(Origin.Kind.TRANSPORT, "GET RESPONSE"),
                new Origin(Origin.Kind.CONSOLE, "who, ever"), Origin.other("pcscd"));
        var entries = new ArrayList<Entry>();
        var begin = Instant.parse("2026-11-23T20:31:28.578Z");
        for (int i = 0; i < n; i++) {
            int session = i / 7;
            var card = new TracedCard(session + 1, readers.get(session % readers.size()), session % 3 == 2 ? Atr.UNKNOWN : ATR, session % 4
                    == 3 ? "" : "T=" + session % 2);
            byte[] data = new byte[random.nextInt(40)];
            random.nextBytes(data);
            byte[] command = new byte[5 + data.length];
            command[1] = (byte) (i % 5 == 0 ? 0xA4 : random.nextInt(256));
            command[4] = (byte) data.length;
            System.arraycopy(data, 0, command, 5, data.length);
            byte[] response = new byte[random.nextInt(30) + 2];
            random.nextBytes(response);
            response[response.length - 2] = (byte) 0x90;
            response[response.length - 1] = 0;
            boolean failed = i % 11 == 10;
            boolean secret = i % 3 == 1;
            Optional<Entry.Plain> plain = i % 4 == 2 && !failed
                    ? Optional.of(new Entry.Plain(Masked.of(command, 4, 6), Masked.open((byte) 0x90, (byte) 0)))
                    : Optional.empty();
            entries.add(new Entry(i + 1, i % 9 == 8 ? Optional.empty() : Optional.of(begin.plusMillis(137L * i)),
                    i % 8 == 7 ? Optional.empty() : Optional.of(Duration.ofNanos(1000L * random.nextInt(90_000_000))), card,
                            origins.get(i % origins.size()),
                    secret ? Masked.of(command, 5, 7).hide(9, 11) : Masked.open(command),
                    failed ? Masked.none() : i % 5 == 4 ? Masked.of(response, 0, response.length - 2) : Masked.open(response),
                    failed ? Optional.of("the card was pulled, \"it\" said; <gone>") : Optional.empty(), secret && i % 2 == 1
                            && data.length > 0, plain));
        }
        return entries;
    }
}
