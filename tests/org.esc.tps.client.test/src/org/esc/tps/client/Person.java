// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.command.Answers;
import org.esc.command.Form;
import org.esc.command.Interaction;

/** Answers as a test says, and remembers what was asked. */
class Person implements Interaction {

    final Map<String, String> answers = new LinkedHashMap<>(Map.of("UID", "alice", "PASSWORD", "Secret.123"));
    final List<Form> forms = new CopyOnWriteArrayList<>();
    final List<NewPin> pins = new CopyOnWriteArrayList<>();
    final List<Confirmation> confirmations = new CopyOnWriteArrayList<>();
    final List<String> told = new CopyOnWriteArrayList<>();
    volatile String pin = "abc123";
    volatile boolean yes = true;

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        forms.add(form);
        var m = new LinkedHashMap<String, Secret>();
        for (var f : form.fields()) {
            if (!answers.containsKey(f.id())) {
                return CompletableFuture.failedFuture(Problem.of(Fault.USAGE, "answer", "No answer for " + f.id()).exception());
            }
            m.put(f.id(), Secret.of(answers.get(f.id())));
        }
        return CompletableFuture.completedFuture(new Answers(m));
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        pins.add(request);
        return CompletableFuture.completedFuture(Secret.of(pin));
    }

    @Override
    public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
        confirmations.add(confirmation);
        return CompletableFuture.completedFuture(yes);
    }

    @Override
    public void tell(String message) {
        told.add(message);
    }
}
