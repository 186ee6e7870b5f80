// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.verbs;

import java.io.PrintWriter;
import java.util.List;

/** Prints rows under each other. */
final class Columns {

    private Columns() {
    }

    static void print(PrintWriter out, List<String> heads, List<List<String>> rows) {
        if (rows.isEmpty()) {
            out.println("none");
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

    private static void line(PrintWriter out, List<String> cells, int[] widths) {
        var text = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            text.append(cells.get(i));
            text.repeat(' ', widths[i] - cells.get(i).length() + 2);
        }
        out.println(text.toString().stripTrailing());
    }
}
