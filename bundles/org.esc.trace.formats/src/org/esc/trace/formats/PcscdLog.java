// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Masked;
import org.esc.trace.TraceFormat;
import org.osgi.service.component.annotations.Component;

/**
 * What pcscd says with {@code --apdu}: each line begins with the microseconds since the line before, perhaps a thread, in a journal with
 * what the journal puts before it. With {@code --debug} it names readers, ATRs and protocols as well.
 */
@Component(service = TraceFormat.class)
public final class PcscdLog extends TextFormat {

    private static final Words WORDS = Words.of(PcscdLog.class);

    private static final Pattern LINE = Pattern.compile("^(.{0,200}?)\\b(\\d{8,10}) (?:\\[(\\d+)\\] )?(\\S.*)$");
    private static final Pattern STAMP = Pattern.compile("^(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)(Z|[+-]\\d\\d:?\\d\\d)\\b");
    private static final Pattern CONNECT = Pattern.compile("SCardConnect\\(\\) Attempting Connect to (.+) using protocol");
    private static final Pattern INSERTED = Pattern.compile("Card inserted into (.+)$");
    private static final Pattern PROTOCOL = Pattern.compile("Protocol: (T=\\d|RAW)");
    /** pcscd counts no further: it may have been longer. */
    private static final long MOST_MICROS = 99_999_999;

    /** For the component runtime. */
    public PcscdLog() {
        super("pcscd", WORDS.say("log of pcscd --apdu"), List.of("log"), 80, "^.{0,200}?\\b\\d{8} (?:\\[\\d+\\] )?(?:APDU|SW): (?:[0-9A-F]{2} )+\\s*$"
                + "|^\\d{8} (?:\\[\\d+\\] )?\\w+\\.c:\\d+:\\w+\\(\\) ");
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private final Exchanges.Sessions sessions = new Exchanges.Sessions();
            private final Map<String, Client> clients = new HashMap<>();
            private final Map<String, Atr> atrs = new HashMap<>();
            private String powered = "";
            private long micros;
            private long gap;

            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                Matcher m = LINE.matcher(line);
                if (!m.matches()) {
                    return;
                }
                long delta = Long.parseLong(m.group(2));
                micros += delta;
                gap += delta >= MOST_MICROS ? 1 : 0;
                String thread = m.group(3) == null ? "" : m.group(3);
                Client c = clients.get(thread);
                if (c == null) {
                    clients.put(thread, c = new Client(new Exchanges(sink, Origin.other("pcscd"), sessions)));
                }
                read(c, m.group(4), m.start(4), instant(m.group(1)));
            }

            private void read(Client c, String text, int at, Optional<Instant> time) throws EscException, Unreadable {
                if (text.startsWith("APDU: ")) {
                    Atr atr = atrs.get(c.reader);
                    if (atr != null) {
                        c.exchanges.atr(atr);
                    }
                    c.sent = micros;
                    c.gaps = gap;
                    c.command(text, at, time);
                } else if (text.startsWith("SW: ")) {
                    c.exchanges.response(bytes(text, at, 4), c.took(micros, gap), at + 1);
                } else if (text.startsWith("Card ATR: ")) {
                    HexText.atr(text.substring(10)).ifPresent(a -> atrs.put(powered, a));
                } else if (text.contains("not transacted") && c.exchanges.waits()) {
                    c.exchanges.failed(text.substring(text.indexOf(' ') + 1), c.took(micros, gap));
                } else {
                    facts(c, text);
                }
            }

            private void facts(Client c, String text) throws EscException {
                Matcher connect = CONNECT.matcher(text);
                Matcher inserted = INSERTED.matcher(text);
                Matcher protocol = PROTOCOL.matcher(text);
                if (connect.find()) {
                    c.reader = connect.group(1);
                    powered = c.reader;
                    c.exchanges.connected();
                    c.exchanges.reader(c.reader);
                } else if (inserted.find()) {
                    powered = inserted.group(1);
                } else if (protocol.find()) {
                    c.exchanges.protocol(protocol.group(1));
                }
            }

            @Override
            public void end() throws EscException {
                for (Client c : clients.values()) {
                    c.exchanges.flush();
                }
            }
        };
    }

    /** What one thread of pcscd, which serves one program, is about. */
    private static final class Client {
        private final Exchanges exchanges;
        private String reader = "";
        private long sent;
        private long gaps;

        Client(Exchanges exchanges) {
            this.exchanges = exchanges;
        }

        void command(String text, int at, Optional<Instant> time) throws EscException, Unreadable {
            Masked m;
            try {
                m = bytes(text, at, 6);
            } catch (Unreadable e) {
                exchanges.lostCommand();
                throw e;
            }
            exchanges.command(m, time, at + 1);
        }

        Optional<Duration> took(long micros, long newGaps) {
            return newGaps == gaps ? Optional.of(Duration.ofNanos(1000 * (micros - sent))) : Optional.empty();
        }
    }

    private static Masked bytes(String text, int at, int from) throws Unreadable {
        try {
            return HexText.bytes(text, from);
        } catch (Unreadable e) {
            throw new Unreadable(at + e.column(), e.getMessage());
        }
    }

    /** The time a journal put before the line, if it says its zone. */
    private static Optional<Instant> instant(String before) {
        Matcher m = STAMP.matcher(before);
        if (!m.find()) {
            return Optional.empty();
        }
        String zone = m.group(2).length() == 5 ? m.group(2).substring(0, 3) + ":" + m.group(2).substring(3) : m.group(2);
        try {
            return Optional.of(OffsetDateTime.parse(m.group(1).replace(',', '.') + zone, DateTimeFormatter.ISO_OFFSET_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException _) {
            return Optional.empty();
        }
    }
}
