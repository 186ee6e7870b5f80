// SPDX-License-Identifier: EPL-2.0
package org.esc.firefox;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Pkcs11Module;

/** An enrolled token in a virtual reader of a real pcscd, and a program of Mozilla's with a new profile. */
final class TokenInReader implements AutoCloseable {

    private final Path dir;
    private final String missing;
    private final Optional<Path> program;
    private final Optional<Pcscd> pcscd;
    private final Optional<EnrolledToken> token;

    private TokenInReader(Path dir, String missing, Optional<Path> program, Optional<Pcscd> pcscd, Optional<EnrolledToken> token) {
        this.dir = dir;
        this.missing = missing;
        this.program = program;
        this.pcscd = pcscd;
        this.token = token;
    }

    /**
     * Enrols a token, puts it in and has the program make its profile.
     *
     * @param program the program, if it is installed
     * @param name    of it and of its package
     * @param tools   other programs that the tests need
     */
    static TokenInReader of(Path dir, Optional<Path> program, String name, String pin, String... tools) throws Exception {
        if (program.isEmpty()) {
            return missing(dir, name + " is not installed");
        }
        if (Pkcs11Module.find("opensc-pkcs11.so").isEmpty()) {
            return missing(dir, "opensc-pkcs11.so is not installed");
        }
        Pcscd pcscd;
        try {
            pcscd = Pcscd.start(dir, tools);
        } catch (Pcscd.Unavailable e) {
            return missing(dir, e.getMessage());
        }
        try {
            var here = new TokenInReader(dir, "", program, Optional.of(pcscd), Optional.of(EnrolledToken.of(dir, pin)));
            pcscd.insertAndWait(here.token().card());
            // its first start makes the profile's database
            here.start().close();
            return here;
        } catch (Exception | Error e) {
            pcscd.close();
            throw e;
        }
    }

    private static TokenInReader missing(Path dir, String what) {
        return new TokenInReader(dir, what, Optional.empty(), Optional.empty(), Optional.empty());
    }

    boolean isComplete() {
        return missing.isEmpty();
    }

    /** Skips a test that cannot run here, with the reason; to be called before each, not once for all. */
    void need() {
        assumeTrue(missing.isEmpty(), missing);
    }

    EnrolledToken token() {
        return token.orElseThrow();
    }

    Path profile() {
        return dir.resolve("profile");
    }

    /** Starts the program with the profile. */
    Mozilla start() throws IOException, InterruptedException {
        return Mozilla.start(program.orElseThrow(), dir, profile());
    }

    @Override
    public void close() throws Exception {
        if (pcscd.isPresent()) {
            pcscd.get().close();
        }
        token.ifPresent(EnrolledToken::close);
    }
}
