// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.io.PrintWriter;
import org.esc.apdu.EscException;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.securechannel.keys.KeySets;

/** A verb that makes a plan for a card and carries it out. */
abstract class ContentVerb<A extends Record> implements Verb<A, ContentResult> {

    private final ContentWork work;
    private final String name;
    private final Class<A> arguments;

    ContentVerb(ContentWork work, String name, Class<A> arguments) {
        this.work = work;
        this.name = name;
        this.arguments = arguments;
    }

    /** The named keys. */
    final KeySets keySets() {
        return work.keySets();
    }

    /** Which card, with which keys. */
    abstract ContentArgs content(A arguments);

    /** Consent to what a card does not survive. */
    SureArgs sure(A arguments) {
        return SureArgs.NO;
    }

    /** What is to be done. */
    abstract Plan plan(A arguments, Target target, Context context) throws EscException;

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final Class<A> arguments() {
        return arguments;
    }

    @Override
    public final ContentResult run(A arguments, Context context) throws EscException {
        return work.run(name, content(arguments), sure(arguments), context, target -> plan(arguments, target, context));
    }

    @Override
    public final void print(ContentResult result, PrintWriter out) {
        result.print(out);
    }
}
