// SPDX-License-Identifier: EPL-2.0
package org.esc.command;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** A wish to stop, made at most once and from any thread. */
public final class Cancel {

    private static final Words WORDS = Words.of(Cancel.class);

    private final List<Runnable> actions = new ArrayList<>();
    private boolean cancelled;

    /** Wishes to stop: runs what was registered with {@link #onCancel}, once. */
    public void cancel() {
        List<Runnable> now;
        synchronized (this) {
            if (cancelled) {
                return;
            }
            cancelled = true;
            now = List.copyOf(actions);
            actions.clear();
        }
        now.forEach(Runnable::run);
    }

    /** True once somebody wished to stop. */
    public synchronized boolean isCancelled() {
        return cancelled;
    }

    /** Runs {@code action} on cancel, at once if that has happened already, until the handle is closed. */
    public Registration onCancel(Runnable action) {
        synchronized (this) {
            if (!cancelled) {
                actions.add(action);
                return () -> {
                    synchronized (this) {
                        actions.remove(action);
                    }
                };
            }
        }
        action.run();
        return () -> {
        };
    }

    /** @throws EscException of kind CANCELLED if somebody wished to stop */
    public void check(String step) throws EscException {
        if (isCancelled()) {
            throw cancelled(step, null);
        }
    }

    /** The exception that says so, with its cause or {@code null}. */
    public static EscException cancelled(String step, Throwable cause) {
        return Problem.of(Fault.CANCELLED, step, WORDS.say("Cancelled.")).exception(cause);
    }

    /** Withdraws an action. */
    @FunctionalInterface
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }
}
