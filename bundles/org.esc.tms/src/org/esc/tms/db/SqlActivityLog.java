// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;

/**
 * The activity log in the database. Entry n carries HMAC-SHA256(key, mac of n-1 ‖ fields of n); a head row carries the
 * number and mac of the last entry under the same key. The key is in the vault, so writing to the database is not
 * enough to forge the log. What it cannot show is that the whole database was replaced by an older copy of itself: keep
 * the last number elsewhere for that.
 */
public final class SqlActivityLog implements ActivityLog, AutoCloseable {

    private static final Words WORDS = Words.of(SqlActivityLog.class);

    private static final int LONGEST = 2000;
    private static final byte[] START = new byte[32];

    private final Database database;
    private final Secret key;

    /**
     * Over this database, with the chain's key, which it takes over. {@code fresh}: the database was just made and the
     * chain begins.
     */
    public SqlActivityLog(Database database, Secret key, boolean fresh) throws EscException {
        this.database = database;
        this.key = key;
        if (fresh) {
            database.run(sql -> {
                if (sql.number("SELECT COUNT(*) FROM activity_head") == 0) {
                    sql.update("INSERT INTO activity_head (only_row, last_id, last_mac, head_mac) VALUES (1, 0, ?, ?)",
                            START, headMac(0, START));
                }
            });
        }
    }

    private record Head(long id, byte[] mac, byte[] headMac) {
    }

    @Override
    public Activity append(Operation operation, boolean success, Optional<Cuid> cuid, String userId, String ip,
            String message) throws EscException {
        String text = clean(message, LONGEST);
        String user = clean(userId, 100);
        String address = clean(ip, 100);
        return database.inTransaction(sql -> {
            var head = sql.first("SELECT last_id, last_mac, head_mac FROM activity_head WHERE only_row = 1 FOR UPDATE",
                    SqlActivityLog::head)
                    .orElseThrow(() -> new EscException(Fault.DEFECT, WORDS.say("write the activity log"),
                            WORDS.say("The end of the activity log is missing: somebody removed it from the database.")));
            // the clock is read under the lock, so that times never run backwards along the chain because of a race
            var activity = new Activity(head.id + 1, Instant.ofEpochMilli(System.currentTimeMillis()), cuid, user,
                    address, operation, success, text);
            byte[] mac = mac(head.mac, activity);
            sql.update("INSERT INTO activities (id, happened_at, cuid, user_id, ip, operation, success, message, mac) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", activity.id(), activity.at().toEpochMilli(),
                    cuid.map(Cuid::toString), user, address, operation.wire(), success, text, mac);
            sql.update("UPDATE activity_head SET last_id = ?, last_mac = ?, head_mac = ? WHERE only_row = 1",
                    activity.id(), mac, headMac(activity.id(), mac));
            return activity;
        });
    }

    /** Control characters would let a message pretend to be several lines. */
    private static String clean(String text, int longest) {
        String s = text.replaceAll("\\p{Cntrl}+", " ");
        return s.length() <= longest ? s : s.substring(0, longest - 1) + "…";
    }

    @Override
    public List<Activity> list(ActivityQuery query) throws EscException {
        var where = Where.of(query);
        return database.inTransaction(sql -> sql.query("SELECT * FROM activities" + where.sql + " ORDER BY id " + (query.oldestFirst() ? "" : "DESC")
                + " LIMIT " + Math.max(query.size(), 0) + " OFFSET " + Math.max(query.start(), 0), SqlActivityLog::activity, where.values.toArray()));
    }

    private record Where(String sql, List<Object> values) {
        static Where of(ActivityQuery q) {
            var parts = new ArrayList<String>();
            var values = new ArrayList<Object>();
            q.cuid().ifPresent(c -> {
                parts.add("cuid = ?");
                values.add(c.toString());
            });
            q.text().ifPresent(t -> {
                parts.add("(LOWER(cuid) LIKE ? ESCAPE '!' OR LOWER(user_id) LIKE ? ESCAPE '!' OR ip LIKE ? ESCAPE '!' OR operation LIKE ? ESCAPE '!' "
                        + "OR LOWER(message) LIKE ? ESCAPE '!')");
                String like = SqlTokenStore.like(t);
                values.addAll(List.of(like, like, like, like, like));
            });
            q.operation().ifPresent(o -> {
                parts.add("operation = ?");
                values.add(o.wire());
            });
            q.success().ifPresent(yes -> {
                parts.add("success = ?");
                values.add(yes);
            });
            q.from().ifPresent(t -> {
                parts.add("happened_at >= ?");
                values.add(t.toEpochMilli());
            });
            q.until().ifPresent(t -> {
                parts.add("happened_at < ?");
                values.add(t.toEpochMilli());
            });
            q.after().ifPresent(id -> {
                parts.add(q.oldestFirst() ? "id > ?" : "id < ?");
                values.add(id);
            });
            return new Where(parts.isEmpty() ? "" : " WHERE " + String.join(" AND ", parts), values);
        }
    }

