// SPDX-License-Identifier: EPL-2.0
package org.example.loyalty;

import org.esc.apdu.Aid;

/** The words of the loyalty applet, for the driver and for the card in software. */
final class Loyalty {

    static final String AID_HEX = "F04C4F59414C5459";
    static final Aid AID = Aid.of(AID_HEX);

    /** Tags of GET DATA: member's number (ASCII digits), member's name (UTF-8), points (4 bytes). */
    static final int NUMBER = 0x0101;
    static final int NAME = 0x0102;
    static final int POINTS = 0x0103;

    static final int VERIFY = 0x20;
    static final int GET_DATA = 0xCA;
    /** Takes all points off the card; the PIN must have been verified. */
    static final int CLEAR = 0x0E;

    static final int TRIES = 3;

    private Loyalty() {
    }
}
