// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Masker;
import org.esc.trace.Trace.Damage;
import org.esc.trace.TraceFormat;

/** Reads traces of any format, compressed by gzip or not. Secrets are masked before the sink sees them. */
public final class Import {

    private static final Words WORDS = Words.of(Import.class);

    private static final int HEAD = 1 << 16;

    private Import() {
    }

    /**
     * Reads a trace to its end. What cannot be read is told to the sink, and the rest is read.
     *
     * @param formats  those that may be
     * @param name     of the format; empty to find it out
     * @param decoders who know what is secret
     * @return the format it was
     * @throws IOException  if reading fails
     * @throws EscException USAGE if nothing is known of such a format, or the sink's own
     */
    public static TraceFormat read(InputStream in, Formats formats, Optional<String> name, List<Decoder> decoders, TraceFormat.Sink sink)
            throws IOException, EscException {
        Opened file = open(in);
        TraceFormat format = name.isPresent() ? named(formats, name.get()) : formats.detect(file.head).orElseThrow(Import::unknown);
        var masker = new Masker(decoders);
        format.read(file.stream, new TraceFormat.Sink() {
            @Override
            public void entry(Entry entry) throws EscException {
                sink.entry(masker.mask(entry));
            }

            @Override
            public void damage(Damage damage) {
                sink.damage(damage);
            }
        });
        file.unzipped.damage.ifPresent(what -> sink.damage(new Damage(0, file.unzipped.count, WORDS.say("the compressed file is damaged: {0}", what))));
        return format;
    }

    /** The format of a trace; empty if nothing is known of such a one. @throws IOException if reading fails */
    public static Optional<TraceFormat> detect(InputStream in, Formats formats) throws IOException {
        return formats.detect(open(in).head);
    }

    private record Opened(InputStream stream, Unzipped unzipped, byte[] head) {
    }

    private static Opened open(InputStream in) throws IOException {
        var buffered = new BufferedInputStream(in, HEAD);
        buffered.mark(2);
        boolean zipped = buffered.read() == 0x1F && buffered.read() == 0x8B;
        buffered.reset();
        var unzipped = new Unzipped(buffered);
        var stream = zipped ? new BufferedInputStream(unzipped, HEAD) : buffered;
        stream.mark(HEAD);
        byte[] head = stream.readNBytes(HEAD);
        stream.reset();
        return new Opened(stream, unzipped, head);
    }

    /** Unzips what can be unzipped, and then ends. */
    private static final class Unzipped extends InputStream {

        private final InputStream zipped;
        private Optional<InputStream> in = Optional.empty();
        private Optional<String> damage = Optional.empty();
        private long count;

        Unzipped(InputStream zipped) {
            this.zipped = zipped;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] target, int from, int n) throws IOException {
            if (damage.isPresent()) {
                return -1;
            }
            try {
                if (in.isEmpty()) {
                    in = Optional.of(new GZIPInputStream(zipped, HEAD));
                }
                int got = in.get().read(target, from, n);
                count += Math.max(0, got);
                return got;
            } catch (EOFException _) {
                damage = Optional.of(WORDS.say("it is cut short"));
            } catch (ZipException e) {
                damage = Optional.of(String.valueOf(e.getMessage()));
            }
            return -1;
        }
    }

    private static TraceFormat named(Formats formats, String name) throws EscException {
        return formats.byName(name).filter(TraceFormat::reads).orElseThrow(() -> Problem
                .of(Fault.USAGE, WORDS.say("read a trace"), WORDS.say("There is no format {0} that can be read.", name)).code("trace-format")
                .advice(WORDS.say("Choose one of {0}.", String.join(", ", formats.all().stream().filter(TraceFormat::reads).map(TraceFormat::name).toList()))).exception());
    }

    private static EscException unknown() {
        return Problem.of(Fault.USAGE, WORDS.say("read a trace"), WORDS.say("The file is no trace of a format that is known here.")).code("trace-format")
                .advice(WORDS.say("If you know what it is, name the format.")).exception();
    }
}
