// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import org.eclipse.swt.SWT;
import org.eclipse.swt.widgets.Button;
import org.eclipse.swt.widgets.Canvas;
import org.eclipse.swt.widgets.Combo;
import org.eclipse.swt.widgets.Event;
import org.eclipse.swt.widgets.Shell;
import org.eclipse.swt.widgets.Table;
import org.esc.driver.fake.FakeDriver;
import org.esc.driver.fake.TestCertificates;
import org.esc.piv.Biometric;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.CardFile;
import org.esc.softcard.CardSpec;
import org.esc.softcard.openpgp.OpenPgpAppletFactory;
import org.esc.softcard.piv.PivAppletFactory;
import org.esc.ui.VerbDialog;
import org.esc.ui.testing.Access;
import org.esc.ui.testing.Ui;
import org.junit.jupiter.api.Test;

/** The Token Explorer with PIV and OpenPGP cards in software, their drivers and the real verbs: all that is offered works. */
class RealCardsTest extends ExplorerDesk {

    private static final String PIN = "123456";
    private static final String PIV_PIN = "PIV card application PIN";
    /** The management key with which PIV cards are delivered is the one of the fake driver too. */
    private static final String MANAGEMENT_KEY = FakeDriver.ADMIN;
    private static final String PW3 = "12345678";
    private static final String FACE = "5fc108  Cardholder Facial Image";

    private String plug(AppletFactory applet) throws Exception {
        Path file = folder.resolve("card.token");
        CardFile.create(file, CardSpec.standard(), List.of(applet), Optional.empty());
        String reader = readers.plug(file);
        untilRead();
        return reader;
    }

    private void begin(String entry, TokenAction action) {
        select(entry);
        assertTrue(view.possible(action), action + " is offered for " + entry);
        view.perform(action);
    }

    private static Shell input() {
        Shell shell = untilStage(VerbDialog.Stage.INPUT);
        assertEquals(List.of(), Access.dialogComplaints(shell));
        return shell;
    }

    private static String done() {
        Ui.until("it is over", () -> dialog().filter(d -> d.stage() == VerbDialog.Stage.DONE || d.stage() == VerbDialog.Stage.FAILED).isPresent());
        Shell shell = dialog().orElseThrow().getShell();
        String words = Ui.texts(shell);
        assertEquals(VerbDialog.Stage.DONE, dialog().orElseThrow().stage(), words);
        Ui.press(shell, "Close");
        return words;
    }

    private static String failed() {
        Shell shell = untilStage(VerbDialog.Stage.FAILED);
        String words = Ui.texts(shell);
        assertFalse(words.contains("Exception"), words);
        Ui.press(shell, "Close");
        return words;
    }

    private static void choose(Shell shell, int combo, String words) {
        Combo c = Ui.all(shell, Combo.class, Combo::isVisible).get(combo);
        assertTrue(List.of(c.getItems()).contains(words), () -> words + " among " + List.of(c.getItems()));
        c.setText(words);
        c.notifyListeners(SWT.Selection, new Event());
    }

    private static void goOn(String title) {
        Shell shell = untilAsked(title);
        Button yes = Ui.all(shell, Button.class, b -> b.isVisible() && (b.getText().contains("Yes") || b.getText().contains("Go On"))).getFirst();
        Ui.click(yes);
        Ui.until(title + " is answered", shell::isDisposed);
    }

    private static void newValue(String value) {
        Shell shell = untilAsked("Choose a new value");
        Ui.type(shell, "first", value);
        Ui.type(shell, "second", value);
        Ui.press(shell, "Set Value");
        Ui.until("it is chosen", shell::isDisposed);
    }

    private void untilNote(String entry, String note) {
        Ui.until(entry + ": " + note, () -> item(entry).filter(i -> i.getText(1).equals(note)).isPresent());
        Ui.until("all is read", () -> view.model().cards().stream().allMatch(c -> c.state() == ExplorerModel.State.READ));
    }

