// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.globalplatform.CapFile;
import org.esc.globalplatform.Caps;
import org.esc.globalplatform.CardManager;
import org.esc.globalplatform.DapBlock;
import org.esc.globalplatform.InstallCommand;
import org.esc.globalplatform.InstallParameters;
import org.esc.globalplatform.LoadBlock;
import org.esc.globalplatform.Preflight.Weight;
import org.esc.globalplatform.Receipt;
import org.esc.globalplatform.SignatureKey;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the host signs, the card checks, and the other way round: signed packages, tokens, receipts. */
class SignedContentTest {

    private static final String PACKAGE = "F12345670101";
    private static final String APPLET = "F1234567010101";
    private static final String DOMAIN = "F1234567AA01";
    private static final String OTHER_DOMAIN = "F1234567AA02";
    private static final String AES = "aes:000102030405060708090A0B0C0D0E0F";
    private static final String DES = "des:404142434445464748494A4B4C4D4E4F";

    @TempDir
    Path dir;

    private int files;

    /** The files of a key: what signs, and what goes onto the card. */
    private record Pair(Path signer, Path verifier) {
    }

    private Path file(String text) throws Exception {
        return Files.writeString(dir.resolve("f" + files++), text);
    }

    private static String pem(String name, byte[] der) {
        return "-----BEGIN " + name + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + name + "-----\n";
    }

    private Pair pair(String kind) throws Exception {
        if (kind.startsWith("aes") || kind.startsWith("des")) {
            Path both = file(kind);
            return new Pair(both, both);
        }
        boolean rsa = kind.startsWith("RSA");
        var g = KeyPairGenerator.getInstance(rsa ? "RSA" : "EC");
        if (rsa) {
            g.initialize(Integer.parseInt(kind.substring(4)));
        } else {
            g.initialize(new ECGenParameterSpec(kind));
        }
        KeyPair p = g.generateKeyPair();
        return new Pair(file(pem("PRIVATE KEY", p.getPrivate().getEncoded())), file(pem("PUBLIC KEY", p.getPublic().getEncoded())));
    }

    private Path cap() throws Exception {
        return Files.write(dir.resolve("c" + files++ + ".cap"), Caps.of(PACKAGE).applet(APPLET).code(600).zip());
    }

    private static int sw(org.junit.jupiter.api.function.Executable run) {
        var e = assertThrows(EscException.class, run);
        return e.problem().sw().orElseThrow(() -> new AssertionError(e)).value();
    }

    private static String code(Fault fault, org.junit.jupiter.api.function.Executable run) {
        var e = assertThrows(EscException.class, run);
        assertEquals(fault, e.fault(), e.getMessage());
        return e.problem().code();
    }

    static Stream<Arguments> signing() {
        return Stream.of(Arguments.of(ScpVersion.SCP02_15, DES), Arguments.of(ScpVersion.SCP02_15, "RSA-1024"),
                Arguments.of(ScpVersion.SCP02_15, "RSA-2048"), Arguments.of(ScpVersion.SCP03_70, AES),
                Arguments.of(ScpVersion.SCP03_70, "aes:" + "11".repeat(24)), Arguments.of(ScpVersion.SCP03_70, "aes:" + "11".repeat(32)),
                Arguments.of(ScpVersion.SCP03_70, "RSA-4096"), Arguments.of(ScpVersion.SCP03_70, "secp256r1"),
                Arguments.of(ScpVersion.SCP03_70, "secp384r1"), Arguments.of(ScpVersion.SCP03_70, "secp521r1"));
    }

