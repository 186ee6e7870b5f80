// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.piv;

/** Status words that the applet answers with. */
final class Sw {

    static final int TRIES = 0x63C0;
    static final int WRONG_LENGTH = 0x6700;
    static final int SECURITY_NOT_SATISFIED = 0x6982;
    static final int BLOCKED = 0x6983;
    static final int CONDITIONS_NOT_SATISFIED = 0x6985;
    static final int WRONG_DATA = 0x6A80;
    static final int NOT_FOUND = 0x6A82;
    static final int NO_SPACE = 0x6A84;
    static final int WRONG_P1_P2 = 0x6A86;
    static final int UNKNOWN_REFERENCE = 0x6A88;
    static final int UNKNOWN_INS = 0x6D00;
    static final int UNKNOWN_CLA = 0x6E00;

    private Sw() {
    }
}
