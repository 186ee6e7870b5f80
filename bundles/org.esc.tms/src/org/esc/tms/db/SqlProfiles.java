// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.RevocationReason;
import org.esc.tms.db.KeySpec.LossRule;
import org.esc.tms.db.KeySpec.Recovery;
import org.esc.tms.db.TokenProfile.Access;

/** Profiles and mapping rules in the database. */
public final class SqlProfiles implements Profiles {

    private static final Words WORDS = Words.of(SqlProfiles.class);

    private static final int FIVE_YEARS = 5 * 365;

    private final Database database;

    /** Over this database. */
    public SqlProfiles(Database database) {
        this.database = database;
    }

    /** Puts the profiles and rules of a fresh system in place. */
    public void fill() throws EscException {
        database.run(_ -> {
            save(new TokenProfile("userKey", "A person's token: signing and encryption", true, "$cn$", 4, 10, true,
                    true, true,
                    Optional.of("userKeyTemporary"), Policy.DEFAULT,
                    List.of(signing("signing key for $userid$", FIVE_YEARS),
                            encryption("encryption key for $userid$", FIVE_YEARS, true))));
            save(new TokenProfile("userKeyTemporary",
                    "A token for the days until a lost one is found: a week, no archive", true, "$cn$", 4, 10,
                    true, true, true, Optional.empty(), Policy.DEFAULT,
                    List.of(signing("temporary signing key for $userid$", 7),
                            encryption("temporary encryption key for $userid$", 7, false))));
            save(new TokenProfile("soKey", "A security officer's token: signing and encryption", true, "$cn$", 4, 10,
                    true, true, true,
                    Optional.empty(), Policy.DEFAULT, List.of(signing("security officer signing key for $userid$",
                    FIVE_YEARS),
                            encryption("security officer encryption key for $userid$", FIVE_YEARS, true))));
            saveMappings(List.of(rule(Optional.of("userKey"), "userKey"), rule(Optional.of("soKey"), "soKey"),
                    rule(Optional.of("userKeyTemporary"), "userKeyTemporary"), rule(Optional.empty(), "userKey")));
        });
    }

    /**
     * Puts the profiles of the security officer's desk in place, those that are not there yet, and rules that choose them: a system made by an
     * earlier version gets them, too.
     */
    public void fillOfficers() throws EscException {
        database.run(_ -> {
            // officers only from now on, as in a TPS whose soKey profiles ask another authenticator
            var officer = find("soKey");
            if (officer.isPresent()) {
                save(officer.get().access(Access.OFFICERS));
            }
            var rules = new ArrayList<>(mappings());
            for (var p : List.of(
                    new TokenProfile("soKeyTemporary", "A security officer's token for a week, no archive", true, "$cn$", 4, 10, true, true,
                            true, Optional.empty(), Policy.DEFAULT,
                            List.of(signing("temporary security officer signing key for $userid$", 7),
                                    encryption("temporary security officer encryption key for $userid$", 7, false)), Access.OFFICERS, false),
                    desk("soUserKey", "A person's card, formatted at a security officer's desk, that knows where to phone home", false),
                    desk("soCleanUserToken", "A person's card, formatted at a security officer's desk, without a phone home address", true),
                    desk("soCleanSOToken", "A security officer's card, formatted at a security officer's desk", true))) {
                if (find(p.id()).isEmpty()) {
                    save(p);
                }
                if (rules.stream().noneMatch(r -> r.tokenType().filter(p.id()::equals).isPresent())) {
                    rules.addFirst(rule(Optional.of(p.id()), p.id()));
                }
            }
            saveMappings(rules);
        });
    }

    private static TokenProfile desk(String id, String description, boolean homeless) {
        return new TokenProfile(id, description, true, "$cn$", 4, 10, true, false, true, Optional.empty(), Policy.DEFAULT, List.of(),
                Access.DESK, homeless);
    }

