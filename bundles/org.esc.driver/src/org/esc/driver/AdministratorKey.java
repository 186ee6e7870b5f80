// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;

/** The symmetric key of a token's administrator (PIV card management key). */
public interface AdministratorKey extends Capability {

    /**
     * A kind of key.
     *
     * @param name   "AES-192", "3DES"
     * @param length in bytes
     */
    record Kind(String name, int length) {
    }

    /** The kind that is on the token now. */
    Kind administratorKind() throws EscException;

    /** The kinds that {@link #changeAdministratorKey} takes. */
    List<Kind> administratorKinds() throws EscException;

    /** True if the key is the well-known one with which cards are delivered, as far as can be told without trying it. */
    boolean isAdministratorDefault() throws EscException;

    /** Proves to the token that this end knows the key, and has it prove the same. @throws EscException LOGIN, code {@code wrong-key}, if it does not fit */
    void authenticateAdministrator(Secret key) throws EscException;

    /** Replaces the key. It must have been authenticated. @throws EscException USAGE if the key's length is not that of its kind */
    void changeAdministratorKey(Kind kind, Secret key) throws EscException;
}
