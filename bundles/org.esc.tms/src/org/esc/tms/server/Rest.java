// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.tms.Tms;
import org.esc.tms.db.Operation;
import org.esc.tms.users.Login;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;

/**
 * The administrators' side under {@code /tps/rest}, {@code /tps/v1} and {@code /tps/v2}, with answers shaped like those of Dogtag's TPS so that the same
 * tools read both. Whoever asks must have come over TLS with a client certificate of our CA that stands for a user with a role, or sign in with that
 * user's password; a session spares to do it again.
 */
final class Rest {

    static final String BASE = "/tps/rest/";

    /** Sessions that nobody uses end by themselves. */
    private static final Duration IDLE = Duration.ofMinutes(30);
    private static final int MOST_SESSIONS = 10_000;
    private static final String COOKIE = "JSESSIONID=";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Tms tms;
    private final RestTokens tokens;
    private final RestConfiguration configuration;
    private final RestPeople people;
    private final RestAudit audit;
    private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Session> eldest) {
            return size() > MOST_SESSIONS;
        }
    };

    /** @param certificate whether it came with a client certificate, which must then be shown each time */
    private record Session(String uid, boolean certificate, long last) {
    }

    Rest(Tms tms) {
        this.tms = tms;
        tokens = new RestTokens(tms);
        configuration = new RestConfiguration(tms);
        people = new RestPeople(tms);
        audit = new RestAudit(tms);
    }

    static boolean serves(String path) {
        return path.startsWith(BASE) || path.startsWith("/tps/v1/") || path.startsWith("/tps/v2/");
    }

    Answer answer(Request r) throws EscException {
        String base = r.path().substring(0, r.path().indexOf('/', "/tps/".length()) + 1);
        String[] path = r.path().substring(base.length()).split("/", -1);
        boolean modern = !base.equals(BASE);
        boolean two = base.equals("/tps/v2/");
        try {
            refuseForgeries(r);
            if (path[0].equals("account") && path.length == 2) {
                if (!r.method().equals("GET")) {
                    throw new Refusal(405, "PKIException", "This cannot be done with " + r.path() + ".");
                }
                return switch (path[1]) {
                    case "login" -> login(r, base, modern, two);
                    case "logout" -> logout(r);
                    default -> throw new Refusal(404, "ResourceNotFoundException", "There is nothing at " + r.path() + ".");
                };
            }
            var call = call(r, base, modern, two, who(r));
            try {
                return route(call, path);
            } catch (EscException e) {
                throw refusal(e);
            }
        } catch (Refusal e) {
            if (e.status == 403 && e.role) {
                tms.audit().note(Operation.AUTHZ, false, e.uid, r.peer().getHostAddress(), r.method() + " " + r.path() + " refused: " + e.getMessage());
            }
            var body = new JsonObject();
            var attributes = new JsonObject();
            attributes.add("Attribute", new JsonArray());
            body.add("Attributes", attributes);
            body.addProperty("ClassName", "com.netscape.certsrv.base." + e.kind);
            body.addProperty("Code", e.status);
            body.addProperty("Message", e.getMessage());
            var answer = RestCall.json(e.status, body, false);
            answer = e.status == 401 ? answer.with("WWW-Authenticate", "Basic realm=\"Token Processing Service\"") : answer;
            return e.status == 405 ? answer.with("Allow", "") : answer;
        }
    }

    private Answer route(RestCall c, String[] path) throws EscException {
        return switch (path[0]) {
            case "tokens", "activities", "certs" -> tokens.answer(c, path);
            case "profiles", "profile-mappings", "connectors", "authenticators", "config" -> configuration.answer(c, path);
            case "admin" -> people.answer(c, path);
            case "audit", "selftests", "jobs" -> audit.answer(c, path);
            default -> throw c.nothing();
        };
    }

    private RestCall call(Request r, String base, boolean modern, boolean two, User user) throws EscException {
        return new RestCall(r, base, modern, two, user, tms.administrators().profiles(user.uid()));
    }

    /** A browser that was lured to some page must not do with a signed-in administrator's certificate what that page wants. */
    private static void refuseForgeries(Request r) {
        boolean changes = !r.method().equals("GET") && !r.method().equals("HEAD");
        if (changes && r.header("origin").filter(o -> !o.equalsIgnoreCase(r.base())
                && !o.equalsIgnoreCase("https://" + r.header("host").orElse(""))).isPresent()) {
            throw new Refusal(403, "ForbiddenException", "Changes are not taken from pages of other servers.");
        }
        if (r.body().length > 0 && !r.type().equalsIgnoreCase("application/json") && !r.type().isEmpty()) {
            throw new Refusal(400, "BadRequestException", "The body must be application/json, not " + r.type() + ".");
        }
    }

    private static Refusal refusal(EscException e) {
        String code = e.problem().code();
        return switch (code) {
            case "exists", "user-exists" -> new Refusal(409, "ConflictingOperationException", e.getMessage());
            case "unknown", "no-such-user" -> new Refusal(404, "ResourceNotFoundException", e.getMessage());
            case "not-disabled" -> new Refusal(403, "ForbiddenException", e.getMessage());
            default -> switch (e.fault()) {
                case USAGE -> new Refusal(400, "BadRequestException", e.getMessage());
                case REFUSED -> new Refusal(e.problem().endOp().orElse(0) == 16 ? 404 : 403,
                        e.problem().endOp().orElse(0) == 16 ? "ResourceNotFoundException" : "ForbiddenException", e.getMessage());
                case NETWORK -> new Refusal(503, "ServiceUnavailableException", e.getMessage());
                default -> throw new IllegalStateException(e);
            };
        };
    }

    private Optional<String> cookie(Request r) {
        return r.header("cookie").flatMap(c -> Arrays.stream(c.split(";")).map(String::strip).filter(p -> p.startsWith(COOKIE))
                .map(p -> p.substring(COOKIE.length())).findFirst());
    }

    private Optional<Session> session(Request r) {
        var id = cookie(r);
        synchronized (sessions) {
            var session = id.map(sessions::get);
            if (session.isPresent()) {
                long now = System.nanoTime();
                if (now - session.get().last > IDLE.toNanos()) {
                    sessions.remove(id.get());
                    return Optional.empty();
                }
                sessions.put(id.get(), new Session(session.get().uid, session.get().certificate, now));
            }
            return session;
        }
    }

    private User who(Request r) throws EscException {
        if (r.client().isPresent()) {
            return byCertificate(r.client().get());
        }
        var session = session(r).filter(s -> !s.certificate);
        if (session.isPresent()) {
            return fit(tms.users().find(session.get().uid).orElseThrow(Rest::nobody));
        }
        if (r.header("authorization").isPresent()) {
            return byPassword(r);
        }
        throw nobody();
    }

    private static Refusal nobody() {
        return new Refusal(401, "UnauthorizedException", "Sign in with an administrator's client certificate or password.");
    }

    private User byCertificate(X509Certificate shown) throws EscException {
        String uid = tms.administrator(shown).orElseThrow(() -> new Refusal(403, "ForbiddenException",
                "This certificate gives no right to administer tokens."));
        // the first administrator has no user record; the certificate alone makes one
        var user = tms.users().find(uid);
        return user.isPresent() ? fit(user.get())
                : new User(uid, "TMS Administrator", Optional.empty(), EnumSet.allOf(Role.class), false, false);
    }

    private static User fit(User user) {
        if (user.disabled()) {
            throw new Refusal(403, "ForbiddenException", "This administrator is disabled.");
        }
        return user;
    }

    /** RFC 7617. */
    private User byPassword(Request r) throws EscException {
        String given = r.header("authorization").orElse("");
        if (!given.regionMatches(true, 0, "Basic ", 0, 6) || !r.base().startsWith("https:")) {
            throw nobody();
        }
        byte[] both;
        try {
            both = Base64.getDecoder().decode(given.substring(6).strip());
        } catch (IllegalArgumentException _) {
            throw nobody();
        }
        int colon = 0;
        while (colon < both.length && both[colon] != ':') {
            colon++;
        }
        String uid = new String(both, 0, colon, StandardCharsets.UTF_8);
        byte[] word = Arrays.copyOfRange(both, Math.min(colon + 1, both.length), both.length);
        Arrays.fill(both, (byte) 0);
        String ip = r.peer().getHostAddress();
        try (var password = Secret.of(word)) {
            return switch (tms.users().authenticate(uid, password)) {
                case Login.Accepted(User user) when !user.roles().isEmpty() -> user;
                case Login.Accepted(User user) -> {
                    tms.audit().note(Operation.AUTH, false, user.uid(), ip, "Sign-in refused: no role.");
                    throw new Refusal(401, "UnauthorizedException", "This user has no role.");
                }
                case Login.Refused _ -> {
                    tms.audit().note(Operation.AUTH, false, shown(uid), ip, "Sign-in refused.");
                    throw new Refusal(401, "UnauthorizedException", "Wrong user name or password.");
                }
                case Login.Blocked(var wait) -> throw new Refusal(401, "UnauthorizedException", "Too many failed attempts; wait "
                        + wait.toSeconds() + " s.");
            };
        } finally {
            Arrays.fill(word, (byte) 0);
        }
    }

    /** A name typed by a stranger, fit for a log. */
    private static String shown(String uid) {
        return uid.substring(0, Math.min(32, uid.length())).replaceAll("[^\\p{Alnum}@._-]", "?");
    }

    private Answer login(Request r, String base, boolean modern, boolean two) throws EscException {
        User user = r.client().isEmpty() && r.header("authorization").isPresent() ? byPassword(r) : who(r);
        byte[] random = new byte[24];
        RANDOM.nextBytes(random);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        synchronized (sessions) {
            sessions.put(id, new Session(user.uid(), r.client().isPresent(), System.nanoTime()));
        }
        tms.audit().note(Operation.ACCESS_SESSION_ESTABLISH, true, user.uid(), r.peer().getHostAddress(),
                "Signed in with a " + (r.client().isPresent() ? "certificate." : "password."));
        var c = call(r, base, modern, two, user);
        return RestCall.json(200, account(c), modern).with("Set-Cookie", COOKIE + id + "; Path=/tps; Secure; HttpOnly; SameSite=Strict");
    }

    private Answer logout(Request r) throws EscException {
        var id = cookie(r);
        Session ended;
        synchronized (sessions) {
            ended = id.map(sessions::remove).orElse(null);
        }
        if (ended != null) {
            tms.audit().note(Operation.ACCESS_SESSION_TERMINATED, true, ended.uid, r.peer().getHostAddress(), "Signed out.");
        }
        return RestCall.json(204, JsonNull.INSTANCE, false);
    }

    private JsonObject account(RestCall c) throws EscException {
        var o = new JsonObject();
        var attributes = new LinkedHashMap<String, String>();
        attributes.put("components", String.join(",", RestConfiguration.components(tms, c.user())));
        attributes.put("server", "esc");
        attributes.put("tpsProfiles", String.join(",", c.profiles()));
        o.add("Attributes", wrapped(attributes));
        o.addProperty("id", c.user().uid());
        o.addProperty("FullName", c.user().fullName());
        o.addProperty("Email", c.user().email().orElse(""));
        var roles = new JsonArray();
        c.user().roles().stream().sorted().map(RestPeople::group).forEach(roles::add);
        if (c.modern()) {
            o.add("Roles", roles);
        } else {
            var list = new JsonObject();
            list.add("Role", roles);
            o.add("Roles", list);
        }
        return o;
    }

    /** Attributes of accounts and users are lists of names and values in every dialect. */
    static JsonElement wrapped(Map<String, String> attributes) {
        var list = new JsonArray();
        attributes.forEach((name, value) -> {
            var a = new JsonObject();
            a.addProperty("name", name);
            a.addProperty("value", value);
            list.add(a);
        });
        var o = new JsonObject();
        o.add("Attribute", list);
        return o;
    }

    /** Why a request is not served; unchecked so that it may leave a stream. */
    static final class Refusal extends RuntimeException {

        private static final long serialVersionUID = 1L;

        final int status;
        final String kind;
        final boolean role;
        final String uid;

        Refusal(int status, String kind, String message) {
            this(status, kind, message, false, "");
        }

        /** @param role whether a role is missing, which is audited */
        Refusal(int status, String kind, String message, boolean role, String uid) {
            super(message, null, false, false);
            this.status = status;
            this.kind = kind;
            this.role = role;
            this.uid = uid;
        }
    }
}
