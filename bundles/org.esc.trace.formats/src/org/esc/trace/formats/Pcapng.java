// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Decoded.Brief;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.esc.trace.TracedCard;
import org.osgi.service.component.annotations.Component;

/**
 * Captures that Wireshark opens: each exchange is a GSMTAP packet of type SIM, the command and its answer one behind the other, as
 * Wireshark's dissector wants them. Each card is an interface with the reader's name. One comment of a packet is for people, one says in
 * JSON what the packet cannot.
 */
@Component(service = TraceFormat.class)
public final class Pcapng implements TraceFormat {

    private static final Words WORDS = Words.of(Pcapng.class);

    private static final int OPTION_DESCRIPTION = 3;
    private static final int OPTION_APPLICATION = 4;
    private static final int MOST_OPTION = 65_000;
    private static final int MOST_DATAGRAM = 65_535;
    private static final int IP_HEADER = 20;
    private static final int UDP_HEADER = 8;

    @Override
    public String name() {
        return "pcapng";
    }

    @Override
    public String description() {
        return WORDS.say("capture for Wireshark (GSMTAP)");
    }

    @Override
    public List<String> endings() {
        return List.of("pcapng", "pcap", "cap", "ntar");
    }

    @Override
    public boolean reads() {
        return true;
    }

    @Override
    public boolean writes() {
        return true;
    }

    @Override
    public int recognises(byte[] head) {
        return CaptureFile.isPcapng(head) || CaptureFile.isPcap(head) ? 90 : 0;
    }

    @Override
    public void read(InputStream in, Sink sink) throws IOException, EscException {
        Capture.read(in, sink);
    }

    @Override
    public Writer write(OutputStream out, Trace.About about, List<Decoder> decoders) throws IOException {
        return new Capturer(new BufferedOutputStream(out, 1 << 16), about, new Interpreter(decoders));
    }

    private static final class Capturer implements Writer {

        private final OutputStream out;
        private final Interpreter interpreter;
        private final Map<TracedCard, Integer> interfaces = new HashMap<>();

        Capturer(OutputStream out, Trace.About about, Interpreter interpreter) throws IOException {
            this.out = out;
            this.interpreter = interpreter;
            var body = new ByteArrayOutputStream();
            body.writeBytes(le(16).putInt(CaptureFile.BYTE_ORDER).putShort((short) 1).putShort((short) 0).putLong(-1).array());
            option(body, OPTION_APPLICATION, "Enterprise Security Client");
            option(body, CaptureFile.OPTION_COMMENT, about.decryptable()
                    ? WORDS.say("Trace {0}; ciphertext of secrets was kept: who has the keys can read them", about.title())
                    : WORDS.say("Trace {0}; bytes that were secret are zero", about.title()));
            block(CaptureFile.PCAPNG, body);
        }

        @Override
        public void entry(Entry e) throws IOException {
            Integer id = interfaces.get(e.card());
            if (id == null) {
                id = interfaces.size();
                interfaces.put(e.card(), id);
                describe(e.card());
            }
            Brief brief = interpreter.brief(e);
            byte[] packet = packet(e);
            long nanos = e.time().map(Capturer::nanos).orElse(0L);
            var body = new ByteArrayOutputStream();
            body.writeBytes(le(20).putInt(id).putInt((int) (nanos >>> 32)).putInt((int) nanos).putInt(packet.length).putInt(packet.length)
                    .array());
            body.writeBytes(packet);
            pad(body, packet.length);
            option(body, CaptureFile.OPTION_COMMENT, forPeople(e, brief));
            option(body, CaptureFile.OPTION_COMMENT, Gsmtap.NOTE + JsonText.write(note(e, nanos)));
            block(CaptureFile.ENHANCED, body);
        }

        private void describe(TracedCard c) throws IOException {
            var body = new ByteArrayOutputStream();
            body.writeBytes(le(8).putShort((short) Gsmtap.RAW).putShort((short) 0).putInt(0).array());
            option(body, CaptureFile.OPTION_NAME, c.reader().isEmpty() ? "card" : c.reader());
            option(body, OPTION_DESCRIPTION, card(c));
            var f = new LinkedHashMap<String, String>();
            f.put(Fields.SESSION, Long.toString(c.session()));
            f.put(Fields.READER, c.reader());
            f.put(Fields.ATR, c.atr().toString());
            f.put(Fields.PROTOCOL, c.protocol());
            option(body, CaptureFile.OPTION_COMMENT, Gsmtap.NOTE + JsonText.write(f));
            body.writeBytes(new byte[] { CaptureFile.OPTION_RESOLUTION, 0, 1, 0, 9, 0, 0, 0 });
            block(CaptureFile.INTERFACE, body);
        }

