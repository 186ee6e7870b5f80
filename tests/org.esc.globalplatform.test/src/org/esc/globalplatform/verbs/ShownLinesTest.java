// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.esc.command.Verb;
import org.esc.globalplatform.Caps;
import org.esc.pcscd.testing.Pcscd;
import org.esc.pcscd.testing.Programs;
import org.esc.securechannel.ScpVersion;
import org.esc.softcard.CardContent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The command lines of GlobalPlatformPro that {@code --show-gp} shows, given to the real program, which {@code ESC_GP} says how to start
 * ({@code ESC_NEW_KEY} holds a key in 32 hexadecimal digits): the card is then as the verb itself leaves it. docs/third-party.md says more.
 */
@Timeout(300)
class ShownLinesTest {

    private static final String PACKAGE = "F123456701";
    private static final String APPLET = "F12345670101";
    private static final String DOMAIN = "A00000015153504401";
    private static final String FACTORY = "404142434445464748494A4B4C4D4E4F";
    /** A variable of the tests' own environment: new keys are read from nowhere else. */
    private static final String NEW = "ESC_NEW_KEY";
    private static final String READER = "Virtual PCD 00 00";

    @TempDir
    static Path dir;

    private static Optional<Pcscd> pcscd = Optional.empty();
    private static String missing = "";

