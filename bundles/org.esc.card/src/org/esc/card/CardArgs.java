// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.nio.file.Path;
import java.util.Optional;
import org.esc.command.Arg;

/**
 * Which card: arguments of all verbs that take one, see {@link CardChoice}.
 *
 * @param reader        the reader that holds it
 * @param soft          a software token's file
 * @param passphraseEnv environment variable that holds that file's passphrase
 */
public record CardArgs(
        @Arg(names = "--reader", label = "NAME", help = "The reader that holds the card.") Optional<String> reader,
        @Arg(names = "--soft", label = "FILE", help = "A software token's file instead of a reader.") Optional<Path> soft,
        @Arg(names = "--passphrase-env", label = "VARIABLE", help = "Environment variable with the file's passphrase.")
                Optional<String> passphraseEnv) {

    /** Whatever card is there. */
    public static final CardArgs ANY = new CardArgs(Optional.empty(), Optional.empty(), Optional.empty());

    /** The card in this reader. */
    public static CardArgs in(String reader) {
        return new CardArgs(Optional.of(reader), Optional.empty(), Optional.empty());
    }

    /** The software token in this file, not encrypted. */
    public static CardArgs soft(Path file) {
        return new CardArgs(Optional.empty(), Optional.of(file), Optional.empty());
    }

    /** True if a certain card is named. */
    public boolean named() {
        return reader.isPresent() || soft.isPresent();
    }
}
