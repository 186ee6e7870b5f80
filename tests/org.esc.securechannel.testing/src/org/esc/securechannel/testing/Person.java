// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.testing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.command.Answers;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;

/** Somebody who answers what the test says and remembers what was asked, or nobody. */
public class Person implements Interaction {

    /** What is typed, by field. */
    public final Map<String, String> answers = new LinkedHashMap<>();
    /** What was to be confirmed. */
    public final List<Confirmation> questions = new CopyOnWriteArrayList<>();
    /** What was said. */
    public final List<String> told = new CopyOnWriteArrayList<>();
    /** What was to be filled in. */
    public final List<Form> forms = new CopyOnWriteArrayList<>();
    /** Which new PINs were to be chosen. */
    public final List<NewPin> pins = new CopyOnWriteArrayList<>();
    /** False if nobody is there to confirm. */
    public volatile boolean there = true;
    /** What is answered to a question. */
    public volatile boolean agrees;
    /** The new PIN that is chosen; empty if there is nobody to choose one. */
    public volatile String pin = "";

    /** A user of a token management system, who logs in, chooses a PIN and agrees to everything. */
    public static Person user(String id, String password, String pin) {
        var person = new Person();
        person.answers.putAll(Map.of("UID", id, "PASSWORD", password));
        person.pin = pin;
        person.agrees = true;
        return person;
    }

    /** Alice, whom the tests' servers know. */
    public static Person alice() {
        return user("alice", "Secret.123", "abc123");
    }

    /** To run a verb with this person. */
    public Context context() {
        return Context.of(this);
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        forms.add(form);
        var given = new LinkedHashMap<String, Secret>();
        for (var field : form.fields()) {
            if (!answers.containsKey(field.id())) {
                return CompletableFuture.failedFuture(new EscException(Fault.USAGE, "ask", "There is nobody to answer " + field.id() + "."));
            }
            given.put(field.id(), Secret.of(answers.get(field.id())));
        }
        return CompletableFuture.completedFuture(new Answers(given));
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        pins.add(request);
        return pin.isEmpty() ? CompletableFuture.failedFuture(new EscException(Fault.USAGE, "ask", "There is nobody to choose a PIN."))
                : CompletableFuture.completedFuture(Secret.of(pin));
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
