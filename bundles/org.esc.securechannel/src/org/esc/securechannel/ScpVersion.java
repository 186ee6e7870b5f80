// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

/**
 * A secure channel protocol and its implementation options "i" (GlobalPlatform Card Specification 2.2.1 §D.1.1, §E.1.1,
 * Amendment D §5.1).
 *
 * @param protocol 1, 2 or 3
 * @param i        option bits, 0 to 255
 */
public record ScpVersion(int protocol, int i) {

    /** SCP01, three keys, explicit initiation, as CoolKey cards have it. */
    public static final ScpVersion SCP01_05 = new ScpVersion(1, 0x05);
    /** SCP02, three keys, explicit initiation, encrypted ICV. */
    public static final ScpVersion SCP02_15 = new ScpVersion(2, 0x15);
    /** SCP03 with random challenge, no protection of answers. */
    public static final ScpVersion SCP03_00 = new ScpVersion(3, 0x00);
    /** SCP03 with pseudo-random challenge and protection of answers. */
    public static final ScpVersion SCP03_70 = new ScpVersion(3, 0x70);

    public ScpVersion {
        if (protocol < 1 || protocol > 3 || (i & ~0xFF) != 0) {
            throw new IllegalArgumentException("No such secure channel: SCP" + protocol + " i="
                    + Integer.toHexString(i));
        }
    }

    /** The usual options of a protocol, where a card does not say: 05, 15 or 00. */
    public static ScpVersion usual(int protocol) {
        return switch (protocol) {
            case 1 -> SCP01_05;
            case 2 -> SCP02_15;
            case 3 -> SCP03_00;
            default -> throw new IllegalArgumentException("No such secure channel protocol: " + protocol);
        };
    }

    /** Kind of keys this protocol works with. */
    public KeyType keyType() {
        return protocol == 3 ? KeyType.AES : KeyType.DES3;
    }

    /** Bytes of the host challenge: 8, or 16 for SCP03 in S16 mode; 0 with implicit initiation, which has none. */
    public int challengeLength() {
        return isImplicit() ? 0 : macLength();
    }

    /** Bytes of a cryptogram and of a MAC on the wire: 8, or 16 for SCP03 in S16 mode. */
    public int macLength() {
        return protocol == 3 && (i & 0x01) != 0 ? 16 : 8;
    }

    /** True if the channel begins with the first signed command instead of an authentication (SCP02, i bit 3 clear). */
    public boolean isImplicit() {
        return protocol == 2 && (i & 0x04) == 0;
    }

    /** True if the card computes its challenge (SCP02 i bit 7, SCP03 i bit 5) instead of drawing it. */
    public boolean pseudoRandom() {
        return protocol == 2 && (i & 0x40) != 0 || protocol == 3 && (i & 0x10) != 0;
    }

    /** True if C-MAC is over the command before its class and length are changed (SCP02 i bit 2). */
    boolean unmodifiedMac() {
        return protocol == 2 && (i & 0x02) != 0;
    }

    /** True if the ICV is encrypted (SCP01 and SCP02, i bit 5). */
    boolean encryptsIcv() {
        return protocol != 3 && (i & 0x10) != 0;
    }

    /** True if one base key serves for all three (SCP01 and SCP02, i bit 1 clear). */
    public boolean singleKey() {
        return protocol != 3 && (i & 0x01) == 0;
    }

    /** True if the card offers R-MAC: SCP02 i bit 6, SCP03 i bit 6. */
    public boolean offersResponseMac() {
        return protocol != 1 && (i & 0x20) != 0;
    }

    /** True if the card offers R-ENCRYPTION: SCP03 i bits 6 and 7. */
    public boolean offersResponseEncryption() {
        return protocol == 3 && (i & 0x60) == 0x60;
    }

    /**
     * True if this implementation speaks this variant: all that the specifications name, and what their bits allow besides. Explicit
     * initiation starts from a zero ICV, implicit from the MAC of the AID and without a challenge.
     */
    public boolean isSupported() {
        return switch (protocol) {
            case 1 -> (i & ~0x11) == 0x04;
            case 2 -> (i & 0x8C) == 0x04 || (i & 0xCC) == 0x08;
            default -> (i & ~0x71) == 0 && (i & 0x60) != 0x40;
        };
    }

    @Override
    public String toString() {
        return String.format("SCP%02d i=%02X", protocol, i);
    }
}
