// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.interfaces.XECPrivateKey;
import java.security.interfaces.XECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CardException;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/** Keys as the application writes them (SP 800-73-4 part 2, table 11; Yubico for private keys and for curves 25519). */
public final class PivKeys {

    private static final Words WORDS = Words.of(PivKeys.class);

    /** Tag of the modulus. */
    public static final int MODULUS = 0x81;
    /** Tag of the public exponent. */
    public static final int EXPONENT = 0x82;
    /** Tag of a public point. */
    public static final int POINT = 0x86;

    private static final byte[] ED25519_HEAD = Hex.parse("302A300506032B6570032100");
    private static final byte[] X25519_HEAD = Hex.parse("302A300506032B656E032100");
    private static final String STEP = WORDS.say("read a public key");

    private PivKeys() {
    }

    /** The curve of an algorithm. @throws IllegalArgumentException if it has none of NIST's */
    public static ECParameterSpec curve(PivAlgorithm algorithm) {
        try {
            var p = AlgorithmParameters.getInstance("EC");
            p.init(new ECGenParameterSpec(switch (algorithm) {
                case P256 -> "secp256r1";
                case P384 -> "secp384r1";
                default -> throw new IllegalArgumentException(WORDS.say("{0} is no curve of NIST's", algorithm.text()));
            }));
            return p.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What algorithm a public key is for; empty if the application has none for it. */
    public static Optional<PivAlgorithm> algorithm(PublicKey key) {
        return switch (key) {
            case RSAPublicKey k -> Arrays.stream(PivAlgorithm.values())
                    .filter(a -> a.family() == PivAlgorithm.Family.RSA && a.bits() == k.getModulus().bitLength()).findFirst();
            case ECPublicKey k -> List.of(PivAlgorithm.P256, PivAlgorithm.P384).stream()
                    .filter(a -> curve(a).getCurve().equals(k.getParams().getCurve())).findFirst();
            case EdECPublicKey k -> Optional.of(PivAlgorithm.ED25519).filter(_ -> k.getParams().getName().equals("Ed25519"));
            case XECPublicKey _ -> Optional.of(PivAlgorithm.X25519).filter(a -> key.getEncoded().length == X25519_HEAD.length + a.length());
            default -> Optional.empty();
        };
    }

    /** A public key from its data objects: 81 modulus and 82 exponent, or 86 point. @throws CardException if it is none */
    public static PublicKey decode(PivAlgorithm algorithm, byte[] objects) throws CardException {
        try {
            List<Tlv> all = Tlv.parseAll(objects);
            switch (algorithm.family()) {
                case RSA -> {
                    var modulus = new BigInteger(1, need(all, MODULUS));
                    var exponent = new BigInteger(1, need(all, EXPONENT));
                    if (modulus.bitLength() != algorithm.bits()) {
                        throw new IllegalArgumentException(WORDS.say("a modulus of {0} bits is not {1}", modulus.bitLength(), algorithm.text()));
                    }
                    return KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent));
                }
                case EC -> {
                    return point(algorithm, need(all, POINT));
                }
                case ED25519 -> {
                    return raw("Ed25519", ED25519_HEAD, need(all, POINT));
                }
                case X25519 -> {
                    return raw("X25519", X25519_HEAD, need(all, POINT));
                }
                default -> throw new IllegalArgumentException(WORDS.say("{0} has no public key", algorithm.text()));
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw PivTlv.broken(STEP, e);
        }
    }

    private static byte[] need(List<Tlv> all, int tag) {
        return PivTlv.value(all, tag).orElseThrow(() -> new IllegalArgumentException(WORDS.say("tag {0} is missing", Hex.of(tag))));
    }

    private static PublicKey raw(String name, byte[] head, byte[] key) throws GeneralSecurityException {
        byte[] b = Arrays.copyOf(head, head.length + key.length);
        System.arraycopy(key, 0, b, head.length, key.length);
        return KeyFactory.getInstance(name).generatePublic(new X509EncodedKeySpec(b));
    }

    /**
     * A public key from an uncompressed point.
     *
     * @throws IllegalArgumentException if it is not on the curve
     */
    public static PublicKey point(PivAlgorithm algorithm, byte[] uncompressed) throws GeneralSecurityException {
        int n = algorithm.length();
        if (uncompressed.length != 1 + 2 * n || uncompressed[0] != 4) {
            throw new IllegalArgumentException(WORDS.say("no uncompressed point of {0}", algorithm.text()));
        }
        ECParameterSpec curve = curve(algorithm);
        var x = new BigInteger(1, Arrays.copyOfRange(uncompressed, 1, 1 + n));
        var y = new BigInteger(1, Arrays.copyOfRange(uncompressed, 1 + n, 1 + 2 * n));
        var p = ((ECFieldFp) curve.getCurve().getField()).getP();
        var right = x.pow(3).add(curve.getCurve().getA().multiply(x)).add(curve.getCurve().getB()).mod(p);
        if (x.compareTo(p) >= 0 || y.compareTo(p) >= 0 || !y.multiply(y).mod(p).equals(right)) {
            throw new IllegalArgumentException(WORDS.say("the point is not on the curve"));
        }
        return KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(new ECPoint(x, y), curve));
    }

