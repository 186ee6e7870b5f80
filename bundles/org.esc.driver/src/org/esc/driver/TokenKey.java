// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

/**
 * A key on a token.
 *
 * @param slot where it lies
 * @param type "RSA private key", "EC public key" and the like
 * @param bits its size
 * @param mate slot of the other half of the pair, -1 if there is none
 * @param uses "sign, decrypt", may be empty
 */
public record TokenKey(int slot, String type, int bits, int mate, String uses) {
}
