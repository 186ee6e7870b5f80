// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.openpgp;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.List;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.IllegalBlockSizeException;
import org.esc.apdu.Tlv;
import org.esc.openpgp.OpenPgpStatus;
import org.esc.openpgp.PublicKeys;
import org.esc.securechannel.CardRefusal;

/** An RSA key pair. */
record RsaMaterial(BigInteger e, BigInteger p, BigInteger q) implements Material {

    private static final int NUMBER = 2;
    private static final int PADDING = 11;
    private static final int CERTAINTY = 30;

    static RsaMaterial generate(int bits, SecureRandom random) {
        try {
            var g = KeyPairGenerator.getInstance("RSA");
            g.initialize(new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4), random);
            var k = (RSAPrivateCrtKey) g.generateKeyPair().getPrivate();
            return new RsaMaterial(k.getPublicExponent(), k.getPrimeP(), k.getPrimeQ());
        } catch (GeneralSecurityException x) {
            throw new IllegalStateException(x);
        }
    }

    /** A key from outside. @throws IllegalArgumentException or ArithmeticException if it is none of that size */
    static RsaMaterial of(BigInteger e, BigInteger p, BigInteger q, int bits) {
        var k = new RsaMaterial(e, p, q);
        if (p.multiply(q).bitLength() != bits || !p.isProbablePrime(CERTAINTY) || !q.isProbablePrime(CERTAINTY) || p.equals(q)) {
            throw new IllegalArgumentException("Not such a key");
        }
        k.crt();
        return k;
    }

    static RsaMaterial parse(byte[] secret) {
        List<Tlv> n = Tlv.parseAll(secret);
        return new RsaMaterial(new BigInteger(n.get(0).value()), new BigInteger(n.get(1).value()), new BigInteger(n.get(2).value()));
    }

    private RSAPrivateCrtKeySpec crt() {
        BigInteger p1 = p.subtract(BigInteger.ONE);
        BigInteger q1 = q.subtract(BigInteger.ONE);
        BigInteger d = e.modInverse(p1.multiply(q1));
        return new RSAPrivateCrtKeySpec(p.multiply(q), e, d, p, q, d.mod(p1), d.mod(q1), q.modInverse(p));
    }

    @Override
    public PublicKey publicKey() {
        return PublicKeys.rsa(p.multiply(q), e);
    }

    @Override
    public byte[] secret() {
        var out = new ByteArrayOutputStream();
        for (BigInteger n : List.of(e, p, q)) {
            out.writeBytes(Tlv.of(NUMBER, n.toByteArray()).encoded());
        }
        return out.toByteArray();
    }

    private Cipher cipher(int mode) {
        try {
            Cipher c = Cipher.getInstance("RSA/ECB/PKCS1Padding");
            c.init(mode, KeyFactory.getInstance("RSA").generatePrivate(crt()));
            return c;
        } catch (GeneralSecurityException x) {
            throw new IllegalStateException(x);
        }
    }

    private int length() {
        return (p.multiply(q).bitLength() + 7) / 8;
    }

    @Override
    public byte[] sign(byte[] digestInfo, SecureRandom random) throws CardRefusal {
        if (digestInfo.length == 0 || digestInfo.length > length() - PADDING) {
            throw new CardRefusal(OpenPgpStatus.WRONG_LENGTH);
        }
        try {
            // with a private key this is the padding of signatures
            return cipher(Cipher.ENCRYPT_MODE).doFinal(digestInfo);
        } catch (IllegalBlockSizeException | BadPaddingException x) {
            throw new IllegalStateException(x);
        }
    }

    @Override
    public byte[] decipher(byte[] cryptogram) throws CardRefusal {
        if (cryptogram.length != length()) {
            throw new CardRefusal(OpenPgpStatus.WRONG_LENGTH);
        }
        try {
            return cipher(Cipher.DECRYPT_MODE).doFinal(cryptogram);
        } catch (IllegalBlockSizeException | BadPaddingException _) {
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
    }

    @Override
    public String toString() {
        return "RSA " + p.multiply(q).bitLength();
    }
}
