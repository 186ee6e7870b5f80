// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.demo;

import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.Secret;
import org.esc.command.Answers;
import org.esc.command.Form;
import org.esc.command.Interaction;

/** Answers as the demonstration user would, and tells what was asked. */
final class DemoInteraction implements Interaction {

    private final Interaction face;
    private final String pin;

    DemoInteraction(Interaction face, String pin) {
        this.face = face;
        this.pin = pin;
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        var values = new LinkedHashMap<String, Secret>();
        for (Form.Field f : form.fields()) {
            values.put(f.id(), Secret.of(f.kind() == Form.Kind.PASSWORD ? DemoStage.PASSWORD : DemoStage.USER));
        }
        return CompletableFuture.completedFuture(new Answers(values));
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        return CompletableFuture.completedFuture(Secret.of(pin));
    }

    @Override
    public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
        // the demonstration's own token, made a moment ago
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public void tell(String message) {
        face.tell(message);
    }
}
