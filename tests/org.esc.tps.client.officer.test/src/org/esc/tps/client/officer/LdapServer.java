// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A directory for tests: LDAP v3 (RFC 4511) as far as a desk speaks it, with the entries it is given. */
final class LdapServer implements AutoCloseable {

    /** An element in BER. */
    private record Ber(int tag, byte[] content) {

        static Ber read(InputStream in) throws IOException {
            int tag = in.read();
            if (tag < 0) {
                throw new EOFException();
            }
            int length = in.read();
            if (length > 0x80) {
                int n = length & 0x7F;
                length = 0;
                for (int i = 0; i < n; i++) {
                    length = length << 8 | in.read();
                }
            }
            byte[] content = new byte[length];
            new DataInputStream(in).readFully(content);
            return new Ber(tag, content);
        }

        List<Ber> children() throws IOException {
            var list = new ArrayList<Ber>();
            var in = new java.io.ByteArrayInputStream(content);
            while (in.available() > 0) {
                list.add(read(in));
            }
            return list;
        }

        String text() {
            return new String(content, StandardCharsets.UTF_8);
        }

        int number() {
            int n = 0;
            for (byte b : content) {
                n = n << 8 | b & 0xFF;
            }
            return n;
        }

        byte[] bytes() {
            var out = new ByteArrayOutputStream();
            out.write(tag);
            if (content.length < 0x80) {
                out.write(content.length);
            } else {
                out.write(0x83);
                out.write(content.length >> 16);
                out.write(content.length >> 8);
                out.write(content.length);
            }
            out.writeBytes(content);
            return out.toByteArray();
        }

        static Ber of(int tag, Ber... parts) {
            var out = new ByteArrayOutputStream();
            for (Ber p : parts) {
                out.writeBytes(p.bytes());
            }
            return new Ber(tag, out.toByteArray());
        }

        static Ber text(int tag, String s) {
            return new Ber(tag, s.getBytes(StandardCharsets.UTF_8));
        }

        static Ber number(int tag, int n) {
            return new Ber(tag, new byte[] {(byte) (n >> 16), (byte) (n >> 8), (byte) n});
        }
    }

    private static final String PAGED = "1.2.840.113556.1.4.319";
    private static final String START_TLS = "1.3.6.1.4.1.1466.20037";

    private final ServerSocket door;
    private final Optional<SSLContext> tls;
    private final boolean ldaps;
    private final Map<String, Map<String, List<byte[]>>> entries = new LinkedHashMap<>();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    /** What was asked, a word each: "bind dn", "search base", "start-tls". */
    final List<String> asked = new CopyOnWriteArrayList<>();
    /** Whom it lets in, by DN, with their passwords; nobody needs to log in otherwise. */
    final Map<String, String> accounts = new ConcurrentHashMap<>();
    /** Sent in place of every answer, if there is something. */
    volatile byte[] rubbish = {};

