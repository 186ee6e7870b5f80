// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.io.PrintWriter;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.driver.host.DriverFolder;
import org.esc.driver.host.Drivers;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code driver uninstall}: takes a driver that this user installed out again. */
@Component(service = Verb.class, property = "verb=driver uninstall")
public final class UninstallDriver extends NamedVerb<UninstallDriver.Args, UninstallDriver.Result> {

    private static final Words WORDS = Words.of(UninstallDriver.class);

    private final DriverFolder folder;
    private final Drivers drivers;

    /** Started by the component runtime. */
    @Activate
    public UninstallDriver(@Reference DriverFolder folder, @Reference Drivers drivers) {
        super("driver uninstall", "Take a driver that you installed out again.", Args.class);
        this.folder = folder;
        this.drivers = drivers;
    }

    /** Which one. */
    public record Args(@Arg(label = "NAME", help = "the driver's name or its bundle's") String name) {
    }

    /** What is gone: the files' names. */
    public record Result(String name, List<String> files) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        String bundle = drivers.list().stream().map(d -> d.name()).filter(n -> n.equalsIgnoreCase(a.name())).findFirst()
                .flatMap(drivers::implementation).map(FrameworkUtil::getBundle).map(b -> b.getSymbolicName()).orElse(a.name());
        var gone = folder.uninstall(bundle);
        if (gone.isEmpty()) {
            throw Problem.of(Fault.USAGE, WORDS.say("uninstall the driver"), WORDS.say("You have installed no driver \"{0}\".", a.name())).code("no-driver")
                    .advice(drivers.list().stream().anyMatch(d -> d.name().equalsIgnoreCase(a.name()))
                            ? WORDS.say("It came with the program. \"drivers disable\" keeps it from being used.") : WORDS.say("\"drivers\" lists those there are."))
                    .exception();
        }
        return new Result(bundle, gone.stream().map(f -> f.getFileName().toString()).toList());
    }

    @Override
    public void print(Result r, PrintWriter out) {
        out.println(WORDS.say("Took {0} out: {1}.", r.name(), String.join(", ", r.files())));
    }
}
