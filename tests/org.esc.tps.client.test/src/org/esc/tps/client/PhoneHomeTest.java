// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.command.Cancel;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PhoneHomeTest {

    static final String GOOD = "<?xml version=\"1.0\"?><ServiceInfo><IssuerName>Example &amp; Co</IssuerName><Services>"
            + "<Operation>http://127.0.0.1:8080/tps/tps</Operation><UI></UI><EnrolledTokenBrowserURL>http://www.example.com"
            + "</EnrolledTokenBrowserURL><EnrolledTokenURL/><TokenType>userKey</TokenType></Services></ServiceInfo>";

    @TempDir
    Path dir;
    private PhoneHome home;

    @BeforeEach
    void open() {
        home = new PhoneHome(dir.resolve("issuers"));
    }

    private ServiceInfo fetch(URI at) throws EscException {
        return home.fetch(at, FakeCard.CUID, Trust.SYSTEM, Optional.empty(), Duration.ofSeconds(20), new Cancel());
    }

    private static ServiceInfo parse(String xml) throws EscException {
        return PhoneHome.parse(xml.getBytes(StandardCharsets.UTF_8), URI.create("http://127.0.0.1/"));
    }

    @Test
    void readsAnAnswer() throws Exception {
        var info = parse(GOOD);
        assertEquals(new ServiceInfo("Example & Co", URI.create("http://127.0.0.1:8080/tps/tps"), Optional.of("userKey"),
                Optional.of(URI.create("http://www.example.com"))), info);
        assertEquals(Optional.empty(), parse(GOOD.replace("userKey", "")).tokenType());
        var all = parse(GOOD.replace("<UI></UI>", "<UI>http://host/enroll</UI>").replace("<EnrolledTokenURL/>",
                "<EnrolledTokenURL>https://host/use</EnrolledTokenURL>").replace("</Services>", "<CAChainUI>http://host/chain</CAChainUI></Services>"));
        assertEquals(List.of("http://host/enroll", "https://host/use", "http://host/chain"),
                List.of(all.page().orElseThrow().toString(), all.enrolled().orElseThrow().toString(), all.caChain().orElseThrow().toString()));
        assertTrue(parse(GOOD.replace("<UI></UI>", "<UI>javascript:alert(1)</UI>")).page().isEmpty(), "nothing but pages is opened");
    }

    @Test
    void refusesWhatIsNoAnswerOrHostile() {
        String dtd = "<!DOCTYPE ServiceInfo [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
        String laughs = "<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>";
        for (String bad : List.of("", "hello", "<html></html>", "<ServiceInfo>", "<ServiceInfo></ServiceInfo>",
                GOOD.replace("http://127.0.0.1:8080/tps/tps", "file:///etc/passwd"),
                GOOD.replace("http://127.0.0.1:8080/tps/tps", "javascript:x"),
                GOOD.replace("http://127.0.0.1:8080/tps/tps", "http://user:pw@host/"),
                GOOD.replace("<ServiceInfo>", dtd + "<ServiceInfo>").replace("http://127", "&x;"),
                GOOD.replace("<ServiceInfo>", laughs + "<ServiceInfo>").replace("Example", "&c;"),
                "<ServiceInfo>" + "<a>".repeat(5000) + "</a>".repeat(5000) + "</ServiceInfo>")) {
            var e = assertThrows(EscException.class, () -> parse(bad), bad);
            assertEquals(Fault.NETWORK, e.fault());
            assertEquals("phone-home", e.problem().code());
        }
    }

    @Test
    void asksWithTheCardsNumberAndRemembers() throws Exception {
        byte[][] body = {GOOD.getBytes(StandardCharsets.UTF_8)};
        String[] seen = {""};
        try (var server = new ScriptedServer(p -> {
            seen[0] = p.readHead();
            p.raw("HTTP/1.1 200 OK\r\nContent-Length: " + body[0].length + "\r\n\r\n" + GOOD);
            p.drain();
        })) {
            URI at = server.url("/tps/phoneHome");
            assertTrue(home.cached(FakeCard.CUID, at).isEmpty());
            var info = fetch(at);
            assertTrue(seen[0].startsWith("GET /tps/phoneHome?cuid=40906145C76224192D2B HTTP/1.1\r\n"), seen[0]);
            assertEquals(Optional.of(info), home.cached(FakeCard.CUID, at));
            assertTrue(home.cached(FakeCard.CUID, URI.create("http://elsewhere.example/")).isEmpty(), "another address, another answer");
            home.forget(FakeCard.CUID);
            assertTrue(home.cached(FakeCard.CUID, at).isEmpty());
            fetch(server.url("/home?a=b"));
            assertTrue(seen[0].startsWith("GET /home?a=b&cuid=40906145C76224192D2B HTTP/1.1\r\n"), seen[0]);
        }
    }

    @Test
    void aTornCacheIsLikeNone() throws Exception {
        Files.createDirectories(dir.resolve("issuers"));
        for (String junk : List.of("", "operation=nonsense", "from=\\u12", "\0\0\0")) {
            Files.writeString(dir.resolve("issuers").resolve(FakeCard.CUID + ".properties"), junk);
            assertTrue(home.cached(FakeCard.CUID, URI.create("http://127.0.0.1/")).isEmpty());
        }
    }

    @Test
    void followsAFewRedirections() throws Exception {
        int[] hops = {0};
        try (var server = new ScriptedServer(p -> {
            String head = p.readHead();
            if (hops[0]-- > 0) {
                p.raw("HTTP/1.1 302 Found\r\nLocation: " + head.split(" ")[1] + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            } else {
                p.raw("HTTP/1.1 200 OK\r\nContent-Length: " + GOOD.length() + "\r\nConnection: close\r\n\r\n" + GOOD);
            }
        })) {
            hops[0] = 2;
            assertEquals("Example & Co", fetch(server.url("/a")).issuer());
            hops[0] = 100;
            assertEquals("phone-home", assertThrows(EscException.class, () -> fetch(server.url("/a"))).problem().code());
        }
    }

    @Test
    void failuresAreNamedAndEnd() throws Exception {
        for (String answer : List.of("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "garbage\r\n\r\n",
                "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + "x".repeat(100_000),
                "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n<ServiceInfo>", "")) {
            try (var server = new ScriptedServer(p -> {
                p.readHead();
                p.raw(answer);
            })) {
                var e = assertThrows(EscException.class, () -> fetch(server.url("/x")));
                assertEquals(Fault.NETWORK, e.fault());
            }
        }
        try (var server = new ScriptedServer(p -> p.drain())) {
            var e = assertThrows(EscException.class, () -> home.fetch(server.url("/x"), FakeCard.CUID, Trust.SYSTEM,
                    Optional.empty(), Duration.ofMillis(300), new Cancel()));
            assertEquals(Fault.NETWORK, e.fault());
            var cancel = new Cancel();
            Thread.ofVirtual().start(() -> {
                try {
                    Thread.sleep(100);
                } catch (InterruptedException x) {
                    return;
                }
                cancel.cancel();
            });
            e = assertThrows(EscException.class, () -> home.fetch(server.url("/x"), FakeCard.CUID, Trust.SYSTEM,
                    Optional.empty(), Duration.ofSeconds(50), cancel));
            assertEquals(Fault.CANCELLED, e.fault());
        }
    }
}
