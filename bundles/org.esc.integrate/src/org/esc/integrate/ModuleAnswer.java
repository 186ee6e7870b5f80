// SPDX-License-Identifier: EPL-2.0
package org.esc.integrate;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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
            return "cannot be used: " + failure.get() + ".";
        }
        boolean known = ModuleFamily.of(library) != ModuleFamily.OTHER;
        String none = "sees no token now" + hindrance.map(h -> " (" + h + "; perhaps the PC/SC service does not run)").orElse("");
        String why = seesToken() ? "sees the token \"" + tokens.getFirst().label() + "\" and " : none + "; going by its kind, it ";
        if (!seesToken() && !known) {
            return none + ", and this program does not know it.";
        }
        return why + (tls13() ? "signs with RSA-PSS, which TLS 1.3 needs of RSA keys, as well as for TLS 1.2."
                : tls12() ? "signs with RSA-PKCS but not with RSA-PSS: good for TLS 1.2 only; TLS 1.3 refuses RSA keys without RSA-PSS."
                        : "offers no signature with RSA keys that TLS could use.");
    }
}
