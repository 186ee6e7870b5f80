// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.IntFunction;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;

/** How a host begins: with INITIALIZE UPDATE, or where the card has none by asking for what it would have answered. */
final class HostStart {

    private static final Words WORDS = Words.of(HostStart.class);

    private static final String STEP = WORDS.say("open the secure channel");
    private static final int WRONG_LENGTH = 0x6700;

    private final CardChannel card;
    private final CardKeys keys;
    private final int keyVersion;
    private final int keyIndex;
    private final WireStyle style;
    private final ScpHint hint;

    HostStart(CardChannel card, CardKeys keys, int keyVersion, int keyIndex, WireStyle style, ScpHint hint) {
        this.card = card;
        this.keys = keys;
        this.keyVersion = keyVersion;
        this.keyIndex = keyIndex;
        this.style = style;
        this.hint = hint;
    }

    /** With one challenge and no other. */
    Handshake with(byte[] challenge) throws EscException {
        ResponseApdu r = initializeUpdate(challenge);
        if (r.sw().value() == WRONG_LENGTH) {
            throw new CardException(Problem.of(Fault.CARD, STEP,
                    WORDS.say("The card does not take a host challenge of {0} bytes.", challenge.length)).code("wrong-challenge-length").sw(r.sw())
                    .advice(WORDS.say("SCP03 in S16 mode needs 16 bytes, everything else 8: say which options (i) the card has.")), null);
        }
        return handshake(r, challenge);
    }

    /**
     * With challenges as they are needed. A card that does not take one of 8 bytes gets one of 16, and the other way round: that is a
     * question of length, no failed authentication.
     */
    Handshake with(IntFunction<byte[]> challenges) throws EscException {
        Optional<ScpVersion> implicit = hint.implicit();
        if (implicit.isPresent()) {
            return implicit(implicit.get());
        }
        byte[] challenge = challenge(challenges, hint.challengeLength());
        ResponseApdu r = initializeUpdate(challenge);
        if (r.sw().value() == WRONG_LENGTH) {
            challenge = challenge(challenges, 24 - challenge.length);
            r = initializeUpdate(challenge);
        }
        return handshake(r, challenge);
    }

    /** One that is drawn; of a recorded card the recorded one. */
    private byte[] challenge(IntFunction<byte[]> challenges, int length) throws EscException {
        byte[] drawn = challenges.apply(length);
        return card.hostChallenge(command(drawn)).filter(c -> c.length == length).orElse(drawn);
    }

    private CommandApdu command(byte[] challenge) {
        int ins = CardSecureChannel.INITIALIZE_UPDATE;
        return style.leOnInitialize() ? CommandApdu.of(0x80, ins, keyVersion, keyIndex, challenge, 256)
                : CommandApdu.of(0x80, ins, keyVersion, keyIndex, challenge);
    }

    private ResponseApdu initializeUpdate(byte[] challenge) throws EscException {
        return card.transmit(command(challenge));
    }

    private Handshake handshake(ResponseApdu r, byte[] challenge) throws EscException {
        InitUpdateResponse answer = InitUpdateResponse.parse(r.orThrow(STEP).data());
        Optional<ScpVersion> known = hint.options(answer.scp().protocol());
        return derived(known.isPresent() ? answer.withI(known.get().i()) : answer, challenge);
    }

    private Handshake derived(InitUpdateResponse answer, byte[] challenge) throws EscException {
        HostSession session = keys.derive(answer, challenge.clone());
        if (!session.verifies(answer)) {
            session.close();
            throw new CardException(Problem.of(Fault.CARD, STEP,
                    WORDS.say("The card could not prove that it holds the expected keys (key version {0}).", String.format("%02X", answer.keyVersion())))
                            .code("card-not-authentic")
                    .advice(WORDS.say("The card has another key set. Do not repeat this often: cards lock after some failed authentications.")),
                    null);
        }
        return new Handshake(card, answer, session, style);
    }

    /** The card proves nothing and is asked nothing but where its counter stands. */
    private Handshake implicit(ScpVersion scp) throws EscException {
        Aid selected = hint.selected().orElseThrow(() -> new CardException(Problem.of(Fault.CARD, STEP,
                WORDS.say("The card's {0} opens its channel by itself; for that its host must know which application is selected.", scp)).code("application-unknown")
                .advice(WORDS.say("Say the AID of the application.")), null));
        int sequence = hint.sequence().isPresent() ? hint.sequence().getAsInt() : sequence();
        return derived(InitUpdateResponse.implicit(kdd(), keyVersion, scp, sequence, selected), new byte[0]);
    }

    private int sequence() throws EscException {
        ResponseApdu r = ScpHint.getData(card, 0x00C1);
        try {
            byte[] counter = Tlv.find(Tlv.parseAll(r.orThrow(WORDS.say("read the card's sequence counter")).data()), 0xC1).map(Tlv::value)
                    .filter(v -> v.length == 2).orElseThrow(() -> new IllegalArgumentException("no counter of two bytes"));
            return (counter[0] & 0xFF) << 8 | counter[1] & 0xFF;
        } catch (IllegalArgumentException e) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("read the card's sequence counter"),
                    WORDS.say("The card's answer is no sequence counter.")).code("sequence-counter")
                    .advice(WORDS.say("Say what the counter is, if you know it.")), e);
        }
    }

    /** From the CPLC data, as cards derive it; zeros if the card does not show them. */
    private byte[] kdd() throws EscException {
        ResponseApdu r = ScpHint.getData(card, 0x9F7F);
        try {
            return r.isOk() ? Arrays.copyOf(Cplc.parse(r.data()).cuid().bytes(), 10) : new byte[10];
        } catch (IllegalArgumentException _) {
            return new byte[10];
        }
    }
}
