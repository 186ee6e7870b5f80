// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.CardException;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * What GET METADATA (Yubico, firmware 5.3) tells of a key or PIN.
 *
 * @param algorithm   of the key; empty for a PIN
 * @param pinPolicy   0 default, 1 never, 2 once, 3 always; 0 if not told
 * @param touchPolicy 0 default, 1 never, 2 always, 3 cached; 0 if not told
 * @param origin      1 made on the card, 2 imported; 0 if not told
 * @param publicKey   its public key
 * @param isDefault   true if it has the value with which cards are delivered
 * @param tries       tries after a success
 * @param triesLeft   tries left
 */
public record PivMetadata(Optional<PivAlgorithm> algorithm, int pinPolicy, int touchPolicy, int origin, Optional<PublicKey> publicKey,
        boolean isDefault, OptionalInt tries, OptionalInt triesLeft) {

    private static final Words WORDS = Words.of(PivMetadata.class);

    private static final int ALGORITHM = 0x01;
    private static final int POLICY = 0x02;
    private static final int ORIGIN = 0x03;
    private static final int PUBLIC_KEY = 0x04;
    private static final int IS_DEFAULT = 0x05;
    private static final int TRIES = 0x06;

    /** Reads the answer. @throws CardException if it makes no sense */
    public static PivMetadata parse(byte[] answer) throws CardException {
        List<Tlv> all;
        try {
            all = Tlv.parseAll(answer);
        } catch (IllegalArgumentException e) {
            throw PivTlv.broken(WORDS.say("read what the card tells of a key"), e);
        }
        Optional<PivAlgorithm> algorithm = number(all, ALGORITHM, 0).flatMap(PivAlgorithm::of);
        Optional<PublicKey> key = Optional.empty();
        var encoded = PivTlv.value(all, PUBLIC_KEY);
        if (encoded.isPresent() && algorithm.isPresent() && !algorithm.get().isSymmetric()) {
            key = Optional.of(PivKeys.decode(algorithm.get(), encoded.get()));
        }
        return new PivMetadata(algorithm, number(all, POLICY, 0).orElse(0), number(all, POLICY, 1).orElse(0), number(all, ORIGIN, 0).orElse(0),
                key, number(all, IS_DEFAULT, 0).orElse(0) != 0, optional(number(all, TRIES, 0)), optional(number(all, TRIES, 1)));
    }

    private static Optional<Integer> number(List<Tlv> all, int tag, int at) {
        return PivTlv.value(all, tag).filter(v -> v.length > at).map(v -> v[at] & 0xFF);
    }

    private static OptionalInt optional(Optional<Integer> n) {
        return n.map(OptionalInt::of).orElseGet(OptionalInt::empty);
    }
}
