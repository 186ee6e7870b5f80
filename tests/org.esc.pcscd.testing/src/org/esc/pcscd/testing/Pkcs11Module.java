// SPDX-License-Identifier: EPL-2.0
package org.esc.pcscd.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.esc.pcscd.testing.Programs.Outcome;

/** A PKCS #11 library that the distribution installed and that knows CoolKey tokens. */
public record Pkcs11Module(Path library) {

    /** File names of those there are. */
    public static final List<String> NAMES = List.of("opensc-pkcs11.so", "libcoolkeypk11.so");

    /** The one with this file name, if it is installed. */
    public static Optional<Pkcs11Module> find(String name) {
        return Programs.library(name, "pkcs11/" + name).map(Pkcs11Module::new);
    }

    /** All that are installed. */
    public static Stream<Pkcs11Module> installed() {
        return NAMES.stream().map(Pkcs11Module::find).flatMap(Optional::stream);
    }

    /** Runs {@code pkcs11-tool} with this module. */
    public Outcome tool(String... arguments) throws IOException, InterruptedException {
        var all = new ArrayList<>(List.of("pkcs11-tool", "--module", library.toString()));
        all.addAll(List.of(arguments));
        return Programs.run(all.toArray(String[]::new));
    }

    /**
     * Signs with {@code pkcs11-tool}.
     *
     * @param mechanism as the tool names it, such as {@code RSA-PKCS}
     * @param id of the key, in hex
     * @throws AssertionError with the tool's words if it does not sign
     */
    public byte[] sign(String pin, String mechanism, String id, byte[] data) throws IOException, InterruptedException {
        return compute("--sign", pin, mechanism, id, data);
    }

    /** Decrypts with {@code pkcs11-tool}; parameters as for {@link #sign}. */
    public byte[] decrypt(String pin, String mechanism, String id, byte[] data) throws IOException, InterruptedException {
        return compute("--decrypt", pin, mechanism, id, data);
    }

    private byte[] compute(String what, String pin, String mechanism, String id, byte[] data)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("pkcs11");
        Path in = folder.resolve("in");
        Path out = folder.resolve("out");
        try {
            Files.write(in, data);
            Outcome o = tool("--login", "--pin", pin, what, "--mechanism", mechanism, "--id", id, "--input-file", in.toString(),
                    "--output-file", out.toString());
            if (o.exit() != 0 || !Files.exists(out)) {
                throw new AssertionError("pkcs11-tool " + what + " with " + library + " ends with " + o.exit() + ": " + o.text());
            }
            return Files.readAllBytes(out);
        } finally {
            Files.deleteIfExists(in);
            Files.deleteIfExists(out);
            Files.delete(folder);
        }
    }

    /**
     * Java's own provider with this module and its first slot; empty if this Java runtime has none. A Java machine loads a module once and
     * the module remembers the card of its first login, so one Java machine can use it with one card only.
     */
    public Optional<Provider> provider() {
        // the modules decrypt but do not encrypt; Java calls that legacy and offers no cipher unless it is allowed
        return Optional.ofNullable(Security.getProvider("SunPKCS11")).map(sun -> sun.configure("--name="
                + library.getFileName().toString().replaceAll("\\W", "") + "\nlibrary=" + library
                + "\nslotListIndex=0\nallowLegacy=true\n"));
    }

    @Override
    public String toString() {
        return library.getFileName().toString();
    }
}
