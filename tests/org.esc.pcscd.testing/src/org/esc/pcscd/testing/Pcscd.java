// SPDX-License-Identifier: EPL-2.0
package org.esc.pcscd.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.CardException;
import org.esc.apdu.Hex;
import org.esc.card.VirtualCard;
import org.esc.card.vpcd.VpcdConnection;

/**
 * A pcscd of a test's own with two virtual readers, for our own programs and those of others. Its readers listen at ports that no
 * outgoing connection is ever given: the driver's usual ones may be taken on a busy machine.
 */
public final class Pcscd implements AutoCloseable {

    private static final Path DRIVER = Path.of("pcsc/drivers/serial/libifdvpcd.so");
    private static final Path SOCKET = Path.of("/run/pcscd/pcscd.comm");
    private static final int FIRST_PORT = 15_000;
    private static final int LAST_PORT = 30_000;
    private static final int ATTEMPTS = 10;
    private static final int LOOKS = 100;
    private static final int BETWEEN_LOOKS_MILLIS = 100;

    private final Process process;
    private final int port;

    private Pcscd(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** There can be no pcscd of our own here; the message says why. */
    public static final class Unavailable extends Exception {

        private static final long serialVersionUID = 1;

        Unavailable(String message) {
            super(message);
        }
    }

    /**
     * Says whether there can be one here.
     *
     * @param programs which the test needs besides, such as {@code pkcs11-tool}
     * @throws Unavailable if this machine lacks something, or if another pcscd runs
     */
    public static void need(String... programs) throws Unavailable {
        need(Programs.program("pcscd").isPresent(), "pcscd is not installed");
        need(Programs.library(DRIVER.toString()).isPresent(), "vpcd (package vsmartcard-vpcd) is not installed");
        for (String p : programs) {
            need(Programs.program(p).isPresent(), p + " is not installed");
        }
        need("root".equals(System.getProperty("user.name")), "only root may start pcscd");
        need(!anotherRuns(), "another pcscd runs already");
    }

    /**
     * Starts it, and waits until a card can be put in.
     *
     * @param folder   for its settings and what it says
     * @param programs as for {@link #need}
     * @throws Unavailable as for {@link #need}
     * @throws IOException if it does not start
     */
    public static Pcscd start(Path folder, String... programs) throws Unavailable, IOException, InterruptedException {
        need(programs);
        return start(folder, 1, List.of());
    }

    /** The same, and it says in {@code folder/pcscd.log} which commands and answers pass. */
    public static Pcscd startLogging(Path folder, String... programs) throws Unavailable, IOException, InterruptedException {
        need(programs);
        return start(folder, 1, List.of(), List.of("--debug", "--apdu"));
    }

    /**
     * Starts it with other readers than usual.
     *
     * @param pairs   how many pairs of virtual readers
     * @param readers others, after these
     */
    public static Pcscd start(Path folder, int pairs, List<PlayReader> readers) throws Unavailable, IOException, InterruptedException {
        return start(folder, pairs, readers, List.of());
    }

    private static Pcscd start(Path folder, int pairs, List<PlayReader> readers, List<String> options) throws Unavailable, IOException, InterruptedException {
        need();
        Path log = folder.resolve("pcscd.log");
        Path settings = Files.createDirectories(folder.resolve("reader.conf.d"));
        try (var old = Files.list(settings)) {
            for (Path p : old.toList()) {
                Files.delete(p);
            }
        }
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = new Random().nextInt(FIRST_PORT, LAST_PORT);
            for (int pair = 0; pair < pairs; pair++) {
                String hex = "0x" + Integer.toHexString(port + 2 * pair);
                // one driver has room for one pair: each gets a copy
                Path driver = Programs.library(DRIVER.toString()).orElseThrow();
                if (pair > 0) {
                    driver = Files.copy(driver, folder.resolve("vpcd" + pair + ".so"), StandardCopyOption.REPLACE_EXISTING);
                }
                Files.writeString(settings.resolve("vpcd" + pair), "FRIENDLYNAME \"Virtual PCD" + (pair == 0 ? "" : " " + (char) ('A' + pair))
                        + "\"\nDEVICENAME /dev/null:" + hex + "\nLIBPATH " + driver + "\nCHANNELID " + hex + "\n");
            }
            for (int r = 0; r < readers.size(); r++) {
                Files.writeString(settings.resolve("zplay" + (char) ('A' + r)), readers.get(r).settings(PlayReader.driver(folder)));
            }
            var command = new ArrayList<>(List.of(Programs.program("pcscd").orElseThrow().toString(), "--foreground", "--config", settings.toString()));
            command.addAll(options);
            var pcscd = new Pcscd(new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start(), pairs == 0 ? 0 : port);
            boolean up = false;
            try {
                up = pcscd.comesUp();
            } finally {
                if (!up) {
                    pcscd.close();
                }
            }
            if (up) {
                return pcscd;
            }
        }
        throw new IOException("pcscd does not start here: " + Files.readString(log).lines().findFirst().orElse(""));
    }

