// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Words;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;

/**
 * One key of a security domain as PUT KEY carries it (GlobalPlatform 2.3.1 §11.8.2.3, Amendment E §4.3): its components, a secret one
 * encrypted with the DEK, and its check value; public keys have none. Both ends use it.
 */
public final class KeyField {

    private static final Words WORDS = Words.of(KeyField.class);

    /** Key types (GlobalPlatform 2.3.1 table 11-16). */
    private static final int DES = 0x80;
    private static final int DES_CBC = 0x82;
    private static final int AES = 0x88;
    private static final int EXPONENT = 0xA0;
    private static final int MODULUS = 0xA1;
    private static final int POINT = 0xB0;
    private static final int CURVE = 0xF0;
    /** By key parameter reference (Amendment E §4.5). */
    private static final List<String> CURVES = List.of("secp256r1", "secp384r1", "secp521r1");
    private static final int UNCOMPRESSED = 0x04;

    private KeyField() {
    }

    /** Encrypts or decrypts with the DEK. */
    @FunctionalInterface
    public interface Dek<E extends Exception> {

        /** @param data whole blocks */
        byte[] crypt(byte[] data) throws E;
    }

    /**
     * A component as key information (GET DATA 00E0) tells it.
     *
     * @param type   key type byte
     * @param length in bytes
     */
    public record Component(int type, int length) {
    }

    /**
     * A key that arrived.
     *
     * @param key for the caller to close
     * @param kcv check value that came along, may be empty
     */
    public record Arrived(SignatureKey key, byte[] kcv) {

        public Arrived {
            kcv = kcv.clone();
        }

        @Override
        public byte[] kcv() {
            return kcv.clone();
        }
    }

    /** Check value: 3 bytes, of a public key none. */
    public static byte[] kcv(SignatureKey key) {
        if (!(key instanceof SignatureKey.Symmetric s)) {
            return new byte[0];
        }
        byte[] k = s.key();
        try {
            return KeySet.kcv(s.type(), k);
        } finally {
            Arrays.fill(k, (byte) 0);
        }
    }

    /**
     * Writes the field.
     *
     * @param block block size of the DEK in bytes, to which a secret key is filled up
     * @param dek   encrypts a secret key
     * @throws IllegalArgumentException for an EC key of a curve without a reference, or without its public half
     */
    public static <E extends Exception> byte[] encode(SignatureKey key, int block, Dek<E> dek) throws E {
        var out = new ByteArrayOutputStream();
        switch (key) {
            case SignatureKey.Symmetric s -> {
                byte[] k = s.key();
                byte[] padded = Arrays.copyOf(k, (k.length + block - 1) / block * block);
                byte[] cipher = dek.crypt(padded);
                boolean told = s.type() == KeyType.AES || padded.length != k.length;
                out.write(s.type() == KeyType.AES ? AES : DES);
                out.writeBytes(Fields.berLength(cipher.length + (told ? 1 : 0)));
                if (told) {
                    out.write(k.length);
                }
                out.writeBytes(cipher);
                Arrays.fill(k, (byte) 0);
                Arrays.fill(padded, (byte) 0);
            }
            case SignatureKey.Asymmetric a -> {
                for (var e : components(a.publicKey())) {
                    out.write(e.type());
                    Fields.berLv(out, e.value());
                }
            }
        }
        Fields.lv(out, kcv(key));
        return out.toByteArray();
    }

    /** The components as key information tells them, in the order of the field. */
    public static List<Component> components(SignatureKey key) {
        return switch (key) {
            case SignatureKey.Symmetric s -> List.of(new Component(s.type().code(), s.length()));
            case SignatureKey.Asymmetric a -> components(a.publicKey()).stream().map(v -> new Component(v.type(), v.value().length)).toList();
        };
    }

    private record Value(int type, byte[] value) {
    }

    private static List<Value> components(PublicKey key) {
        return switch (key) {
            case RSAPublicKey r -> List.of(new Value(MODULUS, unsigned(r.getModulus())), new Value(EXPONENT, unsigned(r.getPublicExponent())));
            case ECPublicKey e -> {
                int bytes = (e.getParams().getCurve().getField().getFieldSize() + 7) / 8;
                var point = new ByteArrayOutputStream();
                point.write(UNCOMPRESSED);
                point.writeBytes(filled(e.getW().getAffineX(), bytes));
                point.writeBytes(filled(e.getW().getAffineY(), bytes));
                yield List.of(new Value(POINT, point.toByteArray()), new Value(CURVE, new byte[] {(byte) reference(e.getParams())}));
            }
            default -> throw new IllegalArgumentException(WORDS.say("the file holds no public key that a card could take"));
        };
    }

