// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs one task after the other without a thread of its own: each caller runs its task itself, or, if another caller is at work, leaves it
 * to that one.
 */
final class CallersTurn implements Executor {

    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger due = new AtomicInteger();

    /** Tasks keep their exceptions to themselves, as a {@link java.util.concurrent.FutureTask} does. */
    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (due.getAndIncrement() == 0) {
            do {
                tasks.remove().run();
            } while (due.decrementAndGet() > 0);
        }
    }
}
