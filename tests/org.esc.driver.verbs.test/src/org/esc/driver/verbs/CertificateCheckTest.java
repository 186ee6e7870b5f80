// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.icao.DataGroupHash;
import org.bouncycastle.asn1.icao.LDSSecurityObject;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Tlv;
import org.esc.driver.CardDriver;
import org.esc.driver.fake.TestCertificates;
import org.esc.driver.piv.PivDriver;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.piv.PivAppletFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an issuer signed on a PIV card is checked by {@code certs check}: cards in order, and others, made on the spot. */
class CertificateCheckTest {

    private static final Instant NOW = Instant.now();
    private static final Instant EARLIER = NOW.minus(Duration.ofDays(400));
    private static final Instant LATER = NOW.plus(Duration.ofDays(400));
    private static final String MANAGEMENT_KEY = "010203040506070801020304050607080102030405060708";
    private static final String ROOT = "CN=Test Root";
    private static final String SIGNER = "CN=Content Signer";

    private final KeyPair authority = TestCertificates.ec();
    private final KeyPair signing = TestCertificates.ec();
    private final X509Certificate root = TestCertificates.root(authority, ROOT);
    @TempDir
    Path dir;
    private Desk desk;

    @BeforeEach
    void sitDown() {
        desk = new Desk(dir, SoftCard.withApplets(CardSpec.standard(), new PivAppletFactory()), new PivDriver(),
                Map.of(CardDriver.NAME, "PIV", CardDriver.AID, "A00000030800001000"));
    }

    @AfterEach
    void getUp() {
        desk.close();
    }

    private static String day(Instant i) {
        return LocalDate.ofInstant(i, ZoneOffset.UTC).toString();
    }

    private X509Certificate signer(Instant from, Instant until) {
        return TestCertificates.contentSigner(signing.getPublic(), SIGNER, authority, ROOT, from, until);
    }

    private void write(String id, byte[] content) throws Exception {
        desk.answer("ADMIN_KEY", MANAGEMENT_KEY);
        desk.run(new ObjectVerbs.WriteVerb(desk.work), new ObjectVerbs.WriteVerb.Args(id, Files.write(dir.resolve(id), content), Desk.token()));
    }