    /** An X25519 key from its 32 bytes. */
    public static PublicKey x25519(byte[] key) throws GeneralSecurityException {
        if (key.length != PivAlgorithm.X25519.length()) {
            throw new IllegalArgumentException(WORDS.say("an X25519 key has 32 bytes, not {0}", key.length));
        }
        return raw("X25519", X25519_HEAD, key);
    }

    /** A public key as data objects: the inverse of {@link #decode}. @throws IllegalArgumentException if the application has no algorithm for it */
    public static byte[] encode(PublicKey key) {
        if (key instanceof RSAPublicKey k) {
            byte[] modulus = Tlv.of(MODULUS, unsigned(k.getModulus(), (k.getModulus().bitLength() + 7) / 8)).encoded();
            byte[] exponent = Tlv.of(EXPONENT, unsigned(k.getPublicExponent(), (k.getPublicExponent().bitLength() + 7) / 8)).encoded();
            byte[] b = Arrays.copyOf(modulus, modulus.length + exponent.length);
            System.arraycopy(exponent, 0, b, modulus.length, exponent.length);
            return b;
        }
        return Tlv.of(POINT, bytes(key)).encoded();
    }

    /** An EC key as an uncompressed point, one of curve 25519 as its 32 bytes. @throws IllegalArgumentException if it is neither */
    public static byte[] bytes(PublicKey key) {
        PivAlgorithm a = algorithm(key).orElseThrow(() -> new IllegalArgumentException(WORDS.say("a PIV card has no algorithm for this key")));
        if (key instanceof ECPublicKey k) {
            int n = a.length();
            byte[] b = new byte[1 + 2 * n];
            b[0] = 4;
            System.arraycopy(unsigned(k.getW().getAffineX(), n), 0, b, 1, n);
            System.arraycopy(unsigned(k.getW().getAffineY(), n), 0, b, 1 + n, n);
            return b;
        }
        if (a.family() == PivAlgorithm.Family.RSA) {
            throw new IllegalArgumentException(WORDS.say("an RSA key is no point"));
        }
        byte[] all = key.getEncoded();
        return Arrays.copyOfRange(all, all.length - a.length(), all.length);
    }

    /**
     * A private key as the data of IMPORT ASYMMETRIC KEY: 01 p, 02 q, 03 dp, 04 dq, 05 qinv; 06, 07 or 08 a scalar. The caller erases it.
     *
     * @throws IllegalArgumentException if it is of another kind, or tells too little
     */
    public static byte[] importData(PivAlgorithm algorithm, PrivateKey key) {
        int half = algorithm.length() / 2;
        byte[][] parts = switch (key) {
            case RSAPrivateCrtKey k -> new byte[][] {unsigned(k.getPrimeP(), half), unsigned(k.getPrimeQ(), half),
                unsigned(k.getPrimeExponentP(), half), unsigned(k.getPrimeExponentQ(), half), unsigned(k.getCrtCoefficient(), half)};
            case ECPrivateKey k -> new byte[][] {unsigned(k.getS(), algorithm.length())};
            case EdECPrivateKey k -> new byte[][] {k.getBytes().orElseThrow(() -> new IllegalArgumentException(WORDS.say("the key does not tell its value")))};
            case XECPrivateKey k -> new byte[][] {k.getScalar().orElseThrow(() -> new IllegalArgumentException(WORDS.say("the key does not tell its value")))};
            default -> throw new IllegalArgumentException(WORDS.say("a PIV card has no algorithm for this key"));
        };
        int first = switch (algorithm.family()) {
            case RSA -> 1;
            case EC -> 6;
            case ED25519 -> 7;
            case X25519 -> 8;
            default -> throw new IllegalArgumentException(WORDS.say("{0} has no private key", algorithm.text()));
        };
        int at = 0;
        byte[] all = new byte[Arrays.stream(parts).mapToInt(p -> p.length + 4).sum()];
        for (int i = 0; i < parts.length; i++) {
            byte[] tlv = Tlv.of(first + i, parts[i]).encoded();
            System.arraycopy(tlv, 0, all, at, tlv.length);
            at += tlv.length;
            Arrays.fill(tlv, (byte) 0);
            Arrays.fill(parts[i], (byte) 0);
        }
        byte[] exact = Arrays.copyOf(all, at);
        Arrays.fill(all, (byte) 0);
        return exact;
    }

    /** A number in exactly so many bytes. @throws IllegalArgumentException if it does not fit */
    public static byte[] unsigned(BigInteger number, int length) {
        byte[] v = number.toByteArray();
        if (number.signum() < 0 || (number.bitLength() + 7) / 8 > length) {
            throw new IllegalArgumentException(WORDS.say("a number of {0} bits does not fit into {1} bytes", number.bitLength(), length));
        }
        byte[] b = new byte[length];
        for (int i = 0; i < Math.min(length, v.length); i++) {
            b[length - 1 - i] = v[v.length - 1 - i];
        }
        return b;
    }
}
