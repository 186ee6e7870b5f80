// SPDX-License-Identifier: EPL-2.0
package org.esc.pcscd.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import org.esc.pcscd.testing.Programs.Outcome;

/** A database of NSS in a folder of its own, for NSS's tools. */
final class Nss {

    /** The tools used with it. */
    static final List<String> PROGRAMS = List.of("certutil", "cmsutil", "modutil", "pk12util", "tstclnt");

    private final Path folder;

    private Nss(Path folder) {
        this.folder = folder;
    }

    /** A new one without a password, and a file with the PIN of the token that will be used with it. */
    static Nss create(Path folder, String pin) throws IOException, InterruptedException {
        var nss = new Nss(Files.createDirectory(folder));
        Files.writeString(folder.resolve("pin"), pin + "\n");
        nss.run("certutil", "-N", "--empty-password");
        return nss;
    }

    /** The file with the PIN. */
    String pin() {
        return file("pin").toString();
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    /** What a tool says that must succeed. */
    String run(String... command) throws IOException, InterruptedException {
        Outcome o = attempt(command);
        if (o.exit() != 0) {
            throw new AssertionError(String.join(" ", command) + " ends with " + o.exit() + ": " + o.text());
        }
        return o.text();
    }

    /** Runs a tool with this database. */
    Outcome attempt(String... command) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of(command));
        all.addAll(1, List.of(command[0].equals("modutil") ? "-dbdir" : "-d", "sql:" + folder));
        return Programs.run(all.toArray(String[]::new));
    }

    /** Makes a key with a certificate for {@code localhost} in it, trusted as a TLS server's, and writes both to a PKCS #12 file. */
    Path selfSigned(String name, String password) throws IOException, InterruptedException {
        byte[] noise = new byte[64];
        new SecureRandom().nextBytes(noise);
        Path file = Files.write(file("noise"), noise);
        run("certutil", "-S", "-x", "-n", name, "-s", "CN=localhost", "-8", "localhost", "-t", "CP,,", "-z", file.toString());
        Path identity = file(name + ".p12");
        run("pk12util", "-o", identity.toString(), "-n", name, "-W", password);
        return identity;
    }
}
