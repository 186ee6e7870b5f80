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
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.esc.trace.TraceText;
import org.esc.trace.TracedCard;
import org.osgi.service.component.annotations.Component;

/** Our own text, as {@code --trace-file} writes it. It tells times to a millisecond and durations to a microsecond. */
@Component(service = TraceFormat.class)
public final class EscText extends TextFormat {

    private static final Words WORDS = Words.of(EscText.class);

    private static final Pattern CARD = Pattern.compile("^= session (\\d{1,18}): reader \"(.*)\", ATR (unknown|[0-9A-F]{4,66}), (.*)$");
    private static final Pattern HEAD = Pattern.compile("^#(\\d{1,18})(?: (\\d{4}-\\S+Z))?(?: (\\d{1,12})\\.(\\d{3}) ms)? \\[(.*?)\\] ([a-z]+):(?:\"([^\"]*)\"|(\\S*))");
    private static final Pattern PLAIN = Pattern.compile("^ {2}plain of #(\\d{1,18}) ([<>]) ");
    private static final String PIN = "  (PIN entered at the reader)";
    private static final String OLD_TRANSPORT = "transport:GET RESPONSE ";

    /** For the component runtime. */
    public EscText() {
        super("text", WORDS.say("our own text, as --trace-file writes it"), List.of("txt", "trace"), 100,
                "\\A# ESC card trace \\d|^#\\d+ (?:\\S+Z )?(?:[\\d.]+ ms )?\\[[^\\n]*\\] [a-z]+:");
    }

    @Override
    public boolean writes() {
        return true;
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private final Map<String, TracedCard> cards = new HashMap<>();
            private Optional<Matcher> head = Optional.empty();
            private boolean old;
            private Optional<Masked> command = Optional.empty();
            private boolean pin;
            private Optional<Entry> entry = Optional.empty();
            private Masked plainCommand = Masked.none();

            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                Matcher card = CARD.matcher(line);
                Matcher h = HEAD.matcher(line);
                Matcher plain = PLAIN.matcher(line);
                if (plain.find()) {
                    plain(plain, HexText.bytes(line, plain.end()));
                } else if (line.startsWith("  > ")) {
                    pin = line.endsWith(PIN);
                    command = Optional.of(HexText.bytes(line, 4, pin ? line.length() - PIN.length() : line.length()));
                } else if (line.startsWith("  < ")) {
                    int end = line.indexOf("  (", 4);
                    answered(HexText.bytes(line, 4, end < 0 ? line.length() : end), Optional.empty());
                } else if (line.startsWith("  ! no answer: ")) {
                    answered(Masked.none(), Optional.of(line.substring(15)));
                } else if (card.matches()) {
                    flush();
                    cards.put(card.group(2), new TracedCard(Long.parseLong(card.group(1)), card.group(2),
                            HexText.atr(card.group(3)).orElse(Atr.UNKNOWN), card.group(4)));
                } else if (h.find()) {
                    flush();
                    head = Optional.of(h);
                    old = line.startsWith(OLD_TRANSPORT, h.start(6));
                } else if (!line.isBlank() && !line.startsWith("# ")) {
                    flush();
                    throw new Unreadable(1, WORDS.say("no line of a trace"));
                } else {
                    flush();
                }
            }

            private void answered(Masked response, Optional<String> failure) throws EscException, Unreadable {
                if (head.isEmpty() || command.isEmpty()) {
                    throw new Unreadable(3, WORDS.say("an answer without a command"));
                }
                done(response, failure);
            }

            private void done(Masked response, Optional<String> failure) throws EscException, Unreadable {
                Matcher h = head.orElseThrow();
                Masked c = command.orElseThrow();
                boolean atReader = pin;
                forget();
                String reader = h.group(5);
                entry = Optional.of(new Entry(Long.parseLong(h.group(1)), time(h), duration(h),
                        cards.getOrDefault(reader, new TracedCard(0, reader, Atr.UNKNOWN, "")), origin(h), c, response, failure, atReader,
                                Optional.empty()));
            }

            private Origin origin(Matcher h) {
                String name = h.group(7) != null ? h.group(7) : h.group(8);
                return Fields.origin(h.group(6) + ":" + (old ? "GET RESPONSE" : name));
            }

            private void plain(Matcher m, Masked bytes) throws EscException, Unreadable {
                if (m.group(2).equals(">")) {
                    plainCommand = bytes;
                } else if (entry.isPresent() && entry.get().number() == Long.parseLong(m.group(1))) {
                    entry = Optional.of(entry.get().with(new Entry.Plain(plainCommand, bytes)));
                    flush();
                } else {
                    throw new Unreadable(3, WORDS.say("the plain form of another exchange"));
                }
            }

            private void forget() {
                head = Optional.empty();
                command = Optional.empty();
                pin = false;
            }

            private void flush() throws EscException, Unreadable {
                if (entry.isPresent()) {
                    Entry e = entry.get();
                    entry = Optional.empty();
                    sink.entry(e);
                }
                if (head.isPresent() && command.isPresent()) {
                    done(Masked.none(), Optional.of(Exchanges.NO_ANSWER));
                    sink.entry(entry.orElseThrow());
                    entry = Optional.empty();
                }
                forget();
            }

            @Override
            public void end() throws EscException, Unreadable {
                flush();
            }
        };
    }

    private static Optional<Instant> time(Matcher h) throws Unreadable {
        try {
            return h.group(2) == null ? Optional.empty() : Optional.of(Instant.parse(h.group(2)));
        } catch (DateTimeException _) {
            throw new Unreadable(h.start(2) + 1, WORDS.say("no time: {0}", h.group(2)));
        }
    }

    private static Optional<Duration> duration(Matcher h) {
        return h.group(3) == null ? Optional.empty()
                : Optional.of(Duration.ofMillis(Long.parseLong(h.group(3))).plusNanos(1000L * Integer.parseInt(h.group(4))));
    }

    @Override
    public Writer write(OutputStream out, Trace.About about, List<Decoder> decoders) throws IOException {
        var interpreter = new Interpreter(decoders);
        var shown = new HashMap<String, TracedCard>();
        var writer = new LinesWriter(out) {
            @Override
            public void entry(Entry e) throws IOException {
                if (!e.card().equals(shown.put(e.card().reader(), e.card()))) {
                    line(inLine(TraceText.card(e)));
                }
                for (String s : TraceText.lines(e, interpreter.brief(e))) {
                    line(inLine(s));
                }
            }
        };
        writer.line(TraceText.begin(Instant.now(), about.decryptable()));
        return writer;
    }
}