    private byte[] signed(ASN1ObjectIdentifier kind, byte[] content, boolean within, X509Certificate by, KeyPair key) throws Exception {
        var g = new CMSSignedDataGenerator();
        g.addSignerInfoGenerator(new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(key.getPrivate()), by));
        g.addCertificates(new JcaCertStore(List.of(by)));
        return g.generate(new CMSProcessableByteArray(kind, content), within).getEncoded();
    }

    /** Writes a CHUID and a security object with its hash, both signed. */
    private void issue(X509Certificate by, KeyPair key) throws Exception {
        var bare = new ByteArrayOutputStream();
        bare.writeBytes(Tlv.of(0x30, HexFormat.of().parseHex("D4E739DA739CED39CE739D836858210842108421C84210C3EB")).encoded());
        bare.writeBytes(Tlv.of(0x34, HexFormat.of().parseHex("00112233445566778899AABBCCDDEEFF")).encoded());
        bare.writeBytes(Tlv.of(0x35, "20991231".getBytes(StandardCharsets.US_ASCII)).encoded());
        var chuid = new ByteArrayOutputStream();
        chuid.writeBytes(bare.toByteArray());
        // the error detection code stands last and is signed, too
        bare.writeBytes(new byte[] {(byte) 0xFE, 0});
        chuid.writeBytes(Tlv.of(0x3E, signed(new ASN1ObjectIdentifier("2.16.840.1.101.3.6.1"), bare.toByteArray(), false, by, key)).encoded());
        chuid.writeBytes(new byte[] {(byte) 0xFE, 0});
        write("5fc102", chuid.toByteArray());

        byte[] hash = MessageDigest.getInstance("SHA-256").digest(chuid.toByteArray());
        var lds = new LDSSecurityObject(new AlgorithmIdentifier(new ASN1ObjectIdentifier("2.16.840.1.101.3.4.2.1")),
                new DataGroupHash[] {new DataGroupHash(1, new DEROctetString(hash)), new DataGroupHash(2, new DEROctetString(new byte[32]))});
        var security = new ByteArrayOutputStream();
        security.writeBytes(Tlv.of(0xBA, new byte[] {1, 0x30, 0x00, 2, 0x30, 0x01}).encoded());
        security.writeBytes(Tlv.of(0xBB, signed(new ASN1ObjectIdentifier("1.3.27.1.1.1"), lds.getEncoded(), true, by, key)).encoded());
        security.writeBytes(new byte[] {(byte) 0xFE, 0});
        write("5fc106", security.toByteArray());
    }

    private Path pem(X509Certificate... all) throws Exception {
        var text = new StringBuilder("Authorities that we trust\n");
        for (X509Certificate x : all) {
            text.append(CertificateText.pem("CERTIFICATE", x.getEncoded()));
        }
        return Files.writeString(dir.resolve("ca.pem"), text);
    }

    private CertificateVerbs.CheckVerb.Result check(Optional<Path> ca) throws EscException {
        return desk.run(new CertificateVerbs.CheckVerb(desk.work), new CertificateVerbs.CheckVerb.Args(ca, Desk.token()));
    }

    private List<String> problems(X509Certificate... authorities) throws Exception {
        return check(authorities.length == 0 ? Optional.empty() : Optional.of(pem(authorities))).problems();
    }

    @Test
    void aCardInOrderIsInOrderWhenItsAuthorityIsNamed() throws Exception {
        issue(signer(EARLIER, LATER), signing);
        var r = check(Optional.of(pem(root)));
        assertEquals(new CertificateVerbs.CheckVerb.Result("Desk", "PIV", 1, List.of()), r);
        assertEquals("Nothing is wrong with what the issuer signed.\n", desk.printed);
        assertEquals(1, check(Optional.of(Files.write(dir.resolve("ca.der"), root.getEncoded()))).authorities());
        assertEquals(List.of(), desk.asked.stream().filter(a -> a.contains("PIN")).toList(), "no PIN is needed");
    }

    @Test
    void withoutAuthoritiesItSaysWhatWasNotChecked() throws Exception {
        issue(signer(EARLIER, LATER), signing);
        assertEquals(List.of(), check(Optional.empty()).problems());
        assertEquals("Nothing is wrong with what the issuer signed.\nWho certified the signers was not checked: name the authorities with --ca.\n",
                desk.printed);
    }

    @Test
    void aCardOnWhichNobodySignedAnythingIsNotCalledGood() throws Exception {
        assertEquals(List.of("Nothing on the card is signed by an issuer."), problems());
        assertTrue(desk.printed.startsWith("This is wrong:\nNothing on the card is signed by an issuer.\n"), desk.printed);
    }

    @Test
    void anotherAuthorityDoesNotVouchForTheSigner() throws Exception {
        issue(signer(EARLIER, LATER), signing);
        assertEquals(List.of("The certificate of who signed the CHUID was issued by CN=Test Root, which is none of the authorities that are trusted.",
                "The certificate of who signed the security object was issued by CN=Test Root, which is none of the authorities that are trusted."),
                problems(TestCertificates.root(TestCertificates.ec(), "CN=Another Root")));
    }

    @Test
    void anAuthorityOfTheSameNameWithAnotherKeyIsAnImpostor() throws Exception {
        issue(signer(EARLIER, LATER), signing);
        assertTrue(problems(TestCertificates.root(TestCertificates.ec(), ROOT)).contains("The certificate of who signed the CHUID was changed after it "
                + "was issued, or is forged: the signature of its issuer is wrong."), desk.printed);
    }

    @Test
    void anIncompleteChainIsSaidToBeOne() throws Exception {
        KeyPair middle = TestCertificates.ec();
        X509Certificate intermediate = TestCertificates.authority(middle.getPublic(), "CN=Test Intermediate", authority, ROOT, EARLIER, LATER);
        issue(TestCertificates.contentSigner(signing.getPublic(), SIGNER, middle, "CN=Test Intermediate", EARLIER, LATER), signing);
        assertTrue(problems(root).contains("The certificate of who signed the CHUID was issued by CN=Test Intermediate, which is none of the "
                + "authorities that are trusted."), desk.printed);
        assertEquals(List.of(), problems(root, intermediate));
        assertEquals(2, check(Optional.of(dir.resolve("ca.pem"))).authorities());
    }

    @Test
    void aSignerWhoseCertificateHasExpiredOrIsNotValidYetIsFound() throws Exception {
        Instant yesterday = NOW.minus(Duration.ofDays(1));
        issue(signer(EARLIER, yesterday), signing);
        assertEquals(List.of("The certificate of who signed the CHUID expired on " + day(yesterday) + ".",
                "The certificate of who signed the security object expired on " + day(yesterday) + "."), problems(root));
        Instant tomorrow = NOW.plus(Duration.ofDays(1));
        issue(signer(tomorrow, LATER), signing);
        assertEquals(List.of("The certificate of who signed the CHUID is not valid before " + day(tomorrow) + ".",
                "The certificate of who signed the security object is not valid before " + day(tomorrow) + "."), problems(root));
    }

    @Test
    void anAuthorityThatHasExpiredOrIsNotValidYetIsFound() throws Exception {
        issue(signer(EARLIER, LATER), signing);
        Instant yesterday = NOW.minus(Duration.ofDays(1));
        assertTrue(problems(TestCertificates.authority(authority.getPublic(), ROOT, authority, ROOT, EARLIER, yesterday)).contains(
                "The certificate of the authority that issued the certificate of who signed the CHUID expired on " + day(yesterday) + "."), desk.printed);
        Instant tomorrow = NOW.plus(Duration.ofDays(1));
        assertTrue(problems(TestCertificates.authority(authority.getPublic(), ROOT, authority, ROOT, tomorrow, LATER)).contains(
                "The certificate of the authority that issued the certificate of who signed the CHUID is not valid before " + day(tomorrow) + "."),
                desk.printed);
    }

    @Test
    void somebodyWhoMayNotSignContentIsFound() throws Exception {
        issue(TestCertificates.user(signing.getPublic(), SIGNER, authority, ROOT, EARLIER, LATER), signing);
        assertEquals(List.of("The certificate of who signed the CHUID is not for signing the content of PIV cards.",
                "The certificate of who signed the security object is not for signing the content of PIV cards."), problems(root));
    }

    @Test
    void aSignatureByAnotherKeyIsWrong() throws Exception {
        issue(signer(EARLIER, LATER), TestCertificates.ec());
        assertEquals(List.of("The signature of the CHUID is wrong.", "The signature of the security object is wrong."), problems(root));
    }

    @Test
    void whatWasChangedSinceIsFoundTwice() throws Exception {
        issue(signer(EARLIER, LATER), signing);
        byte[] chuid = Files.readAllBytes(dir.resolve("5fc102"));
        chuid[27 + 5] ^= 1; // in the card's UUID
        write("5fc102", chuid);
        assertEquals(List.of("The CHUID was changed after its issuer signed it.",
                "\"Card Holder Unique Identifier\" is not what the security object says it is: its hash differs."), problems(root));
    }

    private void holder(X509Certificate x) throws Exception {
        desk.answer("ADMIN_KEY", MANAGEMENT_KEY);
        Path file = Files.write(dir.resolve("holder.der"), x.getEncoded());
        desk.run(new CertificateVerbs.ImportVerb(desk.work), new CertificateVerbs.ImportVerb.Args("9a", file, Desk.token()));
    }

    @Test
    void theHoldersCertificateHasToBeValidOfItsKeyAndByATrustedAuthority() throws Exception {
        issue(signer(EARLIER, LATER), signing);
        desk.answer("ADMIN_KEY", MANAGEMENT_KEY);
        var made = desk.run(new KeyVerbs.GenerateVerb(desk.work), new KeyVerbs.GenerateVerb.Args("9a", org.esc.driver.KeyAlgorithm.EC_P256,
                new KeyVerbs.PolicyArgs(org.esc.driver.KeyPolicy.PinUse.DEFAULT, org.esc.driver.KeyPolicy.Touch.DEFAULT),
                Optional.of(dir.resolve("key.pem")), false, Desk.token()));
        assertEquals("9a", made.slot());
        var key = KeyFiles.publicKey(dir.resolve("key.pem"));
        holder(TestCertificates.user(key, "CN=Jo", authority, ROOT, EARLIER, LATER));
        assertEquals(List.of(), problems(root));
        holder(TestCertificates.user(TestCertificates.ec().getPublic(), "CN=Jo", authority, ROOT, EARLIER, LATER));
        assertEquals(List.of("The certificate for PIV Authentication is for another key than the one in slot 9a."), problems(root));
        Instant yesterday = NOW.minus(Duration.ofDays(1));
        holder(TestCertificates.user(key, "CN=Jo", TestCertificates.ec(), "CN=Elsewhere", EARLIER, yesterday));
        assertEquals(List.of("The certificate for PIV Authentication expired on " + day(yesterday) + ".",
                "The certificate for PIV Authentication was issued by CN=Elsewhere, which is none of the authorities that are trusted."), problems(root));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nMAMCAQE=\n-----END PRIVATE KEY-----\n", "-----BEGIN CERTIFICATE-----\nMIIB", "0\u0082\u0001\u0000garbage"})
    void aFileWithoutCertificatesIsRefusedBeforeTheCardIsTouched(String content) throws Exception {
        Path file = Files.write(dir.resolve("garbage"), content.getBytes(StandardCharsets.ISO_8859_1));
        var e = assertThrows(EscException.class, () -> check(Optional.of(file)));
        assertEquals("no-certificate", e.problem().code());
        assertEquals(Fault.USAGE, e.fault());
        assertTrue(e.problem().message().contains("garbage"), e.problem()::message);
        assertEquals(List.of(), desk.origins);
    }

    @Test
    void aFileOfWhichOnePartCannotBeReadIsRefusedAsAWhole() throws Exception {
        Path file = Files.writeString(pem(root), "-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n",
                java.nio.file.StandardOpenOption.APPEND);
        assertEquals("no-certificate", assertThrows(EscException.class, () -> check(Optional.of(file))).problem().code());
        assertEquals("file-unreadable", assertThrows(EscException.class, () -> check(Optional.of(dir.resolve("absent")))).problem().code());
        assertEquals("file-unreadable", assertThrows(EscException.class, () -> check(Optional.of(dir))).problem().code());
    }

    @Test
    void aTokenThatSignsNothingDoesNotOfferIt() throws Exception {
        try (var other = new Desk(dir)) {
            var e = assertThrows(EscException.class, () -> other.run(new CertificateVerbs.CheckVerb(other.work),
                    new CertificateVerbs.CheckVerb.Args(Optional.empty(), Desk.token())));
            assertEquals("not-offered", e.problem().code());
        }
    }

    @Test
    void aPulledCardEndsTheCheck() {
        desk.soft.unplugAll();
        assertEquals("no-card", assertThrows(EscException.class, () -> check(Optional.empty())).problem().code());
    }
}
