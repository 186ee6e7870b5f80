// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

/**
 * Choices of the host that the specifications leave open or that token management systems made their own way.
 *
 * @param leOnInitialize whether INITIALIZE UPDATE carries an Le of 00
 * @param leFromProtocol lowest protocol (1, 2, 3; 4 for none) whose wrapped commands keep an Le of 00 when the plain
 *                       command has one
 * @param encryptEmpty   whether SCP01 and SCP02 encrypt an empty data field too; a card of the specification tolerates
 *                       either
 */
public record WireStyle(boolean leOnInitialize, int leFromProtocol, boolean encryptEmpty) {

    /** By the GlobalPlatform specification. */
    public static final WireStyle STANDARD = new WireStyle(true, 1, false);

    /** As Dogtag's TPS sends it: no Le on INITIALIZE UPDATE nor in SCP01, empty data fields encrypted. */
    public static final WireStyle TPS = new WireStyle(false, 2, true);

    boolean leOnWrapped(ScpVersion scp) {
        return scp.protocol() >= leFromProtocol;
    }
}
