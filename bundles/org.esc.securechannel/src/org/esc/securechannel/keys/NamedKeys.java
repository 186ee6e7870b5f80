// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;
import org.esc.securechannel.Diversification;

/**
 * What is known of a stored key set without opening it.
 *
 * @param name  how a person calls it
 * @param kdf   how a card's keys come from it
 * @param token where the keys are, if that is a token; else the store holds them, encrypted
 * @param kcvs  check values of the keys as they were given, see {@link OpenKeys#given}; empty if they were not noted
 */
public record NamedKeys(String name, Diversification kdf, Optional<Token> token, List<Kcv> kcvs) {

    private static final Words WORDS = Words.of(NamedKeys.class);

    /** The built-in set: the keys cards leave the factory with. */
    public static final String FACTORY = "factory";

    /** @throws IllegalArgumentException if the name is not fit for one */
    public NamedKeys {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
            throw new IllegalArgumentException(WORDS.say("A key set's name has letters, digits, dots, dashes and underscores, at most 64."));
        }
        kcvs = List.copyOf(kcvs);
    }

    /** A set whose check values were not noted. */
    public NamedKeys(String name, Diversification kdf, Optional<Token> token) {
        this(name, kdf, token, List.of());
    }

    /**
     * Keys in a token or HSM.
     *
     * @param library its PKCS#11 library
     * @param slot    its slot, if there are several tokens
     * @param label   label of the keys, see {@link KeyArgs#pkcs11Label}; if not given, there is only one key
     */
    public record Token(Path library, Optional<Integer> slot, Optional<String> label) {
    }
}
