// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.esc.apdu.Words;

/** Prints rows under each other. */
final class Columns {

    private static final Words WORDS = Words.of(Columns.class);

    private static final int SHORTEST_NAME = 8;

    private Columns() {
    }

    static void print(PrintWriter out, List<String> heads, List<List<String>> rows) {
        if (rows.isEmpty()) {
            out.println(WORDS.say("none"));
            return;
        }
        int[] widths = new int[heads.size()];
        for (int i = 0; i < widths.length; i++) {
            int column = i;
            widths[i] = Math.max(heads.get(i).length(), rows.stream().mapToInt(r -> r.get(column).length()).max()
                    .orElse(0));
        }
        line(out, heads, widths);
        rows.forEach(r -> line(out, r, widths));
    }

    /** One thing's facts, a line each. */
    static void print(PrintWriter out, Map<String, String> facts) {
        int width = Math.max(SHORTEST_NAME, facts.keySet().stream().mapToInt(String::length).max().orElse(0)) + 2;
        facts.forEach((name, value) -> out.println(name + " ".repeat(width - name.length()) + value));
    }

    private static void line(PrintWriter out, List<String> cells, int[] widths) {
        var text = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            text.append(cells.get(i));
            text.repeat(' ', widths[i] - cells.get(i).length() + 2);
        }
        out.println(text.toString().stripTrailing());
    }
}
