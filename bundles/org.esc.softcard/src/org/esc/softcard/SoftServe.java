// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Puts a software token into a virtual reader of pcscd, for any program to use, until cancelled. */
@Component(service = Verb.class, property = "verb=soft serve")
public final class SoftServe extends NamedVerb<SoftServe.Args, SoftServe.Result> {

    private static final Words WORDS = Words.of(SoftServe.class);

    /** A served card is slow after a wrong PIN, as a real one is. */
    private static final Duration WRONG_PIN_PAUSE = Duration.ofSeconds(1);

    private final SoftReaders readers;

    /** With the applets that {@code readers} knows. */
    @Activate
    public SoftServe(@Reference SoftReaders readers) {
        super("soft serve", "Put a software token into a virtual PC/SC reader.", Args.class);
        this.readers = readers;
    }

    /** Which token, and where. */
    public record Args(@Arg(label = "FILE", help = "File of the software token") Path file,
            @Arg(names = "--vpcd", label = "HOST:PORT", help = "Where vpcd waits", defaultValue = VpcdPlace.USUAL) String vpcd,
            @Arg(names = "--passphrase-env", label = "VARIABLE",
                    help = "Environment variable with the file's passphrase") Optional<String> passphraseEnv) {
    }

    /** How it went: commands answered until it was cancelled. */
    public record Result(Path file, String vpcd, long commands) {
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        VpcdPlace place = VpcdPlace.parse(a.vpcd());
        Optional<Secret> passphrase = Passphrase.from(a.passphraseEnv());
        try (SoftCard card = CardFile.open(a.file(), passphrase, readers::factories)) {
            card.pauseAfterWrongPin(WRONG_PIN_PAUSE);
            return new Result(a.file(), a.vpcd(), place.serve(card, WORDS.say("The software token {0}", card.cuid().display()), context));
        } finally {
            passphrase.ifPresent(Secret::close);
        }
    }

    @Override
    public void print(Result r, PrintWriter out) {
        out.println(WORDS.many(r.commands(), "Taken out of the virtual reader after {0} command.", "Taken out of the virtual reader after {0} commands."));
    }
}
