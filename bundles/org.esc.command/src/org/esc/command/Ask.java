// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.esc.apdu.EscException;

/** Waits for an answer the way every operation should: cancel withdraws the question. */
public final class Ask {

    private Ask() {
    }

    /**
     * Waits for {@code answer}.
     *
     * @throws EscException what the face said instead of an answer, or CANCELLED
     */
    public static <T> T await(CompletableFuture<T> answer, Cancel cancel, String step) throws EscException {
        try (var _ = cancel.onCancel(() -> answer.cancel(true))) {
            return answer.get();
        } catch (CancellationException e) {
            throw Cancel.cancelled(step, e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case EscException x -> throw x;
                case RuntimeException x -> throw x;
                case Throwable x -> throw new IllegalStateException(x);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.cancel(true);
            throw Cancel.cancelled(step, e);
        }
    }
}
