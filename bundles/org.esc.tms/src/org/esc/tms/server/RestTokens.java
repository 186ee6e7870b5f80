// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.tms.Tms;
import org.esc.tms.db.Activity;
import org.esc.tms.db.ActivityQuery;
import org.esc.tms.db.CertificateQuery;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Policy;
import org.esc.tms.db.TokenCertificate;
import org.esc.tms.db.TokenQuery;
import org.esc.tms.db.TokenRecord;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.Rest.Refusal;
import org.esc.tms.users.Role;

/** {@code tokens}, {@code activities} and {@code certs}. Entries of profiles that the caller may not see are listed without what is in them. */
final class RestTokens {

    private final Tms tms;

    RestTokens(Tms tms) {
        this.tms = tms;
    }

    Answer answer(RestCall c, String[] path) throws EscException {
        String one = path.length == 2 ? path[1] : "";
        if (path.length > 2) {
            throw c.nothing();
        }
        return switch (c.method() + " " + path[0] + (path.length == 1 ? "" : "/one")) {
            case "GET tokens" -> c.ok(tokens(c));
            case "GET tokens/one" -> {
                c.must(Role.ADMINISTRATOR, Role.AGENT, Role.OPERATOR);
                yield c.ok(token(c, visible(c, known(c, one))));
            }
            case "POST tokens" -> add(c);
            case "POST tokens/one" -> c.ok(changeState(c, known(c, one)));
            case "PATCH tokens/one" -> c.ok(modify(c, known(c, one), false));
            case "PUT tokens/one" -> c.ok(modify(c, known(c, one), true));
            case "DELETE tokens/one" -> {
                c.must(Role.ADMINISTRATOR);
                tms.desk().remove(visible(c, known(c, one)).cuid(), c.user().uid(), c.ip());
                yield RestCall.done();
            }
            case "GET activities" -> c.ok(activities(c));
            case "GET activities/one" -> {
                var activity = tms.activities().find(RestCall.number(one)).orElseThrow(() -> missing(c, "Record not found"));
                if (!c.sees(typeOf(activity.cuid(), new HashMap<>()))) {
                    throw restricted();
                }
                yield c.ok(activity(c, activity));
            }
            case "GET certs" -> c.ok(certificates(c));
            case "GET certs/one" -> c.ok(certificate(c, one));
            default -> throw c.cannot();
        };
    }

    private static Refusal missing(RestCall c, String message) {
        return c.two() ? new Refusal(500, "PKIException", message) : new Refusal(404, "ResourceNotFoundException", message + ".");
    }

    private static Refusal restricted() {
        return new Refusal(401, "UnauthorizedException", "Token record restricted");
    }

    private static TokenRecord visible(RestCall c, TokenRecord t) {
        if (!c.sees(t.type())) {
            throw restricted();
        }
        return t;
    }

    private TokenRecord known(RestCall c, String cuid) throws EscException {
        return tms.tokens().find(RestCall.cuid(cuid)).orElseThrow(() -> missing(c, "Token record not found"));
    }

    private JsonObject tokens(RestCall c) throws EscException {
        c.must(Role.ADMINISTRATOR, Role.AGENT, Role.OPERATOR);
        if (c.profiles().isEmpty()) {
            throw new Refusal(401, "UnauthorizedException", "None of the profiles is yours.");
        }
        var state = c.text("status").map(RestTokens::state);
        var order = order(c);
        var query = new TokenQuery(c.filter().or(() -> c.text("tokenID")), c.text("userID"), c.text("type"), state, c.start(), c.size(true), order,
                c.text("after").map(RestTokens::afterToken));
        var list = tms.tokens().list(query);
        boolean counted = !c.two() && query.after().isEmpty();
        var answer = c.collection(counted ? total(query.start(), query.size(), list.size(), () -> tms.tokens().count(query)) : c.two() ? list.size() : 0, list, t -> token(c, t), "entries");
        if (order.equals(TokenQuery.Order.NEWEST) && list.size() == query.size()) {
            var last = list.getLast();
            answer.addProperty("next", last.modified().toEpochMilli() + "," + last.cuid());
        }
        return answer;
    }

    private interface Count {
        long asked() throws EscException;
    }

    /** How many there are in all. A last page says so by itself, and a search through everything need not be made twice. */
    private static long total(int start, int size, int found, Count count) throws EscException {
        return found < size && (found > 0 || start == 0) ? (long) start + found : count.asked();
    }

    private static TokenQuery.After afterToken(String text) {
        String[] parts = text.split(",");
        if (parts.length != 2) {
            throw RestCall.bad("\"after\" is what a list said under \"next\".");
        }
        return new TokenQuery.After(Instant.ofEpochMilli(RestCall.number(parts[0])), RestCall.cuid(parts[1]).toString());
    }

