// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.Subscription;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Note;
import org.esc.trace.StoredTrace;
import org.esc.trace.Trace;
import org.esc.trace.TraceFormat;
import org.esc.trace.TraceWriter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Opens a trace from any file. One of ours is opened as it is; what others wrote is read once, masked, into a file of ours that only this person can read and
 * that goes away with the trace. Knows who can explain what is in it.
 */
@Component(service = TraceFiles.class)
public final class TraceFiles {

    private static final Words WORDS = Words.of(TraceFiles.class);

    private static final String STEP = WORDS.say("open the trace");
    private static final int HEAD = 64;
    private static final int LOOKS_UP = 0xFFF;

    private final Formats formats;
    private final List<Decoder> decoders = new ArrayList<>();

    /** Of all formats there are. */
    @Activate
    public TraceFiles(@Reference Formats formats) {
        this.formats = formats;
    }

    /** Adds somebody who can explain exchanges. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public synchronized void addDecoder(Decoder decoder) {
        decoders.add(decoder);
    }

    /** Removes a decoder. */
    public synchronized void removeDecoder(Decoder decoder) {
        decoders.remove(decoder);
    }

    /** Those who can explain exchanges. */
    public synchronized List<Decoder> decoders() {
        return List.copyOf(decoders);
    }

    /** The formats of others. */
    public Formats formats() {
        return formats;
    }

    /**
     * Opens a file, whatever its format.
     *
     * @throws EscException USAGE if it cannot be read or nothing is known of its format, CANCELLED
     */
    public Trace open(Path file, Cancel cancel) throws EscException {
        return open(file, Optional.empty(), cancel);
    }

    /**
     * Opens a file of a format that is known.
     *
     * @param format its name; empty to find it out
     * @throws EscException USAGE if it cannot be read or nothing is known of its format, CANCELLED
     */
    public Trace open(Path file, Optional<String> format, Cancel cancel) throws EscException {
        try {
            if (format.isEmpty() && isOurs(file)) {
                return StoredTrace.open(file);
            }
            return copied(new Trace.About(String.valueOf(file.getFileName()), false, false), copy -> copy(file, copy, format, cancel));
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The trace {0} cannot be read: {1}.", file, why(e))).code("trace-file")
                    .advice(WORDS.say("Choose a file that exists and that you may read.")).exception(e);
        }
    }

    /** Whether a file is a trace of a format that is known here, by what is in it; false if it cannot be read. */
    public boolean recognises(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return isOurs(file) || Import.detect(in, formats).isPresent();
        } catch (IOException _) {
            return false;
        }
    }

    /**
     * A trace as it is now, in a file that only this person can read and that goes away with it: what the other drops or learns later does not change it.
     *
     * @throws EscException USAGE if it cannot be read or there is no room, CANCELLED
     */
    public Trace snapshot(Trace trace, Context context) throws EscException {
        try {
            var about = new Trace.About(trace.about().title(), trace.about().decryptable(), false);
            return copied(about, copy -> {
                TraceOutput.own(trace, copy, TraceOutput.What.all(trace), context);
                return trace.damage();
            });
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The trace cannot be copied to a temporary file: {0}.", why(e))).code("trace-file").exception(e);
        }
    }

    /** Writes a copy and gives what of it could not be read. */
    private interface Copying {
        List<Trace.Damage> to(Path copy) throws IOException, EscException;
    }

    private static Trace copied(Trace.About about, Copying copying) throws IOException, EscException {
        // a folder of its own, because a file that is there already is nobody's to write
        Path folder = Files.createTempDirectory("esc-trace");
        Path copy = folder.resolve("trace.esctrace");
        try {
            List<Trace.Damage> damage = copying.to(copy);
            return new Copied(about, StoredTrace.open(copy), damage, folder);
        } catch (IOException | EscException | RuntimeException e) {
            Files.deleteIfExists(copy);
            Files.deleteIfExists(folder);
            throw e;
        }
    }

    private static boolean isOurs(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return StoredTrace.recognises(in.readNBytes(HEAD)) > 0;
        }
    }

    private List<Trace.Damage> copy(Path file, Path copy, Optional<String> format, Cancel cancel) throws IOException, EscException {
        var damage = new DamageList();
        try (InputStream in = Files.newInputStream(file); var writer = TraceWriter.create(copy, false)) {
            long[] count = {0};
            Import.read(in, formats, format, decoders(), new TraceFormat.Sink() {
                @Override
                public void entry(Entry entry) throws EscException {
                    if ((count[0]++ & LOOKS_UP) == 0) {
                        cancel.check(STEP);
                    }
                    writer.entry(entry);
                }

                @Override
                public void damage(Trace.Damage d) {
                    damage.add(d);
                }
            });
        }
        return damage.all();
    }

    private static String why(IOException e) {
        return switch (e) {
            case NoSuchFileException _ -> WORDS.say("it does not exist");
            case AccessDeniedException _ -> WORDS.say("it is not yours to read");
            default -> Files.isDirectory(Path.of(String.valueOf(e.getMessage()))) || e.getMessage() == null ? WORDS.say("it is no file") : e.getMessage();
        };
    }

    /** Damage of a file that is all damage would fill the memory: what is behind the first thousand is only counted. */
    private static final class DamageList {

        private static final int MOST = 1000;

        private final List<Trace.Damage> list = new ArrayList<>();
        private long more;

        void add(Trace.Damage d) {
            if (list.size() < MOST) {
                list.add(d);
            } else {
                more++;
            }
        }

        List<Trace.Damage> all() {
            if (more > 0) {
                list.add(new Trace.Damage(0, 0, WORDS.say("and {0} more places", more)));
                more = 0;
            }
            return List.copyOf(list);
        }
    }

    /** What others wrote, or what there was at a time, in a file of ours. */
    private record Copied(About about, StoredTrace copy, List<Damage> damage, Path folder) implements Trace {

        @Override
        public long first() {
            return copy.first();
        }

        @Override
        public long end() {
            return copy.end();
        }

        @Override
        public boolean isComplete() {
            return copy.isComplete();
        }

        @Override
        public Entry get(long index) throws EscException {
            return copy.get(index);
        }

        @Override
        public void scan(long from, long to, Visitor visitor) throws EscException {
            copy.scan(from, to, visitor);
        }

        @Override
        public Interpreter interpreterAt(long index, List<Decoder> decoders) throws EscException {
            return copy.interpreterAt(index, decoders);
        }

        @Override
        public Map<Long, Note> notes() {
            return copy.notes();
        }

        @Override
        public void note(Note note) throws EscException {
            copy.note(note);
        }

        @Override
        public Subscription subscribe(Runnable changed) {
            return copy.subscribe(changed);
        }

        @Override
        public void close() {
            copy.close();
            try {
                Files.deleteIfExists(copy.path());
                Files.deleteIfExists(folder);
            } catch (IOException _) {
                // the system clears its temporary files by itself
            }
        }
    }
}
