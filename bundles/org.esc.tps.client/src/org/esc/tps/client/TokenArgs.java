// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.command.Arg;

/** Which token, which server, for whom: arguments of all verbs that work with a TPS. */
public record TokenArgs(
        CardArgs card,
        @Arg(names = "--tps", label = "URL", help = "The server; without it the one the token names is used.") Optional<URI> tps,
        @Arg(names = "--ca", label = "FILE", help = "PEM file of an authority, or of the server itself, to trust.") List<Path> ca,
        @Arg(names = "--revocation", label = "soft|hard|off",
                help = "What to do when nobody says whether the server's certificate was revoked; without it as the settings say (soft).")
                Optional<Trust.Revocation> revocation,
        ClientArgs client,
        @Arg(names = "--user", label = "NAME", help = "The user name, so that it is not asked for.") Optional<String> user) {

    private static final Words WORDS = Words.of(TokenArgs.class);

    /** @throws IllegalArgumentException if the server's address holds a login: that would be a secret among the arguments */
    public TokenArgs {
        if (tps.map(URI::getRawUserInfo).isPresent()) {
            throw new IllegalArgumentException(WORDS.say("--tps takes an address without user name and password: name the user with --user."));
        }
        ca = List.copyOf(ca);
    }

    /** Without a certificate to show to the server. */
    public TokenArgs(CardArgs card, Optional<URI> tps, List<Path> ca, Trust.Revocation revocation, Optional<String> user) {
        this(card, tps, ca, Optional.of(revocation), ClientArgs.NONE, user);
    }
}
