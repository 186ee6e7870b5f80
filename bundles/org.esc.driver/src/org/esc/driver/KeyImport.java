// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.security.KeyPair;
import java.util.Set;
import org.esc.apdu.EscException;

/** Puts key pairs made elsewhere on the token. */
public interface KeyImport extends Capability {

    /** What a slot takes; empty if nothing. */
    Set<KeyAlgorithm> importable(String slot) throws EscException;

    /** Who must have been verified before. */
    Access importAccess() throws EscException;

    /** Writes a key pair, which replaces the one that is there. */
    void importKey(String slot, KeyPair pair, KeyPolicy policy) throws EscException;
}
