// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.function.Consumer;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** Appends the lines of a trace to a file as they come, each flushed, so that a killed process leaves all but the last line. */
final class TraceFile implements Consumer<String>, AutoCloseable {

    private static final Words WORDS = Words.of(TraceFile.class);

    private final BufferedWriter out;

    private TraceFile(BufferedWriter out) {
        this.out = out;
    }

    /** Opens the file, readable by its owner only when it is new, and writes the first line. */
    static TraceFile open(Path file, boolean decryptable) throws EscException {
        try {
            createPrivate(file);
            var f = new TraceFile(Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.APPEND));
            f.accept(TraceText.begin(Instant.now(), decryptable));
            return f;
        } catch (IOException | UncheckedIOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("open the trace file"), WORDS.say("The trace file {0} cannot be written: {1}.", file, why(e)))
                    .code("trace-file").advice(WORDS.say("Choose a file in a folder that exists and is yours.")).exception(e);
        }
    }

    /** Makes an empty file that its owner only can read, unless there is one. */
    static void createPrivate(Path file) throws IOException {
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
        } catch (FileAlreadyExistsException _) {
            // a trace goes on behind what is there
        }
    }

    static EscException noNotes() {
        return Problem.of(Fault.USAGE, WORDS.say("note something"), WORDS.say("This trace keeps no notes.")).code("no-notes")
                .advice(WORDS.say("Save it as a file of this program's own format.")).exception();
    }

    static String why(Exception e) {
        Throwable t = e instanceof UncheckedIOException ? e.getCause() : e;
        return switch (t) {
            case NoSuchFileException _ -> WORDS.say("the folder does not exist");
            case AccessDeniedException _ -> WORDS.say("access is denied");
            case FileSystemException f when f.getReason() != null -> f.getReason();
            default -> t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
        };
    }

    @Override
    public void accept(String line) {
        try {
            out.write(line);
            out.newLine();
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