    @ParameterizedTest
    @MethodSource("signing")
    void aDomainTakesOnlyWhatIsSignedForIt(ScpVersion scp, String kind) throws Exception {
        Pair good = pair(kind);
        Pair wrong = pair(kind.startsWith("aes") ? "aes:" + "22".repeat((kind.length() - 4) / 2)
                : kind.startsWith("des") ? "des:" + "23".repeat(16) : kind);
        Path cap = cap();
        try (var s = new Stage(scp, dir)) {
            s.run(new GpCreateDomainVerb(s.work), "aid=" + DOMAIN, "privileges=dap-verification");
            String dap = "dapKey=" + good.signer();
            assertEquals(0x6A88, sw(() -> s.run(new GpLoadVerb(s.work), "file=" + cap, "domain=" + DOMAIN, dap)), "no DAP key yet");
            var put = s.run(new GpPutKeyVerb(s.work), "sd=" + DOMAIN, "use=dap", "keyFile=" + good.verifier());
            assertTrue(put.steps().getFirst().what().startsWith("add key 1 of version 73 for DAP verification ("), put.steps().toString());
            assertEquals(List.of(kind.contains(":") ? "The card confirmed the new keys' check values." : "The card took the public key."),
                    put.notes());
            assertEquals(0x6982, sw(() -> s.run(new GpLoadVerb(s.work), "file=" + cap, "domain=" + DOMAIN, "dapKey=" + wrong.signer())));
            assertEquals(0x6985, sw(() -> s.run(new GpLoadVerb(s.work), "file=" + cap, "domain=" + DOMAIN, "anyway=true")));
            assertTrue(s.card.content().loadFiles().isEmpty());
            s.run(new GpLoadVerb(s.work), "file=" + cap, "domain=" + DOMAIN, dap, "hash=sha512");
            assertEquals(List.of(Aid.of(PACKAGE)), s.card.content().loadFiles());
        }
    }

    @Test
    void mandatedSignaturesAreWantedOfEveryPackage() throws Exception {
        Pair key = pair("RSA-1024");
        Path cap = cap();
        try (var s = new Stage(ScpVersion.SCP03_00, dir)) {
            s.run(new GpCreateDomainVerb(s.work), "aid=" + DOMAIN, "privileges=mandated-dap-verification");
            s.run(new GpPutKeyVerb(s.work), "sd=" + DOMAIN, "use=dap", "keyFile=" + key.signer());
            assertEquals("preflight", code(Fault.CARD, () -> s.run(new GpLoadVerb(s.work), "file=" + cap)));
            assertEquals(0x6985, sw(() -> s.run(new GpLoadVerb(s.work), "file=" + cap, "anyway=true")));
            s.run(new GpLoadVerb(s.work), "file=" + cap, "dapKey=" + key.signer(), "dapDomain=" + DOMAIN, "hash=sha1");
            assertEquals(List.of(Aid.of(PACKAGE)), s.card.content().loadFiles());
        }
    }

    static Stream<Arguments> delegating() {
        return Stream.of(Arguments.of(ScpVersion.SCP02_15, DES, DES), Arguments.of(ScpVersion.SCP02_15, "RSA-1024", DES),
                Arguments.of(ScpVersion.SCP02_15, "RSA-4096", DES), Arguments.of(ScpVersion.SCP03_70, "RSA-2048", AES),
                Arguments.of(ScpVersion.SCP03_70, AES, AES), Arguments.of(ScpVersion.SCP03_70, "secp256r1", "aes:" + "33".repeat(32)));
    }

    /** A card with a delegated domain, and the issuer's keys for tokens and receipts. */
    private Stage delegated(ScpVersion scp, Pair token, Path receipt) throws Exception {
        var s = new Stage(scp, dir);
        s.run(new GpCreateDomainVerb(s.work), "aid=" + DOMAIN, "privileges=delegated-management");
        s.run(new GpPutKeyVerb(s.work), "use=token", "keyFile=" + token.verifier());
        s.run(new GpPutKeyVerb(s.work), "use=receipt", "keyFile=" + receipt);
        return s;
    }

