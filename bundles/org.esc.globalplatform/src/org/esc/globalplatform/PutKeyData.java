// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Words;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.CardSecureChannel;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;

/**
 * The data field of PUT KEY: {@code version} and up to three encrypted keys (GlobalPlatform 2.2.1 §11.8.2.3, Amendment
 * D §7.2).
 *
 * @param version version of the new keys, 0 to 255
 * @param keys    the keys in the order ENC, MAC, DEK
 */
public record PutKeyData(int version, List<Key> keys) {

    private static final Words WORDS = Words.of(PutKeyData.class);

    /** Instruction byte. */
    public static final int INS = 0xD8;

    private static final int AES = 0x88;
    private static final int WRONG_DATA = 0x6A80;
    private static final int WRONG_CHECK_VALUE = 0x9485;

    /**
     * One encrypted key.
     *
     * @param type   80, 81 or 82 for DES, 88 for AES
     * @param length bytes of the clear key
     * @param cipher the key, filled up to whole blocks, encrypted
     * @param kcv    key check value, 3 bytes, or empty
     */
    public record Key(int type, int length, byte[] cipher, byte[] kcv) {

        public Key {
            cipher = cipher.clone();
            kcv = kcv.clone();
        }

        @Override
        public byte[] cipher() {
            return cipher.clone();
        }

        @Override
        public byte[] kcv() {
            return kcv.clone();
        }

        /** DES or AES. @throws IllegalArgumentException for other type bytes */
        public KeyType keyType() {
            return switch (type) {
                case 0x80, 0x81, 0x82 -> KeyType.DES3;
                case AES -> KeyType.AES;
                default -> throw new IllegalArgumentException(WORDS.say("Key type {0} is not supported", Integer.toHexString(type)));
            };
        }
    }

    public PutKeyData {
        keys = List.copyOf(keys);
    }

    /** Reads the data field. @throws IllegalArgumentException if lengths do not fit */
    public static PutKeyData parse(byte[] data) {
        var f = new Fields(data);
        int version = f.u1();
        var keys = new ArrayList<Key>();
        while (f.more()) {
            int type = f.u1();
            byte[] field = f.berLv();
            int length = field.length;
            byte[] cipher = field;
            if (type == AES) {
                if (field.length < 1) {
                    throw new IllegalArgumentException(WORDS.say("An AES key field begins with the key's length"));
                }
                length = field[0] & 0xFF;
                cipher = Arrays.copyOfRange(field, 1, field.length);
                if (length > cipher.length) {
                    throw new IllegalArgumentException(WORDS.say("A key of {0} bytes does not fit into {1}", length, cipher.length));
                }
            }
            keys.add(new Key(type, length, cipher, f.lv()));
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(WORDS.say("PUT KEY carries no key"));
        }
        return new PutKeyData(version, keys);
    }

    /** The data field. */
    public byte[] encode() {
        var out = new ByteArrayOutputStream();
        out.write(version);
        for (Key k : keys) {
            out.write(k.type);
            if (k.type == AES) {
                out.writeBytes(Fields.berLength(k.cipher.length + 1));
                out.write(k.length);
            } else {
                out.writeBytes(Fields.berLength(k.cipher.length));
            }
            out.writeBytes(k.cipher);
            Fields.lv(out, k.kcv);
        }
        return out.toByteArray();
    }

    /**
     * The plain command that replaces the keys of {@code oldVersion} (0: adds new ones) by all keys of {@code data}.
     */
    public static CommandApdu command(int oldVersion, byte[] data, boolean le) {
        return le ? CommandApdu.of(0x80, INS, oldVersion, 0x81, data, 256)
                : CommandApdu.of(0x80, INS, oldVersion, 0x81, data);
    }

    /**
     * Card end: decrypts a set of three keys and checks their check values.
     *
     * @return an own key set, for the caller to close
     * @throws CardRefusal 6A80 if this is no whole set of one kind, 9485 if a check value is wrong
     */
    public KeySet decrypt(CardSecureChannel channel) throws CardRefusal {
        if (keys.size() != 3) {
            throw new CardRefusal(WRONG_DATA);
        }
        byte[][] clear = new byte[3][];
        try {
            KeyType type = keys.getFirst().keyType();
            for (int i = 0; i < 3; i++) {
                Key k = keys.get(i);
                if (k.keyType() != type || !type.allows(k.length)) {
                    throw new CardRefusal(WRONG_DATA);
                }
                byte[] padded = channel.decryptDek(k.cipher);
                clear[i] = Arrays.copyOf(padded, k.length);
                Arrays.fill(padded, (byte) 0);
                if (k.kcv.length > 0 && !MessageDigest.isEqual(k.kcv, KeySet.kcv(type, clear[i]))) {
                    throw new CardRefusal(WRONG_CHECK_VALUE);
                }
            }
            return KeySet.of(version, type, clear[0], clear[1], clear[2]);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(WRONG_DATA);
        } finally {
            for (byte[] k : clear) {
                if (k != null) {
                    Arrays.fill(k, (byte) 0);
                }
            }
        }
    }

    /** Card end: the answer's data, {@code version} and the check values of all keys. */
    public byte[] confirmation() {
        var out = new ByteArrayOutputStream();
        out.write(version);
        keys.forEach(k -> out.writeBytes(k.kcv));
        return out.toByteArray();
    }
}
