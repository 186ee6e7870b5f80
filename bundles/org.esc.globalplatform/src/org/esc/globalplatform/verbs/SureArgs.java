// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Arg;
import org.esc.command.Ask;
import org.esc.command.Context;
import org.esc.command.Interaction;

/** The consent to what a card does not survive, for scripts; a person is asked to type the same. */
public record SureArgs(
        @Arg(names = "--yes-i-mean-it", label = "CARD-ID",
                help = "Consent to what cannot be undone with the card of this id (esc gp info and esc token show it).") Optional<String> yesIMeanIt) {

    private static final Words WORDS = Words.of(SureArgs.class);

    /** Nobody consented. */
    public static final SureArgs NO = new SureArgs(Optional.empty());

    /**
     * Makes sure that somebody consents: the script beforehand, else the person now.
     *
     * @param question asks to type the card's id
     * @param id       of the card
     * @throws EscException UNCONFIRMED if the consent is for another card, CANCELLED if the person says no
     */
    public void consent(Interaction.Confirmation question, String id, Context context) throws EscException {
        if (yesIMeanIt.isPresent()) {
            if (!question.accepts(yesIMeanIt.get())) {
                throw Problem.of(Fault.UNCONFIRMED, question.title(), WORDS.say("The card is {0}, not the one consented to.", id))
                        .code("other-card").advice(WORDS.say("Check which card is in the reader. Nothing was changed.")).exception();
            }
            return;
        }
        if (!Ask.await(context.interaction().confirm(question), context.cancel(), question.title())) {
            throw Problem.of(Fault.CANCELLED, question.title(), WORDS.say("Nothing was changed.")).exception();
        }
    }
}
