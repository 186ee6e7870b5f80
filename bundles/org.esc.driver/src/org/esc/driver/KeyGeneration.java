// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.security.PublicKey;
import java.util.EnumSet;
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

    /** When a new key can ask for the PIN: always as the card does by itself. */
    default Set<KeyPolicy.PinUse> pinUses() throws EscException {
        return hasKeyPolicies() ? EnumSet.allOf(KeyPolicy.PinUse.class) : EnumSet.of(KeyPolicy.PinUse.DEFAULT);
    }

    /** When a new key can ask for a touch: always as the card does by itself. */
    default Set<KeyPolicy.Touch> touches() throws EscException {
        return hasKeyPolicies() ? EnumSet.allOf(KeyPolicy.Touch.class) : EnumSet.of(KeyPolicy.Touch.DEFAULT);
    }

    /** Who must have been verified before. */
    Access generationAccess() throws EscException;

    /** Makes a key pair, which replaces the one that is there, and gives its public key. May take a minute. */
    PublicKey generateKey(String slot, KeyAlgorithm algorithm, KeyPolicy policy) throws EscException;
}
