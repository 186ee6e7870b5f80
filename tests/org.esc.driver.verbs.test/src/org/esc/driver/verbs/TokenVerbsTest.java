// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.driver.host.Tokens;
import org.esc.card.CardArgs;
import org.esc.driver.CertificateWriting;
import org.esc.driver.Pins;
import org.esc.driver.fake.FakeDriver;
import org.esc.driver.fake.TestCertificates;
import org.esc.globalplatform.verbs.SureArgs;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people do with a token through its driver: certificates, objects, PINs, the whole of it. */
class TokenVerbsTest {

    @TempDir
    Path dir;
    private Desk desk;

    @BeforeEach
    void sitDown() {
        desk = new Desk(dir);
    }

    @AfterEach
    void getUp() {
        desk.close();
    }

    private static String code(org.junit.jupiter.api.function.Executable deed) {
        return assertThrows(EscException.class, deed).problem().code();
    }

    private CertificateVerbs.ListVerb.Result certs() throws EscException {
        return desk.run(new CertificateVerbs.ListVerb(desk.work), new CertificateVerbs.ListVerb.Args(Desk.token()));
    }

    @Test
    void certificatesAreListedWithValidityKeyAndChain() throws Exception {
        var all = certs().certificates();
        assertEquals(List.of("9a", "9c", "root"), all.stream().map(CertificateRow::id).toList());
        var a = all.getFirst();
        assertEquals(CertificateRow.Validity.VALID, a.validity());
        assertEquals(Optional.of("9a"), a.keySlot());
        assertEquals("RSA 2048", a.key());
        assertEquals(List.of("root"), a.chain());
        assertTrue(a.chainComplete());
        assertEquals(CertificateRow.Validity.EXPIRED, all.get(1).validity());
        assertEquals("expired 3 days ago", all.get(1).expiry());
        assertTrue(all.get(2).authority() && all.get(2).chainComplete() && all.get(2).keySlot().isEmpty());
        assertTrue(desk.printed.contains("Fake 9a \"Certificate 9a\": O=Example,CN=Jo Doe, RSA 2048, valid until"), desk.printed);
        assertTrue(desk.origins.stream().allMatch(o -> o.startsWith("probe:")), "listing is looking: " + desk.origins);
    }

    @Test
    void tokensAreListedWhoseCertificatesEndSoon() throws Exception {
        desk.driver.certificates.clear();
        desk.driver.certificates.put("9a", TestCertificates.user(desk.driver.keys.get("9a").getPublic(), "CN=x", TestCertificates.ec(), "CN=y",
                Instant.now().minusSeconds(100), Instant.now().plusSeconds(5L * 24 * 3600 + 3600)));
        var tokens = new Tokens(desk.readers, desk.drivers);
        try {
            var verb = new TokensVerb(desk.readers, tokens, null);
            var any = CardArgs.ANY;
            assertEquals(1, desk.run(verb, new TokensVerb.Args(any)).tokens().size());
            var soon = desk.run(verb, new TokensVerb.Args(any, Optional.of(6))).tokens();
            assertEquals(Optional.of(5L), soon.getFirst().daysLeft());
            assertTrue(desk.printed.contains("(5 days left)"), desk.printed);
            assertEquals(List.of(), desk.run(verb, new TokensVerb.Args(any, Optional.of(5))).tokens());
            assertTrue(desk.printed.startsWith("None."), desk.printed);
        } finally {
            tokens.close();
        }
        assertThrows(IllegalArgumentException.class,
                () -> new TokensVerb.Args(CardArgs.ANY, Optional.of(-1)));
    }

    @Test
    void aCertificateThatEndsWithinAMonthWarns() throws Exception {
        desk.driver.certificates.put("9a", TestCertificates.user(desk.driver.keys.get("9a").getPublic(), "CN=x", TestCertificates.ec(), "CN=y",
                Instant.now().minusSeconds(100), Instant.now().plusSeconds(5L * 24 * 3600 + 60)));
        var a = certs().certificates().getFirst();
        assertEquals(CertificateRow.Validity.ENDS_SOON, a.validity());
        assertEquals("expires in 5 days", a.expiry());
        assertEquals(List.of(), a.chain());
        assertFalse(a.chainComplete());
    }

