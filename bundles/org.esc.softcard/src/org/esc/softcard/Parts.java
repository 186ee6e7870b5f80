// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.CommandApdu;
import org.esc.securechannel.CardRefusal;

/** Commands whose data comes in parts, all but the last with bit 8 of P1 (GlobalPlatform 2.3.1 §11.2, §11.5, §11.8). */
final class Parts {

    private static final Set<Integer> MAY_COME_SO = Set.of(0xD8, 0xE4, 0xE6);
    private static final int LONGEST = 2048;

    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private int begun = -1;

    void reset() {
        data.reset();
        begun = -1;
    }

    /** The whole command; empty if this one is not its last part. A part of another command ends what was begun. */
    Optional<CommandApdu> add(CommandApdu c) throws CardRefusal {
        if (!MAY_COME_SO.contains(c.ins())) {
            reset();
            return Optional.of(c);
        }
        boolean more = (c.p1() & 0x80) != 0 && c.p1() != 0xFF;
        int what = c.ins() << 16 | (c.p1() & 0x7F) << 8 | c.p2();
        if (begun >> 16 != c.ins()) {
            reset();
        }
        if (begun >= 0 && begun != what) {
            reset();
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        if (begun < 0 && !more) {
            return Optional.of(c);
        }
        data.writeBytes(c.data());
        if (data.size() > LONGEST) {
            reset();
            throw new CardRefusal(Sw.NO_SPACE);
        }
        if (more) {
            begun = what;
            return Optional.empty();
        }
        var whole = CommandApdu.of(c.cla(), c.ins(), c.p1(), c.p2(), data.toByteArray(), 256);
        reset();
        return Optional.of(whole);
    }
}
