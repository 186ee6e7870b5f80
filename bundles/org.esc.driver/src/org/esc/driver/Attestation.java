// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.security.cert.X509Certificate;
import java.util.Optional;
import org.esc.apdu.EscException;

/** Proves that a key was made on the token. */
public interface Attestation extends Capability {

    /** True if the token can tell where the key in a slot was made: it says nothing for one that was put there, nor for an empty slot. */
    default boolean attests(String slot) throws EscException {
        return true;
    }

    /** A statement of the token about the key in a slot, signed by its attestation key. */
    X509Certificate attest(String slot) throws EscException;

    /** The certificate of the attestation key, if it can be read. */
    Optional<X509Certificate> attestationCertificate() throws EscException;
}
