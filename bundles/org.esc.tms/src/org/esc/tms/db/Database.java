// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.h2.jdbcx.JdbcDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The database: connections and transactions. Embedded H2 by default; commits reach the file before they return.
 * Transactions of several threads run side by side, a nested one joins the one around it.
 */
public final class Database implements AutoCloseable {

    private static final Words WORDS = Words.of(Database.class);

    /**
     * H2: a commit is in the file when it returns, so that a killed process loses nothing; nothing in the file is moved about when it is closed;
     * all our statements stay parsed.
     */
    private static final String H2_OPTIONS = ";DB_CLOSE_DELAY=-1;WRITE_DELAY=0;MAX_COMPACT_TIME=0;QUERY_CACHE_SIZE=128;LOCK_TIMEOUT=20000;MODE=PostgreSQL"
            + ";DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH";
    private static final int CONNECTIONS = 12;
    private static final int ATTEMPTS = 6;
    /** Bytes. */
    private static final long COMPACT_ABOVE = 64L << 20;
    /** H2's word for a file that it cannot make sense of. */
    private static final int FILE_CORRUPTED = 90030;
    private static final ScopedValue<Bound> CURRENT = ScopedValue.newInstance();

    private final DataSource source;
    private final ConcurrentLinkedQueue<Connection> idle = new ConcurrentLinkedQueue<>();
    private final Semaphore permits = new Semaphore(CONNECTIONS, true);
    private volatile boolean closed;

    /** Whether the database runs in this process and ends with it. */
    private final boolean own;
    private final Optional<Path> file;

    private Database(DataSource source, boolean own, Optional<Path> file) {
        this.source = source;
        this.own = own;
        this.file = file;
    }

    private record Bound(Database database, Sql sql) {
    }

    /** Opens the embedded database in a folder, made if need be, and brings its schema up to date. */
    public static Database embedded(Path folder) throws EscException {
        return embedded(folder, Optional.empty());
    }

    /** Makes an embedded database in an empty folder from what {@link #dump} wrote. */
    public static Database restored(Path folder, Path dump) throws EscException {
        return embedded(folder, Optional.of(dump));
    }

