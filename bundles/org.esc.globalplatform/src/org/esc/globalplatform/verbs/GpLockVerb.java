// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.RegistryEntry;
import org.esc.globalplatform.verbs.Step.Effect;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp lock}: locks an application, until it is unlocked. */
@Component(service = Verb.class, property = "verb=gp lock")
public final class GpLockVerb extends ContentVerb<GpLockVerb.Args> {

    private static final Words WORDS = Words.of(GpLockVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpLockVerb(@Reference ContentWork work) {
        super(work, "gp lock", "Lock an application.", Args.class);
    }

    /** Which application. */
    public record Args(@Arg(label = "AID", help = "Application or security domain.") Aid aid, ContentArgs content) {
    }

    @Override
    ContentArgs content(Args arguments) {
        return arguments.content();
    }

    @Override
    Plan plan(Args a, Target target, Context context) throws EscException {
        RegistryEntry entry = Lockable.find(a.aid(), target);
        if (entry.isLocked()) {
            throw Problem.of(Fault.USAGE, WORDS.say("lock the application"), WORDS.say("The application {0} is locked already.", a.aid())).code("already-so")
                    .exception();
        }
        return Plan.of(Step.of(WORDS.say("lock {0}", a.aid()), Effect.CHANGES,
                CardManager.setStatusCommand(0x40, entry.lifeCycle() | 0x80, a.aid().bytes())), "--lock-applet", a.aid().toString());
    }
}
