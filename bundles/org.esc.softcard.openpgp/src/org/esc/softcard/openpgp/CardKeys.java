// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.openpgp;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.esc.apdu.Tlv;
import org.esc.openpgp.AlgorithmAttributes;
import org.esc.openpgp.ImportedKey;
import org.esc.openpgp.Ins;
import org.esc.openpgp.KeySlot;
import org.esc.openpgp.OpenPgpStatus;
import org.esc.openpgp.PublicKeys;
import org.esc.openpgp.Tag;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.AppletHost;
import org.esc.softcard.AppletMemory;

/** The three key pairs, the AES key and the counter of signatures. */
final class CardKeys {

    private static final String COUNTER = "counter";
    private static final String AES = "aes";
    private static final int LAST_COUNT = 0xFFFFFF;
    private static final int BLOCK = 16;
    private static final int ATTRIBUTES = 0x80;
    private static final int SOURCE = 0x81;
    private static final int PRIVATE = 0x82;
    private static final int PUBLIC = 0x83;
    private static final byte GENERATED = 1;
    private static final byte IMPORTED = 2;

    private final AppletHost host;
    private final AppletMemory memory;

    CardKeys(AppletHost host) {
        this.host = host;
        memory = host.memory();
    }

    static void begin(AppletMemory memory) {
        memory.put(COUNTER, new byte[3]);
    }

    private static String name(KeySlot slot) {
        return "k/" + slot.id();
    }

    /** What is kept of a key pair. */
    private record Kept(AlgorithmAttributes attributes, byte source, byte[] secret, byte[] template) {

        byte[] encoded() {
            var all = new java.io.ByteArrayOutputStream();
            all.writeBytes(Tlv.of(ATTRIBUTES, attributes.encoded()).encoded());
            all.writeBytes(Tlv.of(SOURCE, source).encoded());
            all.writeBytes(Tlv.of(PRIVATE, secret).encoded());
            all.writeBytes(Tlv.of(PUBLIC, template).encoded());
            return all.toByteArray();
        }

        static Kept parse(byte[] b) {
            var parts = Tlv.parseAll(b);
            return new Kept(AlgorithmAttributes.parse(parts.get(0).value()), parts.get(1).value()[0], parts.get(2).value(),
                    parts.get(3).value());
        }
    }

    private Optional<Kept> kept(KeySlot slot) {
        return memory.get(name(slot)).map(Kept::parse);
    }

    /** True if the slot is empty or its key is of this kind. */
    boolean isOfKind(KeySlot slot, AlgorithmAttributes kind) {
        return kept(slot).map(k -> switch (kind) {
            case AlgorithmAttributes.Rsa r -> k.attributes() instanceof AlgorithmAttributes.Rsa o && o.modulusBits() == r.modulusBits();
            default -> k.attributes().equals(kind);
        }).orElse(true);
    }

    void remove(KeySlot slot) {
        memory.remove(name(slot));
        if (slot == KeySlot.SIGN) {
            begin(memory);
        }
    }

    byte[] counter() {
        return memory.get(COUNTER).orElseThrow();
    }

    private void count() {
        byte[] c = counter();
        int n = Math.min(LAST_COUNT, ((c[0] & 0xFF) << 16 | (c[1] & 0xFF) << 8 | c[2] & 0xFF) + 1);
        memory.put(COUNTER, new byte[] {(byte) (n >> 16), (byte) (n >> 8), (byte) n});
    }

    byte[] information() {
        byte[] b = new byte[2 * KeySlot.values().length];
        for (KeySlot s : KeySlot.values()) {
            b[2 * s.ordinal()] = (byte) s.number();
            b[2 * s.ordinal() + 1] = kept(s).map(Kept::source).orElse((byte) 0);
        }
        return b;
    }

    byte[] generate(KeySlot slot, AlgorithmAttributes attributes) {
        Material m = switch (attributes) {
            case AlgorithmAttributes.Rsa r -> RsaMaterial.generate(r.modulusBits(), host.random());
            case AlgorithmAttributes.Ecc e -> CurveMaterial.generate(e.curve().orElseThrow(), host.random());
            case AlgorithmAttributes.Other o -> throw new IllegalStateException(o.words());
        };
        return keep(slot, attributes, m, GENERATED);
    }

