// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.tps.client.TlsIdentity;

/**
 * A signed-in connection to the REST interface of one TPS: Dogtag's, Red Hat's or the embedded one's. Calls block, at most as long as the server was
 * given time, and may come from any thread; a {@link Cancel} ends one at once.
 */
public final class TpsAdmin implements AutoCloseable {

    private static final Words WORDS = Words.of(TpsAdmin.class);

    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final Http http;
    private final SignIn signIn;
    private final URI base;
    private final Dialect dialect;
    private final boolean lists;
    private volatile Account account;

    private final Tokens tokens;
    private final Listing<Activity> activities;
    private final Certs certs;
    private final Map<ConfigEntry.Kind, ConfigEntries> entries;
    private final Users users;
    private final Groups groups;
    private final SelfTests selfTests;

    private TpsAdmin(Http http, SignIn signIn, URI base, Dialect dialect, JsonObject login) {
        this.http = http;
        this.signIn = signIn;
        this.base = base;
        this.dialect = dialect;
        account = Json.account(login);
        // old servers wrap lists and maps in objects, new ones do not, whatever the path says
        lists = login.get("Roles") instanceof JsonObject;
        tokens = new Tokens(this);
        activities = new Listing<>(this, "activities", Right.READ_ACTIVITIES, Json::activity);
        certs = new Certs(this);
        entries = java.util.Arrays.stream(ConfigEntry.Kind.values()).collect(Collectors.toMap(k -> k, k -> new ConfigEntries(this, k)));
        users = new Users(this);
        groups = new Groups(this);
        selfTests = new SelfTests(this);
    }

    /**
     * Signs in and finds out what the server speaks.
     *
     * @param signIn is taken over and closed with the connection, and at once if there is none
     * @throws EscException LOGIN if the server does not know who this is, TLS, NETWORK, CANCELLED
     */
    public static TpsAdmin connect(AdminServer server, SignIn signIn, Cancel cancel) throws EscException {
        Http http = null;
        boolean good = false;
        try {
            http = new Http(server, signIn instanceof SignIn.ClientKey k ? k.identity() : TlsIdentity.NONE);
            var admin = signIn(http, signIn, cancel);
            good = true;
            return admin;
        } finally {
            if (!good) {
                signIn.close();
                if (http != null) {
                    http.close();
                }
            }
        }
    }

    private static TpsAdmin signIn(Http http, SignIn signIn, Cancel cancel) throws EscException {
        for (var place : places(http.server().address()).entrySet()) {
            var reply = http.send("GET", URI.create(place.getValue() + "/account/login"), Optional.empty(), password(signIn), cancel);
            if (reply.status() == 200) {
                return new TpsAdmin(http, signIn, URI.create(place.getValue()), place.getKey(), parse(reply.body()));
            }
            if (reply.status() == 401 && signIn instanceof SignIn.Password p) {
                throw Problem.of(Fault.LOGIN, WORDS.say("sign in"), WORDS.say("The server does not accept this password for the user {0}.", p.who()))
                        .code("not-signed-in").advice(WORDS.say("Type it again, or sign in with a certificate.")).exception();
            }
            if (reply.status() != 404 && reply.status() != 405 && reply.status() != 501) {
                throw Refusals.of(reply, Right.SIGN_IN, Optional.empty());
            }
        }
        throw Problem.of(Fault.NETWORK, WORDS.say("sign in"), WORDS.say("There is no TPS with a REST interface at {0}.", http.server().address()))
                .code("no-tps").advice(WORDS.say("Check the address: it looks like https://host:8443 or https://host:8443/tps.")).exception();
    }

    /** Where the interface may be, by dialect, in the order to try. */
    private static Map<Dialect, String> places(URI address) {
        String root = address.getScheme() + "://" + address.getRawAuthority();
        String path = Optional.ofNullable(address.getRawPath()).orElse("").replaceAll("/+$", "");
        var places = new java.util.LinkedHashMap<Dialect, String>();
        for (Dialect d : Dialect.values()) {
            if (path.endsWith("/" + d.path())) {
                places.put(d, root + path);
                return places;
            }
        }
        for (Dialect d : Dialect.values()) {
            places.put(d, root + (path.isEmpty() ? "/tps" : path) + "/" + d.path());
        }
        return places;
    }

    private static Optional<SignIn.Password> password(SignIn signIn) {
        return signIn instanceof SignIn.Password p ? Optional.of(p) : Optional.empty();
    }

    /** The server. */
    public AdminServer server() {
        return http.server();
    }

    /** Where its interface was found. */
    public URI base() {
        return base;
    }

    /** What it speaks. */
    public Dialect dialect() {
        return dialect;
    }

    /** Who is signed in. */
    public Account account() {
        return account;
    }

    /** What a person should know about the server's certificate. */
    public List<String> notes() {
        return http.tls().notes();
    }

    /** Whether the server is the embedded one, which sorts lists, walks them by key and names expiry dates. */
    public boolean embedded() {
        return account.attributes().getOrDefault("server", "").equals("esc");
    }

    boolean sorts() {
        return embedded();
    }

    /** Tokens: look, add, change, state, remove. */
    public Tokens tokens() {
        return tokens;
    }

    /** What was done; fields {@code tokenID}. */
    public Listing<Activity> activities() {
        return activities;
    }

    /** Certificates on tokens; fields {@code tokenID}. */
    public Certs certs() {
        return certs;
    }

    /** Profiles, mappings, connectors or authenticators. */
    public ConfigEntries entries(ConfigEntry.Kind kind) {
        return entries.get(kind);
    }

    /** Users who administer. */
    public Users users() {
        return users;
    }

    /** Their groups. */
    public Groups groups() {
        return groups;
    }

    /** Checks the server makes of itself, and its jobs. */
    public SelfTests selfTests() {
        return selfTests;
    }