    @Test
    void aCertificateIsShownFieldByField() throws Exception {
        var shown = desk.run(new CertificateVerbs.ShowVerb(desk.work), new CertificateVerbs.ShowVerb.Args("9A", Desk.token()));
        var x = desk.driver.certificates.get("9a");
        for (String line : List.of("Common name (CN): Jo Doe", "Key usage (critical): digital signature", "Extended key usage: TLS client",
                "Subject alternative name: e-mail jo@example.org", "Basic constraints (critical): no certificate authority",
                "Modulus: ", "-----BEGIN CERTIFICATE-----")) {
            assertTrue(desk.printed.contains(line), line + " in " + desk.printed);
        }
        assertEquals(java.util.HexFormat.ofDelimiter(":").withUpperCase().formatHex(CertificateText.digest(x, "SHA-256")), shown.fields().stream()
                .filter(f -> f.name().equals("SHA-256")).findFirst().orElseThrow().value());
        assertEquals("no-certificate", code(() -> desk.run(new CertificateVerbs.ShowVerb(desk.work),
                new CertificateVerbs.ShowVerb.Args("zz", Desk.token()))));
    }

    private CertificateVerbs.ExportVerb.Result export(Path file, boolean pem, boolean der, boolean force) throws EscException {
        return desk.run(new CertificateVerbs.ExportVerb(desk.work),
                new CertificateVerbs.ExportVerb.Args("9a", file, pem, der, force, Desk.token()));
    }

