// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.verbs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.command.Cancel;
import org.esc.trace.Decoder;
import org.esc.trace.Trace;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/** Opens a trace by whichever source knows the file best, and knows who can explain it. */
@Component(service = TraceFiles.class)
public final class TraceFiles {

    private static final int HEAD = 1 << 16;

    private final List<TraceSource> sources = new ArrayList<>();
    private final List<Decoder> decoders = new ArrayList<>();

    /** Adds a kind of files. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public synchronized void addSource(TraceSource source) {
        sources.add(source);
    }

    /** Removes a kind of files. */
    public synchronized void removeSource(TraceSource source) {
        sources.remove(source);
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

    private synchronized List<TraceSource> sources() {
        return List.copyOf(sources);
    }

    /**
     * Opens a file.
     *
     * @throws EscException USAGE {@code file-unreadable} if there is none or it cannot be read, {@code no-trace} if nobody knows what it is
     */
    Trace open(Path file, Cancel cancel) throws EscException {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(HEAD);
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "there is no such file" : e.getMessage();
            throw Problem.of(Fault.USAGE, "open the trace", "The trace " + file + " cannot be read: " + why + ".").code("file-unreadable").exception(e);
        }
        TraceSource best = null;
        int most = 0;
        for (TraceSource s : sources()) {
            int sure = s.recognises(head);
            if (sure > most) {
                most = sure;
                best = s;
            }
        }
        if (best == null) {
            throw Problem.of(Fault.USAGE, "open the trace", file + " is no trace of a kind that is known here.").code("no-trace").exception();
        }
        return best.open(file, cancel);
    }
}
