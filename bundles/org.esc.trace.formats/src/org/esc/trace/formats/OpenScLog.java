// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Masked;
import org.esc.trace.TraceFormat;
import org.osgi.service.component.annotations.Component;

/** What OpenSC writes with OPENSC_DEBUG=3 and more. It tells the time of the day and not the day, so that only durations are known. */
@Component(service = TraceFormat.class)
public final class OpenScLog extends TextFormat {

    private static final Words WORDS = Words.of(OpenScLog.class);

    private static final Pattern PREFIX = Pattern.compile(
            "^((?:P:\\d+; T:)?0x[0-9a-fA-F]+) (\\d\\d):(\\d\\d):(\\d\\d)\\.(\\d{3}) \\[([^\\]]{1,80})\\] (\\S+:\\d+:\\w+): ?(.*)$");
    private static final Pattern BEGIN = Pattern.compile("(Outgoing|Incoming) APDU(?: data)? *[\\[(] *(\\d{1,6}) bytes[\\])]");
    private static final Pattern READER = Pattern.compile("\\breader '(.*)'");
    private static final Pattern PROTOCOL = Pattern.compile("Initial protocol: (T=\\d)");
    private static final Pattern ATR = Pattern.compile("match_atr_table: ATR +: ([0-9A-Fa-f:]+)");
    private static final long DAY_MILLIS = 86_400_000;
    private static final int ROW = 16;

    /** For the component runtime. */
    public OpenScLog() {
        super("opensc", WORDS.say("debug log of OpenSC"), List.of("log", "txt"), 85,
                "^(?:P:\\d+; T:)?0x[0-9a-fA-F]+ \\d\\d:\\d\\d:\\d\\d\\.\\d{3} \\[");
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private final Exchanges.Sessions sessions = new Exchanges.Sessions();
            private final Map<String, Talk> talks = new HashMap<>();
            private Talk talk = new Talk(new Exchanges(sink, Origin.other("OpenSC"), sessions));
            private boolean outgoing;
            private int missing;
            private Masked bytes = Masked.none();

            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                Matcher p = PREFIX.matcher(line);
                if (p.matches()) {
                    cutShort();
                    prefix(p);
                }
                Matcher b = BEGIN.matcher(line);
                if (b.find()) {
                    cutShort();
                    outgoing = b.group(1).equals("Outgoing");
                    missing = Integer.parseInt(b.group(2));
                    bytes = Masked.none();
                } else if (missing > 0 && !p.matches() && !line.isBlank() && !line.startsWith("====")) {
                    row(line);
                }
            }

            private void cutShort() throws EscException, Unreadable {
                if (missing > 0) {
                    int n = missing;
                    missing = 0;
                    if (outgoing) {
                        talk.exchanges.lostCommand();
                    } else {
                        talk.exchanges.failed(WORDS.say("its answer cannot be read"), Optional.empty());
                    }
                    throw new Unreadable(1, WORDS.say("an APDU ends {0} bytes early", n));
                }
            }

            private void prefix(Matcher p) throws EscException {
                talk = talks.get(p.group(1));
                if (talk == null) {
                    talk = new Talk(new Exchanges(sink, Origin.other(p.group(6)), sessions));
                    talks.put(p.group(1), talk);
                }
                talk.millis = ((Integer.parseInt(p.group(2)) * 60L + Integer.parseInt(p.group(3))) * 60
                        + Integer.parseInt(p.group(4))) * 1000
                        + Integer.parseInt(p.group(5));
                String where = p.group(7);
                Matcher reader = READER.matcher(p.group(8));
                if (reader.find() && where.contains("transmit")) {
                    talk.exchanges.reader(reader.group(1));
                }
                Matcher protocol = PROTOCOL.matcher(p.group(8));
                if (protocol.find()) {
                    talk.exchanges.connected();
                    talk.exchanges.protocol(protocol.group(1));
                }
                Matcher atr = ATR.matcher(p.group());
                if (atr.find()) {
                    var known = HexText.atr(atr.group(1));
                    if (known.isPresent()) {
                        talk.exchanges.atr(known.get());
                    }
                }
            }

            private void row(String line) throws EscException, Unreadable {
                int n = Math.min(ROW, missing);
                try {
                    Masked m = HexText.bytes(line, 0, Math.min(line.length(), 3 * n));
                    if (m.length() < n) {
                        throw new Unreadable(line.length() + 1, WORDS.say("an APDU ends {0} bytes early", missing - m.length()));
                    }
                    bytes = bytes.join(m);
                    missing -= n;
                } catch (Unreadable e) {
                    missing = 0;
                    if (outgoing) {
                        talk.exchanges.lostCommand();
                    } else {
                        talk.exchanges.failed(WORDS.say("its answer cannot be read"), Optional.empty());
                    }
                    throw e;
                }
                if (missing == 0) {
                    whole();
                }
            }

            private void whole() throws EscException, Unreadable {
                if (outgoing) {
                    talk.sent = talk.millis;
                    talk.exchanges.command(bytes, Optional.empty(), 1);
                } else {
                    long took = Math.floorMod(talk.millis - talk.sent, DAY_MILLIS);
                    talk.exchanges.response(bytes, Optional.of(Duration.ofMillis(took)), 1);
                }
            }

            @Override
            public void end() throws EscException, Unreadable {
                try {
                    cutShort();
                } finally {
                    for (Talk t : talks.values()) {
                        t.exchanges.flush();
                    }
                    talk.exchanges.flush();
                }
            }
        };
    }

    /** What one thread of a program says to cards. */
    private static final class Talk {
        private final Exchanges exchanges;
        private long millis;
        private long sent;

        Talk(Exchanges exchanges) {
            this.exchanges = exchanges;
        }
    }
}