    private static TokenQuery.Order order(RestCall c) {
        String sort = c.text("sort").orElse("-ModifyTimestamp");
        boolean down = sort.startsWith("-");
        var column = switch (down ? sort.substring(1) : sort) {
            case "id", "TokenID" -> TokenQuery.Column.CUID;
            case "UserID" -> TokenQuery.Column.USER;
            case "Type" -> TokenQuery.Column.TYPE;
            case "Status" -> TokenQuery.Column.STATE;
            case "CreateTimestamp" -> TokenQuery.Column.CREATED;
            case "ModifyTimestamp" -> TokenQuery.Column.MODIFIED;
            default -> throw RestCall.bad("Tokens cannot be sorted by " + sort + ".");
        };
        return new TokenQuery.Order(column, down);
    }

    private static TokenState state(String name) {
        return Arrays.stream(TokenState.values()).filter(s -> s.name().equals(name)).findFirst()
                .orElseThrow(() -> RestCall.bad("There is no token state " + name + "."));
    }

    private Answer add(RestCall c) throws EscException {
        c.must(Role.ADMINISTRATOR);
        var body = c.body();
        var cuid = RestCall.cuid(RestCall.field(body, "TokenID").or(() -> RestCall.field(body, "id")).orElse(""));
        var owner = RestCall.field(body, "UserID").map(String::strip).filter(u -> !u.isEmpty()).map(u -> u.toLowerCase(Locale.ROOT));
        var policy = RestCall.field(body, "Policy").filter(p -> !p.isBlank());
        var token = tms.inTransaction(_ -> {
            if (tms.tokens().find(cuid).isPresent()) {
                throw new Refusal(409, "ConflictingOperationException", "Entry already exists.");
            }
            var t = tms.desk().add(cuid, c.user().uid(), c.ip());
            t = owner.isPresent() ? tms.desk().setOwner(cuid, owner, c.user().uid(), c.ip()) : t;
            return policy.isPresent() ? tms.desk().setPolicy(cuid, Policy.parse(policy.get()), c.user().uid(), c.ip()) : t;
        });
        return c.created(token(c, token), "tokens/" + cuid);
    }

    private JsonObject changeState(RestCall c, TokenRecord token) throws EscException {
        c.must(Role.AGENT);
        visible(c, token);
        TokenState to = state(c.text("status").orElseThrow(() -> RestCall.bad("Say which state: ?status=NAME.")));
        if (!token.state().byAdministrator().contains(to)) {
            throw RestCall.bad("A token cannot go from " + token.state() + " to " + to + ".");
        }
        return token(c, tms.desk().changeState(token.cuid(), to, c.user().uid(), c.ip()));
    }

    /** @param replace what is not said is cleared, not kept */
    private JsonObject modify(RestCall c, TokenRecord token, boolean replace) throws EscException {
        c.must(Role.AGENT);
        visible(c, token);
        var body = c.body();
        var user = RestCall.field(body, "UserID").map(u -> u.strip().toLowerCase(Locale.ROOT));
        var policy = RestCall.field(body, "Policy").map(String::strip);
        if (user.isEmpty() && policy.isEmpty() && !replace) {
            throw RestCall.bad("Only the UserID and the Policy of a token can be changed here, and neither is given.");
        }
        // a policy that says nothing is the one tokens begin with
        var parsed = policy.isPresent() || replace ? Optional.of(Policy.parse(policy.orElse(""))) : Optional.<Policy>empty();
        return tms.inTransaction(_ -> {
            var t = token;
            if (user.isPresent() || replace) {
                t = tms.desk().setOwner(token.cuid(), user.filter(u -> !u.isEmpty()), c.user().uid(), c.ip());
            }
            if (parsed.isPresent()) {
                t = tms.desk().setPolicy(token.cuid(), parsed.get(), c.user().uid(), c.ip());
            }
            return token(c, t);
        });
    }

