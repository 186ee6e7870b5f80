// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.util.Arrays;
import org.esc.apdu.Words;

/**
 * The three static keys of a card, or three master keys, wherever their bytes are. Closing it closes all three.
 *
 * @param enc authentication and encryption
 * @param mac MACs
 * @param dek encryption of keys, also called KEK
 */
public record StaticKeys(StaticKey enc, StaticKey mac, StaticKey dek) implements AutoCloseable {

    private static final Words WORDS = Words.of(StaticKeys.class);

    /** @throws IllegalArgumentException if they are not of one kind */
    public StaticKeys {
        if (enc.type() != mac.type() || mac.type() != dek.type()) {
            throw new IllegalArgumentException(WORDS.say("The three keys are of different kinds."));
        }
    }

    /** Copies of the keys of a set, which its owner keeps and closes. */
    public static StaticKeys of(KeySet keys) {
        return of(keys.type(), keys.enc(), keys.mac(), keys.dek());
    }

    /** Takes over the arrays, and erases them. */
    static StaticKeys of(KeyType type, byte[] enc, byte[] mac, byte[] dek) {
        try {
            return new StaticKeys(StaticKey.of(type, enc), StaticKey.of(type, mac), StaticKey.of(type, dek));
        } finally {
            for (byte[] k : new byte[][] {enc, mac, dek}) {
                Arrays.fill(k, (byte) 0);
            }
        }
    }

    /** Kind of all three. */
    public KeyType type() {
        return enc.type();
    }

    @Override
    public void close() {
        enc.close();
        mac.close();
        dek.close();
    }

    @Override
    public String toString() {
        return "StaticKeys[" + type() + "-" + 8 * enc.length() + "]";
    }
}
