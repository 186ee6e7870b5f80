// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The long POST and its borders, ordinary requests, and clients that misbehave. */
@Timeout(60)
class HttpServerTest {

    private static HttpServer.Tls tls;

    private final BlockingQueue<Object> seen = new ArrayBlockingQueue<>(100);
    private HttpServer.Operations operations = Link::close;
    private HttpServer server;

    @BeforeAll
    static void certificate() throws Exception {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair pair = generator.generateKeyPair();
        var name = new X500Name("CN=localhost");
        X509Certificate own = new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(name, BigInteger.ONE,
                new Date(System.currentTimeMillis() - 1000), new Date(System.currentTimeMillis() + 3_600_000), name,
                        pair.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
        tls = new HttpServer.Tls(pair.getPrivate(), List.of(own), List.of(own));
    }

    @BeforeEach
    void start() throws EscException {
        server = HttpServer.start(InetAddress.getLoopbackAddress(), 0, 0, _ -> tls, r -> {
            if (r.path().equals("/fail")) {
                throw new IOException("secret detail");
            }
            return Answer.text("text/plain", r.method() + " " + r.path() + " " + r.query() + " " + r.body().length
                    + " " + r.base());
        }, link -> operations.run(link));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Socket socket() throws IOException {
        var s = new Socket("127.0.0.1", server.httpPort());
        s.setSoTimeout(20_000);
        return s;
    }

    private static String until(InputStream in, String end) throws IOException {
        var b = new StringBuilder();
        while (!b.toString().endsWith(end)) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("end of stream behind: " + b);
            }
            b.append((char) c);
        }
        return b.toString();
    }

