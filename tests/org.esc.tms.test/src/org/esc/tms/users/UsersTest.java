// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.users;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1InputStream;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.BERTags;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERTaggedObject;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Secret;
import org.esc.tms.TestTms;
import org.esc.tms.db.Database;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logins, throttling, password hashes, and users of a directory. */
class UsersTest {

    @TempDir
    Path folder;
    private final TestTms.Clock clock = new TestTms.Clock();
    private Database database;
    private SqlUsers users;

    @BeforeEach
    void open() throws EscException {
        database = Database.embedded(folder.resolve("db"));
        users = new SqlUsers(database, Directories.of(Optional.empty()), clock);
        try (var p = Secret.of("correct horse")) {
            users.add(new User("Bob", "Bob Builder", Optional.of("bob@example.org"), Set.of(Role.AGENT), false, false),
                    p);
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Login login(String uid, String password) throws EscException {
        try (var p = Secret.of(password)) {
            return users.authenticate(uid, p);
        }
    }

    @Test
    void theRightPasswordIsAcceptedAndNoOther() throws EscException {
        var accepted = assertInstanceOf(Login.Accepted.class, login(" BOB ", "correct horse"));
        assertEquals(new User("bob", "Bob Builder", Optional.of("bob@example.org"), Set.of(Role.AGENT), false, false),
                accepted.user());
        for (String wrong : new String[] {"", "correct horsf", "correct horse ", "Correct horse", "*",
                "correct horse\0"}) {
            assertInstanceOf(Login.Refused.class, login("bob", wrong), wrong);
            login("bob", "correct horse");
        }
        assertInstanceOf(Login.Refused.class, login("nobody", "correct horse"));
        assertInstanceOf(Login.Refused.class, login("", ""));
        assertInstanceOf(Login.Refused.class, login("bob' OR '1'='1", "correct horse"));
    }

    @Test
    void aDisabledUserIsRefusedLikeAnUnknownOne() throws EscException {
        var bob = users.find("bob").orElseThrow();
        users.update(new User(bob.uid(), bob.fullName(), bob.email(), bob.roles(), false, true));
        assertInstanceOf(Login.Refused.class, login("bob", "correct horse"));
    }

    @Test
    void guessingIsSlowedDownForKnownAndUnknownNamesAlike() throws EscException {
        for (String uid : new String[] {"bob", "nobody"}) {
            for (int i = 0; i < 5; i++) {
                assertInstanceOf(Login.Refused.class, login(uid, "wrong"), uid + " " + i);
            }
            assertInstanceOf(Login.Refused.class, login(uid, "wrong"));
            var first = assertInstanceOf(Login.Blocked.class, login(uid, "wrong"));
            assertEquals(Duration.ofSeconds(15), first.remaining());
            // not even the right password is looked at
            assertInstanceOf(Login.Blocked.class, login(uid, "correct horse"));
            clock.pass(Duration.ofSeconds(15));
            assertInstanceOf(Login.Refused.class, login(uid, "wrong"));
            assertEquals(Duration.ofSeconds(30), assertInstanceOf(Login.Blocked.class, login(uid, "wrong"))
                    .remaining());
            for (int i = 0; i < 20; i++) {
                clock.pass(Duration.ofMinutes(15));
                assertInstanceOf(Login.Refused.class, login(uid, "wrong"), uid + " round " + i);
            }
            assertEquals(Duration.ofMinutes(15), assertInstanceOf(Login.Blocked.class, login(uid, "wrong"))
                    .remaining());
        }
        clock.pass(Duration.ofMinutes(16));
        assertInstanceOf(Login.Accepted.class, login("bob", "correct horse"));
        for (int i = 0; i < 5; i++) {
            assertInstanceOf(Login.Refused.class, login("bob", "wrong"));
        }
        assertInstanceOf(Login.Accepted.class, login("bob", "correct horse"), "a success forgets earlier failures");
    }

    @Test
    void manyUnknownNamesAreNotKeptForEver() throws EscException {
        // light hashes, or a thousand of them would take too long
        users.fill();
        for (int i = 0; i < 1200; i++) {
            assertInstanceOf(Login.Refused.class, login("nobody" + i, "wrong"));
        }
        for (int i = 0; i < 5; i++) {
            assertInstanceOf(Login.Refused.class, login("nobody0", "wrong"));
        }
    }

    @Test
    void hashesHaveTheirOwnSaltAndStandForOnePassword() {
        try (var one = Secret.of("Secret.123"); var other = Secret.of("Secret.124")) {
            String a = PasswordHash.of(one, PasswordHash.DEMO);
            String b = PasswordHash.of(one, PasswordHash.DEMO);
            assertNotEquals(a, b);
            assertTrue(a.matches("\\$argon2id\\$v=19\\$m=1024,t=1,p=1\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}"), a);
            assertTrue(PasswordHash.of(one, PasswordHash.STANDARD).startsWith("$argon2id$v=19$m=12288,t=3,p=1$"));
            assertTrue(PasswordHash.matches(a, one) && PasswordHash.matches(b, one));
            assertFalse(PasswordHash.matches(a, other));
            for (String bad : new String[] {"", "*", "Secret.123", a.substring(1), a + "x!",
                    a.replace("argon2id", "argon2i"),
                a.replace("m=1024", "m=9999999"), a.replace("m=1024", "m=1"), a.replace("t=1", "t=0"),
                a.substring(0, a.lastIndexOf('$') + 2)}) {
                assertFalse(PasswordHash.matches(bad, one), bad);
            }
        }
    }

    @Test
    void argon2idAsOthersComputeIt() {
        // RFC 9106 has no vector without secret and associated data; this one is of the reference implementation's test
        // program (version 0x13)
        try (var password = Secret.of("password")) {
            assertTrue(PasswordHash.matches(
                    "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
                    password));
        }
    }

    @Test
    void badNewUsersAreRefused() throws EscException {
        try (var good = Secret.of("long enough"); var tooShort = Secret.of("short")) {
            for (String uid : new String[] {"", "a b", "../x", "x".repeat(65), "a=b", "ümlaut"}) {
                assertEquals(Fault.USAGE, assertThrows(EscException.class,
                        () -> users.add(new User(uid, "X", Optional.empty(), Set.of(), false, false), good)).fault(),
                        uid);
            }
            for (var user : List.of(new User("new", " ", Optional.empty(), Set.of(), false, false),
                    new User("new", "x".repeat(65), Optional.empty(), Set.of(), false, false),
                    new User("new", "a\nb", Optional.empty(), Set.of(), false, false),
                    new User("new", "X", Optional.of("no address"), Set.of(), false, false),
                    new User("new", "X", Optional.of("x@" + "y".repeat(300)), Set.of(), false, false))) {
                assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> users.add(user, good)).fault());
            }
            assertEquals("user-exists", assertThrows(EscException.class,
                    () -> users.add(new User("BOB", "X", Optional.empty(), Set.of(), false, false), good)).problem()
                    .code());
            assertEquals("password-too-short", assertThrows(EscException.class,
                    () -> users.add(new User("new", "X", Optional.empty(), Set.of(), false, false), tooShort))
                    .problem().code());
            assertEquals("no-such-user", assertThrows(EscException.class, () -> users.setPassword("nobody", good))
                    .problem().code());
            assertThrows(EscException.class, () -> users.remove("nobody"));
        }
    }

