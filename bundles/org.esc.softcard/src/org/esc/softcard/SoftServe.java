// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.card.vpcd.VirtualCard;
import org.esc.card.vpcd.VpcdConnection;
import org.esc.command.Arg;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Puts a software token into a virtual reader of pcscd, for any program to use, until cancelled. */
@Component(service = Verb.class, property = "verb=soft serve")
public final class SoftServe implements Verb<SoftServe.Args, SoftServe.Result> {

    /** A served card is slow after a wrong PIN, as a real one is. */
    private static final Duration WRONG_PIN_PAUSE = Duration.ofSeconds(1);
    private static final long RETRY_MILLIS = 1000;

    private final SoftReaders readers;

    /** With the applets that {@code readers} knows. */
    @Activate
    public SoftServe(@Reference SoftReaders readers) {
        this.readers = readers;
    }

    /** Which token, and where. */
    public record Args(@Arg(label = "FILE", help = "File of the software token") Path file,
            @Arg(names = "--vpcd", label = "HOST:PORT", help = "Where vpcd waits", defaultValue = "127.0.0.1:35963") String vpcd,
            @Arg(names = "--passphrase-env", label = "VARIABLE",
                    help = "Environment variable with the file's passphrase") Optional<String> passphraseEnv) {
    }

    /** How it went: commands answered until it was cancelled. */
    public record Result(Path file, String vpcd, long commands) {
    }

    @Override
    public String name() {
        return "soft serve";
    }

    @Override
    public String summary() {
        return "Put a software token into a virtual PC/SC reader";
    }

    @Override
    public Class<Args> arguments() {
        return Args.class;
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        int colon = a.vpcd().lastIndexOf(':');
        String host = (colon < 0 ? a.vpcd() : a.vpcd().substring(0, colon)).replaceAll("^\\[|\\]$", "");
        int port = port(colon < 0 ? "" : a.vpcd().substring(colon + 1));
        Optional<Secret> passphrase = Passphrase.from(a.passphraseEnv());
        long commands = 0;
        var stop = new CountDownLatch(1);
        try (SoftCard card = CardFile.open(a.file(), passphrase, readers::factories);
                Cancel.Registration _ = context.cancel().onCancel(stop::countDown)) {
            card.pauseAfterWrongPin(WRONG_PIN_PAUSE);
            // the first time, nobody there is an error; later it is a restart of pcscd, and worth waiting for
            VpcdConnection connection = VpcdConnection.connect(host, port);
            while (true) {
                context.interaction().tell("The software token " + card.cuid().display() + " is in the virtual reader at "
                        + a.vpcd() + ".");
                VpcdConnection now = connection;
                try (Cancel.Registration _ = context.cancel().onCancel(now::close)) {
                    now.serve(virtual(card));
                } catch (CardException e) {
                    context.interaction().tell(e.getMessage() + " Trying again until it is back.");
                }
                commands += now.commands();
                Optional<VpcdConnection> next = again(host, port, context.cancel(), stop);
                if (next.isEmpty()) {
                    return new Result(a.file(), a.vpcd(), commands);
                }
                connection = next.get();
            }
        } finally {
            passphrase.ifPresent(Secret::close);
        }
    }

    private static Optional<VpcdConnection> again(String host, int port, Cancel cancel, CountDownLatch stop) {
        while (!cancel.isCancelled()) {
            try {
                if (stop.await(RETRY_MILLIS, TimeUnit.MILLISECONDS)) {
                    break;
                }
                return Optional.of(VpcdConnection.connect(host, port));
            } catch (CardException _) {
                // not back yet
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return Optional.empty();
    }

    /** A software card as a virtual reader takes it; the card stays the caller's. */
    public static VirtualCard virtual(SoftCard card) {
        return new VirtualCard() {
            @Override
            public byte[] atr() {
                return card.atr().bytes();
            }

            @Override
            public byte[] transmit(byte[] command) {
                return card.transmit(command);
            }

            @Override
            public void reset() {
                card.reset();
            }
        };
    }

    private static int port(String text) throws EscException {
        try {
            int p = text.isEmpty() ? VpcdConnection.DEFAULT_PORT : Integer.parseInt(text);
            if (p > 0 && p < 65536) {
                return p;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw Problem.of(Fault.USAGE, "find the virtual reader", "\"" + text + "\" is no port; --vpcd takes HOST:PORT.").exception();
    }

    @Override
    public void print(Result r, PrintWriter out) {
        out.println("Taken out of the virtual reader after " + r.commands() + " commands.");
    }
}
