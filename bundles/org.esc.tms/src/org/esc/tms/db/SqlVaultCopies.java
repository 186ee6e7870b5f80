// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.Optional;
import org.esc.apdu.EscException;

/** The sealed key store in the database, for several servers on it. The password that opens it is not there. */
public final class SqlVaultCopies implements Vault.Copies {

    private final Database database;

    /** Over this database. */
    public SqlVaultCopies(Database database) {
        this.database = database;
    }

    @Override
    public Optional<Vault.Copy> newer(long version) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT version, sealed FROM vault_copy WHERE only_row = 1 AND version > ?",
                r -> new Vault.Copy(r.getLong(1), r.getBytes(2)), version));
    }

    @Override
    public boolean replace(long version, byte[] sealed) throws EscException {
        return database.inTransaction(sql -> {
            long now = sql.first("SELECT version FROM vault_copy WHERE only_row = 1 FOR UPDATE", r -> r.getLong(1)).orElse(0L);
            if (now != version) {
                return false;
            }
            if (version == 0) {
                sql.update("INSERT INTO vault_copy (only_row, version, sealed) VALUES (1, 1, ?)", sealed);
            } else {
                sql.update("UPDATE vault_copy SET version = ?, sealed = ? WHERE only_row = 1", version + 1, sealed);
            }
            return true;
        });
    }
}
