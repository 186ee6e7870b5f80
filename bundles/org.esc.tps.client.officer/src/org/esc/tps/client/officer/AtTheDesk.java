// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.util.concurrent.CompletableFuture;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Answers;
import org.esc.command.Form;
import org.esc.command.ForwardingInteraction;
import org.esc.command.Interaction;

/** Two people sit at one keyboard: says with every question which of them is to type. Confirmations are the officer's. */
final class AtTheDesk extends ForwardingInteraction {

    private static final Words WORDS = Words.of(AtTheDesk.class);

    private final String holder;

    /** @param holder the person whose card it is, as people call them */
    AtTheDesk(Interaction face, String holder) {
        super(face);
        this.holder = holder;
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        boolean secret = form.fields().stream().anyMatch(f -> f.kind() == Form.Kind.PASSWORD);
        String who = secret ? WORDS.say("{0} types this, while the officer looks away.", holder) : WORDS.say("{0} types this.", holder);
        return face.fill(new Form(WORDS.say("For {0}: {1}", holder, form.title()), (who + " " + form.description()).strip(), form.fields(), form.invalid(),
                form.blocked()));
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        return face.newPin(new NewPin(WORDS.say("the new password of the card. {0} types it, while the officer looks away", holder), request.minLength(),
                request.maxLength(), request.plainOnly(), request.digitsOnly()));
    }
}
