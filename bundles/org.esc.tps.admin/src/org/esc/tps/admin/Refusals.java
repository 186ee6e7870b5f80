// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** Turns a server's refusal into words for a person: what was refused, which role it takes, what the server said. */
final class Refusals {

    private static final Words WORDS = Words.of(Refusals.class);

    private static final int LONGEST_MESSAGE = 500;

    private Refusals() {
    }

    static EscException of(Http.Reply reply, Right right, Optional<Account> account) {
        String said = message(reply.body());
        String step = right.words();
        String quote = said.isEmpty() ? "" : " " + WORDS.say("The server says: {0}", said);
        return (switch (reply.status()) {
            case 400 -> Problem.of(Fault.USAGE, step, WORDS.say("The server does not accept this.") + quote).code("bad-request");
            case 401 -> account.isEmpty()
                    ? Problem.of(Fault.LOGIN, WORDS.say("sign in"), WORDS.say("The server does not let you in: this user name and password, or "
                            + "this certificate, is not one of an administrator, agent, operator or auditor.")).code("not-signed-in")
                            .advice(WORDS.say("Sign in with the certificate that the server's operator gave you."))
                    : Problem.of(Fault.REFUSED, step, (right.roles().isEmpty()
                            ? WORDS.say("You may not {0} here: it belongs to a profile that is not among yours.", step)
                            : WORDS.say("You may not {0} here: this needs the role {1}, or it belongs to a profile that is not among yours.", step,
                                    right.groups())) + quote).code("not-your-profile")
                            .advice(WORDS.say("Ask an administrator to add the profile to your user."));
            case 403 -> forbidden(said, step, right, account);
            case 404 -> Problem.of(Fault.REFUSED, step, WORDS.say("There is no such entry on the server.") + quote).code("not-found");
            case 405, 501 -> Problem.of(Fault.REFUSED, step, WORDS.say("This server cannot do that.") + quote).code("not-offered");
            case 409 -> Problem.of(Fault.REFUSED, step, WORDS.say("There is one of this name already.") + quote).code("exists");
            case 500 -> said.contains("not found") || said.contains("No such")
                    ? Problem.of(Fault.REFUSED, step, WORDS.say("There is no such entry on the server.") + quote).code("not-found")
                    : Problem.of(Fault.REFUSED, step, WORDS.say("The server failed at this.") + quote).code("server-error")
                            .advice(WORDS.say("Ask the server's operator to look into its log."));
            case 502, 503, 504 -> Problem.of(Fault.NETWORK, step, WORDS.say("The service is not available now.")).code("http-" + reply.status())
                    .advice(WORDS.say("Try again later."));
            default -> Problem.of(Fault.NETWORK, step, WORDS.say("The server answered with HTTP status {0}.", reply.status()) + quote)
                    .code("http-" + reply.status()).advice(WORDS.say("Check the address of the server."));
        }).exception();
    }

    private static Problem forbidden(String said, String step, Right right, Optional<Account> account) {
        if (said.contains("Authentication method not allowed")) {
            return Problem.of(Fault.REFUSED, step, WORDS.say("This server lets nobody {0} who signed in with a password.", step)).code("certificate-needed")
                    .advice(WORDS.say("Sign in with a certificate."));
        }
        boolean may = account.map(a -> a.may(right)).orElse(false);
        String quote = said.isEmpty() ? "" : " " + WORDS.say("The server says: {0}", said);
        if (may) {
            return Problem.of(Fault.REFUSED, step, WORDS.say("The server does not let this be done now.") + quote).code("wrong-state")
                    .advice(right == Right.CHANGE_PROFILES || right == Right.CONFIGURE
                            ? WORDS.say("Entries can be changed and deleted only while they are disabled.") : "");
        }
        String yours = right.roles().isEmpty() ? "" : account.map(a -> " " + (a.groups().isEmpty() ? WORDS.say("You have no role.")
                : WORDS.say("You have {0}.", String.join(", ", a.groupNames())))).orElse("");
        String no = right.roles().isEmpty() ? WORDS.say("You may not {0}.", step)
                : WORDS.say("You may not {0}: this needs the role {1}.", step, right.groups());
        return Problem.of(Fault.REFUSED, step, no + yours + quote).code("role-missing")
                .advice(right == Right.SIGN_IN
                        ? WORDS.say("Ask an administrator of this server to give your user a role, and, if you sign in with a certificate, to add it to the user.")
                        : WORDS.say("Ask an administrator of this server to put you into the group, or sign in as somebody who is in it."));
    }

    /** The server's own words, if they are meant for people. */
    private static String message(byte[] body) {
        try {
            if (body.length > 0 && body[0] == '{'
                    && JsonParser.parseString(new String(body, StandardCharsets.UTF_8)) instanceof JsonObject o) {
                String text = Json.word(o, "Message").replaceAll("\\p{Cntrl}+", " ").strip();
                return text.length() <= LONGEST_MESSAGE ? text : text.substring(0, LONGEST_MESSAGE) + "…";
            }
        } catch (JsonParseException _) {
            // an error page of the server's container is no news to a person
        }
        return "";
    }
}
