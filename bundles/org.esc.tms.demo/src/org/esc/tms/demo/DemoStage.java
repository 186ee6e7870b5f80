// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Words;
import org.esc.card.CardFiles;
import org.esc.command.Context;
import org.esc.command.Verbs;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.KeyType;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.server.TmsServer;

/**
 * Everything ready for the main job: the embedded token management system on loopback, in a directory of its own, with a master key, so that
 * a card is moved from the factory keys to its own; and a blank software token plugged in. All of it is gone when the stage is closed.
 */
public final class DemoStage implements AutoCloseable {

    private static final Words WORDS = Words.of(DemoStage.class);

    /** The demonstration user. */
    public static final String USER = "alice";

    /** That user's password: no secret, it is printed in the documentation. */
    public static final String PASSWORD = "Secret.123";

    private static final int MASTER_VERSION = 2;

    private final Path directory;
    private final Tms tms;
    private final TmsServer server;
    private final CardFiles.Plugged card;

    private DemoStage(Path directory, Tms tms, TmsServer server, CardFiles.Plugged card) {
        this.directory = directory;
        this.tms = tms;
        this.server = server;
        this.card = card;
    }

    /**
     * Sets the stage.
     *
     * @param verbs where {@code soft create} is found
     * @param files where the token is plugged in
     */
    public static DemoStage open(Verbs verbs, CardFiles files, Context context) throws EscException {
        context.progress().at(-1, WORDS.say("Starting the embedded token management system"));
        Path directory;
        try {
            directory = Files.createTempDirectory("esc-demo-");
        } catch (IOException e) {
            throw new EscException(org.esc.apdu.Problem.of(Fault.USAGE, WORDS.say("set the stage"),
                    WORDS.say("No temporary folder can be made: {0}", e.getMessage())), e);
        }
        Tms tms = null;
        TmsServer server = null;
        try {
            tms = Tms.open(directory.resolve("tms"), TmsOptions.standard());
            tms.keys().create(MASTER_VERSION, KeyType.DES3, 128, Diversification.VISA2);
            server = TmsServer.start(tms, TmsServer.Options.anywhere());
            Path file = directory.resolve("demo.esc");
            verbs.run("soft create", Map.of("file", List.of(file.toString())), context);
            return new DemoStage(directory, tms, server, files.insert(file, Optional.empty()));
        } catch (EscException | RuntimeException e) {
            close(server, tms, directory);
            throw e;
        }
    }

    /** Where operations go: over TLS, verified against {@link #caFile}. */
    public URI tps() {
        return server.secureTps();
    }

    /** Certificate of the authority that the server's certificate comes from. */
    public Path caFile() {
        return tms.caFile();
    }

    /** Key and certificate of the administrator, PKCS#12. */
    public Path adminKey() {
        return tms.adminFile();
    }

    /** File with the password of that. */
    public Path adminPasswordFile() {
        return tms.adminFile().resolveSibling("admin.pass");
    }

    /** Reader with the software token. */
    public String reader() {
        return card.reader();
    }

    /** Address the server listens on, for people. */
    public String address() {
        return InetAddress.getLoopbackAddress().getHostAddress() + ":" + server.https().getPort();
    }

    /** The running system. */
    public Tms tms() {
        return tms;
    }

    @Override
    public void close() {
        card.close();
        close(server, tms, directory);
    }

    private static void close(TmsServer server, Tms tms, Path directory) {
        if (server != null) {
            server.close();
        }
        if (tms != null) {
            tms.close();
        }
        try (var files = Files.walk(directory)) {
            for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        } catch (IOException | UncheckedIOException _) {
            // it lies in the system's folder for temporary files, which the system empties
        }
    }
}
