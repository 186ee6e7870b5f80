// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.config;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.EscException;
import org.esc.tms.Tms;
import org.esc.tms.db.Operation;
import org.esc.tms.db.ServerThreads;

/** What a server does at set times. */
public final class Jobs implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Jobs.class.getName());

    private interface Work {
        void run() throws EscException;
    }

    private record Job(String description, Duration every, Work work) {
    }

    private final Map<String, Job> jobs = new LinkedHashMap<>();
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(1, ServerThreads.of(Thread.ofVirtual().name("tms-job-", 0).factory()));

    /** Of a back office; nothing is done before {@link #start}. */
    public Jobs(Tms tms) {
        jobs.put("endOrphanedOperations", new Job("Ends the operations of servers that were stopped in the middle of them", Duration.ofSeconds(5),
                () -> tms.desk().settle()));
        jobs.put("verifyActivityLog", new Job("Checks that no entry of the activity log was changed or removed", Duration.ofDays(1), () -> {
            var v = tms.activities().verify();
            tms.audit().note(Operation.SELFTESTS_EXECUTION, v.intact(), "", "", "Activity log: " + v.message());
        }));
    }

    /** Does everything at its times from now on. */
    public void start() {
        jobs.forEach((name, job) -> clock.scheduleWithFixedDelay(() -> {
            try {
                job.work.run();
            } catch (EscException | RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "The job " + name + " failed", e);
            }
        }, job.every.toMillis(), job.every.toMillis(), TimeUnit.MILLISECONDS));
    }

    /** Their names. */
    public List<String> names() {
        return List.copyOf(jobs.keySet());
    }

    /** What one is for. */
    public String description(String name) {
        return jobs.get(name).description;
    }

    /** How often it is done, in words. */
    public String every(String name) {
        Duration d = jobs.get(name).every;
        return "every " + (d.toDays() > 0 ? d.toDays() * 24 + " h" : d.toMinutes() > 0 ? d.toMinutes() + " min" : d.toSeconds() + " s");
    }

    /** Does one now, and waits for it. */
    public void run(String name) throws EscException {
        jobs.get(name).work.run();
    }

    @Override
    public void close() {
        clock.shutdownNow();
        try {
            clock.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
