// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.io.PrintWriter;
import org.esc.apdu.EscException;

/**
 * Something a person or script can ask for: one stateless class, run alike by the workbench, the terminal and batches. A DS service living
 * beside its domain. All state is in the arguments, a record whose components are annotated with {@link Arg}; secrets are never
 * arguments but asked for through {@link Context#interaction}. The service names the verb in its property {@code verb}, as {@link #name} does.
 *
 * @param <A> arguments
 * @param <R> result; its components become the JSON of {@code --json}
 */
public interface Verb<A extends Record, R extends Record> {

    /** The words to type: {@code format}, {@code soft create}. */
    String name();

    /** One line of help. */
    String summary();

    /** The record of arguments. */
    Class<A> arguments();

    /**
     * Does it.
     *
     * @throws EscException with all a person needs to know
     */
    R run(A arguments, Context context) throws EscException;

    /**
     * Whether the result says yes, which nearly all do. Where a verb compares and finds a difference this says no: nothing failed, and the terminal ends
     * with exit code 1, as {@code diff} and {@code cmp} do.
     */
    default boolean agrees(R result) {
        return true;
    }

    /** The result for a person at a terminal. */
    default void print(R result, PrintWriter out) {
        out.println(result);
    }
}