    private static Database embedded(Path folder, Optional<Path> dump) throws EscException {
        try {
            PrivateFiles.directory(folder);
            var h2 = new JdbcDataSource();
            h2.setURL("jdbc:h2:file:" + folder.toAbsolutePath().resolve("tms") + ";DB_CLOSE_ON_EXIT=FALSE" + H2_OPTIONS);
            h2.setUser("tms");
            h2.setPassword("");
            Path file = folder.resolve("tms.mv.db");
            var database = new Database(h2, true, Optional.of(file));
            if (dump.isPresent()) {
                database.run(sql -> sql.update("RUNSCRIPT FROM ?", dump.get().toString()));
            }
            Migrations.run(database);
            if (Files.exists(file)) {
                PrivateFiles.ownerOnly(file);
            }
            return database;
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("open the database"),
                    WORDS.say("The folder of the database cannot be used: {0}", DataDirectory.reason(e))).exception(e);
        }
    }

    /**
     * Opens a database by its JDBC URL: {@code jdbc:h2:…}, or {@code jdbc:postgresql:…}. Credentials are part of the URL or of the driver's own
     * configuration.
     */
    public static Database at(String url) throws EscException {
        DataSource source;
        if (url.startsWith("jdbc:h2:")) {
            var h2 = new JdbcDataSource();
            h2.setURL(url + H2_OPTIONS);
            source = h2;
        } else if (url.startsWith("jdbc:postgresql:")) {
            source = postgres(url);
        } else {
            throw Problem.of(Fault.USAGE, WORDS.say("open the database"), WORDS.say("This kind of database is not known."))
                    .code("unknown-database")
                    .advice(WORDS.say("Give --db a URL that begins with jdbc:h2: or jdbc:postgresql:.")).exception();
        }
        var database = new Database(source, url.startsWith("jdbc:h2:") && !url.matches("jdbc:h2:(tcp|ssl):.*"), Optional.empty());
        Migrations.run(database);
        return database;
    }

    private static DataSource postgres(String url) throws EscException {
        var source = new PGSimpleDataSource();
        try {
            source.setURL(url);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("open the database"), WORDS.say("This is no address of a PostgreSQL database.")).code("database-url")
                    .advice(WORDS.say("Give --db a URL like jdbc:postgresql://host/database?user=name.")).exception(e);
        }
        return source;
    }

    /**
     * Does {@code work} in a transaction: committed when it returns, undone when it throws. If a transaction of this
     * thread is open, the work joins it. Work may be run again when the database asks for that (a deadlock), so it must
     * touch nothing but the database.
     */
    public <T> T inTransaction(Work<T> work) throws EscException {
        if (CURRENT.isBound() && CURRENT.get().database == this) {
            try {
                return work.run(CURRENT.get().sql);
            } catch (SQLException e) {
                throw failed(e);
            }
        }
        for (int attempt = 1;; attempt++) {
            try {
                return once(work);
            } catch (EscException e) {
                if (attempt == ATTEMPTS || !worthRetrying(e)) {
                    throw e;
                }
                pause(attempt);
            }
        }
    }

    /** The same for work without a result. */
    public void run(Change change) throws EscException {
        inTransaction(sql -> {
            change.run(sql);
            return Boolean.TRUE;
        });
    }

    private <T> T once(Work<T> work) throws EscException {
        permits.acquireUninterruptibly();
        Connection connection = null;
        boolean good = false;
        try {
            if (closed) {
                throw new EscException(Fault.CANCELLED, WORDS.say("use the database"),
                        WORDS.say("The token management system is being stopped."));
            }
            connection = idle.poll();
            if (connection == null) {
                connection = source.getConnection();
                connection.setAutoCommit(false);
            }
            var sql = new Sql(connection);
            T result = ScopedValue.where(CURRENT, new Bound(this, sql)).call(() -> work.run(sql));
            connection.commit();
            good = true;
            return result;
        } catch (SQLException e) {
            throw failed(e);
        } catch (EscException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            giveBack(connection, good);
            permits.release();
        }
    }

    private void giveBack(Connection connection, boolean committed) {
        if (connection == null) {
            return;
        }
        try {
            if (!committed) {
                connection.rollback();
            }
            if (closed) {
                connection.close();
            } else {
                idle.add(connection);
            }
        } catch (SQLException _) {
            closeQuietly(connection);
        }
    }

    private static boolean worthRetrying(EscException e) {
        // class 40: the transaction was rolled back because of another one; 23505: another one was quicker to add the
        // same row
        return e.getCause() instanceof SQLException x && x.getSQLState() != null
                && (x.getSQLState().startsWith("40") || x.getSQLState().equals("23505"));
    }

    private static void pause(int attempt) throws EscException {
        try {
            Thread.sleep(ThreadLocalRandom.current().nextInt(5, 20 * attempt));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.of(Fault.CANCELLED, WORDS.say("use the database"), WORDS.say("The operation was interrupted.")).exception(e);
        }
    }

    private static EscException failed(SQLException e) {
        if (e.getSQLState() != null && e.getSQLState().startsWith("08")) {
            return Problem.of(Fault.NETWORK, WORDS.say("use the database"), WORDS.say("The database cannot be reached."))
                    .code("database-unreachable")
                    .endOp(Refused.DB).advice(WORDS.say("Check that the database server runs and that its address is right."))
                    .exception(e);
        }
        if (e.getErrorCode() == FILE_CORRUPTED) {
            return Problem.of(Fault.DEFECT, WORDS.say("use the database"), WORDS.say("The database file is damaged and cannot be read."))
                    .code("database-damaged").endOp(Refused.DB)
                    .advice(WORDS.say("Keep the damaged folder, and bring the last backup back into a new one: esc tms restore.")).exception(e);
        }
        // the driver's own words stay in the cause: they may quote whole rows
        return Problem.of(Fault.DEFECT, WORDS.say("use the database"), WORDS.say("The database failed (state {0}).", e.getSQLState()))
                .code("database").endOp(Refused.DB).exception(e);
    }

    /** Whether other processes may use it at the same time. */
    public boolean shared() {
        return !own;
    }

    /** Writes a consistent copy of the database as SQL text. Embedded database only. */
    public void dump(Path file) throws EscException {
        inTransaction(sql -> sql.query("SCRIPT NOSETTINGS TO ?", r -> 0, file.toString()).size());
    }

    /** Waits for running transactions, then closes. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        permits.acquireUninterruptibly(CONNECTIONS);
        closed = true;
        permits.release(CONNECTIONS);
        Connection c;
        while ((c = idle.poll()) != null) {
            closeQuietly(c);
        }
        if (own) {
            try (var connection = source.getConnection(); var statement = connection.createStatement()) {
                statement.execute(large() ? "SHUTDOWN COMPACT" : "SHUTDOWN");
            } catch (SQLException _) {
                // nothing is lost: every commit is in the file already
            }
        }
    }

    /** Room in the file is not won back while it is used; a file that has grown is written anew, beside the old one until it is complete. */
    private boolean large() {
        try {
            return file.isPresent() && Files.size(file.get()) > COMPACT_ABOVE;
        } catch (IOException _) {
            return false;
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException _) {
            // it is gone either way
        }
    }

    /** Work with a result. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does it. */
        T run(Sql sql) throws SQLException, EscException;
    }

    /** Work without. */
    @FunctionalInterface
    public interface Change {
        /** Does it. */
        void run(Sql sql) throws SQLException, EscException;
    }
}
