// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.List;
import java.util.Map;
import org.esc.apdu.EscException;
import org.esc.card.Subscription;

/**
 * Exchanges in the order in which they were seen, one row each, looked into anywhere. May grow while it is looked at: a live one, or a file
 * of which not all was read yet. Safe for use by several threads.
 */
public interface Trace extends AutoCloseable {

    /** What it is. */
    About about();

    /**
     * What a trace is.
     *
     * @param title       a file's name, or "live"
     * @param decryptable true if ciphertext of masked commands was kept, so that who has the keys can read secrets
     * @param live        true if it grows by itself
     */
    record About(String title, boolean decryptable, boolean live) {
    }

    /** Index of the oldest exchange that is still there; more than zero only where old ones are dropped. */
    long first();

    /** Index behind the newest exchange. */
    long end();

    /** True if nothing more will come: all of a file was read and found whole or damaged. */
    boolean isComplete();

    /**
     * The exchange at an index.
     *
     * @throws EscException              if it cannot be read any more
     * @throws IndexOutOfBoundsException if there is none: not from {@link #first} to {@link #end}
     */
    Entry get(long index) throws EscException;

    /**
     * An interpreter that has seen what is needed to explain the exchange at an index, and is to be given that one next.
     *
     * @param decoders those it is to ask
     * @throws EscException              if the trace cannot be read any more
     * @throws IndexOutOfBoundsException if the index is not from {@link #first} to {@link #end}
     */
    Interpreter interpreterAt(long index, List<Decoder> decoders) throws EscException;

    /**
     * Shows exchanges to somebody, one after the other; the fast way through many of them.
     *
     * @param from index of the first
     * @param to   index behind the last
     * @throws EscException              if the trace cannot be read any more
     * @throws IndexOutOfBoundsException if there are no such exchanges
     */
    default void scan(long from, long to, Visitor visitor) throws EscException {
        for (long i = from; i < to && visitor.visit(i, get(i)); i++) {
            // the visitor does it all
        }
    }

    /** Is shown exchanges. */
    @FunctionalInterface
    interface Visitor {

        /** The exchange at an index; {@code false} ends it. @throws EscException if there is no sense in going on */
        boolean visit(long index, Entry entry) throws EscException;
    }

    /** What people noted at exchanges, by index. */
    default Map<Long, Note> notes() {
        return Map.of();
    }

    /** True if notes are there again when the trace is opened the next time; false if they go away with it. */
    default boolean keepsNotes() {
        return false;
    }

    /**
     * Notes something at an exchange.
     *
     * @throws EscException              if this trace keeps no notes (USAGE), or they cannot be written
     * @throws IndexOutOfBoundsException if there is no such exchange
     */
    default void note(Note note) throws EscException {
        throw TraceFile.noNotes();
    }

    /** What could not be read, in order. */
    List<Damage> damage();

    /**
     * Something of a trace that could not be read; the rest is there.
     *
     * @param line   line of a text, or packet of a capture, from 1; 0 in a file without lines
     * @param column place in the line, or offset in the file, in bytes
     * @param what   what is wrong, in words
     */
    record Damage(long line, long column, String what) {
    }

    /**
     * Calls {@code changed}, from any thread, when {@link #first}, {@link #end}, {@link #isComplete} or {@link #damage} changed, until the handle is closed; that waits for
     * no call that is under way.
     */
    Subscription subscribe(Runnable changed);

    /** Lets go of files; a live trace goes on without the one who closes it. */
    @Override
    void close();
}
