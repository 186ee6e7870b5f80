// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Instant;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/** Fingerprints of OpenPGP keys of version 4 (RFC 4880 §12.2, RFC 6637 §9 and §11), by which programs find the key on a card again. */
public final class Fingerprint {

    private static final Words WORDS = Words.of(Fingerprint.class);

    /** Length in bytes. */
    public static final int LENGTH = 20;
    private static final int SHA256 = 8;
    private static final int SHA384 = 9;
    private static final int SHA512 = 10;
    private static final int AES128 = 7;
    private static final int AES192 = 8;
    private static final int AES256 = 9;

    private Fingerprint() {
    }

    /** The fingerprint of a key in a slot, made at a moment. @throws IllegalArgumentException if OpenPGP has no such key */
    public static byte[] of(KeySlot slot, PublicKey key, Instant made) {
        var body = new ByteArrayOutputStream();
        body.write(4);
        body.writeBytes(seconds(made));
        if (key instanceof RSAPublicKey r) {
            body.write(AlgorithmAttributes.RSA);
            number(body, PublicKeys.unsigned(r.getModulus()));
            number(body, PublicKeys.unsigned(r.getPublicExponent()));
        } else {
            Curve curve = PublicKeys.curve(key).orElseThrow(() -> new IllegalArgumentException(WORDS.say("OpenPGP has no such key")));
            body.write(new AlgorithmAttributes.Ecc(slot, curve).algorithm());
            byte[] oid = curve.oid();
            body.write(oid.length);
            body.writeBytes(oid);
            number(body, point(curve, key));
            if (slot == KeySlot.DECRYPT) {
                body.writeBytes(derivation(curve));
            }
        }
        byte[] b = body.toByteArray();
        try {
            var sha = MessageDigest.getInstance("SHA-1");
            sha.update(new byte[] {(byte) 0x99, (byte) (b.length >> 8), (byte) b.length});
            return sha.digest(b);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A moment as the card keeps it: seconds since 1970, 4 bytes. */
    public static byte[] seconds(Instant at) {
        long s = at.getEpochSecond();
        return new byte[] {(byte) (s >> 24), (byte) (s >> 16), (byte) (s >> 8), (byte) s};
    }

    private static byte[] point(Curve curve, PublicKey key) {
        byte[] p = PublicKeys.point(key);
        if (curve.isWeierstrass() || curve == Curve.ED448 || curve == Curve.X448) {
            return p;
        }
        byte[] prefixed = new byte[p.length + 1];
        prefixed[0] = 0x40;
        System.arraycopy(p, 0, prefixed, 1, p.length);
        return prefixed;
    }

    /** Which digest and cipher make a secret of the agreement: those that RFC 6637 §12 recommends for the curve's size. */
    private static byte[] derivation(Curve curve) {
        boolean small = curve.bits() <= 256;
        boolean middle = curve.bits() <= 384;
        return new byte[] {3, 1, (byte) (small ? SHA256 : middle ? SHA384 : SHA512), (byte) (small ? AES128 : middle ? AES192 : AES256)};
    }

    /** A multi-precision integer (RFC 4880 §3.2). */
    private static void number(ByteArrayOutputStream out, byte[] unsigned) {
        int bits = new BigInteger(1, unsigned).bitLength();
        out.write(bits >> 8);
        out.write(bits);
        int skip = unsigned.length - (bits + 7) / 8;
        out.write(unsigned, skip, unsigned.length - skip);
    }

    /** In groups of four digits, as people compare them. */
    public static String words(byte[] fingerprint) {
        return Hex.of(fingerprint).replaceAll("(.{4})(?=.)", "$1 ");
    }
}