    private static int reference(ECParameterSpec curve) {
        for (int i = 0; i < CURVES.size(); i++) {
            ECParameterSpec known = curve(i);
            if (known.getCurve().equals(curve.getCurve()) && known.getGenerator().equals(curve.getGenerator())) {
                return i;
            }
        }
        throw new IllegalArgumentException(WORDS.say("cards know the curves P-256, P-384 and P-521, not that of this key"));
    }

    private static ECParameterSpec curve(int reference) {
        try {
            var p = AlgorithmParameters.getInstance("EC");
            p.init(new ECGenParameterSpec(CURVES.get(reference)));
            return p.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The Java runtime lacks " + CURVES.get(reference), e);
        }
    }

    private static byte[] unsigned(BigInteger n) {
        return filled(n, (n.bitLength() + 7) / 8);
    }

    private static byte[] filled(BigInteger n, int length) {
        byte[] b = n.toByteArray();
        byte[] out = new byte[length];
        int from = Math.max(0, b.length - length);
        System.arraycopy(b, from, out, length - (b.length - from), b.length - from);
        return out;
    }

    /**
     * Reads one or more fields.
     *
     * @param fields the data of PUT KEY behind the version
     * @param block  block size of the DEK in bytes
     * @param dek    decrypts a secret key
     * @throws IllegalArgumentException if a field does not fit together or holds a kind of key that is not known
     */
    public static <E extends Exception> List<Arrived> read(byte[] fields, int block, Dek<E> dek) throws E {
        var f = new Fields(fields);
        var all = new ArrayList<Arrived>();
        while (f.more()) {
            int type = f.u1();
            byte[] value = f.berLv();
            SignatureKey key = switch (type) {
                case DES, DES + 1, DES_CBC -> secret(KeyType.DES3, value, block, dek);
                case AES -> secret(KeyType.AES, value, block, dek);
                case MODULUS -> rsa(value, second(f, EXPONENT));
                case POINT -> ec(value, second(f, CURVE));
                default -> throw new IllegalArgumentException(WORDS.say("Key type {0} is not known", String.format("%02X", type)));
            };
            all.add(new Arrived(key, f.lv()));
        }
        if (all.isEmpty()) {
            throw new IllegalArgumentException(WORDS.say("There is no key"));
        }
        return all;
    }

    private static byte[] second(Fields f, int type) {
        if (f.u1() != type) {
            throw new IllegalArgumentException(WORDS.say("A public key lacks its second component"));
        }
        return f.berLv();
    }

    private static <E extends Exception> SignatureKey secret(KeyType type, byte[] value, int block, Dek<E> dek) throws E {
        boolean told = value.length % block != 0;
        int length = told ? value[0] & 0xFF : value.length;
        byte[] cipher = told ? Arrays.copyOfRange(value, 1, value.length) : value;
        if (!type.allows(length) || cipher.length % block != 0 || cipher.length < length || cipher.length - length >= block) {
            throw new IllegalArgumentException(WORDS.say("A key has a wrong length"));
        }
        byte[] padded = dek.crypt(cipher);
        byte[] key = Arrays.copyOf(padded, length);
        try {
            return new SignatureKey.Symmetric(type, key);
        } finally {
            Arrays.fill(key, (byte) 0);
            Arrays.fill(padded, (byte) 0);
        }
    }

    private static SignatureKey rsa(byte[] modulus, byte[] exponent) {
        try {
            return new SignatureKey.Asymmetric(Optional.empty(), KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(new BigInteger(1, modulus), new BigInteger(1, exponent))));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(WORDS.say("These are no components of an RSA key"), e);
        }
    }

    private static SignatureKey ec(byte[] point, byte[] reference) {
        if (reference.length != 1 || reference[0] < 0 || reference[0] >= CURVES.size() || point.length % 2 == 0 || point[0] != UNCOMPRESSED) {
            throw new IllegalArgumentException(WORDS.say("An EC key names a curve that is not known, or no point"));
        }
        int n = point.length / 2;
        var w = new ECPoint(new BigInteger(1, Arrays.copyOfRange(point, 1, 1 + n)), new BigInteger(1, Arrays.copyOfRange(point, 1 + n, 1 + 2 * n)));
        try {
            return new SignatureKey.Asymmetric(Optional.empty(),
                    KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(w, curve(reference[0]))));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(WORDS.say("These are no components of an EC key"), e);
        }
    }

    /**
     * The plain PUT KEY command for one key.
     *
     * @param replaced version of the key to replace, 0 to add
     * @param id       key identifier, 1 to 127
     * @param data     version and field
     */
    public static CommandApdu command(int replaced, int id, byte[] data) {
        return CommandApdu.of(0x80, PutKeyData.INS, replaced, id, data, 256);
    }
}
