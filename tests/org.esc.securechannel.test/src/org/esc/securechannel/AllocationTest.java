// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.StatusWord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrapping and unwrapping make no objects but their results, at either end. */
class AllocationTest {

    private static final int ROUNDS = 20_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    record Case(ScpVersion scp, SecurityLevel level, int bytes) {
    }

    static List<Case> cases() {
        var list = new ArrayList<Case>();
        for (int bytes : new int[] {0, 16, 200, 300}) {
            list.add(new Case(ScpVersion.SCP01_05, SecurityLevel.C_MAC_C_DEC, bytes));
            list.add(new Case(ScpVersion.SCP02_15, SecurityLevel.C_MAC_C_DEC, bytes));
            list.add(new Case(new ScpVersion(2, 0x35), SecurityLevel.C_MAC_C_DEC_R_MAC, bytes));
            list.add(new Case(ScpVersion.SCP03_70, SecurityLevel.FULL, bytes));
            list.add(new Case(new ScpVersion(3, 0x71), SecurityLevel.FULL, bytes));
        }
        return list;
    }

    private static Session session(Case c, KeySet keys) {
        byte[] card = new byte[CardSecureChannel.challengeLength(c.scp)];
        Session s = Session.derive(keys, c.scp, 7, new byte[c.scp.challengeLength()], card);
        s.responseMac().ifPresent(ResponseMac::start);
        return s;
    }

    /** A command and its answer, host to card and back; the four results. */
    private static long exchange(Session host, Session card, Case c, CommandApdu plain, ResponseApdu answer) {
        CommandApdu wrapped = host.command(0x84, plain, host.wrap(plain, c.level, false), OptionalInt.empty());
        CommandApdu unwrapped = card.command(0x80, wrapped, card.unwrap(wrapped, c.level), OptionalInt.empty());
        if (!c.level.rMac()) {
            return wrapped.nc() + unwrapped.nc();
        }
        host.note(plain);
        card.note(unwrapped);
        ResponseApdu back = card.answer(card.wrapAnswer(answer, c.level), answer.sw());
        ResponseApdu read = host.answer(host.unwrapAnswer(back, c.level), back.sw());
        return wrapped.nc() + unwrapped.nc() + back.nr() + read.nr();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void onlyResultsAreAllocated(Case c) {
        try (KeySet keys = KeySet.factory(1, c.scp.keyType()); Session host = session(c, keys); Session card = session(c, keys)) {
            var plain = CommandApdu.of(0x80, 0xE2, 1, 2, new byte[c.bytes]);
            var answer = ResponseApdu.of(new byte[c.bytes], 0, c.bytes, StatusWord.OK);
            long data = 0;
            // long enough that the runtime has compiled what it runs
            for (int i = 0; i < ROUNDS; i++) {
                data = exchange(host, card, c, plain, answer);
            }
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < ROUNDS; i++) {
                assertEquals(data, exchange(host, card, c, plain, answer));
            }
            long each = (THREADS.getCurrentThreadAllocatedBytes() - before) / ROUNDS;
            int results = c.level.rMac() ? 4 : 2;
            // an APDU object and its array, each rounded up: at most 32 + 16 + 7 + 7 besides the data
            long allowed = data + results * 62L;
            assertTrue(each <= allowed, each + " bytes for each exchange, " + allowed + " would be the results alone");
        }
    }
}
