// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.command.Cancel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every server must do when an administrator, who is an agent too, asks; leaves the server as it was. */
@Timeout(300)
abstract class Contract {

    final Cancel cancel = new Cancel();
    TpsAdmin admin;

    /** Signs in as an administrator who is an agent, too. */
    abstract TpsAdmin connect() throws Exception;

    /** Properties that make a good profile of this name here. */
    abstract Map<String, String> profile(String id);

    /** A general setting, and two values it can have. */
    abstract List<String> setting();

    /** An audit event that can be left out. */
    abstract String event();

    @BeforeEach
    void signIn() throws Exception {
        admin = connect();
    }

    @AfterEach
    void signOut() {
        admin.close();
    }

    static String cuid() {
        return String.format("E5C0%08X%08X", ThreadLocalRandom.current().nextInt(), ThreadLocalRandom.current().nextInt());
    }

    void refused(String code, org.junit.jupiter.api.function.Executable call) {
        assertEquals(code, assertThrows(EscException.class, call).problem().code());
    }

    @Test
    void theAccountTellsWhoIsSignedInAndWhatTheyMay() {
        assertFalse(admin.account().id().isEmpty());
        assertTrue(admin.account().roles().containsAll(EnumSet.of(AdminRole.ADMINISTRATOR, AdminRole.AGENT)), admin.account().toString());
        assertTrue(admin.account().may(Right.ADD_TOKENS));
        assertTrue(admin.account().components().contains("Profiles"), admin.account().toString());
    }

