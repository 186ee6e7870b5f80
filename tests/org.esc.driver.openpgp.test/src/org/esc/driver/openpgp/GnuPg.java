// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.openpgp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.esc.pcscd.testing.Programs;

/** GnuPG with a home of its own, whose agent reaches the card through pcscd and knows its PINs. Closing ends the agent. */
final class GnuPg implements AutoCloseable {

    private static final int SECONDS = 120;
    private static final int ATTEMPTS = 10;
    private static final int LOOKS = 50;
    private static final int BETWEEN_LOOKS_MILLIS = 100;
    /** Answers the agent's questions for PINs; those for software keys, which have no password, do not come. */
    private static final String PINENTRY = """
            #!/bin/sh
            pin=123456
            echo OK
            while read -r line; do
                case "$line" in
                SETDESC*Admin*) pin=12345678; echo OK ;;
                SETDESC*) pin=123456; echo OK ;;
                GETPIN*) echo "D $pin"; echo OK ;;
                BYE*) echo OK; exit 0 ;;
                *) echo OK ;;
                esac
            done
            """;

    private final Path home;

    GnuPg(Path home) throws IOException {
        this.home = home;
        Files.createDirectories(home);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        Path pinentry = home.resolve("pinentry");
        Files.writeString(pinentry, PINENTRY);
        Files.setPosixFilePermissions(pinentry, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(home.resolve("scdaemon.conf"), "disable-ccid\npcsc-shared\n");
        Files.writeString(home.resolve("gpg-agent.conf"), "pinentry-program " + pinentry + "\n");
    }

    /** Runs gpg with these words, and lines with which its questions are answered; gives all that it wrote. */
    String run(List<String> lines, String... words) throws IOException, InterruptedException {
        Programs.Outcome o = anyhow(lines, words);
        assertEquals(0, o.exit(), () -> String.join(" ", words) + ": " + o.text());
        return o.text();
    }

    /** The same without questions. */
    String run(String... words) throws IOException, InterruptedException {
        return run(List.of(), words);
    }

    private Programs.Outcome anyhow(List<String> lines, String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Programs.program("gpg").orElseThrow().toString(), "--homedir", home.toString(), "--no-tty",
                "--expert"));
        command.addAll(lines.isEmpty() ? List.of("--batch", "--yes") : List.of("--command-fd", "0", "--status-fd", "1"));
        command.addAll(Arrays.asList(words));
        Path in = home.resolve("in.txt");
        Path out = home.resolve("out.txt");
        Files.write(in, lines);
        Process p = new ProcessBuilder(command).redirectErrorStream(true).redirectInput(in.toFile()).redirectOutput(out.toFile()).start();
        if (!p.waitFor(SECONDS, TimeUnit.SECONDS)) {
            p.destroyForcibly().waitFor();
            throw new AssertionError("gpg hangs: " + Files.readString(out));
        }
        return new Programs.Outcome(p.exitValue(), Files.readString(out));
    }

    /** Edits the card with these commands. */
    String editCard(String... lines) throws IOException, InterruptedException {
        return run(List.of(lines), "--card-edit");
    }

    /**
     * Makes an OpenPGP key of the card's signature and decryption keys. GnuPG 2.2 takes the time of its clock for the time the keys were made, so the clock
     * is set to what the card says. It cannot be stopped: a second that passes meanwhile gives another fingerprint, and all is done again.
     *
     * @param wanted the fingerprints on the card
     */
    void takeKeys(Instant signing, Instant decrypting, List<String> wanted) throws IOException, InterruptedException {
        String said = "";
        for (int i = 0; i < ATTEMPTS && !fingerprints().equals(wanted); i++) {
            for (String old : fingerprints().stream().limit(1).toList()) {
                run("--delete-secret-and-public-key", old);
            }
            // has the agent note which keys are on the card
            run("--card-status");
            said = anyhow(List.of("14", "1", "q", "0", "Alice Example", "alice@example.org", ""), "--faked-system-time",
                    Long.toString(signing.getEpochSecond()), "--full-generate-key").text()
                    + anyhow(List.of("addkey", "14", "2", "q", "0", "y", "save"), "--faked-system-time",
                            Long.toString(decrypting.getEpochSecond()), "--edit-key", "alice@example.org").text();
        }
        assertEquals(wanted, fingerprints(), said);
    }

    /** The fingerprints of the primary key and its subkeys, as gpg knows them. */
    List<String> fingerprints() throws IOException, InterruptedException {
        return run("--with-colons", "--list-secret-keys").lines().filter(l -> l.startsWith("fpr:")).map(l -> l.split(":")[9]).toList();
    }

    /** Has gpg sign a message and check it. */
    void assertSigns() throws IOException, InterruptedException {
        Path message = home.resolve("message");
        Path signed = home.resolve("message.sig");
        Files.writeString(message, "a message of gpg");
        run("--output", signed.toString(), "--sign", message.toString());
        String said = run("--verify", signed.toString());
        assertEquals(true, said.contains("Good signature"), said);
    }

    /** Has gpg encrypt a message to the only key and decrypt it again. */
    void assertDecrypts() throws IOException, InterruptedException {
        Path message = home.resolve("message");
        Path encrypted = home.resolve("message.enc");
        Path again = home.resolve("message.again");
        Files.writeString(message, "a message for gpg");
        run("--trust-model", "always", "--recipient", "alice@example.org", "--output", encrypted.toString(), "--encrypt", message.toString());
        run("--output", again.toString(), "--decrypt", encrypted.toString());
        assertEquals("a message for gpg", Files.readString(again));
    }

    /** Lets go of the card, and forgets the PINs. */
    void release() throws IOException, InterruptedException {
        Process p = new ProcessBuilder(Programs.program("gpgconf").orElseThrow().toString(), "--homedir", home.toString(), "--kill", "all")
                .redirectErrorStream(true).redirectOutput(home.resolve("killed.txt").toFile()).start();
        p.waitFor(SECONDS, TimeUnit.SECONDS);
        // the programs end by themselves, a moment later; their sockets end with them
        for (int i = 0; i < LOOKS && (Files.exists(home.resolve("S.scdaemon")) || Files.exists(home.resolve("S.gpg-agent"))); i++) {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        release();
    }
}
