// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.EscException;
import org.esc.card.CardArgs;
import org.esc.card.Exchange;
import org.esc.card.ExchangeObserver;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.command.Context;
import org.esc.driver.CardDriver;
import org.esc.driver.coolkey.CoolKeyDriver;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.securechannel.testing.Person;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.ca.RevocationReason;
import org.esc.tps.Operation;
import org.esc.tps.client.ClientArgs;
import org.esc.tps.client.Journal;
import org.esc.tps.client.LinkArgs;
import org.esc.tps.client.PhoneHome;
import org.esc.tps.client.ResetPinVerb;
import org.esc.tps.client.Tls;
import org.esc.tps.client.TlsIdentities;
import org.esc.tps.client.TlsIdentity;
import org.esc.tps.client.TokenArgs;
import org.esc.tps.client.TokenWork;
import org.esc.tps.client.TpsClient;
import org.esc.tps.client.TpsRequest;
import org.esc.tps.client.Trust;
import org.esc.tps.client.UserSettings;
import org.esc.tps.client.trust.TrustSources;
import org.esc.tps.client.trust.TrustStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The client at the embedded system's own door: certificates of both sides, and what its authority says of them. */
@Timeout(300)
class SignInTest {

    private static final String PIN = "Sesame12";

    @TempDir
    private Path dir;
    private Tms tms;
    private TmsServer server;
    private Trust trust;
    private final Readers readers = new Readers();
    private final SoftReaders soft = new SoftReaders();
    private final List<String> signed = new CopyOnWriteArrayList<>();
    private Drivers drivers;
    private UserSettings settings;
    private final Person person = Person.user("alice", "Secret.123", PIN);

    @BeforeEach
    void start() throws Exception {
        tms = Tms.open(dir.resolve("tms"), TmsOptions.standard());
        server = TmsServer.start(tms, TmsServer.Options.anywhere());
        trust = Trust.with(tms.caFile()).revocation(Trust.Revocation.HARD)
                .sources(new TrustSources(new TrustStore(dir.resolve("trust")), false, List.of()));
        soft.addFactory(new CoolKeyAppletFactory());
        readers.addProvider(soft);
        readers.addObserver(new ExchangeObserver() {
            @Override
            public void exchanged(Exchange x) {
                if (x.origin().toString().contains("tls") && x.command()[1] == 0x36) {
                    signed.add(x.reader());
                }
            }
        });
        drivers = new Drivers(new DriverRules(dir.resolve("rules")), Limits.DEFAULT);
        drivers.addDriver(new CoolKeyDriver(), Map.of(CardDriver.NAME, "CoolKey", CardDriver.AID, "627601FF000000"));
        settings = new UserSettings(dir.resolve("client.properties"));
    }

    @AfterEach
    void stop() {
        soft.unplugAll();
        server.close();
        tms.close();
    }

    private String enrolled() throws Exception {
        String reader = soft.plug("token", SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory()));
        var client = new TpsClient(new Journal(dir.resolve("journal")));
        for (Operation o : List.of(Operation.FORMAT, Operation.ENROLL)) {
            try (var session = readers.connect(reader, Origin.verb("test"))) {
                client.run(TpsRequest.of(o, server.secureTps()).trust(trust).user("alice"), session, Context.of(person));
            }
        }
        return reader;
    }

    private int rest(TlsIdentity who) throws Exception {
        URI url = server.https().resolve("/tps/rest/account/login");
        Tls tls = Tls.to(url, trust, who);
        try (var http = HttpClient.newBuilder().sslContext(tls.context()).build()) {
            int status = http.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.discarding()).statusCode();
            assertEquals(List.of(), tls.notes(), "its own authority says that nothing was revoked");
            return status;
        } catch (java.io.IOException e) {
            throw tls.failed(e, "sign in");
        }
    }

    @Test
    void theAdministratorSignsInWithTheFileAndATokenWithItself() throws Exception {
        var identities = new TlsIdentities(readers, drivers, Optional.of(soft), settings);
        assertEquals(401, rest(TlsIdentity.NONE), "nobody came");
        person.answers.put("CLIENT_PASSWORD", Files.readString(dir.resolve("tms/admin.pass")).strip());
        try (var admin = identities.open(new ClientArgs(Optional.of(tms.adminFile()), Optional.empty(), Optional.empty()), Context.of(person))) {
            assertEquals(200, rest(admin));
        }
        String reader = enrolled();
        person.answers.put("CLIENT_PIN", PIN);
        try (var alice = identities.open(new ClientArgs(Optional.empty(), Optional.empty(), Optional.of(reader)), Context.of(person))) {
            assertTrue(alice.certificates().stream().map(c -> c.getSubjectX500Principal().getName().toLowerCase())
                    .anyMatch(n -> n.contains("alice")), alice.certificates().toString());
            assertEquals(403, rest(alice), "alice came, and is no administrator");
            assertTrue(signed.contains(reader), "the card signed");
        }
    }

    @Test
    void aTokenSignsInToHaveItsOwnPasswordReset() throws Exception {
        String reader = enrolled();
        var work = new TokenWork(readers, drivers, new TpsClient(new Journal(dir.resolve("journal"))), new Journal(dir.resolve("journal")), Optional.of(soft),
                new PhoneHome(dir.resolve("issuers")), dir.resolve("client.properties"));
        person.answers.put("CLIENT_PIN", PIN);
        person.pin = "Another12";
        var args = new TokenArgs(CardArgs.in(reader), Optional.of(server.secureTps()), List.of(tms.caFile()), Optional.of(Trust.Revocation.HARD),
                new ClientArgs(Optional.empty(), Optional.empty(), Optional.of(ClientArgs.ITSELF)), Optional.of("alice"));
        new ResetPinVerb(work).run(new ResetPinVerb.Args(args, new LinkArgs(Optional.empty(), 60, false, false)), Context.of(person));
        assertTrue(signed.contains(reader), "it signed in by the session in which the server then worked with it");
        var identities = new TlsIdentities(readers, drivers, Optional.of(soft), settings);
        person.answers.put("CLIENT_PIN", "Another12");
        try (var alice = identities.open(new ClientArgs(Optional.empty(), Optional.empty(), Optional.of(reader)), Context.of(person))) {
            assertEquals(403, rest(alice), "the new password opens it");
        }
    }

    @Test
    void aServerThatItsAuthorityRevokedIsRefused() throws Exception {
        enrolled();
        X509Certificate[] shown = new X509Certificate[1];
        Tls tls = Tls.to(server.https(), trust, TlsIdentity.NONE);
        try (var socket = (javax.net.ssl.SSLSocket) tls.context().getSocketFactory().createSocket("localhost", server.https().getPort())) {
            socket.startHandshake();
            shown[0] = tls.presented().getFirst();
        }
        tms.ca().revoke(shown[0].getSerialNumber(), RevocationReason.KEY_COMPROMISE);
        var e = assertThrows(EscException.class, () -> rest(TlsIdentity.NONE));
        assertEquals("tls-revoked", e.problem().code(), e.problem().toString());
    }
}
