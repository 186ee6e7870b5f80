// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.TraceFormat;
import org.esc.trace.TracedCard;
import org.osgi.service.component.annotations.Component;

/**
 * What GPShell shows after {@code enable_trace}: each command and response before and after its secure channel. It tells neither times nor
 * readers.
 */
@Component(service = TraceFormat.class)
public final class GpShell extends TextFormat {

    private static final Words WORDS = Words.of(GpShell.class);

    private static final Pattern LINE = Pattern.compile("^(Command|Wrapped command|Extended command|Response|Unwrapped response) (?:-->|<--) ?");

    /** For the component runtime. */
    public GpShell() {
        super("gpshell", WORDS.say("output of GPShell with enable_trace"), List.of("txt", "log"), 90,
                "^(?:Wrapped command --> |Unwrapped response <-- )[0-9A-F]+");
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private TracedCard card = new TracedCard(1, "", Atr.UNKNOWN, "");
            private long number;
            private Optional<Masked> plain = Optional.empty();
            private Optional<Masked> sent = Optional.empty();
            private Optional<Masked> got = Optional.empty();
            private boolean lost;

            @Override
            public void line(String line, long n) throws EscException, Unreadable {
                Matcher m = LINE.matcher(line);
                if (!m.find()) {
                    if (line.startsWith("card_connect")) {
                        flush(Optional.empty());
                        card = new TracedCard(number == 0 ? card.session() : card.session() + 1, "", Atr.UNKNOWN, "");
                    }
                    return;
                }
                boolean begins = m.group(1).equals("Command");
                if (begins) {
                    flush(Optional.empty());
                }
                try {
                    Masked bytes = HexText.bytes(line, m.end());
                    boolean answer = m.group(1).endsWith("esponse");
                    if (bytes.length() < (answer ? 2 : 4)) {
                        throw new Unreadable(m.end() + 1, answer
                                ? WORDS.say("an answer has 2 bytes or more, this one {0}", bytes.length())
                                : WORDS.say("a command has 4 bytes or more, this one {0}", bytes.length()));
                    }
                    take(m.group(1), bytes, m.end() + 1);
                } catch (Unreadable e) {
                    lost |= begins || m.group(1).endsWith("command");
                    if (lost) {
                        plain = Optional.empty();
                        sent = Optional.empty();
                        got = Optional.empty();
                    }
                    throw e;
                }
            }

            private void take(String what, Masked bytes, int column) throws EscException, Unreadable {
                switch (what) {
                    case "Command" -> {
                        lost = false;
                        plain = Optional.of(bytes);
                    }
                    case "Wrapped command", "Extended command" -> {
                        if (!lost) {
                            sent = Optional.of(bytes);
                        }
                    }
                    case "Response" -> {
                        if (lost) {
                            return;
                        }
                        if (plain.isEmpty() && sent.isEmpty()) {
                            throw new Unreadable(column, WORDS.say("an answer without a command"));
                        }
                        got = Optional.of(bytes);
                    }
                    default -> flush(Optional.of(bytes));
                }
            }

            private void flush(Optional<Masked> plainAnswer) throws EscException {
                Optional<Masked> command = sent.or(() -> plain);
                if (command.isPresent()) {
                    Optional<Entry.Plain> inside = sent.filter(s -> plain.isPresent() && !plain.get().equals(s))
                            .flatMap(_ -> plainAnswer.or(() -> got))
                            .map(a -> new Entry.Plain(plain.get(), a));
                    sink.entry(new Entry(++number, Optional.empty(), Optional.empty(), card, Origin.other("GPShell"), command.get(),
                            got.orElse(Masked.none()), got.isPresent() ? Optional.empty() : Optional.of(Exchanges.NO_ANSWER), false,
                                    inside));
                }
                plain = Optional.empty();
                sent = Optional.empty();
                got = Optional.empty();
            }

            @Override
            public void end() throws EscException {
                flush(Optional.empty());
            }
        };
    }
}
