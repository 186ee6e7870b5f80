// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.InstallCommand;
import org.esc.globalplatform.InstallParameters;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.Privileges;
import org.esc.globalplatform.RegistryEntry;
import org.esc.globalplatform.verbs.Step.Effect;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp make-selectable}: the second half of an installation that was done without it. */
@Component(service = Verb.class, property = "verb=gp make-selectable")
public final class GpMakeSelectableVerb extends ContentVerb<GpMakeSelectableVerb.Args> {

    private static final Words WORDS = Words.of(GpMakeSelectableVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpMakeSelectableVerb(@Reference ContentWork work) {
        super(work, "gp make-selectable", "Make an application selectable that was only installed.", Args.class);
    }

    /** Which application. */
    public record Args(@Arg(label = "AID", help = "The application.") Aid aid,
            @Arg(names = "--default", help = "Also have it selected when the card is reset.") boolean isDefault, ContentArgs content,
            TokenKeyArgs token) {
    }

    @Override
    ContentArgs content(Args arguments) {
        return arguments.content();
    }

    @Override
    Plan plan(Args a, Target target, Context context) throws EscException {
        RegistryEntry entry = Lockable.find(a.aid(), target);
        if (!target.isBlind() && !entry.isInstalledOnly()) {
            throw Problem.of(Fault.USAGE, WORDS.say("make the application selectable"),
                    WORDS.say("The application {0} is past that: it is {1}.", a.aid(), entry.state())).code("already-so").exception();
        }
        // only this privilege can be given in this step (GlobalPlatform 2.3.1 §11.5.2.3.3)
        Privileges privileges = a.isDefault() ? Privileges.of(Privilege.CARD_RESET) : Privileges.NONE;
        InstallCommand command = a.token().sign(new InstallCommand.ForInstall(false, true, Optional.empty(), Optional.empty(), a.aid(),
                privileges.shortest(), InstallParameters.NONE, new byte[0]));
        String[] gp = a.isDefault() ? new String[] {"--make-default", a.aid().toString()} : new String[0];
        return Plan.of(Step.of(a.isDefault() ? WORDS.say("make {0} selectable, and by default", a.aid()) : WORDS.say("make {0} selectable", a.aid()), Effect.CHANGES,
                Packages.command(command))
                .answered(a.token().confirmation(entry.loadFile().map(f -> List.of(f, a.aid()))
                        .orElse(List.of(a.aid())), target)), gp);
    }
}
