// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.List;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.securechannel.ScpHint;
import org.esc.securechannel.ScpVersion;

/**
 * Card recognition data, GET DATA 0066 (GlobalPlatform 2.1.1 Appendix F).
 *
 * @param channels the secure channel protocols the card offers, in its order
 */
public record CardData(List<ScpVersion> channels) {

    public CardData {
        channels = List.copyOf(channels);
    }

    /** The block of exactly the shape that TPS reads by fixed positions. */
    public static byte[] encode(ScpVersion scp) {
        return Tlv.of(0x66, List.of(Tlv.of(0x73, List.of(
                Tlv.of(0x06, Hex.parse("2A864886FC6B01")),
                Tlv.of(0x60, List.of(Tlv.of(0x06, Hex.parse("2A864886FC6B02020101")))),
                Tlv.of(0x63, List.of(Tlv.of(0x06, Hex.parse("2A864886FC6B03")))),
                Tlv.of(0x64, List.of(Tlv.of(0x06, Hex.parse(
                        String.format("2A864886FC6B04%02X%02X", scp.protocol(), scp.i()))))))))).encoded();
    }

    /**
     * Reads the answer; protocols we do not know are left out.
     * @throws IllegalArgumentException if it is no such data object
     */
    public static CardData parse(byte[] answer) {
        return new CardData(ScpHint.listed(answer));
    }
}
