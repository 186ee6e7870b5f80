// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Hex;
import org.esc.globalplatform.CapFile;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Programs;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * GlobalPlatformPro and GPShell manage a software card's content through pcscd. The variables {@code ESC_GP} and {@code ESC_GPSHELL} hold
 * the commands that start them, {@code ESC_CAP} the path of a CAP file with one applet; docs/third-party.md says more.
 */
@Timeout(300)
class OtherManagersTest {

    private static final String FACTORY = "404142434445464748494A4B4C4D4E4F";
    private static final String OTHER = "505152535455565758595A5B5C5D5E5F";

    @TempDir
    static Path folder;

    private static String missing = "";
    private static Optional<Pcscd> pcscd = Optional.empty();
    private static Aid load;
    private static Aid applet;

    @BeforeAll
    static void start() throws Exception {
        String cap = System.getenv("ESC_CAP");
        if (cap == null) {
            missing = "ESC_CAP does not name a CAP file";
            return;
        }
        var content = CapFile.parse(Files.readAllBytes(Path.of(cap)));
        load = content.packageAid();
        applet = content.applets().getFirst();
        try {
            pcscd = Optional.of(Pcscd.start(folder, "opensc-tool"));
        } catch (Pcscd.Unavailable e) {
            missing = e.getMessage();
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (pcscd.isPresent()) {
            pcscd.get().close();
        }
    }

    @BeforeEach
    void need() {
        assumeTrue(missing.isEmpty(), missing);
    }

    /** A program that works with the card, and how it is told which protocol and which key. */
    private record Manager(String command, List<String> options, String keyOption) {

        static Manager of(String variable, String keyOption, String... options) {
            String command = System.getenv(variable);
            assumeTrue(command != null, variable + " does not say how to start the program");
            return new Manager(command, List.of(options), keyOption);
        }

        Programs.Outcome attempt(String key, String... words) throws Exception {
            var all = new ArrayList<>(List.of(command.split(" ")));
            all.addAll(options);
            all.addAll(List.of(keyOption, key));
            all.addAll(List.of(words));
            return Programs.run(all.toArray(String[]::new));
        }

        String good(String key, String... words) throws Exception {
            var o = attempt(key, words);
            assertEquals(0, o.exit(), String.join(" ", words) + ": " + o.text());
            assertTrue(!o.text().contains("failed"), String.join(" ", words) + ": " + o.text());
            return o.text();
        }
    }

    private static SoftCard card(ScpVersion scp) {
        return SoftCard.inMemory(CardSpec.standard().withScp(scp));
    }

    private static List<String> states(SoftCard card) {
        return card.content().applications().stream().map(a -> a.aid() + " " + a.state()).toList();
    }

    /** It computes what i=15, i=55 and SCP01 i=05 say, whatever a card says; for SCP03 it does as the card says. */
    @ParameterizedTest
    @CsvSource({"1, 05, mac", "1, 05, enc", "2, 15, mac", "2, 15, enc", "2, 55, mac", "3, 00, mac", "3, 10, enc", "3, 20, rmac", "3, 30, rmac",
            "3, 60, renc", "3, 70, renc"})
    void globalPlatformPro(int protocol, String i, String mode) throws Exception {
        var gp = Manager.of("ESC_GP", "--key", "--mode", mode);
        String cap = System.getenv("ESC_CAP");
        try (SoftCard card = card(new ScpVersion(protocol, Integer.parseInt(i, 16))); var reader = pcscd.orElseThrow().insertAndWait(card)) {
            gp.good(FACTORY, "--install", cap);
            assertEquals(List.of(load), card.content().loadFiles());
            assertEquals(List.of(applet + " selectable"), states(card));
            String list = gp.good(FACTORY, "--list");
            assertTrue(list.contains("APP: " + applet + " (SELECTABLE)") && list.contains("PKG: " + load + " (LOADED)"), list);
            assertEquals("9000", Hex.of(card.transmit(Hex.parse("00A40400" + Hex.of(applet.length()) + applet))));

            gp.good(FACTORY, "--lock-applet", applet.toString());
            assertEquals(List.of(applet + " locked"), states(card));
            gp.good(FACTORY, "--unlock-applet", applet.toString());
            assertEquals(List.of(applet + " selectable"), states(card));

            for (String step : List.of("--initialize-card", "--secure-card", "--lock-card")) {
                gp.good(FACTORY, step);
            }
            assertEquals("locked", card.content().state());
            assertTrue(gp.good(FACTORY, "--list").contains("(CARD_LOCKED)"));
            gp.good(FACTORY, "--unlock-card");
            assertEquals("secured", card.content().state());

            gp.good(FACTORY, "--lock", OTHER);
            assertTrue(!card.content().factoryKeys());
            gp.good(OTHER, "--lock", FACTORY, "--new-keyver", "1");
            assertTrue(card.content().factoryKeys());
            gp.good(FACTORY, "--lock", OTHER, "--new-keyver", "2");
            assertEquals(List.of(1, 2), card.content().keyVersions());
            gp.good(FACTORY, "--delete-key", "2");
            assertEquals(List.of(1), card.content().keyVersions());

            gp.good(FACTORY, "--delete", applet.toString());
            gp.good(FACTORY, "--uninstall", cap);
            assertEquals(List.of(), card.content().loadFiles());
            assertEquals(0, card.content().failures());
        }
    }

    /** Without an encrypted ICV or implicit initiation its SCP02 signs over an ICV it never set, so those options are not here. */
    @ParameterizedTest
    @CsvSource({"1, 05, mac", "1, 15, mac+enc", "2, 14, mac", "2, 15, mac", "2, 15, mac+enc", "2, 54, mac", "2, 55, mac+enc", "3, 00, mac",
            "3, 10, mac+enc", "3, 20, mac", "3, 30, mac+enc", "3, 60, mac", "3, 70, mac", "3, 70, mac+enc"})
    void gpShell(int protocol, String i, String level) throws Exception {
        var scp = new ScpVersion(protocol, Integer.parseInt(i, 16));
        var shell = protocol == 1 ? Manager.of("ESC_GPSHELL", "--key", "--scp", "1", "--scp-impl", i, "--sec", level)
                : Manager.of("ESC_GPSHELL", "--key", "--sec", level);
        String type = scp.keyType() == KeyType.AES ? "aes" : "3des";
        try (SoftCard card = card(scp); var reader = pcscd.orElseThrow().insertAndWait(card)) {
            shell.good(FACTORY, "install", System.getenv("ESC_CAP"));
            assertEquals(List.of(load), card.content().loadFiles());
            assertEquals(List.of(applet + " selectable"), states(card));
            String list = shell.good(FACTORY, "list-apps");
            assertTrue(list.contains(applet + " lc=selectable") && list.contains(load + " lc=loaded"), list);

            shell.good(FACTORY, "status", "app", "--lc", "locked", applet.toString());
            assertEquals(List.of(applet + " locked"), states(card));
            shell.good(FACTORY, "status", "app", "--lc", "selectable", applet.toString());
            assertEquals(List.of(applet + " selectable"), states(card));

            shell.good(FACTORY, "put-auth", "--type", type, "--kv", "1", "--new-kv", "1", "--key", OTHER);
            assertTrue(!card.content().factoryKeys());
            shell.good(OTHER, "put-auth", "--type", type, "--kv", "1", "--new-kv", "1", "--key", FACTORY);
            assertTrue(card.content().factoryKeys());
            shell.good(FACTORY, "put-auth", "--type", type, "--kv", "0", "--new-kv", "3", "--key", OTHER);
            assertEquals(List.of(1, 3), card.content().keyVersions());
            shell.good(FACTORY, "del-key", "--kv", "3");
            assertEquals(List.of(1), card.content().keyVersions());
            assertTrue(shell.good(FACTORY, "list-keys").contains("kv=0x01:"));

            shell.good(FACTORY, "delete", applet.toString());
            shell.good(FACTORY, "delete", load.toString());
            assertEquals(List.of(), card.content().loadFiles());
            assertEquals(0, card.content().failures());
        }
    }

    /** An INSTALL that is too long for one command is wrapped as a whole and cut (GlobalPlatform 2.3.1 §11.1.5.1). Its SCP02 refuses to. */
    @ParameterizedTest
    @CsvSource({"00, mac", "10, enc", "20, rmac", "70, renc"})
    void aLongInstallOfGlobalPlatformPro(String i, String mode) throws Exception {
        var gp = Manager.of("ESC_GP", "--key", "--mode", mode);
        try (SoftCard card = card(new ScpVersion(3, Integer.parseInt(i, 16))); var reader = pcscd.orElseThrow().insertAndWait(card)) {
            gp.good(FACTORY, "--install", System.getenv("ESC_CAP"), "--params", "C98201B8" + "5A".repeat(440));
            assertEquals(List.of(applet + " selectable"), states(card));
            gp.good(FACTORY, "--delete", applet.toString());
            assertEquals(0, card.content().failures());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 05, mac", "1, 15, mac+enc", "2, 15, mac", "2, 55, mac+enc", "3, 00, mac", "3, 70, mac+enc"})
    void aLongInstallOfGpShell(int protocol, String i, String level) throws Exception {
        var shell = protocol == 1 ? Manager.of("ESC_GPSHELL", "--key", "--scp", "1", "--scp-impl", i, "--sec", level)
                : Manager.of("ESC_GPSHELL", "--key", "--sec", level);
        try (SoftCard card = card(new ScpVersion(protocol, Integer.parseInt(i, 16))); var reader = pcscd.orElseThrow().insertAndWait(card)) {
            // it writes the length of parameters of more than 127 bytes wrongly; a token that the card has no key for is not looked at
            shell.good(FACTORY, "install", "--params", "5A".repeat(100), "--install-token", "A5".repeat(200), System.getenv("ESC_CAP"));
            assertEquals(List.of(applet + " selectable"), states(card));
            shell.good(FACTORY, "delete", applet.toString());
            assertEquals(0, card.content().failures());
        }
    }
}
