// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.drm;

import java.security.PublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Optional;

/**
 * A key pair made or released by the server on its way to a card. Java cannot erase an RSA key object; keep it no
 * longer than needed.
 *
 * @param archive    its name in the archive, if archived
 * @param publicKey  public half
 * @param privateKey private half
 */
public record ServerKey(Optional<String> archive, PublicKey publicKey, RSAPrivateCrtKey privateKey) {

    @Override
    public String toString() {
        return "ServerKey[" + archive.orElse("not archived") + "]";
    }
}
