// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

/** The kinds of card manager keys, with their block size and their GlobalPlatform key type byte. */
public enum KeyType {
    /** Two- or three-key triple DES: 16 or 24 bytes. */
    DES3(8, 0x80),
    /** AES: 16, 24 or 32 bytes. */
    AES(16, 0x88);

    private final int blockSize;
    private final int code;

    KeyType(int blockSize, int code) {
        this.blockSize = blockSize;
        this.code = code;
    }

    /** Block size of the cipher in bytes. */
    public int blockSize() {
        return blockSize;
    }

    /** Key type as key information (GET DATA 00E0) gives it: 80 or 88. */
    public int code() {
        return code;
    }

    /** True if a key of this kind may have {@code length} bytes. */
    public boolean allows(int length) {
        return length == 16 || length == 24 || this == AES && length == 32;
    }
}