    private static void say(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    @Test
    void aConnectionTakesOneRequestAfterAnother() throws Exception {
        try (Socket s = socket()) {
            say(s.getOutputStream(), "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /b?c=1 HTTP/1.1\r\nHost: x\r\n\r\n");
            String first = until(s.getInputStream(), "localhost:" + server.httpPort());
            assertTrue(first.contains("POST /a {} 3") && !first.contains("Connection:"), first);
            assertTrue(until(s.getInputStream(), "localhost:" + server.httpPort()).contains("GET /b {c=[1]} 0"));
            say(s.getOutputStream(), "GET /fail HTTP/1.1\r\nHost: x\r\n\r\n");
            assertTrue(until(s.getInputStream(), "says why.\n").contains(" 500 "));
            say(s.getOutputStream(), "GET /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
            String last = new String(s.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertTrue(last.contains("GET /d {} 0") && last.contains("Connection: close\r\n"), last);
        }
    }

    @Test
    void aRequestThatIsNotReadToItsEndIsTheLast() throws Exception {
        for (String request : List.of("GET /a HTTP/1.0\r\n\r\n", "POST /a HTTP/1.1\r\nContent-Length: 99999999\r\n\r\nGET /b HTTP/1.1\r\n\r\n",
                "nonsense\r\n\r\nGET /b HTTP/1.1\r\n\r\n", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nGET /b HTTP/1.1\r\n\r\n")) {
            try (Socket s = socket()) {
                say(s.getOutputStream(), request);
                s.shutdownOutput();
                String all = new String(s.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
                assertTrue(all.contains("Connection: close\r\n") && all.indexOf("HTTP/1.1") == all.lastIndexOf("HTTP/1.1"), request + " -> " + all);
            }
        }
    }

    @Test
    void everyMessageIsOneChunkWithoutLeadingZeros() throws Exception {
        operations = link -> {
            try {
                seen.add(new String(link.receive(Duration.ofSeconds(20)).orElseThrow(), StandardCharsets.US_ASCII));
                link.send(new byte[] {'a'});
                link.send("0123456789abcdefg".getBytes(StandardCharsets.US_ASCII));
                seen.add(new String(link.receive(Duration.ofSeconds(20)).orElseThrow(), StandardCharsets.US_ASCII));
                link.finish(Duration.ofSeconds(20));
                seen.add("finished");
            } catch (IOException e) {
                seen.add(e);
            }
        };
        try (Socket s = socket()) {
            var out = s.getOutputStream();
            var in = s.getInputStream();
            say(out, "POST /tps/tps HTTP/1.1\r\nhost: x:1\r\ntransfer-encoding: chunked\r\n\r\n");
            String head = until(in, "\r\n\r\n");
            assertTrue(head.startsWith("HTTP/1.1 200 "), head);
            assertTrue(head.contains("\r\nTransfer-Encoding: chunked\r\n"), head);
            assertTrue(head.contains("\r\nContent-Type: text/plain\r\n"), head);
            say(out, "1A\r\nabcdefghijklmnopqrstuvwxyz\r\n");
            assertEquals("abcdefghijklmnopqrstuvwxyz", seen.poll(20, TimeUnit.SECONDS));
            assertEquals("1\r\na\r\n11\r\n0123456789abcdefg\r\n", until(in, "defg\r\n"));
            say(out, "0a\r\n0123456789\r\n");
            assertEquals("0123456789", seen.poll(20, TimeUnit.SECONDS));
            assertEquals("0\r\n\r\n", until(in, "\r\n\r\n"));
            assertEquals(0, seen.size(), "the server waits for the client to close");
        }
        assertEquals("finished", seen.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void aClientThatLeavesIsNoticedAtOnce() throws Exception {
        operations = link -> {
            try {
                link.receive(Duration.ofMinutes(5));
            } catch (IOException e) {
                seen.add(e.getMessage());
            }
        };
        try (Socket s = socket()) {
            say(s.getOutputStream(), "POST /tps/tps HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
            until(s.getInputStream(), "\r\n\r\n");
        }
        assertEquals("the client went away", seen.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void silenceEndsTheOperation() throws Exception {
        operations = link -> {
            try {
                link.receive(Duration.ofMillis(50));
            } catch (IOException e) {
                seen.add(e.getMessage());
            }
        };
        try (Socket s = socket()) {
            say(s.getOutputStream(), "POST /tps/tps HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertTrue(seen.poll(20, TimeUnit.SECONDS).toString().startsWith("the client said nothing"));
            until(s.getInputStream(), "\r\n\r\n");
            assertEquals(-1, s.getInputStream().read());
        }
    }

    @Test
    void aFloodHoldsUpWhoeverSendsItAndEndsWithTheOperation() throws Exception {
        var sent = new AtomicLong();
        var end = new CountDownLatch(1);
        operations = link -> {
            try {
                seen.add(link.receive(Duration.ofSeconds(20)).orElseThrow().length);
                end.await();
            } catch (IOException | InterruptedException e) {
                seen.add(e);
            }
        };
        try (Socket s = socket()) {
            var out = s.getOutputStream();
            say(out, "POST /tps/tps HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
            var flood = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 50_000; i++) {
                        say(out, "1000\r\n" + "x".repeat(4096) + "\r\n");
                        sent.addAndGet(4096);
                    }
                } catch (IOException e) {
                    seen.add("stopped");
                }
            });
            assertTrue((Integer) seen.poll(20, TimeUnit.SECONDS) <= 8192);
            long before;
            do {
                before = sent.get();
                Thread.sleep(200);
            } while (sent.get() > before);
            assertTrue(before < 50_000 * 4096L, "the network's buffers are full, ours are not");
            assertTrue(flood.isAlive());
            end.countDown();
            assertEquals("stopped", seen.poll(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void brokenChunksEndTheOperation() throws Exception {
        operations = link -> {
            try {
                link.receive(Duration.ofSeconds(20));
            } catch (IOException e) {
                seen.add(e.getMessage());
            }
        };
        try (Socket s = socket()) {
            say(s.getOutputStream(), "POST /tps/tps HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
            assertTrue(seen.poll(20, TimeUnit.SECONDS).toString().contains("chunks"));
        }
    }

    @Test
    void operationsNeedAChunkedPost() throws Exception {
        for (String head : List.of("GET /tps/tps HTTP/1.1\r\n\r\n|405",
                "POST /tps/tps HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc|400",
                "POST /tps/tps HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n|400", "rubbish\r\n\r\n|400",
                "GET /a HTTP/1.1\r\nX: " + "y".repeat(20000) + "\r\n\r\n|400")) {
            String[] parts = head.split("\\|");
            try (Socket s = socket()) {
                say(s.getOutputStream(), parts[0]);
                String line = until(s.getInputStream(), "\r\n");
                assertEquals("HTTP/1.1 " + parts[1], line.substring(0, 12), parts[0].substring(0, 10));
            }
        }
    }

    @Test
    void ordinaryRequestsAreAnsweredWhole() throws Exception {
        URI base = URI.create("http://127.0.0.1:" + server.httpPort());
        try (var client = HttpClient.newHttpClient()) {
            var r = client.send(HttpRequest.newBuilder(base.resolve("/x%20y?a=1&a=2&b=%26"))
                    .POST(BodyPublishers.ofByteArray(new byte[70000]))
                    .build(), BodyHandlers.ofString());
            assertEquals(200, r.statusCode());
            assertTrue(r.body().startsWith("POST /x y {"), r.body());
            assertTrue(r.body().contains("a=[1, 2]") && r.body().contains("b=[&]"), r.body());
            assertTrue(r.body().endsWith("} 70000 http://localhost:" + server.httpPort()), r.body());
            var tooLong = client.send(HttpRequest.newBuilder(base.resolve("/x"))
                    .POST(BodyPublishers.ofByteArray(new byte[1 << 21]))
                    .build(), BodyHandlers.ofString());
            assertEquals(413, tooLong.statusCode());
            var failed = client.send(HttpRequest.newBuilder(base.resolve("/fail")).build(), BodyHandlers.ofString());
            assertEquals(500, failed.statusCode());
            assertFalse(failed.body().contains("secret"));
            var head = client.send(HttpRequest.newBuilder(base.resolve("/h")).method("HEAD", BodyPublishers.noBody())
                    .build(),
                    BodyHandlers.ofByteArray());
            assertArrayEquals(new byte[0], head.body());
        }
    }

    @Test
    void aTakenPortIsExplained() {
        var e = assertThrows(EscException.class,
                () -> HttpServer.start(InetAddress.getLoopbackAddress(), server.httpPort(), 0, _ -> tls,
                _ -> Answer.status(200, ""), Link::close));
        assertEquals(Fault.NETWORK, e.fault());
        assertTrue(e.getMessage().contains("port " + server.httpPort()), e.getMessage());
    }

    @Test
    void stoppingEndsOperationsUnderWay() throws Exception {
        operations = link -> {
            seen.add("begun");
            try {
                link.receive(Duration.ofMinutes(5));
            } catch (IOException e) {
                seen.add("ended");
            }
        };
        try (Socket s = socket()) {
            say(s.getOutputStream(), "POST /tps/tps HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n");
            assertEquals("begun", seen.poll(20, TimeUnit.SECONDS));
            server.close();
            assertEquals("ended", seen.poll(20, TimeUnit.SECONDS));
        }
    }
}
