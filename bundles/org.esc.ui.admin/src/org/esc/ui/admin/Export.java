// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.Writer;
import java.lang.reflect.RecordComponent;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.text.NumberFormat;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Consumer;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.FileDialog;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.command.Progress;
import org.esc.tps.admin.Entry;
import org.esc.tps.admin.Listing;
import org.esc.ui.Console;

/**
 * Writes lists to files, row by row as they come from the server: JSON (an array of objects) or CSV (RFC 4180), with the fields as records have them and
 * times in ISO 8601. A file is there as a whole or not at all.
 */
final class Export {

    private static final Words WORDS = Words.of(Export.class);

    private static final int TELL = 500;

    private Export() {
    }

    /** Gives all rows, one after the other. */
    @FunctionalInterface
    interface Source<T> {
        long all(Cancel cancel, Listing.Each<T> each) throws EscException;
    }

    /** How a file is written. */
    enum Format {
        CSV,
        JSON;

        /** By the end of a file's name; CSV unless it is that of JSON. */
        static Format of(Path file) {
            return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".json") ? JSON : CSV;
        }
    }

    /** Asks for a file and writes it in a job. */
    static <T extends Entry> void ask(Shell shell, String things, Source<T> source, Consumer<EscException> failed) {
        var dialog = new FileDialog(shell, SWT.SAVE);
        dialog.setText(WORDS.say("Export {0}", things));
        dialog.setFilterExtensions("*.csv", "*.json");
        dialog.setFilterNames(WORDS.say("Table (*.csv)"), "JSON (*.json)");
        dialog.setFileName(things.replace(' ', '-') + ".csv");
        dialog.setOverwrite(true);
        String chosen = dialog.open();
        if (chosen != null) {
            start(shell, things, Path.of(chosen), source, failed);
        }
    }

    /** Writes a file in a job. */
    static <T extends Entry> Work<Long> start(Shell shell, String things, Path file, Source<T> source, Consumer<EscException> failed) {
        return Work.start(WORDS.say("Exporting {0}", things), shell.getDisplay(), (progress, cancel) ->
                write(file, Format.of(file), things, source, progress, cancel),
                n -> Console.line(WORDS.say("Exported {0} {1} to {2}", NumberFormat.getIntegerInstance(Words.locale()).format(n), things, file)), failed);
    }

    /** Writes a file. @return how many rows @throws EscException as the source, or USAGE if the file cannot be written */
    static <T extends Entry> long write(Path file, Format format, String things, Source<T> source, Progress progress, Cancel cancel) throws EscException {
        try {
            Path folder = file.toAbsolutePath().getParent();
            Path fresh = Files.createTempFile(folder, ".export", ".tmp");
            try {
                long n;
                try (Writer out = Files.newBufferedWriter(fresh)) {
                    n = format == Format.JSON ? json(out, things, source, progress, cancel) : csv(out, things, source, progress, cancel);
                }
                cancel.check(WORDS.say("export"));
                move(fresh, file);
                return n;
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (Unwritable e) {
            throw unwritable(file, e.cause);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private static EscException unwritable(Path file, IOException e) {
        return Problem.of(Fault.USAGE, WORDS.say("export"), WORDS.say("The file {0} cannot be written: {1}.", file, e.getMessage()))
                .advice(WORDS.say("Choose another place, or make room there.")).exception(e);
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** A file that cannot be written ends the walk through the list. */
    private static final class Unwritable extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final IOException cause;

        Unwritable(IOException cause) {
            super(cause);
            this.cause = cause;
        }
    }

    private static <T extends Entry> long json(Writer out, String things, Source<T> source, Progress progress, Cancel cancel) throws EscException, IOException {
        var json = new JsonWriter(out);
        json.setIndent(" ");
        json.setHtmlSafe(false);
        json.beginArray();
        long n = rows(things, source, progress, cancel, row -> value(json, row));
        json.endArray();
        json.flush();
        return n;
    }

    private static <T extends Entry> long csv(Writer out, String things, Source<T> source, Progress progress, Cancel cancel) throws EscException {
        boolean[] headed = {false};
        return rows(things, source, progress, cancel, row -> {
            List<RecordComponent> fields = Arrays.stream(row.getClass().getRecordComponents()).filter(Export::flat).toList();
            if (!headed[0]) {
                headed[0] = true;
                out.write(String.join(",", fields.stream().map(RecordComponent::getName).toList()) + "\r\n");
            }
            var line = new StringJoiner(",");
            for (RecordComponent f : fields) {
                line.add(cell(text(get(f, row))));
            }
            out.write(line + "\r\n");
        });
    }

    @FunctionalInterface
    private interface Row<T> {
        void write(T row) throws IOException;
    }

    private static <T extends Entry> long rows(String things, Source<T> source, Progress progress, Cancel cancel, Row<T> write) throws EscException {
        long[] n = {0};
        return source.all(cancel, row -> {
            try {
                write.write(row);
            } catch (IOException e) {
                throw new Unwritable(e);
            }
            if (++n[0] % TELL == 0) {
                progress.at(-1, NumberFormat.getIntegerInstance(Words.locale()).format(n[0]) + " " + things);
            }
        });
    }

    /** Records within records do not fit into a line of a table. */
    private static boolean flat(RecordComponent f) {
        return !(f.getGenericType().getTypeName().contains("NextState"));
    }

    private static Object get(RecordComponent field, Object row) {
        try {
            field.getAccessor().setAccessible(true);
            return field.getAccessor().invoke(row);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(Object value) {
        return switch (value) {
            case Optional<?> o -> o.map(Export::text).orElse("");
            case Map<?, ?> m -> String.join("\n", m.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList());
            case Collection<?> c -> String.join(";", c.stream().map(Export::text).sorted().toList());
            case Instant i -> i.toString();
            default -> String.valueOf(value);
        };
    }

    private static String cell(String text) {
        return text.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r') ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    private static void value(JsonWriter out, Object value) throws IOException {
        switch (value) {
            case Optional<?> o when o.isPresent() -> value(out, o.get());
            case Optional<?> _ -> out.nullValue();
            case Record r -> {
                out.beginObject();
                for (RecordComponent f : r.getClass().getRecordComponents()) {
                    out.name(f.getName());
                    value(out, get(f, r));
                }
                out.endObject();
            }
            case Map<?, ?> m -> {
                out.beginObject();
                for (var e : m.entrySet()) {
                    out.name(String.valueOf(e.getKey()));
                    value(out, e.getValue());
                }
                out.endObject();
            }
            case Collection<?> c -> {
                out.beginArray();
                for (Object o : c) {
                    value(out, o);
                }
                out.endArray();
            }
            case Boolean b -> out.value(b);
            case Number n -> out.value(n);
            default -> out.value(String.valueOf(value));
        }
    }
}
