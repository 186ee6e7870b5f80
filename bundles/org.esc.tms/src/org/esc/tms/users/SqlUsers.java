// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.tms.db.Database;
import org.esc.tms.db.Refused;
import org.esc.tms.db.Sql;

/**
 * Users in the database, and behind them, if there is one, a directory whose users are noted here at their first login.
 * Five wrong passwords are free; then each further one doubles a waiting time from 15 seconds to 15 minutes. Names
 * nobody has are counted alike, in memory.
 */
public final class SqlUsers implements Users {

    private static final Words WORDS = Words.of(SqlUsers.class);

    /** The password of every demonstration user; the manual prints it. */
    public static final String DEMO_PASSWORD = "Secret.123";

    private static final int FREE_FAILURES = 5;
    private static final long FIRST_WAIT = 15_000;
    private static final long LONGEST_WAIT = 900_000;
    private static final int UNKNOWN_KEPT = 1000;
    private static final int SHORTEST_PASSWORD = 8;
    private static final int LONGEST_NAME = 64;
    private static final String FOUND = " WHERE uid LIKE ? ESCAPE '!' OR LOWER(full_name) LIKE ? ESCAPE '!' OR LOWER(email) LIKE ? ESCAPE '!'";
    /** No password has this hash: the directory checks it. */
    private static final String ELSEWHERE = "*";

