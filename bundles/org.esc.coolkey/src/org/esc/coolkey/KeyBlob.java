// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.util.Arrays;
import org.esc.apdu.CardException;
import org.esc.apdu.Words;

/**
 * A key as it is put into an object for import: {@code encrypted1 type1 keysize2 content}.
 *
 * @param encrypted true if the content is encrypted
 * @param type      {@link Ins#KEY_PKCS8_PAIR} and so on
 * @param keySize   in bits
 * @param content   PKCS#8, encrypted or not; other encodings for other types
 */
public record KeyBlob(boolean encrypted, int type, int keySize, byte[] content) {

    private static final Words WORDS = Words.of(KeyBlob.class);

    private static final int HEADER = 4;

    public KeyBlob {
        content = content.clone();
    }

    @Override
    public byte[] content() {
        return content.clone();
    }

    /** An encrypted PKCS#8 key pair. */
    public static KeyBlob encryptedPair(int keySize, byte[] cipher) {
        return new KeyBlob(true, Ins.KEY_PKCS8_PAIR, keySize, cipher);
    }

    /** Reads a blob. @throws CardException if it is shorter than its header */
    public static KeyBlob parse(byte[] b) throws CardException {
        if (b.length < HEADER) {
            throw new CardException(WORDS.say("read a key blob"), WORDS.say("The key blob has only {0} bytes.", b.length));
        }
        return new KeyBlob(b[0] != 0, b[1] & 0xFF, Numbers.int2(b, 2), Arrays.copyOfRange(b, HEADER, b.length));
    }

    /** As it is written into the object. */
    public byte[] bytes() {
        return Numbers.join(new byte[] {(byte) (encrypted ? 1 : 0), (byte) type}, Numbers.bytes2(keySize), content);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyBlob that && encrypted == that.encrypted && type == that.type && keySize == that.keySize
                && Arrays.equals(content, that.content);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(content) * 31 + type;
    }

    @Override
    public String toString() {
        return "KeyBlob[type " + type + ", " + keySize + " bits, " + content.length + " bytes]";
    }
}
