// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.command.Arg;

/** How to talk with a TPS: arguments of all verbs that do. */
public record LinkArgs(
        @Arg(names = "--proxy", label = "URL", help = "An HTTP proxy: http://[user@]host:port.") Optional<URI> proxy,
        @Arg(names = "--timeout", label = "SECONDS",
                help = "How long the server may be silent; without it as the settings say (120).") Optional<Integer> timeout,
        @Arg(names = "--no-status", help = "Do not have the server tell how far it is.") boolean noStatus,
        @Arg(names = "--plain-login",
                help = "Log in with user name and password only, not with a form of the server's.") boolean plainLogin) {

    private static final Words WORDS = Words.of(LinkArgs.class);

    /** @throws IllegalArgumentException if the server were given no time, or more than a day, or a proxy's port is none */
    public LinkArgs {
        if (timeout.isPresent() && (timeout.get() < 1 || timeout.get() > 86_400)) {
            throw new IllegalArgumentException(WORDS.say("--timeout takes 1 to 86400 seconds."));
        }
        if (proxy.isPresent() && proxy.get().getPort() > 65_535) {
            throw new IllegalArgumentException(WORDS.say("--proxy takes an address with a port up to 65535."));
        }
    }

    /** With a time that is given. */
    public LinkArgs(Optional<URI> proxy, int timeout, boolean noStatus, boolean plainLogin) {
        this(proxy, Optional.of(timeout), noStatus, plainLogin);
    }
}
