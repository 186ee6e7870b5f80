// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.tms.ChildJava;
import org.esc.tms.TestTms;
import org.esc.tms.Tms;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process killed in the middle of its work has lost nothing it said was done, and left nothing half-done. */
class KilledTest {

    @TempDir
    Path folder;

    /** The other process: formats token after token and says so on standard output. */
    public static final class Worker {

        private Worker() {
        }

        /** Runs until killed. */
        public static void main(String[] args) throws EscException {
            try (var tms = TestTms.empty(Path.of(args[0]))) {
                for (int n = 1;; n++) {
                    var cuid = Cuid.of(String.format("%020X", n));
                    int number = n;
                    tms.inTransaction(_ -> {
                        tms.tokens().formatted(cuid, "userKey", "1.4.x", "0101");
                        return tms.activities().append(Operation.FORMAT, true, Optional.of(cuid), "user", "", "token "
                                + number);
                    });
                    if (n % 10 == 0) {
                        tms.keys().create(n / 10 + 1, org.esc.securechannel.KeyType.AES, 128,
                                org.esc.securechannel.Diversification.GPKMC);
                    }
                    System.out.println("done " + n);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "vault.pass", "vault", "db/tms.mv.db", "admin.pass", "admin.p12"})
    void aFirstStartThatWasCutOffIsAFirstStartAgain(String file) throws Exception {
        Path data = folder.resolve("data");
        var process = ChildJava.start(Worker.class, data.toString());
        while (!Files.exists(data.resolve(file)) && process.isAlive()) {
            Thread.sleep(1);
        }
        assertTrue(process.isAlive(), "the worker ended by itself");
        process.destroyForcibly();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        try (var tms = TestTms.empty(data)) {
            assertEquals(7, tms.profiles().list().size());
            assertTrue(tms.activities().verify().intact());
            var store = KeyStore.getInstance("PKCS12");
            try (var in = Files.newInputStream(tms.adminFile())) {
                store.load(in, Files.readString(data.resolve("admin.pass")).strip().toCharArray());
            }
            assertEquals(Optional.of("admin"), tms.administrator((X509Certificate) store.getCertificate("admin")));
            assertEquals(Set.of("admin"),
                    tms.ca().list(Optional.empty(), 0, 9).stream().map(c -> c.userId()).collect(Collectors.toSet()));
            assertEquals(new String(Tms.pem(tms.ca().certificate()), StandardCharsets.US_ASCII),
                    Files.readString(tms.caFile()));
        }
    }

    @Test
    void nothingSaidToBeDoneIsLost() throws Exception {
        Path data = folder.resolve("data");
        for (int round = 0; round < 2; round++) {
            var process = ChildJava.start(Worker.class, data.resolve("" + round).toString());
            int said = 0;
            try (var out = new BufferedReader(new InputStreamReader(process.getInputStream(),
                    StandardCharsets.UTF_8))) {
                String line;
                while ((line = out.readLine()) != null) {
                    said = Integer.parseInt(line.substring("done ".length()));
                    if (said == 25 + 17 * round) {
                        process.toHandle().destroyForcibly(); // Process.destroyForcibly would close its output, too
                    }
                }
            }
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertTrue(said >= 25, "the worker got " + said + " done");
            try (var tms = TestTms.empty(data.resolve("" + round))) {
                var tokens = tms.tokens().list(TokenQuery.ALL);
                assertTrue(tokens.size() == said || tokens.size() == said + 1, said + " said, " + tokens.size()
                        + " found");
                // token and activity were one transaction; the first activity tells of the system's making
                assertEquals(tokens.size() + 1, tms.activities().count(Optional.empty()));
                assertTrue(tms.activities().verify().intact());
                int keys = tms.keys().list().size();
                assertTrue(keys == said / 10 || keys == said / 10 + 1, keys + " master keys after " + said);
            }
        }
    }
}
