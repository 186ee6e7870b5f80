// SPDX-License-Identifier: EPL-2.0
package org.example.loyalty;

import java.security.MessageDigest;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletMemory;

/** The loyalty applet in software. */
final class LoyaltyApplet implements Applet {

    static final String PIN = "pin";
    static final String LEFT = "left";

    private final AppletMemory memory;
    private boolean verified;

    LoyaltyApplet(AppletMemory memory) {
        this.memory = memory;
    }

    static String data(int tag) {
        return "data/%04X".formatted(tag);
    }

    @Override
    public ResponseApdu process(CommandApdu c) {
        return switch (c.cla() << 8 | c.ins()) {
            case Loyalty.GET_DATA -> memory.get(data(c.p1() << 8 | c.p2())).map(ResponseApdu::ok).orElse(ResponseApdu.of(0x6A88));
            case Loyalty.VERIFY -> verify(c);
            case 0x8000 | Loyalty.CLEAR -> clear();
            default -> ResponseApdu.of(0x6D00);
        };
    }

    private ResponseApdu verify(CommandApdu c) {
        int left = memory.get(LEFT).map(b -> (int) b[0]).orElse(0);
        if (left == 0) {
            return ResponseApdu.of(0x6983);
        }
        if (c.nc() == 0) {
            return verified ? ResponseApdu.ok() : ResponseApdu.of(0x63C0 | left);
        }
        verified = MessageDigest.isEqual(c.data(), memory.get(PIN).orElse(new byte[0]));
        left = verified ? Loyalty.TRIES : left - 1;
        memory.put(LEFT, new byte[] {(byte) left});
        return verified ? ResponseApdu.ok() : ResponseApdu.of(0x63C0 | left);
    }

    private ResponseApdu clear() {
        if (!verified) {
            return ResponseApdu.of(0x6982);
        }
        memory.put(data(Loyalty.POINTS), new byte[4]);
        return ResponseApdu.ok();
    }

    @Override
    public void deselected() {
        verified = false;
    }

    @Override
    public void reset() {
        verified = false;
    }
}
