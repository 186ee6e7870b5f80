// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.securechannel.CardRefusal;

/**
 * Command chaining and GET RESPONSE around an applet (ISO/IEC 7816-4 §5.3.3 and §5.3.4): the applet sees whole commands and gives whole
 * answers, of up to 65 535 bytes, however short the frames are in which they travel.
 */
public final class Chaining implements Applet {

    private static final int CHAINED = 0x10;
    private static final int GET_RESPONSE = 0xC0;
    private static final int SHORT = 256;
    private static final int WRONG_LENGTH = 0x6700;
    private static final int LAST_EXPECTED = 0x6883;
    private static final int NOTHING_WAITS = 0x6985;
    private static final int BYTES_WAIT = 0x6100;

    private final Applet inside;
    private final int most;
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();
    private int head = -1;
    private byte[] waiting = new byte[0];
    private int sw = 0x9000;

    private Chaining(Applet inside, int most) {
        this.inside = inside;
        this.most = most;
    }

    /** Around an applet that takes at most this many bytes of command data. */
    public static Applet over(Applet inside, int mostCommandBytes) {
        return new Chaining(inside, Math.min(mostCommandBytes, 0xFFFF));
    }

    @Override
    public ResponseApdu process(CommandApdu c) throws CardRefusal {
        if (c.ins() == GET_RESPONSE && (c.cla() & ~0x03) == 0) {
            return more(c);
        }
        forgetAnswer();
        int headNow = (c.cla() & ~CHAINED) << 24 | c.ins() << 16 | c.p1() << 8 | c.p2();
        // secure messaging and proprietary classes with bit 5 set are not ours to join
        boolean joins = (c.cla() & 0xE0) == 0 || (c.cla() & 0xE0) == 0x80;
        boolean chained = joins && (c.cla() & CHAINED) != 0;
        if (parts.size() > 0 && headNow != head) {
            forgetCommand();
            throw new CardRefusal(LAST_EXPECTED);
        }
        if (!chained && parts.size() == 0) {
            return cut(inside.process(c), c.ne().orElse(0));
        }
        byte[] data = c.data();
        if (parts.size() + data.length > most) {
            forgetCommand();
            throw new CardRefusal(WRONG_LENGTH);
        }
        parts.writeBytes(data);
        Arrays.fill(data, (byte) 0);
        head = headNow;
        if (chained) {
            return ResponseApdu.ok();
        }
        byte[] whole = parts.toByteArray();
        forgetCommand();
        try {
            return cut(inside.process(c.ne().isEmpty() ? CommandApdu.of(c.cla(), c.ins(), c.p1(), c.p2(), whole)
                    : CommandApdu.of(c.cla(), c.ins(), c.p1(), c.p2(), whole, c.ne().getAsInt())), c.ne().orElse(0));
        } finally {
            Arrays.fill(whole, (byte) 0);
        }
    }

    /** As much of the answer as was asked for; the rest waits. */
    private ResponseApdu cut(ResponseApdu answer, int ne) {
        // a command without Le cannot carry data back in T=1, in T=0 it can only say that some waits
        int now = Math.min(answer.nr(), ne);
        if (now == answer.nr()) {
            return answer;
        }
        byte[] all = answer.data();
        waiting = Arrays.copyOfRange(all, now, all.length);
        sw = answer.sw().value();
        return ResponseApdu.of(Arrays.copyOf(all, now), BYTES_WAIT | left());
    }

    private int left() {
        return waiting.length >= SHORT ? 0 : waiting.length;
    }

    private ResponseApdu more(CommandApdu c) throws CardRefusal {
        if (waiting.length == 0) {
            throw new CardRefusal(NOTHING_WAITS);
        }
        int now = Math.min(waiting.length, c.ne().orElse(SHORT));
        byte[] part = Arrays.copyOf(waiting, now);
        byte[] rest = Arrays.copyOfRange(waiting, now, waiting.length);
        Arrays.fill(waiting, (byte) 0);
        waiting = rest;
        return ResponseApdu.of(part, rest.length == 0 ? sw : BYTES_WAIT | left());
    }

    private void forgetCommand() {
        parts.reset();
        head = -1;
    }

    private void forgetAnswer() {
        Arrays.fill(waiting, (byte) 0);
        waiting = new byte[0];
    }

    @Override
    public ResponseApdu selected() {
        forgetCommand();
        forgetAnswer();
        return inside.selected();
    }

    @Override
    public Optional<ResponseApdu> select(CommandApdu command) {
        forgetCommand();
        forgetAnswer();
        return inside.select(command);
    }

    @Override
    public void deselected() {
        inside.deselected();
    }

    @Override
    public void reset() {
        forgetCommand();
        forgetAnswer();
        inside.reset();
    }
}
