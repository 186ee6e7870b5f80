// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.trace.Decoded.Brief;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.Note;
import org.esc.trace.analysis.FilterBook;
import org.esc.trace.decoders.ChannelReader;

/**
 * A line of a list.
 *
 * @param index  what it is about: an exchange's place in the trace
 * @param cells  one text for each column
 * @param colour the rule that colours it
 */
record Row(long index, String[] cells, Optional<FilterBook.Colour> colour) {

    private static final Words WORDS = Words.of(Row.class);

    /** What is said of an exchange beside what it is. */
    record Signs(Optional<FilterBook.Colour> colour, Optional<Note> note, Optional<ChannelReader.Verdict> verdict) {

        /** The marker of its colour rule, a bookmark, a note. */
        String marks() {
            var s = new StringBuilder(colour.map(FilterBook.Colour::marker).orElse(""));
            note.ifPresent(n -> s.append(s.isEmpty() ? "" : " ").append(n.mark() == Note.Mark.NONE ? "" : BOOKMARK).append(n.text().isEmpty() ? "" : NOTE));
            return s.toString();
        }
    }

    /** Stands beside an exchange that has a bookmark. */
    static final String BOOKMARK = "⚑";
    /** Stands beside an exchange at which something was noted. */
    static final String NOTE = "✎";

    /** Columns of the list. */
    enum Column {
        NUMBER, MARKS, TIME, DELTA, DURATION, ORIGIN, COMMAND, STATUS, CHANNEL, BYTES, READER;

        RowTable.Column shown() {
            return switch (this) {
                case NUMBER -> new RowTable.Column(WORDS.say("No."), 70, true);
                case MARKS -> new RowTable.Column(WORDS.say("Marks"), 60, false);
                case TIME -> new RowTable.Column(WORDS.say("Time"), 110, false);
                case DELTA -> new RowTable.Column(WORDS.say("Since last"), 90, true);
                case DURATION -> new RowTable.Column(WORDS.say("Took"), 80, true);
                case ORIGIN -> new RowTable.Column(WORDS.say("Caused by"), 120, false);
                case COMMAND -> new RowTable.Column(WORDS.say("Command"), 260, false);
                case STATUS -> new RowTable.Column(WORDS.say("Answer"), 200, false);
                case CHANNEL -> new RowTable.Column(WORDS.say("Secure channel"), 0, false);
                case BYTES -> new RowTable.Column(WORDS.say("Bytes"), 420, false);
                case READER -> new RowTable.Column(WORDS.say("Reader"), 160, false);
            };
        }
    }

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    private static final int MOST_BYTES = 48;

    static Row of(long index, Entry e, Brief brief, Optional<Instant> previous, Signs signs) {
        String[] cells = new String[Column.values().length];
        cells[Column.NUMBER.ordinal()] = Long.toString(e.number());
        cells[Column.MARKS.ordinal()] = signs.marks();
        cells[Column.CHANNEL.ordinal()] = signs.verdict.map(Row::verdict).orElse("");
        cells[Column.TIME.ordinal()] = e.time().map(t -> TIME.format(t.atZone(ZoneId.systemDefault()))).orElse("");
        cells[Column.DELTA.ordinal()] = e.time().flatMap(t -> previous.map(p -> Duration.between(p, t))).map(Row::text).orElse("");
        cells[Column.DURATION.ordinal()] = e.duration().map(Row::text).orElse("");
        cells[Column.ORIGIN.ordinal()] = e.origin().toString();
        cells[Column.COMMAND.ordinal()] = (brief.name().isEmpty() ? WORDS.say("unknown command") : brief.name())
                + (brief.summary().isEmpty() ? "" : " " + brief.summary());
        cells[Column.STATUS.ordinal()] = e.failure().map(f -> WORDS.say("no answer: {0}", f)).orElseGet(() -> status(e.response()) + " " + brief.status());
        Masked command = e.plain().map(Entry.Plain::command).orElse(e.command());
        cells[Column.BYTES.ordinal()] = bytes(command) + (e.pinAtReader() ? " " + WORDS.say("(PIN entered at the reader)") : "");
        cells[Column.READER.ordinal()] = e.card().reader();
        return new Row(index, cells, signs.colour);
    }

    /** What was found of an exchange of a secure channel, beginning with a sign that tells right from wrong. */
    static String verdict(ChannelReader.Verdict v) {
        return switch (v.kind()) {
            case VERIFIED -> "✓ " + v.words();
            case WRONG_KEY -> WORDS.say("✕ wrong key: {0}", v.words());
            case MAC_FAILED -> "✕ " + v.words();
            case NOT_VERIFIABLE -> "? " + v.words();
        };
    }

    private static String status(Masked response) {
        int n = response.length();
        return n < 2 ? "" : String.format("%02X%02X", response.at(n - 2), response.at(n - 1));
    }

    private static String bytes(Masked m) {
        return m.length() > MOST_BYTES ? hex(m.part(0, MOST_BYTES)) + " …" : hex(m);
    }

    /** Bytes with blanks between them. */
    static String hex(Masked m) {
        String s = m.toString();
        var out = new StringBuilder();
        for (int i = 0; i < s.length(); i += 2) {
            out.append(i == 0 ? "" : " ").append(s, i, i + 2);
        }
        return out.toString();
    }

    /** A time span in the unit that suits it. */
    static String text(Duration d) {
        long ns = d.toNanos();
        long abs = Math.abs(ns);
        return abs < 1_000_000 ? String.format(Words.locale(), "%.0f µs", ns / 1e3)
                : abs < 1_000_000_000 ? String.format(Words.locale(), "%.1f ms", ns / 1e6)
                : abs < 600_000_000_000L ? String.format(Words.locale(), "%.2f s", ns / 1e9) : WORDS.say("{0} min", d.toMinutes());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Row r && index == r.index && Arrays.equals(cells, r.cells) && colour.equals(r.colour);
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
