// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.card.vpcd.VpcdConnection;
import org.esc.command.Answers;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.driver.AdministratorKey;
import org.esc.driver.CardDriver;
import org.esc.driver.CertificateWriting;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyGeneration;
import org.esc.driver.KeyPolicy;
import org.esc.driver.host.DriverRules;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.Limits;
import org.esc.driver.piv.PivDriver;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Pkcs11Module;
import org.esc.securechannel.pkcs11.Pkcs11Slots;
import org.esc.securechannel.testing.Person;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.piv.PivAppletFactory;
import org.esc.tps.Message.EndOp;
import org.esc.tps.Operation;
import org.esc.tps.client.trust.TrustSources;
import org.esc.tps.client.trust.TrustStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Signing in through OpenSC's PKCS #11 module with a card at a real pcscd, which is pulled at the worst moments. */
@Timeout(120)
class PulledTokenTest {

    private static final Duration PATIENT = Duration.ofSeconds(30);
    private static final String PIN = "123456";
    private static final byte[] MANAGEMENT_KEY = Hex.parse("010203040506070801020304050607080102030405060708");

    @TempDir
    Path dir;
    private TestCa people;
    private Pcscd pcscd;
    private SoftCard card;
    private VpcdConnection inserted;
    private Path module;
    private TlsIdentities identities;

    @BeforeEach
    void insert() throws Exception {
        var found = Pkcs11Module.find("opensc-pkcs11.so");
        assumeTrue(found.isPresent(), "opensc-pkcs11.so is not installed");
        module = found.get().library();
        try {
            pcscd = Pcscd.start(dir, "opensc-tool");
        } catch (Pcscd.Unavailable e) {
            assumeTrue(false, e.getMessage());
        }
        people = new TestCa("CN=People,O=Test");
        card = SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory());
        var drivers = new Drivers(new DriverRules(dir.resolve("rules")), Limits.DEFAULT);
        drivers.addDriver(new PivDriver(), Map.of(CardDriver.NAME, "PIV", CardDriver.AID, "A00000030800001000"));
        identities = new TlsIdentities(new Readers(), drivers, Optional.empty(), new UserSettings(dir.resolve("client.properties")));
        var reader = new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.of(card.atr()), 1);
        var piv = drivers.open(reader, TransportRules.over(card.channel()), Origin.verb("test")).applications().getFirst();
        try (var key = Secret.of(MANAGEMENT_KEY)) {
            piv.capability(AdministratorKey.class).orElseThrow().authenticateAdministrator(key);
        }
        var half = piv.capability(KeyGeneration.class).orElseThrow().generateKey("9a", KeyAlgorithm.RSA_2048, KeyPolicy.DEFAULT);
        piv.capability(CertificateWriting.class).orElseThrow().writeCertificate("9a", people.certify(half, "CN=Alice,O=Test"));
        inserted = pcscd.insertAndWait(card);
    }

    @AfterEach
    void stop() throws Exception {
        if (pcscd != null) {
            pcscd.close();
        }
        assertTrue(Arrays.stream(Security.getProviders()).noneMatch(p -> p.getName().contains("EscClient")), "nothing is left of it");
    }

    private void pull() {
        try {
            pcscd.takeOut(inserted);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Somebody who knows the PIN; {@code before} happens while it is asked for. */
    private TlsIdentity signIn(Runnable before) throws Exception {
        var person = new Person() {
            @Override
            public CompletableFuture<Answers> fill(Form form) {
                before.run();
                return super.fill(form);
            }
        };
        person.answers.put("CLIENT_PIN", PIN);
        String label = Pkcs11Slots.find(module, Optional.empty()).label();
        return identities.open(new ClientArgs(Optional.empty(), Optional.of(module + ":" + label), Optional.empty()), Context.of(person));
    }

    private void handshake(TlsIdentity who) throws Exception {
        var ca = new TestCa("CN=Servers,O=Test");
        var trust = Trust.with(TestCa.pem(dir.resolve("ca.pem"), ca.certificate)).revocation(Trust.Revocation.OFF)
                .sources(new TrustSources(new TrustStore(dir.resolve("trust")), false, List.of()));
        try (var server = new ScriptedServer(InetAddress.getByName("127.0.0.1"), Optional.of(ca.issue(new TestCa.Wish()).context(people)),
                new String[] {"TLSv1.3"}, true, p -> {
                    p.begin();
                    p.end(EndOp.good(5));
                    p.drain();
                })) {
            new TpsClient(new Journal(dir.resolve("journal"))).run(TpsRequest.of(Operation.FORMAT, server.url()).trust(trust).identity(who).timeouts(PATIENT, PATIENT),
                    new FakeCard(), Context.of(Person.alice()));
        }
    }

    private static void isForPeople(EscException e) {
        assertFalse(e.getMessage().isBlank());
        assertFalse(e.problem().toString().contains("Exception"), e.problem().toString());
        assertFalse(e.problem().advice().isBlank(), e.problem().toString());
    }

    @Test
    void withTheCardInItSignsIn() throws Exception {
        try (var who = signIn(() -> { })) {
            handshake(who);
        }
    }

    @Test
    void pulledWhileItsPinIsAskedFor() throws Exception {
        var e = assertThrows(EscException.class, () -> signIn(this::pull));
        assertEquals("token-gone", e.problem().code(), e.problem().toString());
        isForPeople(e);
    }

    @Test
    void pulledBetweenItsPinAndTheServersQuestion() throws Exception {
        try (var who = signIn(() -> { })) {
            pull();
            var e = assertThrows(EscException.class, () -> handshake(who));
            assertEquals("token-gone", e.problem().code(), e.problem().toString());
            isForPeople(e);
        }
    }
}
