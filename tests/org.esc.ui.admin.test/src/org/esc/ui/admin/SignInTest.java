// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AuthProvider;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.security.auth.callback.PasswordCallback;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Shell;
import org.esc.apdu.EscException;
import org.esc.card.CardFiles;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.command.Cancel;
import org.esc.securechannel.testing.Person;
import org.esc.securechannel.testing.PullableCard;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.ca.CertificateKind;
import org.esc.tms.ca.CertificateRequest;
import org.esc.tms.db.TokenQuery;
import org.esc.tms.users.Role;
import org.esc.tps.Operation;
import org.esc.tps.admin.TokenStatus;
import org.esc.tps.client.TpsClient;
import org.esc.tps.client.TpsRequest;
import org.esc.tps.client.Trust;
import org.esc.ui.Services;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An administrator signs in with each means there is, and with each that fails. */
class SignInTest {

    private static final String ENTRY = "tildas";
    private static final String READER = "Tilda's reader";
    private static final String PIN = "Tilda123";

    @TempDir
    private Path folder;
    private AdminDesk desk;
    private SoftReaders soft;

    @BeforeEach
    void open() throws EscException {
        desk = AdminDesk.open(folder);
        desk.user("tilda", Role.ADMINISTRATOR, Role.AGENT);
        soft = (SoftReaders) Services.find(CardFiles.class).orElseThrow();
        soft.unplugAll();
        AdminDesk.add(desk.entry(ENTRY, Optional.empty(), Optional.empty()));
    }

    @AfterEach
    void close() {
        desk.close();
        soft.unplugAll();
    }

    private static Server tildas() {
        return AdminPlugin.servers().find(ENTRY).orElseThrow();
    }

    private static void choose(Shell in, String how) {
        Combo c = Ui.combo(in, "Sign in");
        c.select(c.indexOf(how));
        Ui.settle();
    }

    /** It is said in words, and what was entered stays. */
    private static void untilTold(Shell in, String words) {
        Ui.until("it is told: " + words, () -> Ui.texts(in).contains(words) && Ui.button(in, "Sign In").isEnabled());
        assertFalse(Ui.texts(in).contains("Exception"), Ui.texts(in));
        assertEquals(List.of(), Access.dialogComplaints(in));
        assertEquals(Server.State.SIGNED_OUT, tildas().state());
    }

    /** A question over the dialog, which is answered. */
    private static Shell asked(String title) {
        Shell question = AdminDesk.dialog(title);
        Ui.settle();
        assertEquals(List.of(), Access.dialogComplaints(question));
        return question;
    }

    private static void pin(String title, String pin) {
        Shell question = asked(title);
        Ui.type(question, "CLIENT_PIN", pin);
        Ui.press(question, "OK");
        AdminDesk.untilClosed(question);
    }

    private static void untilIn(Shell in) {
        AdminDesk.untilClosed(in);
        assertEquals(Server.State.SIGNED_IN, tildas().state(), tildas().words());
        assertEquals("tilda", tildas().account().orElseThrow().id());
        assertTrue(tildas().words().contains("Administrators"), tildas().words());
    }

    @Test
    void withAUserAndAPassword() {
        Shell in = AdminDesk.signInDialog(ENTRY);
        Ui.settle();
        assertEquals(List.of(), Access.dialogComplaints(in));
        assertFalse(Ui.combo(in, "Reader of the token").isEnabled(), "what is not needed cannot be entered");
        Ui.screenshot(in, "admin-sign-in-password");
        Ui.type(in, "password", "wrong");
        Ui.settle();
        assertTrue(Ui.texts(in).contains("Enter your user name."), Ui.texts(in));
        Ui.type(in, "user", "tilda");
        Ui.press(in, "Sign In");
        untilTold(in, "The server does not accept this password for the user tilda.");
        Ui.screenshot(in, "admin-sign-in-wrong-password");
        Ui.type(in, "password", AdminDesk.PASSWORD);
        Ui.press(in, "Sign In");
        untilIn(in);
    }

    /** Puts the card into the reader; pulled, it can be put in again. */
    private void plug(SoftCard card) {
        soft.plug(READER, new PullableCard(card));
    }

