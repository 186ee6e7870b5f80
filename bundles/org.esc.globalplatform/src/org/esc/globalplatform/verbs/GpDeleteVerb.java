// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.List;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
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
                ? target.tree().instancesOf(entry).stream().map(e -> "The application " + e.aid() + " was installed from it"
                        + (a.related() ? " and is deleted with its data." : ": the card will refuse; add --related to delete both."))
                        .toList()
                : List.of();
        Plan plan = Plan.of(Packages.delete(a.aid(), a.related(), a.token(), target), a.related()
                ? new String[] {"--delete", a.aid().toString(), "--force"} : new String[] {"--delete", a.aid().toString()}).warnings(lost);
        return entry.kind() == RegistryEntry.Kind.ISSUER_DOMAIN
                ? plan.sure("Delete the issuer security domain", "Without it nobody can manage this card any more, for good.") : plan;
    }
}
