// SPDX-License-Identifier: EPL-2.0
package org.esc.firefox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.esc.pcscd.testing.Programs;

/** The distribution's Firefox or Thunderbird without a screen, with a profile and a home of its own, driven through its own port. */
final class Mozilla implements AutoCloseable {

    private static final int LOOKS = 600;
    private static final int BETWEEN_LOOKS_MILLIS = 100;

    private final Process process;
    final Marionette driver;

    private Mozilla(Process process, Marionette driver) {
        this.process = process;
        this.driver = driver;
    }

    /** Where Firefox is, if it is installed. */
    static Optional<Path> firefox() {
        return Stream.of("firefox-esr", "firefox").flatMap(n -> Programs.program(n).stream()).findFirst();
    }

    /** Where Thunderbird is, if it is installed. */
    static Optional<Path> thunderbird() {
        return Programs.program("thunderbird");
    }

    /** Starts one of them and opens a session. */
    static Mozilla start(Path program, Path home, Path profile) throws IOException, InterruptedException {
        int port = freePort();
        Files.createDirectories(profile);
        Files.writeString(profile.resolve("user.js"), """
                user_pref("marionette.port", %d);
                user_pref("security.default_personal_cert", "Select Automatically");
                user_pref("network.proxy.type", 0);
                user_pref("network.dns.disabled", false);
                user_pref("app.normandy.enabled", false);
                user_pref("app.update.auto", false);
                user_pref("datareporting.policy.dataSubmissionEnabled", false);
                user_pref("security.OCSP.enabled", 0);
                """.formatted(port));
        var builder = new ProcessBuilder(program.toString(), "--headless", "--marionette",
                "--remote-allow-system-access", "--no-remote", "--profile",
                profile.toString()).redirectErrorStream(true).redirectOutput(home.resolve("program.log").toFile());
        builder.environment().put("HOME", home.toString());
        builder.environment().keySet().removeIf(k -> k.startsWith("XDG_") || k.equals("DISPLAY"));
        Process p = builder.start();
        try {
            for (int i = 0; i < LOOKS && p.isAlive(); i++) {
                Thread.sleep(BETWEEN_LOOKS_MILLIS);
                if (listens(port)) {
                    var running = new Mozilla(p, new Marionette(port));
                    running.driver.command("WebDriver:NewSession", Map.of("pageLoadStrategy", "none"));
                    return running;
                }
            }
        } catch (IOException | RuntimeException e) {
            stop(p);
            throw e;
        }
        stop(p);
        throw new IOException(program + " does not start here: " + Files.readString(home.resolve("program.log")));
    }

    private static int freePort() throws IOException {
        try (var s = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return s.getLocalPort();
        }
    }

    private static boolean listens(int port) {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** Asks it to end, as its menu does, so that its profile is left in order. */
    @Override
    public void close() throws InterruptedException {
        try {
            driver.command("Marionette:Quit", Map.of("flags", new String[] {"eForceQuit"}));
            driver.close();
        } catch (IOException _) {
            // it is stopped below
        }
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            stop(process);
        }
    }

    private static void stop(Process p) throws InterruptedException {
        p.descendants().forEach(ProcessHandle::destroy);
        p.destroy();
        if (!p.waitFor(10, TimeUnit.SECONDS)) {
            p.descendants().forEach(ProcessHandle::destroyForcibly);
            p.destroyForcibly().waitFor();
        }
    }
}
