// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.List;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.RegistryEntry;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp delete}: deletes something by its AID. */
@Component(service = Verb.class, property = "verb=gp delete")
public final class GpDeleteVerb extends ContentVerb<GpDeleteVerb.Args> {

    private static final Words WORDS = Words.of(GpDeleteVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpDeleteVerb(@Reference ContentWork work) {
        super(work, "gp delete", "Delete an application, security domain or package.", Args.class);
    }

    /** What. */
    public record Args(@Arg(label = "AID", help = "Application, security domain or package.") Aid aid, ContentArgs content,
            @Arg(names = "--related", help = "With all that was installed from a package or belongs to a domain.") boolean related,
            TokenKeyArgs token, SureArgs sure) {
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
        RegistryEntry entry = target.entry(a.aid());
        List<String> lost = entry.kind() == RegistryEntry.Kind.LOAD_FILE || entry.kind() == RegistryEntry.Kind.LOAD_FILE_MODULES
                ? target.tree().instancesOf(entry).stream().map(e -> a.related()
                        ? WORDS.say("The application {0} was installed from it and is deleted with its data.", e.aid())
                        : WORDS.say("The application {0} was installed from it: the card will refuse; add --related to delete both.", e.aid()))
                        .toList()
                : List.of();
        Plan plan = Plan.of(Packages.delete(a.aid(), a.related(), a.token(), target), a.related()
                ? new String[] {"--delete", a.aid().toString(), "--force"} : new String[] {"--delete", a.aid().toString()}).warnings(lost);
        return entry.kind() == RegistryEntry.Kind.ISSUER_DOMAIN
                ? plan.sure(WORDS.say("Delete the issuer security domain"), WORDS.say("Without it nobody can manage this card any more, for good.")) : plan;
    }
}
