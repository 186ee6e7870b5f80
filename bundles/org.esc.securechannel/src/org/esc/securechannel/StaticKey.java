// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import java.util.Optional;
import org.esc.apdu.EscException;

/**
 * One static key of a card, or a master key that such keys are made from, as something that computes: its bytes may be here, or in a
 * PKCS#11 token that they never leave. Used by one thread at a time.
 */
public interface StaticKey extends AutoCloseable {

    /** What kind of key it is. */
    KeyType type();

    /** Length in bytes: 16 or 24, for AES also 32. */
    int length();

    /**
     * ECB encryption without padding.
     *
     * @param data a multiple of the block
     * @throws EscException if the token that holds the key fails
     */
    byte[] ecbEncrypt(byte[] data) throws EscException;

    /** CBC encryption with a zero IV, without padding; otherwise as {@link #ecbEncrypt}. */
    byte[] cbcEncrypt(byte[] data) throws EscException;

    /** AES-CMAC (NIST SP 800-38B), 16 bytes; for AES keys only. @throws EscException if the token that holds the key fails */
    byte[] cmac(byte[] data) throws EscException;

    /**
     * HMAC-SHA-256 with the key's bytes, 32 bytes.
     *
     * @throws EscException if the token that holds the key fails, or does not let such a key do that
     */
    byte[] hmacSha256(byte[] data) throws EscException;

    /** The same key for somebody who closes it later than this one's owner does: a session that still encrypts keys with it. */
    StaticKey share();

    /** A copy of the key's bytes, for the caller to erase; empty if they are in a token, which they never leave. */
    default Optional<byte[]> bytes() {
        return Optional.empty();
    }

    /** Erases what is here of the key. */
    @Override
    void close();

    /** Of key bytes at hand. The caller still owns, and should erase, its array. @throws IllegalArgumentException for a wrong length */
    static StaticKey of(KeyType type, byte[] key) {
        return BlockKey.of(type, key);
    }

    /** Key check value, 3 bytes, see {@link KeySet#kcv(KeyType, byte[])}. @throws EscException if the token that holds the key fails */
    default byte[] kcv() throws EscException {
        return java.util.Arrays.copyOf(ecbEncrypt(KeySet.kcvBlock(type())), 3);
    }
}