    @BeforeAll
    static void start() throws Exception {
        if (System.getenv("ESC_GP") == null) {
            missing = "ESC_GP does not say how to start GlobalPlatformPro";
            return;
        }
        try {
            pcscd = Optional.of(Pcscd.start(dir, "opensc-tool", "sh"));
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

    /** A verb with its arguments, and others that have to go before it. */
    private record Call(Function<ContentWork, Verb<?, ?>> verb, List<String> arguments, List<Call> before) {

        static Call of(Function<ContentWork, Verb<?, ?>> verb, String... arguments) {
            return new Call(verb, List.of(arguments), List.of());
        }

        Call after(Call... calls) {
            return new Call(verb, arguments, List.of(calls));
        }

        @SuppressWarnings({"unchecked", "rawtypes"})
        ContentResult run(Stage stage, String... more) throws Exception {
            var all = new ArrayList<>(arguments);
            all.addAll(List.of(more));
            if (all.stream().noneMatch(a -> a.startsWith("keyEnv="))) {
                all.add("keyEnv=FACTORY");
            }
            return (ContentResult) stage.run((Verb) verb.apply(stage.work), all.toArray(String[]::new));
        }

        @Override
        public String toString() {
            return verb.apply(null).name() + " " + String.join(" ", arguments);
        }
    }

    static Stream<Call> calls() throws Exception {
        String cap = Files.write(dir.resolve("a package.cap"),
                Caps.of(PACKAGE).applet(APPLET).needs("A0000000620101", 1, 3).code(700).zip()).toString();
        Call install = Call.of(GpInstallVerb::new, "which=" + cap);
        Call load = Call.of(GpLoadVerb::new, "file=" + cap);
        Call domain = Call.of(GpCreateDomainVerb::new, "aid=" + DOMAIN);
        return Stream.of(load, Call.of(GpLoadVerb::new, "file=" + cap, "blockSize=100"),
                Call.of(GpLoadVerb::new, "file=" + cap, "replace=true").after(install), install,
                Call.of(GpInstallVerb::new, "which=" + cap, "applet=" + APPLET, "instance=F12345670199", "params=0102"),
                Call.of(GpInstallVerb::new, "which=" + cap, "params=0102", "dataSize=1024", "ram=40000"),
                Call.of(GpInstallVerb::new, "which=" + cap, "notSelectable=true"),
                Call.of(GpMakeSelectableVerb::new, "aid=" + APPLET, "isDefault=true")
                        .after(Call.of(GpInstallVerb::new, "which=" + cap, "notSelectable=true")),
                Call.of(GpInstallVerb::new, "which=" + cap, "replace=true").after(install),
                Call.of(GpInstallVerb::new, "which=" + cap, "privileges=card-lock,cvm-management"),
                Call.of(GpInstallVerb::new, "which=" + cap, "isDefault=true"),
                Call.of(GpInstallVerb::new, "which=" + PACKAGE, "applet=" + APPLET, "instance=F12345670199").after(load),
                Call.of(GpInstallVerb::new, "which=" + PACKAGE, "applet=" + APPLET).after(load),
                Call.of(GpUninstallVerb::new, "which=" + cap).after(install),
                Call.of(GpUninstallVerb::new, "which=" + PACKAGE).after(install),
                Call.of(GpDeleteVerb::new, "aid=" + APPLET).after(install),
                Call.of(GpDeleteVerb::new, "aid=" + PACKAGE, "related=true").after(install),
                Call.of(GpLockVerb::new, "aid=" + APPLET).after(install),
                Call.of(GpUnlockVerb::new, "aid=" + APPLET).after(install, Call.of(GpLockVerb::new, "aid=" + APPLET)),
                Call.of(GpMakeDefaultVerb::new, "aid=" + APPLET).after(install),
                Call.of(GpLockCardVerb::new), Call.of(GpLockCardVerb::new, "undo=true").after(Call.of(GpLockCardVerb::new)),
                Call.of(GpPutKeyVerb::new, "newKeyEnv=" + NEW, "newVersion=0C"),
                Call.of(GpPutKeyVerb::new, "newKeyEnv=" + NEW, "replace=01"),
                Call.of(GpRotateVerb::new, "newKeyEnv=" + NEW), Call.of(GpRotateVerb::new, "newKeyEnv=" + NEW, "deleteOld=true"),
                Call.of(GpDeleteKeyVerb::new, "version=0C").after(Call.of(GpPutKeyVerb::new, "newKeyEnv=" + NEW, "newVersion=0C")),
                Call.of(GpDeleteKeyVerb::new, "version=01", "keyEnv=" + NEW, "keyVersion=0C")
                        .after(Call.of(GpPutKeyVerb::new, "newKeyEnv=" + NEW, "newVersion=0C")),
                Call.of(GpStoreDataVerb::new, "data=420411223344"), domain,
                Call.of(GpExtraditeVerb::new, "aid=" + PACKAGE, "to=" + DOMAIN).after(load, domain),
                Call.of(GpTerminateVerb::new));
    }

    private static Stage stage() {
        var s = new Stage(ScpVersion.SCP02_15, dir, 1, READER);
        s.environment.put("FACTORY", FACTORY);
        s.environment.put(NEW, System.getenv().getOrDefault(NEW, ""));
        s.typed = Optional.of(s.card.content().cuid().toString());
        return s;
    }

    /** What is on a card, but for the card's own number. */
    private static String told(CardContent c) {
        return c.state() + " " + c.keyVersions() + " " + c.factoryKeys() + " " + c.loadFiles() + " " + c.applications();
    }

    @ParameterizedTest
    @MethodSource("calls")
    void theLineDoesWhatTheVerbDoes(Call call) throws Exception {
        assumeTrue(missing.isEmpty(), missing);
        assumeTrue(System.getenv(NEW) != null || !call.toString().contains(NEW) && !call.before.toString().contains(NEW),
                NEW + " does not hold a key");
        try (Stage ours = stage(); Stage theirs = stage()) {
            for (Call before : call.before) {
                before.run(ours);
                before.run(theirs);
            }
            Optional<String> line = call.run(theirs, "showGp=true", "dryRun=true").gp();
            assumeTrue(line.isPresent(), "GlobalPlatformPro has no such command");
            call.run(ours);
            try (var _ = pcscd.orElseThrow().insertAndWait(theirs.card)) {
                var o = Programs.run("sh", "-c", "gp() { " + System.getenv("ESC_GP") + " \"$@\"; }; FACTORY=" + FACTORY
                        + "; " + line.get());
                assertEquals(0, o.exit(), line.get() + "\n" + o.text());
                assertEquals(told(ours.card.content()), told(theirs.card.content()), line.get() + "\n" + o.text());
            }
        }
    }
}
