// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.driver.host.DriverFolder;
import org.esc.driver.host.DriverJar;
import org.esc.driver.host.DriverSource;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code driver install}: takes a vendor's driver in, for this user. */
@Component(service = Verb.class, property = "verb=driver install")
public final class InstallDriver extends NamedVerb<InstallDriver.Args, InstallDriver.Result> {

    private static final Words WORDS = Words.of(InstallDriver.class);

    private final DriverFolder folder;

    /** Started by the component runtime. */
    @Activate
    public InstallDriver(@Reference DriverFolder folder) {
        super("driver install", "Install a card driver from a file, a zip or an update site, for this user.", Args.class);
        this.folder = folder;
    }

    /** From where. */
    public record Args(@Arg(label = "FILE|URL", help = "a driver's jar, a zip with drivers, an update site in a folder, or the address of one of these") String from) {
    }

    /** An installed driver. */
    public record Installed(String name, String title, String version, String vendor, Optional<String> signer) {
    }

    /** What was installed, and what else was there. */
    public record Result(List<Installed> installed, List<String> leftOut) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        try (DriverSource source = DriverSource.open(a.from(), context)) {
            for (DriverJar d : source.drivers()) {
                folder.check(d);
            }
            var question = new Interaction.Confirmation(WORDS.say("Install {0}", String.join(", ", source.drivers().stream().map(DriverJar::title)
                    .toList())), words(source.drivers()), true);
            if (!Ask.await(context.interaction().confirm(question), context.cancel(), WORDS.say("install the driver"))) {
                throw Problem.of(Fault.UNCONFIRMED, WORDS.say("install the driver"), WORDS.say("Nothing was installed.")).code("unconfirmed").exception();
            }
            var installed = new ArrayList<Installed>();
            for (DriverJar d : source.drivers()) {
                context.cancel().check(WORDS.say("install the driver"));
                folder.install(d);
                installed.add(new Installed(d.name(), d.title(), d.version().toString(), d.vendor(), d.signer()));
            }
            return new Result(installed, source.leftOut());
        }
    }

    /** What a person has to know before a driver is let in. */
    static String words(List<DriverJar> drivers) {
        var text = new StringBuilder();
        for (DriverJar d : drivers) {
            String name = d.title() + " (" + d.name() + ' ' + d.version() + ')';
            text.append(d.vendor().isEmpty() ? name : WORDS.say("{0} by {1}", name, d.vendor())).append(": ")
                    .append(d.signer().map(s -> WORDS.say("signed by {0}", s))
                            .orElse(WORDS.say("NOT SIGNED, so anybody may have made or changed it"))).append(".\n");
        }
        return text + WORDS.say("A driver runs with all of this program's rights: it can read what you type and use your cards. "
                + "Install it only if you trust whoever made it.");
    }

    @Override
    public void print(Result r, PrintWriter out) {
        r.installed().forEach(d -> out.println(WORDS.say("Installed {0} {1} ({2}), {3}.", d.title(), d.version(), d.name(),
                d.signer().map(s -> WORDS.say("signed by {0}", s)).orElse(WORDS.say("not signed")))));
        r.leftOut().forEach(out::println);
    }
}
