// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPrivateKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.esc.coolkey.CoolKeyStatus;
import org.esc.coolkey.Ins;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;

/** Reads key blobs: {@code encrypted1 type1 keysize2 content}. */
final class KeyImport {

    private static final int MIN_BITS = 1024;
    private static final int MAX_BITS = 2048;
    private static final int DES2_LENGTH = 16;

    private KeyImport() {
    }

    /** How a key wrapped under the card's data encryption key is opened. */
    @FunctionalInterface
    interface Unwrapper {
        byte[] unwrap(byte[] wrapped) throws CardRefusal;
    }

    /** What a blob held: a pair, or one key. */
    record Imported(Optional<KeyPair> pair, Optional<Key> single) {
    }

    /** An encrypted PKCS#8 pair, whose wrapping key comes itself wrapped. */
    static KeyPair encrypted(byte[] blob, int algorithm, Unwrapper unwrapper, byte[] wrapped, byte[] check, byte[] iv)
            throws CardRefusal {
        var d = new Data(blob, CoolKeyStatus.INVALID_PARAMETER);
        int isEncrypted = d.int1();
        int type = d.int1();
        d.int2();
        byte[] cipher = d.rest();
        if (isEncrypted != 1) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        }
        if (type != Ins.KEY_PKCS8_PAIR) {
            throw new CardRefusal(CoolKeyStatus.UNSUPPORTED_KEY_TYPE);
        }
        boolean aes = algorithm == Ins.ALG_AES_KWP || algorithm == Ins.ALG_AES_CBC;
        if (!aes && algorithm != Ins.ALG_DES2 && algorithm != Ins.ALG_DES2_CHECKED) {
            throw new CardRefusal(CoolKeyStatus.BAD_ALGORITHM_ID);
        }
        if (aes ? !KeyType.AES.allows(wrapped.length) : wrapped.length != DES2_LENGTH) {
            throw new CardRefusal(CoolKeyStatus.INVALID_KEY_SIZE);
        }
        byte[] key = unwrapper.unwrap(wrapped);
        byte[] plain = {};
        try {
            if (check.length > 0 && !MessageDigest.isEqual(check, KeySet.kcv(aes ? KeyType.AES : KeyType.DES3, key))) {
                throw new CardRefusal(CoolKeyStatus.BAD_WRAPPED_KEY);
            }
            plain = decrypt(algorithm, key, iv, cipher);
            return pkcs8(plain);
        } finally {
            Arrays.fill(key, (byte) 0);
            Arrays.fill(plain, (byte) 0);
        }
    }

    private static byte[] decrypt(int algorithm, byte[] key, byte[] iv, byte[] cipher) throws CardRefusal {
        try {
            switch (algorithm) {
                case Ins.ALG_AES_KWP -> {
                    Cipher c = Cipher.getInstance("AES/KWP/NoPadding");
                    c.init(Cipher.UNWRAP_MODE, new SecretKeySpec(key, "AES"));
                    return c.unwrap(cipher, "RAW", Cipher.SECRET_KEY).getEncoded();
                }
                case Ins.ALG_AES_CBC -> {
                    return cbc("AES/CBC/NoPadding", new SecretKeySpec(key, "AES"), iv, cipher, 16);
                }
                default -> {
                    byte[] three = Arrays.copyOf(key, 24);
                    System.arraycopy(key, 0, three, 16, 8);
                    return cbc("DESede/CBC/NoPadding", new SecretKeySpec(three, "DESede"), iv, cipher, 8);
                }
            }
        } catch (GeneralSecurityException e) {
            throw new CardRefusal(CoolKeyStatus.BAD_WRAPPED_PRIVATE_KEY);
        }
    }

    private static byte[] cbc(String transformation, SecretKeySpec key, byte[] iv, byte[] cipher, int block)
            throws GeneralSecurityException, CardRefusal {
        if (iv.length != block) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        }
        Cipher c = Cipher.getInstance(transformation);
        c.init(Cipher.DECRYPT_MODE, key, new IvParameterSpec(iv));
        return c.doFinal(cipher);
    }

    /** The pair in PKCS#8 DER; bytes behind its end are padding. */
    private static KeyPair pkcs8(byte[] der) throws CardRefusal {
        int n = derLength(der);
        if (n < 0) {
            throw new CardRefusal(CoolKeyStatus.BAD_WRAPPED_PRIVATE_KEY);
        }
        var spec = new PKCS8EncodedKeySpec(Arrays.copyOf(der, n));
        PrivateKey key;
        try {
            key = KeyFactory.getInstance("RSA").generatePrivate(spec);
        } catch (GeneralSecurityException _) {
            try {
                key = KeyFactory.getInstance("EC").generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                throw new CardRefusal(CoolKeyStatus.BAD_WRAPPED_PRIVATE_KEY);
            }
        }
        try {
            return switch (key) {
                case RSAPrivateCrtKey rsa -> {
                    checkSize(rsa.getModulus());
                    yield new KeyPair(KeyFactory.getInstance("RSA")
                            .generatePublic(new RSAPublicKeySpec(rsa.getModulus(), rsa.getPublicExponent())), rsa);
                }
                case ECPrivateKey ec -> ecPair(ec);
                default -> throw new CardRefusal(CoolKeyStatus.BAD_WRAPPED_PRIVATE_KEY);
            };
        } catch (GeneralSecurityException e) {
            throw new CardRefusal(CoolKeyStatus.BAD_WRAPPED_PRIVATE_KEY);
        }
    }

    private static KeyPair ecPair(ECPrivateKey key) throws GeneralSecurityException, CardRefusal {
        String name = switch (key.getParams().getCurve().getField().getFieldSize()) {
            case 256 -> "secp256r1";
            case 384 -> "secp384r1";
            case 521 -> "secp521r1";
            default -> throw new CardRefusal(CoolKeyStatus.INVALID_KEY_SIZE);
        };
        X9ECParameters curve = CustomNamedCurves.getByName(name);
        if (!curve.getN().equals(key.getParams().getOrder()) || key.getS().signum() <= 0
                || key.getS().compareTo(curve.getN()) >= 0) {
            throw new CardRefusal(CoolKeyStatus.BAD_WRAPPED_PRIVATE_KEY);
        }
        var q = curve.getG().multiply(key.getS()).normalize();
        var point = new ECPoint(q.getAffineXCoord().toBigInteger(), q.getAffineYCoord().toBigInteger());
        return new KeyPair(KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(point, key.getParams())), key);
    }

    private static void checkSize(BigInteger modulus) throws CardRefusal {
        if (modulus.bitLength() < MIN_BITS || modulus.bitLength() > MAX_BITS) {
            throw new CardRefusal(CoolKeyStatus.INVALID_KEY_SIZE);
        }
    }

    /** Bytes of the DER sequence that starts here, or -1 if none does. */
    private static int derLength(byte[] b) {
        if (b.length < 2 || b[0] != 0x30) {
            return -1;
        }
        int first = b[1] & 0xFF;
        int count = first < 0x80 ? 0 : first & 0x7F;
        if (count > 2 || first == 0x80 || b.length < 2 + count) {
            return -1;
        }
        int n = count == 0 ? first : 0;
        for (int i = 0; i < count; i++) {
            n = n << 8 | b[2 + i] & 0xFF;
        }
        return 2 + count + n <= b.length ? 2 + count + n : -1;
    }

    /** A blob in plain. Numbers are {@code len2 bytes}; a CRT key is p, q, 1/q mod p, d mod p-1, d mod q-1. */
    static Imported plain(byte[] blob) throws CardRefusal {
        var d = new Data(blob, CoolKeyStatus.INVALID_PARAMETER);
        if (d.int1() != 0) {
            throw new CardRefusal(CoolKeyStatus.UNSUPPORTED_FEATURE);
        }
        int type = d.int1();
        d.int2();
        try {
            KeyFactory rsa = KeyFactory.getInstance("RSA");
            switch (type) {
                case Ins.KEY_RSA_PUBLIC -> {
                    BigInteger n = number(d);
                    checkSize(n);
                    return single(rsa.generatePublic(new RSAPublicKeySpec(n, number(d))));
                }
                case Ins.KEY_RSA_PRIVATE -> {
                    BigInteger n = number(d);
                    checkSize(n);
                    return single(rsa.generatePrivate(new RSAPrivateKeySpec(n, number(d))));
                }
                case Ins.KEY_RSA_PRIVATE_CRT -> {
                    return single(crt(rsa, d));
                }
                case Ins.KEY_PKCS8_PAIR -> {
                    return new Imported(Optional.of(pkcs8(d.rest())), Optional.empty());
                }
                default -> throw new CardRefusal(CoolKeyStatus.UNSUPPORTED_KEY_TYPE);
            }
        } catch (GeneralSecurityException | ArithmeticException e) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        }
    }

    private static Key crt(KeyFactory rsa, Data d) throws GeneralSecurityException, CardRefusal {
        BigInteger p = number(d);
        BigInteger q = number(d);
        BigInteger qInverse = number(d);
        BigInteger dp = number(d);
        BigInteger dq = number(d);
        BigInteger n = p.multiply(q);
        checkSize(n);
        BigInteger p1 = p.subtract(BigInteger.ONE);
        BigInteger q1 = q.subtract(BigInteger.ONE);
        // the blob leaves the exponents out: e from d mod p-1, which is its inverse there, if it is a small one
        BigInteger e = dp.modInverse(p1);
        BigInteger lambda = p1.multiply(q1).divide(p1.gcd(q1));
        if (!e.gcd(lambda).equals(BigInteger.ONE) || !dq.multiply(e).mod(q1).equals(BigInteger.ONE.mod(q1))) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        }
        return rsa.generatePrivate(new RSAPrivateCrtKeySpec(n, e, e.modInverse(lambda), p, q, dp, dq, qInverse));
    }

    private static Imported single(Key key) {
        return new Imported(Optional.empty(), Optional.of(key));
    }

    private static BigInteger number(Data d) throws CardRefusal {
        BigInteger n = new BigInteger(1, d.block2());
        if (n.signum() == 0 || n.bitLength() > MAX_BITS) {
            throw new CardRefusal(CoolKeyStatus.INVALID_KEY_SIZE);
        }
        return n;
    }
}
