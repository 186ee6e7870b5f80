// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.tms.Tms;
import org.esc.tms.db.Activity;
import org.esc.tms.db.Policy;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenQuery;
import org.esc.tms.db.TokenRecord;
import org.esc.tms.db.TokenState;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;

/**
 * The administrators' side under {@code /tps/rest}: tokens, activities and certificates, with answers shaped like those
 * of Dogtag's TPS so that the same tools read both. Whoever asks must have come over TLS with a client certificate of
 * our CA that belongs to a user with a role.
 */
final class Rest {

    static final String BASE = "/tps/rest/";

    private static final Gson JSON = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
    private static final int PAGE = 20;
    private static final int MOST_PER_PAGE = 1000;

    private final Tms tms;

    Rest(Tms tms) {
        this.tms = tms;
    }

    Answer answer(Request r) throws EscException {
        try {
            return json(200, route(r, who(r)));
        } catch (Refusal e) {
            var body = new JsonObject();
            var attributes = new JsonObject();
            attributes.add("Attribute", new JsonArray());
            body.add("Attributes", attributes);
            body.addProperty("ClassName", "com.netscape.certsrv.base." + e.kind);
            body.addProperty("Code", e.status);
            body.addProperty("Message", e.getMessage());
            return json(e.status, body);
        }
    }

    private JsonElement route(Request r, User who) throws EscException {
        String[] path = r.path().substring(BASE.length()).split("/", -1);
        String one = path.length == 2 ? path[1] : "";
        return switch (r.method() + " " + path[0] + (path.length == 1 ? "" : path.length == 2 ? "/one" : "/…")) {
            case "GET account/one" -> switch (one) {
                case "login" -> account(who);
                case "logout" -> JsonNull.INSTANCE;
                default -> throw nothing(r);
            };
            case "GET tokens" -> tokens(r);
            case "GET tokens/one" -> token(r, known(one));
            case "POST tokens/one" -> changeState(r, who, known(one));
            case "PATCH tokens/one" -> changePolicy(r, who, known(one));
            case "GET activities" -> activities(r);
            case "GET activities/one" -> activity(r, tms.activities().find(number(one)).orElseThrow(() -> nothing(r)));
            case "GET certs" -> certificates(r);
            default -> {
                if (Set.of("account", "tokens", "activities", "certs").contains(path[0])) {
                    throw new Refusal(405, "PKIException", "This cannot be done with " + r.path() + ".");
                }
                throw nothing(r);
            }
        };
    }

    private static Refusal nothing(Request r) {
        return new Refusal(404, "ResourceNotFoundException", "There is nothing at " + r.path() + ".");
    }

    private User who(Request r) throws EscException {
        X509Certificate shown = r.client().orElseThrow(() -> new Refusal(401, "UnauthorizedException",
                "Come over HTTPS with an administrator's client certificate."));
        String uid = tms.administrator(shown).orElseThrow(() -> new Refusal(403, "ForbiddenException",
                "This certificate gives no right to administer tokens."));
        // the first administrator has no user record; the certificate alone makes one
        User user = tms.users().find(uid).orElse(
                new User(uid, "TMS Administrator", Optional.empty(), EnumSet.allOf(Role.class), false, false));
        if (user.disabled()) {
            throw new Refusal(403, "ForbiddenException", "This administrator is disabled.");
        }
        return user;
    }

    private static JsonObject account(User u) {
        var o = new JsonObject();
        o.addProperty("id", u.uid());
        o.addProperty("FullName", u.fullName());
        o.addProperty("Email", u.email().orElse(""));
        var roles = new JsonArray();
        for (Role role : u.roles()) {
            roles.add(switch (role) {
                case ADMINISTRATOR -> "Administrators";
                case AGENT -> "TPS Agents";
                case OPERATOR -> "TPS Operators";
                case OFFICER -> "TUS Officers";
            });
        }
        var list = new JsonObject();
        list.add("Role", roles);
        o.add("Roles", list);
        return o;
    }

    private JsonObject tokens(Request r) throws EscException {
        Optional<TokenState> state = Optional.empty();
        String wanted = r.parameter("status").orElse("");
        if (!wanted.isBlank()) {
            state = Optional.of(state(wanted));
        }
        Optional<String> filter = r.parameter("filter").filter(f -> !f.isBlank());
        if (filter.isPresent() && filter.get().length() < 3) {
            throw new Refusal(400, "BadRequestException", "Filter is too short: give at least 3 characters.");
        }
        var text = filter.or(() -> r.parameter("tokenID").filter(t -> !t.isBlank()));
        var query = new TokenQuery(text, r.parameter("userID").filter(s -> !s.isBlank()),
                r.parameter("type").filter(s -> !s.isBlank()), state, start(r), size(r));
        return collection(tms.tokens().count(query), tms.tokens().list(query), t -> token(r, t));
    }