    @Test
    void aDemonstrationUserWithAPasswordOfTheirOwnIsNoneAnyMore() throws EscException {
        assertFalse(users.demo());
        users.fill();
        assertTrue(users.demo());
        try (var p = Secret.of("a word of my own")) {
            for (var u : users.list()) {
                if (u.demo() && !u.uid().equals("alice")) {
                    users.remove(u.uid());
                }
            }
            users.setPassword("alice", p);
        }
        assertFalse(users.demo());
    }

    @Test
    void aDirectorysUsersLogInAndAreNoted() throws EscException {
        Directory directory = (uid, password) -> uid.equals("carol") && password.matches("her password".getBytes())
                ? Optional.of(new User("carol", "Carol King", Optional.empty(), Set.of(), false, false))
                : Optional.empty();
        users = new SqlUsers(database, Directories.of(Optional.of(directory)), clock);
        assertInstanceOf(Login.Refused.class, login("carol", "wrong"));
        assertEquals(Optional.empty(), users.find("carol"));
        assertEquals("Carol King", assertInstanceOf(Login.Accepted.class, login("carol", "her password")).user()
                .fullName());
        assertTrue(users.find("carol").isPresent());
        assertInstanceOf(Login.Accepted.class, login("bob", "correct horse"), "our own users stay ours");
        users.update(new User("carol", "Carol King", Optional.empty(), Set.of(Role.OPERATOR), false, true));
        assertInstanceOf(Login.Refused.class, login("carol", "her password"), "disabled here");
        users = new SqlUsers(database, Directories.of(Optional.empty()), clock);
        assertInstanceOf(Login.Refused.class, login("carol", "*"), "without the directory nobody can check");
    }

