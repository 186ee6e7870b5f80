// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Masked;
import org.esc.trace.TraceFormat;
import org.osgi.service.component.annotations.Component;

/** What GlobalPlatformPro ({@code gp -d}) and apdu4j show. The lengths they tell are checked. */
@Component(service = TraceFormat.class)
public final class GlobalPlatformPro extends TextFormat {

    private static final Words WORDS = Words.of(GlobalPlatformPro.class);

    private static final Pattern SENT = Pattern.compile("^([AB])(?:#\\d+)?>> (\\S+) \\((?:4\\+)?(\\d{1,6})\\) ?");
    private static final Pattern GOT = Pattern.compile("^([AB])(?:#\\d+)?<< \\((\\d{1,6})(?:\\+2)?\\)(?: \\(([0-9ms]{2,20})\\))? ?");
    private static final Pattern FAILED = Pattern.compile("^(?:[AB](?:#\\d+)?)?<< \\(([0-9ms]{2,20})\\) (.+)$");
    private static final Pattern CONNECT = Pattern.compile("^# SCardConnect\\(\"(.*)\", [^\"]*\\) -> ([^,]+)(?:, ([0-9A-Fa-f]+))?");
    private static final Pattern TIME = Pattern.compile("(?:(\\d{1,6})s)?(\\d{1,9})ms");
    private static final int HEADER = 4;
    private static final int STATUS = 2;

    /** For the component runtime. */
    public GlobalPlatformPro() {
        super("gp", WORDS.say("output of GlobalPlatformPro -d"), List.of("txt", "log"), 90,
                "^[AB](?:#\\d+)?>> T=\\S+ \\(|^[AB](?:#\\d+)?<< \\(\\d+(?:\\+2)?\\)");
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private final Exchanges exchanges = new Exchanges(sink, "GlobalPlatformPro");

            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                Matcher sent = SENT.matcher(line);
                Matcher got = GOT.matcher(line);
                Matcher connect = CONNECT.matcher(line);
                if (sent.find()) {
                    exchanges.protocol(sent.group(2));
                    exchanges.command(command(line, sent), Optional.empty(), sent.end() + 1);
                } else if (got.find()) {
                    Masked m = HexText.bytes(line, got.end());
                    int told = Integer.parseInt(got.group(2)) + (got.group(1).equals("A") ? STATUS : 0);
                    if (m.length() != told) {
                        throw new Unreadable(got.end() + 1, WORDS.say("the line says {0} bytes, there are {1}", told, m.length()));
                    }
                    exchanges.response(m, time(got.group(3)), got.end() + 1);
                } else if (connect.find()) {
                    exchanges.connected();
                    exchanges.reader(connect.group(1));
                    var atr = Optional.ofNullable(connect.group(3)).flatMap(HexText::atr);
                    if (atr.isPresent()) {
                        exchanges.atr(atr.get());
                    }
                    exchanges.protocol(connect.group(2));
                } else {
                    Matcher failed = FAILED.matcher(line);
                    if (failed.matches()) {
                        exchanges.failed(failed.group(2), time(failed.group(1)));
                    }
                }
            }

            private Masked command(String line, Matcher sent) throws EscException, Unreadable {
                try {
                    Masked m = HexText.bytes(line, sent.end());
                    int told = Integer.parseInt(sent.group(3));
                    boolean apdu = sent.group(1).equals("A");
                    if (apdu ? m.length() < HEADER + told : m.length() != told) {
                        throw new Unreadable(sent.end() + 1, WORDS.say("the line says {0} bytes, there are {1}", apdu ? HEADER + told : told, m.length()));
                    }
                    return m;
                } catch (Unreadable e) {
                    exchanges.lostCommand();
                    throw e;
                }
            }

            @Override
            public void end() throws EscException {
                exchanges.flush();
            }
        };
    }

    private static Optional<Duration> time(String text) {
        Matcher m = TIME.matcher(text == null ? "" : text);
        return m.matches() ? Optional.of(Duration.ofSeconds(m.group(1) == null ? 0 : Long.parseLong(m.group(1)))
                .plusMillis(Long.parseLong(m.group(2))))
                : Optional.empty();
    }
}
