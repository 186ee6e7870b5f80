// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The built product, started through the launcher script. */
class CommandLineTest {

    @BeforeAll
    static void needsAProduct() {
        Esc.needProduct();
    }

    @Test
    void saysItsVersionAndNothingElse() throws Exception {
        var first = Esc.run(Map.of(), "--version");
        assertEquals(0, first.exit(), first.err());
        var second = Esc.run(Map.of(), "--version");
        assertTrue(second.out().matches("esc \\d+\\.\\d+\\.\\d+\\S*\\R"), second.out());
        assertEquals("", second.err());
    }

    @Test
    void refusesAnUnknownVerbWithoutAStackTrace() throws Exception {
        var result = Esc.run(Map.of(), "no-such-verb");
        assertEquals(2, result.exit(), result.err());
        assertFalse(result.err().contains("\tat "), result.err());
        assertTrue(result.err().contains("no-such-verb"), result.err());
        assertEquals("", result.out());
    }

    @Test
    void answersOnAnInstallThatIsNotWrittenTo() throws Exception {
        Esc.run(Map.of(), "--version");
        var before = contents(Esc.product());
        assertEquals(0, Esc.run(Map.of(), "--help").exit());
        assertEquals(before, contents(Esc.product()));
    }

    @Test
    void twentyAtOnceAllAnswer() throws Exception {
        Esc.run(Map.of(), "--version");
        try (var threads = Executors.newFixedThreadPool(20)) {
            Callable<Esc.Result> start = () -> Esc.run(Map.of(), "--version");
            var exits = new ArrayList<Integer>();
            for (var result : threads.invokeAll(Collections.nCopies(20, start))) {
                exits.add(result.get().exit());
            }
            assertEquals(Collections.nCopies(20, 0), exits);
        }
    }

    @Test
    void theCommandLineHasNoUserInterfaceAndEveryDriver() throws Exception {
        Esc.run(Map.of(), "--version");
        String config = Files.readString(Esc.product().resolve("cli/config.ini"));
        for (String face : List.of("org.eclipse.swt", "org.eclipse.jface", "org.eclipse.ui", "org.esc.ui", "org.eclipse.e4.ui")) {
            assertFalse(config.contains("file:" + face), face);
        }
        for (String part : List.of("org.esc.cli_", "org.esc.driver.coolkey_", "org.esc.softcard.coolkey_", "org.esc.tms_")) {
            assertTrue(config.contains("file:" + part), part);
        }
    }

    /** The measurements are in no bundle: nothing else compiles them. */
    @Test
    void theMeasurementsCompileAndSayWhatThereIs() throws Exception {
        var result = Esc.run(Map.of(), "bench", "help");
        assumeFalse(result.err().contains("could not fetch"), result.err());
        assertEquals(2, result.exit(), result.err());
        assertTrue(result.err().contains("usage: ./esc bench"), result.err());
    }

    /** Every file's path and time of change. */
    private static Map<String, String> contents(Path folder) throws IOException {
        var found = new TreeMap<String, String>();
        try (var files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                found.put(folder.relativize(file).toString(), Files.getLastModifiedTime(file).toString());
            }
        }
        return found;
    }
}
