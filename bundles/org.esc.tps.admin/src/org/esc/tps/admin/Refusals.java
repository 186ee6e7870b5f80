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

/** Turns a server's refusal into words for a person: what was refused, which role it takes, what the server said. */
final class Refusals {

    private static final int LONGEST_MESSAGE = 500;

    private Refusals() {
    }

    static EscException of(Http.Reply reply, Right right, Optional<Account> account) {
        String said = message(reply.body());
        String step = right.words();
        String quote = said.isEmpty() ? "" : " The server says: " + said;
        return (switch (reply.status()) {
            case 400 -> Problem.of(Fault.USAGE, step, "The server does not accept this." + quote).code("bad-request");
            case 401 -> account.isEmpty()
                    ? Problem.of(Fault.LOGIN, "sign in", "The server does not let you in: this user name and password, or this certificate, "
                            + "is not one of an administrator, agent, operator or auditor.").code("not-signed-in")
                            .advice("Sign in with the certificate that the server's operator gave you.")
                    : Problem.of(Fault.REFUSED, step, "You may not " + step + " here: " + (right.roles().isEmpty() ? "" : "this needs the role "
                            + right.groups() + ", or ") + "it belongs to a profile that is not among yours." + quote).code("not-your-profile")
                            .advice("Ask an administrator to add the profile to your user.");
            case 403 -> forbidden(said, step, right, account);
            case 404 -> Problem.of(Fault.REFUSED, step, "There is no such entry on the server." + quote).code("not-found");
            case 405, 501 -> Problem.of(Fault.REFUSED, step, "This server cannot do that." + quote).code("not-offered");
            case 409 -> Problem.of(Fault.REFUSED, step, "There is one of this name already." + quote).code("exists");
            case 500 -> said.contains("not found") || said.contains("No such")
                    ? Problem.of(Fault.REFUSED, step, "There is no such entry on the server." + quote).code("not-found")
                    : Problem.of(Fault.REFUSED, step, "The server failed at this." + quote).code("server-error")
                            .advice("Ask the server's operator to look into its log.");
            case 502, 503, 504 -> Problem.of(Fault.NETWORK, step, "The service is not available now.").code("http-" + reply.status())
                    .advice("Try again later.");
            default -> Problem.of(Fault.NETWORK, step, "The server answered with HTTP status " + reply.status() + "." + quote)
                    .code("http-" + reply.status()).advice("Check the address of the server.");
        }).exception();
    }

    private static Problem forbidden(String said, String step, Right right, Optional<Account> account) {
        if (said.contains("Authentication method not allowed")) {
            return Problem.of(Fault.REFUSED, step, "This server lets nobody " + step + " who signed in with a password.").code("certificate-needed")
                    .advice("Sign in with a certificate.");
        }
        boolean may = account.map(a -> a.may(right)).orElse(false);
        String quote = said.isEmpty() ? "" : " The server says: " + said;
        if (may) {
            return Problem.of(Fault.REFUSED, step, "The server does not let this be done now." + quote).code("wrong-state")
                    .advice("Entries can be changed and deleted only while they are disabled.");
        }
        String yours = account.map(a -> a.groups().isEmpty() ? " You have no role." : " You have " + String.join(", ", a.groupNames()) + ".")
                .orElse("");
        return Problem.of(Fault.REFUSED, step, "You may not " + step + (right.roles().isEmpty() ? "."
                : ": this needs the role " + right.groups() + "." + yours) + quote).code("role-missing")
                .advice("Ask an administrator of this server to put you into the group, or sign in as somebody who is in it.");
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
