// SPDX-License-Identifier: EPL-2.0
package org.esc.pcscd.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.CardException;
import org.esc.apdu.Hex;
import org.esc.card.vpcd.VirtualCard;
import org.esc.card.vpcd.VpcdConnection;
import org.esc.softcard.SoftCard;

/** A pcscd of a test's own with a software card in its virtual reader, for programs of others to look at. */
public final class Pcscd implements AutoCloseable {

    private static final Path CONFIG = Path.of("/etc/reader.conf.d/vpcd");
    private static final int LOOKS = 100;
    private static final int BETWEEN_LOOKS_MILLIS = 100;

    private final Process process;
    private VpcdConnection vpcd;
    private Thread serving;

    private Pcscd(Process process) {
        this.process = process;
    }

    /** There can be no pcscd of our own here; the message says why. */
    public static final class Unavailable extends Exception {

        private static final long serialVersionUID = 1;

        Unavailable(String message) {
            super(message);
        }
    }

    /**
     * Starts pcscd.
     *
     * @param folder where it logs
     * @param programs which the test needs besides, such as {@code pkcs11-tool}
     * @throws Unavailable if this machine lacks something, if another pcscd runs, or if it does not start
     */
    public static Pcscd start(Path folder, String... programs) throws Unavailable, IOException, InterruptedException {
        need(Programs.program("pcscd").isPresent(), "pcscd is not installed");
        need(Files.exists(CONFIG), "vpcd (package vsmartcard-vpcd) is not installed");
        for (String p : programs) {
            need(Programs.program(p).isPresent(), p + " is not installed");
        }
        need(Programs.program("opensc-tool").isPresent(), "OpenSC is not installed");
        need("root".equals(System.getProperty("user.name")), "only root may start pcscd");
        need(!listens(), "another pcscd runs already");
        Path log = folder.resolve("pcscd.log");
        var pcscd = new Pcscd(new ProcessBuilder(Programs.program("pcscd").orElseThrow().toString(), "--foreground")
                .redirectErrorStream(true).redirectOutput(log.toFile()).start());
        // looked at once only when it is there: each look is a connection that vpcd takes for a card
        boolean up = false;
        try {
            for (int i = 0; i < LOOKS && !up && pcscd.process.isAlive(); i++) {
                Thread.sleep(BETWEEN_LOOKS_MILLIS);
                up = listens();
            }
        } finally {
            if (!up) {
                pcscd.close();
            }
        }
        need(up, "pcscd does not start here: " + Files.readString(log).lines().findFirst().orElse(""));
        return pcscd;
    }

    private static void need(boolean condition, String otherwise) throws Unavailable {
        if (!condition) {
            throw new Unavailable(otherwise);
        }
    }

    private static boolean listens() {
        try (var s = new Socket()) {
            // the second reader, so that the first stays free for the card
            s.connect(new InetSocketAddress("127.0.0.1", VpcdConnection.DEFAULT_PORT + 1), 1000);
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /** Puts a card into the first virtual reader, and waits until it is seen there. It stays until {@link #close}. */
    public void insert(SoftCard card) throws IOException, InterruptedException, CardException {
        vpcd = VpcdConnection.connect("127.0.0.1", VpcdConnection.DEFAULT_PORT);
        serving = Thread.ofPlatform().start(() -> {
            try {
                vpcd.serve(new VirtualCard() {
                    @Override
                    public byte[] atr() {
                        return card.atr().bytes();
                    }

                    @Override
                    public byte[] transmit(byte[] command) {
                        return card.transmit(command);
                    }

                    @Override
                    public void reset() {
                        card.reset();
                    }
                });
            } catch (CardException _) {
                // pcscd was stopped
            }
        });
        String atr = Hex.of(card.atr().bytes());
        String seen = seenAtr();
        for (int i = 0; i < LOOKS && !seen.contains(atr); i++) {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
            seen = seenAtr();
        }
        if (!seen.contains(atr)) {
            throw new IOException("pcscd does not see the card; opensc-tool says " + seen);
        }
    }

    /** The answer to reset as {@code opensc-tool} shows it, in capital hex digits; its complaint if there is none. */
    public static String seenAtr() throws IOException, InterruptedException {
        String text = Programs.run("opensc-tool", "-a").text();
        return Arrays.stream(text.split("\n")).map(l -> l.strip().toUpperCase(Locale.ROOT))
                .filter(l -> l.matches("3[BF](:[0-9A-F]{2})+")).map(l -> l.replace(":", "")).findFirst().orElse(text);
    }

    /** Takes the card out and stops pcscd. */
    @Override
    public void close() throws InterruptedException {
        if (vpcd != null) {
            vpcd.close();
            serving.join();
        }
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
