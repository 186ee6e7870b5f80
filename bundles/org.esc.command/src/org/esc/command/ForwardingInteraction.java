// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.util.concurrent.CompletableFuture;
import org.esc.apdu.Secret;

/** Leaves every question to another face. Whoever extends it answers, changes or watches some of them. */
public abstract class ForwardingInteraction implements Interaction {

    /** The other face. */
    protected final Interaction face;

    /** In front of this face. */
    protected ForwardingInteraction(Interaction face) {
        this.face = face;
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        return face.fill(form);
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        return face.newPin(request);
    }

    @Override
    public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
        return face.confirm(confirmation);
    }

    @Override
    public void tell(String message) {
        face.tell(message);
    }

    @Override
    public Notice notice(String message) {
        return face.notice(message);
    }
}
