// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.trace;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.eclipse.core.runtime.ILog;
import org.eclipse.swt.widgets.Display;

/** A thread that works for a view: of several wishes of a kind that wait, only the last is fulfilled. Results come on the UI thread. */
final class Worker implements AutoCloseable {

    private final Display display;
    private final ExecutorService thread;

    /** Wishes of one kind. */
    final class Wishes {

        private final AtomicReference<Runnable> last = new AtomicReference<>();

        /** Does {@code work} on the thread, unless another wish comes before its turn; then {@code then}, unless this was closed. */
        <T> void want(Supplier<T> work, Consumer<T> then) {
            Runnable wish = () -> {
                T result = work.get();
                answer(() -> then.accept(result));
            };
            if (last.getAndSet(wish) == null) {
                try {
                    thread.execute(this::fulfil);
                } catch (RejectedExecutionException _) {
                    // closed: nobody waits any more
                }
            }
        }

        private void fulfil() {
            Runnable wish = last.getAndSet(null);
            if (wish != null) {
                try {
                    wish.run();
                } catch (RuntimeException e) {
                    ILog.of(Worker.class).error("A trace could not be shown", e);
                }
            }
        }
    }

    Worker(Display display, String name) {
        this.display = display;
        thread = Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(name).factory());
    }

    private void answer(Runnable task) {
        if (!thread.isShutdown() && !display.isDisposed()) {
            display.asyncExec(() -> {
                if (!thread.isShutdown()) {
                    task.run();
                }
            });
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
