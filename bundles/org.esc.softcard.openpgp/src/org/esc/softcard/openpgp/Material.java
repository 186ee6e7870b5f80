// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.openpgp;

import java.security.PublicKey;
import java.security.SecureRandom;
import org.esc.openpgp.OpenPgpStatus;
import org.esc.securechannel.CardRefusal;

/** A key pair and what it can do. */
sealed interface Material permits RsaMaterial, CurveMaterial {

    PublicKey publicKey();

    /** All from which it can be made again. */
    byte[] secret();

    byte[] sign(byte[] data, SecureRandom random) throws CardRefusal;

    /** Decrypts RSA. */
    default byte[] decipher(byte[] cryptogram) throws CardRefusal {
        throw new CardRefusal(OpenPgpStatus.CONDITIONS_NOT_SATISFIED);
    }

    /** Agrees on a secret. */
    default byte[] agree(byte[] point) throws CardRefusal {
        throw new CardRefusal(OpenPgpStatus.CONDITIONS_NOT_SATISFIED);
    }
}
