// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.trust;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.UserDirs;

/**
 * Whom this user trusts besides the system: authorities, exceptions for single servers, and certificates that are never trusted. Three PEM files that a
 * person can read, in which lines with {@code #} before each certificate say what it is and why it is there. They are read anew each time and changed
 * whole or not at all; programs that change them at once wait for each other.
 */
public final class TrustStore {

    private static final Words WORDS = Words.of(TrustStore.class);

    private static final String STEP = WORDS.say("use the trust store");
    private static final String AUTHORITIES = "authorities.pem";
    private static final String EXCEPTIONS = "exceptions.pem";
    private static final String DISTRUSTED = "distrusted.pem";

    private final Path dir;

    /** This user's. */
    public TrustStore() {
        this(UserDirs.config().resolve("trust"));
    }

    /** In a folder, which is made when needed. */
    public TrustStore(Path dir) {
        this.dir = dir;
    }

    /** The folder. */
    public Path folder() {
        return dir;
    }

    /** An authority that is trusted, or a certificate that is not: when it was taken in, and why. */
    public record Entry(X509Certificate certificate, Instant added, String note) {
    }

    /**
     * Exactly one certificate for exactly one server, trusted in spite of what is wrong with it.
     *
     * @param host        name or address of the server, in lower case
     * @param port        its port
     * @param certificate the server's
     * @param overrides   codes of the {@link Finding}s it makes up for
     * @param added       when it was made
     * @param until       when it ends by itself, if it does
     * @param note        why it was made, may be empty
     */
    public record ServerException(String host, int port, X509Certificate certificate, Set<String> overrides, Instant added,
            Optional<Instant> until, String note) {

        public ServerException {
            host = host.toLowerCase(Locale.ROOT);
            overrides = Set.copyOf(overrides);
        }

        /** The server as it is named: "host:port". */
        public String server() {
            return place(host, port);
        }

        /** True if it holds at a moment. */
        public boolean holds(Instant at) {
            return until.map(at::isBefore).orElse(true);
        }
    }

    /** All of it. */
    public record Contents(List<Entry> authorities, List<ServerException> exceptions, List<Entry> distrusted) {

        public Contents {
            authorities = List.copyOf(authorities);
            exceptions = List.copyOf(exceptions);
            distrusted = List.copyOf(distrusted);
        }

        /** The exception for a server with a certificate that holds now. */
        public Optional<ServerException> exception(String host, int port, X509Certificate certificate) {
            return exceptions.stream().filter(e -> e.host().equalsIgnoreCase(host) && e.port() == port && e.certificate().equals(certificate)
                    && e.holds(Instant.now())).findFirst();
        }
    }

