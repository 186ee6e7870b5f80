// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp delete-key}: deletes a key set. */
@Component(service = Verb.class, property = "verb=gp delete-key")
public final class GpDeleteKeyVerb extends ContentVerb<GpDeleteKeyVerb.Args> {

    /** Does it by means of this. */
    @Activate
    public GpDeleteKeyVerb(@Reference ContentWork work) {
        super(work, "gp delete-key", "Delete a key set.", Args.class);
    }

    /** Which one. */
    public record Args(@Arg(label = "HEX", help = "Version of the key set.") String version, ContentArgs content, SureArgs sure) {

        /** @throws IllegalArgumentException if the version is none */
        public Args {
            NewKeyArgs.version(version, "The version");
        }
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
        int version = NewKeyArgs.version(a.version(), "The version");
        boolean known = target.info().keys().stream().anyMatch(k -> k.version() == version)
                || target.channel().card().keyVersion() == version;
        if (!known) {
            throw Problem.of(Fault.USAGE, "delete the key set", String.format("There is no key set %02X on the card.", version))
                    .code("no-key-set").advice("See the key sets: esc gp info.").exception();
        }
        Plan plan = Plan.of(KeySteps.delete(version), "--delete-key", Integer.toString(version));
        return KeySteps.versions(target).equals(List.of(version))
                ? plan.sure("Delete the last key set", "These are the last keys of " + target.domain()
                        + ". Without keys nobody can manage it any more, for good.")
                : plan;
    }
}
