// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin.verbs;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.tps.client.ClientArgs;
import org.esc.tps.client.Trust;

/** Which server to administer, and as whom: arguments of all verbs that do. */
public record AdminArgs(
        @Arg(names = "--server", label = "NAME|URL", help = "A saved server, or an address like https://host:8443; the only saved one if not given.")
                Optional<String> server,
        @Arg(names = "--ca", label = "FILE", help = "PEM file of an authority, or of the server itself, to trust.") List<Path> ca,
        @Arg(names = "--revocation", label = "soft|hard|off", help = "What to do when nobody says whether the server's certificate was revoked.")
                Optional<Trust.Revocation> revocation,
        @Arg(names = "--user", label = "NAME", help = "Sign in as this user; the password is asked for.") Optional<String> user,
        ClientArgs client,
        @Arg(names = "--timeout", label = "SECONDS", help = "Most time for one answer.", defaultValue = "60") int timeout) {

    private static final Words WORDS = Words.of(AdminArgs.class);

    /** @throws IllegalArgumentException if the time is none, or two ways to sign in are given */
    public AdminArgs {
        ca = List.copyOf(ca);
        if (timeout < 1 || timeout > 86_400) {
            throw new IllegalArgumentException(WORDS.say("--timeout takes 1 to 86400 seconds."));
        }
        if (user.isPresent() && !client.isEmpty()) {
            throw new IllegalArgumentException(WORDS.say("Sign in with --user or with a certificate, not with both."));
        }
    }
}
