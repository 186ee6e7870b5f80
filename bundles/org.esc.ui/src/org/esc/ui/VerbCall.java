// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arguments;
import org.esc.command.Context;
import org.esc.command.Verb;

/**
 * A verb with its arguments, given as words by record component name: the workbench so runs verbs of bundles that it does not know.
 *
 * @param <A> arguments of the verb
 * @param <R> its result
 */
public final class VerbCall<A extends Record, R extends Record> {

    private static final Words WORDS = Words.of(VerbCall.class);

    private final Verb<A, R> verb;
    private final A arguments;

    private VerbCall(Verb<A, R> verb, A arguments) {
        this.verb = verb;
        this.arguments = arguments;
    }

    /**
     * A call of {@code verb}.
     *
     * @param words by record component name
     * @throws EscException USAGE if a value is unknown, missing or not of its type
     */
    public static <A extends Record, R extends Record> VerbCall<A, R> of(Verb<A, R> verb, Map<String, List<String>> words)
            throws EscException {
        return new VerbCall<>(verb, Arguments.build(verb.arguments(), words));
    }

    /**
     * A call of the verb of this name.
     *
     * @param words by record component name
     * @throws EscException DEFECT if no bundle brings the verb; USAGE as {@link #of}
     */
    public static VerbCall<?, ?> named(String verb, Map<String, List<String>> words) throws EscException {
        return of(Services.verb(verb).orElseThrow(() -> Problem.of(Fault.DEFECT, verb,
                WORDS.say("The part of this program that does this is not installed.")).exception()), words);
    }

    /** The arguments. */
    public A arguments() {
        return arguments;
    }

    /** Runs it. @throws EscException as the verb does */
    public R run(Context context) throws EscException {
        return verb.run(arguments, context);
    }

    /** The result as the terminal would print it. */
    public String print(R result) {
        var text = new StringWriter();
        var out = new PrintWriter(text);
        verb.print(result, out);
        out.flush();
        return text.toString();
    }
}
