// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Masked;
import org.esc.trace.Trace.Damage;
import org.esc.trace.TraceFormat.Sink;
import org.esc.trace.TracedCard;

/**
 * Exchanges in GSMTAP packets (UDP port 4729, type SIM): ours, whose comments say all that the packet cannot, and those of other
 * programs, which hold a command and its answer in one packet or in two.
 */
final class Gsmtap {

    private static final Words WORDS = Words.of(Gsmtap.class);

    static final int PORT = 4729;
    static final int RAW = 101;
    static final int TYPE_SIM = 4;
    static final int VERSION = 2;
    static final int HEADER = 16;
    static final int UPLINK = 0x4000;
    static final int UDP = 17;
    /** The mark of our comments. */
    static final String NOTE = "esc-trace ";
    static final String HIDDEN_COMMAND = "hiddenOfCommand";
    static final String HIDDEN_RESPONSE = "hiddenOfResponse";
    static final String COMMAND_LENGTH = "commandLength";
    private static final int SUB_APDU = 0;
    private static final int SUB_ATR = 1;
    /** Commands whose data goes to the reader when P3 tells a length: of GSM 11.11 §9.2 and ISO/IEC 7816-4. */
    private static final Set<Integer> READS = Set.of(0xB0, 0xB1, 0xB2, 0xB3, 0xC0, 0xCA, 0xF2, 0x12, 0x84, 0x7E);

    private final Sink sink;
    private final Exchanges.Sessions sessions = new Exchanges.Sessions();
    private final Map<CaptureFile.Interface, TracedCard> ours = new HashMap<>();
    /** The interface of the packet before, and its card. */
    private CaptureFile.Interface recent;
    private TracedCard recentCard = TracedCard.UNKNOWN;
    private final Exchanges exchanges;

    Gsmtap(Sink sink) {
        this.sink = sink;
        exchanges = new Exchanges(sink, Origin.other("GSMTAP"), sessions);
    }

    void packet(CaptureFile.Packet p) throws EscException, Unreadable {
        byte[] d = p.data();
        Optional<String> note = note(p.comments());
        int at = note.isPresent() ? ip(RAW, d) : ip(p.from().linkType(), d);
        if (at < 0 || d.length < at + 20) {
            return;
        }
        boolean six = d[at] >> 4 == 6;
        int protocol = six ? d[at + 6] : d[at + 9];
        int udp = at + (six ? 40 : 4 * (d[at] & 0x0F));
        if (protocol != UDP || d.length < udp + 8 || u16(d, udp + 2) != PORT && u16(d, udp) != PORT) {
            return;
        }
        int length = u16(d, udp + 4);
        int end = length == 0 ? d.length : udp + length;
        int tap = udp + 8;
        if (end > d.length || end < tap + HEADER) {
            throw new Unreadable(1, WORDS.say("a GSMTAP packet is cut short"));
        }
        int begin = tap + 4 * (d[tap + 1] & 0xFF);
        if (d[tap] != VERSION || d[tap + 2] != TYPE_SIM) {
            return;
        }
        if (begin > end || begin < tap + HEADER) {
            throw new Unreadable(1, WORDS.say("a GSMTAP header that is too long"));
        }
        byte[] payload = Arrays.copyOfRange(d, begin, end);
        if (note.isPresent()) {
            ours(p, payload, JsonText.read(note.get()));
            return;
        }
        others(p, payload, d[tap + 12] & 0xFF, (u16(d, tap + 4) & UPLINK) != 0);
    }

    /** What our comment says, among others. */
    private static Optional<String> note(List<String> comments) {
        for (String c : comments) {
            if (c.startsWith(NOTE)) {
                return Optional.of(c.substring(NOTE.length()));
            }
        }
        return Optional.empty();
    }

    /** Where the IP packet begins; less than zero if there is none. */
    private static int ip(int linkType, byte[] d) {
        int at = switch (linkType) {
            case RAW, 12, 14, 228, 229 -> 0;
            case 1 -> d.length > 18 && u16(d, 12) == 0x8100 ? 18 : 14;
            case 113 -> 16;
            case 276 -> 20;
            case 0, 108 -> 4;
            default -> -1;
        };
        return at < 0 || at >= d.length || d[at] >> 4 != 4 && d[at] >> 4 != 6 ? -1 : at;
    }

