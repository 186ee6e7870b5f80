// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Secret;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/**
 * The key derivation function object (OpenPGP card 3.4.1 §4.3.2): passwords are sent as their iterated and salted hash (RFC 4880 §3.7.1.3), so
 * that whoever gets them out of the card knows them not yet. Holds no password.
 *
 * @param hash        8 SHA-256, 10 SHA-512
 * @param count       how many bytes are hashed
 * @param saltPw1     8 bytes
 * @param saltCode    8 bytes; empty if the resetting code has that of PW1
 * @param saltPw3     8 bytes; empty if PW3 has that of PW1
 * @param initialPw1  hash of PW1 as it is after a reset, may be empty
 * @param initialPw3  hash of PW3 as it is after a reset, may be empty
 */
public record Kdf(int hash, long count, byte[] saltPw1, byte[] saltCode, byte[] saltPw3, byte[] initialPw1, byte[] initialPw3) {

    private static final Words WORDS = Words.of(Kdf.class);

    /** SHA-256. */
    public static final int SHA256 = 8;
    /** SHA-512. */
    public static final int SHA512 = 10;
    /** Most bytes that OpenPGP can ask to be hashed. */
    public static final long MOST = 65_011_712;
    /** The object of a card on which passwords are sent as they are. */
    private static final byte[] OFF = {(byte) 0x81, 1, 0};
    private static final int ITERATED_SALTED = 3;
    private static final int SALT = 8;

    public Kdf {
        saltPw1 = saltPw1.clone();
        saltCode = saltCode.clone();
        saltPw3 = saltPw3.clone();
        initialPw1 = initialPw1.clone();
        initialPw3 = initialPw3.clone();
        if (hash != SHA256 && hash != SHA512) {
            throw new IllegalArgumentException(WORDS.say("The card wants its passwords hashed by an algorithm that is not known here ({0})", hash));
        }
        if (count < 1 || count > MOST) {
            throw new IllegalArgumentException(WORDS.say("The card wants {0} bytes hashed for a password, which OpenPGP does not allow", count));
        }
        if (saltPw1.length != SALT || !fits(saltCode) || !fits(saltPw3)) {
            throw new IllegalArgumentException(WORDS.say("The salts for the card's passwords have a wrong length"));
        }
        int n = hash == SHA256 ? 32 : 64;
        if (initialPw1.length != 0 && initialPw1.length != n || initialPw3.length != 0 && initialPw3.length != n) {
            throw new IllegalArgumentException(WORDS.say("The card's initial passwords have a wrong length"));
        }
    }

    private static boolean fits(byte[] salt) {
        return salt.length == 0 || salt.length == SALT;
    }

    /** Reads the object's content; empty if passwords are sent as they are. @throws IllegalArgumentException if it makes no sense */
    public static Optional<Kdf> parse(byte[] content) {
        List<Tlv> parts = Tlv.parseAll(content);
        if (parts.size() == 1 && parts.getFirst().tag() == Tag.KDF) {
            parts = parts.getFirst().children();
        }
        byte[] algorithm = value(parts, 0x81);
        if (algorithm.length == 0 || algorithm.length == 1 && algorithm[0] == 0) {
            return Optional.empty();
        }
        if (algorithm.length != 1 || algorithm[0] != ITERATED_SALTED) {
            throw new IllegalArgumentException(WORDS.say("The card wants its passwords derived in a way that is not known here"));
        }
        byte[] hash = value(parts, 0x82);
        byte[] count = value(parts, 0x83);
        if (hash.length != 1 || count.length != 4) {
            throw new IllegalArgumentException(WORDS.say("The card does not tell how its passwords are to be hashed"));
        }
        return Optional.of(new Kdf(hash[0], (count[0] & 0xFFL) << 24 | (count[1] & 0xFF) << 16 | (count[2] & 0xFF) << 8 | count[3] & 0xFF,
                value(parts, 0x84), value(parts, 0x85), value(parts, 0x86), value(parts, 0x87), value(parts, 0x88)));
    }

    private static byte[] value(List<Tlv> parts, int tag) {
        return parts.stream().filter(t -> t.tag() == tag).findFirst().map(Tlv::value).orElse(new byte[0]);
    }

    /** The content of the object of a card on which passwords are sent as they are. */
    public static byte[] off() {
        return OFF.clone();
    }

    /** Fresh salts, with the hashes of the passwords that cards are delivered with. */
    public static Kdf fresh(SecureRandom random, long count, Secret pw1, Secret pw3) {
        byte[] salts = new byte[3 * SALT];
        random.nextBytes(salts);
        var bare = new Kdf(SHA256, count, Arrays.copyOf(salts, SALT), Arrays.copyOfRange(salts, SALT, 2 * SALT),
                Arrays.copyOfRange(salts, 2 * SALT, 3 * SALT), new byte[0], new byte[0]);
        return new Kdf(SHA256, count, bare.saltPw1, bare.saltCode, bare.saltPw3, bare.derivePw1(pw1), bare.derivePw3(pw3));
    }

    /** What is sent in place of PW1. The caller erases it. */
    public byte[] derivePw1(Secret password) {
        return derive(password, saltPw1);
    }

    /** What is sent in place of the resetting code. The caller erases it. */
    public byte[] deriveCode(Secret password) {
        return derive(password, saltCode.length == 0 ? saltPw1 : saltCode);
    }

    /** What is sent in place of PW3. The caller erases it. */
    public byte[] derivePw3(Secret password) {
        return derive(password, saltPw3.length == 0 ? saltPw1 : saltPw3);
    }

    private byte[] derive(Secret password, byte[] salt) {
        try {
            var digest = MessageDigest.getInstance(hash == SHA256 ? "SHA-256" : "SHA-512");
            byte[] p = password.bytes();
            byte[] once = Arrays.copyOf(salt, salt.length + p.length);
            System.arraycopy(p, 0, once, salt.length, p.length);
            Arrays.fill(p, (byte) 0);
            long left = Math.max(count, once.length);
            while (left > 0) {
                int n = (int) Math.min(left, once.length);
                digest.update(once, 0, n);
                left -= n;
            }
            Arrays.fill(once, (byte) 0);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The object's content. */
    public byte[] encoded() {
        var out = new ByteArrayOutputStream();
        put(out, 0x81, (byte) ITERATED_SALTED);
        put(out, 0x82, (byte) hash);
        put(out, 0x83, (byte) (count >> 24), (byte) (count >> 16), (byte) (count >> 8), (byte) count);
        put(out, 0x84, saltPw1);
        put(out, 0x85, saltCode);
        put(out, 0x86, saltPw3);
        put(out, 0x87, initialPw1);
        put(out, 0x88, initialPw3);
        return out.toByteArray();
    }

    private static void put(ByteArrayOutputStream out, int tag, byte... value) {
        if (value.length > 0) {
            out.writeBytes(Tlv.of(tag, value).encoded());
        }
    }

    @Override
    public byte[] saltPw1() {
        return saltPw1.clone();
    }

    @Override
    public byte[] saltCode() {
        return saltCode.clone();
    }

    @Override
    public byte[] saltPw3() {
        return saltPw3.clone();
    }

    @Override
    public byte[] initialPw1() {
        return initialPw1.clone();
    }

    @Override
    public byte[] initialPw3() {
        return initialPw3.clone();
    }

    /** Shows no salt and no hash. */
    @Override
    public String toString() {
        return (hash == SHA256 ? "SHA-256" : "SHA-512") + " over " + count + " bytes";
    }
}