    @ParameterizedTest
    @MethodSource("delegating")
    void aDelegatedDomainManagesByTokensAndGetsReceipts(ScpVersion scp, String tokenKind, String receiptKey) throws Exception {
        Pair token = pair(tokenKind);
        Path receipt = file(receiptKey);
        Pair wrong = pair(tokenKind.startsWith("aes") ? "aes:" + "22".repeat(16) : tokenKind.startsWith("des") ? "des:" + "23".repeat(16)
                : tokenKind);
        Path cap = cap();
        try (var s = delegated(scp, token, receipt)) {
            String sd = "sd=" + DOMAIN;
            String sign = "tokenKey=" + token.signer();
            String check = "receiptKey=" + receipt;
            String bad = "tokenKey=" + wrong.signer();
            // the order of the steps, each first without a token and with a wrong one
            assertEquals(0x6985, sw(() -> s.run(new GpLoadVerb(s.work), "file=" + cap, sd)));
            assertEquals(0x6982, sw(() -> s.run(new GpLoadVerb(s.work), "file=" + cap, sd, bad)));
            assertEquals(List.of("The card's receipt number 1 is good."), s.run(new GpLoadVerb(s.work), "file=" + cap, sd, sign, check).notes());

            assertEquals(0x6985, sw(() -> s.run(new GpInstallVerb(s.work), "which=" + PACKAGE, "applet=" + APPLET, sd)));
            assertEquals(0x6982, sw(() -> s.run(new GpInstallVerb(s.work), "which=" + PACKAGE, "applet=" + APPLET, sd, bad)));
            assertEquals(List.of("The card's receipt number 2 is good."),
                    s.run(new GpInstallVerb(s.work), "which=" + PACKAGE, "applet=" + APPLET, sd, sign, check).notes());

            assertEquals(0x6982, sw(() -> s.run(new GpMakeDefaultVerb(s.work), "aid=" + APPLET, sd, bad)));
            assertEquals(List.of("The card's receipt number 3 is good."),
                    s.run(new GpMakeDefaultVerb(s.work), "aid=" + APPLET, sd, sign, check).notes());

            s.run(new GpCreateDomainVerb(s.work), "aid=" + OTHER_DOMAIN, sd, sign, check);
            assertEquals(0x6982, sw(() -> s.run(new GpExtraditeVerb(s.work), "aid=" + APPLET, "to=" + OTHER_DOMAIN, sd, bad)));
            assertEquals(List.of("The card's receipt number 5 is good."),
                    s.run(new GpExtraditeVerb(s.work), "aid=" + APPLET, "to=" + OTHER_DOMAIN, sd, sign, check).notes());
            // it is another domain's now, and the token does not help
            assertEquals(0x6985, sw(() -> s.run(new GpDeleteVerb(s.work), "aid=" + PACKAGE, sd, sign)));
            s.run(new GpDeleteVerb(s.work), "aid=" + APPLET);

            assertEquals(0x6985, sw(() -> s.run(new GpDeleteVerb(s.work), "aid=" + PACKAGE, sd)));
            assertEquals(0x6982, sw(() -> s.run(new GpDeleteVerb(s.work), "aid=" + PACKAGE, sd, bad)));
            assertEquals(List.of("The card's receipt number 6 is good."), s.run(new GpDeleteVerb(s.work), "aid=" + PACKAGE, sd, sign, check).notes());

            var e = assertThrows(EscException.class,
                    () -> s.run(new GpLoadVerb(s.work), "file=" + cap, sd, sign, "receiptKey=" + file("aes:" + "55".repeat(16))));
            assertEquals("receipt-not-authentic", e.problem().code());
        }
    }

    /** What a delegated domain is shown is only its own: neither the domain that verifies nor what others have loaded. */
    @Test
    void aDelegatedDomainDoesNotDoubtWhatItIsNotShown() throws Exception {
        Pair token = pair("secp256r1");
        Pair dap = pair("secp256r1");
        String library = "F1234567BB01";
        Path lib = Files.write(dir.resolve("library.cap"), Caps.of(library).zip());
        Path cap = Files.write(dir.resolve("user.cap"), Caps.of(PACKAGE).applet(APPLET).needs(library, 1, 0).zip());
        try (var s = delegated(ScpVersion.SCP03_70, token, file(AES))) {
            s.run(new GpCreateDomainVerb(s.work), "aid=" + OTHER_DOMAIN, "privileges=mandated-dap-verification");
            s.run(new GpPutKeyVerb(s.work), "sd=" + OTHER_DOMAIN, "use=dap", "keyFile=" + dap.verifier());
            s.run(new GpLoadVerb(s.work), "file=" + lib, "dapKey=" + dap.signer(), "dapDomain=" + OTHER_DOMAIN);
            var all = List.of("file=" + cap, "tokenKey=" + token.signer(), "dapKey=" + dap.signer(), "dapDomain=" + OTHER_DOMAIN);
            var report = s.run(new GpLoadVerb(s.work), with(all, "sd=" + DOMAIN)).preflight().orElseThrow();
            assertEquals(List.of("It needs " + library + " 1.0; whether that is on the card is not known."), report.of(Weight.DOUBT));
            assertTrue(report.of(Weight.GOOD).contains("It is signed for " + OTHER_DOMAIN + ", of which the card tells nothing here."),
                    report.checks().toString());
            assertTrue(s.card.content().loadFiles().contains(Aid.of(PACKAGE)));
        }
    }

