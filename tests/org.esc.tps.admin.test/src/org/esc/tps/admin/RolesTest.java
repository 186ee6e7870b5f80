// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.command.Cancel;
import org.esc.tms.Tms;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.CertificateRequest;
import org.esc.tms.users.Role;
import org.esc.tms.users.User;
import org.esc.tps.client.TlsIdentity;
import org.esc.tps.client.Trust;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Who may what at the embedded system, and how a refusal is explained. */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RolesTest {

    private static final Cuid USER_TOKEN = Cuid.of("40906145C76224192D2B");
    private static final Cuid OFFICER_TOKEN = Cuid.of("40906145C76224192D2C");

    private static final Map<String, Role> USERS = Map.of("boss", Role.ADMINISTRATOR, "agent", Role.AGENT, "looker", Role.OPERATOR,
            "auditor", Role.AUDITOR);

    private final Cancel cancel = new Cancel();
    private Embedded system;

    @BeforeAll
    void start() throws Exception {
        system = Embedded.start();
        USERS.forEach((uid, role) -> assertDoesNotThrow(() -> system.add(uid, role)));
    }

    @BeforeEach
    void again() throws Exception {
        for (var u : USERS.entrySet()) {
            system.tms.users().update(new User(u.getKey(), u.getKey(), Optional.empty(), Set.of(u.getValue()), false, false));
            system.tms.administrators().save(u.getKey(), Set.of(AdminUser.ALL_PROFILES), Optional.empty());
        }
        for (Cuid cuid : List.of(USER_TOKEN, OFFICER_TOKEN)) {
            if (system.tms.tokens().find(cuid).isPresent()) {
                system.tms.tokens().remove(cuid);
            }
        }
        system.tms.tokens().formatted(USER_TOKEN, "userKey", "1.4.58768072", "0101");
        system.tms.tokens().formatted(OFFICER_TOKEN, "soKey", "1.4.58768072", "0101");
    }

    @AfterAll
    void stop() throws Exception {
        system.close();
    }

    private static EscException refused(String code, Executable call) {
        var e = assertThrows(EscException.class, call);
        assertEquals(code, e.problem().code(), e.getMessage());
        return e;
    }

    @Test
    void aRefusalNamesTheRoleThatIsMissing() throws Exception {
        try (var looker = system.certificate("looker"); var boss = system.certificate("boss"); var agent = system.password("agent");
                var auditor = system.certificate("auditor")) {
            String id = USER_TOKEN.toString();
            assertEquals(2, looker.tokens().list(Query.ALL, cancel).entries().size());
            String said = refused("role-missing", () -> looker.tokens().changeStatus(id, TokenStatus.SUSPENDED, cancel)).getMessage();
            assertTrue(said.contains("TPS Agents") && said.contains("TPS Operators"), said);
            refused("role-missing", () -> boss.tokens().changeStatus(id, TokenStatus.SUSPENDED, cancel));
            assertEquals(TokenStatus.SUSPENDED, agent.tokens().changeStatus(id, TokenStatus.SUSPENDED, cancel).status());
            refused("role-missing", () -> agent.tokens().remove(id, cancel));
            refused("role-missing", () -> agent.config(cancel));
            refused("role-missing", () -> looker.entries(ConfigEntry.Kind.PROFILE).list(Query.ALL, cancel));
            refused("role-missing", () -> boss.auditFiles(cancel));
            refused("role-missing", () -> auditor.tokens().list(Query.ALL, cancel));
            refused("role-missing", () -> agent.users().list(Query.ALL, cancel));
            assertEquals(Optional.of("Needs the role TPS Agents."), boss.account().refusal(Right.CHANGE_TOKENS));
            // the refusals are on record
            var authz = new ArrayList<Activity>();
            boss.activities().all(Query.ALL.with("operation", "authz").with("result", "failure"), cancel, authz::add);
            assertTrue(authz.size() >= 8, authz.toString());
        }
    }

    @Test
    void aProfileIsSubmittedByAnAdministratorAndApprovedByAnAgent() throws Exception {
        try (var boss = system.certificate("boss"); var agent = system.certificate("agent")) {
            var profiles = boss.entries(ConfigEntry.Kind.PROFILE);
            profiles.act("userKeyTemporary", ConfigEntry.Action.DISABLE, cancel);
            assertEquals(Set.of(ConfigEntry.Action.SUBMIT), profiles.actions(profiles.get("userKeyTemporary", cancel)));
            refused("bad-request", () -> profiles.act("userKeyTemporary", ConfigEntry.Action.ENABLE, cancel));
            assertEquals(ConfigEntry.Status.PENDING_APPROVAL, profiles.act("userKeyTemporary", ConfigEntry.Action.SUBMIT, cancel).status());
            refused("wrong-state", () -> profiles.modify("userKeyTemporary", Map.of(), cancel));
            refused("role-missing", () -> profiles.act("userKeyTemporary", ConfigEntry.Action.APPROVE, cancel));
            assertEquals(ConfigEntry.Status.DISABLED, profiles.act("userKeyTemporary", ConfigEntry.Action.CANCEL, cancel).status());
            profiles.act("userKeyTemporary", ConfigEntry.Action.SUBMIT, cancel);
            var theirs = agent.entries(ConfigEntry.Kind.PROFILE);
            assertEquals(Set.of(ConfigEntry.Action.APPROVE, ConfigEntry.Action.REJECT), theirs.actions(theirs.get("userKeyTemporary", cancel)));
            assertEquals(ConfigEntry.Status.DISABLED, theirs.act("userKeyTemporary", ConfigEntry.Action.REJECT, cancel).status());
            profiles.act("userKeyTemporary", ConfigEntry.Action.SUBMIT, cancel);
            assertEquals(ConfigEntry.Status.ENABLED, theirs.act("userKeyTemporary", ConfigEntry.Action.APPROVE, cancel).status());
            // connectors need nobody's approval, unless the setting says so
            assertEquals(ConfigEntry.Status.DISABLED, boss.entries(ConfigEntry.Kind.CONNECTOR).act("kra1", ConfigEntry.Action.DISABLE, cancel).status());
            assertEquals(ConfigEntry.Status.ENABLED, boss.entries(ConfigEntry.Kind.CONNECTOR).act("kra1", ConfigEntry.Action.ENABLE, cancel).status());
            boss.setConfig(Map.of("target.agent_approve.list", "Profiles,Subsystem_Connections"), cancel);
            boss.entries(ConfigEntry.Kind.CONNECTOR).act("kra1", ConfigEntry.Action.DISABLE, cancel);
            refused("bad-request", () -> boss.entries(ConfigEntry.Kind.CONNECTOR).act("kra1", ConfigEntry.Action.ENABLE, cancel));
            boss.setConfig(Map.of("target.agent_approve.list", "Profiles"), cancel);
            boss.entries(ConfigEntry.Kind.CONNECTOR).act("kra1", ConfigEntry.Action.ENABLE, cancel);
        }
    }

    @Test
    void whoHasLostARoleIsToldSoAndNotThatTheStateIsWrong() throws Exception {
        try (var agent = system.password("agent")) {
            agent.tokens().changeStatus(USER_TOKEN.toString(), TokenStatus.SUSPENDED, cancel);
            system.tms.users().update(new User("agent", "agent", Optional.empty(), Set.of(Role.OPERATOR), false, false));
            String said = refused("role-missing", () -> agent.tokens().changeStatus(USER_TOKEN.toString(), TokenStatus.DAMAGED, cancel)).getMessage();
            assertTrue(said.contains("You have TPS Operators"), said);
            assertEquals(Set.of(AdminRole.OPERATOR), agent.account().roles(), "and is known to have another one now");
            system.tms.users().update(new User("agent", "agent", Optional.empty(), Set.of(), false, false));
            refused("session-over", () -> agent.tokens().list(Query.ALL, cancel));
        }
    }

    @Test
    void aTokenThatHoldsCertificatesKeepsItsOwner() throws Exception {
        system.tms.tokens().enrolled(USER_TOKEN, "alice", "userKey", "1.4.58768072", "0101", List.of(new org.esc.tms.db.TokenCertificate(USER_TOKEN,
                java.math.BigInteger.valueOf(4711), "CN=alice", "alice", "signing", "userKey", USER_TOKEN, Optional.empty(), java.time.Instant.now())));
        try (var agent = system.password("agent")) {
            var e = refused("wrong-state", () -> agent.tokens().modify(USER_TOKEN.toString(), Optional.of("boss"), Optional.empty(), cancel));
            assertTrue(e.getMessage().contains("format it first"), e.getMessage());
            assertEquals("", e.problem().advice(), "what holds of profiles is no advice for tokens");
            assertEquals(Optional.of("alice"), agent.tokens().get(USER_TOKEN.toString(), cancel).userId());
        }
    }

    @Test
    void tokensOfOtherProfilesAreListedWithoutWhatIsInThem() throws Exception {
        try (var boss = system.certificate("boss"); var agent = system.certificate("agent")) {
            boss.users().modify(new AdminUser("agent", "agent", Optional.empty(), Optional.empty(), Optional.empty(), Optional.of("1"),
                    Set.of("userKey")), Optional.empty(), cancel);
            var seen = agent.tokens().list(Query.ALL, cancel).entries();
            assertEquals(2, seen.size());
            assertEquals(1, seen.stream().filter(Token::restricted).count());
            assertEquals(USER_TOKEN.toString(), seen.stream().filter(t -> !t.restricted()).findFirst().orElseThrow().id());
            assertEquals(2, agent.tokens().all(Query.ALL, cancel, _ -> { }));
            refused("not-your-profile", () -> agent.tokens().get(OFFICER_TOKEN.toString(), cancel));
            refused("not-your-profile", () -> agent.tokens().changeStatus(OFFICER_TOKEN.toString(), TokenStatus.DAMAGED, cancel));
            boss.users().modify(new AdminUser("agent", "agent", Optional.empty(), Optional.empty(), Optional.empty(), Optional.of("1"), Set.of()),
                    Optional.empty(), cancel);
            refused("not-your-profile", () -> agent.tokens().list(Query.ALL, cancel));
        }
    }

    @Test
    void wrongPasswordsAndPeopleWithoutARoleStayOutside() throws Exception {
        // alice has a token's user's password, and no role
        assertEquals(Fault.LOGIN, assertThrows(EscException.class, () -> TpsAdmin.connect(system.at(""),
                new SignIn.Password("alice", Secret.of("Secret.123")), cancel)).fault());
        assertEquals(Fault.LOGIN, assertThrows(EscException.class, () -> system.password("ghost")).fault());
        assertEquals(Fault.LOGIN, assertThrows(EscException.class, () -> TpsAdmin.connect(system.at(""),
                new SignIn.Password("boss", Secret.of("wrong")), cancel)).fault());
        var none = assertThrows(EscException.class, () -> TpsAdmin.connect(system.at(""), new SignIn.ClientKey(TlsIdentity.NONE), cancel));
        assertEquals(Fault.LOGIN, none.fault());
        assertThrows(IllegalArgumentException.class, () -> AdminServer.at(URI.create("http://localhost:8080"), Trust.SYSTEM));
        assertThrows(IllegalArgumentException.class, () -> AdminServer.at(URI.create("https://boss:secret@localhost:8443"), Trust.SYSTEM));
        assertEquals(Fault.TLS, assertThrows(EscException.class, () -> TpsAdmin.connect(AdminServer.at(system.server.https(),
                new Trust(List.of(), Trust.Revocation.OFF)), new SignIn.Password("boss", Secret.of(Embedded.PASSWORD)), cancel)).fault());
    }

    @Test
    void whoeverIsDisabledIsOutAtOnce() throws Exception {
        try (var boss = system.certificate("boss"); var agent = system.certificate("agent")) {
            agent.tokens().list(Query.ALL, cancel);
            boss.users().modify(new AdminUser("agent", "agent", Optional.empty(), Optional.empty(), Optional.empty(), Optional.of("0"),
                    Set.of(AdminUser.ALL_PROFILES)), Optional.empty(), cancel);
            assertThrows(EscException.class, () -> agent.tokens().list(Query.ALL, cancel));
            refused("bad-request", () -> boss.users().modify(new AdminUser("boss", "boss", Optional.empty(), Optional.empty(), Optional.empty(),
                    Optional.of("0"), Set.of()), Optional.empty(), cancel));
            refused("bad-request", () -> boss.users().leave("boss", "Administrators", cancel));
        }
    }

    @Test
    void aCertificateOfATokenSignsInOnceItIsAddedToAUser() throws Exception {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var pair = generator.generateKeyPair();
        var issued = system.tms.ca().issue(CertificateRequest.of(pair.getPublic(), CertificateKind.USER_SIGNING,
                system.tms.users().find("agent").orElseThrow(), Duration.ofDays(30))).certificate();
        var chain = List.of(issued, system.tms.ca().certificate());
        assertThrows(EscException.class, () -> TpsAdmin.connect(system.at(""), new SignIn.ClientKey(TlsIdentity.of(pair.getPrivate(), chain)), cancel));
        try (var boss = system.certificate("boss")) {
            String pem = new String(Tms.pem(issued), StandardCharsets.US_ASCII);
            var added = boss.users().addCert("agent", pem, cancel);
            assertEquals(List.of(added.id()), boss.users().certs("agent", cancel).stream().map(AdminUser.Cert::id).toList());
            try (var agent = TpsAdmin.connect(system.at(""), new SignIn.ClientKey(TlsIdentity.of(pair.getPrivate(), chain)), cancel)) {
                assertEquals("agent", agent.account().id());
                boss.users().removeCert("agent", added.id(), cancel);
                assertThrows(EscException.class, () -> agent.tokens().list(Query.ALL, cancel));
            }
        }
    }

    @Test
    void anAuditorReadsTheLogAndItsChainIsInIt() throws Exception {
        try (var auditor = system.certificate("auditor")) {
            var files = auditor.auditFiles(cancel);
            assertEquals(1, files.size());
            var out = new ByteArrayOutputStream();
            auditor.auditFile(files.getFirst().id(), out, cancel);
            var lines = out.toString(StandardCharsets.UTF_8).lines().toList();
            assertTrue(lines.getFirst().startsWith("1|"), lines.getFirst());
            assertTrue(lines.stream().allMatch(l -> l.matches("[0-9]+\\|.*\\|[0-9A-Fa-f ]{64,}")), lines.toString());
            assertTrue(lines.stream().anyMatch(l -> l.contains("|access_session_establish|") && l.contains("|auditor|")), lines.toString());
            assertThrows(EscException.class, () -> auditor.auditFile("../vault", out, cancel));
        }
    }

    @Test
    void aTokensOwnerIsSetAndPolicyCleared() throws Exception {
        try (var agent = system.certificate("agent")) {
            String id = USER_TOKEN.toString();
            assertEquals(Optional.of("alice"), agent.tokens().modify(id, Optional.of("alice"), Optional.empty(), cancel).userId());
            refused("bad-request", () -> agent.tokens().modify(id, Optional.of("ghost"), Optional.empty(), cancel));
            assertEquals(Optional.empty(), agent.tokens().modify(id, Optional.of(""), Optional.of(""), cancel).userId());
            refused("bad-request", () -> agent.tokens().modify(id, Optional.empty(), Optional.of("FLY=YES"), cancel));
            assertFalse(agent.tokens().get(id, cancel).policy().orElse("").contains("FLY"));
        }
    }
}
