// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

/** An entry of LIST OBJECTS: id, size in bytes, access rules. */
public record ObjectInfo(ObjectId id, int size, Acl acl) {

    /** Length of an entry on the wire. */
    public static final int LENGTH = 14;

    /** The entry on the wire: {@code id4 size4 acl6}. */
    public byte[] bytes() {
        return Numbers.join(id.bytes(), Numbers.bytes4(size), acl.bytes());
    }
}
