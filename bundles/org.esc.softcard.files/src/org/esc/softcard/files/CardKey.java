// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.files;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import org.esc.apdu.Words;
import org.esc.securechannel.CardRefusal;

/** A private key on the card and what it computes. */
final class CardKey {

    private static final Words WORDS = Words.of(CardKey.class);

    private static final int WRONG_DATA = 0x6A80;
    private static final int WRONG_LENGTH = 0x6700;

    private final PrivateKey key;

    private CardKey(PrivateKey key) {
        this.key = key;
    }

    /** @throws IllegalArgumentException with the end of a sentence if this is no RSA or EC key in PKCS #8 */
    static void check(byte[] pkcs8) {
        of(pkcs8);
    }

    static CardKey of(byte[] pkcs8) {
        for (String algorithm : new String[] {"RSA", "EC"}) {
            try {
                return new CardKey(KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8)));
            } catch (GeneralSecurityException _) {
                // the other kind, perhaps
            }
        }
        throw new IllegalArgumentException(WORDS.say("the content is no RSA or EC private key in PKCS #8."));
    }

    boolean isRsa() {
        return key instanceof RSAPrivateKey;
    }

    /** Length of the modulus or of a coordinate in bytes. */
    int length() {
        return key instanceof RSAPrivateKey r ? (r.getModulus().bitLength() + 7) / 8
                : (((ECPrivateKey) key).getParams().getCurve().getField().getFieldSize() + 7) / 8;
    }

    /** RSA without any padding. */
    byte[] raw(byte[] in) throws CardRefusal {
        if (!isRsa() || in.length != length()) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        return rsa("RSA/ECB/NoPadding", Cipher.DECRYPT_MODE, in);
    }

    /**
     * Signs: with RSA a whole block as it is, anything shorter padded by PKCS #1 v1.5; with EC a digest, the answer being the DER sequence of r
     * and s.
     */
    byte[] sign(byte[] in) throws CardRefusal {
        if (!isRsa()) {
            return ecdsa(in);
        }
        if (in.length == length()) {
            return raw(in);
        }
        if (in.length > length() - 11) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        byte[] block = new byte[length()];
        block[1] = 1;
        Arrays.fill(block, 2, block.length - in.length - 1, (byte) 0xFF);
        System.arraycopy(in, 0, block, block.length - in.length, in.length);
        return raw(block);
    }

    /** Decrypts PKCS #1 v1.5. */
    byte[] decrypt(byte[] cryptogram) throws CardRefusal {
        if (cryptogram.length != length()) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        return rsa("RSA/ECB/PKCS1Padding", Cipher.DECRYPT_MODE, cryptogram);
    }

    /** The x coordinate of the point that both keys lead to. @param point 04 ‖ x ‖ y */
    byte[] agree(byte[] point) throws CardRefusal {
        int n = length();
        if (point.length != 1 + 2 * n || point[0] != 4 || !(key instanceof ECPrivateKey ec)) {
            throw new CardRefusal(WRONG_DATA);
        }
        try {
            var w = new ECPoint(new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + n)), new BigInteger(1, Arrays.copyOfRange(point, 1 + n, point.length)));
            KeyAgreement a = KeyAgreement.getInstance("ECDH");
            a.init(key);
            a.doPhase(KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(w, ec.getParams())), true);
            return a.generateSecret();
        } catch (GeneralSecurityException | RuntimeException _) {
            throw new CardRefusal(WRONG_DATA);
        }
    }

    private byte[] rsa(String transformation, int mode, byte[] in) throws CardRefusal {
        try {
            Cipher c = Cipher.getInstance(transformation);
            c.init(mode, key);
            return c.doFinal(in);
        } catch (GeneralSecurityException | RuntimeException _) {
            throw new CardRefusal(WRONG_DATA);
        }
    }

    private byte[] ecdsa(byte[] digest) throws CardRefusal {
        if (digest.length < 20 || digest.length > 64) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        try {
            Signature s = Signature.getInstance("NONEwithECDSA");
            s.initSign(key);
            s.update(digest);
            return s.sign();
        } catch (GeneralSecurityException _) {
            throw new CardRefusal(WRONG_DATA);
        }
    }
}
