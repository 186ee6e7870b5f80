// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.esc.trace.Decoded.Brief;
import org.esc.trace.Entry;
import org.esc.trace.Masked;

/**
 * An exchange as the list shows it.
 *
 * @param index place in the trace
 * @param cells one text for each of {@link Column}
 */
record Row(long index, String[] cells) {

    /** Columns of the list. */
    enum Column {
        NUMBER("No.", 70, true), TIME("Time", 110, false), DELTA("Since last", 90, true), DURATION("Took", 80, true),
        ORIGIN("Caused by", 120, false), COMMAND("Command", 260, false), STATUS("Answer", 200, false), BYTES("Bytes", 420, false),
        READER("Reader", 160, false);

        final String title;
        final int width;
        final boolean right;

        Column(String title, int width, boolean right) {
            this.title = title;
            this.width = width;
            this.right = right;
        }
    }

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    private static final int MOST_BYTES = 48;

    static Row of(long index, Entry e, Brief brief, Optional<Instant> previous) {
        String[] cells = new String[Column.values().length];
        cells[Column.NUMBER.ordinal()] = Long.toString(e.number());
        cells[Column.TIME.ordinal()] = e.time().map(t -> TIME.format(t.atZone(ZoneId.systemDefault()))).orElse("");
        cells[Column.DELTA.ordinal()] = e.time().flatMap(t -> previous.map(p -> Duration.between(p, t))).map(Row::text).orElse("");
        cells[Column.DURATION.ordinal()] = e.duration().map(Row::text).orElse("");
        cells[Column.ORIGIN.ordinal()] = e.origin().toString();
        cells[Column.COMMAND.ordinal()] = (brief.name().isEmpty() ? "unknown command" : brief.name())
                + (brief.summary().isEmpty() ? "" : " " + brief.summary());
        cells[Column.STATUS.ordinal()] = e.failure().map(f -> "no answer: " + f).orElseGet(() -> status(e.response()) + " " + brief.status());
        Masked command = e.plain().map(Entry.Plain::command).orElse(e.command());
        cells[Column.BYTES.ordinal()] = bytes(command) + (e.pinAtReader() ? " (PIN entered at the reader)" : "");
        cells[Column.READER.ordinal()] = e.card().reader();
        return new Row(index, cells);
    }

    private static String status(Masked response) {
        int n = response.length();
        return n < 2 ? "" : String.format("%02X%02X", response.at(n - 2), response.at(n - 1));
    }

    private static String bytes(Masked m) {
        String s = (m.length() > MOST_BYTES ? m.part(0, MOST_BYTES) : m).toString();
        var out = new StringBuilder();
        for (int i = 0; i < s.length(); i += 2) {
            out.append(i == 0 ? "" : " ").append(s, i, i + 2);
        }
        return m.length() > MOST_BYTES ? out + " …" : out.toString();
    }

    /** A time span in the unit that suits it. */
    static String text(Duration d) {
        long ns = d.toNanos();
        long abs = Math.abs(ns);
        return abs < 1_000_000 ? String.format(Locale.ROOT, "%.0f µs", ns / 1e3)
                : abs < 1_000_000_000 ? String.format(Locale.ROOT, "%.1f ms", ns / 1e6)
                : abs < 600_000_000_000L ? String.format(Locale.ROOT, "%.2f s", ns / 1e9) : d.toMinutes() + " min";
    }

    String cell(Column c) {
        return cells[c.ordinal()];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Row r && index == r.index && Arrays.equals(cells, r.cells);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(index);
    }

    /** All cells, for the clipboard. */
    String line() {
        return String.join("\t", cells);
    }
}
