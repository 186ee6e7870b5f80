// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.IOException;
import java.io.OutputStream;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.esc.trace.TracedCard;
import org.osgi.service.component.annotations.Component;

/**
 * The dumps of apdu4j: a command and its answer in turn, a line each, and comments: {@code # ATR:}, {@code # PROTOCOL:}, {@code # Using}
 * a reader, {@code # 24ms}. apdu4j replays what we write; what it does not know (time, session, origin, secret bytes, plain forms,
 * exchanges without an answer) stands in {@code #:} comments.
 */
@Component(service = TraceFormat.class)
public final class Apdu4jDump extends TextFormat {

    private static final Words WORDS = Words.of(Apdu4jDump.class);

    private static final Pattern TOOK = Pattern.compile("^# (?:Received in )?(?:(\\d{1,6})s)?(\\d{1,9}(?:\\.\\d{1,6})?)ms(?: (.+))?$");
    private static final String OURS = "#: ";

    /** For the component runtime. */
    public Apdu4jDump() {
        super("apdu4j", WORDS.say("dump of apdu4j"), List.of("dump", "apdu"), 85,
                "^# PROTOCOL: |^# Received(?: in \\S+ms)?$|^# ATR: [0-9A-F]{4,66}\\s*$");
    }

    @Override
    public boolean writes() {
        return true;
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private final Exchanges.Sessions sessions = new Exchanges.Sessions();
            private TracedCard card = new TracedCard(sessions.next(), "", Atr.UNKNOWN, "");
            private Map<String, String> notes = new HashMap<>();
            private boolean used;
            private long number;
            private Optional<Masked> command = Optional.empty();
            private Optional<Duration> took = Optional.empty();
            private boolean lost;

            @Override
            public void line(String line, long n) throws EscException, Unreadable {
                String s = line.strip();
                if (s.isEmpty()) {
                    return;
                }
                if (s.startsWith("#")) {
                    comment(line.stripLeading());
                    return;
                }
                Masked bytes;
                try {
                    bytes = HexText.bytes(line, 0);
                } catch (Unreadable e) {
                    if (command.isPresent() && !lost) {
                        done(Masked.none(), Optional.of(WORDS.say("its answer cannot be read")));
                    } else {
                        lost = !lost;
                        notes = new HashMap<>();
                    }
                    throw e;
                }
                if (lost) {
                    lost = false;
                } else if (command.isEmpty()) {
                    command(bytes);
                } else if (bytes.length() < 2) {
                    done(Masked.none(), Optional.of(WORDS.say("its answer cannot be read")));
                    throw new Unreadable(1, WORDS.say("an answer has 2 bytes or more, this one {0}", bytes.length()));
                } else {
                    done(bytes, Optional.empty());
                }
            }

            private void command(Masked bytes) throws Unreadable {
                if (bytes.length() < 4) {
                    lost = true;
                    throw new Unreadable(1, WORDS.say("a command has 4 bytes or more, this one {0}", bytes.length()));
                }
                command = Optional.of(bytes);
            }

            private void comment(String s) throws EscException, Unreadable {
                Matcher m = TOOK.matcher(s.stripTrailing());
                if (s.startsWith("# ATR:")) {
                    begin();
                    card = new TracedCard(card.session(), card.reader(), HexText.atr(s.substring(6)).orElse(Atr.UNKNOWN), card.protocol());
                } else if (s.startsWith("# PROTOCOL:")) {
                    card = new TracedCard(card.session(), card.reader(), card.atr(), s.substring(11).strip());
                } else if (s.startsWith("# Using")) {
                    begin();
                    card = new TracedCard(card.session(), s.substring(7).strip(), Atr.UNKNOWN, "");
                } else if (m.matches()) {
                    took = duration(m);
                    if (m.group(3) != null && command.isPresent()) {
                        done(Masked.none(), Optional.of(m.group(3)));
                    }
                } else if (s.startsWith(OURS)) {
                    note(s);
                } else if (s.strip().equals("# Sent")) {
                    // whatever was lost, this is a command again
                    lost = false;
                    if (command.isPresent()) {
                        done(Masked.none(), Optional.of(Exchanges.NO_ANSWER));
                    }
                }
            }

            private void note(String s) throws EscException, Unreadable {
                int colon = s.indexOf(": ", OURS.length());
                if (colon < 0) {
                    return;
                }
                String name = s.substring(OURS.length(), colon);
                String value = s.substring(colon + 2);
                if (name.equals(Fields.SESSION)) {
                    begin();
                    card = new TracedCard(Fields.number(Map.of(Fields.SESSION, value), Fields.SESSION), card.reader(), card.atr(),
                            card.protocol());
                    return;
                }
                notes.put(name, value);
                if (name.equals(Fields.FAILURE)) {
                    command(HexText.bytes(notes.getOrDefault(Fields.COMMAND, ""), 0));
                    done(Masked.none(), Optional.of(value));
                }
            }

            private void begin() throws EscException, Unreadable {
                if (command.isPresent()) {
                    done(Masked.none(), Optional.of(Exchanges.NO_ANSWER));
                }
                if (used) {
                    used = false;
                    card = new TracedCard(sessions.next(), card.reader(), card.atr(), card.protocol());
                }
            }

            private void done(Masked response, Optional<String> failure) throws EscException, Unreadable {
                Masked c = command.orElseThrow();
                var f = notes;
                Optional<Duration> d = f.containsKey(Fields.DURATION) ? Optional.of(Duration.ofNanos(Fields.number(f, Fields.DURATION)))
                        : took;
                command = Optional.empty();
                took = Optional.empty();
                notes = new HashMap<>();
                used = true;
                Optional<Instant> time;
                try {
                    time = Optional.ofNullable(f.get(Fields.TIME)).map(Instant::parse);
                } catch (DateTimeException _) {
                    time = Optional.empty();
                }
                Optional<Entry.Plain> plain = f.containsKey(Fields.PLAIN_COMMAND)
                        ? Optional.of(new Entry.Plain(HexText.bytes(f.get(Fields.PLAIN_COMMAND), 0),
                                HexText.bytes(f.getOrDefault(Fields.PLAIN_RESPONSE, ""), 0)))
                        : Optional.empty();
                sink.entry(new Entry(f.containsKey(Fields.NUMBER) ? Fields.number(f, Fields.NUMBER) : number + 1, time, d, card,
                        f.containsKey(Fields.ORIGIN) ? Fields.origin(f.get(Fields.ORIGIN)) : Origin.other("apdu4j"),
                                shown(f, Fields.COMMAND, c),
                        shown(f, Fields.RESPONSE, response), failure, Boolean.parseBoolean(f.get(Fields.PIN)), plain));
                number++;
            }

            private Masked shown(Map<String, String> f, String name, Masked open) throws Unreadable {
                Masked m = f.containsKey(name) ? HexText.bytes(f.get(name), 0) : open;
                return m.length() == open.length() ? m : open;
            }

            @Override
            public void end() throws EscException, Unreadable {
                if (command.isPresent()) {
                    done(Masked.none(), Optional.of(Exchanges.NO_ANSWER));
                }
            }
        };
    }

    private static Optional<Duration> duration(Matcher m) {
        long seconds = m.group(1) == null ? 0 : Long.parseLong(m.group(1));
        return Optional.of(Duration.ofSeconds(seconds).plusNanos(Math.round(Double.parseDouble(m.group(2)) * 1e6)));
    }

    @Override
    public Writer write(OutputStream out, Trace.About about, List<Decoder> decoders) throws IOException {
        return new LinesWriter(out) {
            private Optional<TracedCard> shown = Optional.empty();

            @Override
            public void entry(Entry e) throws IOException {
                TracedCard c = e.card();
                if (!shown.equals(Optional.of(c))) {
                    shown = Optional.of(c);
                    line("# Using " + inLine(c.reader()));
                    line("# ATR: " + c.atr());
                    line("# PROTOCOL: " + inLine(c.protocol()));
                    note(Fields.SESSION, Long.toString(c.session()));
                }
                var f = Fields.of(e);
                for (String name : List.of(Fields.NUMBER, Fields.TIME, Fields.DURATION, Fields.ORIGIN, Fields.PIN, Fields.PLAIN_COMMAND,
                        Fields.PLAIN_RESPONSE)) {
                    if (f.containsKey(name)) {
                        note(name, f.get(name));
                    }
                }
                boolean answered = e.failure().isEmpty();
                if (e.command().hasHidden() || !answered) {
                    note(Fields.COMMAND, f.get(Fields.COMMAND));
                }
                if (e.response().hasHidden()) {
                    note(Fields.RESPONSE, f.get(Fields.RESPONSE));
                }
                if (answered) {
                    line("# Sent");
                    line(Hex.of(e.command().bytes()));
                    line(e.duration().map(d -> "# Received in " + d.toMillis() + "ms").orElse("# Received"));
                    line(Hex.of(e.response().bytes()));
                } else {
                    note(Fields.FAILURE, e.failure().get());
                }
            }

            private void note(String name, String value) throws IOException {
                line(OURS + name + ": " + inLine(value));
            }
        };
    }
}
