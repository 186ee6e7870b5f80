// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import java.util.Optional;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.Origin;
import org.esc.card.PinOutcome;
import org.esc.card.PinPad;
import org.esc.card.PinRequest;

/**
 * The channel that a driver is handed: it can be taken away while the driver runs, counts what is sent, bounds what comes back and knows
 * how long the card, not the driver, took.
 */
final class Leash implements CardChannel {

    private static final Words WORDS = Words.of(Leash.class);

    private final CardChannel card;
    private final Leash root;
    private final Limits limits;
    private volatile String revoked = "";
    private volatile int sent;
    private volatile long waited;
    private volatile long waitingSince;

    Leash(CardChannel card, Limits limits) {
        this.card = card;
        this.limits = limits;
        root = this;
    }

    private Leash(CardChannel card, Leash root) {
        this.card = card;
        this.root = root;
        limits = root.limits;
    }

    /** Begins to count anew. */
    void call() {
        sent = 0;
        waited = 0;
        waitingSince = 0;
    }

    /** Nanoseconds spent waiting for the card since {@link #call}. */
    long waited() {
        long since = waitingSince;
        return waited + (since == 0 ? 0 : System.nanoTime() - since);
    }

    /** Lets nothing more through, for this reason. */
    void revoke(String why) {
        revoked = why;
    }

    @Override
    public ResponseApdu transmit(CommandApdu command) throws EscException {
        return root.through(card, command);
    }

    private ResponseApdu through(CardChannel by, CommandApdu command) throws EscException {
        return counted(() -> {
            ResponseApdu r = by.transmit(command);
            if (r.nr() > limits.answer()) {
                throw new CardException(WORDS.say("read the card's answer"), WORDS.say("The card's answer has {0} bytes, more than any driver expects.", r.nr()));
            }
            return r;
        });
    }

    private interface Exchange<T> {
        T with() throws EscException;
    }

    private <T> T counted(Exchange<T> exchange) throws EscException {
        check();
        if (++sent > limits.commands()) {
            revoke(WORDS.say("it sent more than {0} commands in one call", limits.commands()));
            check();
        }
        waitingSince = System.nanoTime();
        try {
            T answer = exchange.with();
            check();
            return answer;
        } finally {
            waited += System.nanoTime() - waitingSince;
            waitingSince = 0;
        }
    }

    @Override
    public Optional<byte[]> hostChallenge(CommandApdu begin) throws EscException {
        return root.counted(() -> card.hostChallenge(begin));
    }

    @Override
    public PinPad pinPad() throws EscException {
        return root.counted(card::pinPad);
    }

    @Override
    public PinOutcome enterPin(PinRequest request) throws EscException {
        return root.counted(() -> card.enterPin(request));
    }

    private void check() throws EscException {
        if (!revoked.isEmpty()) {
            throw Problem.of(Fault.DEFECT, WORDS.say("talk to the card"), WORDS.say("The card was taken away from the driver: {0}.", revoked))
                    .code("driver-revoked").exception();
        }
    }

    /** Why nothing passes any more, empty while it does. */
    String revoked() {
        return revoked;
    }

    @Override
    public CardChannel as(Origin origin) {
        return new Leash(card.as(origin), root);
    }

    @Override
    public void explain(CommandApdu plain, ResponseApdu plainResponse) {
        card.explain(plain, plainResponse);
    }

    @Override
    public void explain(CommandApdu plain, ResponseApdu plainResponse, byte[] chain) {
        card.explain(plain, plainResponse, chain);
    }

    @Override
    public void close() {
        // the connection stays with whoever opened it
    }
}
