// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The embedded system in a process of its own, and a person who works with it through {@code ./esc}. */
final class Office implements AutoCloseable {

    private static final Pattern READY = Pattern.compile("ready http=(\\S+) https=(\\S+) ca=(\\S+) admin=(\\S+)");

    private static final int ATTEMPTS = 4;

    private final Path folder;
    private final Process process;
    private final String tps;
    private final String ca;

    /** Starts it in a folder, where the person's own files go, too. */
    Office(Path folder) throws IOException {
        this.folder = folder;
        process = Esc.start(environment(), "tms", "start", "--http", "0", "--https", "0", "--data", data().toString());
        // read, not closed: a program that may not complain any more is ended by the system
        var complaints = Esc.everything(process.getErrorStream());
        String line = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        Matcher m = READY.matcher(String.valueOf(line));
        if (!m.matches()) {
            process.destroyForcibly();
            throw new IOException("the embedded system does not start: " + line + "; " + complaints.join());
        }
        tps = m.group(2) + "/tps/tps";
        ca = m.group(3);
    }

    /** Its data directory. */
    Path data() {
        return folder.resolve("office");
    }

    /** The server, TLS. */
    String tps() {
        return tps;
    }

    /** The file of its authority. */
    String ca() {
        return ca;
    }

    /** A person's secrets, and places of the person's own. */
    Map<String, String> environment() {
        var all = new HashMap<>(Map.of("ESC_TEST_PASSWORD", "Secret.123", "ESC_TEST_PIN", "Sesame12"));
        for (String place : List.of("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")) {
            all.put(place, folder.resolve(place).toString());
        }
        return all;
    }

    /** The words of an operation with a software token. */
    String[] words(String verb, Path token, String user) {
        var words = new ArrayList<>(List.of(verb, "--soft", token.toString(), "--tps", tps, "--ca", ca, "--user", user, "--password-env",
                "ESC_TEST_PASSWORD", "--json", "--quiet"));
        if (!verb.equals("reset-pin")) {
            words.add("--yes");
        }
        if (!verb.equals("format")) {
            words.addAll(List.of("--pin-env", "ESC_TEST_PIN"));
        }
        return words.toArray(String[]::new);
    }

    /** Runs an operation that must go well. */
    String good(String verb, Path token, String user) throws IOException, InterruptedException {
        return good(words(verb, token, user));
    }

    /** Runs a verb that must go well; what it says. A machine too busy to greet in time is asked again. */
    String good(String... words) throws IOException, InterruptedException {
        var result = Esc.run(environment(), words);
        for (int i = 1; i < ATTEMPTS && result.out().contains("\"code\":\"timeout\""); i++) {
            result = Esc.run(environment(), words);
        }
        var last = result;
        assertEquals(0, last.exit(), () -> String.join(" ", words) + ": " + last.out() + last.err());
        return last.out();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertTrue(ended, "the embedded system ends when told to");
        assertEquals(0, process.exitValue(), "its exit code");
    }
}
