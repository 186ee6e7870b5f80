// SPDX-License-Identifier: EPL-2.0
package org.esc.dogtag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.card.Origin;
import org.esc.command.Cancel;
import org.esc.securechannel.testing.PullableCard;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tps.Operation;
import org.esc.tps.admin.SavedServers;
import org.esc.tps.admin.verbs.AdminDesk;
import org.esc.tps.admin.verbs.AdminLoginArgs;
import org.esc.tps.client.TpsRequest;
import org.esc.tps.client.TlsIdentities;
import org.esc.tps.client.Trust;
import org.esc.tps.client.UserSettings;
import org.esc.tps.client.officer.DeskArgs;
import org.esc.tps.client.officer.DeskOrder;
import org.esc.tps.client.officer.DeskProfiles;
import org.esc.tps.client.officer.DeskSettings;
import org.esc.tps.client.officer.Found;
import org.esc.tps.client.officer.OfficerLog;
import org.esc.tps.client.officer.OfficerTask;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The security officer's desk against a running Dogtag: its {@code so*} profiles, officers and people in its directory. {@code officers.sh} beside
 * this class sets the server up, if it may be stopped.
 */
@Tag("dogtag")
@Timeout(900)
class OfficersTest {

    private static final String OWN = "officer's reader";
    private static final String OTHER = "other reader";

    @TempDir
    Path dir;
    private Dogtag dogtag;
    private List<Path> trust;

    @BeforeEach
    void find() throws Exception {
        dogtag = Dogtag.require();
        trust = List.of(dogtag.ca, dogtag.pin(dir));
        Dogtag.officers(dir);
    }

    private static URI ldap() {
        return URI.create("ldap://localhost:" + Optional.ofNullable(System.getenv("DOGTAG_LDAP")).orElse("13389"));
    }

    private static void plug(Desk desk, String reader, SoftCard card) {
        desk.soft.plug(reader, new PullableCard(card));
    }

    /** A new card of an officer, enrolled without a desk, as the first officer's is; cards they had before are given up. */
    private SoftCard officersCard(Desk desk, String uid) throws Exception {
        dogtag.giveUp(uid);
        var card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
        plug(desk, "workshop", card);
        desk.answers.put("PASSWORD", Dogtag.PASSWORD);
        try (var session = desk.readers.connect("workshop", Origin.verb("test"))) {
            var request = TpsRequest.of(Operation.ENROLL, dogtag.https).trust(new Trust(trust, Trust.Revocation.SOFT)).tokenType("soKey").user(uid);
            desk.pin = "Officer1";
            try {
                desk.client.run(request.operation(Operation.FORMAT), session, desk.context());
                desk.client.run(request, session, desk.context());
            } catch (EscException e) {
                assumeTrue(e.problem().endOp().orElse(0) != 14, "the server has no security officers: run officers.sh, or set ESC_DOGTAG_SETUP");
                throw e;
            }
        } finally {
            desk.soft.unplug("workshop");
        }
        return card;
    }

