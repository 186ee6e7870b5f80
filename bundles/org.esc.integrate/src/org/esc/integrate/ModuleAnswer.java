// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Words;

/**
 * What a PKCS #11 library says of itself.
 *
 * @param library     its file
 * @param description as it calls itself, with its version
 * @param tokens      those it sees now
 * @param hindrance   why it sees none although it can be used; empty if there is no such reason
 * @param failure     why it cannot be used; empty if it can
 */
public record ModuleAnswer(Path library, String description, List<Token> tokens, Optional<String> hindrance,
        Optional<String> failure) {

    private static final Words WORDS = Words.of(ModuleAnswer.class);

    /**
     * A token as the library sees it.
     *
     * @param rsaPss   whether it signs with RSA-PSS (CKM_RSA_PKCS_PSS, alone or with a hash), which TLS 1.3 needs of an RSA key
     * @param rsaPkcs  whether it signs with RSA-PKCS (CKM_RSA_PKCS), which TLS 1.2 can do with
     */
    public record Token(String label, String model, boolean rsaPss, boolean rsaPkcs) {
    }

    /** With copies of the lists. */
    public ModuleAnswer {
        tokens = List.copyOf(tokens);
    }

    static ModuleAnswer unusable(Path library, String why) {
        return new ModuleAnswer(library, "", List.of(), Optional.empty(), Optional.of(why));
    }

    /** Whether a token was there by which to judge. */
    boolean seesToken() {
        return !tokens.isEmpty();
    }

    /** Whether it serves TLS 1.3 with an RSA key; by its kind where there is no token. */
    boolean tls13() {
        return failure.isEmpty()
                && (seesToken() ? tokens.stream().anyMatch(Token::rsaPss) : ModuleFamily.of(library) == ModuleFamily.OPENSC);
    }

    /** Whether it serves TLS 1.2 with an RSA key; by its kind where there is no token. */
    boolean tls12() {
        return failure.isEmpty()
                && (seesToken() ? tokens.stream().anyMatch(t -> t.rsaPkcs() || t.rsaPss())
                        : ModuleFamily.of(library) != ModuleFamily.OTHER);
    }

    /** In a sentence for a person. */
    public String verdict() {
        if (failure.isPresent()) {
            return WORDS.say("It cannot be used: {0}.", failure.get());
        }
        boolean known = ModuleFamily.of(library) != ModuleFamily.OTHER;
        String none = hindrance.map(h -> WORDS.say("It sees no token now ({0}; perhaps the PC/SC service does not run)", h)).orElseGet(() -> WORDS.say("It sees no token now"));
        if (!seesToken() && !known) {
            return WORDS.say("{0}, and this program does not know it.", none);
        }
        String able = tls13() ? WORDS.say("signs with RSA-PSS, which TLS 1.3 needs of RSA keys, as well as for TLS 1.2.")
                : tls12() ? WORDS.say("signs with RSA-PKCS but not with RSA-PSS: good for TLS 1.2 only; TLS 1.3 refuses RSA keys without RSA-PSS.")
                        : WORDS.say("offers no signature with RSA keys that TLS could use.");
        return seesToken() ? WORDS.say("It sees the token \"{0}\" and {1}", tokens.getFirst().label(), able)
                : WORDS.say("{0}; going by its kind, it {1}", none, able);
    }
}