    private JsonObject changeState(Request r, User who, TokenRecord token) throws EscException {
        must(who, Role.AGENT);
        TokenState to = state(r.parameter("status").filter(s -> !s.isBlank())
                .orElseThrow(() -> new Refusal(400, "BadRequestException", "Say which state: ?status=NAME.")));
        if (!token.state().byAdministrator().contains(to)) {
            throw new Refusal(400, "BadRequestException",
                    "A token cannot go from " + token.state() + " to " + to + ".");
        }
        return token(r, tms.desk().changeState(token.cuid(), to, who.uid(), r.peer().getHostAddress()));
    }

    private JsonObject changePolicy(Request r, User who, TokenRecord token) throws EscException {
        must(who, Role.AGENT);
        String wanted = policy(new String(r.body(), StandardCharsets.UTF_8));
        try {
            return token(r, tms.desk().setPolicy(token.cuid(), Policy.parse(wanted), who.uid(), r.peer().getHostAddress()));
        } catch (EscException e) {
            throw new Refusal(400, "BadRequestException", e.getMessage());
        }
    }

    private static String policy(String body) {
        JsonElement json;
        try {
            json = JsonParser.parseString(body);
        } catch (JsonParseException _) {
            json = JsonNull.INSTANCE;
        }
        if (json instanceof JsonObject o && !Set.of("Policy").containsAll(o.keySet())) {
            throw new Refusal(400, "BadRequestException", "Only the Policy of a token can be changed here.");
        }
        if (json instanceof JsonObject o && o.get("Policy") instanceof JsonPrimitive p && p.isString()) {
            return p.getAsString();
        }
        throw new Refusal(400, "BadRequestException", "The body must be {\"Policy\":\"NAME=YES;…\"}.");
    }

    private JsonObject token(Request r, TokenRecord t) {
        var o = new JsonObject();
        o.addProperty("id", t.cuid().toString());
        o.addProperty("TokenID", t.cuid().toString());
        o.addProperty("UserID", t.userId().orElse(null));
        o.addProperty("Type", t.type().orElse(null));
        o.add("Status", named(t.state().name(), t.state().label()));
        var next = new JsonArray();
        t.state().byAdministrator().forEach(s -> next.add(named(s.name(), transition(t.state(), s))));
        o.add("NextStates", next);
        o.addProperty("AppletID", t.appletId().orElse(null));
        o.addProperty("KeyInfo", t.keyInfo().orElse(null));
        o.addProperty("Policy", t.policy().toString());
        time(o, "CreateTimestamp", t.created());
        time(o, "ModifyTimestamp", t.modified());
        return link(r, o, "tokens/" + t.cuid());
    }

    private static String transition(TokenState from, TokenState to) {
        return switch (to) {
            case DAMAGED -> "This token has been physically damaged.";
            case PERM_LOST -> "This token has been permanently lost.";
            case SUSPENDED -> "This token has been suspended (temporarily lost).";
            case TERMINATED -> "This token has been terminated.";
            case UNFORMATTED -> "Reuse this token.";
            case ACTIVE -> from == TokenState.SUSPENDED ? "This token has been found." : to.label();
            default -> to.label();
        };
    }

    private JsonObject activities(Request r) throws EscException {
        Optional<Cuid> cuid = cuidParameter(r);
        return collection(tms.activities().count(cuid), tms.activities().list(cuid, start(r), size(r)),
                a -> activity(r, a));
    }

    private JsonObject activity(Request r, Activity a) {
        var o = new JsonObject();
        o.addProperty("id", Long.toString(a.id()));
        o.addProperty("TokenID", a.cuid().map(Cuid::toString).orElse(null));
        o.addProperty("UserID", a.userId().isEmpty() ? null : a.userId());
        o.addProperty("IP", a.ip());
        o.addProperty("Operation", a.operation().wire());
        o.addProperty("Result", a.success() ? "success" : "failure");
        o.addProperty("Message", a.message());
        time(o, "Date", a.at());
        return link(r, o, "activities/" + a.id());
    }

