// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.osgi.service.component.annotations.Component;

/** One JSON object in each line: first what the trace is, then an exchange in each. Nothing is lost. */
@Component(service = TraceFormat.class)
public final class JsonLines extends TextFormat {

    private static final Words WORDS = Words.of(JsonLines.class);

    private static final String FORMAT = "esc-trace";

    /** For the component runtime. */
    public JsonLines() {
        super("jsonl", WORDS.say("JSON Lines, for scripts"), List.of("jsonl", "ndjson"), 95, "\\A\\{\"format\":\\s*\"" + FORMAT
                + "\"|^\\{[^\\n]*\"command\":\\s*\"");
    }

    @Override
    public boolean writes() {
        return true;
    }

    @Override
    Reader reader(Sink sink) {
        return new Reader() {
            @Override
            public void line(String line, long number) throws EscException, Unreadable {
                if (line.isBlank()) {
                    return;
                }
                var fields = JsonText.read(line);
                if (!fields.containsKey("format")) {
                    sink.entry(Fields.entry(fields));
                } else if (!fields.get("format").equals(FORMAT) || Fields.number(fields, "version") != 1) {
                    throw new Unreadable(1, WORDS.say("another format or version: {0} {1}", fields.get("format"), fields.get("version")));
                }
            }

            @Override
            public void end() {
                // each line stands for itself
            }
        };
    }

    @Override
    public Writer write(OutputStream out, Trace.About about, List<Decoder> decoders) throws IOException {
        var interpreter = new Interpreter(decoders);
        var writer = new LinesWriter(out) {
            @Override
            public void entry(Entry e) throws IOException {
                line(JsonText.write(Fields.of(e, interpreter.brief(e))));
            }
        };
        var head = new LinkedHashMap<String, String>();
        head.put("format", FORMAT);
        head.put("version", "1");
        head.put("title", about.title());
        head.put("decryptable", Boolean.toString(about.decryptable()));
        writer.line(JsonText.write(head));
        return writer;
    }
}
