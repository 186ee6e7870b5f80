// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Answers;
import org.esc.command.Form;
import org.esc.command.ForwardingInteraction;
import org.esc.command.Interaction;
import org.esc.tps.client.TlsIdentities;

/** Has the question for the PIN that TLS needs say whose PIN it is, by a name of its own: the other person's PIN is asked for at the same keyboard. */
final class OfficersPin extends ForwardingInteraction {

    private static final Words WORDS = Words.of(OfficersPin.class);

    /** The field that stands for the PIN of the officer's card. */
    static final String FIELD = "OFFICER_PIN";

    private final String reader;

    OfficersPin(Interaction face, String reader) {
        super(face);
        this.reader = reader;
    }

    /** The question, of which {@code left} tells the tries left; may be empty. */
    static Form form(String reader, String left, boolean again) {
        return new Form(WORDS.say("Security officer"), (WORDS.say("The security officer types the PIN of their own card in \"{0}\".", reader) + " " + left).strip(),
                java.util.List.of(new Form.Field(FIELD, WORDS.say("PIN of the officer's card"), "", Form.Kind.PASSWORD)), again, false);
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        if (form.fields().size() != 1 || !form.fields().getFirst().id().equals(TlsIdentities.PIN)) {
            return face.fill(form);
        }
        var asked = face.fill(form(reader, "", form.invalid()));
        var answer = asked.thenApply(a -> {
            try (a) {
                var named = new LinkedHashMap<String, Secret>();
                a.get(FIELD).ifPresent(pin -> named.put(TlsIdentities.PIN, pin.copy()));
                return new Answers(named);
            }
        });
        // whoever withdraws the one withdraws the other
        answer.whenComplete((_, _) -> {
            if (answer.isCancelled()) {
                asked.cancel(true);
            }
        });
        return answer.handle((a, failure) -> failure == null ? CompletableFuture.completedFuture(a)
                : CompletableFuture.<Answers>failedFuture(failure instanceof java.util.concurrent.CompletionException c && c.getCause() != null ? c.getCause()
                        : failure)).thenCompose(f -> f);
    }
}
