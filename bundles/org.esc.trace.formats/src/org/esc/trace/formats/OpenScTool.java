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

/** What {@code opensc-tool -s} shows: no times, no ATR, but the reader it chose by itself. */
@Component(service = TraceFormat.class)
public final class OpenScTool extends TextFormat {

    private static final Words WORDS = Words.of(OpenScTool.class);

    private static final Pattern RECEIVED = Pattern.compile("^Received \\(SW1=0x([0-9A-Fa-f]{2}), SW2=0x([0-9A-Fa-f]{2})\\)(:?)");
    private static final String SENDING = "Sending: ";
    private static final Pattern USING = Pattern.compile("^Using reader with a card: (.+)$");
    private static final Pattern ROW = Pattern.compile("^[0-9A-Fa-f]{2} ");
    private static final int ROW_CHARS = 16 * 3;

    /** For the component runtime. */
    public OpenScTool() {
        super("opensc-tool", WORDS.say("output of opensc-tool -s"), List.of("txt", "log"), 90, "^Received \\(SW1=0x|^Sending: (?:[0-9A-F]{2} ){4}");
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private final Exchanges exchanges = new Exchanges(sink, "opensc-tool");
            private Optional<Masked> status = Optional.empty();
            private Masked data = Masked.none();

            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                if (status.isPresent() && ROW.matcher(line).find()) {
                    row(line);
                    return;
                }
                try {
                    answered();
                } finally {
                    next(line);
                }
            }

            private void next(String line) throws EscException, Unreadable {
                Matcher received = RECEIVED.matcher(line);
                Matcher using = USING.matcher(line);
                if (line.startsWith(SENDING)) {
                    try {
                        exchanges.command(HexText.bytes(line, SENDING.length()), Optional.empty(), SENDING.length() + 1);
                    } catch (Unreadable e) {
                        exchanges.lostCommand();
                        throw e;
                    }
                } else if (received.find()) {
                    status = Optional.of(HexText.bytes(received.group(1) + received.group(2), 0));
                    if (received.group(3).isEmpty()) {
                        answered();
                    }
                } else if (using.matches()) {
                    exchanges.connected();
                    exchanges.reader(using.group(1));
                } else if (line.contains("transmit failed")) {
                    exchanges.failed(line, Optional.empty());
                }
            }

            private void row(String line) throws EscException, Unreadable {
                try {
                    int end = line.indexOf("  ");
                    data = data.join(HexText.bytes(line, 0, Math.min(end < 0 ? line.length() : end, Math.min(line.length(), ROW_CHARS))));
                } catch (Unreadable e) {
                    status = Optional.empty();
                    data = Masked.none();
                    exchanges.failed(WORDS.say("its answer cannot be read"), Optional.empty());
                    throw e;
                }
            }

            private void answered() throws EscException, Unreadable {
                if (status.isPresent()) {
                    Masked all = data.join(status.get());
                    status = Optional.empty();
                    data = Masked.none();
                    exchanges.response(all, Optional.empty(), 1);
                }
            }

            @Override
            public void end() throws EscException, Unreadable {
                try {
                    answered();
                } finally {
                    exchanges.flush();
                }
            }
        };
    }
}
