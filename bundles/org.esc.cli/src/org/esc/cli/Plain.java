// SPDX-License-Identifier: EPL-2.0
package org.esc.cli;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Text for a terminal without what would steer it: words of a server, a card or a file must not move the cursor, hide a line or rename the
 * window. Such characters become question marks; line feeds and tabs stay.
 */
final class Plain extends FilterWriter {

    private Plain(Writer out) {
        super(out);
    }

    /** A writer to the same place that lets only plain text pass. */
    static PrintWriter over(PrintWriter out) {
        return new PrintWriter(new Plain(out), true);
    }

    /** The same, for one piece of text. */
    static String text(String s) {
        var b = new StringBuilder(s.length());
        s.chars().forEach(c -> b.append((char) plain(c)));
        return b.toString();
    }

    private static int plain(int c) {
        return c == '\r' ? ' ' : Character.isISOControl(c) && c != '\n' && c != '\t' ? '?' : c;
    }

    @Override
    public void write(int c) throws IOException {
        out.write(plain(c));
    }

    @Override
    public void write(char[] buffer, int offset, int length) throws IOException {
        write(new String(buffer, offset, length), 0, length);
    }

    @Override
    public void write(String s, int offset, int length) throws IOException {
        out.write(text(s.substring(offset, offset + length)));
    }
}
