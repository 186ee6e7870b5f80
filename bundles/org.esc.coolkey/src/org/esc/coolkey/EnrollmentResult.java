// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import org.esc.apdu.CardException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/**
 * What START ENROLLMENT leaves in the I/O object: {@code len2 publicBlob sigLen2 sig}. The public blob is {@code 00 01 keysize2 modLen2
 * mod expLen2 exp} for RSA, {@code 00 0A keysize2 len2 point} for EC. The signature over blob ‖ challenge, made with the new private key
 * (SHA-1), proves that the card holds it.
 */
public final class EnrollmentResult {

    private static final Words WORDS = Words.of(EnrollmentResult.class);

    private static final String STEP = WORDS.say("read the new public key");

    private final byte[] blob;
    private final byte[] signature;
    private final PublicKey publicKey;

    private EnrollmentResult(byte[] blob, byte[] signature, PublicKey publicKey) {
        this.blob = blob;
        this.signature = signature;
        this.publicKey = publicKey;
    }

    /** Reads the content of the I/O object; bytes behind the signature are ignored. @throws CardException if it makes no sense */
    public static EnrollmentResult parse(byte[] content) throws CardException {
        try {
            int blobLength = Numbers.int2(content, 0);
            byte[] blob = slice(content, 2, blobLength);
            int sigLength = Numbers.int2(content, 2 + blobLength);
            return new EnrollmentResult(blob, slice(content, 4 + blobLength, sigLength), key(blob));
        } catch (IndexOutOfBoundsException e) {
            throw new CardException(Problem.of(Fault.CARD, STEP,
                    WORDS.say("The card's new public key is cut short.")), e);
        } catch (GeneralSecurityException e) {
            throw new CardException(Problem.of(Fault.CARD, STEP,
                    WORDS.say("The card's new public key is no valid key.")), e);
        }
    }

    /** The card's end: makes the result for a key pair and the challenge in plain. */
    public static EnrollmentResult of(PublicKey publicKey, PrivateKey privateKey, byte[] challenge)
            throws GeneralSecurityException {
        byte[] blob = blob(publicKey);
        Signature s = Signature.getInstance(publicKey instanceof RSAPublicKey ? "SHA1withRSA" : "SHA1withECDSA");
        s.initSign(privateKey);
        s.update(blob);
        s.update(challenge);
        return new EnrollmentResult(blob, s.sign(), publicKey);
    }

    /** The public blob of an RSA or EC key. @throws IllegalArgumentException for other keys */
    public static byte[] blob(PublicKey key) {
        switch (key) {
            case RSAPublicKey rsa -> {
                byte[] n = unsigned(rsa.getModulus());
                byte[] e = unsigned(rsa.getPublicExponent());
                return Numbers.join(new byte[] {0, Ins.KEY_RSA_PUBLIC}, Numbers.bytes2(rsa.getModulus().bitLength()),
                        Numbers.bytes2(n.length), n, Numbers.bytes2(e.length), e);
            }
            case ECPublicKey ec -> {
                int bits = ec.getParams().getCurve().getField().getFieldSize();
                int size = (bits + 7) / 8;
                byte[] point = new byte[1 + 2 * size];
                point[0] = 4;
                put(ec.getW().getAffineX(), point, 1, size);
                put(ec.getW().getAffineY(), point, 1 + size, size);
                return Numbers.join(new byte[] {0, Ins.KEY_EC_PUBLIC}, Numbers.bytes2(bits), Numbers.bytes2(point.length),
                        point);
            }
            default -> throw new IllegalArgumentException("The applet knows RSA and EC keys, not " + key.getAlgorithm());
        }
    }

    /** The new public key. */
    public PublicKey publicKey() {
        return publicKey;
    }

    /** True if the signature proves that the card holds the private key. */
    public boolean proves(byte[] challenge) {
        try {
            Signature s = Signature.getInstance(publicKey instanceof RSAPublicKey ? "SHA1withRSA" : "SHA1withECDSA");
            s.initVerify(publicKey);
            s.update(blob);
            s.update(challenge);
            return s.verify(signature);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /** As it stands in the I/O object. */
    public byte[] bytes() {
        return Numbers.join(Numbers.bytes2(blob.length), blob, Numbers.bytes2(signature.length), signature);
    }

    private static PublicKey key(byte[] blob) throws GeneralSecurityException {
        int bits = Numbers.int2(blob, 2);
        byte[] first = slice(blob, 6, Numbers.int2(blob, 4));
        switch (blob[1]) {
            case Ins.KEY_RSA_PUBLIC -> {
                int at = 6 + first.length;
                byte[] exponent = slice(blob, at + 2, Numbers.int2(blob, at));
                return KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(new BigInteger(1, first), new BigInteger(1, exponent)));
            }
            case Ins.KEY_EC_PUBLIC -> {
                int size = (bits + 7) / 8;
                if (first.length != 1 + 2 * size || first[0] != 4) {
                    throw new GeneralSecurityException("no uncompressed point");
                }
                var p = AlgorithmParameters.getInstance("EC");
                p.init(new ECGenParameterSpec("secp" + bits + "r1"));
                var w = new ECPoint(new BigInteger(1, slice(first, 1, size)), new BigInteger(1, slice(first, 1 + size, size)));
                return KeyFactory.getInstance("EC")
                        .generatePublic(new ECPublicKeySpec(w, p.getParameterSpec(ECParameterSpec.class)));
            }
            default -> throw new GeneralSecurityException("unknown key type " + blob[1]);
        }
    }

    private static byte[] slice(byte[] b, int at, int length) {
        if (at + length > b.length) {
            throw new IndexOutOfBoundsException(at + length);
        }
        return Arrays.copyOfRange(b, at, at + length);
    }

    private static byte[] unsigned(BigInteger n) {
        byte[] b = n.toByteArray();
        return b[0] == 0 ? Arrays.copyOfRange(b, 1, b.length) : b;
    }

    private static void put(BigInteger n, byte[] into, int at, int size) {
        byte[] b = unsigned(n);
        System.arraycopy(b, 0, into, at + size - b.length, b.length);
    }
}
