// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.osgi.service.component.annotations.Component;

/**
 * A table with commas (RFC 4180) and a line of names. A cell that a spreadsheet would take for a formula begins with an apostrophe, which
 * is taken off again when the table is read.
 */
@Component(service = TraceFormat.class)
public final class Csv extends TextFormat {

    private static final Words WORDS = Words.of(Csv.class);

    private static final String FORMULA = "=+-@\t\r'";

    /** For the component runtime. */
    public Csv() {
        super("csv", WORDS.say("table with commas, for spreadsheets"), List.of("csv"), 90, "\\A\uFEFF?(?:\"?\\w+\"?,)*\"?" + Fields.COMMAND
                + "\"?[,\\r\\n]");
    }

    @Override
    public boolean writes() {
        return true;
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            private List<String> names = List.of();
            private String open = "";
            private long opened;

            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                if (!open.isEmpty() && isRow(line)) {
                    // the quote was a stray one
                    open = "";
                    sink.damage(new Trace.Damage(opened, 1, WORDS.say("a quote is not closed")));
                }
                String row = open.isEmpty() ? line : open + "\n" + line;
                if (!isWhole(row)) {
                    // a cell goes on in the next line
                    opened = open.isEmpty() ? number : opened;
                    if (number - opened > 20 || row.length() > 1 << 20) {
                        open = "";
                        throw new Unreadable(1, WORDS.say("a quote of line {0} is not closed", opened));
                    }
                    open = row;
                    return;
                }
                open = "";
                if (row.isBlank()) {
                    return;
                }
                var cells = cells(names.isEmpty() && row.startsWith("\uFEFF") ? row.substring(1) : row);
                if (names.isEmpty()) {
                    boolean named = cells.contains(Fields.COMMAND);
                    names = named ? cells : Fields.ALL;
                    if (!named) {
                        throw new Unreadable(1, WORDS.say("no column {0}", Fields.COMMAND));
                    }
                    return;
                }
                if (cells.size() != names.size()) {
                    throw new Unreadable(row.length() + 1, WORDS.say("{0} cells, there are {1} columns", cells.size(), names.size()));
                }
                sink.entry(Fields.entry(fields(cells)));
            }

            /** True if the line alone is a row. */
            private boolean isRow(String line) {
                if (names.isEmpty() || !isWhole(line)) {
                    return false;
                }
                var cells = cells(line);
                return cells.size() == names.size() && cells.get(names.indexOf(Fields.COMMAND)).matches("[0-9A-Fa-f*]{8,}");
            }

            private Map<String, String> fields(List<String> cells) {
                var f = new LinkedHashMap<String, String>();
                for (int i = 0; i < cells.size(); i++) {
                    if (!cells.get(i).isEmpty()) {
                        f.put(names.get(i), cells.get(i));
                    }
                }
                return f;
            }

            @Override
            public void end() throws Unreadable {
                if (!open.isEmpty()) {
                    throw new Unreadable(1, WORDS.say("a quote of line {0} is not closed", opened));
                }
            }
        };
    }

    private static boolean isWhole(String row) {
        return row.chars().filter(c -> c == '"').count() % 2 == 0;
    }

    private static List<String> cells(String row) {
        var cells = new ArrayList<String>();
        var cell = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < row.length(); i++) {
            char c = row.charAt(i);
            if (c == '"') {
                if (quoted && i + 1 < row.length() && row.charAt(i + 1) == '"') {
                    cell.append('"');
                    i++;
                } else {
                    quoted = !quoted;
                }
            } else if (c == ',' && !quoted) {
                cells.add(plain(cell.toString()));
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        cells.add(plain(cell.toString()));
        return cells;
    }

    private static String plain(String cell) {
        return cell.length() > 1 && cell.charAt(0) == '\'' && FORMULA.indexOf(cell.charAt(1)) >= 0 ? cell.substring(1) : cell;
    }

    static String cell(String value) {
        String v = !value.isEmpty() && FORMULA.indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
        return v.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r') || !v.equals(v.strip()) ? '"'
                + v.replace("\"", "\"\"") + '"' : v;
    }

    @Override
    public Writer write(OutputStream out, Trace.About about, List<Decoder> decoders) throws IOException {
        var interpreter = new Interpreter(decoders);
        var writer = new LinesWriter(out) {
            @Override
            public void entry(Entry e) throws IOException {
                var fields = Fields.of(e, interpreter.brief(e));
                line(String.join(",", Fields.ALL.stream().map(n -> cell(Optional.ofNullable(fields.get(n)).orElse(""))).toList()) + "\r");
            }
        };
        writer.line(String.join(",", Fields.ALL) + "\r");
        return writer;
    }
}