    private boolean comesUp() throws InterruptedException {
        for (int i = 0; i < LOOKS && process.isAlive(); i++) {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
            if (listens()) {
                return true;
            }
        }
        return false;
    }

    private static void need(boolean condition, String otherwise) throws Unavailable {
        if (!condition) {
            throw new Unavailable(otherwise);
        }
    }

    private static boolean anotherRuns() {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(SOCKET));
        } catch (IOException _) {
            return false;
        }
    }

    private boolean listens() {
        if (port == 0) {
            return anotherRuns() && process.isAlive();
        }
        try (var s = new Socket()) {
            // a connection is a card to the driver: the second reader, so that the first stays free for the test's
            s.connect(new InetSocketAddress("127.0.0.1", port + 1), 1000);
            return process.isAlive();
        } catch (IOException _) {
            return false;
        }
    }

    /** Where a virtual reader, counted from 0, waits for its card: host and port. */
    public String place(int reader) {
        return "127.0.0.1:" + (port + reader);
    }

    /** Puts a card into the first reader; closing the result takes it out. */
    public VpcdConnection insert(VirtualCard card) throws CardException {
        return insert(card, 0);
    }

    /** Puts a card into one of the virtual readers, counted from 0; closing the result takes it out. */
    public VpcdConnection insert(VirtualCard card, int reader) throws CardException {
        var connection = VpcdConnection.connect("127.0.0.1", port + reader);
        Thread.ofPlatform().daemon().start(() -> {
            try {
                connection.serve(card);
            } catch (CardException _) {
                // pcscd was stopped
            }
        });
        return connection;
    }

    /** The same, and waits until {@code opensc-tool} sees it there, and before that until a card just taken out is seen no more. */
    public VpcdConnection insertAndWait(VirtualCard card) throws IOException, InterruptedException, CardException {
        awaitEmpty();
        var connection = insert(card);
        String atr = Hex.of(card.atr().bytes());
        String seen = seenAtr();
        for (int i = 0; i < LOOKS && !seen.contains(atr); i++) {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
            seen = seenAtr();
        }
        if (!seen.contains(atr)) {
            connection.close();
            throw new IOException("pcscd does not see the card; opensc-tool says " + seen);
        }
        return connection;
    }

    /** Takes the card out, and waits until pcscd has noticed. */
    public void takeOut(VpcdConnection connection) throws IOException, InterruptedException {
        connection.close();
        awaitEmpty();
    }

    /** An answer to reset that fails does not mean that pcscd noticed; a card put in before it did would be taken for the old one. */
    private static void awaitEmpty() throws IOException, InterruptedException {
        for (int i = 0; i < LOOKS && seesCard(); i++) {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
        }
    }

    /** True if there is a card in the first reader, as far as pcscd knows. */
    private static boolean seesCard() throws IOException, InterruptedException {
        return Programs.run("opensc-tool", "--list-readers").text().lines().anyMatch(l -> l.matches("0 +Yes .*"));
    }

    /** The answer to reset as {@code opensc-tool} shows it, in capital hex digits; its complaint if there is none. */
    public static String seenAtr() throws IOException, InterruptedException {
        String text = Programs.run("opensc-tool", "-a").text();
        return Arrays.stream(text.split("\n")).map(l -> l.strip().toUpperCase(Locale.ROOT))
                .filter(l -> l.matches("3[BF](:[0-9A-F]{2})+")).map(l -> l.replace(":", "")).findFirst().orElse(text);
    }

    /** Kills it without a chance to say good-bye. Whoever starts the next finds its socket lying about. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Stops pcscd, which takes all cards out. */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
