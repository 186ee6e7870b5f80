// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.tms.Officers;
import org.esc.tms.Tms;
import org.esc.tms.db.TokenRecord;
import org.esc.tms.users.Person;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;

/**
 * What a security officer's desk asks, under {@code /tps/rest/officer/}, over TLS only. Every request is a POST with a JSON object; all but
 * {@code login} name the session they belong to. To sign in a client comes with the TLS certificate of the officer's token.
 */
final class OfficerDoor {

    static final String BASE = "/tps/rest/officer/";

    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final int MOST_PER_PAGE = 200;

    private final Tms tms;

    OfficerDoor(Tms tms) {
        this.tms = tms;
    }

    Answer answer(Request r) throws EscException {
        if (!r.base().startsWith("https:")) {
            return refusal(403, "no-tls", "The officer's desk is served over TLS only.", "");
        }
        if (!r.method().equals("POST")) {
            return refusal(405, "method", "Send a JSON object by POST.", "");
        }
        try {
            return json(200, route(r, object(r.body())));
        } catch (EscException e) {
            var p = e.problem();
            int status = switch (p.fault()) {
                case Fault.LOGIN -> 401;
                case Fault.REFUSED -> 403;
                case Fault.USAGE -> 400;
                default -> throw e;
            };
            return refusal(status, p.code(), p.message(), p.advice());
        }
    }

    private JsonObject route(Request r, JsonObject in) throws EscException {
        var officers = tms.officers();
        return switch (r.path().substring(BASE.length())) {
            case "login" -> session(officers.signIn(r.client().orElseThrow(() -> Problem.of(Fault.LOGIN, "sign in as a security officer",
                    "Come with the certificate of a security officer's token.").code("client-certificate-needed").exception())));
            case "logout" -> {
                officers.signOut(text(in, "session"));
                yield new JsonObject();
            }
            case "search" -> {
                officers.session(text(in, "session"));
                var found = tms.people().search(text(in, "name"), number(in, "start", 0), Math.clamp(number(in, "size", 20), 1, MOST_PER_PAGE));
                var out = new JsonObject();
                out.addProperty("total", found.total());
                var entries = new JsonArray();
                found.users().forEach(u -> entries.add(user(u)));
                out.add("entries", entries);
                yield out;
            }
            case "person" -> {
                officers.session(text(in, "session"));
                yield person(tms.people().find(text(in, "uid")).filter(p -> !p.user().disabled())
                        .orElseThrow(() -> wrong("no-such-user", "There is no user " + text(in, "uid") + ".")));
            }
            case "card" -> {
                officers.session(text(in, "session"));
                yield card(cuid(in));
            }
            case "profiles" -> {
                officers.session(text(in, "session"));
                yield profiles();
            }
            case "ticket" -> {
                var session = officers.session(text(in, "session"));
                var task = Officers.Task.of(text(in, "task")).orElseThrow(() -> wrong("task", "There is no such task."));
                yield one("ticket", officers.ticket(session, task, cuid(in), optional(in, "user").map(u -> u.toLowerCase(Locale.ROOT)),
                        optional(in, "document").map(OfficerDoor::shown)));
            }
            default -> throw wrong("no-such-page", "There is nothing at " + r.path() + ".");
        };
    }

    private static JsonObject session(Officers.Session s) {
        var out = user(s.officer());
        out.addProperty("session", s.id());
        out.addProperty("card", s.card().toString());
        out.addProperty("until", s.until().toEpochMilli());
        return out;
    }

    private static JsonObject user(User u) {
        var o = new JsonObject();
        o.addProperty("uid", u.uid());
        o.addProperty("fullName", u.fullName());
        o.addProperty("email", u.email().orElse(""));
        o.addProperty("officer", u.roles().contains(Role.OFFICER));
        return o;
    }

    private static JsonObject person(Person p) {
        var o = user(p.user());
        p.photo().ifPresent(bytes -> o.addProperty("photo", Base64.getEncoder().encodeToString(bytes)));
        var attributes = new JsonObject();
        p.attributes().forEach(attributes::addProperty);
        o.add("attributes", attributes);
        return o;
    }

    private JsonObject card(Cuid cuid) throws EscException {
        var o = new JsonObject();
        var token = tms.tokens().find(cuid);
        o.addProperty("known", token.isPresent());
        if (token.isPresent()) {
            TokenRecord t = token.get();
            o.addProperty("state", t.state().name());
            o.addProperty("label", t.state().label());
            o.addProperty("userId", t.userId().orElse(""));
            o.addProperty("type", t.type().orElse(""));
            o.addProperty("officer", tms.officers().isOfficers(t));
        }
        return o;
    }

    private JsonObject profiles() throws EscException {
        var entries = new JsonArray();
        for (var p : tms.profiles().list()) {
            var o = new JsonObject();
            o.addProperty("id", p.id());
            o.addProperty("description", p.description());
            o.addProperty("enabled", p.enabled());
            entries.add(o);
        }
        var out = new JsonObject();
        out.add("entries", entries);
        return out;
    }

    private static JsonObject object(byte[] body) throws EscException {
        try {
            if (JsonParser.parseString(new String(body, StandardCharsets.UTF_8)) instanceof JsonObject o) {
                return o;
            }
        } catch (JsonParseException | StackOverflowError _) {
            // said below
        }
        throw new EscException(Fault.USAGE, "read the request", "The body must be a JSON object.");
    }

    private static Optional<String> optional(JsonObject o, String name) {
        return o.get(name) instanceof JsonPrimitive p && p.isString() && !p.getAsString().isBlank() ? Optional.of(p.getAsString()) : Optional.empty();
    }

    private static String text(JsonObject o, String name) {
        return optional(o, name).orElse("");
    }

    private static int number(JsonObject o, String name, int otherwise) {
        return o.get(name) instanceof JsonPrimitive p && p.isNumber() ? Math.max(0, p.getAsInt()) : otherwise;
    }

    private static Cuid cuid(JsonObject o) throws EscException {
        try {
            return Cuid.of(text(o, "cuid"));
        } catch (IllegalArgumentException _) {
            throw wrong("cuid", "A card is named by the 20 hexadecimal digits of its CUID.");
        }
    }

    /** What a client says goes into the log as one short word or two. */
    private static String shown(String document) {
        return document.substring(0, Math.min(40, document.length())).replaceAll("[^\\p{L}\\p{N} .'-]", " ").strip();
    }

    private static EscException wrong(String code, String message) {
        return Problem.of(Fault.USAGE, "serve the officer's desk", message).code(code).exception();
    }

    private static JsonObject one(String name, String value) {
        var o = new JsonObject();
        o.addProperty(name, value);
        return o;
    }

    private static Answer refusal(int status, String reason, String message, String advice) {
        var o = new JsonObject();
        o.addProperty("Code", status);
        o.addProperty("Message", message);
        o.addProperty("Reason", reason);
        o.addProperty("Advice", advice);
        return json(status, o);
    }

    private static Answer json(int status, JsonObject body) {
        return new Answer(status, "application/json", JSON.toJson(body).getBytes(StandardCharsets.UTF_8), Map.of());
    }
}
