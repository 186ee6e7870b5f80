// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.tps.Operation;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** {@code format}: wipes a token and loads its software. */
@Component(service = Verb.class, property = "verb=format")
public final class FormatVerb implements Verb<FormatVerb.Args, TokenResult> {

    private final TokenWork work;

    /** Does it by means of this. */
    @Activate
    public FormatVerb(@Reference TokenWork work) {
        this.work = work;
    }

    /** Which token, which server, for whom. */
    public record Args(
            @Arg(names = "--reader", label = "NAME", help = "The reader that holds the token.") Optional<String> reader,
            @Arg(names = "--soft", label = "FILE", help = "A software token's file instead of a reader.") Optional<Path> soft,
            @Arg(names = "--passphrase-env", label = "VARIABLE",
                    help = "Environment variable with the passphrase of the software token's file.") Optional<String> passphraseEnv,
            @Arg(names = "--tps", label = "URL",
                    help = "The server; without it the one the token names is used.") Optional<URI> tps,
            @Arg(names = "--ca", label = "FILE",
                    help = "PEM file of an authority, or of the server itself, to trust.") List<Path> ca,
            @Arg(names = "--revocation", label = "soft|hard|off", defaultValue = "SOFT",
                    help = "What to do when nobody says whether the server's certificate was revoked.") Trust.Revocation revocation,
            @Arg(names = "--user", label = "NAME", help = "The user name, so that it is not asked for.") Optional<String> user,
            @Arg(names = "--token-type", label = "TYPE",
                    help = "The kind of token to ask for; the server has the last word.") Optional<String> tokenType,
            @Arg(names = "--proxy", label = "URL", help = "An HTTP proxy: http://[user@]host:port.") Optional<URI> proxy,
            @Arg(names = "--timeout", label = "SECONDS", defaultValue = "120",
                    help = "How long the server may be silent.") int timeout,
            @Arg(names = "--no-status", help = "Do not have the server tell how far it is.") boolean noStatus,
            @Arg(names = "--plain-login",
                    help = "Log in with user name and password only, not with a form of the server's.") boolean plainLogin)
            implements TokenArgs {
    }

    @Override
    public String name() {
        return "format";
    }

    @Override
    public String summary() {
        return "Wipe a token and load its software, by a token management system.";
    }

    @Override
    public Class<Args> arguments() {
        return Args.class;
    }

    @Override
    public TokenResult run(Args arguments, Context context) throws EscException {
        return work.run(name(), Operation.FORMAT, arguments, context);
    }

    @Override
    public void print(TokenResult result, PrintWriter out) {
        result.print(out);
    }
}
