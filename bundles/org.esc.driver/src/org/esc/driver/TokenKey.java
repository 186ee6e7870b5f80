// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.security.PublicKey;
import java.util.Objects;
import java.util.Optional;

/**
 * A key on a token, or a fixed place for one.
 *
 * @param slot      where it lies, as the applet's users call it: "2", "9a", "sig"
 * @param label     its name there, may be empty: "PIV Authentication"
 * @param type      "RSA private key", "EC public key" and the like, in English in every language, as are its uses and policy; empty if the place is empty
 * @param bits      its size, 0 if not known
 * @param mate      slot of the other half of the pair, empty if there is none
 * @param uses      "sign, decrypt", may be empty
 * @param policy    what it asks for before use, may be empty: "PIN always, touch"
 * @param access    who must have been verified before it is used
 * @param publicKey its public key, if the token tells
 */
public record TokenKey(String slot, String label, String type, int bits, String mate, String uses, String policy, Access access,
        Optional<PublicKey> publicKey) {

    public TokenKey {
        Objects.requireNonNull(slot);
    }

    /** A key of which no more is known. */
    public TokenKey(String slot, String type, int bits, String mate, String uses) {
        this(slot, "", type, bits, mate, uses, "", Access.FREE, Optional.empty());
    }

    /** False for a place without a key. */
    public boolean present() {
        return !type.isEmpty();
    }
}
