// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.security.PublicKey;
import org.esc.apdu.EscException;

/** Decrypts, or agrees on a secret, with a private key of the token. */
public interface Decryption extends Capability {

    /** True if the key in a slot decrypts RSA. */
    boolean decrypts(String slot) throws EscException;

    /** True if the key in a slot agrees on secrets (ECDH, X25519). */
    boolean agrees(String slot) throws EscException;

    /** Decrypts a PKCS#1 v1.5 cryptogram as long as the modulus and gives the message. The caller erases it. */
    byte[] decrypt(String slot, byte[] cryptogram) throws EscException;

    /** The secret shared with the holder of {@code other}: the x coordinate, without any derivation. The caller erases it. */
    byte[] agree(String slot, PublicKey other) throws EscException;
}
