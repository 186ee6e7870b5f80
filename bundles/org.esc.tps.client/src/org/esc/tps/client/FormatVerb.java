// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.PrintWriter;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.tps.Operation;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code format}: wipes a token and loads its software. */
@Component(service = Verb.class, property = "verb=format")
public final class FormatVerb extends NamedVerb<FormatVerb.Args, TokenResult> {

    private final TokenWork work;

    /** Does it by means of this. */
    @Activate
    public FormatVerb(@Reference TokenWork work) {
        super("format", "Wipe a token and load its software, by a token management system.", Args.class);
        this.work = work;
    }

    /** Which token, which server, for whom, as what. */
    public record Args(TokenArgs token,
            @Arg(names = "--token-type", label = "TYPE",
                    help = "The kind of token to ask for; the server has the last word.") Optional<String> tokenType,
            LinkArgs link,
            @Arg(names = "--dry-run", help = "Only say what would happen, and change nothing.") boolean dryRun) {

        /** One that is carried out. */
        public Args(TokenArgs token, Optional<String> tokenType, LinkArgs link) {
            this(token, tokenType, link, false);
        }
    }

    @Override
    public TokenResult run(Args arguments, Context context) throws EscException {
        return work.run(name(), Operation.FORMAT, arguments.token(), arguments.tokenType(), arguments.link(), Wish.NONE,
                arguments.dryRun(), context);
    }

    @Override
    public void print(TokenResult result, PrintWriter out) {
        result.print(out);
    }
}