    @Test
    void aTokenWithAnIdentifierIsGoodOnce() throws Exception {
        Pair token = pair(AES);
        try (var s = delegated(ScpVersion.SCP03_70, token, file(AES))) {
            Path cap = cap();
            String sd = "sd=" + DOMAIN;
            var all = List.of("file=" + cap, sd, "tokenKey=" + token.signer(), "receiptKey=" + token.signer());
            s.run(new GpLoadVerb(s.work), with(all, "tokenId=0A01"));
            s.run(new GpDeleteVerb(s.work), "aid=" + PACKAGE, sd, "tokenKey=" + token.signer(), "tokenId=0A02", "receiptKey=" + token.signer());
            assertEquals(0x6985, sw(() -> s.run(new GpLoadVerb(s.work), with(all, "tokenId=0A01"))), "used");
            assertEquals(0x6985, sw(() -> s.run(new GpLoadVerb(s.work), with(all, "tokenId=0A02"))), "used by another operation");
            assertEquals(List.of("The card's receipt number 3 is good."), s.run(new GpLoadVerb(s.work), with(all, "tokenId=0A03")).notes());
            assertEquals(Fault.USAGE, assertThrows(EscException.class, () -> s.run(new GpLoadVerb(s.work), "file=" + cap, "tokenId=01")).fault());
        }
    }

    private static String[] with(List<String> all, String more) {
        var list = new ArrayList<>(all);
        list.add(more);
        return list.toArray(String[]::new);
    }

    /** The card's side by hand: each operation by its own command, a token of another operation, and the receipt's exact bytes. */
    @Test
    void eachOperationHasATokenOfItsOwn() throws Exception {
        var key = new SignatureKey.Symmetric(KeyType.AES, Hex.parse(AES.substring(4)));
        Aid pkg = Aid.of(PACKAGE);
        Aid app = Aid.of(APPLET);
        Aid domain = Aid.of(DOMAIN);
        try (var s = delegated(ScpVersion.SCP03_70, pair(AES), file(AES))) {
            var open = s.card.channel();
            open.transmit(CommandApdu.select(domain)).orThrow("select");
            try (SecureChannel c = SecureChannel.open(open, CardKeys.of(KeySet.factory(1, KeyType.AES)), 0, 0, SecurityLevel.C_MAC,
                    new java.security.SecureRandom())) {
                CapFile cap = CapFile.parse(Caps.of(PACKAGE).applet(APPLET).zip());
                byte[] hash = DapBlock.Hash.SHA256.of(cap.image());
                var load = new InstallCommand.ForLoad(pkg, Optional.of(domain), hash, InstallParameters.NONE, new byte[0]).signedBy(key);
                // an altered hash does not fit the token, another image not the hash
                byte[] altered = load.command(true).data();
                altered[20] ^= 1;
                assertEquals(0x6982, c.transmit(CommandApdu.of(0x80, 0xE6, 2, 0, altered, 256)).sw().value());
                c.transmit(load.command(true)).orThrow("begin");
                byte[] image = cap.image();
                image[image.length - 1] ^= 1;
                assertEquals(0x6A80, blocks(c, image).sw().value(), "another image than its hash says");
                c.transmit(load.command(true)).orThrow("begin");
                ResponseApdu loaded = blocks(c, cap.image());
                byte[] unique = s.card.cuid().bytes();
                byte[] confirmation = Hex.parse("020001" + Hex.of(unique.length) + Hex.of(unique));
                Receipt r = Receipt.parse(loaded.data()).orElseThrow();
                assertEquals(Hex.of(confirmation), Hex.of(r.confirmation()));
                assertEquals(Hex.of(key.sign(Hex.parse(Hex.of(confirmation) + "06" + PACKAGE + "06" + DOMAIN))), Hex.of(r.signature()));

                var install = new InstallCommand.ForInstall(true, false, Optional.of(pkg), Optional.of(app), app, new byte[1],
                        InstallParameters.forInstall(0, new byte[0]), new byte[0]);
                assertEquals(0x6982, c.transmit(install.withToken(load.token()).command(true)).sw().value(), "the load token");
                c.transmit(install.signedBy(key).command(true)).orThrow("install");
                var selectable = new InstallCommand.ForInstall(false, true, Optional.empty(), Optional.empty(), app, new byte[1],
                        InstallParameters.NONE, new byte[0]);
                assertEquals(0x6982, c.transmit(selectable.withToken(install.signedBy(key).token()).command(true)).sw().value());
                assertEquals(0x6985, c.transmit(selectable.command(true)).sw().value());
                ResponseApdu done = c.transmit(selectable.signedBy(key).command(true));
                assertTrue(Receipt.parse(done.data()).orElseThrow().verify(key, List.of(pkg, app)));
                assertEquals("C2020003", Hex.of(c.transmit(CommandApdu.of(0x80, 0xCA, 0x00, 0xC2, new byte[0], 256)).data()));
                // somebody else's package and the card's state are not its business
                assertEquals(0x6985, c.transmit(CommandApdu.of(0x80, 0xF0, 0x80, 0x7F, new byte[0], 256)).sw().value());
            }
        }
    }