    /** "host:port", with brackets around an IPv6 address. */
    public static String place(String host, int port) {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    /**
     * Reads all of it.
     *
     * @throws EscException USAGE, code {@code trust-store}, if a file is damaged: what is distrusted must not be trusted by mistake
     */
    public Contents read() throws EscException {
        var exceptions = new ArrayList<ServerException>();
        for (Block b : blocks(EXCEPTIONS)) {
            exceptions.add(exception(b));
        }
        return new Contents(entries(AUTHORITIES), exceptions, entries(DISTRUSTED));
    }

    /** Trusts authorities. Those that were distrusted are so no longer. */
    public void trust(List<X509Certificate> authorities, String note) throws EscException {
        change(c -> {
            var kept = c.authorities().stream().filter(e -> !authorities.contains(e.certificate())).toList();
            return new Contents(with(kept, authorities, note), c.exceptions(),
                    c.distrusted().stream().filter(e -> !authorities.contains(e.certificate())).toList());
        });
    }

    /** Trusts certificates no more, whoever vouches for them; they are no authorities and no exceptions any longer. */
    public void distrust(List<X509Certificate> certificates, String note) throws EscException {
        change(c -> new Contents(c.authorities().stream().filter(e -> !certificates.contains(e.certificate())).toList(),
                c.exceptions().stream().filter(e -> !certificates.contains(e.certificate())).toList(),
                with(c.distrusted().stream().filter(e -> !certificates.contains(e.certificate())).toList(), certificates, note)));
    }

    /** Makes an exception, in place of an earlier one for the same server. */
    public void except(ServerException exception) throws EscException {
        change(c -> {
            var all = new ArrayList<>(c.exceptions().stream()
                    .filter(e -> !(e.host().equals(exception.host()) && e.port() == exception.port())).toList());
            all.add(exception);
            return new Contents(c.authorities(), all, c.distrusted());
        });
    }

    /** Takes out whatever is there of these certificates, or of a server. @return how many entries that were */
    public int remove(List<X509Certificate> certificates, Optional<String> server) throws EscException {
        int[] gone = new int[1];
        change(c -> {
            var next = new Contents(c.authorities().stream().filter(e -> !certificates.contains(e.certificate())).toList(),
                    c.exceptions().stream().filter(e -> !certificates.contains(e.certificate())
                            && !server.map(s -> s.equalsIgnoreCase(e.server())).orElse(false)).toList(),
                    c.distrusted().stream().filter(e -> !certificates.contains(e.certificate())).toList());
            gone[0] = c.authorities().size() + c.exceptions().size() + c.distrusted().size() - next.authorities().size()
                    - next.exceptions().size() - next.distrusted().size();
            return next;
        });
        return gone[0];
    }

    private static List<Entry> with(List<Entry> kept, List<X509Certificate> more, String note) {
        var all = new ArrayList<>(kept);
        more.forEach(c -> all.add(new Entry(c, Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS), note)));
        return all;
    }

    // ---- files

    private void change(UnaryOperator<Contents> change) throws EscException {
        try {
            UserDirs.create(dir);
        } catch (IOException e) {
            throw unwritable(e);
        }
        // one thread of this program at a time, and one program at a time
        synchronized (TrustStore.class) {
            try (var channel = FileChannel.open(dir.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var _ = channel.lock()) {
                Contents before = read();
                Contents after = change.apply(before);
                if (!after.distrusted().equals(before.distrusted())) {
                    write(DISTRUSTED, "certificates that are never trusted", after.distrusted().stream().map(TrustStore::text).toList());
                }
                if (!after.authorities().equals(before.authorities())) {
                    write(AUTHORITIES, "authorities that are trusted", after.authorities().stream().map(TrustStore::text).toList());
                }
                if (!after.exceptions().equals(before.exceptions())) {
                    write(EXCEPTIONS, "servers that are trusted in spite of their certificates", after.exceptions().stream()
                            .map(TrustStore::text).toList());
                }
            } catch (IOException e) {
                throw unwritable(e);
            }
        }
    }

    private EscException unwritable(IOException e) {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("The trust store in {0} cannot be changed.", dir)).code("trust-store")
                .advice(WORDS.say("Check whose folder that is, and whether there is room.")).exception(e);
    }

