// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

/** Status words that the card manager answers with. */
final class Sw {

    static final int CARD_LOCKED_WARNING = 0x6283;
    static final int AUTHENTICATION_FAILED = 0x6300;
    static final int MORE_DATA = 0x6310;
    static final int WRONG_LENGTH = 0x6700;
    static final int NO_LOGICAL_CHANNELS = 0x6881;
    static final int SECURITY_NOT_SATISFIED = 0x6982;
    static final int BLOCKED = 0x6983;
    static final int CONDITIONS_NOT_SATISFIED = 0x6985;
    static final int WRONG_SECURE_MESSAGING = 0x6988;
    static final int WRONG_DATA = 0x6A80;
    static final int NOT_SUPPORTED = 0x6A81;
    static final int NOT_FOUND = 0x6A82;
    static final int NO_SPACE = 0x6A84;
    static final int WRONG_P1_P2 = 0x6A86;
    static final int UNKNOWN_DATA = 0x6A88;
    static final int UNKNOWN_INS = 0x6D00;
    static final int UNKNOWN_CLA = 0x6E00;

    private Sw() {
    }
}
