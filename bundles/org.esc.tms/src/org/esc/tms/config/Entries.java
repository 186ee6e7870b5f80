// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.tms.Tms;
import org.esc.tms.db.Database;
import org.esc.tms.db.Operation;
import org.esc.tms.db.Refused;
import org.esc.tms.db.Sql;

/**
 * The parts of the configuration that have names and states: profiles, mappings, connectors, authenticators. Each is what operations really use, shown
 * as properties; it can be changed and removed only while it is disabled, and is put back to use by whom the setting
 * {@link org.esc.tms.db.Settings#APPROVAL} lets.
 */
public final class Entries {

    /** What an entry is. */
    public enum Kind {
        /** A kind of token. */
        PROFILE("Profiles"),
        /** Rules that choose a profile. */
        MAPPING("Profile_Mappings"),
        /** A part of the system: CA, TKS, KRA. */
        CONNECTOR("Subsystem_Connections"),
        /** A directory of users. */
        AUTHENTICATOR("Authentication_Sources");

        private final String component;

        Kind(String component) {
            this.component = component;
        }

        /** The name of Dogtag's TPS for the kind. */
        public String component() {
            return component;
        }

        static Optional<Kind> component(String name) {
            return Arrays.stream(values()).filter(k -> k.component.equals(name)).findFirst();
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether an entry is used. */
    public enum Status {
        /** Yes. */
        ENABLED,
        /** No. */
        DISABLED,
        /** Not until an agent agrees. */
        PENDING_APPROVAL;

        /** {@code Pending_Approval}. */
        public String wire() {
            return this == PENDING_APPROVAL ? "Pending_Approval" : name().charAt(0) + name().substring(1).toLowerCase(Locale.ROOT);
        }
    }

    /** One. */
    public record Entry(Kind kind, String id, Status status, Map<String, String> properties) {
    }

    /** Who asks. @param agent whether they may approve */
    public record Caller(String uid, String ip, boolean agent) {
    }

    /** How entries of a kind are kept. */
    interface Section {

        List<String> ids() throws EscException;

        /** Empty if there is no such entry. */
        Optional<Map<String, String>> properties(String id) throws EscException;

        /** Adds or replaces one. */
        void save(String id, Map<String, String> properties) throws EscException;

        void remove(String id) throws EscException;

        /** Tells operations, if they do not look at the state themselves. */
        default void enabled(String id, boolean on) throws EscException {
            // most do
        }
    }

    private final Tms tms;
    private final Database database;
    private final Map<Kind, Section> sections;

    /** Of a back office. */
    public Entries(Tms tms, Database database) {
        this.tms = tms;
        this.database = database;
        sections = Map.of(Kind.PROFILE, new ProfileSection(tms), Kind.MAPPING, new MappingSection(tms), Kind.CONNECTOR, new ConnectorSection(tms),
                Kind.AUTHENTICATOR, new AuthenticatorSection(tms, database));
    }

    /** All of a kind, by name. */
    public List<Entry> list(Kind kind) throws EscException {
        return database.inTransaction(sql -> {
            var all = new ArrayList<Entry>();
            for (String id : sections.get(kind).ids()) {
                var properties = sections.get(kind).properties(id);
                if (properties.isPresent()) {
                    all.add(new Entry(kind, id, status(sql, kind, id), properties.get()));
                }
            }
            return all;
        });
    }

    /** One. */
    public Optional<Entry> find(Kind kind, String id) throws EscException {
        return database.inTransaction(sql -> {
            var properties = sections.get(kind).properties(id);
            return properties.isEmpty() ? Optional.<Entry>empty()
                    : Optional.of(new Entry(kind, id, status(sql, kind, id), properties.get()));
        });
    }

    /** Whether an entry is enabled. */
    public boolean enabled(Kind kind, String id) throws EscException {
        return database.inTransaction(sql -> status(sql, kind, id)) == Status.ENABLED;
    }

    private Status status(Sql sql, Kind kind, String id) throws java.sql.SQLException, EscException {
        var kept = sql.first("SELECT status FROM entry_states WHERE kind = ? AND id = ?", r -> Status.valueOf(r.getString(1)), kind.name(), id);
        if (kind == Kind.PROFILE) {
            // other verbs switch profiles, too
            boolean on = tms.profiles().find(id).map(p -> p.enabled()).orElse(false);
            return on ? Status.ENABLED : kept.filter(s -> s == Status.PENDING_APPROVAL).orElse(Status.DISABLED);
        }
        return kept.orElse(Status.ENABLED);
    }

    private void status(Sql sql, Kind kind, String id, Status to) throws java.sql.SQLException, EscException {
        sql.update("DELETE FROM entry_states WHERE kind = ? AND id = ?", kind.name(), id);
        if (to != Status.ENABLED) {
            sql.update("INSERT INTO entry_states (kind, id, status) VALUES (?, ?, ?)", kind.name(), id, to.name());
        }
        sections.get(kind).enabled(id, to == Status.ENABLED);
    }

    /** Whether entries of this kind are put to use by agents only. */
    public boolean needsApproval(Kind kind) throws EscException {
        return Stream.of(tms.settings().get(org.esc.tms.db.Settings.APPROVAL).orElse("").split(",")).map(String::strip)
                .anyMatch(kind.component::equals);
    }

    /** The kinds that agents approve, by the names of Dogtag's TPS. */
    public List<String> approved() throws EscException {
        var list = new ArrayList<String>();
        for (Kind k : Kind.values()) {
            if (needsApproval(k)) {
                list.add(k.component);
            }
        }
        return list;
    }

    /**
     * Adds one; disabled, unless it is wanted enabled and the caller may have that.
     *
     * @throws EscException USAGE, code {@code exists}, or for properties that are wrong
     */
    public Entry add(Kind kind, String id, boolean enabled, Map<String, String> properties, Caller caller) throws EscException {
        return database.inTransaction(sql -> {
            if (sections.get(kind).properties(id).isPresent()) {
                throw Problem.of(Fault.USAGE, "add a " + kind.word(), "There is a " + kind.word() + " " + id + " already.").code("exists").exception();
            }
            sections.get(kind).save(id, properties);
            status(sql, kind, id, enabled && (caller.agent || !needsApproval(kind)) ? Status.ENABLED : Status.DISABLED);
            log(kind, id, "added", caller);
            return find(kind, id).orElseThrow();
        });
    }

    /** Replaces the properties. @throws EscException REFUSED, code {@code not-disabled}; USAGE for properties that are wrong */
    public Entry modify(Kind kind, String id, Map<String, String> properties, Caller caller) throws EscException {
        return database.inTransaction(sql -> {
            var before = disabled(kind, id, "change").properties;
            sections.get(kind).save(id, properties);
            if (kind == Kind.PROFILE) {
                status(sql, kind, id, Status.DISABLED);
            }
            var after = find(kind, id).orElseThrow();
            log(kind, id, "changed: " + difference(before, after.properties), caller);
            return after;
        });
    }

    private static String difference(Map<String, String> before, Map<String, String> after) {
        var changes = Stream.concat(before.keySet().stream(), after.keySet().stream()).distinct().sorted()
                .filter(k -> !before.getOrDefault(k, "").equals(after.getOrDefault(k, ""))).map(k -> k + "=" + after.getOrDefault(k, "")).toList();
        return changes.isEmpty() ? "nothing" : changes.stream().limit(20).collect(Collectors.joining(", ")) + (changes.size() > 20 ? ", …" : "");
    }

    /** Removes one. @throws EscException REFUSED, code {@code not-disabled}; USAGE if something uses it */
    public void remove(Kind kind, String id, Caller caller) throws EscException {
        database.run(sql -> {
            disabled(kind, id, "remove");
            sections.get(kind).remove(id);
            sql.update("DELETE FROM entry_states WHERE kind = ? AND id = ?", kind.name(), id);
            log(kind, id, "removed", caller);
        });
    }

    private Entry disabled(Kind kind, String id, String step) throws EscException {
        var entry = find(kind, id).orElseThrow(() -> unknown(kind, id));
        if (entry.status != Status.DISABLED) {
            throw Problem.of(Fault.REFUSED, step + " a " + kind.word(), "The " + kind.word() + " " + id + " is not disabled.").code("not-disabled")
                    .exception();
        }
        return entry;
    }

    private static EscException unknown(Kind kind, String id) {
        return Problem.of(Fault.USAGE, "find a " + kind.word(), "There is no " + kind.word() + " " + id + ".").code("unknown").exception();
    }

    /**
     * Takes a step in the life of an entry: {@code submit}, {@code enable}, {@code disable}, {@code approve}, {@code reject}, {@code cancel}.
     *
     * @throws EscException USAGE, code {@code bad-action}, if its state or the caller's role does not allow that
     */
    public Entry act(Kind kind, String id, String action, Caller caller) throws EscException {
        return database.inTransaction(sql -> {
            var entry = find(kind, id).orElseThrow(() -> unknown(kind, id));
            boolean free = !needsApproval(kind);
            boolean approver = free || caller.agent;
            Optional<Status> next = switch (entry.status) {
                case DISABLED -> switch (action) {
                    case "submit" -> approver ? Optional.<Status>empty() : Optional.of(Status.PENDING_APPROVAL);
                    case "enable" -> approver ? Optional.of(Status.ENABLED) : Optional.<Status>empty();
                    default -> Optional.<Status>empty();
                };
                case ENABLED -> action.equals("disable") ? Optional.of(Status.DISABLED) : Optional.<Status>empty();
                case PENDING_APPROVAL -> switch (action) {
                    case "approve" -> approver ? Optional.of(Status.ENABLED) : Optional.<Status>empty();
                    case "reject" -> approver ? Optional.of(Status.DISABLED) : Optional.<Status>empty();
                    case "cancel" -> approver ? Optional.<Status>empty() : Optional.of(Status.DISABLED);
                    default -> Optional.<Status>empty();
                };
            };
            if (next.isEmpty()) {
                throw Problem.of(Fault.USAGE, "change the state of a " + kind.word(), "Invalid action: " + action + ". The " + kind.word() + " " + id
                        + " is " + entry.status.wire().replace('_', ' ').toLowerCase(Locale.ROOT) + ".").code("bad-action").exception();
            }
            status(sql, kind, id, next.get());
            log(kind, id, action + ", now " + next.get().wire(), caller);
            return find(kind, id).orElseThrow();
        });
    }

    private void log(Kind kind, String id, String what, Caller caller) throws EscException {
        tms.activities().append(Operation.CONFIGURATION, true, Optional.empty(), caller.uid, caller.ip,
                kind.name().charAt(0) + kind.word().substring(1) + " " + id + " " + what + ".");
    }

    /** @throws EscException REFUSED, END_OP 18, if a part of the system that an operation needs is disabled */
    public void require(String connector) throws EscException {
        if (!enabled(Kind.CONNECTOR, connector)) {
            throw Refused.because(Refused.MISCONFIGURED, "reach " + connector, "The connector " + connector + " is disabled.");
        }
    }
}