    void take(ImportedKey key, AlgorithmAttributes attributes) throws CardRefusal {
        try {
            Material m = switch (attributes) {
                case AlgorithmAttributes.Rsa r -> RsaMaterial.of(number(key, ImportedKey.EXPONENT), number(key, ImportedKey.PRIME1),
                        number(key, ImportedKey.PRIME2), r.modulusBits());
                case AlgorithmAttributes.Ecc e -> CurveMaterial.of(e.curve().orElseThrow(),
                        key.part(ImportedKey.PRIVATE).orElseThrow(() -> new IllegalArgumentException("No private key")));
                case AlgorithmAttributes.Other o -> throw new IllegalStateException(o.words());
            };
            keep(key.slot(), attributes, m, IMPORTED);
        } catch (IllegalArgumentException | ArithmeticException _) {
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
    }

    private static BigInteger number(ImportedKey key, int tag) {
        return new BigInteger(1, key.part(tag).orElseThrow(() -> new IllegalArgumentException("A part is missing")));
    }

    private byte[] keep(KeySlot slot, AlgorithmAttributes attributes, Material m, byte source) {
        byte[] template = PublicKeys.encode(m.publicKey());
        byte[] secret = m.secret();
        memory.put(name(slot), new Kept(attributes, source, secret, template).encoded());
        Arrays.fill(secret, (byte) 0);
        if (slot == KeySlot.SIGN) {
            begin(memory);
        }
        return template;
    }

    byte[] publicTemplate(KeySlot slot) throws CardRefusal {
        return kept(slot).map(Kept::template).orElseThrow(() -> new CardRefusal(OpenPgpStatus.NOT_FOUND));
    }

    private Material material(KeySlot slot) throws CardRefusal {
        Kept k = kept(slot).orElseThrow(() -> new CardRefusal(OpenPgpStatus.NOT_FOUND));
        return switch (k.attributes()) {
            case AlgorithmAttributes.Ecc e -> CurveMaterial.of(e.curve().orElseThrow(), k.secret());
            default -> RsaMaterial.parse(k.secret());
        };
    }

    byte[] sign(KeySlot slot, byte[] data) throws CardRefusal {
        byte[] signature = material(slot).sign(data, host.random());
        if (slot == KeySlot.SIGN) {
            count();
        }
        return signature;
    }

    byte[] decipher(KeySlot slot, byte[] data) throws CardRefusal {
        if (data.length == 0) {
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
        return switch (data[0] & 0xFF) {
            case Ins.PADDING_RSA -> material(slot).decipher(Arrays.copyOfRange(data, 1, data.length));
            case Ins.PADDING_AES -> aes(Cipher.DECRYPT_MODE, Arrays.copyOfRange(data, 1, data.length));
            case Tag.CIPHER -> material(slot).agree(point(data));
            default -> throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        };
    }

    private static byte[] point(byte[] data) throws CardRefusal {
        try {
            return Tlv.find(Tlv.parseAll(data), Tag.POINT).map(Tlv::value).orElseThrow(() -> new CardRefusal(OpenPgpStatus.WRONG_DATA));
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
    }

    void setAes(byte[] key) throws CardRefusal {
        switch (key.length) {
            case 0 -> memory.remove(AES);
            case 16, 32 -> memory.put(AES, key);
            default -> throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
    }

    byte[] encipher(byte[] data) throws CardRefusal {
        byte[] c = aes(Cipher.ENCRYPT_MODE, data);
        byte[] answer = new byte[c.length + 1];
        answer[0] = Ins.PADDING_AES;
        System.arraycopy(c, 0, answer, 1, c.length);
        return answer;
    }

    private byte[] aes(int mode, byte[] data) throws CardRefusal {
        byte[] key = memory.get(AES).orElseThrow(() -> new CardRefusal(OpenPgpStatus.NOT_FOUND));
        if (data.length == 0 || data.length % BLOCK != 0) {
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
        try {
            Cipher c = Cipher.getInstance("AES/CBC/NoPadding");
            c.init(mode, new SecretKeySpec(key, "AES"), new IvParameterSpec(new byte[BLOCK]));
            return c.doFinal(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }
}
