// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpHint;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.esc.securechannel.WireStyle;

/**
 * A real card's side of a session that somebody published: answers what it answered then, as long as it is sent what it was sent then,
 * but for Le.
 */
final class Recording implements CardChannel {

    /** What went over the wire: a command without Le, and its answer. */
    private record Exchange(String command, String answer) {
    }

    private final Deque<Exchange> left = new ArrayDeque<>();

    /** @param words commands without Le and answers in turn, separated by white space */
    Recording(String words) {
        String[] all = words.strip().split("\\s+");
        for (int i = 0; i < all.length; i += 2) {
            left.add(new Exchange(all[i], all[i + 1]));
        }
    }

    @Override
    public ResponseApdu transmit(CommandApdu c) {
        String header = Hex.of(c.cla()) + Hex.of(c.ins()) + Hex.of(c.p1()) + Hex.of(c.p2());
        Exchange next = left.remove();
        assertEquals(next.command, header + (c.nc() == 0 ? "" : Hex.of(c.nc()) + Hex.of(c.data())));
        return ResponseApdu.parse(Hex.parse(next.answer));
    }

    /** Selects what is selected by default, or the AID that was recorded, and reads the answer. */
    Fci select() {
        return Fci.parse(transmit(CommandApdu.parse(left.element().command)).data());
    }

    /** GET DATA as recorded. */
    byte[] getData() {
        return transmit(CommandApdu.parse(left.element().command)).data();
    }

    /** Opens the secure channel as it was opened then: the host's challenge and the level are in the recorded commands. */
    SecureChannel open(CardKeys keys, ScpHint hint) throws EscException {
        byte[] initialize = Hex.parse(left.element().command);
        byte[] challenge = Arrays.copyOfRange(initialize, 5, initialize.length);
        var second = left.stream().skip(1).findFirst().orElseThrow();
        return SecureChannel.initialize(this, keys, initialize[2] & 0xFF, initialize[3] & 0xFF, challenge, WireStyle.STANDARD,
                hint.told()).authenticate(new SecurityLevel(Hex.parse(second.command)[2] & 0xFF));
    }

    /** As above, with the factory's keys. */
    SecureChannel open(KeyType type, ScpHint hint) throws EscException {
        return open((card, host) -> {
            try (KeySet keys = KeySet.factory(card.keyVersion(), type)) {
                return CardKeys.of(keys).derive(card, host);
            }
        }, hint);
    }

    /** As above, with keys that are made for each card of the factory's. */
    SecureChannel openDiversified(Diversification how, ScpHint hint) throws EscException {
        return open((card, host) -> {
            try (KeySet master = KeySet.factory(0, KeyType.DES3); KeySet keys = how.derive(master, card.kdd(), card.keyVersion())) {
                return CardKeys.of(keys).derive(card, host);
            }
        }, hint);
    }

    /** True if all of it was played. */
    boolean isOver() {
        return left.isEmpty();
    }

    /** What we call a card with these production data. */
    static String chip(String cplc, String atr) {
        return CardProduction.of(Cplc.parse(Hex.parse(cplc)), Atr.of(atr), LocalDate.of(2026, 1, 1)).chip();
    }

    /** The options that the card was known to have. */
    static ScpHint hint(int protocol, int i) {
        return new ScpHint(List.of(), Optional.of(new ScpVersion(protocol, i)), Optional.empty(),
                OptionalInt.empty());
    }

    @Override
    public void close() {
        // there is no card
    }
}