    private void write(String name, String what, List<String> blocks) throws IOException {
        // made by the owner for the owner: temporary files are so
        Path fresh = Files.createTempFile(dir, name, ".tmp");
        try {
            Files.writeString(fresh, "# Enterprise Security Client: " + what + ".\n# Change them with \"esc trust\" or in the preferences.\n"
                    + String.join("", blocks), StandardOpenOption.SYNC, StandardOpenOption.WRITE);
            Files.move(fresh, dir.resolve(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static String text(Entry e) {
        return head(e.certificate(), e.added(), e.note()) + CertificateFiles.pem(e.certificate());
    }

    private static String text(ServerException e) {
        return head(e.certificate(), e.added(), e.note()) + line("server", e.server())
                + line("overrides", String.join(" ", new TreeSet<>(e.overrides()))) + e.until().map(u -> line("until", u.toString())).orElse("")
                + CertificateFiles.pem(e.certificate());
    }

    private static String head(X509Certificate c, Instant added, String note) {
        return "\n" + line("subject", c.getSubjectX500Principal().getName()) + line("issuer", c.getIssuerX500Principal().getName())
                + line("valid", c.getNotBefore().toInstant() + " to " + c.getNotAfter().toInstant())
                + line("SHA-256", CertificateFiles.readable(CertificateFiles.fingerprint(c))) + line("added", added.toString())
                + (note.isBlank() ? "" : line("note", note));
    }

    private static String line(String key, String value) {
        // a name or note with line ends or rows of dashes must not look like another entry
        return "# " + key + ": " + value.replaceAll("\\p{Cntrl}", " ").replaceAll("-{2,}", "-").strip() + "\n";
    }

    /** A certificate and what the lines before it say. */
    private record Block(String file, X509Certificate certificate, Map<String, String> words) {

        Instant added() {
            return instant(words.getOrDefault("added", "")).orElse(Instant.EPOCH);
        }

        String note() {
            return words.getOrDefault("note", "");
        }
    }

    private List<Entry> entries(String name) throws EscException {
        return blocks(name).stream().map(b -> new Entry(b.certificate(), b.added(), b.note())).collect(Collectors.toList());
    }

    private ServerException exception(Block b) throws EscException {
        String server = b.words().getOrDefault("server", "");
        int colon = server.lastIndexOf(':');
        Optional<Instant> until = instant(b.words().getOrDefault("until", ""));
        if (colon < 1 || !server.substring(colon + 1).matches("\\d{1,5}") || b.words().containsKey("until") && until.isEmpty()) {
            throw damaged(b.file(), null);
        }
        String host = server.substring(0, colon).replaceAll("^\\[|\\]$", "");
        return new ServerException(host, Integer.parseInt(server.substring(colon + 1)), b.certificate(),
                Arrays.stream(b.words().getOrDefault("overrides", "").split(" ")).filter(s -> !s.isBlank()).collect(Collectors.toSet()),
                b.added(), until, b.note());
    }

    private static Optional<Instant> instant(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    private List<Block> blocks(String name) throws EscException {
        List<String> lines;
        try {
            lines = Files.readAllLines(dir.resolve(name), StandardCharsets.UTF_8);
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (IOException e) {
            throw damaged(name, e);
        }
        var all = new ArrayList<Block>();
        var words = new HashMap<String, String>();
        var pem = new StringBuilder();
        boolean inside = false;
        for (String l : lines) {
            if (l.startsWith("-----BEGIN ")) {
                if (inside) {
                    throw damaged(name, null);
                }
                inside = true;
            }
            if (inside) {
                pem.append(l).append('\n');
            } else if (l.startsWith("#")) {
                int colon = l.indexOf(": ");
                if (colon > 0) {
                    words.put(l.substring(1, colon).strip(), l.substring(colon + 2).strip());
                }
            } else if (!l.isBlank()) {
                throw damaged(name, null);
            }
            if (l.startsWith("-----END ")) {
                try {
                    var found = CertificateFiles.parse(pem.toString().getBytes(StandardCharsets.US_ASCII));
                    if (found.size() != 1) {
                        throw damaged(name, null);
                    }
                    all.add(new Block(name, found.getFirst(), Map.copyOf(words)));
                } catch (CertificateException e) {
                    throw damaged(name, e);
                }
                words.clear();
                pem.setLength(0);
                inside = false;
            }
        }
        if (inside) {
            throw damaged(name, null);
        }
        return all;
    }

    private EscException damaged(String name, Exception cause) {
        return Problem.of(Fault.USAGE, STEP, WORDS.say("The file {0} of the trust store is damaged.", dir.resolve(name))).code("trust-store")
                .advice(WORDS.say("Correct it with a text editor, or move it away: what it says is then forgotten.")).exception(cause);
    }
}
