// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A server as a person has entered it: where it is, whom to trust and how to sign in. Holds no secret.
 *
 * @param id           what it is called in ids and preferences; letters and digits
 * @param name         for the person
 * @param address      {@code https://host:8443}
 * @param ca           PEM file of an authority to trust besides the system's
 * @param key          file with the certificate to sign in with; with a user name and password if empty
 * @param user         who signs in with a password; may be empty
 * @param passwordFile file in which the password lies, where somebody has put it there
 * @param kept         true if it is remembered from one start to the next
 */
record ServerEntry(String id, String name, URI address, Optional<Path> ca, Optional<Path> key, String user, Optional<Path> passwordFile, boolean kept) {

    /** The address in a text. @throws IllegalArgumentException with words for a person if it is none */
    static URI address(String text) {
        String full = text.strip().contains("://") ? text.strip() : "https://" + text.strip();
        try {
            var uri = new URI(full);
            if (!"https".equalsIgnoreCase(uri.getScheme())) {
                throw new IllegalArgumentException("The address must begin with https://.");
            }
            if (uri.getHost() == null) {
                throw new IllegalArgumentException("The address must name a host, like https://tps.example.com:8443.");
            }
            if (uri.getRawUserInfo() != null) {
                throw new IllegalArgumentException("The address must not hold a user name or password.");
            }
            return uri;
        } catch (URISyntaxException _) {
            throw new IllegalArgumentException("This is not an address. Enter one like https://tps.example.com:8443.");
        }
    }

    /** A name made of an address. */
    static String nameOf(URI address) {
        return address.getPort() < 0 ? address.getHost() : address.getHost() + ":" + address.getPort();
    }

    /** Who signs in, as far as it is known beforehand. */
    String who() {
        return key.map(k -> k.getFileName().toString()).orElse(user);
    }
}
