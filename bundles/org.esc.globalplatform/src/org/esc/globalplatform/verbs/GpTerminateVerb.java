// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.CardState;
import org.esc.globalplatform.verbs.Step.Effect;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp terminate}: ends a card's life. */
@Component(service = Verb.class, property = "verb=gp terminate")
public final class GpTerminateVerb extends ContentVerb<GpTerminateVerb.Args> {

    private static final Words WORDS = Words.of(GpTerminateVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpTerminateVerb(@Reference ContentWork work) {
        super(work, "gp terminate", "End a card's life, for good.", Args.class);
    }

    /** Which card. */
    public record Args(ContentArgs content, SureArgs sure) {
    }

    @Override
    ContentArgs content(Args arguments) {
        return arguments.content();
    }

    @Override
    SureArgs sure(Args arguments) {
        return arguments.sure();
    }

    @Override
    Plan plan(Args a, Target target, Context context) throws EscException {
        return Plan.of(Step.of(WORDS.say("terminate the card"), Effect.DESTROYS,
                CardManager.setStatusCommand(0x80, CardState.TERMINATED.code(), new byte[0])))
                .sure(WORDS.say("Terminate the card"), WORDS.say("The card will never do anything any more. Nobody can undo this."));
    }
}
