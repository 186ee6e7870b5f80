// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;

/** Users that somebody else keeps, such as a company's LDAP server. */
@FunctionalInterface
public interface Directory {

    /**
     * Who this is, if the password is right.
     *
     * @throws EscException NETWORK if the directory cannot be asked
     */
    Optional<User> login(String uid, Secret password) throws EscException;
}
