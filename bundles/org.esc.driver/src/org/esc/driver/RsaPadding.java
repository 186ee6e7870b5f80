// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.io.IOException;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Arrays;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.DigestInfo;
import org.bouncycastle.crypto.AsymmetricBlockCipher;
import org.bouncycastle.crypto.CipherParameters;
import org.bouncycastle.crypto.CryptoException;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.digests.SHA512Digest;
import org.bouncycastle.crypto.params.ParametersWithRandom;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.signers.PSSSigner;
import org.esc.apdu.CardException;
import org.esc.apdu.Words;

/** What goes around a message before or after the raw RSA operation of a card that leaves this to its host (RFC 8017 §7.2.2, §9). */
public final class RsaPadding {

    private static final Words WORDS = Words.of(RsaPadding.class);

    private RsaPadding() {
    }

    /**
     * The block to hand to the private key for a signature.
     *
     * @param digest as the algorithm asks for
     * @param length of the modulus in bytes
     * @throws IllegalArgumentException if the algorithm is none of RSA, or the modulus too short for it
     */
    public static byte[] forSignature(SignatureAlgorithm algorithm, byte[] digest, int length) {
        return algorithm.isPss() ? pss(algorithm, digest, length) : pkcs1(digestInfo(algorithm, digest), length);
    }

    /** The DER structure DigestInfo (RFC 8017 §9.2), for cards that pad by themselves. */
    public static byte[] digestInfo(SignatureAlgorithm algorithm, byte[] digest) {
        try {
            return new DigestInfo(new AlgorithmIdentifier(oid(algorithm), DERNull.INSTANCE), digest).getEncoded("DER");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ASN1ObjectIdentifier oid(SignatureAlgorithm algorithm) {
        return switch (algorithm) {
            case RSA_PKCS1_SHA256 -> NISTObjectIdentifiers.id_sha256;
            case RSA_PKCS1_SHA384 -> NISTObjectIdentifiers.id_sha384;
            case RSA_PKCS1_SHA512 -> NISTObjectIdentifiers.id_sha512;
            default -> throw new IllegalArgumentException(WORDS.say("{0} has no DigestInfo", algorithm));
        };
    }

    private static byte[] pkcs1(byte[] info, int length) {
        if (info.length + 11 > length) {
            throw new IllegalArgumentException(WORDS.say("A key of {0} bits is too short for this signature", 8 * length));
        }
        byte[] b = new byte[length];
        b[1] = 1;
        Arrays.fill(b, 2, length - info.length - 1, (byte) 0xFF);
        System.arraycopy(info, 0, b, length - info.length, info.length);
        return b;
    }

    private static byte[] pss(SignatureAlgorithm algorithm, byte[] digest, int length) {
        var hash = switch (algorithm) {
            case RSA_PSS_SHA256 -> new SHA256Digest();
            case RSA_PSS_SHA384 -> new SHA384Digest();
            case RSA_PSS_SHA512 -> new SHA512Digest();
            default -> throw new IllegalArgumentException(WORDS.say("{0} is no PSS", algorithm));
        };
        var signer = PSSSigner.createRawSigner(new Through(length), hash, hash, hash.getDigestSize(), (byte) 0xBC);
        // of a modulus only the length matters here: it is not checked to be one
        signer.init(true, new ParametersWithRandom(new RSAKeyParameters(true, BigInteger.ONE.shiftLeft(8 * length).subtract(BigInteger.ONE),
                BigInteger.ONE, true), new SecureRandom()));
        signer.update(digest, 0, digest.length);
        try {
            return signer.generateSignature();
        } catch (CryptoException | RuntimeException e) {
            throw new IllegalArgumentException(WORDS.say("A key of {0} bits is too short for this signature", 8 * length), e);
        }
    }

    /** The message in a decrypted PKCS#1 v1.5 block. @throws CardException if there is none: the key does not fit the cryptogram */
    public static byte[] message(byte[] block) throws CardException {
        int at = 2;
        while (at < block.length && block[at] != 0) {
            at++;
        }
        if (block.length < 11 || block[0] != 0 || block[1] != 2 || at < 10 || at == block.length) {
            throw new CardException("decrypt", WORDS.say("This key does not decrypt this message."));
        }
        return Arrays.copyOfRange(block, at + 1, block.length);
    }

    /** Takes the place of the private key, which is on the card: the padded block comes out as it went in. */
    private record Through(int length) implements AsymmetricBlockCipher {

        @Override
        public void init(boolean forEncryption, CipherParameters parameters) {
            // the key is on the card
        }

        @Override
        public int getInputBlockSize() {
            return length;
        }

        @Override
        public int getOutputBlockSize() {
            return length;
        }

        @Override
        public byte[] processBlock(byte[] in, int offset, int count) {
            byte[] b = new byte[length];
            System.arraycopy(in, offset, b, length - count, count);
            return b;
        }
    }
}