    private JsonObject token(RestCall c, TokenRecord t) {
        var o = new JsonObject();
        if (!c.sees(t.type())) {
            List.of("id", "TokenID", "UserID", "Type", "AppletID", "KeyInfo", "Policy").forEach(f -> o.addProperty(f, RestCall.RESTRICTED));
            var status = new JsonObject();
            status.add("name", JsonNull.INSTANCE);
            status.addProperty("label", RestCall.RESTRICTED);
            o.add("Status", status);
            o.addProperty("CreateTimestamp", 0);
            o.addProperty("ModifyTimestamp", 0);
            return o;
        }
        o.addProperty("id", t.cuid().toString());
        o.addProperty("TokenID", t.cuid().toString());
        o.addProperty("UserID", t.userId().orElse(null));
        o.addProperty("Type", t.type().orElse(null));
        o.add("Status", named(c, t.state(), t.state().label()));
        var next = new JsonArray();
        t.state().byAdministrator().forEach(s -> next.add(named(c, s, transition(t.state(), s))));
        o.add("NextStates", next);
        o.addProperty("AppletID", t.appletId().orElse(null));
        o.addProperty("KeyInfo", t.keyInfo().orElse(null));
        o.addProperty("Policy", t.policy().toString());
        RestCall.time(o, "CreateTimestamp", t.created());
        RestCall.time(o, "ModifyTimestamp", t.modified());
        return c.link(o, "tokens/" + t.cuid());
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

    private static JsonObject named(RestCall c, TokenState state, String label) {
        var o = new JsonObject();
        if (c.modern()) {
            var name = new JsonObject();
            name.addProperty("name", state.name());
            name.addProperty("value", state.value());
            o.add("name", name);
        } else {
            o.addProperty("name", state.name());
        }
        o.addProperty("label", label);
        return o;
    }

    private static Operation operation(String name) {
        return Operation.of(name).orElseThrow(() -> RestCall.bad("There is no operation " + name + "."));
    }

    private static boolean success(String result) {
        return switch (result) {
            case "success" -> true;
            case "failure" -> false;
            default -> throw RestCall.bad("A result is success or failure.");
        };
    }

    private static Instant instant(String text) {
        return Instant.ofEpochMilli(RestCall.number(text));
    }

    private Optional<Cuid> cuidParameter(RestCall c) {
        return c.text("tokenID").map(RestCall::cuid);
    }

    private JsonObject activities(RestCall c) throws EscException {
        String sort = c.text("sort").orElse("-Date");
        if (!sort.matches("-?(Date|id)")) {
            throw RestCall.bad("Activities cannot be sorted by " + sort + ".");
        }
        var query = new ActivityQuery(c.filter(), cuidParameter(c), c.start(), c.size(true), !sort.startsWith("-"),
                c.text("after").map(RestCall::number), c.text("operation").map(RestTokens::operation), c.text("result").map(RestTokens::success),
                c.text("from").map(RestTokens::instant), c.text("until").map(RestTokens::instant));
        var list = tms.activities().list(query);
        var types = types(c, list.stream().flatMap(a -> a.cuid().stream()).toList());
        var answer = c.collection(query.after().isPresent() ? 0 : total(query.start(), query.size(), list.size(), () -> tms.activities().count(query)), list,
                a -> c.sees(a.cuid().flatMap(types::get)) ? activity(c, a) : restrictedActivity(), "entries");
        if (list.size() == query.size()) {
            answer.addProperty("next", "" + list.getLast().id());
        }
        return answer;
    }

    /** Profiles of tokens, looked up only where it matters. */
    private Map<Cuid, Optional<String>> types(RestCall c, List<Cuid> cuids) throws EscException {
        var types = new HashMap<Cuid, Optional<String>>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Optional<String> get(Object key) {
                return getOrDefault(key, Optional.empty());
            }
        };
        if (!c.profiles().contains(org.esc.tms.users.Administrators.ALL_PROFILES)) {
            tms.inTransaction(_ -> {
                for (Cuid cuid : cuids) {
                    typeOf(Optional.of(cuid), types);
                }
                return types;
            });
        }
        return types;
    }

    private Optional<String> typeOf(Optional<Cuid> cuid, Map<Cuid, Optional<String>> known) throws EscException {
        if (cuid.isEmpty()) {
            return Optional.empty();
        }
        if (!known.containsKey(cuid.get())) {
            known.put(cuid.get(), tms.tokens().find(cuid.get()).flatMap(TokenRecord::type));
        }
        return known.get(cuid.get());
    }

    private static JsonObject restrictedActivity() {
        var o = new JsonObject();
        List.of("id", "TokenID", "UserID", "IP", "Operation", "Result", "Message").forEach(f -> o.addProperty(f, RestCall.RESTRICTED));
        o.addProperty("Date", 0);
        return o;
    }

    private static JsonObject activity(RestCall c, Activity a) {
        var o = new JsonObject();
        o.addProperty("id", Long.toString(a.id()));
        o.addProperty("TokenID", a.cuid().map(Cuid::toString).orElse(null));
        o.addProperty("UserID", a.userId().isEmpty() ? null : a.userId());
        o.addProperty("IP", a.ip());
        o.addProperty("Operation", a.operation().wire());
        o.addProperty("Result", a.success() ? "success" : "failure");
        o.addProperty("Message", a.message());
        RestCall.time(o, "Date", a.at());
        return c.link(o, "activities/" + a.id());
    }