    private final Database database;
    private final Directories directories;
    private final InstantSource clock;
    /** Hashes that no password fits, made when first needed: most verbs log nobody in. */
    private final Map<PasswordHash.Cost, String> nobody = new ConcurrentHashMap<>();
    private final Map<String, Failures> unknown = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Failures> eldest) {
            return size() > UNKNOWN_KEPT;
        }
    };

    private record Failures(int count, long blockedUntil) {
        Failures another(long now) {
            int n = Math.min(count + 1, 1000);
            long wait = n <= FREE_FAILURES ? 0 : Math.min(LONGEST_WAIT,
                    FIRST_WAIT << Math.min(n - FREE_FAILURES - 1, 10));
            return new Failures(n, wait == 0 ? 0 : now + wait);
        }
    }

    private record Row(User user, String hash, Failures failures) {
    }

    /** Over this database. */
    public SqlUsers(Database database, Directories directories, InstantSource clock) {
        this.database = database;
        this.directories = directories;
        this.clock = clock;
    }

    /** Puts the demonstration users in place: alice and user1 to user99. */
    public void fill() throws EscException {
        var all = Stream.concat(Stream.of(new User("alice", "Alice Example", Optional.of("alice@example.org"), Set.of(),
                true, false)), IntStream.rangeClosed(1, 99).mapToObj(n -> new User("user" + n, "User " + n,
                Optional.of("user" + n + "@example.org"), Set.of(), true, false))).toList();
        // one hash for all of them: that they share a password is in the manual
        String hash;
        try (var password = Secret.of(DEMO_PASSWORD)) {
            hash = PasswordHash.of(password, PasswordHash.DEMO);
        }
        database.run(sql -> {
            for (User u : all) {
                insert(sql, u, hash);
            }
        });
    }

    @Override
    public Login authenticate(String name, Secret password) throws EscException {
        String uid = normal(name);
        long now = clock.millis();
        var row = database.inTransaction(sql -> sql.first("SELECT * FROM users WHERE uid = ?", SqlUsers::row, uid));
        var failures = row.map(Row::failures).orElseGet(() -> unknownFailures(uid));
        if (failures.blockedUntil > now) {
            return new Login.Blocked(Duration.ofMillis(failures.blockedUntil - now));
        }
        Optional<User> user;
        var elsewhere = directories.enabled();
        if (!elsewhere.isEmpty() && row.map(r -> r.hash.equals(ELSEWHERE)).orElse(true)) {
            user = Optional.empty();
            for (int i = 0; i < elsewhere.size() && user.isEmpty() && valid(uid); i++) {
                user = elsewhere.get(i).login(uid, password);
            }
            user = user.isPresent() ? noted(uid, user.get(), row) : user;
        } else {
            // one hash is computed for a name nobody has, too, so that the time does not tell
            var cost = demo() ? PasswordHash.DEMO : PasswordHash.STANDARD;
            String hash = row.isPresent() ? row.get().hash : nobody.computeIfAbsent(cost, SqlUsers::unfit);
            boolean right = PasswordHash.matches(hash, password);
            user = right && directories.builtIn() ? row.map(Row::user) : Optional.empty();
        }
        if (user.isPresent() && !user.get().disabled()) {
            if (failures.count > 0) {
                database.run(sql -> sql.update("UPDATE users SET failures = 0, blocked_until = 0 WHERE uid = ?", uid));
            }
            synchronized (unknown) {
                unknown.remove(uid);
            }
            return new Login.Accepted(user.get());
        }
        if (row.isPresent()) {
            database.run(sql -> {
                var latest = sql.first("SELECT * FROM users WHERE uid = ? FOR UPDATE", SqlUsers::row, uid);
                if (latest.isPresent()) {
                    var next = latest.get().failures.another(now);
                    sql.update("UPDATE users SET failures = ?, blocked_until = ? WHERE uid = ?", next.count,
                            next.blockedUntil, uid);
                }
            });
        } else {
            synchronized (unknown) {
                unknown.merge(uid, new Failures(1, 0), (old, _) -> old.another(now));
            }
        }
        return new Login.Refused();
    }

    private static String unfit(PasswordHash.Cost cost) {
        byte[] random = new byte[32];
        new SecureRandom().nextBytes(random);
        try (var any = Secret.of(random)) {
            return PasswordHash.of(any, cost);
        }
    }

    private Failures unknownFailures(String uid) {
        synchronized (unknown) {
            return unknown.getOrDefault(uid, new Failures(0, 0));
        }
    }

    /** Keeps a directory's user as a row of our own, roles and lock as set here. */
    private Optional<User> noted(String uid, User found, Optional<Row> row) throws EscException {
        var present = row.map(Row::user);
        String name = found.fullName().length() <= LONGEST_NAME ? found.fullName()
                : found.fullName().substring(0, LONGEST_NAME);
        var user = new User(uid, name, found.email().filter(m -> m.length() <= 200), present.map(User::roles)
                .orElse(Set.of()), false, present.map(User::disabled).orElse(false));
        database.run(sql -> {
            if (present.isEmpty()) {
                insert(sql, user, ELSEWHERE);
            } else if (!present.get().equals(user)) {
                update(sql, user);
            }
        });
        return Optional.of(user);
    }

    @Override
    public Optional<User> find(String uid) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT * FROM users WHERE uid = ?", r -> row(r).user,
                normal(uid)));
    }

    @Override
    public List<User> list(Optional<String> text, int start, int size) throws EscException {
        var like = text.map(t -> "%" + t.toLowerCase(Locale.ROOT).replaceAll("([!%_])", "!$1") + "%");
        return database.inTransaction(sql -> sql.query("SELECT * FROM users" + (like.isPresent() ? FOUND : "") + " ORDER BY uid LIMIT "
                + Math.max(size, 0) + " OFFSET " + Math.max(start, 0), r -> row(r).user, repeated(like)));
    }

    @Override
    public long count(Optional<String> text) throws EscException {
        var like = text.map(t -> "%" + t.toLowerCase(Locale.ROOT).replaceAll("([!%_])", "!$1") + "%");
        return database.inTransaction(sql -> sql.number("SELECT COUNT(*) FROM users" + (like.isPresent() ? FOUND : ""), repeated(like)));
    }

    private static Object[] repeated(Optional<String> like) {
        return like.map(l -> new Object[] {l, l, l}).orElse(new Object[0]);
    }

    @Override
    public List<User> list() throws EscException {
        return database.inTransaction(sql -> sql.query("SELECT * FROM users ORDER BY uid", r -> row(r).user));
    }

    @Override
    public void add(User user, Secret password) throws EscException {
        String uid = normal(user.uid());
        String step = WORDS.say("add a user");
        if (!valid(uid)) {
            throw Refused.usage(step,
                    WORDS.say("A user's short name has 1 to 64 letters, digits, dots, dashes, underscores and at-signs."));
        }
        check(step, user);
        check(step, password);
        String hash = PasswordHash.of(password, PasswordHash.STANDARD);
        database.run(sql -> {
            if (sql.number("SELECT COUNT(*) FROM users WHERE uid = ?", uid) > 0) {
                throw Problem.of(Fault.USAGE, step, WORDS.say("There is a user {0} already.", uid)).code("user-exists")
                        .exception();
            }
            insert(sql, new User(uid, user.fullName(), user.email(), user.roles(), user.demo(), user.disabled()), hash);
        });
    }

    private void insert(Sql sql, User u, String hash) throws SQLException {
        long now = clock.millis();
        sql.update("INSERT INTO users (uid, full_name, email, roles, demo, disabled, password_hash, failures, "
                + "blocked_until, created_at, "
                + "modified_at) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)", u.uid(), u.fullName(), u.email(),
                roles(u.roles()), u.demo(), u.disabled(), hash, now, now);
    }

    @Override
    public void update(User user) throws EscException {
        check(WORDS.say("change a user"), user);
        database.run(sql -> {
            if (update(sql, user) == 0) {
                throw unknown(user.uid());
            }
        });
    }

    private int update(Sql sql, User u) throws SQLException {
        return sql.update("UPDATE users SET full_name = ?, email = ?, roles = ?, disabled = ?, modified_at = ? WHERE "
                + "uid = ?", u.fullName(), u.email(), roles(u.roles()), u.disabled(), clock.millis(), normal(u.uid()));
    }

    @Override
    public void setPassword(String uid, Secret password) throws EscException {
        check(WORDS.say("change the password"), password);
        String hash = PasswordHash.of(password, PasswordHash.STANDARD);
        database.run(sql -> {
            // whoever has a password of their own is no demonstration user any more
            if (sql.update("UPDATE users SET password_hash = ?, demo = FALSE, failures = 0, blocked_until = 0, "
                    + "modified_at = ? WHERE uid = ?", hash, clock.millis(), normal(uid)) == 0) {
                throw unknown(uid);
            }
        });
    }

    @Override
    public void remove(String uid) throws EscException {
        database.run(sql -> {
            if (sql.number("SELECT COUNT(*) FROM tokens WHERE user_id = ? AND state = 4", normal(uid)) > 0) {
                throw Problem.of(Fault.USAGE, WORDS.say("remove a user"), WORDS.say("User {0} has an active token.", uid))
                        .code("user-has-token")
                        .advice(WORDS.say("Terminate the token first.")).exception();
            }
            if (sql.update("DELETE FROM users WHERE uid = ?", normal(uid)) == 0) {
                throw unknown(uid);
            }
        });
    }

    @Override
    public boolean demo() throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT uid FROM users WHERE demo = TRUE LIMIT 1", r ->
                r.getString(1)).isPresent());
    }

    /** Names go into certificates, where they may have 64 characters (RFC 5280 appendix A). */
    private static void check(String step, User user) throws EscException {
        if (user.fullName().isBlank() || user.fullName().length() > LONGEST_NAME
                || user.fullName().chars().anyMatch(Character::isISOControl)) {
            throw Refused.usage(step, WORDS.say("A user's full name has 1 to {0} characters.", LONGEST_NAME));
        }
        if (!user.email().map(m -> m.matches("[\\x21-\\x7e]{1,100}@[\\x21-\\x7e]{1,99}")).orElse(true)) {
            throw Refused.usage(step, WORDS.say("This is no e-mail address."));
        }
    }

    private static void check(String step, Secret password) throws EscException {
        char[] c = password.chars();
        int length = c.length;
        Arrays.fill(c, '\0');
        if (length < SHORTEST_PASSWORD) {
            throw Problem.of(Fault.USAGE, step, WORDS.say("A password has at least {0} characters.", SHORTEST_PASSWORD))
                    .code("password-too-short")
                    .exception();
        }
    }

    static EscException unknown(String uid) {
        return Problem.of(Fault.USAGE, WORDS.say("find a user"), WORDS.say("There is no user {0}.", uid)).code("no-such-user").exception();
    }

    static String normal(String uid) {
        return uid.strip().toLowerCase(Locale.ROOT);
    }

    private static boolean valid(String uid) {
        return uid.matches("[a-z0-9._@-]{1,64}");
    }

    private static String roles(Set<Role> roles) {
        return roles.stream().sorted().map(Role::name).collect(Collectors.joining(","));
    }

    static User user(ResultSet r) throws SQLException {
        return row(r).user;
    }

    private static Row row(ResultSet r) throws SQLException {
        var roles = Arrays.stream(r.getString("roles").split(",")).filter(s -> !s.isEmpty()).map(Role::valueOf)
                .collect(Collectors.toSet());
        var user = new User(r.getString("uid"), r.getString("full_name"), Optional.ofNullable(r.getString("email")),
                roles, r.getBoolean("demo"), r.getBoolean("disabled"));
        return new Row(user, r.getString("password_hash"),
                new Failures(r.getInt("failures"), r.getLong("blocked_until")));
    }
}
