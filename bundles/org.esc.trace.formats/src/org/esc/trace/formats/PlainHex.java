// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Masked;
import org.esc.trace.TraceFormat;
import org.osgi.service.component.annotations.Component;

/**
 * Hexadecimal digits as people paste them: commands and answers in turn, with marks or arrows before them or not, or both in a line with
 * an arrow between. A line without a mark is an answer if a command waits for one and it ends like a status word.
 */
@Component(service = TraceFormat.class)
public final class PlainHex extends TextFormat {

    private static final Words WORDS = Words.of(PlainHex.class);

    private static final String HEX = "(?:(?:0x)?[0-9A-Fa-f*]{2}[ :,]?){4}";
    private static final Pattern MARK = Pattern.compile("^\\s*(?:\"|')?(?:(>>?|[-=]{1,2}>|→|C-?APDU:?|CMD:?|COMMAND:?|SEND(?:ING)?:?|TX:?|APDU:|OUT:)"
            + "|(<<?|<[-=]{1,2}|←|R-?APDU:?|RSP:?|RES(?:PONSE)?:?|REC(?:EIVED|V)?:?|RX:?|SW:|IN:))\\s*", Pattern.CASE_INSENSITIVE);
    private static final Pattern BETWEEN = Pattern.compile("\\s*(?:[-=]{1,2}>|→|>>|\\|)\\s*");
    private static final Pattern COMMENT = Pattern.compile("\\s*(?:#|//|;|\\(|\"|').*$");

    /** For the component runtime. */
    public PlainHex() {
        super("hex", WORDS.say("plain hexadecimal digits"), List.of("hex", "apdu", "txt"), 20, "");
    }

    @Override
    public int recognises(byte[] head) {
        int good = 0;
        int bad = 0;
        for (String line : Lines.plain(text(head)).split("\r?\n")) {
            if (line.isBlank() || comment(line) == 0) {
                continue;
            }
            Matcher m = MARK.matcher(line);
            boolean marked = m.find();
            if (line.substring(marked ? m.end() : 0).strip().matches(marked ? "(?:0x)?[0-9A-Fa-f]{2}.*" : HEX
                    + ".*|[0-9A-Fa-f]{2} ?[0-9A-Fa-f]{2}")) {
                good++;
            } else {
                bad++;
            }
        }
        return good > bad ? 20 : 0;
    }

    private static int comment(String line) {
        Matcher m = COMMENT.matcher(line);
        int from = 0;
        // a quote that opens the line is none
        while (from < line.length() && (line.charAt(from) == '"' || line.charAt(from) == '\'')) {
            from++;
        }
        return m.find(from) ? m.start() : line.length();
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private final Exchanges exchanges = new Exchanges(sink, "text");

            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                int end = comment(line);
                if (line.substring(0, end).isBlank()) {
                    var atr = line.toUpperCase(Locale.ROOT).matches("#\\s*ATR:.*") ? HexText.atr(line.substring(line.indexOf(':') + 1))
                            : Optional.<Atr>empty();
                    if (atr.isPresent()) {
                        exchanges.atr(atr.get());
                    }
                    return;
                }
                Matcher mark = MARK.matcher(line);
                boolean marked = mark.find() && mark.end() <= end;
                int from = marked ? mark.end() : start(line);
                Matcher between = BETWEEN.matcher(line).region(from, end);
                try {
                    if (between.find() && between.start() > from) {
                        exchanges.command(HexText.bytes(line, from, between.start()), Optional.empty(), from + 1);
                        if (between.end() < end) {
                            exchanges.response(HexText.bytes(line, between.end(), end), Optional.empty(), between.end() + 1);
                        }
                        return;
                    }
                    Masked m = HexText.bytes(line, from, end);
                    if (marked ? mark.group(2) != null : exchanges.expectsAnswer() && endsLikeAnswer(m)) {
                        exchanges.response(m, Optional.empty(), from + 1);
                    } else {
                        exchanges.command(m, Optional.empty(), from + 1);
                    }
                } catch (Unreadable e) {
                    if (marked && mark.group(2) != null) {
                        exchanges.failed(WORDS.say("its answer cannot be read"), Optional.empty());
                    } else {
                        exchanges.lostCommand();
                    }
                    throw e;
                }
            }

            @Override
            public void end() throws EscException {
                exchanges.flush();
            }
        };
    }

    private static int start(String line) {
        int i = 0;
        while (i < line.length() && (line.charAt(i) == '"' || line.charAt(i) == '\'')) {
            i++;
        }
        return i;
    }

    /** True if the last two bytes are a status word that is seen (ISO/IEC 7816-4 §5.6): 9000, 61xx to 6Fxx, and 9xxx of SIMs. */
    private static boolean endsLikeAnswer(Masked m) {
        int n = m.length();
        if (n < 2) {
            return false;
        }
        int sw1 = m.at(n - 2);
        return n < 4 || sw1 == 0x90 && m.at(n - 1) == 0 || sw1 > 0x60 && sw1 < 0x70 || sw1 == 0x91 || sw1 == 0x9F;
    }
}
