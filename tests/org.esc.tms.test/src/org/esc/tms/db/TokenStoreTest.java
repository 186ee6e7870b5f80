// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.db;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Token records: every transition, allowed or not, and what goes with them. */
class TokenStoreTest {

    private static final Cuid CUID = Cuid.of("40906145C76224192D2B");
    /** As shipped by a TPS, in its own notation: from:to. */
    private static final String BY_ADMINISTRATOR =
            "0:1,0:2,0:3,0:6,3:2,3:6,4:1,4:2,4:3,4:6,6:7,1:2,7:1,7:2,6:1,6:2,3:1,3:4";
    private static final String BY_OPERATION = "0:0,0:4,4:4,4:0,7:0";

    @TempDir
    Path folder;
    private Database database;
    private TokenStore store;
    private Settings settings;

    @BeforeEach
    void open() throws EscException {
        database = Database.embedded(folder.resolve("db"));
        settings = new SqlSettings(database);
        store = new SqlTokenStore(database, settings);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static Set<TokenState> listed(String transitions, TokenState from) {
        var result = EnumSet.noneOf(TokenState.class);
        Arrays.stream(transitions.split(",")).map(t -> t.split(":")).filter(t -> Integer.parseInt(t[0]) == from.value())
                .forEach(t -> result.add(TokenState.of(Integer.parseInt(t[1])).orElseThrow()));
        return result;
    }

    private void force(TokenState state) throws EscException {
        if (store.find(CUID).isEmpty()) {
            store.add(CUID);
        }
        database.run(sql -> sql.update("UPDATE tokens SET state = ? WHERE cuid = ?", state.value(), CUID.toString()));
    }

    @ParameterizedTest
    @EnumSource(TokenState.class)
    void anAdministratorMayDoWhatATpsShips(TokenState from) throws EscException {
        for (var to : TokenState.values()) {
            force(from);
            if (from == TokenState.SUSPENDED && to == TokenState.ACTIVE) {
                assertEquals(TokenState.FORMATTED, store.changeState(CUID, to).state(), "found, but never enrolled");
            } else if (listed(BY_ADMINISTRATOR, from).contains(to)) {
                assertEquals(to, store.changeState(CUID, to).state());
            } else {
                var e = assertThrows(EscException.class, () -> store.changeState(CUID, to), from + " to " + to);
                assertEquals(26, e.problem().endOp().orElseThrow());
                assertEquals(from, store.find(CUID).orElseThrow().state());
            }
        }
    }

    @ParameterizedTest
    @EnumSource(TokenState.class)
    void cardOperationsLeadWhereATpsLetsThem(TokenState from) throws EscException {
        var allowed = listed(BY_OPERATION, from);
        force(from);
        if (allowed.contains(TokenState.FORMATTED)) {
            assertEquals(TokenState.FORMATTED, store.formatted(CUID, "userKey", "1.4.x", "0101").state());
        } else {
            assertEquals(26, assertThrows(EscException.class, () -> store.formatted(CUID, "userKey", "1.4.x", "0101"))
                    .problem().endOp()
                    .orElseThrow());
        }
        force(from);
        if (allowed.contains(TokenState.ACTIVE)) {
            assertEquals(TokenState.ACTIVE, store.enrolled(CUID, "alice", "userKey", "1.4.x", "0101", List.of())
                    .state());
        } else {
            assertEquals(26, assertThrows(EscException.class, () ->
                    store.enrolled(CUID, "alice", "userKey", "1.4.x", "0101", List.of()))
                    .problem().endOp().orElseThrow());
        }
    }

    private static TokenCertificate certificate(Cuid on, long serial) {
        return new TokenCertificate(on, BigInteger.valueOf(serial), "CN=Alice", "alice", "signing", "userKey", on,
                Optional.of("key"), Instant.ofEpochMilli(1_700_000_000_000L));
    }

    @Test
    void anEnrolmentIsRememberedAndAFormatForgetsIt() throws EscException {
        store.formatted(CUID, "userKey", "1.4.58768072", "0101");
        store.enrolled(CUID, "alice", "userKey", "1.4.58768072", "0201",
                List.of(certificate(CUID, 7), certificate(CUID, 8)));
        var token = store.find(CUID).orElseThrow();
        assertEquals(Optional.of("alice"), token.userId());
        assertEquals(Optional.of("0201"), token.keyInfo());
        assertEquals(List.of(certificate(CUID, 7), certificate(CUID, 8)),
                store.certificates(CUID).stream().sorted((a, b) -> a.serial().compareTo(b.serial())).toList());
        assertEquals(1, store.holders(BigInteger.valueOf(7)).size());

        var formatted = store.formatted(CUID, "userKey", "1.4.58768072", "0201");
        assertEquals(Optional.empty(), formatted.userId());
        assertEquals(List.of(), store.certificates(CUID));
    }

    @Test
    void reuseClearsWhatBelongedToTheLastOwner() throws EscException {
        store.formatted(CUID, "userKey", "1.4.x", "0101");
        store.enrolled(CUID, "alice", "userKey", "1.4.x", "0101", List.of(certificate(CUID, 7)));
        store.setPolicy(CUID, Policy.parse("RENEW=YES"));
        store.changeState(CUID, TokenState.TERMINATED);
        assertEquals(1, store.certificates(CUID).size());
        var token = store.changeState(CUID, TokenState.UNFORMATTED);
        assertEquals(new TokenRecord(CUID, TokenState.UNFORMATTED, Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Policy.DEFAULT, token.created(), token.modified()), token);
        assertEquals(List.of(), store.certificates(CUID));
    }

    @Test
    void aFoundTokenWithCertificatesIsActiveAgain() throws EscException {
        store.formatted(CUID, "userKey", "1.4.x", "0101");
        store.enrolled(CUID, "alice", "userKey", "1.4.x", "0101", List.of(certificate(CUID, 7)));
        store.changeState(CUID, TokenState.SUSPENDED);
        assertEquals(TokenState.ACTIVE, store.changeState(CUID, TokenState.ACTIVE).state());
    }

    @Test
    void ofTwoTokensThatFinishTogetherOnlyOneBecomesActive() throws Exception {
        database.run(sql -> sql.update("INSERT INTO users (uid, full_name, roles, demo, disabled, password_hash, "
                + "failures, blocked_until, "
                + "created_at, modified_at) VALUES ('alice', 'A', '', FALSE, FALSE, '', 0, 0, 0, 0)"));
        for (int round = 0; round < 20; round++) {
            var tasks = new ArrayList<Callable<Boolean>>();
            for (int n = 0; n < 4; n++) {
                var cuid = Cuid.of(String.format("%020X", round * 100 + n + 1));
                tasks.add(() -> {
                    store.formatted(cuid, "userKey", "1.4.x", "0101");
                    try {
                        store.enrolled(cuid, "alice", "userKey", "1.4.x", "0101", List.of());
                        return true;
                    } catch (EscException e) {
                        assertEquals(34, e.problem().endOp().orElseThrow());
                        return false;
                    }
                });
            }
            int active = 0;
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                for (var f : threads.invokeAll(tasks)) {
                    active += f.get() ? 1 : 0;
                }
            }
            assertEquals(1, active);
            for (var t : store.list(TokenQuery.ofUser("alice"))) {
                store.formatted(t.cuid(), "userKey", "1.4.x", "0101");
            }
        }
    }