    @Test
    void certificatesAreWrittenToFilesWholeAndNotOverwrittenUnasked() throws Exception {
        Path file = dir.resolve("a.pem");
        var x = desk.driver.certificates.get("9a");
        export(file, false, false, false);
        assertEquals(x, CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(Files.readAllBytes(file))));
        assertTrue(Files.readString(file).startsWith("-----BEGIN CERTIFICATE-----\n"));
        assertEquals("file-exists", code(() -> export(file, true, false, false)));
        export(file, false, true, true);
        assertArrayEquals(x.getEncoded(), Files.readAllBytes(file));
        assertEquals("usage", code(() -> export(dir.resolve("b"), true, true, false)));
        assertEquals("file-unwritable", code(() -> export(dir.resolve("no/such/folder"), true, false, false)));
        assertEquals("file-exists", code(() -> export(dir, true, false, true)));
        try (var left = Files.list(dir)) {
            assertEquals(List.of(file), left.toList(), "nothing half-written stays");
        }
    }

    private CertificateVerbs.ImportVerb.Result importCertificate(String slot, Path file) throws EscException {
        return desk.run(new CertificateVerbs.ImportVerb(desk.work), new CertificateVerbs.ImportVerb.Args(slot, file, Desk.token()));
    }

    private Path file(X509Certificate x) throws Exception {
        return Files.writeString(dir.resolve("x.pem"), CertificateText.pem("CERTIFICATE", x.getEncoded()));
    }

    @Test
    void aCertificateIsPutOnTheTokenWithTheAdministratorsKey() throws Exception {
        var fresh = TestCertificates.user(desk.driver.keys.get("9a").getPublic(), "CN=New", TestCertificates.ec(), "CN=CA",
                Instant.now().minusSeconds(100), Instant.now().plusSeconds(10_000_000));
        desk.answer("ADMIN_KEY", FakeDriver.ADMIN);
        assertEquals("9a", importCertificate("9A", file(fresh)).slot());
        assertEquals(fresh, desk.driver.certificates.get("9a"));
        assertEquals(List.of("authenticate", "write certificate 9a"), desk.driver.log);
        assertEquals(2, desk.asked.size(), desk.asked::toString);
        assertTrue(desk.asked.getFirst().startsWith("Replace the certificate|The certificate in slot 9a (O=Example,CN=Jo Doe)"), desk.asked::toString);
        assertTrue(desk.asked.get(1).contains("AES-192: 48 hexadecimal digits"), desk.asked::toString);
        assertTrue(desk.asked.get(1).contains("well-known one"), desk.asked::toString);
    }

    @Test
    void aCertificateOfAnotherKeyIsDoubted() throws Exception {
        var other = TestCertificates.user(TestCertificates.ec().getPublic(), "CN=New", TestCertificates.ec(), "CN=CA",
                Instant.now().minusSeconds(100), Instant.now().plusSeconds(10_000_000));
        desk.driver.certificates.remove("9c");
        desk.no();
        Path file = file(other);
        assertEquals("cancelled", code(() -> importCertificate("9c", file)));
        assertTrue(desk.asked.getFirst().startsWith("Certificate of another key|"), desk.asked::toString);
        assertEquals(List.of(), desk.driver.log);
    }

    @Test
    void badFilesAndSlotsAreRefusedBeforeTheCardIsTouched() throws Exception {
        Path cut = Files.write(dir.resolve("cut"), java.util.Arrays.copyOf(desk.driver.certificates.get("9a").getEncoded(), 100));
        assertEquals("no-certificate", code(() -> importCertificate("9a", cut)));
        Path empty = Files.write(dir.resolve("empty"), new byte[0]);
        assertEquals("no-certificate", code(() -> importCertificate("9a", empty)));
        assertEquals("file-unreadable", code(() -> importCertificate("9a", dir.resolve("gone"))));
        assertEquals(List.of(), desk.origins);
        Path good = file(desk.driver.certificates.get("9a"));
        assertEquals("no-slot", code(() -> importCertificate("99", good)));
        desk.answer("ADMIN_KEY", "0102");
        assertEquals("key-length", code(() -> importCertificate("9a", good)));
        desk.answer("ADMIN_KEY", FakeDriver.ADMIN.replace('0', 'F'));
        assertEquals("wrong-key", code(() -> importCertificate("9a", good)));
        assertEquals(List.of("authenticate"), desk.driver.log);
    }

    @Test
    void aCertificateIsDeleted() throws Exception {
        desk.answer("ADMIN_KEY", FakeDriver.ADMIN);
        var verb = new CertificateVerbs.DeleteVerb(desk.work);
        desk.run(verb, new CertificateVerbs.DeleteVerb.Args("9c", Desk.token()));
        assertFalse(desk.driver.certificates.containsKey("9c"));
        assertEquals("no-certificate", code(() -> desk.run(verb, new CertificateVerbs.DeleteVerb.Args("9c", Desk.token()))));
    }

    @Test
    void whatNoDriverOffersIsSaid() {
        desk.driver.hidden.addAll(List.of(CertificateWriting.class, Pins.class));
        assertEquals("not-offered", code(() -> desk.run(new CertificateVerbs.DeleteVerb(desk.work),
                new CertificateVerbs.DeleteVerb.Args("9c", Desk.token()))));
        assertEquals("not-offered", code(() -> desk.run(new PinVerbs.ListVerb(desk.work), new PinVerbs.ListVerb.Args(Desk.token()))));
        var e = assertThrows(EscException.class, () -> desk.run(new PinVerbs.ListVerb(desk.work),
                new PinVerbs.ListVerb.Args(new TokenArgs(org.esc.card.CardArgs.ANY, Optional.of("Nobody")))));
        assertEquals("no-driver", e.problem().code());
        assertEquals(Fault.USAGE, e.fault());
    }

    private ObjectVerbs.ReadVerb.Result read(String id, Optional<Path> out) throws EscException {
        return read(id, out, false);
    }

    private ObjectVerbs.ReadVerb.Result read(String id, Optional<Path> out, boolean picture) throws EscException {
        return desk.run(new ObjectVerbs.ReadVerb(desk.work), new ObjectVerbs.ReadVerb.Args(id, out, picture, false, Desk.token()));
    }

    @Test
    void thePictureInAnObjectIsWrittenByItself() throws Exception {
        Path out = dir.resolve("face");
        read("5fc108", Optional.of(out), true);
        assertArrayEquals(FakeDriver.PICTURE, Files.readAllBytes(out));
        assertEquals("no-file", code(() -> read("5fc108", Optional.empty(), true)));
        assertEquals("no-picture", code(() -> read("5fc102", Optional.of(dir.resolve("none")), true)));
        assertFalse(Files.exists(dir.resolve("none")));
    }

    @Test
    void numbersOfTriesAreSetWithinWhatTheTokenTakes() throws Exception {
        var verb = new PinVerbs.TriesVerb(desk.work);
        assertEquals("bad-tries", code(() -> desk.run(verb, new PinVerbs.TriesVerb.Args(List.of("pin=16"), Desk.token()))));
        assertEquals("bad-tries", code(() -> desk.run(verb, new PinVerbs.TriesVerb.Args(List.of(), Desk.token()))));
        assertEquals("no-pin", code(() -> desk.run(verb, new PinVerbs.TriesVerb.Args(List.of("5"), Desk.token()))));
        desk.answer("ADMIN_KEY", FakeDriver.ADMIN);
        desk.run(verb, new PinVerbs.TriesVerb.Args(List.of("pin=5"), Desk.token()));
        assertEquals(List.of("authenticate", "tries {pin=5, puk=3}"), desk.driver.log, "what is not named keeps what it has");
        assertEquals(5, desk.driver.tries());
    }

    @Test
    void objectsAreListedReadAndTakenApart() throws Exception {
        var list = desk.run(new ObjectVerbs.ListVerb(desk.work), new ObjectVerbs.ListVerb.Args(Desk.token()));
        assertEquals(4, list.objects().size());
        assertTrue(desk.printed.contains("5fc109 \"Printed Information\", 6 bytes, read with the PIN pin"), desk.printed);
        assertTrue(desk.printed.contains("5fc10c \"Key History\", empty"), desk.printed);
        Path out = dir.resolve("chuid");
        var r = read("5FC102", Optional.of(out));
        assertArrayEquals(desk.driver.objects.get("5fc102"), Files.readAllBytes(out));
        assertEquals("Digits", r.fields().getFirst().parts().getFirst().name());
        assertTrue(desk.printed.contains("0000  30 03 01 02 03 34 02 41 42"), desk.printed);
        assertEquals("file-exists", code(() -> read("5fc102", Optional.of(out))));
        assertTrue(read("5fc108", Optional.empty()).image().isPresent());
        assertTrue(desk.origins.stream().allMatch(o -> o.startsWith("probe:")), desk.origins::toString);
        assertEquals("no-object", code(() -> read("zz", Optional.empty())));
    }

    @Test
    void whatNeedsThePinAsksForItInWordsWithTheTriesLeft() throws Exception {
        desk.answer("OLD_PIN", FakeDriver.PIN);
        assertArrayEquals("secret".getBytes(StandardCharsets.US_ASCII), read("5fc109", Optional.empty()).bytes());
        assertEquals(List.of("Enter the PIN|PIN of the token is needed to read \"Printed Information\". 3 tries left."), desk.asked);
        assertTrue(desk.origins.contains("verb:objects read"), desk.origins::toString);
    }

    @Test
    void objectsAreWrittenAndDeletedWithTheAdministratorsKey() throws Exception {
        Path file = Files.writeString(dir.resolve("o"), "new");
        desk.answer("ADMIN_KEY", FakeDriver.ADMIN, FakeDriver.ADMIN);
        desk.run(new ObjectVerbs.WriteVerb(desk.work), new ObjectVerbs.WriteVerb.Args("5FC10C", file, Desk.token()));
        assertEquals(1, desk.asked.size(), "an empty object is not asked about: " + desk.asked);
        assertEquals("new", new String(desk.driver.objects.get("5fc10c"), StandardCharsets.US_ASCII));
        desk.run(new ObjectVerbs.DeleteVerb(desk.work), new ObjectVerbs.DeleteVerb.Args("5fc10c", Desk.token()));
        assertFalse(desk.driver.objects.containsKey("5fc10c"));
        assertEquals("no-object", code(() -> desk.run(new ObjectVerbs.DeleteVerb(desk.work),
                new ObjectVerbs.DeleteVerb.Args("5fc10c", Desk.token()))));
    }

    private PinVerbs.Done pin(TokenVerb<PinVerbs.Args, PinVerbs.Done> verb, String... name) throws EscException {
        return desk.run(verb, new PinVerbs.Args(name.length == 0 ? Optional.empty() : Optional.of(name[0]), Desk.token()));
    }

    @Test
    void aWrongPinIsAskedForAgainAndTheLastTryWarns() throws Exception {
        desk.answer("OLD_PIN", "111111", "222222", FakeDriver.PIN);
        assertEquals(3, pin(new PinVerbs.VerifyVerb(desk.work)).pin().triesLeft().getAsInt());
        assertEquals(4, desk.asked.size(), desk.asked::toString);
        assertTrue(desk.asked.get(1).endsWith("2 tries left.|again"), desk.asked::toString);
        assertTrue(desk.asked.get(2).startsWith("One try left|There is one try left for PIN of the token. If it is wrong, it is blocked and has to be "
                + "unblocked with the unblocking code."), desk.asked::toString);
    }

    @Test
    void theLastTryIsNotTakenAgainstThePersonsWill() {
        desk.driver.tries(1);
        desk.answer("OLD_PIN", "111111").no();
        assertEquals("cancelled", code(() -> pin(new PinVerbs.VerifyVerb(desk.work))));
        assertEquals(1, desk.driver.tries());
    }

    @Test
    void withoutAPersonAWrongPinIsTriedOnceAndSaysWhy() {
        desk.answer("OLD_PIN", "111111");
        assertEquals("wrong-pin", code(() -> pin(new PinVerbs.VerifyVerb(desk.work))));
        assertEquals(2, desk.driver.tries());
    }

    @ParameterizedTest
    @ValueSource(strings = {"123456789", "12345a", ""})
    void whatCannotBeThePinCostsNoTry(String typed) {
        desk.answer("OLD_PIN", typed);
        assertEquals("bad-pin", code(() -> pin(new PinVerbs.VerifyVerb(desk.work))));
        assertEquals(3, desk.driver.tries());
        assertEquals(List.of(), desk.driver.log);
    }

    @Test
    void aBlockedPinIsNotAskedForAndUnblocked() throws Exception {
        desk.driver.tries(0);
        var e = assertThrows(EscException.class, () -> pin(new PinVerbs.VerifyVerb(desk.work)));
        assertEquals("pin-blocked", e.problem().code());
        assertTrue(e.problem().advice().contains("esc pin unblock pin"), e.problem().advice());
        assertEquals(List.of(), desk.asked);
        desk.answer("PUK", FakeDriver.PUK).answer("NEW", "654321").answer("OLD_PIN", "654321");
        assertEquals(3, pin(new PinVerbs.UnblockVerb(desk.work)).pin().triesLeft().getAsInt());
        pin(new PinVerbs.VerifyVerb(desk.work), "pin");
    }

    @Test
    void aPinThatNobodyHasSetIsNotAskedForButSet() throws Exception {
        desk.driver.set = false;
        desk.run(new PinVerbs.ListVerb(desk.work), new PinVerbs.ListVerb.Args(Desk.token()));
        assertTrue(desk.printed.contains("pin \"PIN of the token\": 6 to 8 digits, not set, set with puk"), desk.printed);
        for (String keypad : List.of("", "right")) {
            desk.driver.keypad = keypad;
            var e = assertThrows(EscException.class, () -> pin(new PinVerbs.VerifyVerb(desk.work)));
            assertEquals("pin-not-set", e.problem().code());
            assertEquals("Set it first: esc pin unblock pin.", e.problem().advice());
        }
        assertEquals(List.of(), desk.asked);
        desk.driver.keypad = "";
        desk.answer("PUK", FakeDriver.PUK).answer("NEW", "654321").answer("OLD_PIN", "654321");
        assertTrue(pin(new PinVerbs.UnblockVerb(desk.work)).pin().set());
        pin(new PinVerbs.VerifyVerb(desk.work), "pin");
    }

    @Test
    void aPinIsEnteredAtTheReaderWhereItHasAKeypad() throws Exception {
        desk.driver.keypad = "right";
        pin(new PinVerbs.VerifyVerb(desk.work));
        pin(new PinVerbs.ChangeVerb(desk.work));
        assertEquals(List.of("verify at reader", "change at reader"), desk.driver.log);
        assertTrue(desk.asked.stream().allMatch(a -> a.contains("at the reader's keypad")), desk.asked::toString);

        desk.driver.keypad = "wrong";
        assertEquals("wrong-pin", code(() -> pin(new PinVerbs.VerifyVerb(desk.work))));
        assertEquals(2, desk.driver.tries(), "tried once: whoever stands at the reader decides whether to try again");

        desk.driver.keypad = "unable";
        desk.answer("OLD_PIN", FakeDriver.PIN);
        pin(new PinVerbs.VerifyVerb(desk.work));
        assertTrue(desk.driver.log.contains("verify pin"), "typed here instead");
    }

    @Test
    void aPinIsChanged() throws Exception {
        desk.answer("OLD_PIN", FakeDriver.PIN, "654321").answer("NEW", "654321");
        pin(new PinVerbs.ChangeVerb(desk.work));
        pin(new PinVerbs.VerifyVerb(desk.work));
        assertEquals(List.of("change pin", "verify pin"), desk.driver.log);
        assertTrue(desk.asked.contains("new PIN of the token 6-8"), desk.asked::toString);
        assertEquals("not-offered", code(() -> pin(new PinVerbs.ChangeVerb(desk.work), "puk")));
        assertEquals("not-offered", code(() -> pin(new PinVerbs.UnblockVerb(desk.work), "puk")));
        desk.run(new PinVerbs.ListVerb(desk.work), new PinVerbs.ListVerb.Args(Desk.token()));
        assertTrue(desk.printed.contains("pin \"PIN of the token\": 6 to 8 digits, 3 tries left of 3, unblocked with puk"), desk.printed);
    }

    @Test
    void aPinTypedAsANameIsNotRepeated() {
        var e = assertThrows(EscException.class, () -> pin(new PinVerbs.VerifyVerb(desk.work), "987654"));
        assertEquals("no-pin", e.problem().code());
        assertFalse((e.problem().message() + e.problem().advice() + e.problem().step()).contains("987654"), e.problem()::toString);
    }

    @Test
    void aStepThatCannotBeUndoneNeedsTheCardsId() throws Exception {
        desk.run(new TokenVerbs.StepsVerb(desk.work), new TokenVerbs.Args(Desk.token()));
        assertTrue(desk.printed.contains("Fake reset: Reset the application. All keys and certificates are lost."), desk.printed);
        var verb = new TokenVerbs.TakeVerb(desk.work);
        var content = desk.run(new TokenVerbs.ShowVerb(desk.work), new TokenVerbs.Args(Desk.token()));
        var other = new SureArgs(Optional.of("0000"));
        assertEquals("other-card", code(() -> desk.run(verb, new TokenVerbs.TakeVerb.Args("reset", Desk.token(), other))));
        assertEquals(List.of(), desk.driver.log);
        desk.run(verb, new TokenVerbs.TakeVerb.Args("reset", Desk.token(), new SureArgs(Optional.of(content.cardId().toLowerCase(java.util.Locale.ROOT)))));
        assertEquals(List.of("step reset"), desk.driver.log);
        assertEquals(List.of(), desk.asked);
        desk.run(verb, new TokenVerbs.TakeVerb.Args("reset", Desk.token(), SureArgs.NO));
        assertTrue(desk.asked.getFirst().endsWith("|type " + content.cardId()), desk.asked::toString);
        desk.answer("OLD_PIN", FakeDriver.PIN);
        desk.run(verb, new TokenVerbs.TakeVerb.Args("touch", Desk.token(), SureArgs.NO));
        assertEquals("no-step", code(() -> desk.run(verb, new TokenVerbs.TakeVerb.Args("fly", Desk.token(), SureArgs.NO))));
    }

    @Test
    void theAdministratorsKeyIsChangedWhenItWasTypedTwice() throws Exception {
        var verb = new AdministratorKeyVerbs.ChangeVerb(desk.work);
        var args = new AdministratorKeyVerbs.ChangeVerb.Args(Optional.of("aes256"), Desk.token());
        String fresh = "AB".repeat(32);
        desk.answer("ADMIN_KEY", FakeDriver.ADMIN, FakeDriver.ADMIN).answer("NEW_ADMIN_KEY", fresh, fresh)
                .answer("NEW_ADMIN_KEY_AGAIN", "CD".repeat(32), fresh.replaceAll("..", "$0:").toLowerCase(java.util.Locale.ROOT));
        assertEquals("keys-differ", code(() -> desk.run(verb, args)));
        assertFalse(desk.run(verb, args).key().isDefault());
        assertTrue(desk.driver.log.contains("change administrator's key AES-256"), desk.driver.log::toString);
        assertEquals("no-kind", code(() -> desk.run(verb, new AdministratorKeyVerbs.ChangeVerb.Args(Optional.of("des"), Desk.token()))));
        desk.run(new AdministratorKeyVerbs.ShowVerb(desk.work), new AdministratorKeyVerbs.ShowVerb.Args(Desk.token()));
        assertTrue(desk.printed.contains("Fake: AES-192, can be changed to AES-192, AES-256"), desk.printed);
    }

    @Test
    void allOfATokenIsShown() throws Exception {
        var c = desk.run(new TokenVerbs.ShowVerb(desk.work), new TokenVerbs.Args(Desk.token()));
        var a = c.applications().getFirst();
        assertEquals(3, a.certificates().size());
        assertEquals(3, a.keys().size());
        assertTrue(a.keys().getFirst().decrypts() && !a.keys().getFirst().agrees());
        assertTrue(a.keys().get(1).agrees() && !a.keys().get(1).decrypts());
        assertFalse(a.keys().get(2).present());
        assertEquals(2, a.pins().size());
        assertEquals(List.of("reset", "touch"), a.steps().stream().map(s -> s.id()).toList());
        assertTrue(a.offers(CertificateWriting.class));
        assertEquals(List.of(), a.problems());
        assertTrue(desk.origins.stream().allMatch(o -> o.startsWith("probe:")), desk.origins::toString);
        desk.driver.hidden.add(CertificateWriting.class);
        assertFalse(desk.run(new TokenVerbs.ShowVerb(desk.work), new TokenVerbs.Args(Desk.token())).applications().getFirst()
                .offers(CertificateWriting.class));
    }

    @Test
    void aPulledCardEndsInASentence() {
        desk.soft.unplugAll();
        assertEquals("no-card", code(this::certs));
        assertEquals("no-reader", code(() -> desk.run(new CertificateVerbs.ListVerb(desk.work),
                new CertificateVerbs.ListVerb.Args(new TokenArgs(org.esc.card.CardArgs.in("Desk"), Optional.empty())))));
    }

    @Test
    void aCardPulledWhileThePinIsTypedChangesNothing() {
        desk.answer("OLD_PIN", FakeDriver.PIN);
        desk.onAsk = desk.soft::unplugAll;
        var e = assertThrows(EscException.class, () -> pin(new PinVerbs.VerifyVerb(desk.work)));
        assertEquals(Fault.CARD, e.fault(), e.problem()::toString);
        assertEquals(List.of(), desk.driver.log);
    }

    @Test
    void cancelEndsIt() {
        desk.answer("OLD_PIN", FakeDriver.PIN);
        desk.onAsk = desk.cancel::cancel;
        assertEquals(Fault.CANCELLED, assertThrows(EscException.class, () -> pin(new PinVerbs.VerifyVerb(desk.work))).fault());
        assertEquals(List.of(), desk.driver.log);
    }
}
