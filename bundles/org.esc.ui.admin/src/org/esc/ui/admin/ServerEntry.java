// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.tps.admin.SavedServers.Saved;

/**
 * A server in the list: where it is, whom to trust and how to sign in. Holds no secret.
 *
 * @param saved        as it is kept for terminal and workbench
 * @param label        what a person calls it
 * @param passwordFile file in which the password lies, where the demonstration has put it there
 * @param kept         false if it is there for this run only
 */
record ServerEntry(Saved saved, String label, Optional<Path> passwordFile, boolean kept) {

    private static final Words WORDS = Words.of(ServerEntry.class);

    /** One that is kept. */
    static ServerEntry of(Saved saved) {
        return new ServerEntry(saved, saved.name(), Optional.empty(), true);
    }

    /** Its name in ids and files. */
    String id() {
        return saved.name();
    }

    URI address() {
        return saved.address();
    }

    /** The address in a text. @throws IllegalArgumentException with words for a person if it is none */
    static URI address(String text) {
        String full = text.strip().contains("://") ? text.strip() : "https://" + text.strip();
        try {
            var uri = new URI(full);
            if (!"https".equalsIgnoreCase(uri.getScheme())) {
                throw new IllegalArgumentException(WORDS.say("The address must begin with https://."));
            }
            if (uri.getHost() == null) {
                throw new IllegalArgumentException(WORDS.say("The address must name a host, like https://tps.example.com:8443."));
            }
            if (uri.getRawUserInfo() != null) {
                throw new IllegalArgumentException(WORDS.say("The address must not hold a user name or password."));
            }
            return uri;
        } catch (URISyntaxException _) {
            throw new IllegalArgumentException(WORDS.say("This is not an address. Enter one like https://tps.example.com:8443."));
        }
    }
}
