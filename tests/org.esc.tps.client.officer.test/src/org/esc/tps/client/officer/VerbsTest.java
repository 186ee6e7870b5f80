// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Arguments;
import org.esc.command.Verb;
import org.esc.securechannel.testing.Person;
import org.esc.tms.db.TokenProfile;
import org.esc.tms.users.Role;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The verbs {@code officer …}, with arguments as words give them. */
@Timeout(300)
class VerbsTest {

    @TempDir
    Path folder;
    private Office office;
    private final Person people = Office.people("alice");

    @BeforeEach
    void open() throws EscException {
        office = new Office(folder);
        office.appoint("user1");
        office.plug("own", office.enrolled("user1", "soKey", Office.OFFICER_PIN));
    }

    @AfterEach
    void close() {
        office.close();
    }

    /** Runs a verb at this desk; {@code words} are option names and values in turn. */
    private <A extends Record, R extends Record> R say(Verb<A, R> verb, String... words) throws EscException {
        Map<String, List<String>> given = new LinkedHashMap<>();
        boolean atDesk = Arguments.of(verb.arguments()).stream().anyMatch(p -> p.component().equals("officerReader"));
        if (atDesk) {
            given.put("officerReader", List.of("own"));
            given.put("tps", List.of(office.server.secureTps().toString()));
            given.put("ca", List.of(office.ca.toString()));
        }
        for (int i = 0; i < words.length; i += 2) {
            given.put(words[i], List.of(words[i + 1]));
        }
        return verb.run(Arguments.build(verb.arguments(), given), people.context());
    }

    private static <R extends Record> String printed(Verb<?, R> verb, R result) {
        var text = new StringWriter();
        try (var out = new PrintWriter(text)) {
            verb.print(result, out);
        }
        return text.toString();
    }

    @Test
    void aCounterWithoutAWindow() throws Exception {
        var check = new OfficerVerbs.SignInCheck(office.desk);
        var who = say(check);
        assertEquals("user1", who.officer());
        assertTrue(printed(check, who).contains("is a security officer"), printed(check, who));

        var find = new OfficerVerbs.Find(office.desk);
        var found = say(find, "who", "ali");
        assertTrue(find.agrees(found));
        assertEquals("Alice Example (alice), alice@example.org\n", printed(find, found));
        assertFalse(find.agrees(say(find, "who", "zzz")));
        assertTrue(say(find, "who", "user", "size", "3").more());

        byte[] photo = {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, 1, 2, 3};
        office.tms.people().setPhoto("alice", photo);
        office.tms.people().setAttributes("alice", Map.of("Height", "1.70 m"));
        var show = new OfficerVerbs.Show(office.desk);
        Path file = folder.resolve("alice.jpg");
        var alice = say(show, "uid", "alice", "photo", file.toString());
        assertArrayEquals(photo, Files.readAllBytes(file));
        assertTrue(printed(show, alice).contains("Height: 1.70 m"), printed(show, alice));

        var card = office.blank();
        office.plug("other", card);
        var look = new OfficerVerbs.Look(office.desk);
        assertTrue(printed(look, say(look)).contains("This card is nobody's yet."));

        var enroll = new OfficerVerbs.Enroll(office.desk);
        assertEquals("not-checked", assertThrows(EscException.class, () -> say(enroll, "user", "alice", "reader", "other")).problem().code());
        var done = say(enroll, "user", "alice", "reader", "other", "checked", "", "document", "passport");
        assertEquals(card.cuid().toString(), done.cuid());
        assertTrue(printed(enroll, done).contains("Enrolled, for alice (enroll, profile userKey, by security officer user1)"), printed(enroll, done));
        assertEquals("user", say(look).kind());

        var home = new OfficerVerbs.SetHome(office.desk);
        people.there = false;
        assertEquals(Fault.UNCONFIRMED, assertThrows(EscException.class, () -> say(home, "reader", "other")).fault());
        people.there = true;
        assertEquals("Formatted", say(home).state());
        assertEquals("Formatted", say(new OfficerVerbs.Format(office.desk)).state());

        var log = new OfficerVerbs.Log(office.desk);
        var all = say(log);
        assertTrue(log.agrees(all));
        assertTrue(printed(log, all).contains("identity: passport"), printed(log, all));
        assertEquals(1, say(log, "last", "1").events().size());
        Files.writeString(office.desk.log().path(), Files.readString(office.desk.log().path()).replaceFirst("user1", "user2"));
        assertFalse(log.agrees(say(log)));
    }

