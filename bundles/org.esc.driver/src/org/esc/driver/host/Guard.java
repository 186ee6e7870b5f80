// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.host;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/**
 * Runs what one driver does with one card, each call on a platform thread of its own, within {@link Limits}. A call that passes them is left
 * to itself without its card; the driver is then reported. Whatever it throws reaches the caller as an {@link EscException} that
 * names the driver.
 */
final class Guard {

    private static final Words WORDS = Words.of(Guard.class);

    private static final long LOOK_EVERY_MS = 25;
    private static final long GRACE_MS = 1000;
    /** How many times longer than it may compute a driver may wait for something else than the card. */
    private static final int WAITS = 6;

    private final String driver;
    private final Leash leash;
    private final Limits limits;
    private final Consumer<String> switchOff;

    Guard(String driver, Leash leash, Limits limits, Consumer<String> switchOff) {
        this.driver = driver;
        this.leash = leash;
        this.limits = limits;
        this.switchOff = switchOff;
    }

    /** Does {@code work}, called {@code what} in words. @throws EscException as the work does, or DEFECT if the driver misbehaves */
    <T> T call(String what, Callable<T> work) throws EscException {
        if (!leash.revoked().isEmpty()) {
            throw misbehaved(what, leash.revoked(), null);
        }
        leash.call();
        var used = new AtomicLong();
        var result = new FutureTask<T>(() -> {
            try {
                return work.call();
            } finally {
                used.set(allocated(Thread.currentThread()));
            }
        });
        Thread thread = Thread.ofPlatform().daemon().name("driver " + driver + ": " + what).start(result);
        long start = System.nanoTime();
        try {
            while (true) {
                try {
                    T value = result.get(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
                    if (leash.revoked().isEmpty() && used.get() > limits.allocation()) {
                        leash.revoke(tooMuch());
                    }
                    if (!leash.revoked().isEmpty()) {
                        throw off(what, leash.revoked());
                    }
                    return value;
                } catch (TimeoutException _) {
                    String excess = excess(thread, System.nanoTime() - start - leash.waited());
                    if (!excess.isEmpty()) {
                        leash.revoke(excess);
                        thread.interrupt();
                        throw off(what, excess);
                    }
                }
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() instanceof InvocationTargetException i ? i.getCause() : e.getCause();
            if (!leash.revoked().isEmpty()) {
                throw off(what, leash.revoked());
            }
            if (cause instanceof EscException x) {
                throw x;
            }
            throw misbehaved(what, String.valueOf(cause), cause);
        } catch (InterruptedException e) {
            thread.interrupt();
            leave(thread);
            leash.revoke(WORDS.say("the call was cancelled"));
            Thread.currentThread().interrupt();
            throw Problem.of(Fault.CANCELLED, what, WORDS.say("Cancelled while the card was working.")).exception(e);
        }
    }

    private String excess(Thread thread, long own) {
        // processor time, so that a busy machine is not blamed on a driver; but one that waits for itself uses none
        if (processorTime(thread) > limits.own().toNanos() || own > WAITS * limits.own().toNanos()) {
            return WORDS.say("it took too long, not counting the card's time");
        }
        if (allocated(thread) > limits.allocation()) {
            return tooMuch();
        }
        return "";
    }

    /** Nanoseconds the thread has computed, 0 where the Java runtime does not count them. */
    private static long processorTime(Thread thread) {
        var counts = ManagementFactory.getThreadMXBean();
        return counts.isThreadCpuTimeSupported() && counts.isThreadCpuTimeEnabled() ? Math.max(0, counts.getThreadCpuTime(thread.threadId())) : 0;
    }

    private String tooMuch() {
        return WORDS.say("it used more than {0} MiB of memory in one call", limits.allocation() >> 20);
    }

    /** Bytes the thread has allocated since it began, 0 where the Java runtime does not count them. */
    private static long allocated(Thread thread) {
        return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean counts && counts.isThreadAllocatedMemorySupported()
                && counts.isThreadAllocatedMemoryEnabled() ? Math.max(0, counts.getThreadAllocatedBytes(thread.threadId())) : 0;
    }

    private static void leave(Thread thread) {
        try {
            thread.join(GRACE_MS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private EscException off(String what, String why) {
        switchOff.accept(why);
        return Problem.of(Fault.DEFECT, what, WORDS.say("The driver \"{0}\" was switched off: {1}.", driver, why)).code("driver-switched-off")
                .advice(WORDS.say("The card has been released. The driver stays off until it is enabled again or the program is restarted."))
                .exception();
    }

    private EscException misbehaved(String what, String why, Throwable cause) {
        return Problem.of(Fault.DEFECT, what, WORDS.say("The driver \"{0}\" failed: {1}.", driver, why)).code("driver-failed")
                .advice(WORDS.say("Tell its vendor.")).exception(cause);
    }
}
