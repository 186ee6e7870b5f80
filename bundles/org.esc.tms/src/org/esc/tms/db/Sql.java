// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Statements within one transaction. Parameters may be strings, numbers, booleans, byte arrays, or {@code Optional}s of
 * them (empty: NULL).
 */
public final class Sql {

    private final Connection connection;

    Sql(Connection connection) {
        this.connection = connection;
    }

    /** Runs a change and returns how many rows it touched. */
    public int update(String sql, Object... parameters) throws SQLException {
        try (var statement = prepare(sql, parameters)) {
            return statement.executeUpdate();
        }
    }

    /** Reads rows. */
    public <T> List<T> query(String sql, Row<T> row, Object... parameters) throws SQLException {
        try (var statement = prepare(sql, parameters); var rows = statement.executeQuery()) {
            var result = new ArrayList<T>();
            while (rows.next()) {
                result.add(row.read(rows));
            }
            return result;
        }
    }

    /** Reads the first row. */
    public <T> Optional<T> first(String sql, Row<T> row, Object... parameters) throws SQLException {
        try (var statement = prepare(sql, parameters); var rows = statement.executeQuery()) {
            return rows.next() ? Optional.of(row.read(rows)) : Optional.empty();
        }
    }

    /** Reads one number. */
    public long number(String sql, Object... parameters) throws SQLException {
        return first(sql, r -> r.getLong(1), parameters).orElse(0L);
    }

    /** Reads rows one by one without keeping them. */
    public void each(String sql, Each each, Object... parameters) throws SQLException {
        try (var statement = prepare(sql, parameters)) {
            statement.setFetchSize(500);
            try (var rows = statement.executeQuery()) {
                while (rows.next() && each.read(rows)) {
                    // the row's reader does the work
                }
            }
        }
    }

    private PreparedStatement prepare(String sql, Object... parameters) throws SQLException {
        var statement = connection.prepareStatement(sql);
        try {
            for (int i = 0; i < parameters.length; i++) {
                switch (parameters[i]) {
                    case Optional<?> o -> statement.setObject(i + 1, o.orElse(null));
                    case byte[] b -> statement.setBytes(i + 1, b);
                    case Object o -> statement.setObject(i + 1, o);
                }
            }
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    /** Makes something of a row. */
    @FunctionalInterface
    public interface Row<T> {
        /** Reads the current row. */
        T read(ResultSet row) throws SQLException;
    }

    /** Looks at a row; {@code false} stops. */
    @FunctionalInterface
    public interface Each {
        /** Reads the current row. */
        boolean read(ResultSet row) throws SQLException;
    }
}
