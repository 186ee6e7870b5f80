// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Aid;
import org.esc.apdu.Tlv;

/**
 * File control information, what SELECT answers: {@code 6F { 84 AID, A5 {…} }} (GlobalPlatform 2.1.1 §9.9.3.1). Applets
 * of old cards answer nothing at all.
 *
 * @param aid            the AID of what was selected, when told
 * @param maxCommandData 9F65, the greatest number of data bytes a command may carry, when told
 */
public record Fci(Optional<Aid> aid, OptionalInt maxCommandData) {

    private static final Fci NOTHING = new Fci(Optional.empty(), OptionalInt.empty());

    /** Reads an answer; whatever is no FCI counts as one that tells nothing, since applets answer as they like. */
    public static Fci parse(byte[] answer) {
        try {
            var all = Tlv.parseAll(answer);
            var most = Tlv.find(all, 0x9F65).map(Tlv::value).filter(v -> v.length > 0 && v.length <= 2);
            int n = 0;
            for (byte b : most.orElse(new byte[0])) {
                n = n << 8 | b & 0xFF;
            }
            return new Fci(Tlv.find(all, 0x84).map(Tlv::value).map(Aid::of), n > 0 ? OptionalInt.of(n) : OptionalInt.empty());
        } catch (IllegalArgumentException _) {
            return NOTHING;
        }
    }

    /** The answer of a security domain: AID and greatest length of command data. */
    public static byte[] encode(Aid aid) {
        return Tlv.of(0x6F, List.of(Tlv.of(0x84, aid.bytes()), Tlv.of(0xA5, List.of(Tlv.of(0x9F65, (byte) 0xFF)))))
                .encoded();
    }
}
