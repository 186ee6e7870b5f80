// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.InstallCommand;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Receipt;
import org.esc.globalplatform.RegistryEntry;
import org.esc.globalplatform.verbs.Step.Effect;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp make-default}: gives an application the privilege to be selected by default. */
@Component(service = Verb.class, property = "verb=gp make-default")
public final class GpMakeDefaultVerb extends ContentVerb<GpMakeDefaultVerb.Args> {

    private static final Words WORDS = Words.of(GpMakeDefaultVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpMakeDefaultVerb(@Reference ContentWork work) {
        super(work, "gp make-default", "Have an application selected when the card is reset.", Args.class);
    }

    /** Which application. */
    public record Args(@Arg(label = "AID", help = "The application.") Aid aid, ContentArgs content, TokenKeyArgs token) {
    }

    @Override
    ContentArgs content(Args arguments) {
        return arguments.content();
    }

    @Override
    Plan plan(Args a, Target target, Context context) throws EscException {
        RegistryEntry entry = Lockable.find(a.aid(), target);
        Optional<RegistryEntry> before = target.tree().defaultSelected().filter(e -> !e.aid().equals(a.aid()));
        // a card of GlobalPlatform 2.2 or later takes three bytes, and keeps those that it told
        byte[] privileges = entry.privileges().with(Privilege.CARD_RESET).three();
        InstallCommand command = a.token().sign(new InstallCommand.ForRegistryUpdate(a.aid(), privileges, new byte[0]));
        return Plan.of(Step.of(WORDS.say("have {0} selected by default", a.aid()), Effect.CHANGES, Packages.command(command))
                .answered(a.token().confirmation(Receipt.registryUpdate(entry.domain().orElse(target.domain()), a.aid(),
                        Optional.empty(), privileges), target)),
                "--make-default", a.aid().toString())
                .warnings(before.map(e -> List.of(WORDS.say("So far {0} is selected by default; the card may refuse until it is not.", e.aid())))
                        .orElse(List.of()));
    }
}