    /** General settings. @throws EscException REFUSED unless an administrator */
    public Map<String, String> config(Cancel cancel) throws EscException {
        return Json.map(object(call("GET", "config", Optional.empty(), Right.CONFIGURE, cancel)), "Properties", "Property");
    }

    /** Changes general settings; those not named stay. @return all of them then */
    public Map<String, String> setConfig(Map<String, String> changes, Cancel cancel) throws EscException {
        var body = new JsonObject();
        body.add("Properties", properties(changes, "Property"));
        return Json.map(object(call("PATCH", "config", Optional.of(body), Right.CONFIGURE, cancel)), "Properties", "Property");
    }

    /** What is audited. */
    public AuditConfig audit(Cancel cancel) throws EscException {
        return Json.audit(object(call("GET", "audit", Optional.empty(), Right.READ_AUDIT, cancel)));
    }

    /** Changes which events are audited; those not named stay. MANDATORY cannot be set. */
    public AuditConfig setAuditEvents(Map<String, AuditConfig.State> changes, Cancel cancel) throws EscException {
        // Dogtag takes a list that is not complete for the wish to have no others, and then fails half-way
        var all = new java.util.TreeMap<>(audit(cancel).events());
        all.putAll(changes);
        var body = new JsonObject();
        body.add("Events", properties(all.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey,
                e -> e.getValue().name().toLowerCase(java.util.Locale.ROOT))), "Event"));
        return Json.audit(object(call("PATCH", "audit", Optional.of(body), Right.CHANGE_AUDIT, cancel)));
    }

    /** Switches the audit log on or off. */
    public AuditConfig enableAudit(boolean on, Cancel cancel) throws EscException {
        return Json.audit(object(call("POST", "audit?action=" + (on ? "enable" : "disable"), Optional.empty(), Right.CHANGE_AUDIT, cancel)));
    }

    /** The signed logs. @throws EscException REFUSED unless an auditor */
    public List<AuditConfig.File> auditFiles(Cancel cancel) throws EscException {
        return Json.entries(object(call("GET", "audit/files", Optional.empty(), Right.READ_AUDIT_FILES, cancel))).stream().map(Json::file)
                .toList();
    }

    /** Writes a signed log into {@code out}, which stays open. */
    public void auditFile(String name, java.io.OutputStream out, Cancel cancel) throws EscException {
        int status = http.download(uri("audit/files/" + encoded(name)), out, cancel);
        if (status != 200) {
            throw Refusals.of(new Http.Reply(status, new byte[0], Optional.empty()), Right.READ_AUDIT_FILES, Optional.of(account));
        }
    }

    JsonObject properties(Map<String, String> map, String inner) {
        return Json.properties(map, lists, inner);
    }

    /** Asks; signs in again once if the session is over. @throws EscException for every status that is not a success */
    Http.Reply call(String method, String path, Optional<JsonElement> body, Right right, Cancel cancel) throws EscException {
        return send(method, path, body.map(JsonElement::toString), right, cancel);
    }

    /** The same with a body as it is. */
    Http.Reply send(String method, String path, Optional<String> body, Right right, Cancel cancel) throws EscException {
        var reply = http.send(method, uri(path), body, Optional.empty(), cancel);
        boolean over = reply.status() == 401;
        if (over || reply.status() == 403 && account.may(right)) {
            // who may is refused: perhaps they are not who they were when they signed in
            if (over) {
                http.leaveSession();
            }
            var again = http.send("GET", uri("account/login"), Optional.empty(), password(signIn), cancel);
            if (again.status() == 401 || again.status() == 403) {
                throw Problem.of(Fault.LOGIN, right.words(), WORDS.say("You are not signed in any more, and the server does not let {0} in again.",
                        signIn.who()))
                        .code("session-over").advice(WORDS.say("Sign in again. If that fails, ask an administrator whether the user or its certificate was taken away."))
                        .exception();
            }
            if (again.status() == 200) {
                account = Json.account(parse(again.body()));
                reply = over ? http.send(method, uri(path), body, Optional.empty(), cancel) : reply;
            }
        }
        if (reply.status() < 200 || reply.status() > 299) {
            throw Refusals.of(reply, right, Optional.of(account));
        }
        return reply;
    }

    JsonObject object(Http.Reply reply) throws EscException {
        return parse(reply.body());
    }

    private static JsonObject parse(byte[] body) throws EscException {
        try {
            if (JsonParser.parseString(new String(body, StandardCharsets.UTF_8)) instanceof JsonObject o) {
                return o;
            }
        } catch (JsonParseException | StackOverflowError _) {
            // said below
        }
        throw Problem.of(Fault.NETWORK, WORDS.say("read the server's answer"), WORDS.say("What answers there is no TPS: its answer is not the JSON of one."))
                .code("protocol").advice(WORDS.say("Check the address of the server.")).exception();
    }

    private URI uri(String path) {
        return URI.create(base + "/" + path);
    }

    static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    static String query(Map<String, String> parameters) {
        return parameters.isEmpty() ? "" : parameters.entrySet().stream().map(e -> e.getKey() + "=" + encoded(e.getValue()))
                .collect(Collectors.joining("&", "?", ""));
    }

    /** Signs out, if the server is quick about it, and forgets passwords. */
    @Override
    public void close() {
        var cancel = new Cancel();
        var leaving = Thread.ofVirtual().name("sign out").start(() -> {
            try {
                if (http.inSession()) {
                    http.send("GET", uri("account/logout"), Optional.empty(), Optional.empty(), cancel);
                }
            } catch (EscException _) {
                // the session ends by itself
            }
        });
        try {
            leaving.join(GOODBYE);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        cancel.cancel();
        http.close();
        signIn.close();
    }
}