    private JsonObject certificates(Request r) throws EscException {
        Optional<Cuid> cuid = cuidParameter(r);
        List<TokenCertificate> all = cuid.isPresent() ? tms.tokens().certificates(cuid.get())
                : tms.tokens().certificates(start(r), size(r));
        var answer = new JsonObject();
        var entries = new JsonArray();
        for (TokenCertificate c : all) {
            entries.add(certificate(r, c));
        }
        answer.addProperty("total", entries.size());
        answer.add("entries", entries);
        return answer;
    }

    private JsonObject certificate(Request r, TokenCertificate c) throws EscException {
        String serial = c.serial().toString(16);
        var o = new JsonObject();
        o.addProperty("id", serial + "." + c.cuid());
        o.addProperty("SerialNumber", "0x" + serial);
        o.addProperty("Subject", c.subject());
        o.addProperty("UserID", c.userId());
        o.addProperty("TokenID", c.cuid().toString());
        o.addProperty("Origin", c.origin().toString());
        o.addProperty("Type", c.type());
        o.addProperty("KeyType", c.role());
        o.addProperty("Status", tms.ca().find(c.serial()).map(i -> switch (i.status()) {
            case VALID -> "active";
            case EXPIRED -> "expired";
            case ON_HOLD -> "revoked_on_hold";
            case REVOKED -> "revoked";
        }).orElse("unknown"));
        time(o, "CreateTime", c.created());
        o.add("ModifyTime", JsonNull.INSTANCE);
        return link(r, o, "certs/" + serial + "." + c.cuid());
    }

    private static <T> JsonObject collection(long total, List<T> list, Function<T, JsonObject> each) {
        var answer = new JsonObject();
        answer.addProperty("total", total);
        var entries = new JsonArray();
        list.forEach(t -> entries.add(each.apply(t)));
        answer.add("entries", entries);
        return answer;
    }

    private TokenRecord known(String cuid) throws EscException {
        return tms.tokens().find(cuid(cuid)).orElseThrow(
                () -> new Refusal(404, "ResourceNotFoundException", "There is no token " + cuid + "."));
    }

    private static Cuid cuid(String text) {
        try {
            return Cuid.of(text);
        } catch (IllegalArgumentException _) {
            throw new Refusal(400, "BadRequestException", "A token is named by the 20 hexadecimal digits of its CUID.");
        }
    }

    private static Optional<Cuid> cuidParameter(Request r) {
        return r.parameter("tokenID").or(() -> r.parameter("filter")).filter(s -> !s.isBlank()).map(Rest::cuid);
    }

    private static TokenState state(String name) {
        return Arrays.stream(TokenState.values()).filter(s -> s.name().equals(name)).findFirst().orElseThrow(
                () -> new Refusal(400, "BadRequestException", "There is no token state " + name + "."));
    }

    private static int start(Request r) {
        return (int) Math.min(number(r.parameter("start").orElse("0")), Integer.MAX_VALUE);
    }

    private static int size(Request r) {
        return (int) Math.clamp(number(r.parameter("size").or(() -> r.parameter("pageSize")).orElse("" + PAGE)), 1,
                MOST_PER_PAGE);
    }

    private static long number(String text) {
        try {
            long n = Long.parseLong(text);
            if (n >= 0) {
                return n;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new Refusal(400, "BadRequestException", "\"" + text + "\" is not a number here.");
    }

    private static void must(User who, Role role) {
        if (!who.roles().contains(role)) {
            throw new Refusal(403, "ForbiddenException", "This needs the role "
                    + role.name().toLowerCase(java.util.Locale.ROOT) + ".");
        }
    }

    private static JsonObject named(String name, String label) {
        var o = new JsonObject();
        o.addProperty("name", name);
        o.addProperty("label", label);
        return o;
    }

    private static void time(JsonObject o, String name, Instant at) {
        o.addProperty(name, at.toEpochMilli());
    }

    private static JsonObject link(Request r, JsonObject o, String path) {
        var link = new JsonObject();
        link.addProperty("href", r.base() + BASE + path);
        link.addProperty("rel", "self");
        o.add("Link", link);
        return o;
    }

    private static Answer json(int status, JsonElement body) {
        return new Answer(body.isJsonNull() ? 204 : status, body.isJsonNull() ? "" : "application/json",
                body.isJsonNull() ? new byte[0] : JSON.toJson(body).getBytes(StandardCharsets.UTF_8),
                        java.util.Map.of());
    }

    /** Why a request is not served; unchecked so that it may leave a stream. */
    private static final class Refusal extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final int status;
        private final String kind;

        Refusal(int status, String kind, String message) {
            super(message, null, false, false);
            this.status = status;
            this.kind = kind;
        }
    }
}
