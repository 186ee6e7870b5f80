// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.verbs;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.trace.Entry;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.esc.trace.TraceWriter;
import org.esc.trace.formats.TraceFiles;

/** Writes exchanges to a new file, which has its name only when it is whole. */
final class TraceOutput {

    /** Name of this program's own format, which is no {@link TraceFormat}: it keeps more than those can say. */
    static final String OWN = "esctrace";

    private static final String STEP = "write the trace";
    private static final int LOOKS_UP = 0x3FF;

    private TraceOutput() {
    }

    /** Where to, and how. */
    record To(@Arg(label = "OUT", help = "The file to write.") Path out,
            @Arg(names = "--format", label = "FORMAT", help = "Its format; otherwise by the ending of its name. trace formats lists them.") Optional<String> format,
            @Arg(names = "--force", help = "Overwrite a file that is there.") boolean force) {
    }

    /**
     * Writes a trace.
     *
     * @param change what becomes of each exchange
     * @return the format's name
     * @throws EscException USAGE if the format is not known or cannot be written, the file is there already or cannot be written; CANCELLED
     */
    static String write(TraceFiles files, Trace trace, To to, boolean decryptable, UnaryOperator<Entry> change, Context context) throws EscException {
        String format = format(files, to);
        Path out = to.out.toAbsolutePath();
        if (Files.isDirectory(out) || Files.exists(out) && !to.force) {
            throw Problem.of(Fault.USAGE, STEP, out + (Files.isDirectory(out) ? " is a folder." : " is there already.")).code("file-exists")
                    .advice("Choose another name, or say --force.").exception();
        }
        try {
            Path half = half(out);
            try {
                if (format.equals(OWN)) {
                    // the writer makes the file itself
                    Files.delete(half);
                    try (var w = TraceWriter.create(half, decryptable)) {
                        each(trace, context, e -> w.entry(change.apply(e)));
                    }
                } else {
                    TraceFormat f = files.formats().byName(format).orElseThrow();
                    try (var stream = new BufferedOutputStream(Files.newOutputStream(half)); var w = f.write(stream, trace.about(), files.decoders())) {
                        each(trace, context, e -> w.entry(change.apply(e)));
                    }
                }
                Files.move(half, out, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(half);
            }
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, STEP, "The file " + out + " cannot be written: " + e.getMessage() + ".").code("file-unwritable")
                    .advice("Choose a file in a folder that exists and is yours.").exception(e);
        }
        return format;
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
        throw Problem.of(Fault.USAGE, STEP, format.isEmpty() ? "The name " + name + " does not tell which format to write."
                : "Traces are not written in a format \"" + format + "\".").code("no-format")
                .advice("Name one with --format: " + OWN + ", " + String.join(", ", known) + ".").exception();
    }

    private interface Each {
        void entry(Entry e) throws EscException, IOException;
    }

    private static void each(Trace trace, Context context, Each each) throws EscException, IOException {
        IOException[] failed = {null};
        trace.scan(trace.first(), trace.end(), (index, entry) -> {
            if ((index & LOOKS_UP) == 0) {
                context.cancel().check(STEP);
            }
            try {
                each.entry(entry);
                return true;
            } catch (IOException e) {
                failed[0] = e;
                return false;
            }
        });
        if (failed[0] != null) {
            throw failed[0];
        }
    }
}
