// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.nio.file.Files;
import java.nio.file.Path;
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
import org.esc.globalplatform.RegistryEntry;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code gp uninstall}: deletes a package, named by its file or AID, with its applications. */
@Component(service = Verb.class, property = "verb=gp uninstall")
public final class GpUninstallVerb extends ContentVerb<GpUninstallVerb.Args> {

    private static final Words WORDS = Words.of(GpUninstallVerb.class);

    /** Does it by means of this. */
    @Activate
    public GpUninstallVerb(@Reference ContentWork work) {
        super(work, "gp uninstall", "Delete a package and all that was installed from it.", Args.class);
    }

    /** Which package. */
    public record Args(@Arg(label = "FILE|AID", help = "The package's CAP file, or its AID.") String which, ContentArgs content,
            TokenKeyArgs token) {
    }

    @Override
    ContentArgs content(Args arguments) {
        return arguments.content();
    }

    @Override
    Plan plan(Args a, Target target, Context context) throws EscException {
        Optional<Path> file = Files.isRegularFile(Path.of(a.which())) ? Optional.of(Path.of(a.which())) : Optional.empty();
        Aid aid;
        try {
            aid = file.isPresent() ? Packages.read(file.get()).packageAid() : Aid.of(a.which());
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("find the package"), WORDS.say("\"{0}\" is neither a file nor an AID.", a.which())).code("bad-package")
                    .exception(e);
        }
        RegistryEntry entry = target.loadFile(aid).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the package"),
                WORDS.say("There is no package {0} on the card.", aid)).code("not-on-card").advice(WORDS.say("See what is there: esc gp list.")).exception());
        List<String> lost = target.tree().instancesOf(entry).stream()
                .map(e -> WORDS.say("The application {0} ({1}) is deleted with its data.", e.aid(), e.state())).toList();
        String[] gp = file.isPresent() ? new String[] {"--uninstall", file.get().toString()}
                : new String[] {"--delete", aid.toString(), "--force"};
        return Plan.of(Packages.delete(aid, true, a.token(), target), gp).warnings(lost);
    }
}
