// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

/**
 * An entry of LIST KEYS.
 *
 * @param number slot
 * @param type   1 RSA public, 2 RSA private, 3 RSA private with CRT, others by newer applets
 * @param mate   slot of the other half of the pair
 * @param size   in bits
 * @param acl    who may read, write, use it
 */
public record KeyInfo(int number, int type, int mate, int size, Acl acl) {

    /** Length of an entry on the wire. */
    public static final int LENGTH = 11;

    /** The entry on the wire: {@code num1 type1 mate1 size2 acl6}. */
    public byte[] bytes() {
        return Numbers.join(new byte[] {(byte) number, (byte) type, (byte) mate}, Numbers.bytes2(size), acl.bytes());
    }
}
