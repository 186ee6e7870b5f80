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

/** {@code reset-pin}: sets a new password on an enrolled token. */
@Component(service = Verb.class, property = "verb=reset-pin")
public final class ResetPinVerb extends NamedVerb<ResetPinVerb.Args, TokenResult> {

    private final TokenWork work;

    /** Does it by means of this. */
    @Activate
    public ResetPinVerb(@Reference TokenWork work) {
        super("reset-pin", "Set a new password on an enrolled token, by a token management system.", Args.class);
        this.work = work;
    }

    /** Which token, which server, for whom. */
    public record Args(TokenArgs token, LinkArgs link,
            @Arg(names = "--dry-run", help = "Only say what would happen, and change nothing.") boolean dryRun) {

        /** One that is carried out. */
        public Args(TokenArgs token, LinkArgs link) {
            this(token, link, false);
        }
    }

    @Override
    public TokenResult run(Args arguments, Context context) throws EscException {
        return work.run(name(), Operation.RESET_PIN, arguments.token(), Optional.empty(), arguments.link(), Wish.NONE,
                arguments.dryRun(), context);
    }

    @Override
    public void print(TokenResult result, PrintWriter out) {
        result.print(out);
    }
}
