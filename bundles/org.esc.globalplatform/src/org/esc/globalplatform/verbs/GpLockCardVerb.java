// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.CardState;
import org.esc.globalplatform.verbs.Step.Effect;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp lock-card}: locks a card: only its security domain answers, until somebody with its keys unlocks it. */
@Component(service = Verb.class, property = "verb=gp lock-card")
public final class GpLockCardVerb extends ContentVerb<GpLockCardVerb.Args> {

    private static final Words WORDS = Words.of(GpLockCardVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpLockCardVerb(@Reference ContentWork work) {
        super(work, "gp lock-card", "Lock a card, or unlock it.", Args.class);
    }

    /** Which card, and which way. */
    public record Args(ContentArgs content, @Arg(names = "--undo", help = "Unlock it.") boolean undo, SureArgs sure) {
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
        CardState now = target.tree().state().orElseThrow(() -> Problem.of(Fault.CARD, WORDS.say("read the card's state"),
                WORDS.say("The card does not tell its life cycle.")).code("bad-answer").exception());
        if (a.undo()) {
            if (now != CardState.CARD_LOCKED) {
                throw Problem.of(Fault.USAGE, WORDS.say("unlock the card"), WORDS.say("The card is not locked.")).code("already-so").exception();
            }
            return Plan.of(become(CardState.SECURED, WORDS.say("unlock the card"), Effect.CHANGES), "--unlock-card");
        }
        if (now == CardState.CARD_LOCKED || now == CardState.TERMINATED) {
            throw Problem.of(Fault.USAGE, WORDS.say("lock the card"), now == CardState.CARD_LOCKED ? WORDS.say("The card is locked already.")
                    : WORDS.say("The card is terminated.")).code("already-so").exception();
        }
        var steps = new ArrayList<Step>();
        if (now == CardState.OP_READY) {
            steps.add(become(CardState.INITIALIZED, WORDS.say("take the card to INITIALIZED, for good"), Effect.DESTROYS));
        }
        if (now != CardState.SECURED) {
            steps.add(become(CardState.SECURED, WORDS.say("take the card to SECURED, for good"), Effect.DESTROYS));
        }
        steps.add(become(CardState.CARD_LOCKED, WORDS.say("lock the card"), Effect.CHANGES));
        return Plan.of(steps, steps.size() == 1 ? new String[] {"--lock-card"} : new String[0])
                .warnings(List.of(WORDS.say("Only somebody with the card's keys can unlock it again: esc gp lock-card --undo.")))
                .sure(WORDS.say("Lock the card"), WORDS.say("No application on the card will answer until somebody with the card's keys unlocks it.")
                        + (steps.size() > 1 ? " " + WORDS.say("The card has to be taken to the state SECURED first, which cannot be undone.") : "")
                        + " " + WORDS.say("Some cards cannot be unlocked at all."));
    }

    private static Step become(CardState state, String what, Effect effect) {
        return Step.of(what, effect, CardManager.setStatusCommand(0x80, state.code(), new byte[0]));
    }
}
