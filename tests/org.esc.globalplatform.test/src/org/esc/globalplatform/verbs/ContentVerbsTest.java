// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.command.Verb;
import org.esc.globalplatform.CapFile;
import org.esc.globalplatform.Caps;
import org.esc.globalplatform.CardState;
import org.esc.globalplatform.CardTree;
import org.esc.globalplatform.Privilege;
import org.esc.globalplatform.RegistryEntry;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.keys.KeyArgs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The verbs about a card's content, run as the terminal runs them, against a software card. */
class ContentVerbsTest {

    private static final String PACKAGE = "F123456701";
    private static final String APPLET = "F12345670101";
    private static final Aid INSTANCE = Aid.of("F12345670102");

    @TempDir
    Path dir;

    static List<ScpVersion> versions() {
        return List.of(ScpVersion.SCP01_05, ScpVersion.SCP02_15, ScpVersion.SCP03_00, ScpVersion.SCP03_70);
    }

    private Path file(byte[] content) throws Exception {
        return Files.write(dir.resolve("p" + System.nanoTime() + ".cap"), content);
    }

    private Path cap() throws Exception {
        return file(Caps.of(PACKAGE).applet(APPLET).needs("A0000000620101", 1, 3).code(700).zip());
    }

    private static <A extends Record, R extends Record> String printed(Verb<A, R> verb, R result) {
        var text = new StringWriter();
        var out = new PrintWriter(text);
        verb.print(result, out);
        out.flush();
        return text.toString();
    }

    private static String code(Fault fault, org.junit.jupiter.api.function.Executable run) {
        var e = assertThrows(EscException.class, run);
        assertEquals(fault, e.fault(), e.getMessage());
        return e.problem().code();
    }

