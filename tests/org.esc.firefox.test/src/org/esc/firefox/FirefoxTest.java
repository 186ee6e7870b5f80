// SPDX-License-Identifier: EPL-2.0
package org.esc.firefox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.interfaces.RSAPublicKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.esc.apdu.EscException;
import org.esc.integrate.Effect;
import org.esc.integrate.IntegrateVerb;
import org.esc.integrate.ModuleChoice;
import org.esc.integrate.Target;
import org.esc.pcscd.testing.Pkcs11Module;
import org.esc.pcscd.testing.Programs;
import org.esc.securechannel.testing.Person;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A token that the embedded system enrolled, in a virtual reader of a real pcscd, its module registered with a real Firefox by the verb:
 * the browser asks for the token's password and shows its certificate to a server. In order, for the profile goes from hand to hand.
 */
@Tag("firefox")
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FirefoxTest {

    private static final String PIN = "Sesame12";
    private static final int LOOKS = 600;
    private static final int BETWEEN_LOOKS_MILLIS = 100;

    /**
     * Answers the dialogs in which a program of Mozilla's asks for a token's password, with one word after the other, and keeps their words. While such a
     * dialog is open, Firefox answers nothing at its port: so this has to be in place before.
     */
    static final String RESPONDER = """
            const answers = arguments[0];
            Services.prefs.setStringPref("esc.test.prompts", "");
            Services.obs.addObserver({ observe(dialog) {
                const ui = dialog.Dialog && dialog.Dialog.ui;
                if (ui && ui.password1Textbox && !ui.password1Container.hidden) {
                    const before = Services.prefs.getStringPref("esc.test.prompts");
                    Services.prefs.setStringPref("esc.test.prompts", before + ui.infoBody.textContent + "\\n");
                    const answer = answers.shift();
                    ui.password1Textbox.value = answer === undefined ? "" : answer;
                    const button = answer === undefined ? ui.button1 : ui.button0;
                    Services.tm.dispatchToMainThread(() => button.click());
                }
            } }, "common-dialog-loaded");
            """;

    @TempDir
    static Path dir;

    private static TokenInReader here;

    @BeforeAll
    static void enrolAndInsert() throws Exception {
        here = TokenInReader.of(dir, Mozilla.firefox(), "Firefox (package firefox-esr)", PIN, "opensc-tool", "certutil");
        if (here.isComplete()) {
            Path authority = Files.write(dir.resolve("authority.der"), here.token().tms().ca().certificate().getEncoded());
            var trusted = Programs.run("certutil", "-A", "-d", "sql:" + here.profile(), "-n", "authority", "-t", "CT,C,C", "-i", authority.toString());
            assertEquals(0, trusted.exit(), trusted.text());
        }
    }

    @BeforeEach
    void need() {
        here.need();
    }

    @AfterAll
    static void takeOut() throws Exception {
        if (here != null) {
            here.close();
        }
    }

    private static IntegrateVerb.Result integrate(Optional<Path> module, boolean remove) throws EscException {
        return new IntegrateVerb().run(new IntegrateVerb.Args(List.of(Target.FIREFOX), List.of(here.profile()), module, remove, false),
                new Person().context());
    }

    private static Effect effect(IntegrateVerb.Result r) {
        return r.places().getFirst().effect();
    }

    @Test
    @Order(1)
    void theModuleThatCanIsChosenByWhatItSaysOfTheToken() throws Exception {
        var result = integrate(Optional.empty(), false);
        assertEquals(Effect.REGISTERED, effect(result));
        ModuleChoice choice = result.module().orElseThrow();
        assertTrue(choice.fromToken() && choice.tls12() && choice.tls13(), choice.toString());
        assertTrue(choice.library().toString().contains("opensc-pkcs11"), choice.toString());
        var coolkey = Pkcs11Module.find("libcoolkeypk11.so");
        assumeTrue(coolkey.isPresent(), "libcoolkeypk11.so is not installed");
        var other = choice.others().stream().filter(o -> o.library().equals(coolkey.get().library())).findFirst().orElseThrow();
        assertTrue(other.reason().contains("sees the token") && other.reason().contains("not with RSA-PSS"), other.reason());
    }

    @ParameterizedTest
    @Order(2)
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void firefoxShowsTheTokensCertificateOnceItsPasswordIsGiven(String protocol) throws Exception {
        integrate(Optional.empty(), false);
        try (var site = site(protocol); var firefox = visit(site, PIN)) {
            var visit = site.visits().poll(60, TimeUnit.SECONDS);
            assertTrue(visit != null, "nobody came in: " + site.complaint());
            assertEquals(protocol, visit.protocol());
            var issued = here.token().tms().ca().list(Optional.of("alice"), 0, 10).stream().map(c -> c.certificate()).toList();
            assertTrue(issued.contains(visit.certificate()), visit.certificate().toString());
            assertEquals(2048, ((RSAPublicKey) visit.certificate().getPublicKey()).getModulus().bitLength());
            assertEquals("Welcome", title(firefox));
            var prompts = prompts(firefox);
            assertEquals(1, prompts.size(), prompts.toString());
            assertTrue(prompts.getFirst().contains("Alice Example"), prompts.toString());
            // while it runs, its profile is its own
            assertEquals("profile-in-use", assertThrows(EscException.class, () -> integrate(Optional.empty(), true)).problem().code());
        }
    }

    @Test
    @Order(3)
    void aWrongPasswordLetsNobodyInAndIsAskedForAgain() throws Exception {
        try (var site = site("TLSv1.3"); var firefox = visit(site, "Wrong999", PIN)) {
            assertTrue(site.visits().poll(60, TimeUnit.SECONDS) != null, site.complaint());
            assertEquals(2, prompts(firefox).size());
        }
        try (var site = site("TLSv1.3"); var firefox = visit(site, "Wrong999")) {
            // the second question is refused; a browser that then tries another connection asks once more
            assertTrue(site.visits().poll(15, TimeUnit.SECONDS) == null);
            assertTrue(prompts(firefox).size() >= 2, prompts(firefox).toString());
        }
    }

    /** Why the other module is not chosen: with it there is no TLS 1.3. */
    @Test
    @Order(4)
    void theCoolKeyModuleServesTls12Only() throws Exception {
        var coolkey = Pkcs11Module.find("libcoolkeypk11.so");
        assumeTrue(coolkey.isPresent(), "libcoolkeypk11.so is not installed");
        var result = integrate(Optional.of(coolkey.get().library()), false);
        assertEquals(Effect.REPLACED, effect(result));
        assertTrue(result.module().orElseThrow().tls12() && !result.module().orElseThrow().tls13(), result.toString());
        try (var site = site("TLSv1.2"); var _ = visit(site, PIN)) {
            assertTrue(site.visits().poll(60, TimeUnit.SECONDS) != null, site.complaint());
        }
        try (var site = site("TLSv1.3"); var _ = visit(site, PIN)) {
            assertTrue(site.visits().poll(15, TimeUnit.SECONDS) == null);
            assertFalse(site.complaint().isEmpty());
        }
    }

    @Test
    @Order(5)
    void takenBackItIsGone() throws Exception {
        assertEquals(Effect.REMOVED, effect(integrate(Optional.empty(), true)));
        assertFalse(Files.readString(here.profile().resolve("pkcs11.txt")).contains("Enterprise Security Client"));
        try (var site = site("TLSv1.3"); var firefox = visit(site, PIN)) {
            assertTrue(site.visits().poll(15, TimeUnit.SECONDS) == null);
            assertEquals(List.of(), prompts(firefox));
        }
    }

    private static AskingServer site(String protocol) throws Exception {
        return new AskingServer(here.token().tms().ca().tlsIdentity(List.of("localhost")), here.token().tms().ca().certificate(), protocol);
    }

    /** Firefox on its way to a page, with a person before it who answers questions for the token's password in this order. */
    private static Mozilla visit(AskingServer site, String... passwords) throws Exception {
        var firefox = here.start();
        try {
            firefox.driver.chrome(RESPONDER, (Object) passwords);
            firefox.driver.command("WebDriver:Navigate", Map.of("url", site.url()));
        } catch (IOException e) {
            firefox.close();
            throw e;
        }
        return firefox;
    }

    /** What the questions for the password said, one each. */
    private static List<String> prompts(Mozilla firefox) throws IOException {
        return firefox.driver.chrome("return Services.prefs.getStringPref(\"esc.test.prompts\");").getAsString().lines().toList();
    }

    private static String title(Mozilla firefox) throws Exception {
        String title = "";
        for (int i = 0; i < LOOKS && !title.equals("Welcome"); i++) {
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
            title = firefox.driver.command("WebDriver:GetTitle", Map.of()).getAsJsonObject().get("value").getAsString();
        }
        return title;
    }
}
