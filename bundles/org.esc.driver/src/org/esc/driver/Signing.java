// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.Set;
import org.esc.apdu.EscException;

/** Signs with a private key of the token. */
public interface Signing extends Capability {

    /** What the key in a slot can do; empty if it does not sign. The first is the one to take. */
    Set<SignatureAlgorithm> signatures(String slot) throws EscException;

    /**
     * Signs.
     *
     * @param toBeSigned the digest that the algorithm names, or the message if it names none
     * @return the signature as X.509 has it: RSA as long as the modulus, ECDSA as a DER sequence, Ed25519 64 bytes
     */
    byte[] sign(String slot, SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException;
}