    @Test
    void severalActiveTokensIfAllowed() throws EscException {
        settings.set(Settings.ALLOW_MULTIPLE_ACTIVE, "true");
        for (int n = 1; n <= 2; n++) {
            var cuid = Cuid.of(String.format("%020X", n));
            store.formatted(cuid, "userKey", "1.4.x", "0101");
            store.enrolled(cuid, "alice", "userKey", "1.4.x", "0101", List.of());
        }
        assertEquals(2, store.count(TokenQuery.ofUser("alice")));
    }

    @Test
    void aHalfDoneCardCanOnlyBeFormatted() throws EscException {
        store.formatted(CUID, "userKey", "1.4.x", "0101");
        store.enrolled(CUID, "alice", "userKey", "1.4.x", "0101", List.of(certificate(CUID, 7)));
        store.interrupted(CUID);
        assertEquals(TokenState.UNFORMATTED, store.find(CUID).orElseThrow().state());
        assertEquals(List.of(), store.certificates(CUID));
        assertThrows(EscException.class, () -> store.enrolled(CUID, "alice", "userKey", "1.4.x", "0101", List.of()));
        store.formatted(CUID, "userKey", "1.4.x", "0101");

        store.changeState(CUID, TokenState.DAMAGED);
        store.interrupted(CUID);
        assertEquals(TokenState.DAMAGED, store.find(CUID).orElseThrow().state());
    }