    @Override
    public Optional<Activity> find(long id) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT * FROM activities WHERE id = ?",
                SqlActivityLog::activity, id));
    }

    @Override
    public long count(ActivityQuery query) throws EscException {
        var where = Where.of(query);
        return database.inTransaction(sql -> sql.number("SELECT COUNT(*) FROM activities" + where.sql, where.values.toArray()));
    }

    @Override
    public long countBetween(Instant from, Instant to) throws EscException {
        return database.inTransaction(sql -> sql.number("SELECT COUNT(*) FROM activities WHERE happened_at >= ? AND happened_at < ?",
                from.toEpochMilli(), to.toEpochMilli()));
    }

    @Override
    public long lastBefore(Instant time) throws EscException {
        return database.inTransaction(sql -> sql.number("SELECT COALESCE(MAX(id), 0) FROM activities WHERE happened_at < ?", time.toEpochMilli()));
    }

    @Override
    public List<Link> chain(long after, int size) throws EscException {
        return database.inTransaction(sql -> sql.query("SELECT * FROM activities WHERE id > ? ORDER BY id LIMIT " + Math.max(size, 0),
                r -> new Link(activity(r), r.getBytes("mac")), after));
    }

    @Override
    public Verification verify() throws EscException {
        return database.inTransaction(sql -> {
            // the lock keeps writers out, so that head and entries fit together
            var head = sql.first("SELECT last_id, last_mac, head_mac FROM activity_head WHERE only_row = 1 FOR UPDATE",
                    SqlActivityLog::head);
            var walk = new Walk();
            sql.each("SELECT * FROM activities ORDER BY id", row -> walk.step(row));
            if (walk.bad.isPresent()) {
                return walk.verdict(WORDS.say("Entry {0} was changed, or one before it was changed or removed.", walk.bad.getAsLong()));
            }
            if (head.isEmpty()) {
                return walk.broken(WORDS.say("The end of the log was removed."));
            }
            var h = head.get();
            if (!MessageDigest.isEqual(h.headMac, headMac(h.id, h.mac))) {
                return walk.broken(WORDS.say("The mark at the end of the log was changed."));
            }
            if (h.id != walk.count || !MessageDigest.isEqual(h.mac, walk.previous)) {
                return walk.broken(WORDS.say("The log ends at entry {0}, but {1} were written.", walk.count, h.id));
            }
            return new Verification(walk.count, true, OptionalLong.empty(), WORDS.many(walk.count, "{0} entry, not changed.", "{0} entries, none changed or removed."));
        });
    }

    /** Goes along the chain. */
    private final class Walk {
        private byte[] previous = START;
        private long count;
        private OptionalLong bad = OptionalLong.empty();

        boolean step(ResultSet row) throws SQLException {
            count++;
            boolean good = false;
            if (row.getLong("id") == count && Operation.of(row.getString("operation")).isPresent()) {
                byte[] mac = row.getBytes("mac");
                good = MessageDigest.isEqual(mac, mac(previous, activity(row)));
                previous = mac;
            }
            if (!good) {
                bad = OptionalLong.of(count);
            }
            return good;
        }

        Verification verdict(String message) {
            return new Verification(count, false, bad, message);
        }

        Verification broken(String message) {
            return new Verification(count, false, OptionalLong.of(count + 1), message);
        }
    }

    private static Head head(ResultSet r) throws SQLException {
        return new Head(r.getLong(1), r.getBytes(2), r.getBytes(3));
    }

    private static Activity activity(ResultSet r) throws SQLException {
        return new Activity(r.getLong("id"), Instant.ofEpochMilli(r.getLong("happened_at")),
                Optional.ofNullable(r.getString("cuid")).map(Cuid::of),
                r.getString("user_id"), r.getString("ip"), Operation.of(r.getString("operation"))
                .orElse(Operation.CONFIGURATION), r.getBoolean("success"), r.getString("message"));
    }

    private byte[] mac(byte[] previous, Activity a) {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        try {
            out.write(previous);
            out.writeLong(a.id());
            out.writeLong(a.at().toEpochMilli());
            out.writeBoolean(a.success());
            for (String s : List.of(a.cuid().map(Cuid::toString).orElse(""), a.userId(), a.ip(), a.operation().wire(),
                    a.message())) {
                byte[] utf8 = s.getBytes(StandardCharsets.UTF_8);
                out.writeInt(utf8.length); // lengths keep fields from flowing into each other
                out.write(utf8);
            }
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return hmac(bytes.toByteArray());
    }

    private byte[] headMac(long id, byte[] mac) {
        return hmac(ByteBuffer.allocate(4 + 8 + mac.length).put("head".getBytes(StandardCharsets.US_ASCII)).putLong(id)
                .put(mac).array());
    }

    private byte[] hmac(byte[] data) {
        return key.use(k -> {
            try {
                var mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(k, "HmacSHA256"));
                return mac.doFinal(data);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Override
    public void close() {
        key.close();
    }
}