    private static int u16(byte[] d, int at) {
        return (d[at] & 0xFF) << 8 | d[at + 1] & 0xFF;
    }

    private void ours(CaptureFile.Packet p, byte[] payload, Map<String, String> note) throws EscException, Unreadable {
        long session = Fields.number(note, Fields.SESSION);
        if (p.from() != recent) {
            recent = p.from();
            recentCard = ours.computeIfAbsent(p.from(), i -> described(p, i));
        }
        TracedCard card = recentCard;
        if (card.session() != session) {
            // descriptions were damaged, and packets name the wrong one
            card = ours.values().stream().filter(c -> c.session() == session).findFirst()
                    .orElse(new TracedCard(session, "", Atr.UNKNOWN, ""));
        }
        long n = Fields.number(note, COMMAND_LENGTH);
        if (n < 0 || n > payload.length) {
            throw new Unreadable(1, WORDS.say("a command of {0} bytes in {1}", n, payload.length));
        }
        Masked command = masked(Arrays.copyOf(payload, (int) n), note.getOrDefault(HIDDEN_COMMAND, ""));
        Masked response = masked(Arrays.copyOfRange(payload, (int) n, payload.length), note.getOrDefault(HIDDEN_RESPONSE, ""));
        sink.entry(Fields.entry(note, p.time(), card, command, response));
    }

    /** The card that an interface of ours is. */
    private TracedCard described(CaptureFile.Packet p, CaptureFile.Interface i) {
        try {
            Optional<String> note = note(i.comments());
            if (note.isPresent()) {
                return Fields.card(JsonText.read(note.get()));
            }
        } catch (Unreadable e) {
            sink.damage(new Damage(p.number(), p.offset(), WORDS.say("what is said of the card: {0}", e.getMessage())));
        }
        return new TracedCard(-1, i.name(), Atr.UNKNOWN, "");
    }

    private static Masked masked(byte[] bytes, String parts) throws Unreadable {
        try {
            return Masked.of(bytes, parts.isEmpty() ? new int[0] : Arrays.stream(parts.split("[-,]")).mapToInt(Integer::parseInt)
                    .toArray());
        } catch (IllegalArgumentException _) {
            throw new Unreadable(1, WORDS.say("no hidden parts: {0}", parts));
        }
    }

    /** Begin and end of each hidden part: "5-29,40-41". */
    static String parts(Masked m) {
        var s = new StringJoiner(",");
        int[] h = m.hiddenParts();
        for (int i = 0; i < h.length; i += 2) {
            s.add(h[i] + "-" + h[i + 1]);
        }
        return s.toString();
    }

    private void others(CaptureFile.Packet p, byte[] d, int sub, boolean uplink) throws EscException, Unreadable {
        if (sub == SUB_ATR) {
            if (d.length >= 2 && d.length <= 33) {
                exchanges.connected();
                exchanges.atr(Atr.of(d));
            }
            return;
        }
        if (sub != SUB_APDU) {
            return;
        }
        if (exchanges.waits() && !uplink && d.length >= 2) {
            exchanges.response(Masked.open(d), exchanges.sent().flatMap(s -> p.time().map(t -> Duration.between(s, t))), 1);
            return;
        }
        int n = commandLength(d);
        exchanges.command(Masked.open(Arrays.copyOf(d, n)), p.time(), 1);
        if (d.length - n >= 2) {
            exchanges.response(Masked.open(Arrays.copyOfRange(d, n, d.length)), Optional.empty(), 1);
        }
    }

    /**
     * How much of a packet is the command: of one alone, or of one and its answer (TPDUs of T=0: header, data of either, status word; or
     * APDUs with Le).
     */
    private static int commandLength(byte[] d) {
        if (d.length <= 5) {
            return d.length;
        }
        int p3 = d[4] & 0xFF;
        int rest = d.length - 5;
        if (rest == p3) {
            return d.length;
        }
        if (rest == 2 || READS.contains(d[1] & 0xFF) && (rest == p3 + 2 || p3 == 0)) {
            return 5;
        }
        // a byte behind the data is Le if it asks for what there is, or for as much as there may be
        int le = rest >= p3 + 3 ? d[5 + p3] & 0xFF : -1;
        return le == 0 || le > 0 && le == rest - p3 - 3 ? 5 + p3 + 1 : Math.min(d.length, 5 + p3);
    }

    void end() throws EscException {
        exchanges.flush();
    }
}
