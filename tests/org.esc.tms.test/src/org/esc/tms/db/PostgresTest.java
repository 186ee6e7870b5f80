// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.esc.apdu.Cuid;
import org.esc.apdu.Secret;
import org.esc.tms.TestTms;
import org.esc.tms.Tms;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.CertificateRequest;
import org.esc.tms.ca.RevocationReason;
import org.esc.tms.drm.KeyRecovery;
import org.esc.tms.users.Login;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same system over PostgreSQL: an empty database whose JDBC URL is in ESC_TEST_POSTGRES. */
class PostgresTest {

    @TempDir
    Path folder;

    @Test
    void everyStatementIsUnderstoodByPostgresToo() throws Exception {
        String url = System.getenv("ESC_TEST_POSTGRES");
        Assumptions.assumeTrue(url != null, "no PostgreSQL: ESC_TEST_POSTGRES does not name an empty database");
        try (var database = Database.at(url)) {
            database.run(sql -> {
                sql.update("DROP SCHEMA public CASCADE");
                sql.update("CREATE SCHEMA public");
            });
        }
        var cuid = Cuid.of("40906145C76224192D2B");
        try (var tms = Tms.open(folder.resolve("data"), TestTms.options()
                .database(url)); var password = Secret.of("Secret.123")) {
            assertInstanceOf(Login.Accepted.class, tms.users().authenticate("alice", password));
            try (var wrong = Secret.of("x")) {
                assertInstanceOf(Login.Refused.class, tms.users().authenticate("alice", wrong));
            }
            var generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(1024);
            var user = tms.users().find("alice").orElseThrow();
            var c = tms.ca().issue(CertificateRequest.of(generator.generateKeyPair().getPublic(),
                    CertificateKind.USER_SIGNING, user, Duration.ofDays(1)));
            tms.tokens().formatted(cuid, "userKey", "1.4.x", "0101");
            tms.tokens().enrolled(cuid, "alice", "userKey", "1.4.x", "0101",
                    List.of(new TokenCertificate(cuid, c.serial(), "CN=Alice", "alice",
                    "signing", "userKey", cuid, Optional.empty(), Instant.now())));
            assertEquals(1, tms.tokens().list(new TokenQuery(Optional.of("ALI"), Optional.of("alice"),
                    Optional.of("userKey"), Optional.of(TokenState.ACTIVE), 0, 5)).size());
            tms.desk().changeState(cuid, TokenState.SUSPENDED, "admin", "");
            tms.desk().changeState(cuid, TokenState.ACTIVE, "admin", "");
            tms.ca().revoke(c.serial(), RevocationReason.SUPERSEDED);
            assertTrue(tms.ca().crl().length > 0);
            assertEquals(1, tms.ca().list(Optional.of("alice"), 0, 5).size());
            tms.settings().set(Settings.RECOVERY_AGENTS, "1");
            String key = tms.recovery().generate("alice", cuid, 1024, true).archive().orElseThrow();
            tms.recovery().certified(key, BigInteger.TEN);
            assertEquals(key, tms.recovery().find(BigInteger.TEN).orElseThrow().id());
            assertInstanceOf(KeyRecovery.Outcome.Waiting.class, tms.recovery().recover(key, cuid));
            assertEquals(1, tms.recovery().requests().size());
            tms.keys().moved(cuid, 2);
            tms.keys().forget(cuid);
            var tasks = new ArrayList<Callable<Activity>>();
            for (int n = 1; n <= 40; n++) {
                var other = Cuid.of(String.format("%020X", n / 2)); // two at a time add the same token
                tasks.add(() -> tms.inTransaction(_ -> {
                    tms.tokens().formatted(other, "userKey", "1.4.x", "0101");
                    return tms.activities().append(Operation.FORMAT, true, Optional.of(other), "", "", "");
                }));
            }
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var f : threads.invokeAll(tasks)) {
                    f.get();
                }
            }
            tms.tokens().remove(cuid);
            var v = tms.activities().verify();
            assertTrue(v.intact(), v.message());
        }
        // later verbs find the database by themselves
        try (var tms = TestTms.demo(folder.resolve("data"))) {
            assertEquals(21, tms.tokens().count(TokenQuery.ALL));
        }
    }
}
