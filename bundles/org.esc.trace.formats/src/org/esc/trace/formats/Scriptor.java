// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Masked;
import org.esc.trace.TraceFormat;
import org.osgi.service.component.annotations.Component;

/**
 * What pcsc-tools' {@code scriptor} shows: {@code >} and {@code <}, answers over several lines with the status word in words behind them.
 */
@Component(service = TraceFormat.class)
public final class Scriptor extends TextFormat {

    private static final Words WORDS = Words.of(Scriptor.class);

    private static final Pattern READER = Pattern.compile("^(?:No reader given: u|U)sing (?!given|T=)(.+)$");
    private static final Pattern PROTOCOL = Pattern.compile("^Using (T=\\d) protocol$");
    private static final Pattern ANSWER = Pattern.compile("^(?:< )?((?:[0-9A-Fa-f]{2} )+)(: .*)?$");

    /** For the component runtime. */
    public Scriptor() {
        super("scriptor", WORDS.say("output of scriptor"), List.of("txt", "log"), 70,
                "^Using T=\\d protocol\\s*$|^(?:< )?(?:[0-9A-F]{2} )*[69][0-9A-F] [0-9A-F]{2} : \\w");
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private final Exchanges exchanges = new Exchanges(sink, "scriptor");
            private Optional<Masked> answer = Optional.empty();

            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                Matcher protocol = PROTOCOL.matcher(line);
                Matcher reader = READER.matcher(line);
                if (line.startsWith("< OK: ")) {
                    var atr = HexText.atr(line.substring(6));
                    exchanges.connected();
                    if (atr.isPresent()) {
                        exchanges.atr(atr.get());
                    }
                } else if (line.startsWith("> ") && !line.startsWith("> RESET")) {
                    answer = Optional.empty();
                    try {
                        exchanges.command(HexText.bytes(line, 2), Optional.empty(), 3);
                    } catch (Unreadable e) {
                        exchanges.lostCommand();
                        throw e;
                    }
                } else if (line.startsWith("< ") || answer.isPresent()) {
                    answer(line);
                } else if (protocol.matches()) {
                    exchanges.protocol(protocol.group(1));
                } else if (reader.matches()) {
                    exchanges.reader(reader.group(1));
                }
            }

            private void answer(String line) throws EscException, Unreadable {
                Matcher m = ANSWER.matcher(line);
                if (!m.matches()) {
                    answer = Optional.empty();
                    exchanges.failed(WORDS.say("its answer cannot be read"), Optional.empty());
                    throw new Unreadable(HexText.end(line, line.startsWith("< ") ? 2 : 0) + 1, WORDS.say("no answer of scriptor"));
                }
                Masked all = answer.orElse(Masked.none()).join(HexText.bytes(line, m.start(1), m.end(1)));
                answer = Optional.of(all);
                if (m.group(2) != null) {
                    answer = Optional.empty();
                    exchanges.response(all, Optional.empty(), m.start(1) + 1);
                }
            }

            @Override
            public void end() throws EscException {
                exchanges.flush();
            }
        };
    }
}
