// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that is killed in the middle of an enrolment leaves a token file that opens, and that a format mends. */
@Tag("long")
@Timeout(1800)
class KilledEnrolmentTest {

    private static final long SEED = 260;
    private static final int PEOPLE = 3;
    private static final int CUTS_EACH = 50;
    /** A format after so many cuts; the cuts between are made on what those before have left. */
    private static final int MENDED_AFTER = 10;
    /** Exit code of a process that was killed: 128 and the signal's number. */
    private static final int KILLED = 137;

    @TempDir
    Path folder;

    @BeforeAll
    static void needsAProduct() {
        Esc.needProduct();
    }

    @Test
    void aTokenFileSurvivesThatItsProgramIsKilled() throws Exception {
        try (var office = new Office(folder); var threads = Executors.newFixedThreadPool(PEOPLE)) {
            var cut = new AtomicInteger();
            var all = new ArrayList<Callable<Void>>();
            for (int i = 1; i <= PEOPLE; i++) {
                int number = i;
                all.add(() -> {
                    person(office, "user" + number, new Random(SEED + number), cut);
                    return null;
                });
            }
            for (var person : threads.invokeAll(all)) {
                person.get();
            }
            System.out.println(cut + " of " + PEOPLE * CUTS_EACH + " enrolments were cut while they wrote to the token");
            // some are refused while the server is busy with the one before, or are through too soon
            assertTrue(cut.get() > PEOPLE * CUTS_EACH / 2, cut + " cuts");
            assertTrue(office.good("tms", "activities", "--data", office.data().toString(), "--verify").contains("Intact"), "the log");
        }
    }

    private void person(Office office, String user, Random random, AtomicInteger cut) throws Exception {
        Path token = folder.resolve(user + ".token");
        office.good("soft", "create", token.toString());
        office.good("format", token, user);
        long growth = watch(Esc.start(office.environment(), office.words("enroll", token, user)), token, Long.MAX_VALUE);
        assertTrue(growth > 0, user + " is enrolled");
        for (int i = 1; i <= CUTS_EACH; i++) {
            String when = "seed " + SEED + ", " + user + ", cut " + i;
            byte[] before = Files.readAllBytes(token);
            Process process = Esc.start(office.environment(), office.words("enroll", token, user));
            watch(process, token, random.nextLong(growth));
            process.toHandle().destroyForcibly();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(process.waitFor(1, TimeUnit.MINUTES), when);
            int exit = process.exitValue();
            // the server may still be busy with the one that was killed, or slow to greet; but no start ever finds a broken token
            assertTrue(exit == KILLED || exit == 0 || exit == 1 || exit == 4, () -> when + ": exit " + exit + ", " + said);
            if (exit == KILLED && !Arrays.equals(before, Files.readAllBytes(token))) {
                cut.incrementAndGet();
            }
            if (i % MENDED_AFTER == 0) {
                String shown = office.good("soft", "show", token.toString(), "--json");
                assertTrue(shown.contains("\"ok\":true"), when + ": " + shown);
                office.good("format", token, user);
                office.good("enroll", token, user);
                String info = office.good("info", "--soft", token.toString(), "--json");
                assertTrue(info.contains("signing key for " + user), when + ": " + info);
            }
        }
    }

    /** Waits until a program has written so much to the token, or ends. @return how much it wrote at the most */
    private static long watch(Process process, Path token, long bytes) throws Exception {
        long before = Files.size(token);
        long most = 0;
        while (process.isAlive() && most <= bytes) {
            Thread.sleep(1);
            most = Math.max(most, Files.size(token) - before);
        }
        return most;
    }
}
