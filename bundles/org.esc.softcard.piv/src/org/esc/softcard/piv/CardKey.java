// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.piv;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.math.ec.FixedPointCombMultiplier;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.piv.PivAlgorithm;
import org.esc.piv.PivKeys;
import org.esc.securechannel.CardRefusal;

/**
 * A key pair in a slot.
 *
 * @param algorithm   its algorithm
 * @param imported    true if it was not made here
 * @param pinPolicy   1 never, 2 once, 3 always
 * @param touchPolicy 1 never, 2 always, 3 cached; kept and told, but there is nothing to touch
 * @param pair        the keys
 */
record CardKey(PivAlgorithm algorithm, boolean imported, int pinPolicy, int touchPolicy, KeyPair pair) {

    private static final int HEAD = 8;
    private static final byte[] ED25519_HEAD = Hex.parse("302E020100300506032B657004220420");
    private static final byte[] X25519_HEAD = Hex.parse("302E020100300506032B656E04220420");

    static CardKey generate(PivAlgorithm algorithm, int pinPolicy, int touchPolicy, SecureRandom random) {
        try {
            KeyPairGenerator g = KeyPairGenerator.getInstance(family(algorithm));
            switch (algorithm.family()) {
                case RSA -> g.initialize(new RSAKeyGenParameterSpec(algorithm.bits(), RSAKeyGenParameterSpec.F4), random);
                case EC -> g.initialize(new ECGenParameterSpec(algorithm == PivAlgorithm.P256 ? "secp256r1" : "secp384r1"), random);
                default -> {
                    // one size only
                }
            }
            return new CardKey(algorithm, false, pinPolicy, touchPolicy, g.generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String family(PivAlgorithm a) {
        return switch (a.family()) {
            case RSA -> "RSA";
            case EC -> "EC";
            case ED25519 -> "Ed25519";
            case X25519 -> "X25519";
            case SYMMETRIC -> throw new IllegalArgumentException(a.text() + " has no key pairs");
        };
    }

    /** From the data of IMPORT ASYMMETRIC KEY. @throws CardRefusal 6A80 if it is no key of the algorithm */
    static CardKey of(PivAlgorithm algorithm, List<Tlv> parts, int pinPolicy, int touchPolicy) throws CardRefusal {
        try {
            KeyPair pair = switch (algorithm.family()) {
                case RSA -> rsa(algorithm, parts);
                case EC -> ec(algorithm, number(parts, 6));
                case ED25519 -> scalar("Ed25519", ED25519_HEAD, need(parts, 7));
                case X25519 -> scalar("X25519", X25519_HEAD, need(parts, 8));
                case SYMMETRIC -> throw new CardRefusal(Sw.WRONG_DATA);
            };
            return new CardKey(algorithm, true, pinPolicy, touchPolicy, pair);
        } catch (GeneralSecurityException | ArithmeticException | IllegalArgumentException e) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
    }

    private static byte[] need(List<Tlv> parts, int tag) throws CardRefusal {
        return parts.stream().filter(t -> t.tag() == tag).findFirst().map(Tlv::value).orElseThrow(() -> new CardRefusal(Sw.WRONG_DATA));
    }

    private static BigInteger number(List<Tlv> parts, int tag) throws CardRefusal {
        return new BigInteger(1, need(parts, tag));
    }

    private static KeyPair rsa(PivAlgorithm a, List<Tlv> parts) throws GeneralSecurityException, CardRefusal {
        BigInteger p = number(parts, 1);
        BigInteger q = number(parts, 2);
        BigInteger n = p.multiply(q);
        BigInteger e = BigInteger.valueOf(65537);
        BigInteger p1 = p.subtract(BigInteger.ONE);
        BigInteger q1 = q.subtract(BigInteger.ONE);
        if (n.bitLength() != a.bits() || !p.isProbablePrime(40) || !q.isProbablePrime(40)) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        BigInteger d = e.modInverse(p1.multiply(q1));
        if (!number(parts, 3).equals(d.mod(p1)) || !number(parts, 4).equals(d.mod(q1)) || !number(parts, 5).equals(q.modInverse(p))) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        var f = KeyFactory.getInstance("RSA");
        return new KeyPair(f.generatePublic(new RSAPublicKeySpec(n, e)),
                f.generatePrivate(new RSAPrivateCrtKeySpec(n, e, d, p, q, d.mod(p1), d.mod(q1), q.modInverse(p))));
    }

    private static KeyPair ec(PivAlgorithm a, BigInteger s) throws GeneralSecurityException, CardRefusal {
        var curve = PivKeys.curve(a);
        if (s.signum() == 0 || s.compareTo(curve.getOrder()) >= 0) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        var base = CustomNamedCurves.getByName(a == PivAlgorithm.P256 ? "secp256r1" : "secp384r1").getG();
        byte[] point = new FixedPointCombMultiplier().multiply(base, s).normalize().getEncoded(false);
        return new KeyPair(PivKeys.point(a, point), KeyFactory.getInstance("EC").generatePrivate(new ECPrivateKeySpec(s, curve)));
    }

    private static KeyPair scalar(String name, byte[] head, byte[] scalar) throws GeneralSecurityException, CardRefusal {
        if (scalar.length != 32) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        byte[] pkcs8 = Arrays.copyOf(head, head.length + scalar.length);
        System.arraycopy(scalar, 0, pkcs8, head.length, scalar.length);
        PrivateKey key = KeyFactory.getInstance(name).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        Arrays.fill(pkcs8, (byte) 0);
        // a generator that draws exactly these bytes makes the public key for them
        KeyPairGenerator g = KeyPairGenerator.getInstance(name);
        g.initialize(NamedParameterSpec.ED25519.getName().equals(name) ? NamedParameterSpec.ED25519 : NamedParameterSpec.X25519, new Fixed(scalar));
        return new KeyPair(g.generateKeyPair().getPublic(), key);
    }

    /** Gives the same bytes again and again. */
    private static final class Fixed extends SecureRandom {

        private static final long serialVersionUID = 1L;

        private final byte[] bytes;

        Fixed(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        @Override
        public void nextBytes(byte[] target) {
            System.arraycopy(bytes, 0, target, 0, target.length);
        }
    }

    PublicKey publicKey() {
        return pair.getPublic();
    }

    /** The private key's operation on a block, a hash or a message. @throws CardRefusal 6A80 if the input does not fit */
    byte[] compute(byte[] input) throws CardRefusal {
        try {
            switch (algorithm.family()) {
                case RSA -> {
                    if (input.length != algorithm.length()
                            || new BigInteger(1, input).compareTo(((RSAPublicKey) pair.getPublic()).getModulus()) >= 0) {
                        throw new CardRefusal(Sw.WRONG_DATA);
                    }
                    Cipher c = Cipher.getInstance("RSA/ECB/NoPadding");
                    c.init(Cipher.DECRYPT_MODE, pair.getPrivate());
                    return c.doFinal(input);
                }
                case EC -> {
                    if (input.length > algorithm.length()) {
                        throw new CardRefusal(Sw.WRONG_DATA);
                    }
                    // what is shorter than the field counts as a number, not as the leftmost bits
                    byte[] hash = new byte[algorithm.length()];
                    System.arraycopy(input, 0, hash, hash.length - input.length, input.length);
                    return sign("NONEwithECDSA", hash);
                }
                case ED25519 -> {
                    return sign("Ed25519", input);
                }
                default -> throw new CardRefusal(Sw.WRONG_DATA);
            }
        } catch (GeneralSecurityException e) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
    }

    private byte[] sign(String name, byte[] input) throws GeneralSecurityException {
        Signature s = Signature.getInstance(name);
        s.initSign(pair.getPrivate());
        s.update(input);
        return s.sign();
    }

    /** The secret shared with the holder of a public point. @throws CardRefusal 6A80 if that is none */
    byte[] agree(byte[] other) throws CardRefusal {
        try {
            PublicKey key = switch (algorithm.family()) {
                case EC -> PivKeys.point(algorithm, other);
                case X25519 -> PivKeys.x25519(other);
                default -> throw new CardRefusal(Sw.WRONG_DATA);
            };
            KeyAgreement a = KeyAgreement.getInstance(algorithm.family() == PivAlgorithm.Family.EC ? "ECDH" : "X25519");
            a.init(pair.getPrivate());
            a.doPhase(key, true);
            return a.generateSecret();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
    }

    /** For the lasting memory: algorithm, origin and policies in 8 bytes, length of the public key in 4, public key, private key. */
    byte[] encoded() {
        byte[] open = pair.getPublic().getEncoded();
        byte[] secret = pair.getPrivate().getEncoded();
        var b = ByteBuffer.allocate(HEAD + 4 + open.length + secret.length);
        b.put((byte) algorithm.id()).put((byte) (imported ? 1 : 0)).put((byte) pinPolicy).put((byte) touchPolicy).position(HEAD);
        b.putInt(open.length).put(open).put(secret);
        Arrays.fill(secret, (byte) 0);
        return b.array();
    }

    /** @throws IllegalArgumentException if it makes no sense */
    static CardKey decode(byte[] encoded) {
        try {
            var b = ByteBuffer.wrap(encoded);
            PivAlgorithm a = PivAlgorithm.of(b.get() & 0xFF).orElseThrow(() -> new IllegalArgumentException("A key of no known algorithm"));
            boolean imported = b.get() != 0;
            int pin = b.get();
            int touch = b.get();
            b.position(HEAD);
            byte[] open = new byte[b.getInt()];
            b.get(open);
            byte[] secret = new byte[b.remaining()];
            b.get(secret);
            var f = KeyFactory.getInstance(family(a));
            var pair = new KeyPair(f.generatePublic(new X509EncodedKeySpec(open)), f.generatePrivate(new PKCS8EncodedKeySpec(secret)));
            Arrays.fill(secret, (byte) 0);
            return new CardKey(a, imported, pin, touch, pair);
        } catch (GeneralSecurityException | BufferUnderflowException e) {
            throw new IllegalArgumentException("A key is damaged", e);
        }
    }

    SubjectPublicKeyInfo info() {
        return SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded());
    }
}
