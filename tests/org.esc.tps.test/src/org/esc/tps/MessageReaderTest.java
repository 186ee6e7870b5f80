// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MessageReaderTest {

    private static byte[] stream() throws Exception {
        var all = new ByteArrayOutputStream();
        for (Message m : MessageCodecTest.all()) {
            all.write(MessageCodec.encode(m));
        }
        return all.toByteArray();
    }

    private static List<String> drain(MessageReader r) throws Exception {
        var got = new ArrayList<String>();
        for (var m = r.poll(); m.isPresent(); m = r.poll()) {
            got.add(MessageCodecTest.text(m.get()));
        }
        return got;
    }

    @Test
    void chunkBordersDoNotMatter() throws Exception {
        byte[] all = stream();
        var expected = new ArrayList<String>();
        for (Message m : MessageCodecTest.all()) {
            expected.add(MessageCodecTest.text(m));
        }
        for (int size = 1; size <= all.length; size = size < 40 ? size + 1 : size * 2) {
            try (var r = new MessageReader(9999)) {
                var got = new ArrayList<String>();
                for (int at = 0; at < all.length; at += size) {
                    r.feed(all, at, Math.min(size, all.length - at));
                    got.addAll(drain(r));
                }
                assertEquals(expected, got);
                assertFalse(r.isInside());
            }
        }
    }

    @Test
    void knowsThatAMessageIsUnfinished() throws Exception {
        byte[] one = MessageCodec.encode(new Message.NewPinRequest(4, 10));
        try (var r = new MessageReader(9999)) {
            for (int i = 0; i < one.length - 1; i++) {
                r.feed(one, i, 1);
                assertTrue(r.isInside());
                assertTrue(r.poll().isEmpty());
            }
            r.feed(one, one.length - 1, 1);
            assertFalse(r.isInside());
            assertEquals(new Message.NewPinRequest(4, 10), r.poll().orElseThrow());
        }
    }

    @Test
    void skipsLineEndsBetweenMessages() throws Exception {
        byte[] one = MessageCodec.encode(new Message.StatusUpdateResponse(7));
        try (var r = new MessageReader(9999)) {
            r.feed("\r\n".getBytes(StandardCharsets.US_ASCII));
            r.feed(one);
            r.feed("\n".getBytes(StandardCharsets.US_ASCII));
            r.feed(one);
            assertEquals(2, drain(r).size());
        }
    }

    @Test
    void refusesBadLengthsBeforeStoringAnything() {
        for (String bad : List.of("s=10000&", "s=99999999999999999999", "s=-1&", "s=&", "s=0&", "s=1x", "ss=1&", "=1&", "&", "\0",
                "HTTP/1.1", "<html>")) {
            assertThrows(WireException.class, () -> {
                try (var r = new MessageReader(9999)) {
                    r.feed(bad.getBytes(StandardCharsets.US_ASCII));
                }
            }, bad);
        }
    }

    @Test
    void takesAMessageAtTheLimitAndNoLonger() throws Exception {
        String body = "msg_type=7&question=" + "x".repeat(9999 - 20);
        try (var r = new MessageReader(9999)) {
            r.feed(MessageCodecTest.withLength(body).getBytes(StandardCharsets.US_ASCII));
            assertEquals(9979, ((Message.AsqRequest) r.poll().orElseThrow()).question().length());
            assertThrows(WireException.class,
                    () -> r.feed(MessageCodecTest.withLength(body + "x").getBytes(StandardCharsets.US_ASCII)));
        }
    }

    /** Whatever comes: messages or a WireException, nothing else, and it ends. */
    @Test
    void survivesAnyBytes() throws Exception {
        var random = new Random(20);
        byte[] good = stream();
        int refused = 0;
        int read = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] b;
            if (round % 4 == 0) {
                b = new byte[random.nextInt(200)];
                random.nextBytes(b);
            } else {
                int from = random.nextInt(good.length);
                b = round % 4 == 1 ? java.util.Arrays.copyOfRange(good, from, good.length) : good.clone();
                for (int i = random.nextInt(6); i >= 0; i--) {
                    b[random.nextInt(b.length)] = round % 4 == 3 ? (byte) "&=%+0sz9".charAt(random.nextInt(8))
                            : (byte) random.nextInt(256);
                }
            }
            try (var r = new MessageReader(9999)) {
                int at = 0;
                while (at < b.length) {
                    int n = Math.min(b.length - at, 1 + random.nextInt(64));
                    r.feed(b, at, n);
                    at += n;
                }
                for (var m = r.poll(); m.isPresent(); m = r.poll()) {
                    read++;
                    m.get().close();
                }
            } catch (WireException e) {
                refused++;
            }
        }
        assertTrue(refused > 1000 && read > 1000, refused + " refused, " + read + " read");
    }
}
