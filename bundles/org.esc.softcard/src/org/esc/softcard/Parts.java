// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.SecureChannel;

/**
 * Commands whose data comes in parts, all but the last with bit 8 of P1 (GlobalPlatform 2.3.1 §11.2, §11.5, §11.8). The secure channel has
 * protected the whole, so that it is put together before anything is verified (§11.1.5.1).
 */
final class Parts {

    private static final int LONGEST = 2048;

    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private int begun = -1;

    void reset() {
        data.reset();
        begun = -1;
    }

    /** The whole command; empty if this one is not its last part. A part of another command ends what was begun. */
    Optional<CommandApdu> add(CommandApdu c) throws CardRefusal {
        if (!SecureChannel.mayComeInParts(c)) {
            reset();
            return Optional.of(c);
        }
        boolean more = SecureChannel.isPart(c);
        int what = c.cla() << 24 | c.ins() << 16 | (c.p1() & 0x7F) << 8 | c.p2();
        if (begun != -1 && (begun >> 16 & 0xFF) != c.ins()) {
            reset();
        }
        if (begun != -1 && begun != what) {
            reset();
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        if (begun == -1 && !more) {
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
        byte[] all = data.toByteArray();
        var whole = CommandApdu.of(c.cla(), c.ins(), c.p1(), c.p2(), all, 0, all.length, c.ne());
        reset();
        return Optional.of(whole);
    }
}