    private SoftCard enrolled() throws EscException {
        var card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
        plug(card);
        try (var session = Services.find(Readers.class).orElseThrow().connect(READER, Origin.verb("test"))) {
            Services.find(TpsClient.class).orElseThrow().run(TpsRequest.of(Operation.ENROLL, desk.server().secureTps()).trust(Trust.with(desk.tms.caFile()))
                    .tokenType("userKey").user("tilda"), session, Person.user("tilda", AdminDesk.PASSWORD, PIN).context());
        }
        for (var c : desk.tms.ca().list(Optional.of("tilda"), 0, 10)) {
            if (c.kind() == CertificateKind.USER_SIGNING) {
                desk.tms.administrators().add("tilda", c.serial());
            }
        }
        return card;
    }

    @Test
    void withTheCertificateOnATokenInAReader() throws EscException {
        SoftCard card = enrolled();
        Shell in = AdminDesk.signInDialog(ENTRY);
        choose(in, "With the certificate on a token in a reader");
        assertEquals(READER, Ui.combo(in, "Reader of the token").getText(), "the only one with a card");
        Ui.combo(in, "Reader of the token").setText("nowhere");
        Ui.press(in, "Sign In");
        untilTold(in, "nowhere");
        Ui.combo(in, "Reader of the token").setText(READER);
        Ui.press(in, "Sign In");
        Shell question = asked("Sign in with the token");
        assertTrue(Ui.texts(question).contains(READER), Ui.texts(question));
        Ui.screenshot(question, "admin-sign-in-pin");
        Ui.press(question, "Cancel");
        AdminDesk.untilClosed(question);
        Ui.until("nothing has happened", () -> Ui.button(in, "Sign In").isEnabled());
        assertEquals(Server.State.SIGNED_OUT, tildas().state());

        Ui.press(in, "Sign In");
        pin("Sign in with the token", "Wrong123");
        pin("Sign in with the token", "Wrong124");
        pin("Sign in with the token", "Wrong125");
        untilTold(in, "The token did not accept the password");
        Ui.screenshot(in, "admin-sign-in-wrong-pin");

        // pulled while the PIN is typed
        Ui.press(in, "Sign In");
        Shell late = asked("Sign in with the token");
        soft.unplugAll();
        Ui.type(late, "CLIENT_PIN", PIN);
        Ui.press(late, "OK");
        AdminDesk.untilClosed(late);
        untilTold(in, READER);
        Ui.screenshot(in, "admin-sign-in-pulled");

        plug(card);
        Ui.press(in, "Sign In");
        pin("Sign in with the token", "Wrong123");
        pin("Sign in with the token", PIN);
        untilIn(in);
        TokensView tokens = AdminDesk.open(tildas(), Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(tokens.table());
        assertEquals(1, tokens.table().table().getItemCount());

        // pulled while signed in: the next connection cannot be made
        soft.unplugAll();
        desk.kill();
        desk.revive();
        tokens.refresh();
        AdminDesk.untilPressable("Try Again");
        assertTrue(Ui.texts(Ui.window()).contains(READER), Ui.texts(Ui.window()));
        assertFalse(Ui.texts(Ui.window()).contains("Exception"), Ui.texts(Ui.window()));
        Ui.screenshot(Ui.window(), "admin-token-pulled");
        plug(card);
        Ui.press(Ui.window(), "Try Again");
        Ui.until("all is shown again", () -> tokens.table().quiet() && tokens.table().table().isVisible() && tokens.table().table().getItemCount() == 1);
    }

    @Test
    void aCertificateOnHoldIsNoWayIn() throws EscException {
        enrolled();
        desk.signIn();
        var admin = AdminPlugin.servers().find(AdminDesk.NAME).orElseThrow().admin().orElseThrow();
        String id = desk.tms.tokens().list(TokenQuery.ALL).getFirst().cuid().toString();
        admin.tokens().changeStatus(id, TokenStatus.SUSPENDED, new Cancel());
        Shell in = AdminDesk.signInDialog(ENTRY);
        choose(in, "With the certificate on a token in a reader");
        Ui.press(in, "Sign In");
        pin("Sign in with the token", PIN);
        untilTold(in, "You may not sign in.");
        Ui.screenshot(in, "admin-sign-in-on-hold");
        admin.tokens().changeStatus(id, TokenStatus.ACTIVE, new Cancel());
        Ui.press(in, "Sign In");
        pin("Sign in with the token", PIN);
        untilIn(in);
    }

    @Test
    void withTheCertificateOfAPkcs11Module() throws Exception {
        Optional<Path> module = Stream.of("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so",
                "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so").map(Path::of).filter(Files::exists).findFirst();
        assumeTrue(module.isPresent(), "SoftHSM is not installed: package softhsm2");
        token(module.get());
        Shell in = AdminDesk.signInDialog(ENTRY);
        choose(in, "With the certificate of a PKCS#11 module");
        assertTrue(Ui.texts(in).contains("Choose the PKCS#11 module."), Ui.texts(in));
        Ui.type(in, "module", folder.resolve("nothing.so").toString());
        Ui.press(in, "Sign In");
        untilTold(in, "There is no PKCS#11 module");
        Ui.type(in, "module", Files.writeString(folder.resolve("text.so"), "no library").toString());
        Ui.press(in, "Sign In");
        untilTold(in, "text.so");
        Ui.screenshot(in, "admin-sign-in-no-module");
        Ui.type(in, "module", module.get() + ":people");
        Ui.press(in, "Sign In");
        for (int i = 0; i < 3; i++) {
            pin("PIN of the token", "0000");
        }
        untilTold(in, "did not accept the PIN");
        Ui.press(in, "Sign In");
        pin("PIN of the token", "0000");
        pin("PIN of the token", "4321");
        untilIn(in);
        TokensView tokens = AdminDesk.open(tildas(), Kind.TOKENS, TokensView.class);
        AdminDesk.quiet(tokens.table());
        assertEquals("No tokens", tokens.table().status());
        tildas().signOut();
        Ui.until("nothing is left of it", () -> Stream.of(Security.getProviders()).noneMatch(p -> p.getName().contains("EscClient")));
    }

    /** Makes a token with a key and a certificate of Tilda's, as her tools would. */
    private void token(Path module) throws Exception {
        Path conf = folder.resolve("softhsm2.conf");
        Files.createDirectories(folder.resolve("hsm"));
        Files.writeString(conf, "directories.tokendir = " + folder.resolve("hsm") + "\nobjectstore.backend = file\nlog.level = ERROR\n");
        var tool = new ProcessBuilder("softhsm2-util", "--init-token", "--free", "--label", "people", "--so-pin", "so-pin-123", "--pin", "4321")
                .redirectErrorStream(true).redirectOutput(folder.resolve("tool.log").toFile());
        tool.environment().put("SOFTHSM2_CONF", conf.toString());
        var run = tool.start();
        assertTrue(run.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, run.exitValue(), Files.readString(folder.resolve("tool.log")));
        // the library reads the environment of this process when it is loaded
        try (Arena a = Arena.ofConfined()) {
            var linker = Linker.nativeLinker();
            var setenv = linker.downcallHandle(linker.defaultLookup().find("setenv").orElseThrow(), FunctionDescriptor.of(ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
            assertEquals(0, (int) setenv.invokeWithArguments(a.allocateFrom("SOFTHSM2_CONF"), a.allocateFrom(conf.toString()), 1));
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var keys = generator.generateKeyPair();
        var issued = desk.tms.ca().issue(new CertificateRequest(keys.getPublic(), CertificateKind.ADMINISTRATOR, "tilda", "tilda", Optional.empty(), List.of(),
                Duration.ofDays(1))).certificate();
        var provider = (AuthProvider) Security.getProvider("SunPKCS11").configure("--name = Fill\nlibrary = " + module + "\nslotListIndex = 0\n");
        provider.login(null, callbacks -> ((PasswordCallback) callbacks[0]).setPassword("4321".toCharArray()));
        var store = KeyStore.getInstance("PKCS11", provider);
        store.load(null, null);
        store.setKeyEntry("tilda", keys.getPrivate(), null, new X509Certificate[] {issued, desk.tms.ca().certificate()});
        provider.logout();
    }
}
