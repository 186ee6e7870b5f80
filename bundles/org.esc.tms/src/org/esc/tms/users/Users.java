// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;

/** Who may have a token. */
public interface Users {

    /**
     * Checks a password. Takes as long for an unknown user as for a wrong password; slows down guessing. {@code
     * password} stays the caller's.
     */
    Login authenticate(String uid, Secret password) throws EscException;

    /** The user with this short name. */
    Optional<User> find(String uid) throws EscException;

    /** All users by short name. */
    List<User> list() throws EscException;

    /** Users whose short name, full name or e-mail address has this in it, any case; by short name. */
    List<User> list(Optional<String> text, int start, int size) throws EscException;

    /** How many there are. */
    long count(Optional<String> text) throws EscException;

    /** Adds a user. @throws EscException USAGE if there is one by that name or the password is too short */
    void add(User user, Secret password) throws EscException;

    /** Changes all but the password. */
    void update(User user) throws EscException;

    /** Changes the password and forgets failed logins. */
    void setPassword(String uid, Secret password) throws EscException;

    /** Removes a user. */
    void remove(String uid) throws EscException;

    /** Whether demonstration users exist: no address but loopback may be served then. */
    boolean demo() throws EscException;
}
