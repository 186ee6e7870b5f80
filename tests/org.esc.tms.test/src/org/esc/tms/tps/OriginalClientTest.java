// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.Cuid;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.ca.IssuedCertificate.Status;
import org.esc.tms.db.Activity;
import org.esc.tms.db.Operation;
import org.esc.tms.db.TokenState;
import org.esc.tms.server.TmsServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The original test client {@code tpsclient} against our server, judged by our database: it says "Success" whatever
 * happens. The variable {@code ESC_TPSCLIENT} holds the command that starts it; its script is given on standard input.
 */
@Timeout(300)
class OriginalClientTest {

    private static final Cuid CUID = Cuid.of("40906145C7622419F0F1");

    @TempDir
    private Path data;

    private Tms tms;
    private TmsServer server;
    private String command;

    @BeforeEach
    void start() throws Exception {
        command = System.getenv("ESC_TPSCLIENT");
        assumeTrue(command != null, "ESC_TPSCLIENT does not say how to start the original tpsclient");
        tms = Tms.open(data, TmsOptions.standard());
        server = TmsServer.start(tms, TmsServer.Options.anywhere());
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
            tms.close();
        }
    }

    private void run(String operation, String user, Cuid cuid, String pin, String more) throws Exception {
        String key = "404142434445464748494a4b4c4d4e4f";
        String script = String.join("\n", "op=var_set name=ra_host value=127.0.0.1",
                "op=var_set name=ra_port value=" + server.tps().getPort(), "op=var_set name=ra_uri value=/tps/tps",
                "op=token_set cuid=" + cuid + " msn=01020304 app_ver=6FBBC105 key_info=0101 major_ver=0 minor_ver=0",
                "op=token_set auth_key=" + key, "op=token_set mac_key=" + key, "op=token_set kek_key=" + key,
                "op=" + operation + " uid=" + user + " pwd=Secret.123 new_pin=" + pin
                        + " num_threads=1 max_ops=1 extensions=tokenType=userKey " + more,
                "op=exit", "");
        Process p = new ProcessBuilder(command.split(" ")).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.to(new File(data.toFile(), "tpsclient.log"))).start();
        try (var in = p.getOutputStream()) {
            in.write(script.getBytes(StandardCharsets.US_ASCII));
        }
        assertTrue(p.waitFor(60, TimeUnit.SECONDS), "tpsclient ends");
        // the server may still be busy with the end that tpsclient did not wait for
        for (int i = 0; i < 200 && newest(cuid).isEmpty(); i++) {
            Thread.sleep(50);
        }
        seen = tms.activities().count(Optional.empty());
    }

    private long seen;

    private Optional<Activity> newest(Cuid cuid) throws Exception {
        return tms.activities().list(Optional.of(cuid), 0, 100).stream().filter(a -> a.id() > seen)
                .filter(a -> List.of(Operation.FORMAT, Operation.ENROLLMENT, Operation.PIN_RESET)
                        .contains(a.operation())).findFirst();
    }

    private void last(Cuid cuid, Operation operation, boolean success) throws Exception {
        Activity a = tms.activities().list(Optional.of(cuid), 0, 1).getFirst();
        assertEquals(operation, a.operation(), a.message());
        assertEquals(success, a.success(), a.message());
    }

    @Test
    void formatEnrolResetAndEnrolAgain() throws Exception {
        run("ra_format", "alice", CUID, "password", "");
        last(CUID, Operation.FORMAT, true);
        assertEquals(TokenState.FORMATTED, tms.tokens().find(CUID).orElseThrow().state());

        run("ra_enroll", "alice", CUID, "password", "keygen=true");
        last(CUID, Operation.ENROLLMENT, true);
        var token = tms.tokens().find(CUID).orElseThrow();
        assertEquals(TokenState.ACTIVE, token.state());
        assertEquals(Optional.of("alice"), token.userId());
        var certificates = tms.tokens().certificates(CUID);
        assertEquals(2, certificates.size());
        for (var c : certificates) {
            assertEquals(Status.VALID, tms.ca().find(c.serial()).orElseThrow().status());
        }

        run("ra_reset_pin", "alice", CUID, "newpass1", "");
        last(CUID, Operation.PIN_RESET, true);

        run("ra_enroll", "alice", CUID, "password", "keygen=true");
        last(CUID, Operation.ENROLLMENT, true);
        for (var c : certificates) {
            assertEquals(Status.REVOKED, tms.ca().find(c.serial()).orElseThrow().status());
        }
        run("ra_format", "alice", CUID, "password", "");
        assertEquals(TokenState.FORMATTED, tms.tokens().find(CUID).orElseThrow().state());
    }

    @Test
    void whatIsRefusedStaysRefused() throws Exception {
        run("ra_enroll", "alice", CUID, "password", "keygen=true");
        last(CUID, Operation.ENROLLMENT, true);
        Cuid second = Cuid.of("40906145C7622419F0F2");
        run("ra_enroll", "alice", second, "password", "keygen=true");
        last(second, Operation.ENROLLMENT, false);
        assertFalse(tms.tokens().find(second).isPresent());
        run("ra_reset_pin", "alice", CUID, "muchtoolongapassword", "");
        last(CUID, Operation.PIN_RESET, false);
    }
}
