// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Random;
import org.esc.apdu.EscException;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.server.Link;
import org.esc.tms.server.TmsServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that send what they should not: the operation ends, nothing is changed, the next client is served. */
@Timeout(120)
class HostileClientTest {

    @TempDir
    private Path data;

    private Tms tms;
    private Tps tps;

    @BeforeEach
    void start() throws EscException {
        tms = Tms.open(data, TmsOptions.standard());
        tps = new Tps(tms, new TpsOptions(URI.create("http://localhost/"), Optional.empty(), Duration.ofSeconds(5),
                Duration.ofSeconds(5)));
    }

    @AfterEach
    void stop() {
        tms.close();
    }

    /** A link that gives prepared bytes and then silence or the end. */
    private static final class Prepared implements Link {

        private final Queue<byte[]> in = new ArrayDeque<>();
        private final List<String> sent = new ArrayList<>();
        private final boolean silent;
        private boolean closed;

        Prepared(boolean silent, byte[]... pieces) {
            this.silent = silent;
            in.addAll(List.of(pieces));
        }

        @Override
        public InetAddress peer() {
            return InetAddress.getLoopbackAddress();
        }

        @Override
        public Optional<byte[]> receive(Duration timeout) throws IOException {
            if (in.isEmpty() && silent) {
                throw new IOException("the client said nothing for " + timeout.toSeconds() + " s");
            }
            return Optional.ofNullable(in.poll());
        }

        @Override
        public void send(byte[] message) {
            sent.add(new String(message, StandardCharsets.US_ASCII));
        }

        @Override
        public void finish(Duration patience) {
            closed = true;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static byte[] message(String body) {
        return ("s=" + body.length() + "&" + body).getBytes(StandardCharsets.US_ASCII);
    }

    private static final byte[] BEGIN = message("msg_type=2&operation=5&extensions=tokenType%3DuserKey");

    private void ends(Prepared link) throws EscException {
        tps.run(link);
        assertTrue(link.closed);
        assertEquals(0, tms.tokens().count(org.esc.tms.db.TokenQuery.ALL));
        assertFalse(link.sent.stream().anyMatch(s -> s.contains("result=0")), link.sent.toString());
    }

    @Test
    void wrongMessagesEndTheOperation() throws Exception {
        String good = "%90%00";
        for (byte[] second : List.of(message("msg_type=10&pdu_size=2&pdu_data=%90"),
                message("msg_type=10&pdu_size=1&pdu_data=%90"),
                message("msg_type=10"), message("msg_type=4&screen_name=a&password=b"),
                        message("msg_type=2&operation=5"),
                message("msg_type=99"), message("rubbish"), "s=99999&".getBytes(StandardCharsets.US_ASCII),
                        new byte[] {0},
                "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
                        message("msg_type=10&pdu_size=2&pdu_data=" + good))) {
            ends(new Prepared(false, BEGIN, second));
            ends(new Prepared(true, BEGIN, second));
        }
        ends(new Prepared(true));
        ends(new Prepared(false));
        ends(new Prepared(false, message("msg_type=13&operation=5&result=0&message=0")));
    }

    @Test
    void noiseEndsTheOperation() throws Exception {
        var random = new Random(7);
        for (int i = 0; i < 80; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            byte[] almost = BEGIN.clone();
            almost[random.nextInt(almost.length)] = (byte) random.nextInt(128);
            ends(new Prepared(random.nextBoolean(), almost, noise));
        }
    }

    @Test
    void aMessageMayComeByteByByte() throws Exception {
        byte[][] bytes = new byte[BEGIN.length][];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = new byte[] {BEGIN[i]};
        }
        var link = new Prepared(false, bytes);
        ends(link);
        assertTrue(link.sent.getFirst().contains("msg_type=9"), link.sent.toString());
    }

    @Test
    void theNextClientIsServed() throws Exception {
        try (var server = TmsServer.start(tms, TmsServer.Options.anywhere());
                SoftCard card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory())) {
            for (int n = 1; n < 9; n++) {
                new ScriptedClient(server.tps(), card::transmit).atr(card.atr().toString()).leaveAfter(n).format();
            }
            ScriptedClient.Outcome last;
            do {
                last = new ScriptedClient(server.tps(), card::transmit).atr(card.atr().toString()).format();
            } while (last.code().equals(OptionalInt.of(1)));
            assertEquals(OptionalInt.of(0), last.code());
        }
    }
}
