// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.List;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.InstallCommand;
import org.esc.globalplatform.RegistryEntry;
import org.esc.globalplatform.verbs.Step.Effect;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp extradite}: hands something over to another security domain. */
@Component(service = Verb.class, property = "verb=gp extradite")
public final class GpExtraditeVerb extends ContentVerb<GpExtraditeVerb.Args> {

    private static final Words WORDS = Words.of(GpExtraditeVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpExtraditeVerb(@Reference ContentWork work) {
        super(work, "gp extradite", "Hand an application or package over to another security domain.", Args.class);
    }

    /** What and to whom. */
    public record Args(@Arg(label = "AID", help = "Application, security domain or package.") Aid aid,
            @Arg(names = "--to", label = "AID", help = "The security domain it shall belong to.") Aid to, ContentArgs content,
            TokenKeyArgs token) {
    }

    @Override
    ContentArgs content(Args arguments) {
        return arguments.content();
    }

    @Override
    Plan plan(Args a, Target target, Context context) throws EscException {
        target.entry(a.aid());
        RegistryEntry to = target.entry(a.to());
        if (!to.isSecurityDomain()) {
            throw Problem.of(Fault.USAGE, WORDS.say("find the security domain"), WORDS.say("{0} is no security domain.", a.to())).code("no-domain")
                    .advice(WORDS.say("See the domains: esc gp list.")).exception();
        }
        InstallCommand command = a.token().sign(new InstallCommand.ForExtradition(a.to(), a.aid(), new byte[0]));
        return Plan.of(Step.of(WORDS.say("hand {0} over to {1}", a.aid(), a.to()), Effect.CHANGES, Packages.command(command))
                .answered(a.token().confirmation(List.of(target.domain(), a.aid(), a.to()), target)),
                "--move", a.aid().toString(), "--to", a.to().toString());
    }
}
