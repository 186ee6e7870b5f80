// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** Tells a file of each step of a run, as a line of JSON, for whoever reads along. */
public final class EventFile implements AutoCloseable {

    private static final Words WORDS = Words.of(EventFile.class);

    private final Optional<BufferedWriter> out;

    /** Appends to this file; to none if there is none. @throws EscException USAGE, code {@code file-unwritable} */
    public EventFile(Optional<Path> file) throws EscException {
        try {
            out = file.isEmpty() ? Optional.empty() : Optional.of(Files.newBufferedWriter(file.get(), StandardCharsets.UTF_8, StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("write the events"), WORDS.say("{0} cannot be written.", file.map(Path::toString).orElse("")))
                    .code("file-unwritable").exception(e);
        }
    }

    /** Notes a step. */
    public synchronized void write(BatchEvent event) {
        if (out.isEmpty()) {
            return;
        }
        var o = new JsonObject();
        o.addProperty("time", RunLog.now().toString());
        switch (event) {
            case BatchEvent.RowChanged(RowState row) -> {
                o.addProperty("event", "row");
                Report.json(row).entrySet().forEach(e -> o.add(e.getKey(), e.getValue()));
            }
            case BatchEvent.SignChanged(Sign s) -> {
                o.addProperty("event", "sign");
                o.addProperty("reader", s.reader());
                o.addProperty("sign", s.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
                o.addProperty("text", s.text());
                o.addProperty("row", s.row());
                o.addProperty("percent", s.percent());
            }
            case BatchEvent.CardRefused(String reader, String cuid, String why) -> {
                o.addProperty("event", "refused");
                o.addProperty("reader", reader);
                o.addProperty("cuid", cuid);
                o.addProperty("why", why);
            }
            case BatchEvent.Told(String reader, String text) -> {
                o.addProperty("event", "told");
                o.addProperty("reader", reader);
                o.addProperty("text", text);
            }
            case BatchEvent.PhaseChanged(BatchEvent.Phase phase) -> {
                o.addProperty("event", "phase");
                o.addProperty("phase", phase.name().toLowerCase(Locale.ROOT));
            }
            case BatchEvent.ReadersChanged(List<Sign> signs) -> {
                o.addProperty("event", "readers");
                var names = new JsonArray();
                signs.forEach(s -> names.add(s.reader()));
                o.add("readers", names);
            }
        }
        try {
            out.get().write(o + "\n");
            out.get().flush();
        } catch (IOException _) {
            // whoever listened has gone; the journal knows it all
        }
    }

    @Override
    public synchronized void close() {
        try {
            if (out.isPresent()) {
                out.get().close();
            }
        } catch (IOException _) {
            // as above
        }
    }
}
