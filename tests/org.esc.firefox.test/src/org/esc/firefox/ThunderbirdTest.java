// SPDX-License-Identifier: EPL-2.0
package org.esc.firefox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.esc.apdu.EscException;
import org.esc.integrate.Effect;
import org.esc.integrate.IntegrateVerb;
import org.esc.integrate.Target;
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

/**
 * An enrolled token in a virtual reader of a real pcscd, its module registered with a real Thunderbird by the verb: the mail program
 * loads the module, sees the token and its certificates, and logs in to it. In order, for the profile goes from hand to hand.
 */
@Tag("firefox")
@Timeout(180)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ThunderbirdTest {

    private static final String PIN = "Sesame12";
    private static final int LOOKS = 100;
    private static final int BETWEEN_LOOKS_MILLIS = 100;

    /** The names of all modules, and the tokens in their slots. */
    private static final String MODULES = """
            return (async () => {
                const found = [];
                for (const m of await Cc["@mozilla.org/security/pkcs11moduledb;1"].getService(Ci.nsIPKCS11ModuleDB).listModules()) {
                    found.push("module " + m.name);
                    // newer ones have them as a property
                    for (const s of m.slots || m.listSlots()) {
                        if (s.tokenName) {
                            found.push("token " + s.tokenName);
                        }
                    }
                }
                return found;
            })();
            """;

    /** The certificates that are neither the program's own nor built in, in base64. */
    private static final String CERTIFICATES = """
            const all = Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).getCerts();
            return all.filter(c => !c.tokenName.startsWith("Builtin")).map(c => c.getBase64DERString());
            """;

    /** Does something with the one token outside. */
    private static final String TOKEN = """
            return (async () => {
                for (const m of await Cc["@mozilla.org/security/pkcs11moduledb;1"].getService(Ci.nsIPKCS11ModuleDB).listModules()) {
                    for (const s of m.slots || m.listSlots()) {
                        if (m.name.startsWith("Enterprise Security Client") && s.tokenName) {
                            const token = s.getToken();
                            %s
                        }
                    }
                }
                return "no token";
            })();
            """;
    /** Asks for the password and logs in; ends without a result while the question is open. */
    private static final String LOGIN = TOKEN.formatted("try { await token.login(true); } catch (e) { } return true;");
    private static final String LOGGED_IN = TOKEN.formatted("return typeof token.isLoggedIn === \"function\" ? token.isLoggedIn() : token.isLoggedIn;");

    @TempDir
    static Path dir;

    private static TokenInReader here;

    @BeforeAll
    static void enrolAndInsert() throws Exception {
        here = TokenInReader.of(dir, Mozilla.thunderbird(), "Thunderbird (package thunderbird)", PIN, "opensc-tool");
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

    private static Effect integrate(boolean remove) throws EscException {
        return new IntegrateVerb().run(new IntegrateVerb.Args(List.of(Target.THUNDERBIRD), List.of(here.profile()), Optional.empty(), remove,
                false), new Person().context()).places().getFirst().effect();
    }

    private static List<String> list(Mozilla program, String script) throws IOException {
        return StreamSupport.stream(program.driver.chrome(script).getAsJsonArray().spliterator(), false).map(e -> e.getAsString()).toList();
    }

    /** The certificates, once the question for the token's password is answered: the script ends without a result while it is open. */
    private static List<String> certificates(Mozilla program) throws Exception {
        for (int i = 0; i < LOOKS; i++) {
            if (program.driver.chrome(CERTIFICATES) instanceof JsonArray) {
                return list(program, CERTIFICATES);
            }
            Thread.sleep(BETWEEN_LOOKS_MILLIS);
        }
        throw new AssertionError("no list of certificates");
    }

    @Test
    @Order(1)
    void registeredItSeesTheTokenAndItsCertificates() throws Exception {
        try (var program = here.start()) {
            assertFalse(list(program, MODULES).toString().contains("Enterprise Security Client"));
            assertEquals(List.of(), list(program, CERTIFICATES));
        }
        assertEquals(Effect.REGISTERED, integrate(false));
        try (var program = here.start()) {
            var modules = list(program, MODULES);
            int ours = modules.indexOf(modules.stream().filter(m -> m.startsWith("module Enterprise Security Client")).findFirst()
                    .orElseThrow(() -> new AssertionError(modules.toString())));
            assertTrue(modules.get(ours + 1).startsWith("token ") && modules.get(ours + 1).contains("Alice"), modules.toString());
            program.driver.chrome(FirefoxTest.RESPONDER, (Object) new String[] {PIN});
            var certificates = certificates(program);
            String asked = program.driver.chrome("return Services.prefs.getStringPref(\"esc.test.prompts\");").getAsString();
            assertTrue(asked.contains("Alice"), asked);
            for (var issued : here.token().tms().ca().list(Optional.of("alice"), 0, 10)) {
                String der = Base64.getEncoder().encodeToString(issued.certificate().getEncoded());
                assertTrue(certificates.contains(der), HexFormat.of().formatHex(issued.certificate().getSerialNumber().toByteArray()));
            }
            assertTrue(certificates.size() >= 2, certificates.size() + " certificates");
            // while it runs, its profile is its own
            assertEquals("profile-in-use", assertThrows(EscException.class, () -> integrate(true)).problem().code());
        }
    }

    @Test
    @Order(2)
    void theTokensPasswordIsCheckedByTheToken() throws Exception {
        for (String password : List.of("Wrong999", PIN)) {
            try (var program = here.start()) {
                program.driver.chrome(FirefoxTest.RESPONDER, (Object) new String[] {password});
                program.driver.chrome(LOGIN);
                // a wrong one is asked for again, and nobody answers then
                int questions = password.equals(PIN) ? 1 : 2;
                List<String> asked = List.of();
                boolean in = false;
                for (int i = 0; i < LOOKS && (asked.size() < questions || in != password.equals(PIN)); i++) {
                    Thread.sleep(BETWEEN_LOOKS_MILLIS);
                    asked = program.driver.chrome("return Services.prefs.getStringPref(\"esc.test.prompts\");").getAsString().lines().toList();
                    in = program.driver.chrome(LOGGED_IN) instanceof JsonPrimitive p && p.isBoolean() && p.getAsBoolean();
                }
                assertEquals(password.equals(PIN), in, password + " " + asked);
                assertEquals(questions, asked.size(), asked.toString());
                assertTrue(asked.getFirst().contains("Alice"), asked.toString());
            }
        }
    }

    @Test
    @Order(3)
    void takenBackItIsGone() throws Exception {
        assertEquals(Effect.REMOVED, integrate(true));
        assertFalse(Files.readString(here.profile().resolve("pkcs11.txt")).contains("Enterprise Security Client"));
        try (var program = here.start()) {
            assertFalse(list(program, MODULES).toString().contains("Enterprise Security Client"));
            assertEquals(List.of(), list(program, CERTIFICATES));
        }
    }
}
