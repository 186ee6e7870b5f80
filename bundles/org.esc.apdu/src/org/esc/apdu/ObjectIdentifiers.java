// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

/**
 * Object identifiers (X.690 §8.19).
 *
 * @since 1.2
 */
public final class ObjectIdentifiers {

    private ObjectIdentifiers() {
    }

    /** As people write one: {@code 2A864886F70D} is 1.2.840.113549. Bytes behind its last whole arc are left out. */
    public static String dotted(byte[] contents) {
        var text = new StringBuilder();
        long arc = 0;
        for (byte b : contents) {
            arc = (arc & 0xFFFFFFFFFFFFL) << 7 | b & 0x7F;
            if ((b & 0x80) == 0) {
                if (text.isEmpty()) {
                    long first = Math.min(arc / 40, 2);
                    text.append(first).append('.').append(arc - 40 * first);
                } else {
                    text.append('.').append(arc);
                }
                arc = 0;
            }
        }
        return text.toString();
    }
}
