// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import org.esc.trace.TraceFormat;

/** Writes a format of lines. */
abstract class LinesWriter implements TraceFormat.Writer {

    private final BufferedWriter out;

    LinesWriter(OutputStream out) {
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
    }

    final void line(String text) throws IOException {
        out.write(text);
        out.write('\n');
    }

    /** Text of others that is to stay in its line: without control characters. */
    static String inLine(String s) {
        return s.codePoints().anyMatch(LinesWriter::breaks)
                ? s.codePoints().map(c -> breaks(c) ? ' ' : c).collect(StringBuilder::new, StringBuilder::appendCodePoint,
                        StringBuilder::append).toString()
                : s;
    }

    private static boolean breaks(int c) {
        return Character.isISOControl(c) || c == 0x2028 || c == 0x2029;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
