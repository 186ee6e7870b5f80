// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.nio.file.Path;
import org.esc.apdu.EscException;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.globalplatform.CapFile;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp load}: puts a package onto a card, without installing anything. */
@Component(service = Verb.class, property = "verb=gp load")
public final class GpLoadVerb extends ContentVerb<GpLoadVerb.Args> {

    /** Does it by means of this. */
    @Activate
    public GpLoadVerb(@Reference ContentWork work) {
        super(work, "gp load", "Load a package onto a card.", Args.class);
    }

    /** What and where. */
    public record Args(@Arg(label = "FILE", help = "CAP or IJC file.") Path file, ContentArgs content, LoadArgs load) {
    }

    @Override
    ContentArgs content(Args arguments) {
        return arguments.content();
    }

    @Override
    Plan plan(Args a, Target target, Context context) throws EscException {
        CapFile cap = Packages.read(a.file());
        Packages.Load load = Packages.load(cap, a.load(), target);
        return Plan.of(load.steps(), GpWords.load(a.file(), a.load()).toArray(String[]::new)).preflight(load.report());
    }
}
