// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;

/** Tokens in the database. */
public final class SqlTokenStore implements TokenStore {

    private static final Words WORDS = Words.of(SqlTokenStore.class);

    private static final int ANOTHER_ACTIVE = 34;

    private final Database database;
    private final Settings settings;

    /** Over this database. */
    public SqlTokenStore(Database database, Settings settings) {
        this.database = database;
        this.settings = settings;
    }

    @Override
    public Optional<TokenRecord> find(Cuid cuid) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT * FROM tokens WHERE cuid = ?", SqlTokenStore::token,
                cuid.toString()));
    }

    private static Optional<TokenRecord> locked(Sql sql, Cuid cuid) throws SQLException {
        return sql.first("SELECT * FROM tokens WHERE cuid = ? FOR UPDATE", SqlTokenStore::token, cuid.toString());
    }

    private static TokenRecord known(Sql sql, Cuid cuid, String step) throws SQLException, EscException {
        return locked(sql, cuid).orElseThrow(() -> Refused.because(Refused.UNKNOWN_TOKEN, step, WORDS.say("Token {0} is not known.", cuid)));
    }

    private record Where(String sql, List<Object> parameters) {
        static Where of(CertificateQuery q) {
            var parts = new ArrayList<String>();
            var values = new ArrayList<Object>();
            q.cuid().ifPresent(c -> {
                parts.add("t.cuid = ?");
                values.add(c.toString());
            });
            q.text().ifPresent(x -> {
                parts.add("(t.serial LIKE ? ESCAPE '!' OR LOWER(t.subject) LIKE ? ESCAPE '!' OR t.user_id LIKE ? ESCAPE '!' "
                        + "OR LOWER(t.cuid) LIKE ? ESCAPE '!')");
                String serial = x.toLowerCase(Locale.ROOT).startsWith("0x") ? x.substring(2) : x;
                values.addAll(List.of(like(serial), like(x), like(x), like(x)));
            });
            q.state().ifPresent(s -> {
                long now = System.currentTimeMillis();
                switch (s) {
                    case ACTIVE -> {
                        parts.add("c.revoked_at IS NULL AND c.not_after >= ?");
                        values.add(now);
                    }
                    case EXPIRED -> {
                        parts.add("c.revoked_at IS NULL AND c.not_after < ?");
                        values.add(now);
                    }
                    case REVOKED_ON_HOLD -> parts.add("c.revoked_at IS NOT NULL AND c.reason = 6");
                    case REVOKED -> parts.add("c.revoked_at IS NOT NULL AND c.reason <> 6");
                }
            });
            q.after().ifPresent(a -> {
                parts.add("t.created_at <= ? AND (t.created_at < ? OR t.serial < ? OR t.serial = ? AND t.cuid < ?)");
                values.addAll(List.of(a.created().toEpochMilli(), a.created().toEpochMilli(), a.serial(), a.serial(), a.cuid()));
            });
            boolean joined = q.state().isPresent() || q.order() != CertificateQuery.Order.NEWEST;
            return new Where(" FROM token_certificates t" + (joined ? " JOIN certificates c ON c.serial = t.serial" : "")
                    + (parts.isEmpty() ? "" : " WHERE " + String.join(" AND ", parts)), values);
        }

        static Where of(TokenQuery q) {
            var parts = new ArrayList<String>();
            var values = new ArrayList<Object>();
            q.text().ifPresent(t -> {
                parts.add("(LOWER(cuid) LIKE ? ESCAPE '!' OR LOWER(user_id) LIKE ? ESCAPE '!')");
                values.add(like(t));
                values.add(like(t));
            });
            q.userId().ifPresent(u -> {
                parts.add("user_id = ?");
                values.add(u);
            });
            q.type().ifPresent(t -> {
                parts.add("type = ?");
                values.add(t);
            });
            q.state().ifPresent(s -> {
                parts.add("state = ?");
                values.add(s.value());
            });
            q.after().ifPresent(a -> {
                parts.add("modified_at <= ? AND (modified_at < ? OR cuid < ?)");
                values.add(a.modified().toEpochMilli());
                values.add(a.modified().toEpochMilli());
                values.add(a.cuid());
            });
            return new Where(parts.isEmpty() ? "" : " WHERE " + String.join(" AND ", parts), values);
        }
    }

    /** Text to be found anywhere, in lower case. */
    static String like(String text) {
        return "%" + text.toLowerCase(Locale.ROOT).replaceAll("([!%_])", "!$1") + "%";
    }

    @Override
    public List<TokenRecord> list(TokenQuery query) throws EscException {
        var where = Where.of(query);
        return database.inTransaction(sql -> sql.query("SELECT * FROM tokens" + where.sql
                + " ORDER BY " + query.order().sql() + " LIMIT "
                + Math.max(query.size(), 0) + " OFFSET " + Math.max(query.start(), 0), SqlTokenStore::token,
                where.parameters.toArray()));
    }

    @Override
    public long count(TokenQuery query) throws EscException {
        var where = Where.of(query);
        return database.inTransaction(sql -> sql.number("SELECT COUNT(*) FROM tokens" + where.sql,
                where.parameters.toArray()));
    }

    @Override
    public TokenRecord add(Cuid cuid) throws EscException {
        return database.inTransaction(sql -> {
            if (locked(sql, cuid).isPresent()) {
                throw Refused.usage(WORDS.say("add a token"), WORDS.say("Token {0} is known already.", cuid));
            }
            return insert(sql, cuid, Policy.DEFAULT);
        });
    }

    private static TokenRecord insert(Sql sql, Cuid cuid, Policy policy) throws SQLException {
        long now = System.currentTimeMillis();
        sql.update("INSERT INTO tokens (cuid, state, policy, created_at, modified_at) VALUES (?, ?, ?, ?, ?)",
                cuid.toString(), TokenState.UNFORMATTED.value(), policy.toString(), now, now);
        return locked(sql, cuid).orElseThrow();
    }

    @Override
    public TokenRecord formatted(Cuid cuid, String type, String appletId, String keyInfo) throws EscException {
        return database.inTransaction(sql -> {
            var present = locked(sql, cuid);
            var token = present.isPresent() ? present.get() : insert(sql, cuid, profilePolicy(sql, type));
            if (!token.state().byOperation().contains(TokenState.FORMATTED)) {
                throw notAllowed(WORDS.say("format the token"), token.state(), TokenState.FORMATTED);
            }
            sql.update("DELETE FROM token_certificates WHERE cuid = ?", cuid.toString());
            sql.update("UPDATE tokens SET state = ?, user_id = NULL, type = ?, applet_id = ?, key_info = ?, "
                    + "modified_at = ? WHERE cuid = ?",
                    TokenState.FORMATTED.value(), type, appletId, keyInfo, System.currentTimeMillis(), cuid.toString());
            return locked(sql, cuid).orElseThrow();
        });
    }

    private static Policy profilePolicy(Sql sql, String type) throws SQLException {
        return sql.first("SELECT definition FROM profiles WHERE id = ?", r ->
                Json.read(r.getString(1), TokenProfile.class).policy(), type)
                .orElse(Policy.DEFAULT);
    }

    @Override
    public TokenRecord enrolled(Cuid cuid, String userId, String type, String appletId, String keyInfo,
            List<TokenCertificate> certificates) throws EscException {
        return database.inTransaction(sql -> {
            String step = WORDS.say("enrol the token");
            // the user's row first: two tokens of one user that finish together must not both become active
            sql.query("SELECT uid FROM users WHERE uid = ? FOR UPDATE", r -> r.getString(1), userId);
            var present = locked(sql, cuid);
            var token = present.isPresent() ? present.get() : insert(sql, cuid, profilePolicy(sql, type));
            if (present.isPresent() && !token.state().byOperation().contains(TokenState.ACTIVE)) {
                throw notAllowed(step, token.state(), TokenState.ACTIVE);
            }
            if (!settings.on(Settings.ALLOW_MULTIPLE_ACTIVE)
                    && sql.number("SELECT COUNT(*) FROM tokens WHERE user_id = ? AND state = ? "
                    + "AND cuid <> ?", userId, TokenState.ACTIVE.value(), cuid.toString()) > 0) {
                throw Refused.because(ANOTHER_ACTIVE, step, WORDS.say("User {0} has another active token.", userId));
            }
            sql.update("DELETE FROM token_certificates WHERE cuid = ?", cuid.toString());
            for (var c : certificates) {
                sql.update("INSERT INTO token_certificates (cuid, serial, subject, user_id, role, type, origin, "
                        + "archived_key, created_at) "
                        + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", cuid.toString(), c.serial().toString(16), c.subject(),
                        c.userId(), c.role(),
                        c.type(), c.origin().toString(), c.archivedKey(), c.created().toEpochMilli());
            }
            sql.update("DELETE FROM unrecorded_certificates WHERE cuid = ?", cuid.toString());
            sql.update("UPDATE tokens SET state = ?, user_id = ?, type = ?, applet_id = ?, key_info = ?, modified_at "
                    + "= ? WHERE cuid = ?",
                    TokenState.ACTIVE.value(), userId, type, appletId, keyInfo, System.currentTimeMillis(),
                    cuid.toString());
            return locked(sql, cuid).orElseThrow();
        });
    }

    @Override
    public TokenRecord changeState(Cuid cuid, TokenState to) throws EscException {
        return database.inTransaction(sql -> {
            String step = WORDS.say("change the state of the token");
            var token = known(sql, cuid, step);
            if (!token.state().byAdministrator().contains(to)) {
                throw notAllowed(step, token.state(), to);
            }
            var state = to;
            if (to == TokenState.ACTIVE
                    && sql.number("SELECT COUNT(*) FROM token_certificates WHERE cuid = ?", cuid.toString()) == 0) {
                state = TokenState.FORMATTED; // a token that was lost before it was enrolled
            }
            if (state == TokenState.ACTIVE && token.userId().isPresent() && !settings.on(Settings.ALLOW_MULTIPLE_ACTIVE)
                    && sql.number("SELECT COUNT(*) FROM tokens WHERE user_id = ? AND state = ? AND cuid <> ?",
                    token.userId(),
                            TokenState.ACTIVE.value(), cuid.toString()) > 0) {
                throw Refused.because(ANOTHER_ACTIVE, step, WORDS.say("User {0} has another active token.", token.userId().get()));
            }
            if (state == TokenState.UNFORMATTED) {
                sql.update("DELETE FROM token_certificates WHERE cuid = ?", cuid.toString());
                sql.update("UPDATE tokens SET user_id = NULL, type = NULL, applet_id = NULL, key_info = NULL, policy "
                        + "= ? WHERE cuid = ?", Policy.DEFAULT.toString(), cuid.toString());
            }
            sql.update("UPDATE tokens SET state = ?, modified_at = ? WHERE cuid = ?", state.value(),
                    System.currentTimeMillis(), cuid.toString());
            return locked(sql, cuid).orElseThrow();
        });
    }

    private static EscException notAllowed(String step, TokenState from, TokenState to) {
        return Refused.because(Refused.NOT_ALLOWED, step, WORDS.say("A token in state “{0}” cannot become “{1}”.", from.label(), to.label()));
    }

    @Override
    public void interrupted(Cuid cuid) throws EscException {
        database.run(sql -> {
            var token = locked(sql, cuid);
            if (token.isPresent() && !token.get().state().byOperation().isEmpty()) {
                sql.update("DELETE FROM token_certificates WHERE cuid = ?", cuid.toString());
                sql.update("UPDATE tokens SET state = ?, user_id = NULL, applet_id = NULL, modified_at = ? WHERE "
                        + "cuid = ?", TokenState.UNFORMATTED.value(), System.currentTimeMillis(), cuid.toString());
            }
        });
    }

    @Override
    public void issued(Unrecorded c) throws EscException {
        database.run(sql -> sql.update("INSERT INTO unrecorded_certificates (serial, cuid, user_id, rekeyed) VALUES (?, ?, ?, ?)",
                c.serial().toString(16), c.cuid().toString(), c.userId(), c.rekeyed()));
    }

    @Override
    public void settled(Cuid cuid) throws EscException {
        database.run(sql -> sql.update("DELETE FROM unrecorded_certificates WHERE cuid = ?", cuid.toString()));
    }

    @Override
    public List<Unrecorded> unrecorded() throws EscException {
        return database.inTransaction(sql -> sql.query("SELECT * FROM unrecorded_certificates ORDER BY cuid, serial", SqlTokenStore::unrecorded));
    }

    @Override
    public List<Unrecorded> unrecorded(Cuid cuid) throws EscException {
        return database.inTransaction(sql -> sql.query("SELECT * FROM unrecorded_certificates WHERE cuid = ? ORDER BY serial",
                SqlTokenStore::unrecorded, cuid.toString()));
    }

    private static Unrecorded unrecorded(ResultSet r) throws SQLException {
        return new Unrecorded(Cuid.of(r.getString("cuid")), new BigInteger(r.getString("serial"), 16), r.getString("user_id"),
                r.getBoolean("rekeyed"));
    }

    @Override
    public TokenRecord setPolicy(Cuid cuid, Policy policy) throws EscException {
        return database.inTransaction(sql -> {
            known(sql, cuid, WORDS.say("change the policy of the token"));
            sql.update("UPDATE tokens SET policy = ?, modified_at = ? WHERE cuid = ?", policy.toString(),
                    System.currentTimeMillis(), cuid.toString());
            return locked(sql, cuid).orElseThrow();
        });
    }

    @Override
    public TokenRecord setCard(Cuid cuid, String appletId, String keyInfo) throws EscException {
        return database.inTransaction(sql -> {
            known(sql, cuid, WORDS.say("update the token"));
            sql.update("UPDATE tokens SET applet_id = ?, key_info = ?, modified_at = ? WHERE cuid = ?", appletId,
                    keyInfo, System.currentTimeMillis(), cuid.toString());
            return locked(sql, cuid).orElseThrow();
        });
    }

    @Override
    public void remove(Cuid cuid) throws EscException {
        database.run(sql -> {
            known(sql, cuid, WORDS.say("remove the token"));
            sql.update("DELETE FROM token_certificates WHERE cuid = ?", cuid.toString());
            sql.update("DELETE FROM tokens WHERE cuid = ?", cuid.toString());
        });
    }

    @Override
    public List<TokenCertificate> certificates(Cuid cuid) throws EscException {
        return database.inTransaction(sql ->
                sql.query("SELECT * FROM token_certificates WHERE cuid = ? ORDER BY role DESC, created_at",
                SqlTokenStore::certificate, cuid.toString()));
    }

    @Override
    public List<TokenCertificate> holders(BigInteger serial) throws EscException {
        return database.inTransaction(sql ->
                sql.query("SELECT * FROM token_certificates WHERE serial = ? ORDER BY created_at",
                SqlTokenStore::certificate, serial.toString(16)));
    }

    @Override
    public List<TokenCertificate> certificates(CertificateQuery query) throws EscException {
        var where = Where.of(query);
        String order = switch (query.order()) {
            case NEWEST -> "t.created_at DESC, t.serial DESC, t.cuid DESC";
            case ENDING -> "c.not_after, t.serial, t.cuid";
            case ENDING_LAST -> "c.not_after DESC, t.serial DESC, t.cuid DESC";
        };
        return database.inTransaction(sql -> sql.query("SELECT t.*" + where.sql + " ORDER BY " + order + " LIMIT " + Math.max(query.size(), 0)
                + " OFFSET " + Math.max(query.start(), 0), SqlTokenStore::certificate, where.parameters.toArray()));
    }

    @Override
    public long count(CertificateQuery query) throws EscException {
        var where = Where.of(query);
        return database.inTransaction(sql -> sql.number("SELECT COUNT(*)" + where.sql, where.parameters.toArray()));
    }

    @Override
    public TokenRecord setOwner(Cuid cuid, Optional<String> userId) throws EscException {
        return database.inTransaction(sql -> {
            String step = WORDS.say("change the owner of the token");
            var token = known(sql, cuid, step);
            if (!token.userId().equals(userId)) {
                if (sql.number("SELECT COUNT(*) FROM token_certificates WHERE cuid = ?", cuid.toString()) > 0) {
                    throw Refused.because(Refused.NOT_ALLOWED, step,
                            WORDS.say("Token {0} holds certificates of {1}: format it first.", cuid, token.userId().orElse(WORDS.say("somebody"))));
                }
                if (userId.isPresent() && sql.number("SELECT COUNT(*) FROM users WHERE uid = ?", userId.get()) == 0) {
                    throw Refused.usage(step, WORDS.say("There is no user {0}.", userId.get()));
                }
                sql.update("UPDATE tokens SET user_id = ?, modified_at = ? WHERE cuid = ?", userId, System.currentTimeMillis(), cuid.toString());
            }
            return locked(sql, cuid).orElseThrow();
        });
    }

    private static TokenRecord token(ResultSet r) throws SQLException {
        Policy policy;
        try {
            policy = Policy.parse(r.getString("policy"));
        } catch (EscException e) {
            throw new SQLException("The policy of token " + r.getString("cuid") + " cannot be read", e);
        }
        int state = r.getInt("state");
        return new TokenRecord(Cuid.of(r.getString("cuid")),
                TokenState.of(state).orElseThrow(() -> new SQLException("There is no token state " + state)),
                Optional.ofNullable(r.getString("user_id")), Optional.ofNullable(r.getString("type")),
                Optional.ofNullable(r.getString("applet_id")), Optional.ofNullable(r.getString("key_info")), policy,
                Instant.ofEpochMilli(r.getLong("created_at")), Instant.ofEpochMilli(r.getLong("modified_at")));
    }

    private static TokenCertificate certificate(ResultSet r) throws SQLException {
        return new TokenCertificate(Cuid.of(r.getString("cuid")), new BigInteger(r.getString("serial"), 16),
                r.getString("subject"),
                r.getString("user_id"), r.getString("role"), r.getString("type"), Cuid.of(r.getString("origin")),
                Optional.ofNullable(r.getString("archived_key")), Instant.ofEpochMilli(r.getLong("created_at")));
    }
}
