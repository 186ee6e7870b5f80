// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.command.Context;
import org.esc.command.Verb;
import org.esc.securechannel.testing.Person;
import org.esc.tps.client.UserSettings.Source;
import org.esc.tps.client.settings.FormerPreferences;
import org.esc.tps.client.settings.ManagedSettings;
import org.esc.tps.client.settings.Setting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsVerbsTest {

    @TempDir
    Path dir;
    private Path file;
    private Path managed;
    private UserSettings settings;
    private PhoneHome home;

    @BeforeEach
    void open() {
        file = dir.resolve("client.properties");
        managed = dir.resolve("managed.properties");
        settings = new UserSettings(file, managed, Map.of("ESC_SET_OPEN_PAGE", "no", "OTHER", "x"));
        home = new PhoneHome(dir.resolve("issuers"));
    }

    @AfterEach
    void close() {
        UserSettings.forThisRun("tps", "");
    }

    private <A extends Record, R extends Record> R run(Verb<A, R> verb, A args) throws EscException {
        R result = verb.run(args, Context.of(new Person()));
        var text = new StringWriter();
        verb.print(result, new PrintWriter(text, true));
        assertFalse(text.toString().isBlank());
        agrees = verb.agrees(result);
        return result;
    }

    private boolean agrees;

    private SettingsVerbs.Row get(String key) throws EscException {
        return run(new SettingsVerbs.GetVerb(settings), new SettingsVerbs.Key(key));
    }

    private void set(String key, String value) throws EscException {
        run(new SettingsVerbs.SetVerb(settings), new SettingsVerbs.SetVerb.Args(key, value));
    }

    @Test
    void saysWhereEachValueComesFrom() throws Exception {
        Files.writeString(managed, """
                # for everybody
                tps = https://everybody.example.com/tps/tps
                locked.hide-format = yes
                message-timeout=300
                """);
        set("message-timeout", "60");
        assertEquals(Source.DEFAULT, get("revocation").source());
        assertEquals("soft", get("revocation").value());
        assertEquals(Source.MANAGED, get("tps").source());
        assertEquals(Source.LOCKED, get("hide-format").source());
        assertEquals("true", get("hide-format").value());
        assertTrue(settings.on("hide-format"));
        assertEquals(Source.USER, get("message-timeout").source());
        assertEquals(60, settings.number("message-timeout"));
        assertEquals(Source.ENVIRONMENT, get("open-page").source());
        assertFalse(settings.on("open-page"));
        set("tps", "https://mine.example.com/tps/tps");
        assertEquals("https://mine.example.com/tps/tps", settings.get("tps").orElseThrow());
        UserSettings.forThisRun("tps", "https://now.example.com/tps/tps");
        assertEquals(Source.OPTION, get("tps").source());
        UserSettings.forThisRun("tps", "");
        run(new SettingsVerbs.UnsetVerb(settings), new SettingsVerbs.Key("tps"));
        assertEquals(Source.MANAGED, get("tps").source());
        var list = run(new SettingsVerbs.ListVerb(settings), new SettingsVerbs.ListVerb.Args());
        assertTrue(agrees);
        assertEquals(Setting.ALL.size(), list.settings().size());
        assertEquals(List.of(), list.problems());
    }

    @Test
    void whatIsLockedStays() throws Exception {
        Files.writeString(file, "tps=http://old.example.com/\n");
        Files.writeString(managed, "locked.tps = https://fixed.example.com/tps/tps\nlocked.client-p12 =\n");
        assertEquals("https://fixed.example.com/tps/tps", settings.get("tps").orElseThrow());
        UserSettings.forThisRun("tps", "https://now.example.com/");
        assertEquals(Source.LOCKED, get("tps").source());
        var e = assertThrows(EscException.class, () -> set("tps", "https://mine.example.com/"));
        assertEquals("locked", e.problem().code());
        assertTrue(e.problem().advice().contains("managed.properties"));
        assertThrows(EscException.class, () -> settings.set(Map.of("tps", "", "hide-format", "true")));
        assertFalse(Files.readString(file).contains("hide-format"), "all or nothing");
        settings.allow("tps", "--tps", "https://fixed.example.com/tps/tps");
        e = assertThrows(EscException.class, () -> settings.allow("tps", "--tps", "https://other.example.com/"));
        assertEquals("locked", e.problem().code());
        assertTrue(settings.locked("tps").orElseThrow().contains("administrator"));
        assertEquals(Optional.empty(), settings.get("client-p12"), "fixed to none");
    }

    @Test
    void whatTheOfficersDeskKeptInAFileOfItsOwnIsTakenOver() throws Exception {
        Path own = Files.writeString(dir.resolve("officer.properties"), """
                tps=https\\://desk.example.com\\:8443/tps/tps
                ca=/etc/esc/desk.pem
                directory.base=dc\\=example,dc\\=org
                profile.set-home=ourKey
                ignored-readers=First reader\\n Second reader
                officer-reader=My reader
                colour=red
                """);
        Files.writeString(file, "tps=https://client.example.com/tps/tps\nofficer-url=https://original.example.com/cgi-bin/so/welcome.cgi\n");
        Files.writeString(managed, "locked.officer-ca = /etc/esc/fixed.pem\nofficer-directory-base = dc=everybody\nofficer-directory-uid = cn\n");
        assertEquals("https://desk.example.com:8443/tps/tps", get("officer-url").value(), "what the desk really used");
        assertEquals(Source.USER, get("officer-url").source());
        assertEquals("https://client.example.com/tps/tps", get("tps").value());
        assertEquals("/etc/esc/fixed.pem", get("officer-ca").value());
        assertEquals("dc=example,dc=org", get("officer-directory-base").value());
        assertEquals("cn", get("officer-directory-uid").value());
        assertEquals("First reader; Second reader", get("officer-ignored-readers").value());
        assertEquals("My reader", get("officer-reader").value());
        assertTrue(Files.exists(own), "who only reads changes nothing");
        run(new SettingsVerbs.UnsetVerb(settings), new SettingsVerbs.Key("officer-directory-base"));
        assertFalse(Files.exists(own));
        assertEquals("dc=everybody", get("officer-directory-base").value(), "it does not come back");
        assertEquals("ourKey", get("officer-profile-set-home").value());
        assertFalse(Files.readString(file).contains("colour"));
    }

    @Test
    void aBadManagedFileIsReportedByLineAndTheRestHolds() throws Exception {
        Files.writeString(managed, "\uFEFFtps = https://everybody.example.com/\nnonsense\ncolour = red\nmessage-timeout = soon\n\nlocked.hide-format = maybe\n"
                + "tps = https://again.example.com/\n");
        var list = run(new SettingsVerbs.ListVerb(settings), new SettingsVerbs.ListVerb.Args());
        assertFalse(agrees, "exit code 1");
        assertEquals(5, list.problems().size(), list.problems().toString());
        for (int i = 0; i < 5; i++) {
            assertTrue(list.problems().get(i).contains(", line " + List.of(2, 3, 4, 6, 7).get(i) + ": "), list.problems().get(i));
        }
        assertEquals("https://everybody.example.com/", settings.get("tps").orElseThrow());
        assertEquals(120, settings.number("message-timeout"));
        Files.write(managed, new byte[] {(byte) 0xFF, (byte) 0xFE, 0, 1});
        assertTrue(settings.managed().problems().getFirst().contains("no UTF-8"));
        Files.delete(managed);
        Files.createDirectory(managed);
        assertTrue(settings.managed().problems().getFirst().contains("cannot be read"));
        assertEquals(120, settings.number("message-timeout"));
    }

    @Test
    void valuesThatMakeNoSenseAreRefused() throws Exception {
        for (String[] bad : new String[][] {{"tps", "nonsense"}, {"tps", "ftp://x/"}, {"tps", "https://a:b@x/"}, {"message-timeout", "0"},
                {"message-timeout", "x"}, {"hide-format", "perhaps"}, {"revocation", "medium"}, {"ca", "a\nb"}}) {
            assertEquals("bad-setting", assertThrows(EscException.class, () -> set(bad[0], bad[1])).problem().code(), bad[0] + bad[1]);
        }
        assertEquals("no-setting", assertThrows(EscException.class, () -> set("colour", "red")).problem().code());
        assertEquals("no-setting", assertThrows(EscException.class, () -> get("colour")).problem().code());
        assertFalse(Files.exists(file));
        set("revocation", "HARD");
        set("hide-format", "Yes");
        assertEquals("hard", settings.get("revocation").orElseThrow());
        assertEquals("true", settings.get("hide-format").orElseThrow());
        assertFalse(assertThrows(EscException.class, () -> set("proxy", "http://jo:Secret.123@h:1")).getMessage().contains("Secret.123"));
        Files.writeString(file, "proxy=http://jo:Secret.123@h:1\n");
        assertFalse(run(new SettingsVerbs.ListVerb(settings), new SettingsVerbs.ListVerb.Args()).toString().contains("Secret.123"));
        // somebody edited the file: it is said, and the list still works
        Files.writeString(file, "message-timeout=soon\n");
        assertEquals("bad-setting", assertThrows(EscException.class, () -> settings.number("message-timeout")).problem().code());
        assertEquals(1, run(new SettingsVerbs.ListVerb(settings), new SettingsVerbs.ListVerb.Args()).problems().size());
    }

    @Test
    void theManagedFileHasAPlaceOnEachSystem() {
        assertEquals(Path.of("/etc/esc/settings.properties"), ManagedSettings.place(Map.of(), "Linux"));
        assertEquals(Path.of("/x"), ManagedSettings.place(Map.of("ESC_MANAGED_SETTINGS", "/x"), "Linux"));
        assertTrue(ManagedSettings.place(Map.of("ProgramData", "D:"), "Windows 11").startsWith("D:"));
        assertTrue(ManagedSettings.place(Map.of(), "Mac OS X").startsWith("/Library"));
    }

    private static final String PREFS = """
            # Mozilla User Preferences
            /* Do not edit this file.
             * user_pref("esc.tps.url", "http://in.a.comment/"); */
            pref("esc.tps.message.timeout","90");
            pref("esc.windows.do.capi","yes"); pref("esc.hide.format","yes");
            //Sample Security Officer URL
            //pref("esc.security.url","http://commented.out/");
            user_pref('esc.global.phone.home.url', 'http://x.example.com:7888/cgi-bin/home/index.cgi');
            lockPref("esc.tps.url", "https://tps.example.com:8443/nk_service");
            user_pref("esc.ignore.token.browser.url", "yes");
            user_pref("esc.global.alt.nss.db", "/etc/pki/nssdb");
            user_pref("esc.enroll.ui.url", "not an address");
            user_pref("esc.token.browser.established", true);
            user_pref("esc.secure.url.0", "http://x/");
            user_pref("signed.applets.codebase_principal_support",true);
            user_pref("browser.cache.disk.capacity", 51200);
            user_pref("keyIssuerUrl-40906145C76224192D2B", "http://x.example.com:7888/cgi-bin/home/index.cgi");
            user_pref("keyIssuer-40906145c76224192d2b", "Fedora \\"Project\\" \\u00e4");
            user_pref("Operation-40906145C76224192D2B", "https://x.example.com/nk_service");
            user_pref("UI-40906145C76224192D2B", "http://x.example.com/enroll");
            user_pref("EnrolledTokenBrowserURL-40906145C76224192D2B", "http://www.example.com");
            user_pref("TokenType-40906145C76224192D2B", "userKey");
            user_pref("Operation-40906145C76224190000", "https://x.example.com/nk_service");
            user_pref("esc.key.40906145C76224191111.tps.url", "https://old.example.com/nk_service");
            user_pref("esc.key.40906145C76224191111.phone.home.url", "https://old.example.com/home");
            user_pref("unfinished", "text
            var x = 5;
            user_pref(broken);
            user_pref("esc.factory.mode", "no")
            """;

    @Test
    void takesOverThePreferencesOfTheOriginalClient() throws Exception {
        Path prefs = Files.writeString(dir.resolve("prefs.js"), PREFS);
        set("phone-home", "http://mine.example.com/");
        Files.writeString(managed, "locked.hide-format = false\n");
        var verb = new SettingsVerbs.ImportVerb(settings, home);
        var dry = run(verb, new SettingsVerbs.ImportVerb.Args(Optional.of(prefs), false, true));
        assertEquals(120, settings.number("message-timeout"), "nothing is saved in a dry run");
        var r = run(verb, new SettingsVerbs.ImportVerb.Args(Optional.of(prefs), false, false));
        assertEquals(dry.preferences(), r.preferences());
        var by = r.preferences().stream().collect(Collectors.toMap(SettingsVerbs.ImportVerb.Line::preference, l -> l));
        assertEquals(SettingsVerbs.ImportVerb.Outcome.TAKEN, by.get("esc.tps.message.timeout").outcome());
        assertEquals(4, by.get("esc.tps.message.timeout").line());
        assertEquals(90, settings.number("message-timeout"));
        assertEquals(SettingsVerbs.ImportVerb.Outcome.LOCKED, by.get("esc.hide.format").outcome());
        assertEquals(SettingsVerbs.ImportVerb.Outcome.REPLACED, by.get("esc.windows.do.capi").outcome());
        assertEquals(SettingsVerbs.ImportVerb.Outcome.KEPT, by.get("esc.global.phone.home.url").outcome());
        assertEquals("http://mine.example.com/", settings.get("phone-home").orElseThrow());
        assertEquals("https://tps.example.com:8443/nk_service", settings.get("tps").orElseThrow());
        assertTrue(by.get("esc.tps.url").note().contains("locked.tps = "));
        assertEquals(SettingsVerbs.ImportVerb.Outcome.TAKEN, by.get("esc.ignore.token.browser.url").outcome());
        assertTrue(Files.readString(file).contains("open-page=false"));
        assertEquals("/etc/pki/nssdb", settings.get("trust-nss").orElseThrow());
        assertEquals(SettingsVerbs.ImportVerb.Outcome.WRONG, by.get("esc.enroll.ui.url").outcome());
        assertEquals(SettingsVerbs.ImportVerb.Outcome.REPLACED, by.get("esc.secure.url.0").outcome());
        assertEquals(SettingsVerbs.ImportVerb.Outcome.FOREIGN, by.get("browser.cache.disk.capacity").outcome());
        assertFalse(by.containsKey("esc.security.url"), "commented out");
        assertTrue(by.get("esc.factory.mode").outcome() == SettingsVerbs.ImportVerb.Outcome.REPLACED, "the last one, without a semicolon");
        assertEquals(3, r.problems().size(), r.problems().toString());
        assertTrue(r.problems().getFirst().startsWith("Line 26:"), r.problems().toString());

        var known = home.cached(Cuid.of("40906145C76224192D2B"), URI.create("http://x.example.com:7888/cgi-bin/home/index.cgi")).orElseThrow();
        assertEquals("Fedora \"Project\" ä", known.issuer());
        assertEquals(URI.create("https://x.example.com/nk_service"), known.operation());
        assertEquals(Optional.of("userKey"), known.tokenType());
        assertEquals(Optional.of(URI.create("http://www.example.com")), known.welcome());
        assertTrue(home.cached(Cuid.of("40906145C76224191111"), URI.create("https://old.example.com/home")).isPresent());
        assertEquals(SettingsVerbs.ImportVerb.Outcome.WRONG, by.get("Operation-40906145C76224190000").outcome());

        run(verb, new SettingsVerbs.ImportVerb.Args(Optional.of(prefs), true, false));
        assertEquals("http://x.example.com:7888/cgi-bin/home/index.cgi", settings.get("phone-home").orElseThrow());
        for (Path bad : List.of(dir.resolve("missing.js"), dir)) {
            assertEquals("file-unreadable", assertThrows(EscException.class,
                    () -> run(verb, new SettingsVerbs.ImportVerb.Args(Optional.of(bad), false, false))).problem().code());
        }
    }

    @Test
    void aFileWithoutPreferencesIsRefused() throws Exception {
        Path garbage = Files.write(dir.resolve("garbage.js"), new byte[] {(byte) 0x80, 7, 'x', '\n', (byte) 0xFF, '('});
        var verb = new SettingsVerbs.ImportVerb(settings, home);
        assertEquals("no-preferences", assertThrows(EscException.class, () -> run(verb, new SettingsVerbs.ImportVerb.Args(Optional.of(garbage), false, false)))
                .problem().code());
    }

    @Test
    void anyBytesAreReadToTheirEnd() {
        assertEquals(1, FormerPreferences.parse("\uFEFFpref(\"a\", -5)").all().size());
        for (String odd : List.of("", "/*", "//", "pref", "pref(", "pref(\"", "pref(\"a\\", "pref(\"a\\x4", "pref(\"a\",", "pref(\"a\",1", "))))", "\u0000\u0001",
                "pref(\"a\", 1.5);", "pref(1,2);")) {
            assertEquals(List.of(), FormerPreferences.parse(odd).all(), odd);
        }
        var random = new java.util.Random(5);
        for (int i = 0; i < 300; i++) {
            var s = new StringBuilder(PREFS);
            for (int n = 0; n < 20; n++) {
                s.setCharAt(random.nextInt(s.length()), (char) random.nextInt(256));
            }
            FormerPreferences.parse(s.toString());
        }
        assertEquals(20, FormerPreferences.parse("x\n".repeat(1000)).problems().size());
        var many = new StringBuilder();
        for (int i = 0; i < 100_000; i++) {
            many.append("pref(\"a").append(i).append("\",1);\n");
        }
        assertEquals(100_000, FormerPreferences.parse(many.toString()).all().getLast().line(), "as long as a file may be");
    }

    /** Every preference of the original client, by its inventory, is a setting or has an answer. */
    @Test
    void everyPreferenceOfTheOriginalClientHasAPlace() throws Exception {
        var names = List.of("esc.tps.message.timeout", "esc.windows.do.capi", "esc.hide.format", "esc.security.url", "esc.disable.password.prompt",
                "esc.global.phone.home.url", "esc.tps.url", "esc.enroll.ui.url", "esc.ignore.token.browser.url", "esc.token.browser.established",
                "esc.ignore.key.issuer.info", "esc.factory.mode", "esc.face.to.face.mode", "esc.secure.url.3", "esc.global.alt.nss.db",
                "signed.applets.codebase_principal_support", "capability.principal.codebase.p0.granted");
        String all = names.stream().map(n -> "user_pref(\"" + n + "\", \"" + (n.endsWith("timeout") ? "5" : n.endsWith("db") ? "/x"
                : n.matches(".*(security|home|tps|ui)\\.url") ? "http://x.example.com/" : "yes") + "\");").collect(Collectors.joining("\n"));
        Path prefs = Files.writeString(dir.resolve("all.js"), all);
        var r = run(new SettingsVerbs.ImportVerb(settings, home), new SettingsVerbs.ImportVerb.Args(Optional.of(prefs), false, true));
        assertEquals(names.size(), r.preferences().size());
        r.preferences().forEach(l -> assertTrue(l.outcome() == SettingsVerbs.ImportVerb.Outcome.TAKEN
                || l.outcome() == SettingsVerbs.ImportVerb.Outcome.REPLACED && !l.note().isEmpty(), l.toString()));
    }

    @Test
    void theDocumentationListsEachSettingWithItsDefault() throws Exception {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(root.resolve("target-platform"))) {
            root = root.getParent();
        }
        String text = Files.readString(root.resolve("docs/settings.md"));
        for (Setting s : Setting.ALL) {
            assertTrue(text.contains("| `" + s.key() + "` | " + s.kind().words() + " | " + (s.fallback().isEmpty() ? "–" : "`" + s.fallback() + "`") + " |"),
                    "docs/settings.md has no row for " + s);
            s.former().forEach(f -> assertTrue(text.contains("`" + f + "`"), f));
        }
    }
}
