// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;

/**
 * Leases in the database, for several servers on it. A server renews its leases a few times in the time they last, by the database's clock; one that
 * stopped, or is cut off, loses them.
 */
public final class SqlLeases implements Leases {

    private static final System.Logger LOG = System.getLogger(SqlLeases.class.getName());
    private static final int RENEWALS = 6;

    private final Database database;
    private final String node;
    private final long life;
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1, ServerThreads.of(Thread.ofPlatform().daemon().name("tms-leases").factory()));

    /**
     * Over this database.
     *
     * @param node name of this server; leases of an earlier process of that name are abandoned at once
     * @param life how long a lease outlives its server
     */
    public SqlLeases(Database database, String node, Duration life) throws EscException {
        this.database = database;
        this.node = node;
        this.life = life.toMillis();
        database.run(sql -> sql.update("UPDATE leases SET expires = 0, node = ? WHERE node = ?", node + " (ended)", node));
        long pause = Math.max(100, life.toMillis() / RENEWALS);
        clock.scheduleWithFixedDelay(this::renew, pause, pause, TimeUnit.MILLISECONDS);
    }

    private void renew() {
        try {
            database.run(sql -> sql.update("UPDATE leases SET expires = ? WHERE node = ?", now(sql) + life, node));
        } catch (EscException | RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, () -> "Leases could not be renewed: " + e.getMessage());
        }
    }

    private static long now(Sql sql) throws SQLException {
        return sql.first("SELECT CURRENT_TIMESTAMP", r -> r.getTimestamp(1).getTime()).orElseThrow();
    }

    private record Row(String node, long expires) {
    }

    @Override
    public boolean take(String what, String operation) throws EscException {
        return database.inTransaction(sql -> {
            var row = sql.first("SELECT node, expires FROM leases WHERE what = ? FOR UPDATE", r -> new Row(r.getString(1), r.getLong(2)), what);
            long now = now(sql);
            if (row.isPresent() && row.get().expires > now) {
                return false;
            }
            if (row.isPresent()) {
                sql.update("UPDATE leases SET node = ?, operation = ?, expires = ? WHERE what = ?", node, operation, now + life, what);
            } else {
                // two who come at once: the second fails on the key, tries again and finds the first
                sql.update("INSERT INTO leases (what, node, operation, expires) VALUES (?, ?, ?, ?)", what, node, operation, now + life);
            }
            return true;
        });
    }

    @Override
    public void release(String what) {
        try {
            database.run(sql -> sql.update("DELETE FROM leases WHERE what = ? AND node = ?", what, node));
        } catch (EscException e) {
            LOG.log(System.Logger.Level.WARNING, () -> "The lease of " + what + " could not be given back: " + e.getMessage());
        }
    }

    @Override
    public void check(String what) throws EscException {
        boolean ours = database.inTransaction(sql -> sql.first("SELECT node FROM leases WHERE what = ? AND node = ? FOR UPDATE", r -> r.getString(1),
                what, node)).isPresent();
        if (!ours) {
            throw Problem.of(Fault.REFUSED, "keep hold of " + what, "This server was out of touch with the database for so long that others took over.")
                    .code("lease-lost").exception();
        }
    }

    @Override
    public List<Abandoned> abandoned() throws EscException {
        return database.inTransaction(sql -> sql.query("SELECT what, operation FROM leases WHERE expires <= ? ORDER BY what",
                r -> new Abandoned(r.getString(1), r.getString(2)), now(sql)));
    }

    @Override
    public void close() {
        clock.shutdownNow();
        try {
            clock.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