    @Test
    void profilesAreChosenOnce() throws EscException {
        var profiles = new OfficerVerbs.Profiles(office.desk, office.administration);
        assertEquals("soCleanUserToken", say(profiles).tasks().get("format"));
        say(new OfficerVerbs.ChooseProfile(office.desk), "task", "set-home", "profile", "ourUserKey");
        assertEquals("ourUserKey", say(profiles).tasks().get("set-home"));
        assertEquals(Optional.of("ourUserKey"), office.desk.settings().profile(OfficerTask.SET_HOME));
        say(new OfficerVerbs.ChooseProfile(office.desk), "task", "set-home", "profile", "usual");
        assertEquals("soUserKey", say(profiles).tasks().get("set-home"));
    }

    @Test
    void anAdministratorsSignInFindsTheProfilesOut() throws EscException {
        var profiles = new OfficerVerbs.Profiles(office.desk, office.administration);
        office.administrator("boss", Role.ADMINISTRATOR);
        office.administrator("agent", Role.AGENT);
        office.administrator("looker", Role.OPERATOR);
        people.answers.put("ADMIN_PASSWORD", Office.PASSWORD);
        String where = office.server.secureTps().resolve("/").toString();
        // an office with names of its own
        for (var renamed : Map.of("userKey", "staff", "userKeyTemporary", "staffForAWeek", "soKey", "guard", "soUserKey", "staffHome").entrySet()) {
            var p = office.tms.profiles().find(renamed.getKey()).orElseThrow();
            office.tms.profiles().save(new TokenProfile(renamed.getValue(), p.description(), true, p.tokenName(), p.pinMin(), p.pinMax(), p.pinReset(),
                    p.formatLogin(), p.revokeOnFormat(), p.temporaryType().map(_ -> "staffForAWeek"), p.policy(), p.keys(), p.access(), p.homeless()));
            office.tms.profiles().save(new TokenProfile(p.id(), p.description(), false, p.tokenName(), p.pinMin(), p.pinMax(), p.pinReset(), p.formatLogin(),
                    p.revokeOnFormat(), p.temporaryType(), p.policy(), p.keys(), p.access(), p.homeless()));
        }
        people.agrees = false;
        assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> say(profiles, "admin", where, "adminUser", "boss")).fault());
        assertEquals(Optional.empty(), office.desk.settings().profile(OfficerTask.ENROLL), "whoever says no changes nothing");
        assertTrue(people.questions.getLast().message().contains("enroll: staff (No mapping rule of the server leads to staff"),
                people.questions.getLast().message());
        people.agrees = true;
        for (String who : List.of("boss", "agent")) {
            office.desk.settings().set(Map.of("officer-profile-enroll", ""));
            var found = say(profiles, "admin", where, "adminUser", who);
            assertTrue(found.remembered());
            assertEquals(Map.of("enroll", "staff", "enroll-temporary", "staffForAWeek", "enroll-officer", "guard", "format", "soCleanUserToken", "set-home", "staffHome",
                    "format-officer", "soCleanSOToken"), found.tasks());
            assertEquals(Optional.of("staff"), office.desk.settings().profile(OfficerTask.ENROLL));
            assertEquals(Optional.of("guard"), office.desk.settings().profile(OfficerTask.ENROLL_OFFICER));
            assertTrue(printed(profiles, found).contains("It was chosen by its name; by what they do these suit as well: soCleanSOToken."),
                    printed(profiles, found));
        }
        assertEquals("role-missing", assertThrows(EscException.class, () -> say(profiles, "admin", where, "adminUser", "looker")).problem().code());
        people.answers.put("ADMIN_PASSWORD", "wrong");
        assertEquals(Fault.LOGIN, assertThrows(EscException.class, () -> say(profiles, "admin", where, "adminUser", "boss")).fault());
    }

    @Test
    void theOwnCardIsFormattedOnlyByItsNumber() throws EscException {
        var format = new OfficerVerbs.FormatOfficer(office.desk);
        people.agrees = false;
        assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> say(format, "reader", "own")).fault());
        assertTrue(people.questions.getFirst().typed().isPresent());
        people.agrees = true;
        assertEquals("Formatted", say(format, "reader", "own").state());
    }

    @Test
    void argumentsThatMakeNoSenseAreRefused() {
        var find = new OfficerVerbs.Find(office.desk);
        for (var wrong : List.of(Map.of("who", ""), Map.of("who", "a", "size", "0"), Map.of("who", "a", "start", "-1"), Map.of("who", "a", "timeout", "0"),
                Map.of("who", "a", "tps", "https://user:secret@host/tps/tps"), Map.of("who", "a", "officerSoft", "x", "officerReader", "y"))) {
            var given = new LinkedHashMap<String, List<String>>();
            wrong.forEach((k, v) -> given.put(k, List.of(v)));
            var e = assertThrows(EscException.class, () -> find.run(Arguments.build(find.arguments(), given), people.context()));
            assertEquals(Fault.USAGE, e.fault(), wrong.toString());
            assertFalse(e.getMessage().contains("secret"));
        }
    }
}