    /** As much of an LDAP server as a bind and one search need (RFC 4511), one connection at a time. */
    private static final class Ldap implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        final List<String> binds = Collections.synchronizedList(new ArrayList<>());

        Ldap() throws IOException {
            Thread.ofVirtual().start(() -> {
                while (!socket.isClosed()) {
                    try (var client = socket.accept(); var in = new ASN1InputStream(client.getInputStream())) {
                        while (in.readObject() instanceof ASN1Sequence message) {
                            for (var answer : answer(ASN1TaggedObject.getInstance(message.getObjectAt(1)))) {
                                client.getOutputStream()
                                        .write(new DERSequence(new ASN1Encodable[] {message.getObjectAt(0), answer})
                                        .getEncoded());
                            }
                        }
                    } catch (IOException | RuntimeException _) {
                        // the client went, or the test ended
                    }
                }
            });
        }

        private List<ASN1Encodable> answer(ASN1TaggedObject request) {
            var body = request.getTagNo() == 2 ? null : ASN1Sequence.getInstance(request.getBaseUniversal(false,
                    BERTags.SEQUENCE));
            return switch (request.getTagNo()) {
                case 0 -> {
                    String dn = text(body.getObjectAt(1));
                    String password = new String(ASN1OctetString.getInstance(
                            ASN1TaggedObject.getInstance(body.getObjectAt(2))
                            .getBaseUniversal(false, BERTags.OCTET_STRING)).getOctets());
                    binds.add(dn);
                    yield List.of(result(1, dn.equals("uid=dave,ou=people,dc=example") && password.equals("daves word")
                            ? 0 : 49));
                }
                case 3 -> List.of(new DERTaggedObject(false, BERTags.APPLICATION, 4,
                        new DERSequence(new ASN1Encodable[] {
                    body.getObjectAt(0), new DERSequence(new ASN1Encodable[] {attribute("cn", "Dave Jones"),
                            attribute("mail", "dave@example.org")})})),
                    result(5, 0));
                default -> List.of();
            };
        }

        private static String text(ASN1Encodable octets) {
            return new String(ASN1OctetString.getInstance(octets).getOctets());
        }

        private static ASN1Encodable attribute(String name, String value) {
            return new DERSequence(new ASN1Encodable[] {new DEROctetString(name.getBytes()),
                new DERSet(new DEROctetString(value.getBytes()))});
        }

        private static ASN1Encodable result(int tag, int code) {
            return new DERTaggedObject(false, BERTags.APPLICATION, tag,
                    new DERSequence(new ASN1Encodable[] {new ASN1Enumerated(code),
                new DEROctetString(new byte[0]), new DEROctetString(new byte[0])}));
        }

        URI uri() {
            return URI.create("ldap://127.0.0.1:" + socket.getLocalPort());
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void anLdapServerIsAskedByBinding() throws Exception {
        try (var server = new Ldap()) {
            var directory = new LdapDirectory(server.uri(), "uid={0},ou=people,dc=example");
            users = new SqlUsers(database, Directories.of(Optional.of(directory)), clock);
            var dave = assertInstanceOf(Login.Accepted.class, login("dave", "daves word")).user();
            assertEquals("Dave Jones", dave.fullName());
            assertEquals(Optional.of("dave@example.org"), dave.email());
            assertInstanceOf(Login.Refused.class, login("dave", "wrong"));
            int binds = server.binds.size();
            assertInstanceOf(Login.Refused.class, login("dave", ""), "an empty password would bind anonymously");
            assertEquals(binds, server.binds.size());
            try (var p = Secret.of("x")) {
                assertEquals(Optional.empty(), directory.login("dave,ou=admins", p));
            }
            assertEquals("uid=dave\\,ou\\=admins,ou=people,dc=example", server.binds.getLast().replace("\\3d", "\\=")
                    .replace("\\2c", "\\,"));
        }
    }

    @Test
    void anUnreachableOrUnsafeDirectoryIsSaidToBe() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (var p = Secret.of("x")) {
            var directory = new LdapDirectory(URI.create("ldap://127.0.0.1:" + port), "uid={0}");
            assertEquals(Fault.NETWORK, assertThrows(EscException.class, () -> directory.login("dave", p)).fault());
        }
        for (String address : new String[] {"ldap://192.0.2.1", "http://127.0.0.1", "ldaps:nowhere", "x"}) {
            assertEquals("ldap-address", assertThrows(EscException.class,
                    () -> new LdapDirectory(URI.create(address), "uid={0}")).problem().code(), address);
        }
        assertThrows(EscException.class, () -> new LdapDirectory(URI.create("ldaps://example.org"), "uid=x"));
    }
}
