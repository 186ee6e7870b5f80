// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.tms.db.Database;
import org.esc.tms.db.Json;
import org.esc.tms.db.Refused;
import org.esc.tms.db.Sql;

/** What users look like, and how to find them by a part of their name: for security officers, who meet them in person. */
public final class People {

    private static final Words WORDS = Words.of(People.class);

    /** Most bytes of a photo. */
    public static final int MOST_PHOTO = 512 * 1024;
    private static final int MOST_ATTRIBUTES = 3900;

    private final Database database;

    /** Over this database. */
    public People(Database database) {
        this.database = database;
    }

    /**
     * Some of those who were found.
     *
     * @param total how many there are
     * @param users those asked for, by full name
     */
    public record Found(long total, List<User> users) {

        public Found {
            users = List.copyOf(users);
        }
    }

    /** Users who may log in and whose short name, e-mail address, or a word of whose full name begins like this; any case. */
    public Found search(String text, int start, int size) throws EscException {
        String like = text.strip().toLowerCase(Locale.ROOT).replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%";
        String where = " FROM users WHERE disabled = FALSE AND (uid LIKE ? ESCAPE '!' OR LOWER(full_name) LIKE ? ESCAPE '!' "
                + "OR LOWER(full_name) LIKE ? ESCAPE '!' OR LOWER(email) LIKE ? ESCAPE '!')";
        return database.inTransaction(sql -> new Found(sql.number("SELECT COUNT(*)" + where, like, like, "% " + like, like),
                sql.query("SELECT *" + where + " ORDER BY full_name, uid LIMIT ? OFFSET ?", SqlUsers::user, like, like, "% " + like, like, size,
                        start)));
    }

    /** The person with this short name. */
    public Optional<Person> find(String uid) throws EscException {
        String id = SqlUsers.normal(uid);
        return database.inTransaction(sql -> {
            var user = sql.first("SELECT * FROM users WHERE uid = ?", SqlUsers::user, id);
            return user.isEmpty() ? Optional.<Person>empty()
                    : Optional.of(sql.first("SELECT photo, attributes FROM user_details WHERE uid = ?", r -> new Person(user.get(),
                            Optional.ofNullable(r.getBytes("photo")), attributes(r.getString("attributes"))), id)
                            .orElse(new Person(user.get(), Optional.empty(), Map.of())));
        });
    }

    /** Keeps a photo. @throws EscException USAGE if it is no JPEG or PNG picture, or too large, or there is no such user */
    public void setPhoto(String uid, byte[] photo) throws EscException {
        boolean jpeg = photo.length > 3 && photo[0] == (byte) 0xFF && photo[1] == (byte) 0xD8 && photo[2] == (byte) 0xFF;
        boolean png = photo.length > 8 && photo[0] == (byte) 0x89 && photo[1] == 'P' && photo[2] == 'N' && photo[3] == 'G';
        if (!jpeg && !png) {
            throw Refused.usage(WORDS.say("keep a photo"), WORDS.say("This is no JPEG or PNG picture."));
        }
        if (photo.length > MOST_PHOTO) {
            throw Refused.usage(WORDS.say("keep a photo"), WORDS.say("A photo has at most {0} KB.", MOST_PHOTO / 1024));
        }
        change(uid, (sql, id) -> sql.update("UPDATE user_details SET photo = ? WHERE uid = ?", photo, id));
    }

    /** Keeps attributes in place of those there are. @throws EscException USAGE if they are too many, or there is no such user */
    public void setAttributes(String uid, Map<String, String> attributes) throws EscException {
        String json = Json.write(attributes);
        if (json.length() > MOST_ATTRIBUTES) {
            throw Refused.usage(WORDS.say("keep what a person looks like"), WORDS.say("These are too many attributes."));
        }
        change(uid, (sql, id) -> sql.update("UPDATE user_details SET attributes = ? WHERE uid = ?", json, id));
    }

    private interface Change {
        void on(Sql sql, String id) throws SQLException;
    }

    private void change(String uid, Change change) throws EscException {
        String id = SqlUsers.normal(uid);
        database.run(sql -> {
            if (sql.number("SELECT COUNT(*) FROM users WHERE uid = ?", id) == 0) {
                throw SqlUsers.unknown(uid);
            }
            if (sql.number("SELECT COUNT(*) FROM user_details WHERE uid = ?", id) == 0) {
                sql.update("INSERT INTO user_details (uid, photo, attributes) VALUES (?, ?, ?)", id, Optional.empty(), "{}");
            }
            change.on(sql, id);
        });
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> attributes(String json) {
        return Json.read(json, LinkedHashMap.class);
    }
}
