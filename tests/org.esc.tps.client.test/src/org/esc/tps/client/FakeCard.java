// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.card.CardSession;

/** A card that knows its number and accepts everything else, unless a test teaches it better. */
class FakeCard implements CardSession {

    static final Cuid CUID = Cuid.of("40906145C76224192D2B");

    final List<CommandApdu> seen = new CopyOnWriteArrayList<>();
    volatile boolean closed;

    ResponseApdu answer(CommandApdu c) throws EscException {
        return c.ins() == 0xCA && c.p1() == 0x9F ? ResponseApdu.ok(Cplc.of(CUID, new byte[4]).encoded()) : ResponseApdu.ok();
    }

    @Override
    public ResponseApdu transmit(CommandApdu command) throws EscException {
        seen.add(command);
        return answer(command);
    }

    @Override
    public String reader() {
        return "fake reader";
    }

    @Override
    public Atr atr() {
        return Atr.of("3B759400006202020201");
    }

    @Override
    public String protocol() {
        return "software";
    }

    @Override
    public void reset() {
        seen.clear();
    }

    @Override
    public byte[] control(int code, byte[] data) {
        return data.clone();
    }

    @Override
    public void close() {
        closed = true;
    }
}