    private DeskArgs args() {
        return new DeskArgs(Optional.of(OWN), Optional.empty(), Optional.of(dogtag.https), trust, Optional.empty(), Optional.of(ldap()),
                Optional.of("dc=example,dc=com"), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    @Test
    void officersIssueFormatAndAreToldFromPeople() throws Exception {
        try (var desk = new Desk(dir, dogtag.https, trust, false)) {
            var olivia = officersCard(desk, "olivia");
            var oscar = officersCard(desk, "oscar");
            desk.answers.put("OFFICER_PIN", "Officer1");
            desk.answers.put("PASSWORD", Dogtag.PASSWORD);
            desk.pin = "Holder12";
            plug(desk, OWN, olivia);
            var officers = new org.esc.tps.client.officer.Desk(desk.readers, desk.drivers, desk.client,
                    new TlsIdentities(desk.readers, desk.drivers, Optional.of(desk.soft), new UserSettings(dir.resolve("client.properties"))), Optional.of(desk.soft),
                    new DeskSettings(new UserSettings(dir.resolve("client.properties"))), new OfficerLog(dir.resolve("officer.log")));
            String person = dogtag.freeUser();
            var card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
            try (var session = officers.signIn(args(), desk.context())) {
                assertEquals("olivia", session.officer().uid());
                assertEquals(List.of("alice"), session.search("ali", 0, 20, new Cancel()).people().stream().map(Found.Candidate::uid).toList());
                var page = session.search("user", 0, 10, new Cancel());
                assertEquals(10, page.people().size());
                assertTrue(page.more());
                assertEquals(List.of(), session.search("*)(uid=*", 0, 10, new Cancel()).people(), "what is typed is no filter");
                assertEquals("Alice", session.person("alice", new Cancel()).attributes().get("Given name"));
                plug(desk, OTHER, oscar);
                for (OfficerTask t : List.of(OfficerTask.FORMAT, OfficerTask.SET_HOME)) {
                    assertEquals("officer-card", assertThrows(EscException.class, () -> session.perform(DeskOrder.of(t), desk.context())).problem().code());
                }
                assertEquals("officer-card", assertThrows(EscException.class, () -> session.perform(DeskOrder.of(OfficerTask.ENROLL).user(person)
                        .checked(Optional.of("passport")), desk.context())).problem().code());
                assertEquals("ACTIVE", dogtag.state(oscar.cuid()));
                var formatted = session.perform(DeskOrder.of(OfficerTask.FORMAT_OFFICER), desk.context());
                assertEquals("soCleanSOToken", formatted.profile());
                assertEquals("FORMATTED", dogtag.state(oscar.cuid()));
                desk.soft.unplug(OTHER);

                plug(desk, OTHER, card);
                assertEquals("Enrolled", session.perform(DeskOrder.of(OfficerTask.ENROLL).user(person).checked(Optional.of("passport")), desk.context())
                        .state());
                assertEquals("ACTIVE", dogtag.state(card.cuid()));
                assertEquals(person, dogtag.user(card.cuid()));
                assertEquals("Formatted", session.perform(DeskOrder.of(OfficerTask.SET_HOME), desk.context()).state());
                assertEquals("FORMATTED", dogtag.state(card.cuid()));
                assertEquals("Enrolled", session.perform(DeskOrder.of(OfficerTask.ENROLL_TEMPORARY).user(person).checked(Optional.empty()), desk.context())
                        .state());
                assertEquals("userKeyTemporary", Dogtag.text(dogtag.token(card.cuid()), "Type"));
                session.perform(DeskOrder.of(OfficerTask.FORMAT), desk.context());
                assertEquals("soCleanUserToken", Dogtag.text(dogtag.token(card.cuid()), "Type"));
                assertEquals("ACTIVE", dogtag.state(olivia.cuid()), "the officer's own card is as it was");
            }
            assertTrue(officers.log().read().intact());
        }
    }

    @Test
    void anAdministratorFindsOutWhichProfilesTheDeskAsksFor() throws Exception {
        try (var desk = new Desk(dir, dogtag.https, trust, false)) {
            var settings = new UserSettings(dir.resolve("client.properties"));
            var administration = new AdminDesk(new TlsIdentities(desk.readers, desk.drivers, Optional.of(desk.soft), settings),
                    new SavedServers(dir.resolve("servers.properties")), settings);
            var signIn = new AdminLoginArgs(Optional.of(dogtag.https.resolve("/").toString()), Optional.empty(), Optional.of(dogtag.dir.resolve("creds/admin.pem")),
                    Optional.empty(), Optional.empty()).with(trust, Optional.of(Trust.Revocation.SOFT)).orElseThrow();
            DeskProfiles told;
            try (var admin = administration.connect(signIn, desk.context())) {
                told = DeskProfiles.read(admin, new Cancel());
            }
            var found = told.match(Optional.empty());
            var officers = new DeskSettings(new UserSettings(dir.resolve("client.properties")));
            officers.profiles(found);
            var tasks = new java.util.EnumMap<OfficerTask, String>(OfficerTask.class);
            for (OfficerTask t : OfficerTask.values()) {
                tasks.put(t, officers.profile(t).orElse(""));
            }
            assertEquals(java.util.Map.of(OfficerTask.ENROLL, "userKey", OfficerTask.ENROLL_TEMPORARY, "userKeyTemporary", OfficerTask.ENROLL_OFFICER, "soKey",
                    OfficerTask.FORMAT, "soCleanUserToken", OfficerTask.SET_HOME, "soUserKey", OfficerTask.FORMAT_OFFICER, "soCleanSOToken"), tasks);
            // set up for officers, the logins tell people's profile from the officers'; before that only their names do, and it is said so
            boolean setUp = told.authenticators().values().stream().anyMatch(v -> v.startsWith("cn=TUS Officers,"));
            for (OfficerTask t : List.of(OfficerTask.ENROLL, OfficerTask.ENROLL_OFFICER)) {
                var match = found.stream().filter(m -> m.task() == t).findFirst().orElseThrow();
                assertEquals(setUp, match.sure(), match.toString());
                assertEquals(setUp, match.notes().isEmpty(), match.toString());
            }
        }
    }

    @Test
    void aPersonsCardDoesNotSignIn() throws Exception {
        try (var desk = new Desk(dir, dogtag.https, trust, false)) {
            desk.answers.put("PASSWORD", Dogtag.PASSWORD);
            desk.pin = "Officer1";
            String person = dogtag.freeUser();
            var card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
            plug(desk, OWN, card);
            desk.format(OWN, person);
            desk.enroll(OWN, person);
            desk.answers.put("OFFICER_PIN", "Officer1");
            var officers = new org.esc.tps.client.officer.Desk(desk.readers, desk.drivers, desk.client,
                    new TlsIdentities(desk.readers, desk.drivers, Optional.of(desk.soft), new UserSettings(dir.resolve("client.properties"))), Optional.of(desk.soft),
                    new DeskSettings(new UserSettings(dir.resolve("client.properties"))), new OfficerLog(dir.resolve("officer.log")));
            assertEquals("no-officer", assertThrows(EscException.class, () -> officers.signIn(args(), desk.context())).problem().code());
        }
    }
}
