// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.files;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Boolean;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.softcard.files.CardImage.Condition;
import org.esc.softcard.files.CardImage.FileSpec;
import org.esc.softcard.files.CardImage.KeySpec;
import org.esc.softcard.files.CardImage.Kind;
import org.esc.softcard.files.CardImage.PinSpec;

/** The image of a card by ISO/IEC 7816-15 (PKCS #15) with an RSA and an EC key, their certificates, a PIN, a PUK and a data object. */
final class Pkcs15Image {

    static final String PIN = "123456";
    static final String PUK = "12345678";

    private static final byte[] AID = Hex.parse("A000000063504B43532D3135");
    /** Under this name OpenSC's isoApplet driver, which leaves everything to ISO/IEC 7816, takes the card for one of its own. */
    private static final byte[] ISO_APPLET = Hex.parse("F276A288BCFBA69D34F31001");
    /** Version 0.6; makes random numbers, knows elliptic curves. */
    private static final byte[] ISO_APPLET_VERSION = Hex.parse("000606");
    private static final String HOME = "3F00/5015/";

    private static final int RSA_RAW = 0x10;
    private static final int RSA_PKCS1 = 0x11;
    private static final int ECDSA = 0x20;
    private static final int ECDSA_SHA1 = 0x21;

    private Pkcs15Image() {
    }

    /** A new one with fresh keys. */
    static CardImage fresh() {
        var people = new TestPeople();
        KeyPair rsa = people.rsa(2048);
        KeyPair ec = people.ec();
        byte[] rsaId = {0x45};
        byte[] ecId = {0x46};
        var files = new ArrayList<FileSpec>();
        files.add(FileSpec.folder("3F00"));
        files.add(file("3F00/2F00", 0x1E, Tlv.of(0x61, List.of(Tlv.of(0x4F, AID), Tlv.of(0x50, utf8("ESC test card")),
                Tlv.of(0x51, Hex.parse("3F005015")))).encoded()));
        files.add(new FileSpec(Kind.DF, "3F00/5015", List.of(AID, ISO_APPLET), ISO_APPLET_VERSION, -1, Condition.ALWAYS, Condition.NEVER, -1,
                List.of()));
        files.add(file(HOME + "5031", 0x11, join(directory(0, "4401"), directory(1, "4402"), directory(4, "4404"), directory(7, "4405"),
                directory(8, "4406"))));
        files.add(file(HOME + "5032", 0x12, tokenInfo()));
        files.add(file(HOME + "4401", 1, join(
                privateKey(false, "Signature key (RSA)", rsaId, flags(1, 2), 1, seq(path(""), integer(2048))),
                privateKey(true, "Signature key (EC)", ecId, flags(2, 8), 2, seq(path(""), integer(256))))));
        files.add(file(HOME + "4402", 2, join(
                publicKey(false, "Signature key (RSA)", rsaId, flags(0, 6), seq(path("4601"), integer(2048))),
                publicKey(true, "Signature key (EC)", ecId, flags(6), seq(path("4602"))))));
        files.add(file(HOME + "4404", 4, join(certificate("Certificate (RSA)", rsaId, false, "4701"),
                certificate("Certificate (EC)", ecId, false, "4702"), certificate("Test authority", new byte[] {0x47}, true, "4703"))));
        files.add(file(HOME + "4405", 5, join(dataObject("Notes", "ESC", "4801"), dataObject("Secret notes", "ESC", "4802"))));
        files.add(file(HOME + "4406", 6, join(pin("User PIN", new byte[] {1}, new byte[] {2}, flags(0, 1, 4, 5), 4, 8, 1),
                pin("PUK", new byte[] {2}, new byte[0], flags(0, 1, 3, 4, 5, 6), 8, 8, 2))));
        files.add(FileSpec.file(HOME + "4601", rsaPublicKey(rsa)));
        files.add(FileSpec.file(HOME + "4602", ec.getPublic().getEncoded()));
        files.add(FileSpec.file(HOME + "4701", people.certificate("CN=Pat Example,O=Nobody,UID=pat", rsa.getPublic(),
                KeyUsage.digitalSignature | KeyUsage.keyEncipherment)));
        files.add(FileSpec.file(HOME + "4702", people.certificate("CN=Pat Example,O=Nobody,UID=pat", ec.getPublic(),
                KeyUsage.digitalSignature | KeyUsage.keyAgreement)));
        files.add(FileSpec.file(HOME + "4703", people.authorityCertificate()));
        files.add(new FileSpec(Kind.EF, HOME + "4801", List.of(), new byte[0], -1, Condition.ALWAYS, new Condition(1), -1,
                List.of(Arrays.copyOf(utf8("A card of nobody, for tests."), 64))));
        files.add(new FileSpec(Kind.EF, HOME + "4802", List.of(), new byte[0], -1, new Condition(1), new Condition(1), -1,
                List.of(utf8("Only for who knows the PIN."))));
        return new CardImage(Map.of(1, new PinSpec(1, utf8(PIN), 3, 4, 8, 0, 2), 2, new PinSpec(2, utf8(PUK), 10, 8, 8, 0, -1)),
                Map.of(1, new KeySpec(1, rsa.getPrivate().getEncoded(), 1, true, true), 2, new KeySpec(2, ec.getPrivate().getEncoded(), 1, true, true)),
                Map.of(0x0101, ISO_APPLET_VERSION), files);
    }

