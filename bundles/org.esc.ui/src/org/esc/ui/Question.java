// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.eclipse.swt.widgets.Composite;
import org.esc.apdu.Words;
import org.esc.command.Cancel;

/**
 * Something an operation wants to know, as a piece of user interface that knows neither dialog nor wizard: an {@link Asker} gives it a
 * place and two buttons. Used on the UI thread only, but for {@link #answer}, which anybody may wait for or cancel.
 *
 * @param <T> what comes out
 */
public abstract class Question<T> {

    private static final Words WORDS = Words.of(Question.class);

    /** Label of the button beside the accepting one. */
    public static final String CANCEL = WORDS.say("&Cancel");

    private final CompletableFuture<T> answer = new CompletableFuture<>();

    /** The answer to come. Cancelling it withdraws the question. */
    public final CompletableFuture<T> answer() {
        return answer;
    }

    /** A heading. */
    public abstract String title();

    /** A sentence or two under it. */
    public abstract String message();

    /** Builds the controls, puts the focus into the first, and calls {@code changed} after each change of what was entered. */
    public abstract void fill(Composite parent, Runnable changed);

    /** Why what was entered cannot be accepted yet; empty when it can. Says nothing while the person has just begun. */
    public abstract Optional<String> complaint();

    /** True if what was entered can be accepted. */
    public abstract boolean complete();

    /** The value entered; called once, and only when {@link #complete}. */
    protected abstract T take();

    /** Label of the button that accepts. */
    public String acceptLabel() {
        return WORDS.say("&OK");
    }

    /** True if Cancel is to be the default button: the step cannot be undone. */
    public boolean cautious() {
        return false;
    }

    /** The person accepts. */
    public final void accept() {
        answer.complete(take());
    }

    /** The person gives up. */
    public void refuse() {
        answer.completeExceptionally(Cancel.cancelled(title(), null));
    }
}
