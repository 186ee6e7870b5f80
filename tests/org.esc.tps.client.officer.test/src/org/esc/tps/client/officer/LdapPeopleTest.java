// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.command.Cancel;
import org.esc.driver.fake.LaidOutKeypads;
import org.esc.tms.db.TokenState;
import org.esc.tps.client.Trust;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** People and officers in an LDAP directory: by plain LDAP on this machine, by StartTLS and by ldaps. */
@Timeout(300)
class LdapPeopleTest {

    private static final String BASE = "dc=example,dc=org";
    private static final String PEOPLE = "ou=people," + BASE;
    private static final String GROUP = LdapSettings.GROUP + BASE;

    @TempDir
    Path folder;
    private Office office;
    private LdapServer server;

    @BeforeEach
    void open() throws Exception {
        office = new Office(folder);
        fill(new LdapServer(Optional.empty(), false));
    }

    private void fill(LdapServer s) {
        server = s;
        s.add(PEOPLE, "ou", "people");
        s.add("uid=alice," + PEOPLE, "uid", "alice", "cn", "Alice Example", "sn", "Example", "givenName", "Alice", "mail", "alice@example.org", "height",
                "1.70 m", "eyeColor", "green");
        s.add("uid=ali," + PEOPLE, "uid", "ali", "cn", "Ali Other", "sn", "Other");
        s.add("uid=odd," + PEOPLE, "uid", "odd", "cn", "Odd (one) * \\ name", "sn", "name");
        for (int i = 0; i < 25; i++) {
            s.add("uid=clerk" + i + "," + PEOPLE, "uid", "clerk" + i, "cn", "Clerk Number" + i, "sn", "Number" + i);
        }
        s.add(GROUP, "cn", "TUS Officers", "uniqueMember", "uid=alice," + PEOPLE, "memberUid", "clerk1");
        s.add("uid=sam," + GROUP, "uid", "sam", "cn", "Sam Officer", "sn", "Officer");
    }

    @AfterEach
    void close() throws Exception {
        server.close();
        office.close();
    }

