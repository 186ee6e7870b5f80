// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;

/**
 * Follows {@code 61xx} with GET RESPONSE and {@code 6Cxx} with the same command and the right Le (ISO/IEC 7816-4 §5.3.4). Its own
 * exchanges are recorded as of {@link Origin.Kind#TRANSPORT}. It stands below a secure channel, never above one. A command wrapped by
 * secure messaging is never sent twice: the card has counted it, and its MAC may cover Le.
 */
public final class TransportRules implements CardChannel {

    private static final Words WORDS = Words.of(TransportRules.class);

    private static final int MOST_ROUNDS = 300;

    private final CardChannel below;
    private final CardChannel own;

    private TransportRules(CardChannel below) {
        this.below = below;
        own = below.as(new Origin(Origin.Kind.TRANSPORT, "GET RESPONSE"));
    }

    /** Puts the rules on top of a channel. */
    public static CardChannel over(CardChannel below) {
        return new TransportRules(below);
    }

    @Override
    public ResponseApdu transmit(CommandApdu command) throws EscException {
        ResponseApdu r = below.transmit(command);
        if (r.sw().sw1() == 0x6C && !command.isWrapped()) {
            r = own.transmit(command.withNe(count(r)));
        }
        if (r.sw().sw1() != 0x61) {
            return r;
        }
        var all = new ByteArrayOutputStream();
        for (int round = 0; r.sw().sw1() == 0x61; round++) {
            if (round == MOST_ROUNDS) {
                throw new CardException(WORDS.say("read the card's answer"), WORDS.say("The card keeps saying that more bytes wait."));
            }
            all.writeBytes(r.data());
            CommandApdu more = CommandApdu.of(channel(command.cla()), 0xC0, 0, 0, new byte[0], count(r));
            r = own.transmit(more);
            if (r.sw().sw1() == 0x6C) {
                r = own.transmit(more.withNe(count(r)));
            }
        }
        all.writeBytes(r.data());
        return ResponseApdu.of(all.toByteArray(), r.sw().value());
    }

    private static int count(ResponseApdu r) {
        return r.sw().sw2() == 0 ? 256 : r.sw().sw2();
    }

    /** The plain interindustry class on the same logical channel, 0–3 or 4–19. */
    private static int channel(int cla) {
        return cla == 0xFF ? 0 : (cla & 0x40) == 0 ? cla & 0x03 : cla & 0x4F;
    }

    @Override
    public CardChannel as(Origin origin) {
        return over(below.as(origin));
    }

    @Override
    public Optional<byte[]> hostChallenge(CommandApdu begin) throws EscException {
        return below.hostChallenge(begin);
    }

    @Override
    public PinPad pinPad() throws EscException {
        return below.pinPad();
    }

    @Override
    public PinOutcome enterPin(PinRequest request) throws EscException {
        return below.enterPin(request);
    }

    @Override
    public void explain(CommandApdu plain, ResponseApdu plainResponse) {
        below.explain(plain, plainResponse);
    }

    @Override
    public void explain(CommandApdu plain, ResponseApdu plainResponse, byte[] chain) {
        below.explain(plain, plainResponse, chain);
    }

    @Override
    public void close() {
        below.close();
    }
}
