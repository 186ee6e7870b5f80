// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.nio.file.Path;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.command.Arg;

/**
 * Which certificate this computer shows to servers that ask for one: arguments of all verbs that connect to such servers. Without any of them the
 * settings of the same names decide.
 */
public record ClientArgs(
        @Arg(names = "--client-p12", label = "FILE", help = "PKCS#12 file with the certificate to show to the server.") Optional<Path> clientP12,
        @Arg(names = "--client-pkcs11", label = "MODULE[:LABEL]",
                help = "PKCS#11 module with the certificate to show to the server, and the token's label.") Optional<String> clientPkcs11,
        @Arg(names = "--client-token", label = "READER",
                help = "Reader of the token to sign in to the server with; \"itself\" is the token that is worked with.") Optional<String> clientToken) {

    private static final Words WORDS = Words.of(ClientArgs.class);

    /** None: as the settings say. */
    public static final ClientArgs NONE = new ClientArgs(Optional.empty(), Optional.empty(), Optional.empty());

    /** The token that is worked with, for {@link #clientToken}. */
    public static final String ITSELF = "itself";

    /** @throws IllegalArgumentException if more than one is given */
    public ClientArgs {
        if ((clientP12.isPresent() ? 1 : 0) + (clientPkcs11.isPresent() ? 1 : 0) + (clientToken.isPresent() ? 1 : 0) > 1) {
            throw new IllegalArgumentException(WORDS.say("Give one of --client-p12, --client-pkcs11 and --client-token."));
        }
    }

    /** True if none is given. */
    public boolean isEmpty() {
        return clientP12.isEmpty() && clientPkcs11.isEmpty() && clientToken.isEmpty();
    }
}
