// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

/**
 * The protection of a secure channel, as P1 of EXTERNAL AUTHENTICATE says it (GlobalPlatform 2.2.1 §10.6, table 10-1).
 *
 * @param bits 01 C-MAC, 02 C-DECRYPTION, 10 R-MAC, 20 R-ENCRYPTION
 */
public record SecurityLevel(int bits) {

    /** Authentication only. */
    public static final SecurityLevel NONE = new SecurityLevel(0x00);
    /** Commands carry a MAC. */
    public static final SecurityLevel C_MAC = new SecurityLevel(0x01);
    /** Commands carry a MAC and are encrypted. */
    public static final SecurityLevel C_MAC_C_DEC = new SecurityLevel(0x03);
    /** Answers carry a MAC; SCP02 only. */
    public static final SecurityLevel R_MAC = new SecurityLevel(0x10);
    /** Commands and answers carry a MAC. */
    public static final SecurityLevel C_MAC_R_MAC = new SecurityLevel(0x11);
    /** Commands carry a MAC and are encrypted, answers carry a MAC. */
    public static final SecurityLevel C_MAC_C_DEC_R_MAC = new SecurityLevel(0x13);
    /** Everything protected both ways. */
    public static final SecurityLevel FULL = new SecurityLevel(0x33);

    public SecurityLevel {
        if ((bits & ~0x33) != 0 || (bits & 0x03) == 0x02 || (bits & 0x30) == 0x20 || (bits & 0x20) != 0
                && (bits & 0x02) == 0) {
            throw new IllegalArgumentException("No such security level: " + Integer.toHexString(bits));
        }
    }

    /** Commands carry a MAC. */
    public boolean cMac() {
        return (bits & 0x01) != 0;
    }

    /** Commands are encrypted. */
    public boolean cDec() {
        return (bits & 0x02) != 0;
    }

    /** Answers carry a MAC. */
    public boolean rMac() {
        return (bits & 0x10) != 0;
    }

    /** Answers are encrypted. */
    public boolean rEnc() {
        return (bits & 0x20) != 0;
    }

    /**
     * True if a channel of this version can be opened at this level. Implicit initiation has one only, C-MAC; SCP02 alone protects
     * answers without commands.
     */
    public boolean fits(ScpVersion scp) {
        if (scp.isImplicit()) {
            return equals(C_MAC);
        }
        if (rMac() && (!scp.offersResponseMac() || !cMac() && scp.protocol() != 2)) {
            return false;
        }
        return !rEnc() || scp.offersResponseEncryption();
    }

    /** True if both protect commands alike, and this one answers at least as much. */
    boolean extendsAnswersOf(SecurityLevel less) {
        return (bits & 0x0F) == (less.bits & 0x0F) && (bits & less.bits) == less.bits;
    }

    /** The same protection of commands with another of answers: 00, 10 or 30. */
    SecurityLevel withAnswers(int answers) {
        return new SecurityLevel(bits & 0x0F | answers);
    }

    @Override
    public String toString() {
        return String.format("%02X", bits);
    }
}
