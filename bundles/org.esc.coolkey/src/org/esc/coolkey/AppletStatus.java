// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import org.esc.apdu.CardException;
import org.esc.apdu.Words;

/**
 * The answer to GET STATUS.
 *
 * @param protocolMajor protocol version, 1
 * @param protocolMinor protocol version, 1
 * @param appletMajor   applet version, 1
 * @param appletMinor   applet version, 4 or 5
 * @param totalMemory   object memory in bytes
 * @param freeMemory    of that, free
 * @param pins          number of PINs
 * @param keys          number of keys
 * @param loggedIn      identities that hold the nonce, a bit each
 */
public record AppletStatus(int protocolMajor, int protocolMinor, int appletMajor, int appletMinor, int totalMemory,
        int freeMemory, int pins, int keys, int loggedIn) {

    private static final Words WORDS = Words.of(AppletStatus.class);

    /** Length on the wire. */
    public static final int LENGTH = 16;

    /** Reads the 16 bytes. @throws CardException if there are fewer */
    public static AppletStatus parse(byte[] b) throws CardException {
        if (b.length < LENGTH) {
            throw new CardException(WORDS.say("read the applet's status"), WORDS.say("The applet's status has {0} bytes instead of 16.", b.length));
        }
        return new AppletStatus(b[0] & 0xFF, b[1] & 0xFF, b[2] & 0xFF, b[3] & 0xFF, Numbers.int4(b, 4), Numbers.int4(b, 8),
                b[12] & 0xFF, b[13] & 0xFF, Numbers.int2(b, 14));
    }

    /** The 16 bytes. */
    public byte[] bytes() {
        return Numbers.join(new byte[] {(byte) protocolMajor, (byte) protocolMinor, (byte) appletMajor, (byte) appletMinor},
                Numbers.bytes4(totalMemory), Numbers.bytes4(freeMemory), new byte[] {(byte) pins, (byte) keys},
                Numbers.bytes2(loggedIn));
    }
}