    @Test
    void queriesNarrowAndPage() throws EscException {
        for (int n = 1; n <= 25; n++) {
            var cuid = Cuid.of(String.format("%020X", n));
            store.formatted(cuid, n % 2 == 0 ? "userKey" : "soKey", "1.4.x", "0101");
            store.enrolled(cuid, "user" + n, n % 2 == 0 ? "userKey" : "soKey", "1.4.x", "0101", List.of());
        }
        assertEquals(25, store.count(TokenQuery.ALL));
        var page = new TokenQuery(Optional.empty(), Optional.empty(), Optional.of("userKey"),
                Optional.of(TokenState.ACTIVE), 5, 5);
        assertEquals(12, store.count(page));
        assertEquals(5, store.list(page).size());
        assertTrue(store.list(page).stream().allMatch(t -> t.type().equals(Optional.of("userKey"))));
        var text = new TokenQuery(Optional.of("USER1"), Optional.empty(), Optional.empty(), Optional.empty(), 0, 100);
        assertEquals(11, store.list(text).size());
        for (String wild : new String[] {"%", "_", "!", "' OR 1=1 --"}) {
            assertEquals(0, store.count(new TokenQuery(Optional.of(wild), Optional.empty(), Optional.empty(),
                    Optional.empty(), 0, 9)), wild);
        }
    }

    @Test
    void unknownTokensAreSaidToBeUnknown() {
        assertEquals(16, assertThrows(EscException.class, () -> store.changeState(CUID, TokenState.DAMAGED)).problem()
                .endOp().orElseThrow());
        assertThrows(EscException.class, () -> store.remove(CUID));
        assertThrows(EscException.class, () -> store.setPolicy(CUID, Policy.DEFAULT));
    }

    @Test
    void policiesAreReadAndWritten() throws EscException {
        var p = Policy.parse(" renew=yes ; RESET_PIN_RESET_TO_NO=YES;PIN_RESET=NO;RENEW_KEEP_OLD_ENC_CERTS=NO;");
        assertEquals(new Policy(true, true, false, false, true, false), p);
        assertEquals(p, Policy.parse(p.toString()));
        assertEquals(Policy.DEFAULT, Policy.parse(""));
        for (String bad : new String[] {"RENEW", "RENEW=MAYBE", "FLY=YES", "=YES", "RENEW=YES;;X"}) {
            assertThrows(EscException.class, () -> Policy.parse(bad), bad);
        }
    }

    @Test
    void settingsHaveDefaults() throws EscException {
        assertFalse(settings.on(Settings.ALLOW_MULTIPLE_ACTIVE));
        assertTrue(settings.on(Settings.ALLOW_UNKNOWN_TOKENS));
        settings.set(Settings.ALLOW_UNKNOWN_TOKENS, "false");
        assertFalse(settings.on(Settings.ALLOW_UNKNOWN_TOKENS));
        assertEquals("false", settings.all().get(Settings.ALLOW_UNKNOWN_TOKENS));
        assertEquals(Optional.empty(), settings.get("nothing"));
    }

    @Test
    void aTransactionIsDoneAsAWholeOrNotAtAll() throws EscException {
        assertThrows(EscException.class, () -> database.run(_ -> {
            store.add(CUID);
            settings.set("x", "y");
            throw Refused.usage("test", "stop");
        }));
        assertEquals(Optional.empty(), store.find(CUID));
        assertEquals(Optional.empty(), settings.get("x"));
        assertThrows(IllegalStateException.class, () -> database.run(_ -> {
            store.add(CUID);
            throw new IllegalStateException("stop");
        }));
        assertEquals(Optional.empty(), store.find(CUID));
        assertEquals(Map.of(), store.find(CUID).map(t -> Map.of("a", "b")).orElse(Map.of()));
    }
}
