// SPDX-License-Identifier: EPL-2.0
package org.esc.firefox;

import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.Secret;
import org.esc.command.Answers;
import org.esc.command.Form;
import org.esc.command.Interaction;

/** Answers as the demonstration user of the embedded system would. */
record Person(String user, String password, String pin) implements Interaction {

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        var m = new LinkedHashMap<String, Secret>();
        form.fields().forEach(f -> m.put(f.id(), Secret.of(f.kind() == Form.Kind.PASSWORD ? password : user)));
        return CompletableFuture.completedFuture(new Answers(m));
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        return CompletableFuture.completedFuture(Secret.of(pin));
    }

    @Override
    public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
        return CompletableFuture.completedFuture(true);
    }

    @Override
    public void tell(String message) {
        // nobody listens
    }
}
