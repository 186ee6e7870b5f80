// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.card.Subscription;
import org.esc.securechannel.CardKeys;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.securechannel.ScpVersion;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Trace;
import org.junit.jupiter.api.Test;

/** A trace that is read with keys while it grows. */
class DecryptedTraceTest {

    private static final List<Decoder> DECODERS = List.of(new IsoDecoder(), new GlobalPlatformDecoder());

    /** Entries that come one after the other. */
    private static final class Growing implements Trace {

        private final List<Entry> all;
        private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
        private volatile int end;
        private volatile int first;
        private volatile boolean closed;

        Growing(List<Entry> all, int end) {
            this.all = all;
            this.end = end;
        }

        void grow(int newFirst, int newEnd) {
            first = newFirst;
            end = newEnd;
            listeners.forEach(Runnable::run);
        }

        @Override
        public About about() {
            return new About("growing", true, true);
        }

        @Override
        public long first() {
            return first;
        }

        @Override
        public long end() {
            return end;
        }

        @Override
        public boolean isComplete() {
            return false;
        }

        @Override
        public Entry get(long index) {
            if (index < first || index >= end) {
                throw new IndexOutOfBoundsException();
            }
            return all.get((int) index);
        }

        @Override
        public Interpreter interpreterAt(long index, List<Decoder> decoders) {
            var i = new Interpreter(decoders);
            for (long k = first; k < index; k++) {
                i.pass(get(k));
            }
            return i;
        }

        @Override
        public List<Damage> damage() {
            return List.of();
        }

        @Override
        public Subscription subscribe(Runnable changed) {
            listeners.add(changed);
            return () -> listeners.remove(changed);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static void until(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 3000 && !condition.getAsBoolean(); i++) {
            Thread.sleep(10);
        }
        assertTrue(condition.getAsBoolean(), "waited in vain");
    }

    @Test
    void itIsReadWhileItGrowsAndForgottenWhenItIsClosed() throws Exception {
        try (var keys = KeySet.factory(1, KeyType.AES)) {
            var below = new Growing(ChannelReaderTest.trace(ScpVersion.SCP03_70, 3, keys), 3);
            var forgotten = new CountDownLatch(1);
            var trace = new DecryptedTrace(below, CardKeys.of(keys), forgotten::countDown, DECODERS);
            until(() -> trace.end() == 3);
            assertEquals(Optional.of(ChannelReader.Kind.VERIFIED), trace.verdict(2).map(ChannelReader.Verdict::kind));
            assertTrue(below.get(2).plain().isEmpty());
            below.grow(0, 5);
            until(() -> trace.end() == 5);
            assertEquals(Map.of(ChannelReader.Kind.VERIFIED, 5L), trace.tally().verdicts());
            assertEquals("4F08" + Hex.of("ABCDEFGH".getBytes()), Hex.of(CommandApdu.parse(trace.get(2).plain().orElseThrow().command().bytes()).data()));
            Entry.Plain putKey = trace.get(3).plain().orElseThrow();
            assertTrue(putKey.command().hasHidden());
            assertFalse(putKey.command().toString().contains("A1A2A3A4"), "secrets stay masked");
            var scanned = new ArrayList<Entry>();
            trace.scan(0, 5, (_, e) -> scanned.add(e));
            assertEquals(5, scanned.size());
            assertTrue(scanned.get(4).plain().isPresent());
            assertTrue(trace.interpreterAt(4, DECODERS).decode(trace.get(4)).parts().size() >= 4, "both forms");
            // the oldest are dropped
            below.grow(3, 5);
            until(() -> trace.verdict(2).isEmpty());
            assertEquals(3, trace.first());
            assertEquals(1, forgotten.getCount());
            trace.close();
            assertTrue(forgotten.await(30, TimeUnit.SECONDS), "the keys are forgotten");
            assertTrue(trace.get(4).plain().isEmpty() && trace.verdict(4).isEmpty());
            assertFalse(below.closed, "the trace below is somebody else's");
        }
    }
}
