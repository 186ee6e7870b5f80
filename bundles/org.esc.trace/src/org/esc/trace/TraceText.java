// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.esc.apdu.Atr;
import org.esc.card.Origin;
import org.esc.trace.Decoded.Brief;

/**
 * The text form of a trace, for people. A session begins with a line that names reader and ATR; each exchange has a line with its
 * number, time, duration, reader, origin and the command's name, and one line each for command and response; what was wrapped is shown in plain
 * below it. Bytes that were secret show as {@code **}.
 */
public final class TraceText {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private TraceText() {
    }

    /** The first line. */
    public static String begin(Instant time, boolean decryptable) {
        return "# ESC card trace 1, begun " + TIME.format(time) + "; secrets show as **"
                + (decryptable ? "; DECRYPTABLE: what a secure channel encrypted is here, and who has its keys can read it" : "");
    }

    static String lost(long count) {
        return "! " + count + " exchanges are missing here: they came faster than they could be written";
    }

    /** The line that tells of the card: before its first exchange, and when something of it changes. */
    public static String card(Entry e) {
        TracedCard c = e.card();
        return "= session " + c.session() + ": reader \"" + c.reader() + "\", ATR "
                + (c.atr().equals(Atr.UNKNOWN) ? "unknown" : c.atr()) + ", " + c.protocol();
    }

    /** The lines of an exchange. */
    public static List<String> lines(Entry e, Brief brief) {
        var lines = new ArrayList<String>();
        lines.add("#" + e.number() + e.time().map(t -> " " + TIME.format(t)).orElse("") + e.duration().map(d -> " " + millis(d)).orElse("")
                + " [" + e.card().reader() + "] " + origin(e.origin()) + " " + (brief.name().isEmpty() ? "unknown command" : brief.name())
                + (brief.summary().isEmpty() ? "" : " " + brief.summary()));
        lines.add("  > " + spaced(e.command()) + (e.pinAtReader() ? "  (PIN entered at the reader)" : ""));
        lines.add(e.failure().map(f -> "  ! no answer: " + f)
                .orElseGet(() -> "  < " + spaced(e.response()) + "  (" + brief.status() + ")"));
        e.plain().ifPresent(p -> lines.addAll(plain(e, p)));
        return lines;
    }

    /** With its name in quotes if that has blanks, so that it can be told from the command's name. */
    private static String origin(Origin o) {
        return o.name().contains(" ") ? new Origin(o.kind(), '"' + o.name() + '"').toString() : o.toString();
    }

    static List<String> plain(Entry e, Entry.Plain p) {
        return List.of("  plain of #" + e.number() + " > " + spaced(p.command()), "  plain of #" + e.number() + " < " + spaced(p.response()));
    }

    private static String millis(Duration d) {
        return String.format(Locale.ROOT, "%.3f ms", d.toNanos() / 1e6);
    }

    private static String spaced(Masked m) {
        String s = m.toString();
        var out = new StringBuilder(s.length() * 3 / 2);
        for (int i = 0; i < s.length(); i += 2) {
            if (i > 0) {
                out.append(' ');
            }
            out.append(s, i, i + 2);
        }
        return out.toString();
    }
}
