// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/** Public keys as the card writes them (template 7F49, OpenPGP card 3.4.1 §7.2.14) and as Java has them. */
public final class PublicKeys {

    private static final Words WORDS = Words.of(PublicKeys.class);

    private static final ASN1ObjectIdentifier X25519 = new ASN1ObjectIdentifier("1.3.101.110");
    private static final ASN1ObjectIdentifier X448 = new ASN1ObjectIdentifier("1.3.101.111");
    private static final ASN1ObjectIdentifier ED25519 = new ASN1ObjectIdentifier("1.3.101.112");
    private static final ASN1ObjectIdentifier ED448 = new ASN1ObjectIdentifier("1.3.101.113");
    private static final int MODULUS = 0x81;
    private static final int EXPONENT = 0x82;
    private static final int LONGEST_MODULUS = 16_384;

    private PublicKeys() {
    }

    /** Not loaded before a curve needs it that the JDK does not have. */
    private static final class Other {
        static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();
    }

    /** Reads a template 7F49. @throws IllegalArgumentException if there is no key of this kind in it */
    public static PublicKey decode(byte[] template, AlgorithmAttributes attributes) {
        List<Tlv> parts = Tlv.parseAll(template);
        return switch (attributes) {
            case AlgorithmAttributes.Rsa _ -> rsa(unsigned(parts, MODULUS), unsigned(parts, EXPONENT));
            case AlgorithmAttributes.Ecc e -> onCurve(e.curve().orElseThrow(() -> new IllegalArgumentException(
                    WORDS.say("The key is on a curve that is not known here"))), part(parts, Tag.POINT));
            case AlgorithmAttributes.Other o -> throw new IllegalArgumentException(WORDS.say("The key is for an {0}", o.words()));
        };
    }

    private static byte[] part(List<Tlv> parts, int tag) {
        return Tlv.find(parts, tag).map(Tlv::value).filter(b -> b.length > 0)
                .orElseThrow(() -> new IllegalArgumentException(WORDS.say("The public key is incomplete")));
    }

    private static BigInteger unsigned(List<Tlv> parts, int tag) {
        return new BigInteger(1, part(parts, tag));
    }

    /** An RSA key. @throws IllegalArgumentException if there can be no such key */
    public static RSAPublicKey rsa(BigInteger modulus, BigInteger exponent) {
        if (modulus.bitLength() > LONGEST_MODULUS) {
            throw new IllegalArgumentException(WORDS.say("The public key is longer than any"));
        }
        try {
            return (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(WORDS.say("The public key is no RSA key"), e);
        }
    }

    /**
     * A key on a curve.
     *
     * @param point uncompressed (04 X Y), or what RFC 8032 and RFC 7748 have for a key, perhaps with 40 before it
     * @throws IllegalArgumentException if it is no point of the curve
     */
    public static PublicKey onCurve(Curve curve, byte[] point) {
        byte[] p = !curve.isWeierstrass() && point.length == bytes(curve) + 1 && point[0] == 0x40
                ? java.util.Arrays.copyOfRange(point, 1, point.length) : point;
        try {
            byte[] encoded = new SubjectPublicKeyInfo(algorithm(curve), p).getEncoded("DER");
            var spec = new X509EncodedKeySpec(encoded);
            return switch (curve) {
                case P256, P384, P521 -> KeyFactory.getInstance("EC").generatePublic(spec);
                case K256, BRAINPOOL_P256, BRAINPOOL_P384, BRAINPOOL_P512 ->
                    KeyFactory.getInstance("EC", Other.PROVIDER).generatePublic(spec);
                default -> KeyFactory.getInstance(curve.standardName()).generatePublic(spec);
            };
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new IllegalArgumentException(WORDS.say("The public key is no point of {0}", curve.words()), e);
        }
    }

    private static int bytes(Curve curve) {
        return curve == Curve.ED448 ? 57 : curve.bytes();
    }

    private static AlgorithmIdentifier algorithm(Curve curve) {
        return switch (curve) {
            case ED25519 -> new AlgorithmIdentifier(ED25519);
            case X25519 -> new AlgorithmIdentifier(X25519);
            case ED448 -> new AlgorithmIdentifier(ED448);
            case X448 -> new AlgorithmIdentifier(X448);
            default -> new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, ASN1ObjectIdentifier.fromContents(curve.oid()));
        };
    }

    /** The curve a key is on; empty for RSA and unknown ones. */
    public static Optional<Curve> curve(PublicKey key) {
        if (key instanceof RSAPublicKey) {
            return Optional.empty();
        }
        AlgorithmIdentifier a = info(key).getAlgorithm();
        for (Curve c : Curve.values()) {
            AlgorithmIdentifier own = algorithm(c);
            if (own.getAlgorithm().equals(a.getAlgorithm()) && (own.getParameters() == null || own.getParameters().equals(a.getParameters()))) {
                return Optional.of(c);
            }
        }
        return Optional.empty();
    }

    /** The point of a key on a curve: uncompressed, or the bytes of RFC 8032 and RFC 7748. */
    public static byte[] point(PublicKey key) {
        return info(key).getPublicKeyData().getBytes();
    }

    private static SubjectPublicKeyInfo info(PublicKey key) {
        return SubjectPublicKeyInfo.getInstance(key.getEncoded());
    }

    /** The template 7F49 of a key. */
    public static byte[] encode(PublicKey key) {
        return Tlv.of(Tag.PUBLIC_KEY, key instanceof RSAPublicKey r
                ? List.of(Tlv.of(MODULUS, unsigned(r.getModulus())), Tlv.of(EXPONENT, unsigned(r.getPublicExponent())))
                : List.of(Tlv.of(Tag.POINT, point(key)))).encoded();
    }

    /** A number without sign, as short as it can be. */
    static byte[] unsigned(BigInteger n) {
        return fixed(n, (n.bitLength() + 7) / 8);
    }

    /** A number without sign in so many bytes. @throws IllegalArgumentException if it needs more */
    static byte[] fixed(BigInteger n, int length) {
        byte[] b = n.toByteArray();
        int skip = b.length > 1 && b[0] == 0 ? 1 : 0;
        if (b.length - skip > length) {
            throw new IllegalArgumentException(WORDS.say("The key has a number longer than its kind allows"));
        }
        byte[] r = new byte[length];
        System.arraycopy(b, skip, r, length - (b.length - skip), b.length - skip);
        java.util.Arrays.fill(b, (byte) 0);
        return r;
    }
}