        private static String card(TracedCard c) {
            var s = new StringJoiner(", ");
            s.add(WORDS.say("session {0}", c.session()));
            s.add("ATR " + (c.atr().equals(Atr.UNKNOWN) ? WORDS.say("unknown") : c.atr()));
            if (!c.protocol().isEmpty()) {
                s.add(c.protocol());
            }
            return s.toString();
        }

        private static String forPeople(Entry e, Brief brief) {
            var s = new StringJoiner("\n");
            s.add(((brief.name().isEmpty() ? WORDS.say("unknown command") : brief.name()) + " " + brief.summary()).strip() + ": " + e.failure()
                    .map(f -> WORDS.say("no answer: {0}", f)).orElse(brief.status())
                    + (e.command().hasHidden() || e.response().hasHidden() ? " " + WORDS.say("(secret bytes are zero)") : ""));
            s.add(WORDS.say("origin {0}", e.origin()) + e.duration().map(d -> ", " + d.toNanos() / 1_000_000 + "."
                    + String.format("%03d", d.toNanos() / 1000 % 1000) + " ms").orElse(""));
            s.add(WORDS.say("reader {0}", e.card().reader()) + ", " + card(e.card()));
            return s.toString();
        }

        private static Map<String, String> note(Entry e, long nanos) {
            var f = Fields.of(e);
            f.keySet().removeAll(List.of(Fields.READER, Fields.ATR, Fields.PROTOCOL, Fields.COMMAND, Fields.RESPONSE));
            if (nanos != 0) {
                f.remove(Fields.TIME);
            }
            f.put(Gsmtap.COMMAND_LENGTH, Integer.toString(e.command().length()));
            if (e.command().hasHidden()) {
                f.put(Gsmtap.HIDDEN_COMMAND, Gsmtap.parts(e.command()));
            }
            if (e.response().hasHidden()) {
                f.put(Gsmtap.HIDDEN_RESPONSE, Gsmtap.parts(e.response()));
            }
            return f;
        }

        /** Nanoseconds since 1970 without sign; zero if they cannot be told so. */
        private static long nanos(Instant t) {
            long s = t.getEpochSecond();
            return s < 0 || s >= Long.MAX_VALUE / 1_000_000_000 ? 0 : s * 1_000_000_000 + t.getNano();
        }

        private static byte[] packet(Entry e) {
            Masked all = e.command().join(e.response());
            int n = IP_HEADER + UDP_HEADER + Gsmtap.HEADER + all.length();
            boolean fits = n <= MOST_DATAGRAM;
            var p = ByteBuffer.allocate(n);
            // a length of zero: longer than a datagram may be, as sniffers before the network card see them
            p.put((byte) 0x45).put((byte) 0).putShort((short) (fits ? n : 0)).putInt(0).put((byte) 64).put((byte) Gsmtap.UDP);
            p.putShort((short) 0).putInt(0x7F000001).putInt(0x7F000001);
            p.putShort(10, (short) checksum(p.array()));
            p.putShort((short) Gsmtap.PORT).putShort((short) Gsmtap.PORT).putShort((short) (fits ? n - IP_HEADER : 0)).putShort((short) 0);
            p.put((byte) Gsmtap.VERSION).put((byte) (Gsmtap.HEADER / 4)).put((byte) Gsmtap.TYPE_SIM).put((byte) 0)
                    .putShort((short) Gsmtap.UPLINK).putShort((short) 0);
            p.putInt((int) e.number()).putInt(0);
            p.put(all.bytes());
            return p.array();
        }

        /** Of an IP header (RFC 791 §3.1). */
        private static int checksum(byte[] header) {
            int sum = 0;
            for (int i = 0; i < IP_HEADER; i += 2) {
                sum += (header[i] & 0xFF) << 8 | header[i + 1] & 0xFF;
            }
            return ~(sum + (sum >>> 16)) & 0xFFFF;
        }

        private static ByteBuffer le(int n) {
            return ByteBuffer.allocate(n).order(ByteOrder.LITTLE_ENDIAN);
        }

        private static void option(ByteArrayOutputStream body, int code, String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            byte[] value = utf8.length > MOST_OPTION ? Arrays.copyOf(utf8, MOST_OPTION) : utf8;
            body.writeBytes(le(4).putShort((short) code).putShort((short) value.length).array());
            body.writeBytes(value);
            pad(body, value.length);
        }

        private static void pad(ByteArrayOutputStream body, int length) {
            body.writeBytes(new byte[-length & 3]);
        }

        private void block(int type, ByteArrayOutputStream body) throws IOException {
            // the end of options
            body.writeBytes(new byte[4]);
            int n = 12 + body.size();
            out.write(le(8).putInt(type).putInt(n).array());
            body.writeTo(out);
            out.write(le(4).putInt(n).array());
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