    @Test
    void aTokenIsAddedChangedAndRemoved() throws Exception {
        String id = cuid();
        Token added = admin.tokens().add(id, Optional.empty(), Optional.empty(), cancel);
        try {
            assertEquals(id, added.id());
            assertEquals(TokenStatus.UNFORMATTED, added.status());
            assertFalse(added.restricted());
            refused("exists", () -> admin.tokens().add(id, Optional.empty(), Optional.empty(), cancel));
            assertEquals(id, admin.tokens().get(id, cancel).id());
            assertTrue(admin.tokens().modify(id, Optional.empty(), Optional.of("RE_ENROLL=YES;RENEW=YES"), cancel).policy().orElse("")
                    .contains("RENEW=YES"));
            assertEquals(Set.of(TokenStatus.DAMAGED, TokenStatus.PERM_LOST),
                    added.nextStates().stream().map(Token.NextState::status).collect(Collectors.toSet()));
            assertTrue(added.nextStates().stream().noneMatch(n -> n.label().isBlank()));
            assertFalse(admin.tokens().consequence(added, TokenStatus.DAMAGED, cancel).sentence().isBlank());
            Token broken = admin.tokens().changeStatus(id, TokenStatus.DAMAGED, cancel);
            assertEquals(TokenStatus.DAMAGED, broken.status());
            assertEquals(List.of(TokenStatus.PERM_LOST), broken.nextStates().stream().map(Token.NextState::status).toList());
            assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> admin.tokens().changeStatus(id, TokenStatus.ACTIVE, cancel)).fault());
            assertEquals(TokenStatus.DAMAGED, admin.tokens().get(id, cancel).status());
        } finally {
            admin.tokens().remove(id, cancel);
        }
        refused("not-found", () -> admin.tokens().get(id, cancel));
        var done = new ArrayList<Activity>();
        admin.activities().all(Query.ALL.filter(id), cancel, done::add);
        var operations = done.stream().filter(a -> a.tokenId().equals(Optional.of(id))).map(Activity::operation).collect(Collectors.toSet());
        assertTrue(operations.containsAll(Set.of("add", "token_modify", "token_status_change", "delete")), operations.toString());
        assertTrue(done.stream().filter(a -> a.tokenId().equals(Optional.of(id))).allMatch(a -> a.date().isPresent()
                && a.userId().equals(Optional.of(admin.account().id()))), done.toString());
    }

    @Test
    void listsComeInPagesAndWhole() throws Exception {
        String prefix = cuid().substring(0, 18);
        var ids = new HashSet<String>();
        try {
            for (int i = 0; i < 5; i++) {
                ids.add(prefix + String.format("%02X", i));
                admin.tokens().add(prefix + String.format("%02X", i), Optional.empty(), Optional.empty(), cancel);
            }
            var seen = new ArrayList<String>();
            Query query = Query.ALL.filter(prefix).size(2);
            Page<Token> page = admin.tokens().list(query, cancel);
            assertEquals(2, page.entries().size());
            assertTrue(page.more());
            while (true) {
                page.entries().forEach(t -> seen.add(t.id()));
                if (!page.more()) {
                    break;
                }
                query = query.start(query.start() + page.entries().size());
                page = admin.tokens().list(query, cancel);
            }
            assertEquals(5, seen.size(), seen.toString());
            assertEquals(ids, new HashSet<>(seen));
            var whole = new ArrayList<String>();
            assertEquals(5, admin.tokens().all(Query.ALL.filter(prefix), cancel, t -> whole.add(t.id())));
            assertEquals(ids, new HashSet<>(whole));
            assertEquals(ids, admin.tokens().list(Query.ALL.filter(prefix).with("status", "UNFORMATTED"), cancel).entries().stream().map(Token::id)
                    .collect(Collectors.toSet()));
            var sorted = admin.tokens().list(Query.ALL.filter(prefix).sort("TokenID", false), cancel);
            assertTrue(sorted.sorted());
            assertEquals(ids.stream().sorted().toList(), sorted.entries().stream().map(Token::id).toList());
        } finally {
            for (String id : ids) {
                admin.tokens().remove(id, cancel);
            }
        }
    }

    @Test
    void aProfileLivesThroughItsStates() throws Exception {
        String id = "escContract" + ThreadLocalRandom.current().nextInt(100_000);
        var profiles = admin.entries(ConfigEntry.Kind.PROFILE);
        var properties = profile(id);
        ConfigEntry added = profiles.add(id, properties, cancel);
        try {
            assertEquals(ConfigEntry.Status.DISABLED, added.status());
            assertTrue(added.properties().entrySet().containsAll(properties.entrySet()), added.toString());
            refused("exists", () -> profiles.add(id, properties, cancel));
            assertEquals(Set.of(ConfigEntry.Action.ENABLE), profiles.actions(added));
            assertEquals(ConfigEntry.Status.ENABLED, profiles.act(id, ConfigEntry.Action.ENABLE, cancel).status());
            refused("wrong-state", () -> profiles.modify(id, properties, cancel));
            refused("wrong-state", () -> profiles.remove(id, cancel));
            refused("bad-request", () -> profiles.act(id, ConfigEntry.Action.REJECT, cancel));
            assertEquals(Set.of(ConfigEntry.Action.DISABLE), profiles.actions(profiles.get(id, cancel)));
            assertEquals(ConfigEntry.Status.DISABLED, profiles.act(id, ConfigEntry.Action.DISABLE, cancel).status());
            assertEquals(properties, onlyThese(properties, profiles.modify(id, properties, cancel).properties()));
            var all = new ArrayList<String>();
            profiles.all(Query.ALL, cancel, p -> all.add(p.id()));
            assertTrue(all.contains(id) && all.contains("userKey"), all.toString());
        } finally {
            if (profiles.get(id, cancel).status() == ConfigEntry.Status.ENABLED) {
                profiles.act(id, ConfigEntry.Action.DISABLE, cancel);
            }
            profiles.remove(id, cancel);
        }
        refused("not-found", () -> profiles.get(id, cancel));
    }

    private static Map<String, String> onlyThese(Map<String, String> names, Map<String, String> from) {
        return from.entrySet().stream().filter(e -> names.containsKey(e.getKey())).collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Test
    void mappingsConnectorsAndAuthenticatorsAreThere() throws Exception {
        var mappings = admin.entries(ConfigEntry.Kind.MAPPING).list(Query.ALL, cancel).entries();
        assertTrue(mappings.stream().anyMatch(m -> m.id().equals("enrollProfileMappingResolver")
                && m.properties().values().contains("userKey")), mappings.toString());
        var connectors = admin.entries(ConfigEntry.Kind.CONNECTOR).list(Query.ALL, cancel).entries();
        assertTrue(connectors.stream().map(ConfigEntry::id).toList().containsAll(List.of("ca1", "tks1", "kra1")), connectors.toString());
        assertFalse(admin.entries(ConfigEntry.Kind.AUTHENTICATOR).list(Query.ALL, cancel).entries().isEmpty());
        var connector = admin.entries(ConfigEntry.Kind.CONNECTOR).get("kra1", cancel);
        assertEquals(ConfigEntry.Status.ENABLED, connector.status());
        assertTrue(connector.properties().keySet().stream().allMatch(k -> k.startsWith("tps.connector.kra1.")), connector.toString());
    }

    @Test
    void aMappingIsAddedAndRemoved() throws Exception {
        String id = "escContract" + ThreadLocalRandom.current().nextInt(100_000);
        var mappings = admin.entries(ConfigEntry.Kind.MAPPING);
        String p = "mappingResolver." + id + ".mapping.";
        var added = mappings.add(id, Map.of(p + "order", "0", p + "0.filter.tokenType", "userKey", p + "0.target.tokenType", "userKey"), cancel);
        try {
            assertEquals("userKey", added.properties().get(p + "0.target.tokenType"));
            assertEquals(ConfigEntry.Status.ENABLED, mappings.act(id, ConfigEntry.Action.ENABLE, cancel).status());
            assertEquals(ConfigEntry.Status.DISABLED, mappings.act(id, ConfigEntry.Action.DISABLE, cancel).status());
        } finally {
            if (mappings.get(id, cancel).status() == ConfigEntry.Status.ENABLED) {
                mappings.act(id, ConfigEntry.Action.DISABLE, cancel);
            }
            mappings.remove(id, cancel);
        }
    }

    @Test
    void aSettingIsChangedAndPutBack() throws Exception {
        String name = setting().getFirst();
        String before = admin.config(cancel).get(name);
        String other = setting().get(1).equals(before) ? setting().get(2) : setting().get(1);
        var after = admin.setConfig(Map.of(name, other), cancel);
        try {
            assertEquals(other, after.get(name), after.toString());
            assertEquals(other, admin.config(cancel).get(name));
        } finally {
            admin.setConfig(Map.of(name, before), cancel);
        }
    }

    @Test
    void whatIsAuditedIsChangedAndPutBack() throws Exception {
        var before = admin.audit(cancel);
        assertTrue(before.enabled());
        assertTrue(before.events().containsValue(AuditConfig.State.MANDATORY), before.toString());
        var other = before.events().get(event()) == AuditConfig.State.ENABLED ? AuditConfig.State.DISABLED : AuditConfig.State.ENABLED;
        var after = admin.setAuditEvents(Map.of(event(), other), cancel);
        try {
            assertEquals(other, after.events().get(event()));
            assertEquals(before.events().size(), after.events().size());
        } finally {
            admin.setAuditEvents(Map.of(event(), before.events().get(event())), cancel);
        }
    }

    @Test
    void aUserIsAddedGivenARoleAndRemoved() throws Exception {
        String id = "contract" + ThreadLocalRandom.current().nextInt(100_000);
        var users = admin.users();
        var user = new AdminUser(id, "Contract Test", Optional.of("contract@example.org"), Optional.empty(), Optional.empty(), Optional.of("1"),
                Set.of(AdminUser.ALL_PROFILES));
        try (var password = Secret.of("Contract.123")) {
            users.add(user, Optional.of(password), cancel);
        }
        try {
            var found = users.get(id, cancel);
            assertEquals("Contract Test", found.fullName());
            assertEquals(Set.of(AdminUser.ALL_PROFILES), found.profiles());
            users.modify(new AdminUser(id, "Contract Tester", found.email(), Optional.empty(), found.type(), found.state(), Set.of("userKey")),
                    Optional.empty(), cancel);
            assertEquals("Contract Tester", users.get(id, cancel).fullName());
            assertEquals(Set.of("userKey"), users.get(id, cancel).profiles());
            assertEquals(List.of(), users.groups(id, cancel));
            users.join(id, "TPS Operators", cancel);
            assertEquals(List.of("TPS Operators"), users.groups(id, cancel));
            assertTrue(admin.groups().members("TPS Operators", cancel).contains(id));
            users.leave(id, "TPS Operators", cancel);
            assertEquals(List.of(), users.groups(id, cancel));
            assertEquals(List.of(), users.certs(id, cancel));
            assertEquals(List.of(id), users.list(Query.ALL.filter(id), cancel).entries().stream().map(AdminUser::id).toList());
        } finally {
            users.remove(id, cancel);
        }
        refused("not-found", () -> users.get(id, cancel));
    }

    @Test
    void groupsAreThere() throws Exception {
        var groups = admin.groups().list(Query.ALL, cancel).entries().stream().map(AdminUser.Group::id).toList();
        assertTrue(groups.containsAll(List.of("Administrators", "TPS Agents", "TPS Operators", "Auditors")), groups.toString());
        assertEquals("Administrators", admin.groups().get("Administrators", cancel).id());
    }

    @Test
    void theServerChecksItself() throws Exception {
        var tests = admin.selfTests().list(Query.ALL, cancel).entries();
        assertFalse(tests.isEmpty());
        var all = admin.selfTests().run(cancel);
        assertEquals(tests.stream().map(SelfTest::id).sorted().toList(), all.stream().map(SelfTest.Result::id).sorted().toList());
        assertTrue(all.stream().allMatch(SelfTest.Result::passed), all.toString());
        assertTrue(admin.selfTests().run(tests.getFirst().id(), cancel).passed());
    }

    @Test
    void certificatesAndActivitiesAreListed() throws Exception {
        var certs = admin.certs().list(Query.ALL.filter("4090").size(5), cancel);
        assertTrue(certs.entries().size() <= 5);
        for (var c : certs.entries()) {
            assertEquals(c, admin.certs().get(c.id(), cancel));
        }
        if (!admin.embedded()) {
            refused("needs-search", () -> admin.certs().list(Query.ALL, cancel));
        }
        String id = cuid();
        admin.tokens().add(id, Optional.empty(), Optional.empty(), cancel);
        admin.tokens().remove(id, cancel);
        var activities = admin.activities().list(Query.ALL.size(5), cancel);
        assertFalse(activities.entries().isEmpty());
        assertTrue(activities.entries().size() <= 5);
        assertEquals(activities.entries().getFirst(), admin.activities().get(activities.entries().getFirst().id(), cancel));
    }

    @Test
    void whatIsNotThereIsSaidSo() {
        refused("not-found", () -> admin.tokens().get("00000000000000000000", cancel));
        refused("not-found", () -> admin.users().get("nobodyofthatname", cancel));
        refused("not-found", () -> admin.entries(ConfigEntry.Kind.PROFILE).get("noprofileofthatname", cancel));
        assertThrows(IllegalArgumentException.class, () -> Query.ALL.filter("ab"));
        var stop = new Cancel();
        stop.cancel();
        assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> admin.tokens().list(Query.ALL, stop)).fault());
    }
}
