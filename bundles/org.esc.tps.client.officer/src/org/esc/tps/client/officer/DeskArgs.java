// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.card.CardArgs;
import org.esc.command.Arg;
import org.esc.tps.client.Trust;

/** Which desk: the officer's card, the server, the directory; arguments of all verbs {@code officer …}. What is not given comes from the settings. */
public record DeskArgs(
        @Arg(names = "--officer-reader", label = "NAME", help = "The reader that holds the security officer's card.") Optional<String> officerReader,
        @Arg(names = "--officer-soft", label = "FILE", help = "A software token's file as the security officer's card.") Optional<Path> officerSoft,
        @Arg(names = "--tps", label = "URL", help = "The server.") Optional<URI> tps,
        @Arg(names = "--ca", label = "FILE", help = "PEM file of an authority, or of the server itself, to trust.") List<Path> ca,
        @Arg(names = "--revocation", label = "soft|hard|off", help = "What to do when nobody says whether a certificate was revoked.")
                Optional<Trust.Revocation> revocation,
        @Arg(names = "--directory", label = "URL", help = "An LDAP directory (ldaps://host); without it the server knows the people.")
                Optional<URI> directory,
        @Arg(names = "--base", label = "DN", help = "Where the directory begins: dc=example,dc=org.") Optional<String> base,
        @Arg(names = "--people", label = "DN", help = "Where people are; ou=people below the base without it.") Optional<String> people,
        @Arg(names = "--officers", label = "DN", help = "The group of officers; cn=TUS Officers,ou=Groups below the base without it.")
                Optional<String> officers,
        @Arg(names = "--bind", label = "DN", help = "Whom the desk logs in to the directory as; the password is asked for.") Optional<String> bind,
        @Arg(names = "--proxy", label = "URL", help = "An HTTP proxy: http://[user@]host:port.") Optional<URI> proxy,
        @Arg(names = "--timeout", label = "SECONDS", help = "How long the server may be silent.") Optional<Integer> timeout) {

    private static final Words WORDS = Words.of(DeskArgs.class);

    /** @throws IllegalArgumentException if an address holds a login: that would be a secret among the arguments; or both kinds of card are given */
    public DeskArgs {
        ca = List.copyOf(ca);
        if (tps.map(URI::getRawUserInfo).isPresent() || directory.map(URI::getRawUserInfo).isPresent()) {
            throw new IllegalArgumentException(WORDS.say("--tps and --directory take an address without user name and password."));
        }
        if (officerReader.isPresent() && officerSoft.isPresent()) {
            throw new IllegalArgumentException(WORDS.say("Give either --officer-reader or --officer-soft, not both."));
        }
        if (timeout.isPresent() && (timeout.get() < 1 || timeout.get() > 86_400)) {
            throw new IllegalArgumentException(WORDS.say("--timeout takes 1 to 86400 seconds."));
        }
    }

    /** Everything from the settings; the officer's card in this reader. */
    public static DeskArgs in(String officerReader) {
        return new DeskArgs(Optional.of(officerReader), Optional.empty(), Optional.empty(), List.of(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** The same desk at this server. */
    public DeskArgs at(URI server, Path... authorities) {
        return new DeskArgs(officerReader, officerSoft, Optional.of(server), List.of(authorities), revocation, directory, base, people, officers, bind, proxy,
                timeout);
    }

    CardArgs officerCard() {
        return new CardArgs(officerReader, officerSoft, Optional.empty());
    }
}
