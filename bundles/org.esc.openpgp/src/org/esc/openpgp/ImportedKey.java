// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/** A private key on its way into the card: the extended header list (OpenPGP card 3.4.1 §4.4.3.12). Closing erases it. */
public final class ImportedKey implements AutoCloseable {

    private static final Words WORDS = Words.of(ImportedKey.class);

    /** RSA: public exponent. */
    public static final int EXPONENT = 0x91;
    /** RSA: prime p. */
    public static final int PRIME1 = 0x92;
    /** RSA: prime q. */
    public static final int PRIME2 = 0x93;
    /** RSA: 1/q mod p. */
    public static final int COEFFICIENT = 0x94;
    /** RSA: d mod p-1. */
    public static final int EXPONENT1 = 0x95;
    /** RSA: d mod q-1. */
    public static final int EXPONENT2 = 0x96;
    /** RSA: modulus. */
    public static final int MODULUS = 0x97;
    /** Curves: the private key; that of X25519 with the most significant byte first. */
    public static final int PRIVATE = 0x92;
    /** Curves: the public key. */
    public static final int PUBLIC = 0x99;

    private final KeySlot slot;
    private final Map<Integer, byte[]> parts;

    private ImportedKey(KeySlot slot, Map<Integer, byte[]> parts) {
        this.slot = slot;
        this.parts = parts;
    }

    /** A key pair for a slot. @throws IllegalArgumentException if it is not of the kind that the slot takes */
    public static ImportedKey of(KeySlot slot, AlgorithmAttributes attributes, KeyPair pair) {
        return new ImportedKey(slot, switch (attributes) {
            case AlgorithmAttributes.Rsa r when pair.getPrivate() instanceof RSAPrivateCrtKey k -> rsa(r, k);
            case AlgorithmAttributes.Ecc e when PublicKeys.curve(pair.getPublic()).equals(e.curve()) -> ecc(e, pair);
            default -> throw new IllegalArgumentException(WORDS.say("The key is not of the kind that the slot takes: {0}", attributes.words()));
        });
    }

    private static Map<Integer, byte[]> rsa(AlgorithmAttributes.Rsa a, RSAPrivateCrtKey k) {
        int half = (a.modulusBits() + 15) / 16;
        var m = new LinkedHashMap<Integer, byte[]>();
        m.put(EXPONENT, PublicKeys.fixed(k.getPublicExponent(), (a.exponentBits() + 7) / 8));
        m.put(PRIME1, PublicKeys.fixed(k.getPrimeP(), half));
        m.put(PRIME2, PublicKeys.fixed(k.getPrimeQ(), half));
        if (a.withCrt()) {
            m.put(COEFFICIENT, PublicKeys.fixed(k.getCrtCoefficient(), half));
            m.put(EXPONENT1, PublicKeys.fixed(k.getPrimeExponentP(), half));
            m.put(EXPONENT2, PublicKeys.fixed(k.getPrimeExponentQ(), half));
        }
        if (a.withModulus()) {
            m.put(MODULUS, PublicKeys.fixed(k.getModulus(), 2 * half));
        }
        return m;
    }

    private static Map<Integer, byte[]> ecc(AlgorithmAttributes.Ecc a, KeyPair pair) {
        Curve curve = a.curve().orElseThrow();
        var m = new LinkedHashMap<Integer, byte[]>();
        byte[] d = pair.getPrivate() instanceof ECPrivateKey k ? PublicKeys.fixed(k.getS(), curve.bytes()) : bare(pair.getPrivate());
        m.put(PRIVATE, curve == Curve.X25519 ? reversed(d) : d);
        if (a.withPublicKey()) {
            m.put(PUBLIC, PublicKeys.point(pair.getPublic()));
        }
        return m;
    }

    /** The private key of RFC 8410. */
    private static byte[] bare(PrivateKey key) {
        byte[] encoded = key.getEncoded();
        try {
            return ASN1OctetString.getInstance(PrivateKeyInfo.getInstance(encoded).parsePrivateKey()).getOctets();
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException(WORDS.say("The private key cannot be read"), e);
        } finally {
            if (encoded != null) {
                Arrays.fill(encoded, (byte) 0);
            }
        }
    }

