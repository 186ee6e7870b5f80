// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.io.PrintWriter;
import org.esc.apdu.EscException;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.securechannel.keys.KeySets;

/** A verb that makes a plan for a card and carries it out. */
abstract class ContentVerb<A extends Record> extends NamedVerb<A, ContentResult> {

    private final ContentWork work;

    ContentVerb(ContentWork work, String name, String summary, Class<A> arguments) {
        super(name, summary, arguments);
        this.work = work;
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
    public final ContentResult run(A arguments, Context context) throws EscException {
        return work.run(name(), content(arguments), sure(arguments), context, target -> plan(arguments, target, context));
    }

    @Override
    public final void print(ContentResult result, PrintWriter out) {
        result.print(out);
    }
}