    private static Mapping rule(Optional<String> tokenType, String target) {
        return new Mapping(Optional.empty(), tokenType, Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), target);
    }

    private static KeySpec signing(String label, int days) {
        return new KeySpec("signing", label, 1, 2, 3, 2048, false, false, CertificateKind.USER_SIGNING, days,
                Map.of(TokenState.DAMAGED, loss(Recovery.GENERATE_NEW_KEY, RevocationReason.UNSPECIFIED),
                        TokenState.PERM_LOST, loss(Recovery.GENERATE_NEW_KEY, RevocationReason.KEY_COMPROMISE),
                        TokenState.TEMP_LOST_PERM_LOST, loss(Recovery.GENERATE_NEW_KEY,
                        RevocationReason.KEY_COMPROMISE),
                        TokenState.SUSPENDED, loss(Recovery.GENERATE_NEW_KEY, RevocationReason.CERTIFICATE_HOLD),
                        TokenState.TERMINATED, loss(Recovery.GENERATE_NEW_KEY, RevocationReason.KEY_COMPROMISE)));
    }

    /** An archived key comes back when its token was damaged; when it was lost, the owner gets it back to read old mail, beside a new one. */
    private static KeySpec encryption(String label, int days, boolean archive) {
        Recovery damaged = archive ? Recovery.RECOVER_LAST : Recovery.GENERATE_NEW_KEY;
        Recovery lost = archive ? Recovery.GENERATE_NEW_KEY_AND_RECOVER_LAST : Recovery.GENERATE_NEW_KEY;
        return new KeySpec("encryption", label, 2, 4, 5, 2048, true, archive, CertificateKind.USER_ENCRYPTION, days,
                Map.of(TokenState.DAMAGED, new LossRule(damaged, Optional.empty(), true, false),
                        TokenState.PERM_LOST, loss(lost, RevocationReason.KEY_COMPROMISE),
                        TokenState.TEMP_LOST_PERM_LOST, loss(lost, RevocationReason.KEY_COMPROMISE),
                        TokenState.SUSPENDED, loss(Recovery.GENERATE_NEW_KEY, RevocationReason.CERTIFICATE_HOLD),
                        TokenState.TERMINATED, loss(Recovery.GENERATE_NEW_KEY, RevocationReason.KEY_COMPROMISE)));
    }

    private static LossRule loss(Recovery recovery, RevocationReason reason) {
        return new LossRule(recovery, Optional.of(reason), false, false);
    }

    @Override
    public Optional<TokenProfile> find(String id) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT definition FROM profiles WHERE id = ?",
                r -> Json.read(r.getString(1), TokenProfile.class), id));
    }

    @Override
    public List<TokenProfile> list() throws EscException {
        return database.inTransaction(
                sql -> sql.query("SELECT definition FROM profiles ORDER BY id", r ->
                Json.read(r.getString(1), TokenProfile.class)));
    }

    @Override
    public void save(TokenProfile p) throws EscException {
        String step = WORDS.say("save a profile");
        if (!p.id().matches("[A-Za-z0-9._-]{1,64}")) {
            throw Refused.usage(step, WORDS.say("A profile's id has letters, digits, dots, dashes and underscores."));
        }
        if (p.pinMin() < 4 || p.pinMax() > 16 || p.pinMin() > p.pinMax()) {
            throw Refused.usage(step, WORDS.say("PINs of CoolKey tokens have 4 to 16 bytes."));
        }
        for (var k : p.keys()) {
            if (k.bits() < 1024 || k.bits() > 4096 || k.bits() % 256 != 0) {
                throw Refused.usage(step, WORDS.say("RSA keys on tokens have 1024 to 4096 bits."));
            }
        }
        if (p.keys().stream().map(KeySpec::role).distinct().count() != p.keys().size()) {
            throw Refused.usage(step, WORDS.say("Two keys of a profile have the same role."));
        }
        String json = Json.write(p);
        database.run(sql -> {
            if (sql.update("UPDATE profiles SET definition = ? WHERE id = ?", json, p.id()) == 0) {
                sql.update("INSERT INTO profiles (id, definition) VALUES (?, ?)", p.id(), json);
            }
        });
    }

    @Override
    public void remove(String id) throws EscException {
        database.run(sql -> {
            if (sql.number("SELECT COUNT(*) FROM tokens WHERE type = ?", id) > 0) {
                throw Refused.usage(WORDS.say("remove a profile"), WORDS.say("Tokens use profile {0}.", id));
            }
            if (sql.update("DELETE FROM profiles WHERE id = ?", id) == 0) {
                throw Refused.usage(WORDS.say("remove a profile"), WORDS.say("There is no profile {0}.", id));
            }
        });
    }

    /** The rules of one resolver, as they are kept. */
    private record Rules(List<Mapping> rules) {
    }

    private String resolver(Sql sql, Purpose purpose) throws SQLException {
        return sql.first("SELECT setting FROM settings WHERE name = ?", r -> r.getString(1), Settings.resolver(purpose))
                .orElseGet(() -> SqlSettings.usual(Settings.resolver(purpose)));
    }

    @Override
    public List<Mapping> mappings() throws EscException {
        return database.inTransaction(sql -> {
            if (sql.number("SELECT COUNT(*) FROM resolvers") == 0) {
                // as written by versions that knew one list of rules only
                return sql.query("SELECT definition FROM mappings ORDER BY position", r -> Json.read(r.getString(1), Mapping.class));
            }
            var lists = new ArrayList<List<Mapping>>();
            for (Purpose p : Purpose.values()) {
                lists.add(rules(resolver(sql, p)).orElse(List.of()));
            }
            if (lists.stream().distinct().count() == 1) {
                return lists.getFirst();
            }
            var all = new ArrayList<Mapping>();
            for (Purpose p : Purpose.values()) {
                lists.get(p.ordinal()).forEach(m -> all.add(m.purpose(Optional.of(p))));
            }
            return all;
        });
    }

    @Override
    public void saveMappings(List<Mapping> rules) throws EscException {
        database.run(sql -> {
            for (Purpose p : Purpose.values()) {
                saveRules(resolver(sql, p), rules.stream().filter(m -> m.purpose().map(p::equals).orElse(true)).toList());
            }
            sql.update("DELETE FROM mappings");
        });
    }

    @Override
    public List<String> resolvers() throws EscException {
        return database.inTransaction(sql -> sql.query("SELECT id FROM resolvers ORDER BY id", r -> r.getString(1)));
    }

    @Override
    public Optional<List<Mapping>> rules(String resolver) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT definition FROM resolvers WHERE id = ?",
                r -> Json.read(r.getString(1), Rules.class).rules(), resolver));
    }

    @Override
    public void saveRules(String resolver, List<Mapping> rules) throws EscException {
        if (!resolver.matches("[A-Za-z0-9._-]{1,64}")) {
            throw Refused.usage(WORDS.say("save a mapping"), WORDS.say("A mapping's id has letters, digits, dots, dashes and underscores."));
        }
        String json = Json.write(new Rules(rules.stream().map(m -> m.purpose(Optional.empty())).toList()));
        database.run(sql -> {
            if (sql.update("UPDATE resolvers SET definition = ? WHERE id = ?", json, resolver) == 0) {
                sql.update("INSERT INTO resolvers (id, definition) VALUES (?, ?)", resolver, json);
            }
        });
    }

    @Override
    public void removeRules(String resolver) throws EscException {
        database.run(sql -> {
            for (Purpose p : Purpose.values()) {
                if (resolver(sql, p).equals(resolver)) {
                    throw Refused.usage(WORDS.say("remove a mapping"), WORDS.say("The setting {0} names the mapping {1}.", Settings.resolver(p), resolver));
                }
            }
            if (sql.update("DELETE FROM resolvers WHERE id = ?", resolver) == 0) {
                throw Refused.usage(WORDS.say("remove a mapping"), WORDS.say("There is no mapping {0}.", resolver));
            }
        });
    }

    @Override
    public TokenProfile resolve(Facts facts) throws EscException {
        return database.inTransaction(sql -> {
            String resolver = resolver(sql, facts.purpose());
            if (sql.number("SELECT COUNT(*) FROM entry_states WHERE kind = 'MAPPING' AND id = ?", resolver) > 0) {
                throw Refused.because(Refused.NOT_ALLOWED, step(), WORDS.say("The mapping {0} is disabled.", resolver));
            }
            var rules = rules(resolver).orElseThrow(() -> Refused.because(Refused.MISCONFIGURED, step(),
                    WORDS.say("The setting {0} names the mapping {1}, which does not exist.", Settings.resolver(facts.purpose()), resolver)));
            for (var rule : rules) {
                if (fits(rule, facts)) {
                    var profile = find(rule.target()).orElseThrow(() -> Refused.because(Refused.MISCONFIGURED, step(),
                            WORDS.say("A mapping rule names profile {0}, which does not exist.", rule.target())));
                    if (!profile.enabled()) {
                        throw Refused.because(Refused.NOT_ALLOWED, step(), WORDS.say("Profile {0} is disabled.", profile.id()));
                    }
                    return profile;
                }
            }
            throw Refused.because(Refused.NO_PROFILE, step(), WORDS.say("No mapping rule fits this card."));
        });
    }

    private static boolean fits(Mapping m, Facts f) {
        return m.tokenType().map(t -> f.tokenType().filter(t::equals).isPresent()).orElse(true)
                && m.keySet().map(k -> f.keySet().filter(k::equals).isPresent()).orElse(true)
                && m.atr().map(a -> f.atr().filter(a::equalsIgnoreCase).isPresent()).orElse(true)
                && m.cuidStart().map(c -> f.cuid().compareToIgnoreCase(c) >= 0).orElse(true)
                && m.cuidEnd().map(c -> f.cuid().compareToIgnoreCase(c) <= 0).orElse(true);
    }

    private static String step() {
        return WORDS.say("choose a profile");
    }
}
