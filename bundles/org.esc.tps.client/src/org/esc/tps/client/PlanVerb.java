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

/** {@code plan}: says what an operation would do with a token: the same as {@code --dry-run} of that operation. */
@Component(service = Verb.class, property = "verb=plan")
public final class PlanVerb extends NamedVerb<PlanVerb.Args, TokenPlan> {

    private final TokenWork work;

    /** Does it by means of this. */
    @Activate
    public PlanVerb(@Reference TokenWork work) {
        super("plan", "Say what formatting, enrolling or resetting would do with a token, and change nothing.", Args.class);
        this.work = work;
    }

    /** What can be planned. */
    public enum What {
        /** {@code format}. */
        FORMAT(Operation.FORMAT, "format"),
        /** {@code enroll}. */
        ENROLL(Operation.ENROLL, "enroll"),
        /** {@code reset-pin}. */
        RESET_PIN(Operation.RESET_PIN, "reset-pin");

        private final Operation operation;
        private final String verb;

        What(Operation operation, String verb) {
            this.operation = operation;
            this.verb = verb;
        }
    }

    /** Which operation, which token, which server, as what. */
    public record Args(@Arg(label = "format|enroll|reset-pin", help = "The operation.") What what, TokenArgs token,
            @Arg(names = "--token-type", label = "TYPE", help = "The kind of token that would be asked for.") Optional<String> tokenType,
            LinkArgs link, Wish wish) {
    }

    @Override
    public TokenPlan run(Args a, Context context) throws EscException {
        return work.plan(a.what().verb, a.what().operation, a.token(), a.tokenType(), a.link(), a.wish(), context);
    }

    @Override
    public void print(TokenPlan result, PrintWriter out) {
        result.print(out);
    }
}
