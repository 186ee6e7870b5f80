// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.tps.Message;
import org.esc.tps.Message.BeginOp;
import org.esc.tps.Message.EndOp;
import org.esc.tps.Message.ExtendedLoginRequest;
import org.esc.tps.Message.ExtendedLoginResponse;
import org.esc.tps.Message.LoginRequest;
import org.esc.tps.Message.LoginResponse;
import org.esc.tps.Message.NewPinRequest;
import org.esc.tps.Message.NewPinResponse;
import org.esc.tps.Message.StatusUpdateRequest;
import org.esc.tps.Message.StatusUpdateResponse;
import org.esc.tps.Message.TokenPduRequest;
import org.esc.tps.Message.TokenPduResponse;
import org.esc.tps.MessageCodec;
import org.esc.tps.MessageReader;

/**
 * A TPS client by hand: raw socket, as strict about framing as an original client (one message is one chunk, sizes
 * without leading zeros), and able to leave at any moment.
 */
final class ScriptedClient {

    /** What came of it. */
    record Outcome(OptionalInt code, int pdus, List<String> tasks, List<Integer> percents, boolean form) {
    }

    private final URI url;
    private final UnaryOperator<byte[]> card;
    private Optional<SSLContext> tls = Optional.empty();
    private Optional<String> atr = Optional.empty();
    private boolean extended;
    private boolean status = true;
    private String uid = "alice";
    private String password = "Secret.123";
    private String pin = "Sesame12";
    private String type = "userKey";
    private int leaveAfter = Integer.MAX_VALUE;
    private int leaveAtInstruction = -1;

    ScriptedClient(URI url, UnaryOperator<byte[]> card) {
        this.url = url;
        this.card = card;
    }

    ScriptedClient tls(SSLContext context) {
        tls = Optional.of(context);
        return this;
    }

    ScriptedClient user(String u, String p) {
        uid = u;
        password = p;
        return this;
    }

    ScriptedClient pin(String p) {
        pin = p;
        return this;
    }

    ScriptedClient type(String t) {
        type = t;
        return this;
    }

    ScriptedClient atr(String hex) {
        atr = Optional.of(hex);
        return this;
    }

    ScriptedClient extended() {
        extended = true;
        return this;
    }

    /** Closes the socket instead of answering the n-th command. */
    ScriptedClient leaveAfter(int commands) {
        leaveAfter = commands;
        return this;
    }

    /** Closes the socket instead of answering a command with this instruction byte. */
    ScriptedClient leaveAt(int instruction) {
        leaveAtInstruction = instruction;
        return this;
    }

    Outcome format() throws Exception {
        return run(5);
    }

    Outcome enroll() throws Exception {
        return run(1);
    }

    Outcome resetPin() throws Exception {
        return run(3);
    }

    Outcome run(int operation) throws Exception {
        var tasks = new ArrayList<String>();
        var percents = new ArrayList<Integer>();
        int pdus = 0;
        boolean form = false;
        try (Socket s = connect()) {
            s.setTcpNoDelay(true);
            s.setSoTimeout(120_000);
            OutputStream out = s.getOutputStream();
            InputStream in = new BufferedInputStream(s.getInputStream());
            out.write(("POST " + url.getPath() + " HTTP/1.1\r\nhost: " + url.getHost() + ":" + url.getPort()
                    + "\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            var extensions = new LinkedHashMap<String, String>();
            if (operation != 3) {
                extensions.put("tokenType", type);
            }
            extensions.put("clientVersion", "scripted");
            atr.ifPresent(a -> extensions.put("tokenATR", a));
            if (status) {
                extensions.put("statusUpdate", "true");
            }
            if (extended) {
                extensions.put("extendedLoginRequest", "true");
            }
            send(out, new BeginOp(operation, extensions));
            head(in);
            while (true) {
                Message m;
                try {
                    m = chunk(in);
                } catch (IOException e) {
                    if (pdus == 0) {
                        throw e;
                    }
                    // the server gave up without a word
                    return new Outcome(OptionalInt.empty(), pdus, tasks, percents, form);
                }
                switch (m) {
                    case TokenPduRequest r -> {
                        byte[] command = r.pdu();
                        if (++pdus > leaveAfter || (command[1] & 0xFF) == leaveAtInstruction) {
                            return new Outcome(OptionalInt.empty(), pdus, tasks, percents, form);
                        }
                        send(out, new TokenPduResponse(card.apply(command)));
                    }
                    case LoginRequest _ -> send(out, new LoginResponse(uid, Secret.of(password)));
                    case ExtendedLoginRequest r -> {
                        form = true;
                        var answers = new LinkedHashMap<String, Secret>();
                        r.parameters().forEach(p -> answers.put(p.id(),
                                Secret.of(p.kind().equals("password") ? password : uid)));
                        send(out, new ExtendedLoginResponse(answers));
                    }
                    case NewPinRequest _ -> send(out, new NewPinResponse(Secret.of(pin)));
                    case StatusUpdateRequest(int percent, String task) -> {
                        percents.add(percent);
                        tasks.add(task);
                        send(out, new StatusUpdateResponse(percent));
                    }
                    case EndOp e -> {
                        if (!line(in).equals("0") || !line(in).isEmpty()) {
                            throw new IOException("no end chunk behind END_OP");
                        }
                        return new Outcome(OptionalInt.of(e.isGood() ? 0 : e.code()), pdus, tasks, percents, form);
                    }
                    default -> throw new IOException("unexpected " + m);
                }
            }
        }
    }

    private Socket connect() throws IOException {
        return tls.isPresent() ? tls.get().getSocketFactory().createSocket(url.getHost(), url.getPort())
                : new Socket(url.getHost(), url.getPort());
    }

    private static void send(OutputStream out, Message m) throws IOException, EscException {
        byte[] body = MessageCodec.encode(m);
        var all = new ByteArrayOutputStream();
        all.writeBytes((Integer.toHexString(body.length).toUpperCase() + "\r\n").getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(body);
        all.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
        out.write(all.toByteArray());
        out.flush();
    }

    private static void head(InputStream in) throws IOException {
        if (!line(in).startsWith("HTTP/1.1 200")) {
            throw new IOException("refused");
        }
        Map<String, String> headers = new LinkedHashMap<>();
        for (String l; !(l = line(in)).isEmpty();) {
            headers.put(l.substring(0, l.indexOf(':')), l.substring(l.indexOf(':') + 1).strip());
        }
        if (!"chunked".equals(headers.get("Transfer-Encoding")) || headers.containsKey("Content-Length")) {
            throw new IOException("an original client would not find its header in " + headers);
        }
    }

    private static Message chunk(InputStream in) throws IOException, EscException {
        String size = line(in);
        if (size.isEmpty() || size.startsWith("0")) {
            throw new IOException("end of stream at " + size);
        }
        byte[] body = in.readNBytes(Integer.parseInt(size, 16));
        if (!line(in).isEmpty()) {
            throw new IOException("chunk longer than said");
        }
        try (var reader = new MessageReader(4096)) {
            reader.feed(body);
            Message m = reader.poll().orElseThrow(() -> new IOException("a chunk that is no whole message"));
            if (reader.isInside() || reader.poll().isPresent()) {
                throw new IOException("more than one message in a chunk");
            }
            return m;
        }
    }

    private static String line(InputStream in) throws IOException {
        var b = new StringBuilder();
        for (int c; (c = in.read()) != '\n';) {
            if (c < 0) {
                throw new IOException("the server went away");
            }
            if (c != '\r') {
                b.append((char) c);
            }
        }
        return b.toString();
    }
}