    private SSLContext identity() throws Exception {
        var own = office.tms.ca().tlsIdentity(List.of());
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", own.key(), new char[0], own.chain().toArray(X509Certificate[]::new));
        var keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private LdapSettings settings(Optional<String> bind) {
        return new LdapSettings(server.address(), PEOPLE, GROUP, bind, "uid", LdapSettings.ATTRIBUTES, List.of("jpegPhoto", "photoSmall", "thumbnailPhoto", "photo"));
    }

    private LdapPeople people(Trust trust) throws EscException {
        return new LdapPeople(settings(Optional.empty()), trust, Optional.empty());
    }

    private static List<String> uids(Found f) {
        return f.people().stream().map(Found.Candidate::uid).toList();
    }

    @Test
    void peopleAreFoundByTheBeginningOfAnyName() throws Exception {
        try (var people = people(Trust.SYSTEM)) {
            assertEquals(List.of("ali", "alice"), uids(people.search("ali", 0, 10, new Cancel())));
            assertEquals(List.of("alice"), uids(people.search("exam", 0, 10, new Cancel())));
            assertEquals(List.of("alice"), uids(people.search(" alice@ ", 0, 10, new Cancel())));
            assertEquals(List.of(), uids(people.search("", 0, 10, new Cancel())));
            var first = people.search("clerk", 0, 10, new Cancel());
            assertEquals(10, first.people().size());
            assertTrue(first.more());
            var last = people.search("clerk", 20, 10, new Cancel());
            assertEquals(5, last.people().size());
            assertFalse(last.more());
            assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> {
                var cancel = new Cancel();
                cancel.cancel();
                people.search("ali", 0, 10, cancel);
            }).fault());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "*)(uid=*", "(", ")", "\\", "\u0000", "a*b", "\u00e9\u4e2d"})
    void whatIsTypedIsNeverAFilter(String typed) throws Exception {
        try (var people = people(Trust.SYSTEM)) {
            assertTrue(List.of("odd").containsAll(uids(people.search(typed, 0, 100, new Cancel()))), "at most who is really called like that");
            assertEquals(Optional.empty(), people.person(typed, new Cancel()));
            assertFalse(people.isOfficer(typed, new Cancel()));
            assertEquals(List.of("odd"), uids(people.search("Odd (one) *", 0, 100, new Cancel())));
        }
    }

    @Test
    void aPersonComesWithPhotoAndAttributes() throws Exception {
        byte[] photo = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, 0, 1, 2, (byte) 0x80};
        server.binary("uid=alice," + PEOPLE, "photoSmall", photo);
        try (var people = people(Trust.SYSTEM)) {
            Person alice = people.person("alice", new Cancel()).orElseThrow();
            assertEquals("Alice Example (alice)", alice.display());
            assertEquals(Map.of("Given name", "Alice", "Last name", "Example", "Height", "1.70 m", "Eye colour", "green"), alice.attributes());
            assertArrayEquals(photo, alice.photo().orElseThrow());
            assertTrue(alice.officer());
            assertFalse(people.person("ali", new Cancel()).orElseThrow().officer());
            assertEquals(Optional.empty(), people.person("nobody", new Cancel()));
        }
    }

    @Test
    void officersAreMembersOfTheGroupOrEntriesBelowIt() throws Exception {
        try (var people = people(Trust.SYSTEM)) {
            assertTrue(people.isOfficer("alice", new Cancel()), "by DN");
            assertTrue(people.isOfficer("clerk1", new Cancel()), "by short name");
            assertTrue(people.isOfficer("sam", new Cancel()), "below the group");
            assertFalse(people.isOfficer("ali", new Cancel()), "a part of a name is not the name");
            assertFalse(people.isOfficer("clerk10", new Cancel()));
            assertFalse(people.isOfficer("", new Cancel()));
            assertEquals("Sam Officer", people.person("sam", new Cancel()).orElseThrow().name());
        }
        server.close();
        server = new LdapServer(Optional.empty(), false);
        server.add(PEOPLE, "ou", "people");
        try (var people = people(Trust.SYSTEM)) {
            assertFalse(people.isOfficer("alice", new Cancel()), "no group, no officers");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tlsTrustsWhomADeskTrusts(boolean ldaps) throws Exception {
        server.close();
        fill(new LdapServer(Optional.of(identity()), ldaps));
        try (var people = people(Trust.with(office.ca))) {
            assertEquals(List.of("alice"), uids(people.search("alice", 0, 10, new Cancel())));
        }
        assertEquals(ldaps ? 0 : 1, server.asked.stream().filter("start-tls"::equals).count());
        server.asked.clear();
        try (var people = people(Trust.SYSTEM)) {
            var e = assertThrows(EscException.class, () -> people.search("alice", 0, 10, new Cancel()));
            assertEquals(Fault.TLS, e.fault(), e.toString());
            assertTrue(e.problem().code().startsWith("tls-"), e.problem().code());
        }
        assertEquals(0, server.asked.stream().filter(a -> a.startsWith("search") || a.startsWith("bind c")).count(), "nothing was said to it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"plain", "StartTLS", "ldaps"})
    void theDeskLogsIn(String way) throws Exception {
        server.close();
        fill(new LdapServer(way.equals("plain") ? Optional.empty() : Optional.of(identity()), way.equals("ldaps")));
        server.accounts.put("cn=desk," + BASE, "a desk's password");
        var secret = Secret.of("a desk's password");
        try (var people = new LdapPeople(settings(Optional.of("cn=desk," + BASE)), Trust.with(office.ca), Optional.of(secret))) {
            assertEquals(List.of("alice"), uids(people.search("alice", 0, 10, new Cancel())));
            server.dropAll();
            assertEquals(List.of("alice"), uids(people.search("alice", 0, 10, new Cancel())), "it comes again when the server hangs up");
        }
        assertTrue(secret.isDestroyed());
        assertEquals(2, server.asked.stream().filter(("bind cn=desk," + BASE)::equals).count(), server.asked.toString());
        try (var people = new LdapPeople(settings(Optional.of("cn=desk," + BASE)), Trust.with(office.ca), Optional.of(Secret.of("wrong")))) {
            assertEquals("directory-login", assertThrows(EscException.class, () -> people.search("alice", 0, 10, new Cancel())).problem().code());
        }
    }

    @Test
    void deadAndHostileServersAreSaidInWords() throws Exception {
        try (var people = people(Trust.SYSTEM)) {
            server.rubbish = "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
            assertEquals(Fault.NETWORK, assertThrows(EscException.class, () -> people.search("alice", 0, 10, new Cancel())).fault());
            server.rubbish = new byte[] {0x30, (byte) 0x84, 0x7F, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 2, 1, 1};
            assertEquals(Fault.NETWORK, assertThrows(EscException.class, () -> people.search("alice", 0, 10, new Cancel())).fault());
            server.rubbish = new byte[0];
            assertEquals(List.of("alice"), uids(people.search("alice", 0, 10, new Cancel())), "and once it is well again");
            server.close();
            assertEquals(Fault.NETWORK, assertThrows(EscException.class, () -> people.search("alice", 0, 10, new Cancel())).fault());
        }
        for (String wrong : List.of("http://localhost", "ldaps:nowhere")) {
            assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> new LdapPeople(new LdapSettings(java.net.URI.create(wrong), PEOPLE, GROUP,
                    Optional.empty(), "uid", Map.of(), List.of()), Trust.SYSTEM, Optional.empty())).fault());
        }
        assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> new LdapPeople(new LdapSettings(server.address(), "no name", GROUP,
                Optional.empty(), "uid", Map.of(), List.of()), Trust.SYSTEM, Optional.empty())).fault());
    }

    private DeskArgs args(String reader, Trust.Revocation revocation, List<Path> ca) {
        return new DeskArgs(Optional.of(reader), Optional.empty(), Optional.of(office.server.secureTps()), ca, Optional.of(revocation), Optional.of(server.address()),
                Optional.of(BASE), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void anOfficerOfTheDirectorySignsInAndIssues() throws Exception {
        var officers = office.enrolled("alice", "userKey", Office.OFFICER_PIN);
        office.plug("own", officers);
        var blank = office.blank();
        office.plug("other", blank);
        var people = Office.people("user2");
        try (var session = office.desk.signIn(args("own", Trust.Revocation.HARD, List.of(office.ca)), people.context())) {
            assertEquals("alice", session.officer().uid());
            server.add("uid=user2," + PEOPLE, "uid", "user2", "cn", "User Two");
            assertEquals("Enrolled", session.perform(DeskOrder.of(OfficerTask.ENROLL).user("user2").checked(Optional.of("passport")), people.context())
                    .state());
            assertEquals("others-card", assertThrows(EscException.class, () -> session.perform(DeskOrder.of(OfficerTask.ENROLL).user("alice")
                    .checked(Optional.empty()), people.context())).problem().code());
        }
        assertEquals(Optional.of("user2"), office.tms.tokens().find(blank.cuid()).orElseThrow().userId());
        assertEquals("no-authority", assertThrows(EscException.class, () -> office.desk.signIn(args("own", Trust.Revocation.SOFT, List.of()),
                people.context())).problem().code());
        office.plug("third", office.enrolled("user3", "userKey", Office.OFFICER_PIN));
        assertEquals("no-officer", assertThrows(EscException.class, () -> office.desk.signIn(args("third", Trust.Revocation.SOFT, List.of(office.ca)),
                people.context())).problem().code());
        office.tms.desk().changeState(officers.cuid(), TokenState.PERM_LOST, "test", "");
        assertEquals("certificate-revoked", assertThrows(EscException.class, () -> office.desk.signIn(args("own", Trust.Revocation.SOFT, List.of(office.ca)),
                people.context())).problem().code());
        office.server.close();
        assertEquals("revocation-unknown", assertThrows(EscException.class, () -> office.desk.signIn(args("third", Trust.Revocation.HARD, List.of(office.ca)),
                people.context())).problem().code());
    }

    @Test
    void whereTheReaderHasAKeypadTheOfficerEntersThePinThere() throws Exception {
        var keypads = new AtomicReference<LaidOutKeypads>();
        office.close();
        office = new Office(folder.resolve("with-keypads"), cards -> {
            keypads.set(new LaidOutKeypads(cards));
            return keypads.get();
        });
        office.plug("own", office.enrolled("alice", "userKey", Office.OFFICER_PIN));
        var args = args("own", Trust.Revocation.SOFT, List.of(office.ca));
        var nobody = new org.esc.securechannel.testing.Person();

        assertEquals("pin-timeout", refused(args, nobody));
        keypads.get().press(LaidOutKeypads.CANCEL);
        assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> office.desk.signIn(args, nobody.context())).fault());
        keypads.get().press("WrongPin");
        assertEquals("wrong-pin", refused(args, nobody));
        keypads.get().press(Office.OFFICER_PIN);
        try (var session = office.desk.signIn(args, nobody.context())) {
            assertEquals("alice", session.officer().uid());
        }
        // a reader that turns out not to be able to: the PIN is typed
        keypads.get().press(LaidOutKeypads.UNABLE);
        try (var session = office.desk.signIn(args, Office.people("user2").context())) {
            assertEquals("alice", session.officer().uid());
        }
        assertEquals(0, keypads.get().left());
    }

    private String refused(DeskArgs args, org.esc.securechannel.testing.Person who) {
        return assertThrows(EscException.class, () -> office.desk.signIn(args, who.context())).problem().code();
    }
}
