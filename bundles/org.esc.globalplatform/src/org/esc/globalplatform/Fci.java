// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.Tlv;

/**
 * File control information, what SELECT answers: {@code 6F { 84 AID, A5 {…} }} (GlobalPlatform 2.1.1 §9.9.3.1). Applets
 * of old cards answer nothing at all.
 *
 * @param aid the AID of what was selected, when told
 */
public record Fci(Optional<Aid> aid) {

    /** Reads an answer; whatever is no FCI counts as one that tells nothing, since applets answer as they like. */
    public static Fci parse(byte[] answer) {
        try {
            return new Fci(Tlv.find(Tlv.parseAll(answer), 0x84).map(Tlv::value).map(Aid::of));
        } catch (IllegalArgumentException _) {
            return new Fci(Optional.empty());
        }
    }

    /** The answer of a security domain: AID and greatest length of command data. */
    public static byte[] encode(Aid aid) {
        return Tlv.of(0x6F, List.of(Tlv.of(0x84, aid.bytes()), Tlv.of(0xA5, List.of(Tlv.of(0x9F65, (byte) 0xFF)))))
                .encoded();
    }
}