    /** @param ldaps true: TLS from the start; else by StartTLS, if there is a context */
    LdapServer(Optional<SSLContext> tls, boolean ldaps) throws IOException {
        this.tls = tls;
        this.ldaps = ldaps;
        door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (!door.isClosed()) {
                try {
                    Socket s = door.accept();
                    open.add(s);
                    Thread.ofVirtual().start(() -> serve(s));
                } catch (IOException _) {
                    return;
                }
            }
        });
    }

    URI address() {
        return URI.create((ldaps ? "ldaps" : "ldap") + "://localhost:" + door.getLocalPort());
    }

    /** Adds an entry: attribute names and values in turn. */
    void add(String dn, String... attributes) {
        var entry = new LinkedHashMap<String, List<byte[]>>();
        for (int i = 0; i < attributes.length; i += 2) {
            entry.computeIfAbsent(attributes[i].toLowerCase(Locale.ROOT), _ -> new ArrayList<>()).add(attributes[i + 1].getBytes(StandardCharsets.UTF_8));
        }
        entries.put(dn, entry);
    }

    void binary(String dn, String attribute, byte[] value) {
        entries.get(dn).put(attribute.toLowerCase(Locale.ROOT), List.of(value));
    }

    /** Hangs up on everybody, who may come again. */
    void dropAll() {
        open.forEach(LdapServer::close);
        open.clear();
    }

    private static void close(Socket s) {
        try {
            s.close();
        } catch (IOException _) {
            // gone
        }
    }

    private void serve(Socket plain) {
        Socket s = plain;
        try {
            if (ldaps) {
                s = encrypted(s);
            }
            while (true) {
                var message = Ber.read(s.getInputStream()).children();
                OutputStream out = s.getOutputStream();
                if (rubbish.length > 0) {
                    out.write(rubbish);
                    out.flush();
                    continue;
                }
                Ber id = message.get(0);
                Ber op = message.get(1);
                switch (op.tag()) {
                    case 0x60 -> bind(out, id, op.children());
                    case 0x63 -> search(out, id, op.children(), message.size() > 2 ? message.get(2).children() : List.of());
                    case 0x77 -> {
                        boolean can = op.children().getFirst().text().equals(START_TLS) && tls.isPresent();
                        asked.add("start-tls");
                        send(out, id, result(0x78, can ? 0 : 2));
                        if (can) {
                            s = encrypted(s);
                        }
                    }
                    case 0x42 -> {
                        return;
                    }
                    default -> {
                        // abandon and the like want no answer
                    }
                }
            }
        } catch (IOException | RuntimeException _) {
            // the client went away
        } finally {
            close(s);
        }
    }

    private SSLSocket encrypted(Socket s) throws IOException {
        var e = (SSLSocket) tls.orElseThrow().getSocketFactory().createSocket(s, null, s.getPort(), true);
        e.setUseClientMode(false);
        open.add(e);
        return e;
    }

    private void bind(OutputStream out, Ber id, List<Ber> request) throws IOException {
        String dn = request.get(1).text();
        asked.add("bind " + dn);
        boolean in = accounts.isEmpty() || request.get(2).text().equals(accounts.get(dn));
        send(out, id, result(0x61, dn.isEmpty() || in ? 0 : 49));
    }

    private void search(OutputStream out, Ber id, List<Ber> request, List<Ber> controls) throws IOException {
        String base = request.get(0).text();
        int scope = request.get(1).number();
        asked.add("search " + base);
        if (!entries.containsKey(base)) {
            send(out, id, result(0x65, 32));
            return;
        }
        var wanted = new ArrayList<String>();
        for (Ber a : request.get(7).children()) {
            wanted.add(a.text().toLowerCase(Locale.ROOT));
        }
        var found = new ArrayList<Map.Entry<String, Map<String, List<byte[]>>>>();
        for (var e : entries.entrySet()) {
            boolean within = scope == 0 ? e.getKey().equals(base) : e.getKey().equals(base) || e.getKey().endsWith("," + base);
            if (within && fits(request.get(6), e.getValue())) {
                found.add(e);
            }
        }
        int from = 0;
        int most = Integer.MAX_VALUE;
        for (Ber c : controls) {
            if (c.children().getFirst().text().equals(PAGED)) {
                var value = Ber.read(new java.io.ByteArrayInputStream(c.children().getLast().content())).children();
                most = value.get(0).number();
                from = value.get(1).content().length == 0 ? 0 : Integer.parseInt(value.get(1).text());
            }
        }
        int to = (int) Math.min(found.size(), (long) from + most);
        for (var e : found.subList(from, to)) {
            var attributes = new ArrayList<Ber>();
            e.getValue().forEach((name, values) -> {
                if (wanted.isEmpty() || wanted.contains(name)) {
                    attributes.add(Ber.of(0x30, Ber.text(4, name), Ber.of(0x31, values.stream().map(v -> new Ber(4, v)).toArray(Ber[]::new))));
                }
            });
            send(out, id, Ber.of(0x64, Ber.text(4, e.getKey()), Ber.of(0x30, attributes.toArray(Ber[]::new))));
        }
        if (most == Integer.MAX_VALUE) {
            send(out, id, result(0x65, 0));
        } else {
            Ber cookie = Ber.of(0x30, Ber.number(2, 0), Ber.text(4, to < found.size() ? "" + to : ""));
            send(out, id, result(0x65, 0), Ber.of(0xA0, Ber.of(0x30, Ber.text(4, PAGED), new Ber(4, cookie.bytes()))));
        }
    }

    private static boolean fits(Ber filter, Map<String, List<byte[]>> entry) throws IOException {
        return switch (filter.tag()) {
            case 0xA0 -> {
                boolean all = true;
                for (Ber f : filter.children()) {
                    all &= fits(f, entry);
                }
                yield all;
            }
            case 0xA1 -> {
                boolean one = false;
                for (Ber f : filter.children()) {
                    one |= fits(f, entry);
                }
                yield one;
            }
            case 0xA3 -> values(entry, filter.children().get(0).text()).contains(filter.children().get(1).text().toLowerCase(Locale.ROOT));
            case 0xA4 -> {
                var pattern = new StringBuilder();
                boolean ends = false;
                for (Ber part : filter.children().get(1).children()) {
                    pattern.append(part.tag() == 0x80 ? "" : ".*").append(java.util.regex.Pattern.quote(part.text().toLowerCase(Locale.ROOT)));
                    ends = part.tag() == 0x82;
                }
                String whole = pattern + (ends ? "" : ".*");
                yield values(entry, filter.children().get(0).text()).stream().anyMatch(v -> v.matches(whole));
            }
            case 0x87 -> entry.containsKey(filter.text().toLowerCase(Locale.ROOT));
            default -> false;
        };
    }

    private static List<String> values(Map<String, List<byte[]>> entry, String name) {
        return entry.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()).stream().map(b -> new String(b, StandardCharsets.UTF_8).toLowerCase(Locale.ROOT))
                .toList();
    }

    private static Ber result(int tag, int code) {
        return Ber.of(tag, new Ber(0x0A, new byte[] {(byte) code}), Ber.text(4, ""), Ber.text(4, ""));
    }

    private static void send(OutputStream out, Ber id, Ber... parts) throws IOException {
        var all = new ArrayList<Ber>(List.of(id));
        all.addAll(List.of(parts));
        out.write(Ber.of(0x30, all.toArray(Ber[]::new)).bytes());
        out.flush();
    }

    @Override
    public void close() throws IOException {
        door.close();
        dropAll();
    }
}
