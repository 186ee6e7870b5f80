// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.esc.tps.admin.Entry;
import org.esc.tps.admin.Listing;
import org.esc.tps.admin.Query;

/** Lists as columns at a terminal, and as files of comma-separated values (RFC 4180) or lines of JSON. */
final class Table {

    private static final Words WORDS = Words.of(Table.class);

    private Table() {
    }

    static void print(PrintWriter out, List<String> heads, List<List<String>> rows) {
        if (rows.isEmpty()) {
            out.println(WORDS.say("none"));
            return;
        }
        int[] widths = new int[heads.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = Math.max(heads.get(i).length(), rows.stream().mapToInt(r -> r.get(column).length()).max().orElse(0));
        }
        line(out, heads, widths);
        rows.forEach(r -> line(out, r, widths));
    }

    /** Names and what stands behind them, a line for each value. */
    static void facts(PrintWriter out, Map<String, List<String>> facts) {
        int width = facts.keySet().stream().mapToInt(String::length).max().orElse(0) + 1;
        facts.forEach((name, values) -> values.forEach(v -> out.println(name + " ".repeat(width - name.length()) + v)));
    }

    private static void line(PrintWriter out, List<String> cells, int[] widths) {
        var text = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i).replaceAll("\\p{Cntrl}", " ");
            text.append(cell).repeat(' ', Math.max(0, widths[i] - cell.length()) + 2);
        }
        out.println(text.toString().stripTrailing());
    }

    /**
     * Writes a whole list to a file, page after page: {@code .json} as one object a line, else as comma-separated values. The file is there whole or
     * not at all.
     *
     * @return how many entries
     */
    static <T extends Entry> long export(Path file, Listing<T> list, Query query, List<String> heads, Function<T, List<String>> row,
            Context context) throws EscException {
        String step = WORDS.say("write the list");
        boolean json = file.getFileName().toString().endsWith(".json");
        try {
            Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), file.getFileName().toString(), ".tmp");
            try {
                long n;
                try (var out = Files.newBufferedWriter(fresh)) {
                    if (!json) {
                        csv(out, heads);
                    }
                    long[] count = new long[1];
                    n = list.all(query, context.cancel(), t -> {
                        try {
                            if (json) {
                                json(out, heads, row.apply(t));
                            } else {
                                csv(out, row.apply(t));
                            }
                        } catch (IOException e) {
                            throw failed(step, file, e);
                        }
                        if (++count[0] % Query.LARGEST_PAGE == 0) {
                            context.progress().at(-1, WORDS.many(count[0], "{0} entry", "{0} entries"));
                        }
                    });
                }
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                return n;
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw failed(step, file, e);
        }
    }

    private static EscException failed(String step, Path file, IOException e) {
        return Problem.of(Fault.USAGE, step, WORDS.say("The file {0} cannot be written.", file)).code("file").exception(e);
    }

    private static void csv(Writer out, List<String> cells) throws IOException {
        out.write(cells.stream().map(Table::quoted).collect(Collectors.joining(",")));
        out.write("\r\n");
    }

    /** What a spreadsheet would take for a formula begins with an apostrophe. */
    private static String quoted(String cell) {
        String safe = cell.matches("(?s)[=+@\\t\\r-].*") ? "'" + cell : cell;
        return safe.matches("(?s).*[\",\\r\\n].*") ? "\"" + safe.replace("\"", "\"\"") + "\"" : safe;
    }

    private static void json(Writer out, List<String> heads, List<String> cells) throws IOException {
        var o = new com.google.gson.JsonObject();
        for (int i = 0; i < heads.size(); i++) {
            o.addProperty(heads.get(i), cells.get(i));
        }
        out.write(o.toString());
        out.write('\n');
    }
}
