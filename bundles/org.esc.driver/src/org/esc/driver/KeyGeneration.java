// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.security.PublicKey;
import java.util.Set;
import org.esc.apdu.EscException;

/** Makes key pairs on the token. */
public interface KeyGeneration extends Capability {

    /** What can be made in a slot; empty if nothing can. */
    Set<KeyAlgorithm> generatable(String slot) throws EscException;

    /** True if a {@link KeyPolicy} other than the default is understood. */
    default boolean hasKeyPolicies() throws EscException {
        return false;
    }

    /** Who must have been verified before. */
    Access generationAccess() throws EscException;

    /** Makes a key pair, which replaces the one that is there, and gives its public key. May take a minute. */
    PublicKey generateKey(String slot, KeyAlgorithm algorithm, KeyPolicy policy) throws EscException;
}