    @ParameterizedTest
    @MethodSource("versions")
    void anAppletComesAndGoes(ScpVersion scp) throws Exception {
        try (var s = new Stage(scp, dir)) {
            var done = s.run(new GpInstallVerb(s.work), "which=" + cap(), "instance=" + INSTANCE, "params=0102", "showApdus=true",
                    "showGp=true");
            assertEquals(2, done.steps().size());
            assertTrue(done.preflight().orElseThrow().isClear());
            assertTrue(done.apdus().stream().anyMatch(a -> a.plain().startsWith("80E60C00")
                    && a.sent().orElseThrow().startsWith("84E60C00")));
            assertTrue(done.gp().orElseThrow().matches("gp --reader reader --install \\S+ --create F12345670102 --params C9020102"),
                    done.gp().orElseThrow());

            CardTree tree = s.run(new GpListVerb(s.work));
            RegistryEntry app = tree.find(INSTANCE).orElseThrow();
            assertEquals("selectable", app.state());
            RegistryEntry pkg = tree.loadFile(Aid.of(PACKAGE)).orElseThrow();
            assertEquals(List.of(Aid.of(APPLET)), pkg.modules());
            assertEquals(scp.protocol() == 1 ? "" : "1.0", pkg.versionText());
            assertEquals(scp.protocol() == 1 ? Optional.empty() : Optional.of(Aid.of(PACKAGE)), app.loadFile());
            assertTrue(printed(new GpListVerb(s.work), tree).contains("Application F12345670102, selectable"));

            s.run(new GpLockVerb(s.work), "aid=" + INSTANCE);
            assertEquals("locked", s.run(new GpListVerb(s.work)).find(INSTANCE).orElseThrow().state());
            assertEquals("already-so", code(Fault.USAGE, () -> s.run(new GpLockVerb(s.work), "aid=" + INSTANCE)));
            s.run(new GpUnlockVerb(s.work), "aid=" + INSTANCE);
            assertEquals("selectable", s.run(new GpListVerb(s.work)).find(INSTANCE).orElseThrow().state());

            s.run(new GpMakeDefaultVerb(s.work), "aid=" + INSTANCE);
            assertEquals(INSTANCE, s.run(new GpListVerb(s.work)).defaultSelected().orElseThrow().aid());

            assertEquals("preflight", code(Fault.CARD, () -> s.run(new GpLoadVerb(s.work), "file=" + cap())));
            var again = s.run(new GpInstallVerb(s.work), "which=" + cap(), "instance=F12345670103");
            assertEquals(1, again.steps().size(), "the package stays");
            assertEquals(1, again.warnings().size());
            assertEquals("on-card", code(Fault.USAGE, () -> s.run(new GpInstallVerb(s.work), "which=" + PACKAGE, "applet=" + APPLET,
                    "instance=" + INSTANCE)));

            s.run(new GpDeleteVerb(s.work), "aid=F12345670103");
            var gone = s.run(new GpUninstallVerb(s.work), "which=" + cap());
            assertEquals(scp.protocol() == 1 ? 0 : 1, gone.warnings().size());
            tree = s.run(new GpListVerb(s.work));
            assertEquals(List.of(), tree.loadFiles());
            assertEquals(List.of(), tree.applications());
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void anInstallationIsEndedLater(ScpVersion scp) throws Exception {
        try (var s = new Stage(scp, dir)) {
            var installed = s.run(new GpInstallVerb(s.work), "which=" + cap(), "notSelectable=true", "showGp=true");
            assertEquals(Optional.empty(), installed.gp(), "GlobalPlatformPro always makes them selectable");
            assertTrue(s.run(new GpListVerb(s.work)).find(Aid.of(APPLET)).orElseThrow().isInstalledOnly());
            int changed = s.changes().size();
            var dry = s.run(new GpMakeSelectableVerb(s.work), "aid=" + APPLET, "dryRun=true", "showGp=true");
            assertEquals(List.of("make " + APPLET + " selectable"), dry.steps().stream().map(ContentResult.Done::what).toList());
            assertEquals("80E608000D000006" + APPLET + "0100000000", dry.apdus().getLast().plain());
            assertEquals(Optional.empty(), dry.gp(), "GlobalPlatformPro can do this for a default application only");
            assertEquals(changed, s.changes().size());
            s.run(new GpMakeSelectableVerb(s.work), "aid=" + APPLET);
            assertEquals("selectable", s.run(new GpListVerb(s.work)).find(Aid.of(APPLET)).orElseThrow().state());
            assertEquals("already-so", code(Fault.USAGE, () -> s.run(new GpMakeSelectableVerb(s.work), "aid=" + APPLET)));
            assertEquals("no-application", code(Fault.USAGE, () -> s.run(new GpMakeSelectableVerb(s.work), "aid=" + PACKAGE)));

            s.run(new GpInstallVerb(s.work), "which=" + cap(), "instance=" + INSTANCE, "notSelectable=true");
            var done = s.run(new GpMakeSelectableVerb(s.work), "aid=" + INSTANCE, "isDefault=true", "showGp=true");
            assertTrue(done.gp().orElseThrow().endsWith(" --make-default " + INSTANCE), done.gp().orElseThrow());
            assertEquals(INSTANCE, s.run(new GpListVerb(s.work)).defaultSelected().orElseThrow().aid());
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void whatDoesNotFitOneCommandComesInParts(ScpVersion scp) throws Exception {
        try (var s = new Stage(scp, dir)) {
            int before = s.changes().size();
            String params = "5A".repeat(600);
            var dry = s.run(new GpInstallVerb(s.work), "which=" + cap(), "params=" + params, "dryRun=true");
            assertEquals(List.of("80E60200", "80E60C00"), dry.apdus().stream().map(a -> a.plain().substring(0, 8))
                    .filter(a -> a.startsWith("80E6")).toList());
            assertTrue(dry.apdus().getLast().plain().endsWith(" (in parts)"));
            var done = s.run(new GpInstallVerb(s.work), "which=" + cap(), "params=" + params, "showApdus=true");
            var sent = done.apdus().stream().flatMap(a -> a.sent().stream()).filter(a -> a.startsWith("84E6")).toList();
            assertEquals(List.of("84E60200", "84E68C00FF", "84E68C00FF", "84E60C00"), List.of(sent.get(0).substring(0, 8),
                    sent.get(1).substring(0, 10), sent.get(2).substring(0, 10), sent.get(3).substring(0, 8)));
            assertEquals(dry.apdus().getLast().plain(), done.apdus().stream().filter(a -> a.sent().equals(Optional.of(sent.get(3))))
                    .findFirst().orElseThrow().plain());
            assertEquals(List.of("E6", "E6", "E6", "E6"),
                    s.changes().subList(before, s.changes().size()).stream().filter("E6"::equals).toList());
            assertEquals("selectable", s.run(new GpListVerb(s.work)).find(Aid.of(APPLET)).orElseThrow().state());
            var another = List.of("which=" + PACKAGE, "applet=" + APPLET, "instance=" + INSTANCE);
            var e = assertThrows(EscException.class,
                    () -> s.run(new GpInstallVerb(s.work), with(another, "params=" + "5A".repeat(2100))));
            assertEquals("6A84", e.problem().sw().orElseThrow().toString(), "more than this card keeps");
            assertEquals("too-long", code(Fault.USAGE, () -> s.run(new GpInstallVerb(s.work), with(another, "params=" + "5A".repeat(66_000)))));
        }
    }

    private static String[] with(List<String> all, String more) {
        return java.util.stream.Stream.concat(all.stream(), java.util.stream.Stream.of(more)).toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aCardTellsOfItself(ScpVersion scp) throws Exception {
        try (var s = new Stage(scp, dir)) {
            s.run(new GpStoreDataVerb(s.work), "data=42 03 010203 45 02 0A0B", "form=tlv");
            var info = s.run(new GpInfoVerb(s.work));
            assertEquals(s.card.cuid().toString(), info.id());
            assertEquals("ESC software token, for tests only", info.chip());
            assertEquals(Optional.of("010203"), info.iin());
            assertEquals(Optional.of("0A0B"), info.cin());
            assertEquals(List.of(1), info.keySetVersions());
            assertEquals(scp.protocol() == 3 ? "AES-128" : "DES3-112", info.keys().getFirst().typeText());
            assertEquals(scp.protocol() != 1, info.capabilities().isPresent());
            assertEquals(scp.protocol() != 1, info.memory().isPresent());
            assertEquals(List.of(), info.problems());
            assertEquals(255, info.maxCommandData().orElse(0));
            String text = printed(new GpInfoVerb(s.work), info);
            assertTrue(text.contains(scp.protocol() == 1 ? "version 01, id 03: DES3-112" : "Free memory:"), text);
        }
    }

    /** Every verb that changes a card, with arguments that would. */
    @ParameterizedTest
    @MethodSource("versions")
    void aDryRunChangesNothing(ScpVersion scp) throws Exception {
        try (var s = new Stage(scp, dir)) {
            s.run(new GpInstallVerb(s.work), "which=" + cap());
            Path second = file(Caps.of("F123456702").applet("F12345670201").zip());
            s.newKeys = "404142434445464748494A4B4C4D4E50";
            var before = s.card.content();
            int changed = s.changes().size();
            ContentWork w = s.work;
            String dry = "dryRun=true";
            var results = new java.util.ArrayList<ContentResult>();
            results.add(s.run(new GpLoadVerb(w), "file=" + second, dry));
            results.add(s.run(new GpInstallVerb(w), "which=" + second, dry));
            results.add(s.run(new GpInstallVerb(w), "which=" + cap(), "replace=true", dry));
            results.add(s.run(new GpUninstallVerb(w), "which=" + PACKAGE, dry));
            results.add(s.run(new GpDeleteVerb(w), "aid=" + APPLET, dry));
            results.add(s.run(new GpMakeDefaultVerb(w), "aid=" + APPLET, dry));
            results.add(s.run(new GpLockVerb(w), "aid=" + APPLET, dry));
            results.add(s.run(new GpLockCardVerb(w), dry));
            results.add(s.run(new GpTerminateVerb(w), dry));
            results.add(s.run(new GpPutKeyVerb(w), "newVersion=20", dry));
            results.add(s.run(new GpPutKeyVerb(w), "replace=1", dry));
            results.add(s.run(new GpDeleteKeyVerb(w), "version=01", dry));
            results.add(s.run(new GpRotateVerb(w), "deleteOld=true", dry));
            results.add(s.run(new GpStoreDataVerb(w), "data=4201FF", dry));
            results.add(s.run(new GpStoreDataVerb(w), "data=4201FF", "to=" + APPLET, dry));
            results.add(s.run(new GpExtraditeVerb(w), "aid=" + APPLET, "to=A000000003000000", dry));
            results.add(s.run(new GpCreateDomainVerb(w), "aid=F1234567AA", dry));
            var apdu = s.run(new GpApduVerb(w), "commands=80F2800000", "commands=80CA9F7F00", dry);
            assertEquals(2, apdu.apdus().size());
            assertEquals(changed, s.changes().size(), "no command that changes the card was sent");
            assertEquals(before, s.card.content());
            assertEquals(List.of(), s.questions);
            for (ContentResult r : results) {
                assertTrue(r.dryRun());
                assertFalse(r.steps().isEmpty());
                assertTrue(r.apdus().stream().allMatch(a -> a.sent().isEmpty() && a.answer().isEmpty()));
                assertTrue(printed(new GpLoadVerb(w), r).endsWith("Nothing was changed.\n"));
                assertTrue(r.apdus().stream().noneMatch(a -> a.plain().startsWith("80D8") && a.plain().length() > 60),
                        "keys are not shown");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("versions")
    void aLoadCutShortLeavesNothing(ScpVersion scp) throws Exception {
        try (var s = new Stage(scp, dir)) {
            s.progress = (percent, _) -> {
                if (percent > 40) {
                    s.cancel.cancel();
                }
            };
            Path large = file(Caps.of(PACKAGE).applet(APPLET).code(5000).zip());
            var e = assertThrows(EscException.class, () -> s.run(new GpLoadVerb(s.work), "file=" + large));
            assertEquals(Fault.CANCELLED, e.fault());
            assertTrue(e.problem().advice().contains("has been deleted again"), e.problem().advice());
            var sent = s.changes();
            assertEquals("E4", sent.getLast(), "the load is cleaned up");
            assertTrue(sent.stream().filter("E8"::equals).count() > 3);
            s.cancel = new org.esc.command.Cancel();
            s.progress = org.esc.command.Progress.NONE;
            assertEquals(List.of(), s.run(new GpListVerb(s.work)).loadFiles());
            assertTrue(s.run(new GpLoadVerb(s.work), "file=" + large).preflight().orElseThrow().isClear());
            assertEquals(1, s.run(new GpListVerb(s.work)).loadFiles().size());
        }
    }

    @Test
    void whatACardDoesNotSurviveIsConfirmedByItsName() throws Exception {
        try (var s = new Stage(ScpVersion.SCP02_15, dir)) {
            var terminate = new GpTerminateVerb(s.work);
            code(Fault.UNCONFIRMED, () -> s.run(terminate));
            s.typed = Optional.of("yes");
            code(Fault.CANCELLED, () -> s.run(terminate));
            assertEquals("other-card", code(Fault.UNCONFIRMED, () -> s.run(terminate, "yesIMeanIt=00000000000000000000")));
            assertEquals(8, Fault.UNCONFIRMED.exit());
            assertEquals(List.of(), s.changes());

            s.typed = Optional.of(s.card.cuid().display());
            assertEquals(3, s.run(new GpLockCardVerb(s.work)).steps().size(), "a new card is secured first");
            assertEquals(List.of("Terminate the card", "Terminate the card", "Lock the card"), s.questions);
            assertEquals(CardState.CARD_LOCKED, s.run(new GpListVerb(s.work)).state().orElseThrow());
            s.run(new GpLockCardVerb(s.work), "undo=true");
            assertEquals(CardState.SECURED, s.run(new GpListVerb(s.work)).state().orElseThrow());
            s.typed = Optional.empty();
            s.run(terminate, "yesIMeanIt=" + s.card.cuid().display());
            assertEquals("terminated", s.card.content().state());
        }
    }

    @Test
    void whatIsMissingOnTheCardIsToldBeforehand() throws Exception {
        try (var s = new Stage(ScpVersion.SCP03_70, dir)) {
            Path needy = file(Caps.of("F123456703").applet("F12345670301").needs("A0000000620101", 1, 6).needs(PACKAGE, 1, 2)
                    .ints().zip());
            assertEquals("preflight", code(Fault.CARD, () -> s.run(new GpLoadVerb(s.work), "file=" + needy)));
            assertEquals(List.of(), s.changes());
            Path maker = file(Caps.of("F123456708").applet("F12345670801").needs("F0F0F0F0F0", 1, 0).zip());
            assertEquals(1, s.run(new GpLoadVerb(s.work), "file=" + maker, "anyway=true").preflight().orElseThrow()
                    .of(org.esc.globalplatform.Preflight.Weight.DOUBT).size(), "the maker's own package may be there unlisted");
            s.run(new GpLoadVerb(s.work), "file=" + file(Caps.of(PACKAGE).version(1, 1).zip()));
            var dry = s.run(new GpLoadVerb(s.work), "file=" + needy, "dryRun=true");
            assertEquals(List.of("It needs " + PACKAGE + " 1.2, but the card has version 1.1."),
                    dry.preflight().orElseThrow().of(org.esc.globalplatform.Preflight.Weight.OBSTACLE));
            s.run(new GpLoadVerb(s.work), "file=" + file(Caps.of(PACKAGE).version(1, 2).ijc()), "replace=true");
            var done = s.run(new GpLoadVerb(s.work), "file=" + needy);
            assertTrue(done.preflight().orElseThrow().isClear());
            assertEquals("no-applet", code(Fault.USAGE, () -> s.run(new GpInstallVerb(s.work), "which=" + PACKAGE)));
        }
    }

    @Test
    void signaturesAndTokensGoAlong() throws Exception {
        var pair = KeyPairGenerator.getInstance("RSA");
        pair.initialize(1024);
        byte[] pkcs8 = pair.generateKeyPair().getPrivate().getEncoded();
        Path pem = Files.writeString(dir.resolve("k.pem"), "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(pkcs8)
                + "\n-----END PRIVATE KEY-----\n");
        Path aes = Files.writeString(dir.resolve("k.txt"), "aes:000102030405060708090A0B0C0D0E0F\n");
        try (var s = new Stage(ScpVersion.SCP03_00, dir)) {
            var r = s.run(new GpLoadVerb(s.work), "file=" + cap(), "dapKey=" + pem, "dapDomain=A000000151000000", "tokenKey=" + aes,
                    "hash=sha1", "showApdus=true");
            var plain = r.apdus().stream().map(ContentResult.Shown::plain).toList();
            assertTrue(plain.stream().anyMatch(p -> p.startsWith("80E80000") && p.startsWith("E281", 10)), plain.toString());
            assertTrue(r.preflight().orElseThrow().checks().stream()
                    .anyMatch(c -> c.text().startsWith("It is signed for A000000151000000")));
            String install = plain.stream().filter(p -> p.startsWith("80E602")).findFirst().orElseThrow();
            assertTrue(install.contains("14" + org.esc.apdu.Hex.of(org.esc.globalplatform.DapBlock.Hash.SHA1.of(
                    CapFile.parse(Files.readAllBytes(cap())).image()))), install);
            assertEquals("10", install.substring(install.length() - 36, install.length() - 34), "a token of 16 bytes");
            assertEquals("key-file", code(Fault.USAGE, () -> s.run(new GpLoadVerb(s.work), "file=" + cap(), "dapKey=" + cap(),
                    "replace=true")));
            var deleted = s.run(new GpDeleteVerb(s.work), "aid=" + PACKAGE, "tokenKey=" + aes, "receiptKey=" + aes, "showApdus=true");
            assertTrue(deleted.apdus().getLast().plain().contains("9E10"));
            assertEquals(List.of("The card gave no receipt."), deleted.notes());
        }
    }

    @Test
    void domainsAreMadeFilledAndEmptied() throws Exception {
        String domain = "F1234567AA01";
        try (var s = new Stage(ScpVersion.SCP03_70, dir)) {
            s.run(new GpCreateDomainVerb(s.work), "aid=" + domain, "privileges=authorized-management", "allowFrom=true", "allowTo=true");
            s.run(new GpInstallVerb(s.work), "which=" + cap());
            s.run(new GpExtraditeVerb(s.work), "aid=" + APPLET, "to=" + domain);
            s.run(new GpExtraditeVerb(s.work), "aid=" + PACKAGE, "to=" + domain);
            CardTree tree = s.run(new GpListVerb(s.work));
            CardTree.Domain d = tree.domainsOf(tree.issuer().entry().aid()).getFirst();
            assertEquals(Aid.of(domain), d.entry().aid());
            assertTrue(d.entry().privileges().has(Privilege.AUTHORIZED_MANAGEMENT));
            assertEquals(List.of(Aid.of(APPLET)), d.applications().stream().map(RegistryEntry::aid).toList());
            assertEquals(List.of(Aid.of(PACKAGE)), d.loadFiles().stream().map(RegistryEntry::aid).toList());
            assertEquals("no-domain", code(Fault.USAGE, () -> s.run(new GpExtraditeVerb(s.work), "aid=" + PACKAGE, "to=" + APPLET)));
            assertEquals(0x6985, assertThrows(EscException.class, () -> s.run(new GpDeleteVerb(s.work), "aid=" + domain)).problem().sw()
                    .orElseThrow().value(), "it is not empty");

            s.newKeys = "00112233445566778899AABBCCDDEEFF";
            s.run(new GpPutKeyVerb(s.work), "sd=" + domain, "newVersion=30");
            assertEquals("card-not-authentic", code(Fault.CARD, () -> s.run(new GpListVerb(s.work), "sd=" + domain)));
            s.environment.put("K", s.newKeys);
            assertTrue(s.run(new GpListVerb(s.work), "sd=" + domain, "keyEnv=K").find(Aid.of(APPLET)).isPresent());
            s.run(new GpDeleteVerb(s.work), "sd=" + domain, "keyEnv=K", "aid=" + PACKAGE, "related=true");
            s.run(new GpDeleteVerb(s.work), "aid=" + domain);
            assertEquals(1, s.run(new GpListVerb(s.work)).domains().size());
        }
    }

    @Test
    void commandsAreSentAsTyped() throws Exception {
        try (var s = new Stage(ScpVersion.SCP02_15, dir)) {
            var plain = s.run(new GpApduVerb(s.work), "commands=80CA9F7F00");
            assertTrue(plain.apdus().getFirst().answer().orElseThrow().endsWith("9000"));
            var secure = s.run(new GpApduVerb(s.work), "commands=80F28000024F0000", "commands=80FF0000",
                    "commands=80CA006600", "secure=true");
            assertEquals(2, secure.apdus().size(), "it stops at the command that was refused");
            assertTrue(secure.apdus().getFirst().sent().orElseThrow().startsWith("84F28000"));
            assertTrue(printed(new GpApduVerb(s.work), secure).contains("sent as 84F2"));
            assertEquals(3, s.run(new GpApduVerb(s.work), "commands=80F28000024F0000", "commands=80FF0000", "commands=80CA006600",
                    "secure=true", "goOn=true").apdus().size());
            assertEquals("bad-apdu", code(Fault.USAGE, () -> s.run(new GpApduVerb(s.work), "commands=80F2")));
            assertEquals("bad-apdu", code(Fault.USAGE, () -> s.run(new GpApduVerb(s.work), "commands=hello")));
            code(Fault.USAGE, () -> s.run(new GpApduVerb(s.work)));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 05", "2, 15", "2, 35", "3, 00", "3, 70", "3, 71"})
    void extendedCommandsAreSentAsTypedToo(int protocol, String i) throws Exception {
        var scp = new ScpVersion(protocol, Integer.parseInt(i, 16));
        try (var s = new Stage(scp, dir)) {
            int version = 0;
            for (var level : KeyArgs.Level.values()) {
                if (!level.security().fits(scp)) {
                    continue;
                }
                // 42, the issuer's number, and 5F50, a URL, of 150 bytes each
                String number = Hex.of(++version).repeat(150);
                String store = "80E28000000133" + "428196" + number + "5F508196" + number;
                var done = s.run(new GpApduVerb(s.work), "commands=" + store, "commands=80CA0042000000", "secure=true",
                        "level=" + level.name().toLowerCase(Locale.ROOT).replace('_', '-'));
                assertEquals(List.of("9000", "428196" + number + "9000"),
                        done.apdus().stream().map(a -> a.answer().orElseThrow()).toList());
            }
        }
    }

    @Test
    void badInputIsRefusedInWords() throws Exception {
        try (var s = new Stage(ScpVersion.SCP03_70, dir)) {
            ContentWork w = s.work;
            assertEquals("bad-package", code(Fault.USAGE, () -> s.run(new GpLoadVerb(w), "file=" + file(new byte[] {1, 2, 3}))));
            assertEquals("bad-package", code(Fault.USAGE, () -> s.run(new GpLoadVerb(w), "file=" + dir.resolve("none.cap"))));
            assertEquals("bad-package", code(Fault.USAGE, () -> s.run(new GpUninstallVerb(w), "which=nothing")));
            assertEquals("not-on-card", code(Fault.USAGE, () -> s.run(new GpUninstallVerb(w), "which=" + PACKAGE)));
            assertEquals("not-on-card", code(Fault.USAGE, () -> s.run(new GpDeleteVerb(w), "aid=" + PACKAGE)));
            assertEquals("no-application", code(Fault.USAGE, () -> s.run(new GpLockVerb(w), "aid=A000000003000000")));
            assertEquals("bad-data", code(Fault.USAGE, () -> s.run(new GpStoreDataVerb(w), "data=xyz")));
            assertEquals("bad-data", code(Fault.USAGE, () -> s.run(new GpStoreDataVerb(w), "data=")));
            assertEquals("bad-data", code(Fault.USAGE, () -> s.run(new GpStoreDataVerb(w), "data=@" + dir.resolve("none"))));
            code(Fault.USAGE, () -> s.run(new GpInstallVerb(w), "which=" + cap(), "privileges=king"));
            code(Fault.USAGE, () -> s.run(new GpLoadVerb(w), "file=" + cap(), "blockSize=7"));
            code(Fault.USAGE, () -> s.run(new GpDeleteKeyVerb(w), "version=80"));
            code(Fault.CARD, () -> s.run(new GpListVerb(w), "sd=F0F0F0F0F0"));
            assertEquals(List.of(), s.changes());
        }
    }

    @Test
    void anApplicationIsPersonalizedThroughItsDomain() throws Exception {
        try (var s = new Stage(ScpVersion.SCP02_15, dir)) {
            s.run(new GpInstallVerb(s.work), "which=" + cap());
            // no software for the applet here: it answers, in its own words, that it does not know STORE DATA
            var e = assertThrows(EscException.class, () -> s.run(new GpStoreDataVerb(s.work), "data=0101", "to=" + APPLET));
            assertEquals(0x6D00, e.problem().sw().orElseThrow().value());
            assertEquals(List.of("E6", "E2"), s.changes().subList(s.changes().size() - 2, s.changes().size()));
        }
    }
}
