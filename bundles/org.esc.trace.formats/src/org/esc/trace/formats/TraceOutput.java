// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.UnaryOperator;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.trace.Entry;
import org.esc.trace.Note;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.esc.trace.TraceWriter;

/** Writes exchanges to a new file, which has its name only when it is whole. */
public final class TraceOutput {

    private static final Words WORDS = Words.of(TraceOutput.class);

    /** Name of this program's own format, which is no {@link TraceFormat}: it keeps more than those can say. */
    public static final String OWN = "esctrace";

    private static final String STEP = WORDS.say("write the trace");
    private static final int LOOKS_UP = 0x3FF;

    private TraceOutput() {
    }

    /** Where to, and how. */
    public record To(@Arg(label = "OUT", help = "The file to write.") Path out,
            @Arg(names = "--format", label = "FORMAT", help = "Its format; otherwise by the ending of its name. trace formats lists them.") Optional<String> format,
            @Arg(names = "--force", help = "Overwrite a file that is there.") boolean force) {
    }

    /**
     * What of a trace is written.
     *
     * @param which       exchanges, by index; all others are only looked at
     * @param change      what becomes of an exchange; sees all of them in order
     * @param decryptable true if the result may have what can be decrypted, and is to be marked so
     * @param notes       true if notes are kept, where the format keeps any
     */
    public record What(LongPredicate which, UnaryOperator<Entry> change, boolean decryptable, boolean notes) {

        /** All of a trace as it is. */
        public static What all(Trace trace) {
            return new What(_ -> true, e -> e, trace.about().decryptable(), true);
        }

        /** All exchanges, each changed, without the notes. */
        public static What changed(boolean decryptable, UnaryOperator<Entry> change) {
            return new What(_ -> true, change, decryptable, false);
        }
    }

    /**
     * What was written.
     *
     * @param format    in which format
     * @param exchanges how many
     */
    public record Written(String format, long exchanges) {
    }

    /** What was written, in a sentence. */
    public static String said(long exchanges, Path file, String format) {
        return WORDS.many(exchanges, "{0} exchange written to {1} ({2}).", "{0} exchanges written to {1} ({2}).", file, format);
    }

    /**
     * Writes a trace as far as it goes now.
     *
     * @throws EscException USAGE if the format is not known or cannot be written, the file is there already or cannot be written; CANCELLED. There is no file
     *     then that was not there before, and the one that was is untouched
     */
    public static Written write(TraceFiles files, Trace trace, To to, What what, Context context) throws EscException {
        String format = format(files, to);
        Path out = to.out.toAbsolutePath();
        if (Files.isDirectory(out) || Files.exists(out) && !to.force) {
            throw Problem.of(Fault.USAGE, STEP, Files.isDirectory(out) ? WORDS.say("{0} is a folder.", out) : WORDS.say("{0} is there already.", out)).code("file-exists")
                    .advice(WORDS.say("Choose another name, or say --force.")).exception();
        }
        try {
            Path half = half(out);
            long count;
            try {
                if (format.equals(OWN)) {
                    // the writer makes the file itself
                    Files.delete(half);
                    count = own(trace, half, what, context);
                } else {
                    TraceFormat f = files.formats().byName(format).orElseThrow();
                    try (var stream = new BufferedOutputStream(Files.newOutputStream(half)); var w = f.write(stream, trace.about(), files.decoders())) {
                        count = each(trace, what, context, (_, e) -> w.entry(e));
                    }
                }
                Files.move(half, out, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(half);
            }
            return new Written(format, count);
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The file {0} cannot be written: {1}.", out, e.getMessage())).code("file-unwritable")
                    .advice(WORDS.say("Choose a file in a folder that exists and is yours.")).exception(e);
        }
    }

    /** Writes a new file of our own format. */
    static long own(Trace trace, Path file, What what, Context context) throws IOException, EscException {
        Map<Long, Note> notes = what.notes ? trace.notes() : Map.of();
        try (var w = TraceWriter.create(file, what.decryptable)) {
            return each(trace, what, context, (index, e) -> {
                long at = w.entry(e);
                Note note = notes.get(index);
                if (note != null) {
                    w.note(new Note(at, note.mark(), note.text()));
                }
            });
        }
    }

    private static Path half(Path out) throws IOException {
        Path folder = out.getParent();
        FileAttribute<?>[] mine = folder.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))} : new FileAttribute<?>[0];
        return Files.createTempFile(folder, ".trace", ".part", mine);
    }

    private static String format(TraceFiles files, To to) throws EscException {
        String name = String.valueOf(to.out.getFileName());
        String format = to.format.orElseGet(() -> name.endsWith("." + OWN) ? OWN
                : files.formats().forFile(name).filter(TraceFormat::writes).map(TraceFormat::name).orElse(""));
        if (format.equals(OWN) || files.formats().byName(format).filter(TraceFormat::writes).isPresent()) {
            return format;
        }
        var known = files.formats().all().stream().filter(TraceFormat::writes).map(TraceFormat::name).sorted().toList();
        throw Problem.of(Fault.USAGE, STEP, format.isEmpty() ? WORDS.say("The name {0} does not tell which format to write.", name)
                : WORDS.say("Traces are not written in a format \"{0}\".", format)).code("no-format")
                .advice(WORDS.say("Name one with --format: {0}, {1}.", OWN, String.join(", ", known))).exception();
    }

    private interface Each {
        void entry(long index, Entry e) throws EscException, IOException;
    }

    private static long each(Trace trace, What what, Context context, Each each) throws EscException, IOException {
        IOException[] failed = {null};
        long[] count = {0};
        long first = trace.first();
        long end = trace.end();
        trace.scan(first, end, (index, entry) -> {
            if ((index & LOOKS_UP) == 0) {
                context.cancel().check(STEP);
                context.progress().at((int) (100 * (index - first) / (end - first)), "");
            }
            Entry changed = what.change.apply(entry);
            if (!what.which.test(index)) {
                return true;
            }
            try {
                each.entry(index, changed);
                count[0]++;
                return true;
            } catch (IOException e) {
                failed[0] = e;
                return false;
            }
        });
        if (failed[0] != null) {
            throw failed[0];
        }
        return count[0];
    }
}