    private static ResponseApdu blocks(SecureChannel c, byte[] image) throws CardException, EscException {
        ResponseApdu last = ResponseApdu.ok();
        for (LoadBlock b : LoadBlock.split(image, 200)) {
            last = c.transmit(b.command(true));
        }
        return last;
    }

    @Test
    void aReceiptThatComesAgainIsRefused() throws Exception {
        Pair token = pair(AES);
        try (var s = delegated(ScpVersion.SCP03_70, token, file(AES))) {
            s.run(new GpLoadVerb(s.work), "file=" + cap(), "sd=" + DOMAIN, "tokenKey=" + token.signer());
            var args = new TokenKeyArgs(Optional.empty(), Optional.empty(), Optional.of(token.signer()));
            var content = new ContentArgs(new org.esc.card.CardArgs(Optional.empty(), Optional.empty(), Optional.empty()), Optional.empty(),
                    org.esc.securechannel.keys.KeyArgs.named("factory"), false, false, false);
            s.work.secure("test", content, new org.esc.command.Context(s, s.progress, s.cancel), target -> {
                try (SignatureKey key = SignatureKey.read(token.signer())) {
                    var subjects = List.of(Aid.of(PACKAGE));
                    byte[] unique = s.card.cuid().bytes();
                    Step.Answered look = args.confirmation(subjects, target);
                    var old = ResponseApdu.of(Receipt.sign(1, unique, key, subjects).encode(), 0x9000);
                    assertEquals("receipt-replayed", code(Fault.CARD, () -> look.note(old)));
                    var next = ResponseApdu.of(Receipt.sign(2, unique, key, subjects).encode(), 0x9000);
                    assertEquals("The card's receipt number 2 is good.", look.note(next));
                    assertEquals("receipt-replayed", code(Fault.CARD, () -> look.note(next)));
                }
                return "";
            });
        }
    }

