// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.esc.apdu.EscException;
import org.esc.trace.Entry;
import org.esc.trace.Trace.About;
import org.esc.trace.Trace.Damage;
import org.esc.trace.TraceFormat;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A trace of 200 MB goes from a writer through a pipe into a reader, and neither keeps it. */
@Tag("long")
class LargeTest {

    private static final long BYTES = 200L << 20;
    private static final long MOST_KEPT = 24L << 20;

    /** Counts what goes through. */
    private static final class Counting extends OutputStream {
        private final OutputStream out;
        private long count;

        Counting(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] { (byte) b }, 0, 1);
        }

        @Override
        public void write(byte[] b, int from, int n) throws IOException {
            out.write(b, from, n);
            count += n;
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }

    private static long used() {
        System.gc();
        Runtime r = Runtime.getRuntime();
        return r.totalMemory() - r.freeMemory();
    }

    @ParameterizedTest
    @ValueSource(strings = { "pcapng", "jsonl", "csv", "apdu4j", "text" })
    void streams(String name) throws Exception {
        TraceFormat format = Some.formats().byName(name).orElseThrow();
        List<Entry> some = Some.trace(1, 70);
        var in = new PipedInputStream(1 << 16);
        var out = new Counting(new PipedOutputStream(in));
        long before = used();
        try (var thread = Executors.newSingleThreadExecutor()) {
            Future<Long> written = thread.submit(() -> {
                long n = 0;
                try (var w = format.write(out, new About("large", false, false), List.of())) {
                    while (out.count < BYTES) {
                        for (Entry e : some) {
                            w.entry(e);
                            n++;
                        }
                    }
                }
                return n;
            });
            long read = count(format, in, before);
            assertEquals(written.get().longValue(), read);
        }
    }

    private static long count(TraceFormat format, InputStream in, long before) throws IOException, EscException {
        long[] n = new long[1];
        format.read(in, new TraceFormat.Sink() {
            @Override
            public void entry(Entry entry) {
                if (++n[0] % 100_000 == 0) {
                    long kept = used() - before;
                    assertTrue(kept < MOST_KEPT, () -> kept + " bytes are kept after " + n[0] + " exchanges");
                }
            }

            @Override
            public void damage(Damage damage) {
                throw new AssertionError(damage);
            }
        });
        return n[0];
    }
}
