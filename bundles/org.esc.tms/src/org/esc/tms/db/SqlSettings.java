// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.esc.apdu.EscException;

/** Settings in the database. */
public final class SqlSettings implements Settings {

    private static final Map<String, String> DEFAULTS = Map.of(ACCEPT_RETURNED_FACTORY_KEYS, "false",
            ALLOW_UNKNOWN_TOKENS, "true", ALLOW_MULTIPLE_ACTIVE, "false", VERIFY_PROOF, "true", APPROVAL, "Profiles",
            Settings.resolver(Profiles.Purpose.ENROLL), "enrollProfileMappingResolver",
            Settings.resolver(Profiles.Purpose.FORMAT), "formatProfileMappingResolver",
            Settings.resolver(Profiles.Purpose.PIN_RESET), "pinResetProfileMappingResolver");

    private final Database database;

    /** Over this database. */
    public SqlSettings(Database database) {
        this.database = database;
    }

    /** What a setting is unless said otherwise. */
    static String usual(String name) {
        return DEFAULTS.get(name);
    }

    @Override
    public Optional<String> get(String name) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT setting FROM settings WHERE name = ?", r ->
                r.getString(1), name))
                .or(() -> Optional.ofNullable(DEFAULTS.get(name)));
    }

    @Override
    public boolean on(String name) throws EscException {
        return get(name).map(Boolean::parseBoolean).orElse(false);
    }

    @Override
    public void set(String name, String value) throws EscException {
        database.run(sql -> {
            if (sql.update("UPDATE settings SET setting = ? WHERE name = ?", value, name) == 0) {
                sql.update("INSERT INTO settings (name, setting) VALUES (?, ?)", name, value);
            }
        });
    }

    @Override
    public Map<String, String> all() throws EscException {
        var all = new TreeMap<>(DEFAULTS);
        database.run(sql -> sql.query("SELECT name, setting FROM settings", r ->
                all.put(r.getString(1), r.getString(2))));
        return all;
    }
}
