// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Twenty programs at once, each with a token of its own, and one server. */
@Tag("long")
@Timeout(900)
class ManyAtOnceTest {

    private static final int PROGRAMS = 20;

    @TempDir
    Path folder;

    @BeforeAll
    static void needsAProduct() {
        Esc.needProduct();
    }

    @Test
    void twentyEnrolAtOnce() throws Exception {
        try (var office = new Office(folder); var threads = Executors.newFixedThreadPool(PROGRAMS)) {
            var all = new ArrayList<Callable<String>>();
            for (int i = 1; i <= PROGRAMS; i++) {
                Path token = folder.resolve(i + ".token");
                String user = "user" + i;
                all.add(() -> {
                    office.good("soft", "create", token.toString());
                    office.good("enroll", token, user);
                    return office.good("info", "--soft", token.toString(), "--json");
                });
            }
            int n = 0;
            for (var result : threads.invokeAll(all)) {
                n++;
                String info = result.get();
                assertTrue(info.contains("signing key for user" + n), info);
            }
            String tokens = office.good("tms", "tokens", "--data", office.data().toString(), "--json");
            assertEquals(PROGRAMS, tokens.split("\"state\":\"ACTIVE\"", -1).length - 1, tokens);
        }
    }
}