    /** The bytes in the opposite order; the argument is erased. */
    public static byte[] reversed(byte[] b) {
        byte[] r = new byte[b.length];
        for (int i = 0; i < b.length; i++) {
            r[i] = b[b.length - 1 - i];
        }
        Arrays.fill(b, (byte) 0);
        return r;
    }

    /** Reads an extended header list. @throws IllegalArgumentException if it makes no sense */
    public static ImportedKey parse(byte[] data) {
        List<Tlv> outer = Tlv.parseAll(data);
        if (outer.size() != 1 || outer.getFirst().tag() != Tag.EXTENDED_HEADER) {
            throw new IllegalArgumentException(WORDS.say("No extended header list"));
        }
        List<Tlv> inside = outer.getFirst().children();
        if (inside.size() != 3 || inside.get(1).tag() != Tag.PRIVATE_KEY_TEMPLATE || inside.get(2).tag() != Tag.PRIVATE_KEY) {
            throw new IllegalArgumentException(WORDS.say("The extended header list has other parts than a key"));
        }
        int reference = inside.getFirst().tag();
        KeySlot slot = Arrays.stream(KeySlot.values()).filter(s -> s.reference() == reference).findFirst()
                .orElseThrow(() -> new IllegalArgumentException(WORDS.say("No key has the reference {0}", "%02X".formatted(reference))));
        byte[] template = inside.get(1).value();
        byte[] key = inside.get(2).value();
        try {
            var parts = new LinkedHashMap<Integer, byte[]>();
            int at = 0;
            int from = 0;
            while (at < template.length) {
                int tag = template[at++] & 0xFF;
                int[] next = {at};
                int length = length(template, next);
                at = next[0];
                if (length > key.length - from) {
                    throw new IllegalArgumentException(WORDS.say("The key is shorter than its template says"));
                }
                parts.put(tag, Arrays.copyOfRange(key, from, from + length));
                from += length;
            }
            return new ImportedKey(slot, parts);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private static int length(byte[] b, int[] at) {
        int first = at[0] < b.length ? b[at[0]++] & 0xFF : 0x80;
        if (first < 0x80) {
            return first;
        }
        int n = first & 0x7F;
        if (n < 1 || n > 2 || at[0] + n > b.length) {
            throw new IllegalArgumentException(WORDS.say("The template's length makes no sense"));
        }
        int length = 0;
        for (int i = 0; i < n; i++) {
            length = length << 8 | b[at[0]++] & 0xFF;
        }
        return length;
    }

    /** Where it goes. */
    public KeySlot slot() {
        return slot;
    }

    /** A part of the key, for the caller to erase. */
    public Optional<byte[]> part(int tag) {
        return Optional.ofNullable(parts.get(tag)).map(byte[]::clone);
    }

    /** The extended header list, for the caller to erase. */
    public byte[] encoded() {
        var template = new ByteArrayOutputStream();
        int total = 0;
        for (var p : parts.entrySet()) {
            // tag and length without the value
            byte[] head = Tlv.of(p.getKey(), new byte[p.getValue().length]).encoded();
            template.write(head, 0, head.length - p.getValue().length);
            total += p.getValue().length;
        }
        byte[] key = new byte[total];
        int at = 0;
        for (byte[] p : parts.values()) {
            System.arraycopy(p, 0, key, at, p.length);
            at += p.length;
        }
        byte[] all = Tlv.of(Tag.EXTENDED_HEADER, List.of(Tlv.of(slot.reference()), Tlv.of(Tag.PRIVATE_KEY_TEMPLATE, template.toByteArray()),
                Tlv.of(Tag.PRIVATE_KEY, key))).encoded();
        Arrays.fill(key, (byte) 0);
        return all;
    }

    @Override
    public void close() {
        parts.values().forEach(p -> Arrays.fill(p, (byte) 0));
    }

    @Override
    public String toString() {
        return "private " + slot.words() + " key";
    }
}
