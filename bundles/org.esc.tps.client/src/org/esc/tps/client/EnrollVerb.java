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

/** {@code enroll}: gives a token its user, keys and certificates; again, if it is enrolled already. */
@Component(service = Verb.class, property = "verb=enroll")
public final class EnrollVerb extends NamedVerb<EnrollVerb.Args, TokenResult> {

    private final TokenWork work;

    /** Does it by means of this. */
    @Activate
    public EnrollVerb(@Reference TokenWork work) {
        super("enroll", "Give a token its user, keys and certificates, by a token management system.", Args.class);
        this.work = work;
    }

    /** Which token, which server, for whom, as what. */
    public record Args(TokenArgs token,
            @Arg(names = "--token-type", label = "TYPE",
                    help = "The kind of token to ask for; the server has the last word.") Optional<String> tokenType,
            LinkArgs link, Wish wish,
            @Arg(names = "--dry-run", help = "Only say what would happen, and change nothing.") boolean dryRun) {

        /** An ordinary enrolment. */
        public Args(TokenArgs token, Optional<String> tokenType, LinkArgs link) {
            this(token, tokenType, link, Wish.NONE, false);
        }
    }

    @Override
    public TokenResult run(Args arguments, Context context) throws EscException {
        return work.run(name(), Operation.ENROLL, arguments.token(), arguments.tokenType(), arguments.link(), arguments.wish(),
                arguments.dryRun(), context);
    }

    @Override
    public void print(TokenResult result, PrintWriter out) {
        result.print(out);
    }
}
