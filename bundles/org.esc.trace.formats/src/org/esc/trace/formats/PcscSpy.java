// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.time.Duration;
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
 * What pcsc-lite's {@code pcsc-spy} shows, coloured or not, with threads or not: a function of PC/SC, what went in, what came out, the
 * result and how long it took. Each handle of a card is a session.
 */
@Component(service = TraceFormat.class)
public final class PcscSpy extends TextFormat {

    private static final Words WORDS = Words.of(PcscSpy.class);

    private static final Pattern THREAD = Pattern.compile("^ ?\\((t\\d+)\\) ");
    private static final Pattern ROW = Pattern.compile("^ ([io]) {2}([0-9A-F]{4,8}) ");
    private static final Pattern RESULT = Pattern.compile("^ => (.*?)\\s*(?:\\[(\\d+)\\.(\\d{6})\\]|\\[\\?\\?\\.\\?\\?\\])\\s*$");
    private static final Pattern PROTOCOL = Pattern.compile("(T=\\d|RAW)");
    private static final int ROW_CHARS = 16 * 3 - 1;

    /** For the component runtime. */
    public PcscSpy() {
        super("pcsc-spy", WORDS.say("output of pcsc-spy"), List.of("txt", "log"), 90, "^(?: \\(t\\d+\\) )?SCardEstablishContext$|^ i pioSendPci");
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private final Exchanges.Sessions sessions = new Exchanges.Sessions();
            private final Map<String, Exchanges> cards = new HashMap<>();
            private final Map<String, Atr> atrs = new HashMap<>();
            private final Map<String, String> readers = new HashMap<>();
            private final Map<String, Call> calls = new HashMap<>();

            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                Matcher t = THREAD.matcher(line);
                boolean threaded = t.find();
                int skip = threaded ? t.end() : 0;
                String text = line.substring(skip);
                String thread = threaded ? t.group(1) : "";
                if (!text.startsWith(" ")) {
                    calls.put(thread, new Call(text.strip()));
                    return;
                }
                Call c = calls.get(thread);
                if (c == null) {
                    return;
                }
                Matcher result = RESULT.matcher(text);
                if (result.matches()) {
                    calls.remove(thread);
                    done(c, result);
                } else {
                    c.fact(text, skip);
                }
            }

            private void done(Call c, Matcher result) throws EscException, Unreadable {
                boolean good = result.group(1).contains("SCARD_S_SUCCESS");
                Optional<Duration> took = Optional.ofNullable(result.group(2)).filter(s -> s.length() < 10)
                        .map(s -> Duration.ofSeconds(Long.parseLong(s), 1000L * Long.parseLong(result.group(3))));
                if (!c.reader.isEmpty() && !c.atr.equals(Atr.UNKNOWN)) {
                    atrs.put(c.reader, c.atr);
                }
                switch (c.function) {
                    case "SCardConnect" -> {
                        if (good) {
                            cards.put(c.handle, open(c));
                        }
                    }
                    case "SCardReconnect" -> {
                        Exchanges x = card(c.handle);
                        x.connected();
                        x.protocol(c.protocol);
                    }
                    case "SCardTransmit" -> transmit(c, good, took, result.group(1));
                    default -> {
                    }
                }
            }

            private Exchanges open(Call c) throws EscException {
                var x = new Exchanges(sink, Origin.other("pcsc-spy"), sessions);
                x.reader(c.reader);
                x.protocol(c.protocol);
                readers.put(c.handle, c.reader);
                return x;
            }

            private Exchanges card(String handle) {
                Exchanges x = cards.get(handle);
                if (x == null) {
                    cards.put(handle, x = new Exchanges(sink, Origin.other("pcsc-spy"), sessions));
                }
                return x;
            }

            private void transmit(Call c, boolean good, Optional<Duration> took, String why) throws EscException, Unreadable {
                if (c.broken) {
                    return;
                }
                Exchanges x = card(c.handle);
                Atr atr = atrs.get(readers.getOrDefault(c.handle, ""));
                if (atr != null) {
                    x.atr(atr);
                }
                x.command(c.complete(c.sent, c.sentLength), Optional.empty(), 1);
                if (good) {
                    x.response(c.complete(c.received, c.receivedLength), took, 1);
                } else {
                    x.failed(why, took);
                }
            }

            @Override
            public void end() {
                // every call that ended was told
            }
        };
    }

    /** One call of a function. */
    private static final class Call {
        private final String function;
        private String handle = "";
        private String reader = "";
        private String protocol = "";
        private Atr atr = Atr.UNKNOWN;
        private Masked sent = Masked.none();
        private Masked received = Masked.none();
        private int sentLength = -1;
        private int receivedLength = -1;
        private String buffer = "";
        private boolean broken;

        Call(String function) {
            this.function = function;
        }

        void fact(String text, int skip) throws Unreadable {
            Matcher row = ROW.matcher(text);
            if (row.find()) {
                row(row.group(1), text, row.end(), skip);
                return;
            }
            String s = text.strip();
            if (s.startsWith("i hCard: ") || s.startsWith("o phCard ")) {
                handle = s.substring(9).replaceFirst(" .*", "");
            } else if (s.matches("[io] szReader:? .*")) {
                reader = s.replaceFirst("^[io] szReader:? ", "");
            } else if (s.matches("o (pd|d)wActiveProtocol.*")) {
                Matcher m = PROTOCOL.matcher(s);
                protocol = m.find() ? m.group(1) : "";
            } else if (s.matches("[io] +Atr: .+")) {
                atr = HexText.atr(s.substring(s.indexOf(':') + 1)).orElse(atr);
            } else if (s.startsWith("i bSendLength") || s.startsWith("o bRecvLength")) {
                length(s);
            } else if (s.endsWith("Buffer") || s.startsWith("o bAtr") || s.startsWith("o pbAtr")) {
                buffer = s;
            }
        }

        private void length(String s) {
            Matcher m = Pattern.compile("\\((\\d{1,7})\\)").matcher(s);
            int n = m.find() ? Integer.parseInt(m.group(1)) : -1;
            if (s.startsWith("i")) {
                sentLength = n;
            } else {
                receivedLength = n;
            }
        }

        private void row(String direction, String text, int from, int skip) throws Unreadable {
            Masked m;
            try {
                m = HexText.bytes(text, from, Math.min(text.length(), from + ROW_CHARS));
            } catch (Unreadable e) {
                broken = true;
                throw new Unreadable(skip + e.column(), e.getMessage());
            }
            if (buffer.endsWith("SendBuffer") && direction.equals("i")) {
                sent = sent.join(m);
            } else if (buffer.endsWith("RecvBuffer") && direction.equals("o")) {
                received = received.join(m);
            } else if (buffer.contains("Atr") && m.length() >= 2 && m.length() <= 33) {
                atr = Atr.of(m.bytes());
            }
        }

        Masked complete(Masked bytes, int length) throws Unreadable {
            if (length >= 0 && length != bytes.length()) {
                throw new Unreadable(1, WORDS.say("the call says {0} bytes, there are {1}", length, bytes.length()));
            }
            return bytes;
        }
    }
}
