// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import org.esc.apdu.Hex;
import org.esc.apdu.Words;

/**
 * The password status bytes (OpenPGP card 3.4.1 §4.4.3.11).
 *
 * @param pw1ForSeveral true if one verification of PW1 is good for several signatures
 * @param maxPw1        greatest length of PW1 in bytes
 * @param maxCode       greatest length of the resetting code in bytes
 * @param maxPw3        greatest length of PW3 in bytes
 * @param triesPw1      tries left at PW1
 * @param triesCode     tries left at the resetting code, 0 if there is none
 * @param triesPw3      tries left at PW3
 */
public record PasswordStatus(boolean pw1ForSeveral, int maxPw1, int maxCode, int maxPw3, int triesPw1, int triesCode, int triesPw3) {

    private static final Words WORDS = Words.of(PasswordStatus.class);

    /** Length in bytes. */
    public static final int LENGTH = 7;
    private static final int LONGEST = 0x7F;

    /** Reads them. @throws IllegalArgumentException if they are cut short */
    public static PasswordStatus parse(byte[] b) {
        if (b.length < LENGTH) {
            throw new IllegalArgumentException(WORDS.say("The password status bytes {0} are cut short", Hex.of(b)));
        }
        // bit 8 of a length announces PIN block 2 format
        return new PasswordStatus(b[0] == 1, b[1] & LONGEST, b[2] & LONGEST, b[3] & LONGEST, b[4] & 0xFF, b[5] & 0xFF, b[6] & 0xFF);
    }

    /** As the card keeps them. */
    public byte[] encoded() {
        return new byte[] {(byte) (pw1ForSeveral ? 1 : 0), (byte) maxPw1, (byte) maxCode, (byte) maxPw3, (byte) triesPw1, (byte) triesCode,
                (byte) triesPw3};
    }
}
