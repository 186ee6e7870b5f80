// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Decoder;
import org.esc.trace.Trace;
import org.esc.trace.Trace.Damage;
import org.esc.trace.TraceFormat;

/** A format of lines. */
abstract class TextFormat implements TraceFormat {

    private static final Words WORDS = Words.of(TextFormat.class);

    private final String name;
    private final String description;
    private final List<String> endings;
    private final int sureness;
    private final Optional<Pattern> sign;

    /**
     * @param sureness how sure it is that a file with a line like {@code sign} is of this format, 1 to 100
     * @param sign     what is found in a line of such a file and hardly of any other; empty if it cannot be told so
     */
    TextFormat(String name, String description, List<String> endings, int sureness, String sign) {
        this.name = name;
        this.description = description;
        this.endings = List.copyOf(endings);
        this.sureness = sureness;
        this.sign = sign.isEmpty() ? Optional.empty() : Optional.of(Pattern.compile(sign, Pattern.MULTILINE));
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final String description() {
        return description;
    }

    @Override
    public final List<String> endings() {
        return endings;
    }

    @Override
    public boolean reads() {
        return true;
    }

    @Override
    public boolean writes() {
        return false;
    }

    @Override
    public int recognises(byte[] head) {
        return sign.map(s -> s.matcher(Lines.plain(text(head))).find() ? sureness : 0).orElse(0);
    }

    /** The head of a file as text; empty if it is none. */
    static String text(byte[] head) {
        for (int i = 0; i < head.length && i < 512; i++) {
            if (head[i] == 0) {
                return "";
            }
        }
        return new String(head, StandardCharsets.UTF_8);
    }

    /** Takes the lines of one file. */
    interface Reader {

        /**
         * The next line.
         *
         * @param number from 1
         * @throws Unreadable if it makes no sense; the next one is given all the same
         */
        void line(String line, long number) throws EscException, Unreadable;

        /** There are no more. */
        void end() throws EscException, Unreadable;
    }

    /** Somebody who reads one file. */
    abstract Reader reader(Sink sink);

    @Override
    public final void read(InputStream in, Sink sink) throws IOException, EscException {
        var lines = new Lines(in);
        Reader reader = reader(sink);
        while (lines.next()) {
            try {
                if (lines.isCut()) {
                    sink.damage(new Damage(lines.number(), 1, WORDS.say("a line that is too long")));
                } else {
                    reader.line(lines.text(), lines.number());
                }
            } catch (Unreadable e) {
                sink.damage(new Damage(lines.number(), e.column(), e.getMessage()));
            }
        }
        try {
            reader.end();
        } catch (Unreadable e) {
            sink.damage(new Damage(lines.number(), e.column(), e.getMessage()));
        }
    }

    @Override
    public Writer write(OutputStream out, Trace.About about, List<Decoder> decoders) throws IOException {
        throw new UnsupportedOperationException(name + " is only read");
    }
}
