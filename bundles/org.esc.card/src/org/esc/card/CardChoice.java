// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.nio.file.Path;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Form;

/**
 * Finds the card a verb is about: the one named with {@code --reader}, the software token of {@code --soft}, else the only one that is
 * inserted. Closing it takes a software token out again.
 *
 * @param reader the reader that holds the card
 * @param plugged the software token, if it is one
 */
public record CardChoice(String reader, Optional<CardFiles.Plugged> plugged) implements AutoCloseable {

    private static final Words WORDS = Words.of(CardChoice.class);

    private static final String PASSPHRASE = "PASSPHRASE";

    /**
     * Chooses. An encrypted software token's passphrase comes from the environment variable named, else it is asked for (at a
     * terminal, field {@code PASSPHRASE}).
     *
     * @param files the door for software tokens, if this installation has it
     * @throws EscException USAGE if it is not clear which card is meant, CARD if there is none ({@code no-card}), or as {@link CardFiles#insert}
     */
    public static CardChoice of(Readers readers, Optional<CardFiles> files, CardArgs card, Context context)
            throws EscException {
        if (card.reader().isPresent() && card.soft().isPresent()) {
            throw new EscException(Fault.USAGE, WORDS.say("choose the card"), WORDS.say("Give either --reader or --soft, not both."));
        }
        if (card.soft().isPresent()) {
            CardFiles f = files.orElseThrow(() -> new EscException(Fault.USAGE, WORDS.say("open the software token"),
                    WORDS.say("Software tokens are not part of this installation.")));
            CardFiles.Plugged p = insert(f, card.soft().get(), card.passphraseEnv(), context);
            return new CardChoice(p.reader(), Optional.of(p));
        }
        return new CardChoice(card.reader().isPresent() ? card.reader().get() : only(readers), Optional.empty());
    }

    private static CardFiles.Plugged insert(CardFiles files, Path file, Optional<String> passphraseEnv, Context context)
            throws EscException {
        if (passphraseEnv.isPresent()) {
            String value = System.getenv(passphraseEnv.get());
            if (value == null || value.isEmpty()) {
                throw Problem.of(Fault.USAGE, WORDS.say("open the software token"),
                        WORDS.say("The environment variable {0} is not set or empty.", passphraseEnv.get())).code("passphrase-missing")
                        .advice(WORDS.say("Set it to the passphrase of the software token.")).exception();
            }
            try (Secret passphrase = Secret.of(value)) {
                return files.insert(file, Optional.of(passphrase));
            }
        }
        try {
            return files.insert(file, Optional.empty());
        } catch (EscException e) {
            if (!e.problem().code().equals("passphrase-missing")) {
                throw e;
            }
        }
        var form = Form.of(WORDS.say("Unlock the software token"), WORDS.say("The file {0} is encrypted.", file),
                new Form.Field(PASSPHRASE, WORDS.say("Passphrase"), "", Form.Kind.PASSWORD));
        try (var answers = Ask.await(context.interaction().fill(form), context.cancel(), WORDS.say("unlock the software token"))) {
            Optional<Secret> passphrase = answers.get(PASSPHRASE);
            return files.insert(file, passphrase);
        }
    }

    private static String only(Readers readers) throws EscException {
        var here = readers.withCard();
        if (here.size() == 1) {
            return here.getFirst();
        }
        if (here.isEmpty()) {
            throw Problem.of(Fault.CARD, WORDS.say("choose the card"), WORDS.say("No card is inserted.")).code("no-card")
                    .advice(String.join(" ", readers.complaints())).exception();
        }
        throw Problem.of(Fault.USAGE, WORDS.say("choose the card"), WORDS.many(here.size(), "There is {0} card here.", "There are {0} cards here."))
                .code("which-card").advice(WORDS.say("Choose one with --reader: {0}", String.join(", ", here))).exception();
    }

    @Override
    public void close() {
        plugged.ifPresent(CardFiles.Plugged::close);
    }
}
