// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.tms.db.Database;
import org.esc.tms.db.Refused;

/** What is known of users as administrators: whose tokens they may see, and certificates they may sign in with. */
public final class Administrators {

    private static final Words WORDS = Words.of(Administrators.class);

    /** Stands for every profile, as in Dogtag's TPS. */
    public static final String ALL_PROFILES = "All Profiles";
    private static final int MOST = 3900;

    private final Database database;

    /** Over this database. */
    public Administrators(Database database) {
        this.database = database;
    }

    /** The profiles whose tokens a user may see. */
    public Set<String> profiles(String uid) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT profiles FROM administrators WHERE uid = ?", r -> split(r.getString(1)), uid))
                .orElse(Set.of(ALL_PROFILES));
    }

    private static Set<String> split(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).collect(Collectors.toCollection(TreeSet::new));
    }

    /** Their telephone number. */
    public Optional<String> phone(String uid) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT phone FROM administrators WHERE uid = ? AND phone IS NOT NULL", r -> r.getString(1),
                uid));
    }

    /** Keeps both. @throws EscException USAGE if they are too long */
    public void save(String uid, Set<String> profiles, Optional<String> phone) throws EscException {
        String list = String.join(",", new TreeSet<>(profiles));
        if (list.length() > MOST || phone.map(p -> p.length() > 100 || p.chars().anyMatch(Character::isISOControl)).orElse(false)) {
            throw Refused.usage(WORDS.say("change a user"), WORDS.say("The list of profiles or the telephone number is too long."));
        }
        database.run(sql -> {
            sql.update("DELETE FROM administrators WHERE uid = ?", uid);
            sql.update("INSERT INTO administrators (uid, profiles, phone) VALUES (?, ?, ?)", uid, list, phone);
        });
    }

    /** Serial numbers of certificates of our own CA that a user may sign in with besides those issued to administrators. */
    public List<BigInteger> certificates(String uid) throws EscException {
        return database.inTransaction(sql -> sql.query("SELECT serial FROM user_certificates WHERE uid = ? ORDER BY added_at, serial",
                r -> new BigInteger(r.getString(1), 16), uid));
    }

    /** Who may sign in with a certificate. */
    public Optional<String> owner(BigInteger serial) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT uid FROM user_certificates WHERE serial = ?", r -> r.getString(1),
                serial.toString(16)));
    }

    /** Lets a user sign in with a certificate. @throws EscException USAGE if somebody does already */
    public void add(String uid, BigInteger serial) throws EscException {
        database.run(sql -> {
            if (owner(serial).isPresent()) {
                throw Refused.usage(WORDS.say("add a certificate"), WORDS.say("User {0} signs in with this certificate already.", owner(serial).get()));
            }
            sql.update("INSERT INTO user_certificates (serial, uid, added_at) VALUES (?, ?, ?)", serial.toString(16), uid,
                    System.currentTimeMillis());
        });
    }

    /** Takes a certificate away. @return false if it was not there */
    public boolean remove(String uid, BigInteger serial) throws EscException {
        return database.inTransaction(sql -> sql.update("DELETE FROM user_certificates WHERE serial = ? AND uid = ?", serial.toString(16), uid)) > 0;
    }

    /** Forgets a user. */
    public void forget(String uid) throws EscException {
        database.run(sql -> {
            sql.update("DELETE FROM administrators WHERE uid = ?", uid);
            sql.update("DELETE FROM user_certificates WHERE uid = ?", uid);
        });
    }
}
