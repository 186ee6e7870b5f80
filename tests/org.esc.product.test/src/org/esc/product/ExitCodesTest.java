// SPDX-License-Identifier: EPL-2.0
package org.esc.product;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a script sees of the built product: one JSON object, the documented exit code, no wait, whatever it is given. */
@Timeout(900)
class ExitCodesTest {

    private static final Pattern FAILURE = Pattern.compile("\\{\"ok\":false,\"verb\":\"([a-z -]*)\",\"error\":\\{\"code\":\"([a-z0-9-]+)\","
            + "\"exit\":(\\d+),\"step\":\"[^\"]+\",\"sw\":(?:null|\"[0-9A-F]{4}\"),\"endOp\":(?:null|\\d+),\"message\":\".+\","
            + "\"advice\":\".*\"\\}\\}\\R");

    @TempDir
    static Path dir;
    private static String token;

    @BeforeAll
    static void needsAProduct() throws Exception {
        assumeTrue(Files.isDirectory(Esc.product()), "there is no built product: run ./esc build");
        token = dir.resolve("a.token").toString();
        var made = Esc.run(Map.of(), "soft", "create", token, "--json");
        assertEquals(0, made.exit(), made.err());
        assertTrue(made.out().matches("\\{\"ok\":true,\"verb\":\"soft create\",\"result\":\\{.*\\}\\}\\R"), made.out());
    }

    private static void fails(int exit, String code, String... words) throws Exception {
        var all = new ArrayList<>(List.of(words));
        all.add("--json");
        var result = Esc.run(Map.of("ESC_STATE_DIR", dir.resolve("state").toString(), "ESC_TEST_PASSWORD", "Secret.123"),
                all.toArray(String[]::new));
        var m = FAILURE.matcher(result.out());
        assertTrue(m.matches(), all + " " + result.out() + result.err());
        assertEquals(code + " " + exit + " " + exit, m.group(2) + " " + m.group(3) + " " + result.exit(), result.out());
        assertFalse((result.out() + result.err()).contains("Secret.123"), result.out());
        assertFalse(result.err().contains("\tat "), result.err());
    }

    @Test
    void usageIsTwo() throws Exception {
        fails(2, "usage", "format", "--soft", token, "--timeout", "0");
        fails(2, "usage", "format", "--soft", token, "--password-env", "ESC_TEST_NOT_SET");
        fails(2, "usage", "format", "--soft", token, "--field", "UID=alice");
        fails(2, "bad-address", "format", "--soft", token, "--tps", "nonsense");
        fails(2, "bad-address", "format", "--soft", token, "--tps", "http://127.0.0.1:99999/tps");
        fails(2, "usage", "format", "--soft", token, "--tps", "http://alice:Secret.123@127.0.0.1/tps");
        fails(2, "no-terminal", "format", "--soft", token);
    }

    @Test
    void scriptsAreReadBeforeAnythingIsSentAndFailWithWhatTheyDid() throws Exception {
        fails(2, "file-unreadable", "apdu", "run", dir.resolve("nothing").toString(), "--soft", token);
        fails(2, "bad-script", "apdu", "run", Files.writeString(dir.resolve("wrong.apdu"), "reset\nfrobnicate\n").toString(), "--soft", token);
        fails(2, "bad-apdu", "apdu", "send", "00A", "--soft", token);
        String script = Files.writeString(dir.resolve("s.apdu"), "ask PIN as pin\nselect A000000003000000\nexpect 9000\nverify 80 pin\nexpect 9000\n").toString();
        var result = Esc.run(Map.of("ESC_TEST_PIN", "31415926"), "apdu", "run", script, "--soft", token, "--field", "PIN=env:ESC_TEST_PIN", "--json");
        assertEquals(3, result.exit(), result.out() + result.err());
        assertTrue(result.out().matches("\\{\"ok\":false,\"verb\":\"apdu run\",\"error\":\\{\"code\":\"expectation-failed\".*\"result\":\\{.*\"exchanges\":2,.*\\}\\}\\R"),
                result.out());
        assertFalse(result.out().contains("3331343135393236"), result.out());
        assertEquals(0, Esc.run(Map.of(), "apdu", "run", script, "--dry-run", "--json").exit());
        Path theirs = Files.writeString(dir.resolve("theirs.txt"), "00 A4 04 00 00\n");
        assertEquals(0, Esc.run(Map.of(), "apdu", "convert", theirs.toString(), "--dialect", "scriptor", "-o", dir.resolve("ours.apdu").toString()).exit());
        assertEquals(0, Esc.run(Map.of(), "apdu", "run", dir.resolve("ours.apdu").toString(), "--soft", token, "--trace-file", dir.resolve("t.txt").toString()).exit());
        assertTrue(Files.readString(dir.resolve("t.txt")).contains("console:\"apdu run\""), Files.readString(dir.resolve("t.txt")));
    }

    @Test
    void aFileThatIsNoTokenIsThree() throws Exception {
        byte[] noise = new byte[3000];
        new Random(7).nextBytes(noise);
        fails(3, "file-damaged", "info", "--soft", Files.write(dir.resolve("noise"), noise).toString());
        byte[] whole = Files.readAllBytes(Path.of(token));
        fails(3, "file-damaged", "info", "--soft", Files.write(dir.resolve("cut"), Arrays.copyOf(whole, 40)).toString());
        fails(3, "file-error", "info", "--soft", dir.toString());
        fails(3, "no-file", "info", "--soft", dir.resolve("nothing").toString());
    }

    @Test
    void theServersEndIsOneFourFiveOrSix() throws Exception {
        fails(1, "unknown-token", "reset-pin", "--soft", token, "--tps", server(end(16)));
        fails(5, "login", "format", "--soft", token, "--tps", server(end(14)));
        fails(4, "protocol", "format", "--soft", token, "--tps", server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nIt works!"));
        fails(4, "protocol", "format", "--soft", token, "--tps", server("\u0000\u0001 nonsense\r\n\r\n"));
        fails(4, "server-gone", "format", "--soft", token, "--tps", server(""));
        fails(6, "tls-none", "format", "--soft", token, "--tps", server("no TLS here").replace("http:", "https:"));
        // a login form: nobody is there to fill it in
        fails(2, "no-terminal", "format", "--soft", token, "--tps", server(answer("msg_type=3&invalid_pw=0&blocked=0")));
    }

    private static String end(int code) {
        return answer("msg_type=13&operation=5&result=1&message=" + code);
    }

    private static String answer(String message) {
        String text = "s=" + message.length() + "&" + message;
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(text.length()) + "\r\n" + text + "\r\n";
    }

    /** The address of a server that says this to the first who says something; it leaves when that one does, or at once with nothing to say. */
    private static String server(String answer) throws IOException {
        var socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try (socket; Socket s = socket.accept()) {
                s.getInputStream().read();
                s.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                if (answer.isEmpty()) {
                    s.shutdownOutput();
                }
                s.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
            } catch (IOException e) {
                // the product hung up first
            }
        });
        return "http://127.0.0.1:" + socket.getLocalPort() + "/tps/tps";
    }
}
