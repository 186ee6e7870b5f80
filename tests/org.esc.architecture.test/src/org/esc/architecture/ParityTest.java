// SPDX-License-Identifier: EPL-2.0
package org.esc.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/parity.md} answers every row of what the original client did, and what it says to be shown by is there. */
class ParityTest {

    private static final Pattern ANSWER = Pattern.compile("(done|better, because|replaced by).*");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");
    private static final Pattern PICTURE = Pattern.compile("!\\[[^]]+]\\((.+?)\\)");

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(here.resolve("target-platform"))) {
            here = here.getParent();
        }
        return here;
    }

    @Test
    void everyRowIsAnsweredAndShown() throws IOException {
        Map<String, List<String>> tests = tests();
        var complaints = new ArrayList<String>();
        int rows = 0;
        for (String line : Files.readAllLines(root().resolve("docs/parity.md"))) {
            if (line.startsWith("|") && !line.startsWith("|---") && !line.startsWith("| the original |")) {
                rows++;
                complaints(line, tests).forEach(c -> complaints.add(c + " in: " + line));
            }
        }
        assertEquals(List.of(), complaints);
        assertTrue(rows > 90, "rows: " + rows);
    }

    private static List<String> complaints(String line, Map<String, List<String>> tests) {
        String[] cells = line.substring(1).split("\\|", -1);
        if (cells.length != 4) {
            return List.of("not three columns");
        }
        var all = new ArrayList<String>();
        if (!ANSWER.matcher(cells[1].strip()).matches()) {
            all.add("no answer");
        }
        boolean shown = false;
        for (Matcher m = TEST.matcher(cells[2]); m.find();) {
            shown = true;
            List<String> sources = tests.getOrDefault(m.group(1), List.of());
            if (sources.isEmpty() || m.group(2) != null && sources.stream().noneMatch(s -> s.contains("void " + m.group(2) + "("))) {
                all.add("no test " + m.group());
            }
        }
        for (Matcher m = PICTURE.matcher(cells[2]); m.find();) {
            shown = true;
            if (!Files.exists(root().resolve("docs").resolve(m.group(1)))) {
                all.add("no picture " + m.group(1));
            }
        }
        if (!shown) {
            all.add("nothing shows it");
        }
        return all;
    }

    /** The sources of all test classes, by simple name: some bundles have one of the same name. */
    private static Map<String, List<String>> tests() throws IOException {
        var all = new TreeMap<String, List<String>>();
        try (var files = Files.walk(root().resolve("tests"))) {
            for (Path f : files.filter(p -> p.toString().endsWith("Test.java") && !p.toString().contains("/target/")).toList()) {
                String name = f.getFileName().toString();
                all.computeIfAbsent(name.substring(0, name.length() - ".java".length()), _ -> new ArrayList<>()).add(Files.readString(f));
            }
        }
        return all;
    }
}
