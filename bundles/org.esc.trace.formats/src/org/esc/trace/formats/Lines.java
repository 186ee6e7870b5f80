// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The lines of a text, one after the other, without the terminals' colours. What is no UTF-8 is replaced; only a line's first million
 * bytes are kept.
 */
final class Lines {

    private static final int MOST_BYTES = 1 << 20;
    private static final int ESCAPE = 0x1B;

    private final InputStream in;
    private final byte[] buffer = new byte[1 << 16];
    private int at;
    private int end;
    private byte[] line = new byte[256];
    private int length;
    private boolean cut;
    private long number;

    Lines(InputStream in) {
        this.in = in;
    }

    /** Goes on to the next line; false at the end. */
    boolean next() throws IOException {
        length = 0;
        cut = false;
        boolean any = false;
        while (true) {
            if (at == end) {
                end = Math.max(0, in.read(buffer));
                at = 0;
                if (end == 0) {
                    break;
                }
            }
            any = true;
            int from = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            keep(from, at);
            if (at < end) {
                at++;
                break;
            }
        }
        if (any) {
            number++;
        }
        return any;
    }

    private void keep(int from, int to) {
        int n = Math.min(to - from, MOST_BYTES - length);
        cut |= n < to - from;
        if (length + n > line.length) {
            line = Arrays.copyOf(line, Math.max(length + n, 2 * line.length));
        }
        System.arraycopy(buffer, from, line, length, n);
        length += n;
    }

    /** The line without its end. */
    String text() {
        int n = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        boolean coloured = false;
        for (int i = 0; i < n && !coloured; i++) {
            coloured = line[i] == ESCAPE;
        }
        String s = new String(line, 0, n, StandardCharsets.UTF_8);
        return coloured ? plain(s) : s;
    }

    /** Without colours: escape, bracket, numbers and a letter (ECMA-48 SGR and its kin). */
    static String plain(String s) {
        var out = new StringBuilder(s.length());
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) != ESCAPE || i + 1 == s.length() || s.charAt(i + 1) != '[') {
                out.append(s.charAt(i));
                continue;
            }
            i += 2;
            while (i < s.length() && (s.charAt(i) == ';' || Character.isDigit(s.charAt(i)))) {
                i++;
            }
        }
        return out.toString();
    }

    /** From 1. */
    long number() {
        return number;
    }

    /** True if the line is longer than anybody writes, and only its begin was kept. */
    boolean isCut() {
        return cut;
    }
}