    private JsonObject certificates(RestCall c) throws EscException {
        var state = c.text("status").map(s -> Arrays.stream(CertificateQuery.State.values()).filter(v -> v.name().equalsIgnoreCase(s)).findFirst()
                .orElseThrow(() -> RestCall.bad("A certificate is active, expired, revoked_on_hold or revoked.")));
        var order = switch (c.text("sort").orElse("-CreateTime")) {
            case "-CreateTime" -> CertificateQuery.Order.NEWEST;
            case "NotAfter" -> CertificateQuery.Order.ENDING;
            case "-NotAfter" -> CertificateQuery.Order.ENDING_LAST;
            default -> throw RestCall.bad("Certificates are sorted by -CreateTime, NotAfter or -NotAfter.");
        };
        var query = new CertificateQuery(c.filter(), cuidParameter(c), c.start(), c.size(false), c.text("after").map(RestTokens::afterCertificate),
                state, order);
        var list = tms.tokens().certificates(query);
        var shown = new JsonArray();
        for (TokenCertificate t : list) {
            shown.add(c.sees(Optional.of(t.type())) ? certificate(c, t) : restrictedCertificate());
        }
        var answer = new JsonObject();
        answer.addProperty("total", query.after().isPresent() ? 0 : total(query.start(), query.size(), list.size(), () -> tms.tokens().count(query)));
        answer.add("entries", shown);
        if (list.size() == query.size() && order == CertificateQuery.Order.NEWEST) {
            var last = list.getLast();
            answer.addProperty("next", last.created().toEpochMilli() + "," + last.serial().toString(16) + "," + last.cuid());
        }
        return answer;
    }

    private static CertificateQuery.After afterCertificate(String text) {
        String[] parts = text.split(",");
        if (parts.length != 3 || !parts[1].matches("[0-9a-f]{1,64}")) {
            throw RestCall.bad("\"after\" is what a list said under \"next\".");
        }
        return new CertificateQuery.After(Instant.ofEpochMilli(RestCall.number(parts[0])), parts[1], RestCall.cuid(parts[2]).toString());
    }

    private JsonObject certificate(RestCall c, String id) throws EscException {
        int dot = id.indexOf('.');
        if (dot > 0 && id.substring(0, dot).matches("[0-9a-f]{1,64}")) {
            for (var t : tms.tokens().holders(new java.math.BigInteger(id.substring(0, dot), 16))) {
                if (t.cuid().toString().equals(id.substring(dot + 1))) {
                    if (!c.sees(Optional.of(t.type()))) {
                        throw restricted();
                    }
                    return certificate(c, t);
                }
            }
        }
        throw missing(c, "Record not found");
    }

    private static JsonObject restrictedCertificate() {
        var o = new JsonObject();
        List.of("id", "SerialNumber", "Subject", "UserID", "TokenID", "Origin", "Type", "KeyType", "Status")
                .forEach(f -> o.addProperty(f, RestCall.RESTRICTED));
        o.addProperty("CreateTime", 0);
        o.addProperty("ModifyTime", 0);
        return o;
    }

    private JsonObject certificate(RestCall c, TokenCertificate t) throws EscException {
        String serial = t.serial().toString(16);
        var issued = tms.ca().find(t.serial());
        var o = new JsonObject();
        o.addProperty("id", serial + "." + t.cuid());
        o.addProperty("SerialNumber", "0x" + serial);
        o.addProperty("Subject", t.subject());
        o.addProperty("UserID", t.userId());
        o.addProperty("TokenID", t.cuid().toString());
        o.addProperty("Origin", t.origin().toString());
        o.addProperty("Type", t.type());
        o.addProperty("KeyType", t.role());
        o.addProperty("Status", issued.map(i -> switch (i.status()) {
            case VALID -> "active";
            case EXPIRED -> "expired";
            case ON_HOLD -> "revoked_on_hold";
            case REVOKED -> "revoked";
        }).orElse("unknown"));
        RestCall.time(o, "CreateTime", t.created());
        issued.flatMap(i -> i.revokedAt()).ifPresentOrElse(at -> RestCall.time(o, "ModifyTime", at), () -> o.add("ModifyTime", JsonNull.INSTANCE));
        issued.ifPresent(i -> RestCall.time(o, "NotAfter", i.certificate().getNotAfter().toInstant()));
        return c.link(o, "certs/" + serial + "." + t.cuid());
    }
}
