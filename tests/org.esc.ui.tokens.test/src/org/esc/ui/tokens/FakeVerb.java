// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;

/** A verb whose work a test writes. */
record FakeVerb(String name, Work work) implements Verb<FakeVerb.Args, FakeVerb.Result> {

    interface Work {
        Result run(Args arguments, Context context) throws EscException;
    }

    record Args(@Arg(names = "--reader", help = "reader") String reader,
            @Arg(names = "--tps", help = "server") Optional<URI> tps, @Arg(names = "--ca", help = "trust") List<Path> ca,
            @Arg(names = "--renew", help = "wish") boolean renew, @Arg(names = "--temporary", help = "wish") boolean temporary,
            @Arg(names = "--recover", help = "wish") boolean recover, @Arg(names = "--what", help = "plan") Optional<String> what) {
    }

    record Result(String words) {
    }

    @Override
    public String summary() {
        return "Pretends.";
    }

    @Override
    public Class<Args> arguments() {
        return Args.class;
    }

    @Override
    public Result run(Args arguments, Context context) throws EscException {
        return work.run(arguments, context);
    }

    @Override
    public void print(Result result, PrintWriter out) {
        out.println(result.words());
    }
}