    @Test
    void keysForOtherUsesComeAndGo() throws Exception {
        try (var s = new Stage(ScpVersion.SCP03_70, dir)) {
            s.newKeys = "11".repeat(16);
            var put = s.run(new GpPutKeyVerb(s.work), "use=receipt", "showApdus=true");
            String kcv = Hex.of(KeySet.kcv(KeyType.AES, Hex.parse(s.newKeys)));
            assertEquals("add key 1 of version 71 for receipt generation (AES-128, check value " + kcv + ")", put.steps().getFirst().what());
            assertEquals("key-exists", code(Fault.USAGE, () -> s.run(new GpPutKeyVerb(s.work), "use=receipt")));
            s.newKeys = "des:" + "12".repeat(16);
            s.run(new GpPutKeyVerb(s.work), "use=receipt", "replace=71");
            s.newKeys = "13".repeat(24);
            assertEquals("no-version", code(Fault.USAGE, () -> s.run(new GpPutKeyVerb(s.work), "use=data")));
            s.run(new GpPutKeyVerb(s.work), "use=data", "newVersion=74", "keyId=9", "keyType=des3");
            s.run(new GpPutKeyVerb(s.work), "use=data", "newVersion=74", "keyId=10", "keyType=aes");
            assertEquals(List.of("AES-128", "AES-128", "AES-128", "DES3-112", "DES3-168", "AES-192"),
                    s.run(new GpInfoVerb(s.work)).keys().stream().map(org.esc.globalplatform.KeyInfo::typeText).toList());
            // a receipt key has to be secret, and a triple DES key of three parts makes no MAC
            Pair rsa = pair("RSA-1024");
            assertEquals(0x6A80, sw(() -> s.run(new GpPutKeyVerb(s.work), "use=receipt", "replace=71", "keyFile=" + rsa.verifier())));
            s.newKeys = "des:" + "12".repeat(24);
            assertEquals(0x6A80, sw(() -> s.run(new GpPutKeyVerb(s.work), "use=token")));

            assertEquals("no-key", code(Fault.USAGE, () -> s.run(new GpDeleteKeyVerb(s.work), "version=74", "keyId=8")));
            s.run(new GpDeleteKeyVerb(s.work), "version=74", "keyId=9");
            s.run(new GpDeleteKeyVerb(s.work), "version=71");
            assertEquals(List.of(1, 2, 3, 10),
                    s.run(new GpInfoVerb(s.work)).keys().stream().map(org.esc.globalplatform.KeyInfo::id).toList());
            assertEquals(List.of(1), s.card.content().keyVersions(), "the set stays");
            for (String bad : List.of("zz", "1234", "aes:12", "des:zz", "-----BEGIN")) {
                s.newKeys = bad;
                var e = assertThrows(EscException.class, () -> s.run(new GpPutKeyVerb(s.work), "use=token"));
                assertEquals("key-length", e.problem().code());
                assertTrue(!e.getMessage().contains(bad), e.getMessage());
            }
        }
    }

    @Test
    void largePublicKeysComeInSeveralCommands() throws Exception {
        Pair rsa = pair("RSA-2048");
        try (var s = new Stage(ScpVersion.SCP03_70, dir)) {
            int before = s.changes().size();
            s.run(new GpPutKeyVerb(s.work), "use=token", "keyFile=" + rsa.verifier());
            assertEquals(List.of("D8", "D8"), s.changes().subList(before, s.changes().size()));
            var key = s.run(new GpInfoVerb(s.work)).keys().getLast();
            assertEquals("70 1 RSA-2048 public", String.format("%02X %d %s", key.version(), key.id(), key.typeText()));
        }
    }

    static Stream<ScpVersion> protocols() {
        return Stream.of(ScpVersion.SCP01_05, ScpVersion.SCP02_15, ScpVersion.SCP03_70);
    }

    @ParameterizedTest
    @MethodSource("protocols")
    void oneKeyOfASetIsReplaced(ScpVersion scp) throws Exception {
        try (var s = new Stage(scp, dir)) {
            s.newKeys = "20".repeat(16) + ":" + "30".repeat(16) + ":" + "40".repeat(16);
            s.run(new GpPutKeyVerb(s.work), "newVersion=20");
            for (int id = 1; id <= 3; id++) {
                s.newKeys = ("2" + id).repeat(16);
                var r = s.run(new GpPutKeyVerb(s.work), "replace=20", "keyId=" + id);
                assertTrue(r.steps().getFirst().what().startsWith("replace key " + id + " of version 20 ("), r.steps().toString());
                s.environment.put("NOW", String.join(":", id >= 1 ? "21".repeat(16) : "", id >= 2 ? "22".repeat(16) : "30".repeat(16),
                        id >= 3 ? "23".repeat(16) : "40".repeat(16)));
                s.run(new GpListVerb(s.work), "keyEnv=NOW", "keyVersion=20");
            }
            // the DEK that arrived is the one that was sent: it takes the next keys
            s.newKeys = "31".repeat(16);
            s.run(new GpPutKeyVerb(s.work), "newVersion=21", "keyEnv=NOW", "keyVersion=20");
            assertEquals("no-version", code(Fault.USAGE, () -> s.run(new GpPutKeyVerb(s.work), "keyId=2")));
            assertEquals("no-key", code(Fault.USAGE, () -> s.run(new GpPutKeyVerb(s.work), "replace=33", "keyId=2")));
            s.newKeys = "31".repeat(24);
            assertEquals(0x6A80, sw(() -> s.run(new GpPutKeyVerb(s.work), "replace=20", "keyId=2")), "another length");
        }
    }

