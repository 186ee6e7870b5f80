// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Masked;
import org.esc.trace.TraceFormat;
import org.osgi.service.component.annotations.Component;

/** Cardpeek's replay files ({@code R:} an ATR, {@code C:} a command, its status word and its answer), and what its reader tab shows. */
@Component(service = TraceFormat.class)
public final class Cardpeek extends TextFormat {

    private static final Words WORDS = Words.of(Cardpeek.class);

    private static final Pattern COMMAND = Pattern.compile("^C:([^:]*):([0-9A-Fa-f]{4}):([^:]*)$");
    private static final Pattern RECEIVED = Pattern.compile("^RECV ([0-9A-F]{4})\\b");
    private static final String NOTHING = "(nil)";
    private static final int INDENT = 5;
    private static final int ROW_CHARS = 16 * 3;

    /** For the component runtime. */
    public Cardpeek() {
        super("cardpeek", WORDS.say("replay file or reader log of Cardpeek"), List.of("clf"), 95,
                "\\A# cardpeek trace file|^C:[0-9A-F]{8,}:[0-9A-F]{4}:|^RECV [0-9A-F]{4} +# |^SEND (?:[0-9A-F]{2} ){4}");
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private final Exchanges exchanges = new Exchanges(sink, "cardpeek");
            private String part = "";
            private Masked bytes = Masked.none();
            private Masked status = Masked.none();

            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                if (line.startsWith(" ".repeat(INDENT)) && !part.isEmpty()) {
                    row(line);
                    return;
                }
                try {
                    partEnds();
                } finally {
                    next(line);
                }
            }

            private void next(String line) throws EscException, Unreadable {
                Matcher received = RECEIVED.matcher(line);
                if (line.startsWith("R:")) {
                    reset(HexText.bytes(line, 2), 3);
                } else if (line.startsWith("C:")) {
                    replay(line);
                } else if (received.find()) {
                    part = "RECV";
                    status = HexText.bytes(received.group(1), 0);
                } else if (line.startsWith("SEND ") || line.startsWith("RSET ")) {
                    part = line.substring(0, 4);
                    row(line);
                }
            }

            private void replay(String line) throws EscException, Unreadable {
                Matcher m = COMMAND.matcher(line);
                if (!m.matches()) {
                    throw new Unreadable(1, WORDS.say("no command with status word and answer"));
                }
                Masked answer = HexText.bytes(line, m.start(3), m.end(3)).join(HexText.bytes(line, m.start(2), m.end(2)));
                exchanges.command(HexText.bytes(line, m.start(1), m.end(1)), Optional.empty(), 3);
                exchanges.response(answer, Optional.empty(), m.start(2) + 1);
            }

            private void reset(Masked atr, int column) throws EscException, Unreadable {
                exchanges.connected();
                if (atr.length() >= 2 && atr.length() <= 33) {
                    exchanges.atr(Atr.of(atr.bytes()));
                } else if (atr.length() > 0) {
                    throw new Unreadable(column, WORDS.say("an ATR has 2 to 33 bytes, not {0}", atr.length()));
                }
            }

            private void row(String line) throws EscException, Unreadable {
                if (line.startsWith(NOTHING, INDENT)) {
                    return;
                }
                try {
                    bytes = bytes.join(HexText.bytes(line, INDENT, Math.min(line.length(), INDENT + ROW_CHARS)));
                } catch (Unreadable e) {
                    if (part.equals("SEND")) {
                        exchanges.lostCommand();
                    } else {
                        exchanges.failed(WORDS.say("its answer cannot be read"), Optional.empty());
                    }
                    part = "";
                    bytes = Masked.none();
                    throw e;
                }
            }

            private void partEnds() throws EscException, Unreadable {
                String ended = part;
                Masked all = bytes;
                part = "";
                bytes = Masked.none();
                switch (ended) {
                    case "SEND" -> exchanges.command(all, Optional.empty(), INDENT + 1);
                    case "RECV" -> exchanges.response(all.join(status), Optional.empty(), INDENT + 1);
                    case "RSET" -> reset(all, INDENT + 1);
                    default -> {
                    }
                }
            }

            @Override
            public void end() throws EscException, Unreadable {
                try {
                    partEnds();
                } finally {
                    exchanges.flush();
                }
            }
        };
    }
}