    private static FileSpec file(String path, int sfi, byte[] content) {
        return new FileSpec(Kind.EF, path, List.of(), new byte[0], sfi, Condition.ALWAYS, Condition.NEVER, -1, List.of(content));
    }

    private static byte[] rsaPublicKey(KeyPair rsa) {
        return SubjectPublicKeyInfo.getInstance(rsa.getPublic().getEncoded()).getPublicKeyData().getOctets();
    }

    private static byte[] tokenInfo() {
        return encoded(seq(integer(0), new DEROctetString(Hex.parse("45534300000001")), text("Enterprise Security Client"),
                new DERTaggedObject(false, 0, text("ESC test card")), flags(1, 2), new DERTaggedObject(false, 2, seq(
                        algorithm(1, 0x0001, flags(1, 5), "1.2.840.113549.1.1.1", RSA_PKCS1), algorithm(2, 0x0003, flags(1, 5), "1.2.840.113549.1.1.1",
                                RSA_RAW), algorithm(3, 0x1041, flags(1), "1.2.840.10045.2.1", ECDSA),
                        algorithm(4, 0x1042, flags(1), "1.2.840.10045.4.1", ECDSA_SHA1)))));
    }

    /** @param mechanism as PKCS #11 numbers it; operations: bit 1 computes signatures, bit 5 deciphers */
    private static DERSequence algorithm(int reference, int mechanism, DERBitString operations, String oid, int cardReference) {
        return seq(integer(reference), integer(mechanism), DERNull.INSTANCE, operations, new ASN1ObjectIdentifier(oid), integer(cardReference));
    }

    private static byte[] directory(int tag, String file) {
        return encoded(new DERTaggedObject(true, tag, path(file)));
    }

    private static DERSequence path(String file) {
        return seq(new DEROctetString(Hex.parse("3F005015" + file)));
    }

    private static byte[] privateKey(boolean ec, String label, byte[] id, DERBitString usage, int reference, DERSequence type) {
        return key(ec, seq(text(label), flags(0), new DEROctetString(new byte[] {1})), seq(new DEROctetString(id), usage, flags(0, 2, 3),
                integer(reference)), type);
    }

    private static byte[] publicKey(boolean ec, String label, byte[] id, DERBitString usage, DERSequence type) {
        return key(ec, seq(text(label), flags()), seq(new DEROctetString(id), usage), type);
    }

    private static byte[] key(boolean ec, DERSequence common, DERSequence key, DERSequence type) {
        DERSequence all = seq(common, key, new DERTaggedObject(true, 1, type));
        return encoded(ec ? new DERTaggedObject(false, 0, all) : all);
    }

    private static byte[] certificate(String label, byte[] id, boolean authority, String file) {
        return encoded(seq(seq(text(label), flags()),
                authority ? seq(new DEROctetString(id), ASN1Boolean.TRUE) : seq(new DEROctetString(id)),
                new DERTaggedObject(true, 1, seq(path(file)))));
    }

    private static byte[] dataObject(String label, String application, String file) {
        boolean secret = file.equals("4802");
        return encoded(seq(secret ? seq(text(label), flags(0, 1), new DEROctetString(new byte[] {1})) : seq(text(label), flags(1)),
                seq(text(application)), new DERTaggedObject(true, 1, path(file))));
    }

    private static byte[] pin(String label, byte[] id, byte[] unblocking, DERBitString pinFlags, int min, int max, int reference) {
        return encoded(seq(unblocking.length == 0 ? seq(text(label), flags(0)) : seq(text(label), flags(0, 1), new DEROctetString(unblocking)),
                seq(new DEROctetString(id)), new DERTaggedObject(true, 1, seq(pinFlags, new ASN1Enumerated(1), integer(min), integer(max),
                        integer(max), new DERTaggedObject(false, 0, integer(reference)), new DEROctetString(new byte[1]),
                        seq(new DEROctetString(Hex.parse("3F005015")))))));
    }

    private static DERSequence seq(ASN1Encodable... parts) {
        return new DERSequence(parts);
    }

    private static ASN1Integer integer(int n) {
        return new ASN1Integer(n);
    }

    private static DERUTF8String text(String s) {
        return new DERUTF8String(s);
    }

    /** A named bit list without trailing zero bits. */
    private static DERBitString flags(int... bits) {
        int last = Arrays.stream(bits).max().orElse(-1);
        byte[] b = new byte[(last + 8) / 8];
        for (int bit : bits) {
            b[bit / 8] |= (byte) (0x80 >> bit % 8);
        }
        return new DERBitString(b, 8 * b.length - last - 1);
    }

    private static byte[] utf8(String s) {
        return s.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] encoded(ASN1Encodable e) {
        try {
            return e.toASN1Primitive().getEncoded("DER");
        } catch (IOException x) {
            throw new IllegalStateException(x);
        }
    }

    private static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] p : parts) {
            out.writeBytes(p);
        }
        return out.toByteArray();
    }
}
