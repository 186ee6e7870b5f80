// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.VirtualCard;
import org.esc.card.vpcd.VpcdConnection;
import org.esc.command.Cancel;
import org.esc.command.Context;

/**
 * Where a virtual reader of pcscd waits for a card.
 *
 * @param host its machine
 * @param port TCP port
 */
public record VpcdPlace(String host, int port) {

    private static final Words WORDS = Words.of(VpcdPlace.class);

    /** Where the first virtual reader usually is. */
    public static final String USUAL = "127.0.0.1:35963";

    private static final long RETRY_MILLIS = 1000;

    /** Reads {@code HOST}, {@code HOST:PORT} or {@code [ADDRESS]:PORT}. @throws EscException USAGE if it is neither */
    public static VpcdPlace parse(String text) throws EscException {
        int colon = text.lastIndexOf(':');
        return new VpcdPlace((colon < 0 ? text : text.substring(0, colon)).replaceAll("^\\[|\\]$", ""), port(colon < 0 ? "" : text.substring(colon + 1)));
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
        throw Problem.of(Fault.USAGE, WORDS.say("find the virtual reader"), WORDS.say("\"{0}\" is no port; --vpcd takes HOST:PORT.", text)).exception();
    }

    /**
     * Keeps a card in the reader until cancelled, also over restarts of pcscd. The card stays the caller's.
     *
     * @param what the card in words, at the beginning of a sentence
     * @return how many commands it answered
     * @throws EscException CARD if nobody answers there at first
     */
    public long serve(VirtualCard card, String what, Context context) throws EscException {
        long commands = 0;
        var stop = new CountDownLatch(1);
        try (Cancel.Registration _ = context.cancel().onCancel(stop::countDown)) {
            // the first time, nobody there is an error; later it is a restart of pcscd, and worth waiting for
            Optional<VpcdConnection> connection = Optional.of(VpcdConnection.connect(host, port));
            while (connection.isPresent()) {
                context.interaction().tell(WORDS.say("{0} is in the virtual reader at {1}:{2}.", what, host, port));
                VpcdConnection now = connection.get();
                try (Cancel.Registration _ = context.cancel().onCancel(now::close)) {
                    now.serve(card);
                } catch (CardException e) {
                    context.interaction().tell(e.getMessage() + " " + WORDS.say("Trying again until it is back."));
                }
                commands += now.commands();
                connection = again(context.cancel(), stop);
            }
        }
        return commands;
    }

    private Optional<VpcdConnection> again(Cancel cancel, CountDownLatch stop) {
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
}
