// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

/**
 * Who may do what with an object or key: three masks of 16 bits, bit i for identity i.
 *
 * @param read   who may read it
 * @param write  who may write it
 * @param delete who may delete it (objects) or use it (keys)
 */
public record Acl(int read, int write, int delete) {

    /** Anyone. */
    public static final int ANYONE = 0xFFFF;
    /** Whoever verified the user PIN. */
    public static final int USER = 0x0001;
    /** Whoever holds the secure channel. */
    public static final int RA = 0x4000;
    /** Nobody. */
    public static final int NOBODY = 0x0000;

    /** Objects that all may read and only the token management system may change. */
    public static final Acl PUBLIC_OBJECT = new Acl(ANYONE, RA, RA);
    /** Objects for the token management system only. */
    public static final Acl RA_ONLY = new Acl(RA, RA, RA);

    /** Length on the wire. */
    public static final int LENGTH = 6;

    /** Reads six bytes. */
    public static Acl of(byte[] bytes, int offset) {
        return new Acl(Numbers.int2(bytes, offset), Numbers.int2(bytes, offset + 2), Numbers.int2(bytes, offset + 4));
    }

    /** The six bytes. */
    public byte[] bytes() {
        return Numbers.join(Numbers.bytes2(read), Numbers.bytes2(write), Numbers.bytes2(delete));
    }

    @Override
    public String toString() {
        return String.format("%04X/%04X/%04X", read, write, delete);
    }
}
