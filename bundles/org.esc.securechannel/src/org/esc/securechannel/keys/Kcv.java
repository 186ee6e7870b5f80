// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.keys;

import org.esc.securechannel.KeyType;

/**
 * What may be shown of a key: its check value.
 *
 * @param purpose ENC, MAC or DEK
 * @param type    kind of key
 * @param bits    length
 * @param kcv     check value, 6 hexadecimal digits
 */
public record Kcv(String purpose, KeyType type, int bits, String kcv) {
}
