// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.Set;
import org.esc.apdu.EscException;
import org.esc.tms.Tms;
import org.esc.tms.config.Entries;
import org.esc.tms.config.Entries.Entry;
import org.esc.tms.config.Entries.Kind;
import org.esc.tms.config.SettingRules;
import org.esc.tms.db.Operation;
import org.esc.tms.server.Rest.Refusal;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;

/** {@code profiles}, {@code profile-mappings}, {@code connectors}, {@code authenticators} and {@code config}. */
final class RestConfiguration {

    private final Tms tms;

    RestConfiguration(Tms tms) {
        this.tms = tms;
    }

    /** What of the configuration is this user's, by the names of Dogtag's TPS. */
    static Set<String> components(Tms tms, User user) throws EscException {
        var all = new TreeSet<String>();
        if (user.roles().contains(Role.ADMINISTRATOR)) {
            for (Kind k : Kind.values()) {
                all.add(k.component());
            }
            all.addAll(List.of("Generals", "Audit_Logging"));
        }
        if (user.roles().contains(Role.AGENT)) {
            all.addAll(tms.entries().approved());
        }
        return all;
    }

    Answer answer(RestCall c, String[] path) throws EscException {
        if (path.length > 2) {
            throw c.nothing();
        }
        if (path[0].equals("config")) {
            if (path.length > 1) {
                throw c.nothing();
            }
            return config(c);
        }
        Kind kind = switch (path[0]) {
            case "profiles" -> Kind.PROFILE;
            case "profile-mappings" -> Kind.MAPPING;
            case "connectors" -> Kind.CONNECTOR;
            default -> Kind.AUTHENTICATOR;
        };
        Entries entries = tms.entries();
        String id = path.length == 2 ? path[1] : "";
        return switch (c.method() + (path.length == 1 ? "" : " one")) {
            case "GET" -> {
                look(c, kind);
                var filter = c.filter().map(RestCall::lower);
                yield c.ok(c.part(entries.list(kind).stream().filter(e -> filter.map(f -> RestCall.lower(e.id()).contains(f)).orElse(true)).toList(),
                        e -> shown(c, e), "entries", false));
            }
            case "POST" -> {
                c.must(Role.ADMINISTRATOR);
                var body = c.body();
                String name = name(body, kind).orElseThrow(() -> RestCall.bad("The id is missing."));
                var added = entries.add(kind, name, RestCall.field(body, "Status").filter("Enabled"::equalsIgnoreCase).isPresent(),
                        RestCall.values(body, "Properties", "Property"), c.caller());
                yield c.created(shown(c, added), path[0] + "/" + RestCall.encoded(name));
            }
            case "GET one" -> {
                look(c, kind);
                yield c.ok(shown(c, entries.find(kind, id).orElseThrow(() -> missing(id))));
            }
            case "PATCH one" -> {
                c.must(Role.ADMINISTRATOR);
                var body = c.body();
                if (name(body, kind).map(n -> !n.equals(id)).orElse(false)) {
                    throw RestCall.bad("The id cannot be changed.");
                }
                yield c.ok(shown(c, entries.modify(kind, id, RestCall.values(body, "Properties", "Property"), c.caller())));
            }
            case "POST one" -> {
                look(c, kind);
                String action = c.text("action").orElseThrow(() -> RestCall.bad("Say what to do: ?action=…."));
                if (action.matches("approve|reject") && tms.entries().needsApproval(kind)) {
                    c.must(Role.AGENT);
                }
                yield c.ok(shown(c, entries.act(kind, id, action, c.caller())));
            }
            case "DELETE one" -> {
                c.must(Role.ADMINISTRATOR);
                entries.remove(kind, id, c.caller());
                yield RestCall.done();
            }
            default -> throw c.cannot();
        };
    }

    private static Refusal missing(String id) {
        return new Refusal(404, "ResourceNotFoundException", "Entry does not exist: " + id);
    }

    private void look(RestCall c, Kind kind) throws EscException {
        if (kind == Kind.PROFILE || tms.entries().needsApproval(kind)) {
            c.must(Role.ADMINISTRATOR, Role.AGENT);
        } else {
            c.must(Role.ADMINISTRATOR);
        }
    }

    private static String idField(Kind kind) {
        return switch (kind) {
            case PROFILE -> "ProfileID";
            case MAPPING -> "ProfileMappingID";
            default -> "id";
        };
    }

    private static Optional<String> name(JsonObject body, Kind kind) {
        return RestCall.field(body, "id").or(() -> RestCall.field(body, idField(kind))).map(String::strip).filter(s -> !s.isEmpty());
    }

    private static JsonObject shown(RestCall c, Entry e) {
        var o = new JsonObject();
        o.addProperty("id", e.id());
        o.addProperty(idField(e.kind()), e.id());
        o.addProperty("Status", e.status().wire());
        o.add("Properties", c.map(e.properties(), "Property"));
        return c.link(o, switch (e.kind()) {
            case PROFILE -> "profiles/";
            case MAPPING -> "profile-mappings/";
            case CONNECTOR -> "connectors/";
            case AUTHENTICATOR -> "authenticators/";
        } + RestCall.encoded(e.id()));
    }

    private Answer config(RestCall c) throws EscException {
        c.must(Role.ADMINISTRATOR);
        switch (c.method()) {
            case "GET" -> {
                // told below
            }
            case "PATCH" -> change(c, RestCall.values(c.body(), "Properties", "Property"));
            default -> throw c.cannot();
        }
        var o = new JsonObject();
        o.addProperty("Status", "Enabled");
        o.add("Properties", c.map(SettingRules.shown(tms.settings()), "Property"));
        return c.ok(c.link(o, "config"));
    }

    private void change(RestCall c, Map<String, String> changes) throws EscException {
        tms.inTransaction(_ -> {
            var now = tms.settings().all();
            for (var change : changes.entrySet()) {
                if (!change.getValue().equals(now.get(change.getKey()))) {
                    SettingRules.check(change.getKey(), change.getValue());
                    tms.settings().set(change.getKey(), change.getValue());
                    tms.activities().append(Operation.CONFIGURATION, true, Optional.empty(), c.user().uid(), c.ip(), change.getKey() + " is now "
                            + change.getValue() + ".");
                }
            }
            return Boolean.TRUE;
        });
    }
}
