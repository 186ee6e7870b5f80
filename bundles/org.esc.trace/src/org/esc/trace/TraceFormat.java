// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.esc.apdu.EscException;

/**
 * A way in which traces are written down: what others write, or what we write for others. A DS service; those here and a vendor's come through the
 * same door. Everything is streamed: a file may be larger than memory.
 */
public interface TraceFormat {

    /** Its name in the terminal, in small letters: "pcapng". */
    String name();

    /** What it is, for a person choosing one. */
    String description();

    /** Endings of the names of its files, without a dot, the usual one first. */
    List<String> endings();

    /** True if {@link #read} is supported. */
    boolean reads();

    /** True if {@link #write} is supported. */
    boolean writes();

    /**
     * How sure it is that a file is of this format: 0 not at all, 100 by a signature that nothing else has.
     *
     * @param head the first 64 KiB of the file, or all of it
     */
    int recognises(byte[] head);

    /**
     * Reads a trace to its end. What cannot be read is told to the sink as damage, and the rest is read.
     *
     * @param in   what to read; closed by the caller
     * @param sink gets what is read; masks it
     * @throws IOException  if reading fails
     * @throws EscException if the sink does: cancelled, disk full
     * @throws UnsupportedOperationException if {@link #reads} says no
     */
    void read(InputStream in, Sink sink) throws IOException, EscException;

    /** Takes what is read. Numbers of entries do not matter. */
    interface Sink {

        /** An exchange; its secrets, if there are any left, are masked before it is kept. @throws EscException if it cannot be kept, or the person cancelled */
        void entry(Entry entry) throws EscException;

        /** Something could not be read. */
        void damage(Trace.Damage damage);
    }

    /**
     * Writes exchanges until closed.
     *
     * @param out   gets them; closed with the writer
     * @param about the trace
     * @throws IOException if writing fails
     * @throws UnsupportedOperationException if {@link #writes} says no
     */
    Writer write(OutputStream out, Trace.About about, List<Decoder> decoders) throws IOException;

    /** Writes a trace. */
    interface Writer extends AutoCloseable {

        /** Writes an exchange. @throws IOException if that fails */
        void entry(Entry entry) throws IOException;

        /** Writes what belongs at the end. @throws IOException if that fails */
        @Override
        void close() throws IOException;
    }
}
