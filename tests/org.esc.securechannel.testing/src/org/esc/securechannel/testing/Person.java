// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.testing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.command.Answers;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;

/** Somebody who answers what the test says, or nobody. */
public final class Person implements Interaction {

    /** What is typed, by field. */
    public final Map<String, String> answers = new LinkedHashMap<>();
    /** What was to be confirmed. */
    public final List<Confirmation> questions = new ArrayList<>();
    /** What was said. */
    public final List<String> told = new ArrayList<>();
    /** What was to be filled in. */
    public final List<Form> forms = new ArrayList<>();
    /** False if nobody is there to confirm. */
    public boolean there = true;
    /** What is answered to a question. */
    public boolean agrees;

    /** To run a verb with this person. */
    public Context context() {
        return Context.of(this);
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        forms.add(form);
        var given = new LinkedHashMap<String, Secret>();
        for (var field : form.fields()) {
            if (answers.containsKey(field.id())) {
                given.put(field.id(), Secret.of(answers.get(field.id())));
            }
        }
        return given.isEmpty() ? CompletableFuture.failedFuture(new EscException(Fault.USAGE, "ask", "There is nobody to ask."))
                : CompletableFuture.completedFuture(new Answers(given));
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        return CompletableFuture.failedFuture(new EscException(Fault.USAGE, "ask", "There is nobody to ask."));
    }

    @Override
    public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
        questions.add(confirmation);
        return there ? CompletableFuture.completedFuture(agrees)
                : CompletableFuture.failedFuture(new EscException(Fault.UNCONFIRMED, "ask", "Nobody has agreed to this."));
    }

    @Override
    public void tell(String message) {
        told.add(message);
    }
}
