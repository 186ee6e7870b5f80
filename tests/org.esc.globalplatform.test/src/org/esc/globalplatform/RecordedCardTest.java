// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardChannel;
import org.esc.globalplatform.RegistryEntry.Kind;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.SecurityLevel;
import org.junit.jupiter.api.Test;

/**
 * A session with a real card, as its owner published it: a Sm@rtCafé with the factory keys, SCP02, read by GlobalPlatformPro 0.3.7
 * (GlobalPlatformPro's issue 80). Each command of ours must have the bytes that were recorded.
 */
class RecordedCardTest {

    /** Command without Le, and answer, one after the other. */
    private static final List<String> RECORDED = List.of(
            "00A40400", "6F108408A000000003000000A5049F6501FF9000",
            "805000000818065633407B17A5", "0000054F002A0044AB010102001B9B95B95E5EBCABB137C7B87EE6EF9000",
            "84820100109D300822A9ACF7059A8CACFE450C2A0F", "9000",
            "84F280000A4F008B28B60A425106E6", "08A0000000030000000F9E9000",
            "84F240000A4F005F7B7E4608361142", "6A88",
            "84F220000A4F00657AFEB0CBB87F40", "07A000000151535001009000",
            "84F210000A4F008657307F71225724", "6A86");

    /** Answers what was recorded, as long as it is asked what was recorded. */
    private static final class Recording implements CardChannel {

        private final Deque<String> left = new ArrayDeque<>(RECORDED);

        @Override
        public ResponseApdu transmit(CommandApdu c) {
            String header = Hex.of(c.cla()) + Hex.of(c.ins()) + Hex.of(c.p1()) + Hex.of(c.p2());
            assertEquals(left.poll(), header + (c.nc() == 0 ? "" : Hex.of(c.nc()) + Hex.of(c.data())));
            return ResponseApdu.parse(Hex.parse(left.poll()));
        }

        @Override
        public void close() {
            // there is no card
        }
    }

    @Test
    void whatARealCardWasAskedAndAnswered() throws Exception {
        var card = new Recording();
        var fci = card.transmit(CommandApdu.of(0x00, 0xA4, 0x04, 0x00, new byte[0], 256));
        assertEquals(Aid.of("A000000003000000"), Fci.parse(fci.data()).aid().orElseThrow());
        try (KeySet keys = KeySet.factory(1, KeyType.DES3);
                SecureChannel c = SecureChannel.open(card, CardKeys.of(keys), 0, 0, SecurityLevel.C_MAC, Hex.parse("18065633407B17A5"))) {
            var domain = RegistryEntry.parse(Kind.ISSUER_DOMAIN, status(c, Kind.ISSUER_DOMAIN).data(), false).getFirst();
            assertEquals(Aid.of("A000000003000000"), domain.aid());
            assertEquals(0x0F, domain.lifeCycle());
            assertEquals(0x6A88, status(c, Kind.APPLICATION).sw().value());
            var file = RegistryEntry.parse(Kind.LOAD_FILE, status(c, Kind.LOAD_FILE).data(), false).getFirst();
            assertEquals(Aid.of("A0000001515350"), file.aid());
            assertEquals(0x6A86, status(c, Kind.LOAD_FILE_MODULES).sw().value());
        }
        assertTrue(card.left.isEmpty());
    }

    private static ResponseApdu status(SecureChannel c, Kind kind) throws Exception {
        return c.transmit(CommandApdu.of(0x80, RegistryEntry.INS, kind.p1(), 0x00, Hex.parse("4F00"), 256));
    }
}