    private static PublicKey publicKey(Path file, String algorithm) throws Exception {
        String body = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
        return KeyFactory.getInstance(algorithm).generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(body)));
    }

    private PublicKey generate(String entry, String algorithm, String family, String title, String field, String key) throws Exception {
        Path file = folder.resolve("public.pem");
        Files.deleteIfExists(file);
        begin(entry, TokenAction.GENERATE_KEY);
        Shell shell = input();
        choose(shell, 1, algorithm);
        Ui.type(shell, "out", file.toString());
        Ui.press(shell, "Generate");
        answer(title, field, key);
        assertTrue(done().contains("-----BEGIN PUBLIC KEY-----"));
        return publicKey(file, family);
    }

    private void importCertificate(String entry, X509Certificate certificate, String title, String field, String key) throws Exception {
        Path file = Files.write(folder.resolve("certificate.der"), certificate.getEncoded());
        begin(entry, TokenAction.IMPORT_CERTIFICATE);
        Shell shell = input();
        Ui.type(shell, "file", file.toString());
        Ui.press(shell, "Import");
        answer(title, field, key);
        done();
    }

    private byte[] signature(String entry, byte[] message, String field, String pin) throws Exception {
        Path text = Files.write(folder.resolve("message"), message);
        Path out = folder.resolve("signature");
        Files.deleteIfExists(out);
        begin(entry, TokenAction.SIGN);
        Shell shell = input();
        Ui.type(shell, "file", text.toString());
        Ui.type(shell, "out", out.toString());
        Ui.press(shell, "Sign");
        answer("Enter the PIN", field, pin);
        done();
        return Files.readAllBytes(out);
    }

    private static boolean verifies(String algorithm, PublicKey key, byte[] message, byte[] signature) throws Exception {
        var s = Signature.getInstance(algorithm);
        s.initVerify(key);
        s.update(message);
        return s.verify(signature);
    }

    private static X509Certificate certificate(PublicKey key) {
        return TestCertificates.user(key, "CN=Jo Doe,O=Example", TestCertificates.ec(), "CN=Test Root,O=Example", Instant.now().minusSeconds(1000),
                Instant.now().plusSeconds(10_000_000));
    }

    private static boolean property(String name, String value) {
        return Ui.all(Ui.window(), Table.class, t -> t.isVisible() && t.getColumn(0).getText().equals("Property")).stream()
                .flatMap(t -> Arrays.stream(t.getItems())).anyMatch(i -> i.getText().equals(name) && i.getText(1).equals(value));
    }

    // ---- PIV

    @Test
    void aPivCardOffersNothingThatItCannotDo() throws Exception {
        plug(new PivAppletFactory());
        select(PIV_PIN);
        assertTrue(offered().containsAll(List.of("Verify PIN…", "Change PIN…", "Unblock PIN…", "Set Tries…")), offered().toString());
        assertTrue(property("Unblocked with", "PIN unblocking key"));
        select("PIN unblocking key");
        assertFalse(offered().contains("Verify PIN…") || offered().contains("Unblock PIN…"), offered().toString());
        select("9a  PIV Authentication");
        assertTrue(offered().containsAll(List.of("Generate Key…", "Import Key…")), offered().toString());
        assertTrue(Stream.of("Sign File…", "Decrypt File…", "Certificate Request…", "Attest Key…", "Move Key…", "Delete…").noneMatch(offered()::contains),
                "nothing can be done with an empty slot: " + offered());
        select("f9  Attestation");
        assertTrue(Stream.of("Attest Key…", "Move Key…", "Sign File…").noneMatch(offered()::contains), "what attests is not attested: " + offered());
        select("7e  Discovery Object");
        assertFalse(offered().contains("Delete…"), "no card does without it: " + offered());
        assertFalse(offered().contains("Save Picture…"), offered().toString());
        assertEquals(List.of(), Access.complaints(Ui.window()));
    }

    @Test
    void aPivKeyIsMadeCertifiedUsedAttestedMovedAndDeleted() throws Exception {
        plug(new PivAppletFactory());
        String admin = "Administrator's key";
        PublicKey key = generate("9a  PIV Authentication", "EC P256", "EC", admin, "ADMIN_KEY", MANAGEMENT_KEY);
        untilNote("9a  PIV Authentication", "EC private key 256");

        begin("9a  PIV Authentication", TokenAction.REQUEST);
        Shell shell = input();
        Ui.type(shell, "subject", "CN=Jo Doe");
        Ui.press(shell, "Make Request");
        answer("Enter the PIN", "OLD_PIN", PIN);
        assertTrue(done().contains("-----BEGIN CERTIFICATE REQUEST-----"));

        byte[] message = "to be signed".getBytes();
        assertTrue(verifies("SHA256withECDSA", key, message, signature("9a  PIV Authentication", message, "OLD_PIN", PIN)));

        begin("9a  PIV Authentication", TokenAction.ATTEST);
        shell = input();
        Path statement = folder.resolve("statement.pem");
        Ui.type(shell, "out", statement.toString());
        Ui.press(shell, "Attest");
        done();
        var attested = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(Files.readAllBytes(statement))).stream()
                .map(X509Certificate.class::cast).toList();
        assertEquals(key, attested.get(0).getPublicKey());
        attested.get(0).verify(attested.get(1).getPublicKey());

        importCertificate("9a  PIV Authentication", certificate(key), admin, "ADMIN_KEY", MANAGEMENT_KEY);
        Ui.until("the certificate shows", () -> item("9a  Jo Doe").isPresent());
        select("9a  Jo Doe");
        assertTrue(labels().contains("Valid until "), labels());
        Ui.screenshot(Ui.window(), "explorer-piv");
        Path pem = folder.resolve("exported.pem");
        begin("9a  Jo Doe", TokenAction.EXPORT_CERTIFICATE);
        shell = input();
        Ui.type(shell, "file", pem.toString());
        Ui.press(shell, "Export");
        done();
        assertTrue(Files.readString(pem).startsWith("-----BEGIN CERTIFICATE-----"));

        begin("9a  PIV Authentication", TokenAction.MOVE_KEY);
        shell = input();
        Combo to = Ui.all(shell, Combo.class, Combo::isVisible).getFirst();
        assertFalse(Arrays.stream(to.getItems()).anyMatch(i -> i.startsWith("f9")), "no key takes the place of the one that attests");
        choose(shell, 0, "82  Retired Key Management 1 (empty)");
        Ui.press(shell, "Move");
        answer(admin, "ADMIN_KEY", MANAGEMENT_KEY);
        done();
        untilNote("82  Retired Key Management 1", "EC private key 256");

        begin("82  Retired Key Management 1", TokenAction.DELETE);
        goOn("Delete the key");
        answer(admin, "ADMIN_KEY", MANAGEMENT_KEY);
        done();
        untilNote("82  Retired Key Management 1", "empty");
        begin("9a  Jo Doe", TokenAction.DELETE);
        goOn("Delete the certificate");
        answer(admin, "ADMIN_KEY", MANAGEMENT_KEY);
        done();
        Ui.until("it is gone", () -> item("9a  Jo Doe").isEmpty());
    }

    @Test
    void anImportedPivKeyDecryptsAndIsNotAttested() throws Exception {
        plug(new PivAppletFactory());
        KeyPair pair = TestCertificates.rsa();
        Path file = Files.write(folder.resolve("key.der"), pair.getPrivate().getEncoded());
        begin("9d  Key Management", TokenAction.IMPORT_KEY);
        Shell shell = input();
        Ui.type(shell, "file", file.toString());
        Ui.press(shell, "Import");
        answer("Administrator's key", "ADMIN_KEY", MANAGEMENT_KEY);
        done();
        untilNote("9d  Key Management", "RSA private key 2048");
        assertFalse(view.possible(TokenAction.ATTEST), "it was not made there");

        var cipher = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        cipher.init(Cipher.ENCRYPT_MODE, pair.getPublic());
        Path cryptogram = Files.write(folder.resolve("cryptogram"), cipher.doFinal("a secret".getBytes()));
        Path out = folder.resolve("plain");
        begin("9d  Key Management", TokenAction.DECRYPT);
        shell = input();
        Ui.type(shell, "file", cryptogram.toString());
        Ui.type(shell, "out", out.toString());
        Ui.press(shell, "Decrypt");
        answer("Enter the PIN", "OLD_PIN", PIN);
        done();
        assertEquals("a secret", Files.readString(out));
    }

    @Test
    void aPivKeyAgreesOnASecretWithAnothersKey() throws Exception {
        plug(new PivAppletFactory());
        PublicKey key = generate("9d  Key Management", "EC P256", "EC", "Administrator's key", "ADMIN_KEY", MANAGEMENT_KEY);
        untilNote("9d  Key Management", "EC private key 256");
        select("9a  PIV Authentication");
        assertFalse(offered().contains("Agree on Secret…"), "nothing can be done with an empty slot: " + offered());

        KeyPair other = TestCertificates.ec();
        Path theirs = Files.write(folder.resolve("other.der"), other.getPublic().getEncoded());
        Path out = folder.resolve("secret");
        begin("9d  Key Management", TokenAction.AGREE);
        Shell shell = input();
        assertFalse(Ui.button(shell, "Agree").isEnabled(), "two files are needed");
        Ui.type(shell, "file", theirs.toString());
        Ui.type(shell, "out", out.toString());
        Ui.screenshot(shell, "explorer-agree");
        Ui.press(shell, "Agree");
        answer("Enter the PIN", "OLD_PIN", PIN);
        String words = done();
        byte[] secret = Files.readAllBytes(out);
        var agreement = javax.crypto.KeyAgreement.getInstance("ECDH");
        agreement.init(other.getPrivate());
        agreement.doPhase(key, true);
        assertArrayEquals(agreement.generateSecret(), secret);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(out)));
        assertFalse(words.toUpperCase(Locale.ROOT).contains(HexFormat.of().withUpperCase().formatHex(secret, 0, 4)), "the secret is in the file only: " + words);

        begin("9d  Key Management", TokenAction.AGREE);
        shell = input();
        Ui.type(shell, "file", Files.writeString(folder.resolve("garbage"), "no key").toString());
        Ui.type(shell, "out", folder.resolve("nothing").toString());
        Ui.press(shell, "Agree");
        assertTrue(failed().contains("There is no public key in "));
        assertFalse(Files.exists(folder.resolve("nothing")));
    }

    @Test
    void thePivPinIsBlockedUnblockedChangedAndGivenMoreTries() throws Exception {
        plug(new PivAppletFactory());
        begin(PIV_PIN, TokenAction.VERIFY_PIN);
        answer("Enter the PIN", "OLD_PIN", "654321");
        Ui.until("it is asked again", () -> Ui.shells().stream().anyMatch(s -> Ui.texts(s).contains("2 tries left.")));
        answer("Enter the PIN", "OLD_PIN", "654321");
        goOn("One try left");
        answer("Enter the PIN", "OLD_PIN", "654321");
        assertTrue(failed().contains("blocked"));
        untilNote(PIV_PIN, "blocked");
        assertEquals(List.of("Unblock PIN…", "Set Tries…"), offered().stream().filter(o -> o.contains("PIN") || o.contains("Tries")).toList());

        begin(PIV_PIN, TokenAction.UNBLOCK_PIN);
        answer("Enter the unblocking code", "PUK", "12345678");
        newValue("222222");
        done();
        untilNote(PIV_PIN, "3 tries left");

        begin(PIV_PIN, TokenAction.CHANGE_PIN);
        answer("Enter the PIN", "OLD_PIN", "222222");
        newValue("333333");
        done();
        begin(PIV_PIN, TokenAction.VERIFY_PIN);
        answer("Enter the PIN", "OLD_PIN", "333333");
        done();

        begin(PIV_PIN, TokenAction.PIN_TRIES);
        Shell shell = input();
        assertTrue(Ui.texts(shell).contains("first values"), Ui.texts(shell));
        Ui.type(shell, "pin=tries", "9");
        Ui.press(shell, "Set");
        goOn("Set the numbers of tries");
        answer("Administrator's key", "ADMIN_KEY", MANAGEMENT_KEY);
        answer("Enter the PIN", "OLD_PIN", "333333");
        done();
        untilNote(PIV_PIN, "9 tries left");
    }

    @Test
    void thePivManagementKeyIsChangedAndAResetBringsTheFirstOneBack() throws Exception {
        plug(new PivAppletFactory());
        String fresh = "00112233445566778899AABBCCDDEEFF0123456789ABCDEF0123456789ABCDEF";
        begin("PIV", TokenAction.ADMINISTRATOR_KEY);
        Shell shell = input();
        assertEquals("AES-192", Ui.all(shell, Combo.class, Combo::isVisible).getFirst().getText(), "what it is now comes first");
        choose(shell, 0, "AES-256");
        Ui.press(shell, "Change");
        answer("Administrator's key", "ADMIN_KEY", MANAGEMENT_KEY);
        answer("New administrator's key", "NEW_ADMIN_KEY", fresh);
        answer("New administrator's key once more", "NEW_ADMIN_KEY_AGAIN", fresh);
        done();
        select("PIV");
        Ui.until("its kind shows", () -> property("Administrator's key", "AES-256"));

        begin("PIV", TokenAction.STEP);
        Ui.press(input(), "Go On");
        Shell sure = untilAsked("Reset the PIV application");
        String id = Ui.texts(sure).replaceAll("(?s).*The card is ([0-9A-Fa-f]+)\\..*", "$1");
        Ui.type(sure, "typed", id);
        Ui.press(sure, "Go On Anyway");
        done();
        select("PIV");
        Ui.until("the first key is back", () -> property("Administrator's key", "AES-192, the well-known one: change it"));
    }

    private void readFace(byte[] picture) throws Exception {
        plug(new PivAppletFactory());
        Path file = Files.write(folder.resolve("face"), face(picture));
        begin(FACE, TokenAction.WRITE_OBJECT);
        Shell shell = input();
        Ui.type(shell, "file", file.toString());
        Ui.press(shell, "Write");
        // without the PIN nobody can tell whether there is one
        goOn("Replace the object");
        answer("Administrator's key", "ADMIN_KEY", MANAGEMENT_KEY);
        done();
        untilNote(FACE, "needs " + PIV_PIN);
        select(FACE);
        assertFalse(view.possible(TokenAction.SAVE_PICTURE), "nobody knows yet what is in it");
        Ui.press(Ui.window(), "Read");
        answer("Enter the PIN", "OLD_PIN", PIN);
    }

    @Test
    void aFaceInJpeg2000IsDrawn() throws Exception {
        readFace(RealCardsTest.class.getResourceAsStream("lossless.jp2").readAllBytes());
        Ui.until("the picture shows", () -> Ui.all(Ui.window(), Canvas.class, c -> c.isVisible() && c.getClass() == Canvas.class).stream()
                .anyMatch(c -> c.getParent().getParent() instanceof ObjectPane));
        assertFalse(labels().contains("cannot be shown"), labels());
        Ui.screenshot(Ui.window(), "explorer-face");
    }

    @Test
    void aPictureThatCannotBeDrawnIsSavedForAnotherProgram() throws Exception {
        byte[] picture = {0, 0, 0, 12, 0x6A, 0x50, 0x20, 0x20, 13, 10, (byte) 0x87, 10, 1, 2, 3};
        readFace(picture);
        Ui.until("it says that it cannot", () -> labels().contains("The picture in it cannot be shown here"));
        Path out = folder.resolve("face.jp2");
        Ui.press(Ui.window(), "Save Picture…");
        Shell shell = input();
        Ui.type(shell, "out", out.toString());
        Ui.press(shell, "Save");
        answer("Enter the PIN", "OLD_PIN", PIN);
        done();
        assertArrayEquals(picture, Files.readAllBytes(out));
    }

    /** The object of a facial image (SP 800-76-2 §7, INCITS 385 §5) with this picture, which nobody signed. */
    private static byte[] face(byte[] picture) {
        int block = 20 + 12 + picture.length;
        byte[] data = ByteBuffer.allocate(14 + block).put("FAC\0".getBytes()).put("010\0".getBytes()).putInt(14 + block).putShort((short) 1)
                .putInt(block).put(new byte[16]).put((byte) 1).put((byte) 1).putShort((short) 300).putShort((short) 400).put(new byte[6]).put(picture)
                .array();
        byte[] header = ByteBuffer.allocate(Biometric.HEADER).put((byte) 3).put((byte) 0x0D).putInt(data.length).putShort((short) 0).array();
        header[38] = Biometric.FACE;
        return ByteBuffer.allocate(4 + header.length + data.length + 2).put((byte) 0xBC).put((byte) 0x82).putShort((short) (header.length + data.length))
                .put(header).put(data).put((byte) 0xFE).put((byte) 0).array();
    }

    // ---- OpenPGP

    @Test
    void anOpenPgpCardOffersNothingThatItCannotDo() throws Exception {
        plug(new OpenPgpAppletFactory());
        select("Resetting code");
        assertTrue(Stream.of("Verify PIN…", "Change PIN…", "Set Tries…").noneMatch(offered()::contains), offered().toString());
        assertTrue(offered().contains("Unblock PIN…"), "the administrator sets it: " + offered());
        assertEquals("not set", item("Resetting code").orElseThrow().getText(1));
        assertTrue(property("Tries left", "not set"));
        select("Administrator's PIN (PW3)");
        assertFalse(offered().contains("Unblock PIN…"), "nothing unblocks it: " + offered());
        select("4f  Application identifier");
        assertTrue(Stream.of("Write Object…", "Delete…").noneMatch(offered()::contains), "nobody can write it: " + offered());
        select("5f50  URL of the public key");
        assertTrue(offered().contains("Write Object…"), offered().toString());
        select("OpenPGP");
        assertFalse(offered().contains("Change Administrator's Key…"), offered().toString());
        assertEquals(List.of(), Access.complaints(Ui.window()));
    }

    @Test
    void openPgpKeysAreMadeInEachSlotWithWhatItTakes() throws Exception {
        plug(new OpenPgpAppletFactory());
        begin("sig  Signature key", TokenAction.GENERATE_KEY);
        Shell shell = input();
        Combo algorithm = Ui.all(shell, Combo.class, Combo::isVisible).get(1);
        assertTrue(List.of(algorithm.getItems()).contains("Ed25519"));
        choose(shell, 0, "dec  Decryption key (empty)");
        assertTrue(List.of(algorithm.getItems()).contains("X25519") && !List.of(algorithm.getItems()).contains("Ed25519"),
                "as the slot, so what can be made in it: " + List.of(algorithm.getItems()));
        assertEquals(3, Ui.all(shell, Combo.class, Combo::isVisible).size(), "it lets one choose when to touch, not when to enter the PIN");
        Ui.press(shell, "Cancel");
        Ui.until("the dialog is closed", () -> dialog().isEmpty());

        PublicKey key = generate("sig  Signature key", "EC P256", "EC", "Enter the PIN", "ADMIN_PIN", PW3);
        untilNote("sig  Signature key", "EC private key 256");
        byte[] message = "to be signed".getBytes();
        assertTrue(verifies("SHA256withECDSA", key, message, signature("sig  Signature key", message, "OLD_PIN", PIN)));
        importCertificate("sig  Signature key", certificate(key), "Enter the PIN", "ADMIN_PIN", PW3);
        Ui.until("the certificate shows", () -> item("sig  Jo Doe").isPresent());
        select("sig  Jo Doe");
        Ui.screenshot(Ui.window(), "explorer-openpgp");
    }

    @Test
    void anOpenPgpResettingCodeIsSetAndUnblocksThePin() throws Exception {
        plug(new OpenPgpAppletFactory());
        begin("Resetting code", TokenAction.UNBLOCK_PIN);
        answer("Enter the PIN", "ADMIN_PIN", PW3);
        newValue("code1234");
        done();
        untilNote("Resetting code", "3 tries left");
        begin("User PIN (PW1)", TokenAction.UNBLOCK_PIN);
        answer("Enter the unblocking code", "PUK", "code1234");
        newValue("333333");
        done();
        begin("User PIN (PW1)", TokenAction.VERIFY_PIN);
        answer("Enter the PIN", "OLD_PIN", "333333");
        done();
    }

    @Test
    void openPgpPinsAndReset() throws Exception {
        plug(new OpenPgpAppletFactory());
        begin("User PIN (PW1)", TokenAction.CHANGE_PIN);
        answer("Enter the PIN", "OLD_PIN", PIN);
        newValue("222222");
        done();
        begin("User PIN (PW1)", TokenAction.UNBLOCK_PIN);
        answer("Enter the PIN", "ADMIN_PIN", PW3);
        newValue("333333");
        done();
        begin("User PIN (PW1)", TokenAction.VERIFY_PIN);
        answer("Enter the PIN", "OLD_PIN", "333333");
        done();

        begin("OpenPGP", TokenAction.STEP);
        Shell shell = input();
        choose(shell, 0, "Hash PINs before they are sent (KDF)");
        Ui.press(shell, "Go On");
        goOn("Hash PINs before they are sent (KDF)");
        answer("Enter the PIN", "ADMIN_PIN", PW3);
        done();
        begin("User PIN (PW1)", TokenAction.VERIFY_PIN);
        answer("Enter the PIN", "OLD_PIN", PIN);
        done();

        begin("OpenPGP", TokenAction.STEP);
        Ui.press(input(), "Go On");
        Shell sure = untilAsked("Reset the OpenPGP application");
        Ui.type(sure, "typed", Ui.texts(sure).replaceAll("(?s).*The card is ([0-9A-Fa-f]+)\\..*", "$1"));
        Ui.press(sure, "Go On Anyway");
        done();
        begin("User PIN (PW1)", TokenAction.VERIFY_PIN);
        answer("Enter the PIN", "OLD_PIN", PIN);
        done();
    }
}
