// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.config;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.esc.apdu.EscException;
import org.esc.tms.Tms;
import org.esc.tms.db.Database;
import org.esc.tms.db.Json;
import org.esc.tms.db.Refused;
import org.esc.tms.db.Settings;
import org.esc.tms.users.LdapDirectory;

/**
 * Directories of users: the built-in one, which is always there, and LDAP servers. The LDAP server of the settings {@code users.ldap-…} is the one called
 * {@link #OF_SETTINGS}.
 */
public final class AuthenticatorSection implements Entries.Section {

    /** The built-in directory. */
    public static final String BUILT_IN = "local";
    /** The LDAP server that the settings name. */
    public static final String OF_SETTINGS = "ldap1";

    private static final String STEP = "save an authenticator";

    private final Tms tms;
    private final Database database;

    AuthenticatorSection(Tms tms, Database database) {
        this.tms = tms;
        this.database = database;
    }

    /** An LDAP server. @param address {@code ldaps://…} @param name pattern of a user's DN */
    public record Ldap(String address, String name) {
    }

    /** The LDAP servers that are enabled, in the order of their names. */
    public static List<Ldap> enabled(Settings settings, Database database) throws EscException {
        return database.inTransaction(sql -> {
            var off = sql.query("SELECT id FROM entry_states WHERE kind = 'AUTHENTICATOR'", r -> r.getString(1));
            var all = new TreeMap<String, Ldap>();
            sql.query("SELECT id, definition FROM authenticators", r -> all.put(r.getString(1), Json.read(r.getString(2), Ldap.class)));
            ofSettings(settings).ifPresent(l -> all.put(OF_SETTINGS, l));
            off.forEach(all::remove);
            return List.copyOf(all.values());
        });
    }

    private static Optional<Ldap> ofSettings(Settings settings) throws EscException {
        var address = settings.get(Settings.LDAP_ADDRESS).filter(a -> !a.isBlank());
        var name = settings.get(Settings.LDAP_NAME).filter(n -> !n.isBlank());
        return address.isPresent() && name.isPresent() ? Optional.of(new Ldap(address.get(), name.get())) : Optional.empty();
    }

    private Optional<Ldap> ldap(String id) throws EscException {
        return id.equals(OF_SETTINGS) ? ofSettings(tms.settings()) : database.inTransaction(sql -> sql.first(
                "SELECT definition FROM authenticators WHERE id = ?", r -> Json.read(r.getString(1), Ldap.class), id));
    }

    @Override
    public List<String> ids() throws EscException {
        var all = new ArrayList<String>();
        if (ofSettings(tms.settings()).isPresent()) {
            all.add(OF_SETTINGS);
        }
        all.addAll(database.inTransaction(sql -> sql.query("SELECT id FROM authenticators", r -> r.getString(1))));
        all.add(BUILT_IN);
        return all.stream().sorted().toList();
    }

    @Override
    public Optional<Map<String, String>> properties(String id) throws EscException {
        String prefix = "auths.instance." + id + ".";
        if (id.equals(BUILT_IN)) {
            return Optional.of(Map.of(prefix + "pluginName", "LocalUsers"));
        }
        return ldap(id).map(l -> {
            var uri = URI.create(l.address());
            return new TreeMap<>(Map.of(prefix + "pluginName", "UidPwdDirAuth", prefix + "ldap.ldapconn.host", uri.getHost(),
                    prefix + "ldap.ldapconn.port", "" + (uri.getPort() >= 0 ? uri.getPort() : secure(uri) ? 636 : 389),
                    prefix + "ldap.ldapconn.secureConn", "" + secure(uri), prefix + "dnpattern", l.name()));
        });
    }

    private static boolean secure(URI uri) {
        return uri.getScheme().equalsIgnoreCase("ldaps");
    }

    @Override
    public void save(String id, Map<String, String> given) throws EscException {
        String prefix = "auths.instance." + id + ".";
        var p = new Properties(STEP, given);
        if (id.equals(BUILT_IN)) {
            p.fixed(prefix + "pluginName", "LocalUsers");
            p.nothingElse();
            return;
        }
        if (!id.matches("[A-Za-z0-9_-]{1,64}")) {
            throw Refused.usage(STEP, "An authenticator's id has letters, digits, dashes and underscores.");
        }
        p.fixed(prefix + "pluginName", "UidPwdDirAuth");
        boolean secure = p.yes(prefix + "ldap.ldapconn.secureConn", true);
        String host = p.text(prefix + "ldap.ldapconn.host");
        if (!host.matches("[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]+]")) {
            throw p.wrong(prefix + "ldap.ldapconn.host", "the name or address of a host");
        }
        String address = (secure ? "ldaps://" : "ldap://") + host + ":" + p.number(prefix + "ldap.ldapconn.port", secure ? 636 : 389, 1, 65535);
        String name = p.text(prefix + "dnpattern");
        p.nothingElse();
        new LdapDirectory(URI.create(address), name);
        if (id.equals(OF_SETTINGS)) {
            tms.settings().set(Settings.LDAP_ADDRESS, address);
            tms.settings().set(Settings.LDAP_NAME, name);
        } else {
            String json = Json.write(new Ldap(address, name));
            database.run(sql -> {
                if (sql.update("UPDATE authenticators SET definition = ? WHERE id = ?", json, id) == 0) {
                    sql.update("INSERT INTO authenticators (id, definition) VALUES (?, ?)", id, json);
                }
            });
        }
    }

    @Override
    public void remove(String id) throws EscException {
        if (id.equals(BUILT_IN)) {
            throw Refused.usage("remove an authenticator", "The built-in directory cannot be removed. It can be disabled.");
        }
        if (id.equals(OF_SETTINGS)) {
            tms.settings().set(Settings.LDAP_ADDRESS, "");
            tms.settings().set(Settings.LDAP_NAME, "");
        } else {
            database.run(sql -> sql.update("DELETE FROM authenticators WHERE id = ?", id));
        }
    }
}
