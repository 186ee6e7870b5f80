// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.concurrent.CompletableFuture;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.Secret;
import org.esc.command.Answers;
import org.esc.command.Cancel;
import org.esc.command.Form;
import org.esc.command.Interaction;

/** Puts the questions of operations to the person at the screen. May be called from any thread; never blocks one. */
public final class UiInteraction implements Interaction {

    private final Display display;
    private final Asker asker;
    private final String acceptForms;

    /** Asks through {@code asker}, on the thread of {@code display}; forms are there to log in with. */
    public UiInteraction(Display display, Asker asker) {
        this(display, asker, FormQuestion.LOG_IN);
    }

    /** As the other, with the label of the button that accepts a form. */
    public UiInteraction(Display display, Asker asker, String acceptForms) {
        this.display = display;
        this.asker = asker;
        this.acceptForms = acceptForms;
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        return ask(new FormQuestion(form, acceptForms));
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        return ask(new NewPinQuestion(request));
    }

    @Override
    public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
        return ask(new ConfirmQuestion(confirmation));
    }

    @Override
    public void tell(String message) {
        if (!display.isDisposed()) {
            display.asyncExec(() -> asker.tell(message));
        }
    }

    @Override
    public Notice notice(String message) {
        var shown = new CompletableFuture<Runnable>();
        if (!display.isDisposed()) {
            display.asyncExec(() -> shown.complete(asker.notice(message)));
        }
        return () -> shown.thenAccept(over -> {
            if (!display.isDisposed()) {
                display.asyncExec(over);
            }
        });
    }

    private <T> CompletableFuture<T> ask(Question<T> question) {
        if (display.isDisposed()) {
            return CompletableFuture.failedFuture(Cancel.cancelled(question.title(), null));
        }
        display.asyncExec(() -> {
            if (!question.answer().isDone()) {
                asker.ask(question);
            }
        });
        return question.answer();
    }
}