    @Test
    void namedSetsGoOntoCards() throws Exception {
        try (var s = new Stage(ScpVersion.SCP03_70, dir)) {
            var r = s.run(new GpPutKeyVerb(s.work), "newKeys=factory", "newVersion=20", "newKdf=kdf3");
            assertTrue(r.warnings().isEmpty(), "diversified they are not what everybody knows");
            s.run(new GpListVerb(s.work), "keys=factory", "kdf=kdf3", "keyVersion=20");
            s.run(new GpPutKeyVerb(s.work), "newKeys=factory", "replace=20", "keyId=2");
            assertEquals("card-not-authentic", code(Fault.CARD,
                    () -> s.run(new GpListVerb(s.work), "keys=factory", "kdf=kdf3", "keyVersion=20")));
            assertEquals("no-such-keys", code(Fault.USAGE, () -> s.run(new GpPutKeyVerb(s.work), "newKeys=none", "newVersion=22")));
            s.newKeys = Hex.of(KeySet.factoryKey());
            assertTrue(s.run(new GpPutKeyVerb(s.work), "use=dap").warnings().getLast().contains("published"));
        }
    }

    @Test
    void partsOfDifferentCommandsDoNotMix() throws Exception {
        try (var s = new Stage(ScpVersion.SCP03_00, dir)) {
            var open = s.card.channel();
            try (SecureChannel c = SecureChannel.open(open, CardKeys.of(KeySet.factory(1, KeyType.AES)), 0, 0, SecurityLevel.C_MAC,
                    new java.security.SecureRandom())) {
                var load = new InstallCommand.ForLoad(Aid.of(PACKAGE), Optional.empty(), new byte[0], InstallParameters.NONE, new byte[0]);
                var begin = CommandApdu.of(0x84, 0xE6, 0x82, 0, new byte[4], 256);
                open.transmit(begin).orThrow("begin");
                assertEquals(0x6A86, open.transmit(CommandApdu.of(0x84, 0xE6, 0x0C, 0, new byte[4], 256)).sw().value(), "an end of another INSTALL");
                open.transmit(begin).orThrow("begin");
                assertEquals(0x6A86, open.transmit(CommandApdu.of(0x80, 0xE6, 0x02, 0, new byte[4], 256)).sw().value(), "an end without protection");
                open.transmit(begin).orThrow("begin");
                assertEquals(0x6A88, c.transmit(CardManager.deleteCommand(Aid.of(PACKAGE), false)).sw().value(), "a command of its own");
                open.transmit(begin).orThrow("begin");
                c.transmit(CommandApdu.of(0x80, 0xCA, 0x00, 0xC1, new byte[0], 256));
                assertEquals(0x9000, c.transmitInParts(load.command(true), 4).sw().value(), "what was begun before is forgotten");
                open.transmit(begin).orThrow("begin");
                assertEquals(0x6988, open.transmit(CommandApdu.of(0x84, 0xE6, 0x02, 0, new byte[12], 256)).sw().value(), "a whole without its MAC");
            }
        }
    }

    @Test
    void aLongKeyComesInParts() throws Exception {
        try (var s = new Stage(ScpVersion.SCP03_00, dir)) {
            var open = s.card.channel();
            try (SecureChannel c = SecureChannel.open(open, CardKeys.of(KeySet.factory(1, KeyType.AES)), 0, 0, SecurityLevel.C_MAC,
                    new java.security.SecureRandom()); SignatureKey key = SignatureKey.read(pair("RSA-1024").verifier())) {
                byte[] field = org.esc.globalplatform.KeyField.encode(key, 16, c::encryptWithDek);
                byte[] data = new byte[field.length + 1];
                data[0] = 0x73;
                System.arraycopy(field, 0, data, 1, field.length);
                open.transmit(CommandApdu.of(0x84, 0xD8, 0x80, 1, new byte[60], 256)).orThrow("begin");
                assertEquals(0x6A86, open.transmit(CommandApdu.of(0x84, 0xD8, 0x80, 2, new byte[60], 256)).sw().value(), "another key");
                assertEquals(0x9000, c.transmitInParts(org.esc.globalplatform.KeyField.command(0, 1, data), 60).sw().value());
            }
        }
    }
}
