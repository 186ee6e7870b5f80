// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The contract with the embedded system, spoken in one dialect. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EmbeddedContract extends Contract {

    private final Dialect dialect;
    private Embedded system;

    EmbeddedContract(Dialect dialect) {
        this.dialect = dialect;
    }

    @BeforeAll
    void start() throws Exception {
        system = Embedded.start();
    }

    @AfterAll
    void stop() throws Exception {
        system.close();
    }

    @Override
    TpsAdmin connect() throws Exception {
        return system.connect("/tps/" + dialect.path());
    }

    @Override
    Map<String, String> profile(String id) {
        String key = "op.enroll." + id + ".keyGen.";
        return Map.of("op.format." + id + ".description", "Contract", key + "keyType.num", "1", key + "keyType.value.0", "signing",
                key + "signing.keySize", "2048", key + "signing.certId", "C1", key + "signing.privateKeyNumber", "2",
                key + "signing.publicKeyNumber", "3", key + "signing.ca.profileId", "USER_SIGNING");
    }

    @Override
    List<String> setting() {
        return List.of("tps.allow-multiple-active-tokens", "true", "false");
    }

    @Override
    String event() {
        return "AUTHZ";
    }

    @Test
    void speaksTheDialect() {
        assertEquals(dialect, admin.dialect());
        assertTrue(admin.embedded());
    }
}
