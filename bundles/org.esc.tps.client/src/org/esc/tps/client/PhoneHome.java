// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.xml.XMLConstants;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.command.UserDirs;

/**
 * Asks the address that an issuer left on a card which services there are for that card, and remembers the answer per card. The answer is
 * XML from a network: it is read with a limit on size and without any entity or document type.
 */
public final class PhoneHome {

    private static final Words WORDS = Words.of(PhoneHome.class);

    private static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_REDIRECTS = 3;
    private static final String STEP = WORDS.say("ask the issuer for its services");

    private final Path cache;

    /** With the cache of this user. */
    public PhoneHome() {
        this(UserDirs.config().resolve("issuers"));
    }

    /** With a cache in a directory, which is made when needed. */
    public PhoneHome(Path cache) {
        this.cache = cache;
    }

    /**
     * An answer that is remembered.
     *
     * @param from the address that was asked
     * @param at   when
     * @param info what it said
     */
    public record Remembered(URI from, Instant at, ServiceInfo info) {
    }

    /** What was answered for this card before, if it came from the same address. */
    public Optional<ServiceInfo> cached(Cuid cuid, URI from) {
        return remembered(cuid).filter(r -> r.from().equals(from)).map(Remembered::info);
    }

    /** What was answered for this card last, whoever said so. */
    public Optional<Remembered> remembered(Cuid cuid) {
        var p = new Properties();
        Path file = file(cuid);
        if (!Files.isReadable(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            p.load(in);
        } catch (IOException | IllegalArgumentException _) {
            return Optional.empty();
        }
        Optional<URI> from = address(p.getProperty("from", ""));
        return from.flatMap(f -> address(p.getProperty("operation", "")).map(operation -> new Remembered(f, modified(file),
                new ServiceInfo(p.getProperty("issuer", ""), operation, Optional.of(p.getProperty("tokenType", "")).filter(t -> !t.isEmpty()),
                        address(p.getProperty("welcome", "")), address(p.getProperty("page", "")), address(p.getProperty("enrolled", "")),
                        address(p.getProperty("caChain", ""))))));
    }

    private static Instant modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException _) {
            return Instant.EPOCH;
        }
    }

    /** Forgets what was answered for this card. */
    public void forget(Cuid cuid) {
        try {
            Files.deleteIfExists(file(cuid));
        } catch (IOException _) {
            // it will be asked for anew when it does not work
        }
    }

    /** The address that a person named for this card, instead of the one on it. */
    public Optional<URI> named(Cuid cuid) {
        try {
            return address(Files.readString(named(cuid.toString())));
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** Names the address to ask for this card, whatever the card says. @throws EscException USAGE if that cannot be kept */
    public void name(Cuid cuid, URI address) throws EscException {
        try {
            UserDirs.create(cache);
            Path part = Files.createTempFile(cache, "issuer", ".tmp");
            Files.writeString(part, address + "\n");
            Files.move(part, named(cuid.toString()), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw notKept(e);
        }
    }

    /** The card's own address holds again, and what was answered is forgotten. @throws EscException USAGE if that cannot be kept */
    public void reset(Cuid cuid) throws EscException {
        try {
            Files.deleteIfExists(named(cuid.toString()));
            Files.deleteIfExists(file(cuid));
        } catch (IOException e) {
            throw notKept(e);
        }
    }

    /** The cards of which anything is kept: a named address, or an answer. */
    public List<Cuid> known() {
        if (!Files.isDirectory(cache)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(cache)) {
            return files.map(f -> f.getFileName().toString()).filter(n -> n.matches("[0-9A-F]{20}\\.(properties|home)"))
                    .map(n -> n.substring(0, 20)).distinct().sorted().map(Cuid::of).toList();
        } catch (IOException | UncheckedIOException _) {
            return List.of();
        }
    }

    private Path named(String cuid) {
        return cache.resolve(cuid + ".home");
    }

    private EscException notKept(IOException e) {
        return Problem.of(Fault.USAGE, WORDS.say("keep the address"), WORDS.say("Nothing can be written into the folder {0}.", cache)).code("not-kept")
                .advice(WORDS.say("Check the folder's permissions and that its disk is not full.")).exception(e);
    }

    /**
     * Asks, over the network, and remembers the answer.
     *
     * @param from  the address on the card
     * @param trust which servers are trusted when it is https
     * @param proxy an HTTP proxy
     * @param time  for the whole exchange
     * @throws EscException NETWORK if there is no usable answer, TLS if the server is not who it should be
     */
    public ServiceInfo fetch(URI from, Cuid cuid, Trust trust, Optional<URI> proxy, Duration time, Cancel cancel)
            throws EscException {
        return fetch(from, cuid, trust, TlsIdentity.NONE, proxy, time, cancel);
    }

    /** The same, with certificates to show to a server that asks for one. */
    public ServiceInfo fetch(URI from, Cuid cuid, Trust trust, TlsIdentity who, Optional<URI> proxy, Duration time, Cancel cancel)
            throws EscException {
        ServiceInfo info = ask(from, cuid, trust, who, proxy, time, cancel);
        remember(cuid, from, info);
        return info;
    }

    /** As {@link #fetch}, but remembers nothing. */
    public ServiceInfo ask(URI from, Cuid cuid, Trust trust, TlsIdentity who, Optional<URI> proxy, Duration time, Cancel cancel) throws EscException {
        long deadline = System.nanoTime() + time.toNanos();
        URI at = withCuid(from, cuid);
        for (int hop = 0;; hop++) {
            var guard = Tls.to(at, trust, who);
            var builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(time)
                    .sslContext(guard.context());
            proxy.ifPresent(p -> builder.proxy(ProxySelector.of(
                    new InetSocketAddress(Connection.host(p), p.getPort() < 0 ? 8080 : p.getPort()))));
            try (var client = builder.build()) {
                HttpResponse<InputStream> answer;
                try {
                    answer = await(client.sendAsync(HttpRequest.newBuilder(at).timeout(time).GET().build(),
                            HttpResponse.BodyHandlers.ofInputStream()), deadline, cancel, at, guard);
                } catch (EscException e) {
                    client.shutdownNow();
                    throw e;
                }
                byte[] body;
                try (var _ = cancel.onCancel(client::shutdownNow); InputStream in = answer.body()) {
                    body = in.readNBytes(MOST_BYTES + 1);
                } catch (IOException e) {
                    cancel.check(STEP);
                    throw unusable(at, WORDS.say("the answer broke off"), e);
                }
                int status = answer.statusCode();
                var moved = status >= 300 && status < 400 ? answer.headers().firstValue("location") : Optional.<String>empty();
                if (moved.isPresent() && hop < MOST_REDIRECTS) {
                    boolean secure = at.getScheme().equalsIgnoreCase("https");
                    at = address(at.resolve(moved.get().replace(' ', '+')).toString())
                            .filter(n -> !secure || n.getScheme().equalsIgnoreCase("https"))
                            .orElseThrow(() -> unusable(from, WORDS.say("it points to an address that cannot be used"), null));
                    continue;
                }
                if (status != 200) {
                    throw unusable(at, WORDS.say("it answered with HTTP status {0}", status), null);
                }
                if (body.length > MOST_BYTES) {
                    throw unusable(at, WORDS.say("the answer is too long"), null);
                }
                return parse(body, at);
            } catch (IllegalArgumentException e) {
                throw unusable(at, WORDS.say("the address cannot be used"), e);
            }
        }
    }

    private static <T> T await(CompletableFuture<T> answer, long deadline, Cancel cancel, URI at, Tls guard)
            throws EscException {
        try (var _ = cancel.onCancel(() -> answer.cancel(true))) {
            return answer.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (CancellationException e) {
            throw Cancel.cancelled(STEP, e);
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw unusable(at, WORDS.say("it did not answer in time"), e);
        } catch (ExecutionException e) {
            cancel.check(STEP);
            // with an alert's name in front TLS itself failed; without one the server hung up
            if (guard.refusal().isPresent() || guard.asked() && guard.concerns(e.getCause())
                    || e.getCause() instanceof SSLException tls && String.valueOf(tls.getMessage()).startsWith("(")) {
                throw guard.failed(e.getCause(), STEP);
            }
            throw unusable(at, e.getCause() instanceof java.net.http.HttpTimeoutException ? WORDS.say("it did not answer in time")
                    : e.getCause() instanceof java.net.ConnectException ? WORDS.say("nothing listens there")
                            : WORDS.say("it cannot be reached"), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.cancel(true);
            throw Cancel.cancelled(STEP, e);
        }
    }

    /** An absolute http or https address with a host, and a port that can be one; empty for anything else. */
    public static Optional<URI> address(String text) {
        try {
            var uri = new URI(text.strip());
            boolean web = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
            return web && uri.getHost() != null && uri.getUserInfo() == null && uri.getPort() <= 65_535 ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }

    private static URI withCuid(URI from, Cuid cuid) {
        String s = from.toString();
        int hash = s.indexOf('#');
        s = hash < 0 ? s : s.substring(0, hash);
        return URI.create(s + (from.getRawQuery() == null ? "?" : "&") + "cuid=" + cuid);
    }

    /**
     * Reads the answer.
     *
     * @throws EscException NETWORK if it is not XML of this kind or names no TPS
     */
    static ServiceInfo parse(byte[] xml, URI at) throws EscException {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        factory.setProperty(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        Map<String, String> found = new LinkedHashMap<>();
        boolean root = false;
        try {
            var in = factory.createXMLStreamReader(new ByteArrayInputStream(xml));
            String element = "";
            var text = new StringBuilder();
            int depth = 0;
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        element = in.getLocalName();
                        root |= depth == 0 && element.equals("ServiceInfo");
                        if (++depth > 10) {
                            throw unusable(at, WORDS.say("the answer is nested too deep"), null);
                        }
                        text.setLength(0);
                    }
                    case XMLStreamConstants.CHARACTERS -> text.append(in.getText());
                    case XMLStreamConstants.END_ELEMENT -> {
                        depth--;
                        if (in.getLocalName().equals(element)) {
                            found.putIfAbsent(element, text.toString().strip());
                        }
                    }
                    case XMLStreamConstants.DTD -> throw unusable(at, WORDS.say("the answer declares a document type"), null);
                    default -> {
                        // comments, blanks and the like
                    }
                }
            }
        } catch (XMLStreamException e) {
            throw unusable(at, WORDS.say("the answer is not the XML it should be"), e);
        }
        if (!root) {
            throw unusable(at, WORDS.say("the answer is not the XML it should be"), null);
        }
        URI operation = address(found.getOrDefault("Operation", ""))
                .orElseThrow(() -> unusable(at, WORDS.say("the answer names no address of a TPS"), null));
        return new ServiceInfo(found.getOrDefault("IssuerName", ""), operation,
                Optional.of(found.getOrDefault("TokenType", "")).filter(t -> !t.isEmpty()),
                address(found.getOrDefault("EnrolledTokenBrowserURL", "")), address(found.getOrDefault("UI", "")),
                address(found.getOrDefault("EnrolledTokenURL", "")), address(found.getOrDefault("CAChainUI", "")));
    }

    /** Remembers an answer for a card, as if it had been asked for at this address. */
    public void remember(Cuid cuid, URI from, ServiceInfo info) {
        var p = new Properties();
        p.setProperty("from", from.toString());
        p.setProperty("issuer", info.issuer());
        p.setProperty("operation", info.operation().toString());
        p.setProperty("tokenType", info.tokenType().orElse(""));
        p.setProperty("welcome", info.welcome().map(URI::toString).orElse(""));
        p.setProperty("page", info.page().map(URI::toString).orElse(""));
        p.setProperty("enrolled", info.enrolled().map(URI::toString).orElse(""));
        p.setProperty("caChain", info.caChain().map(URI::toString).orElse(""));
        try {
            UserDirs.create(cache);
            Path part = Files.createTempFile(cache, "issuer", ".tmp");
            try (var out = Files.newOutputStream(part)) {
                p.store(out, null);
            }
            Files.move(part, file(cuid), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException _) {
            // next time it is asked again
        }
    }

    private Path file(Cuid cuid) {
        return cache.resolve(cuid + ".properties");
    }

    private static String place(URI at) {
        return at.getScheme() + "://" + at.getRawAuthority();
    }

    private static EscException unusable(URI at, String why, Throwable cause) {
        return Problem.of(Fault.NETWORK, STEP, WORDS.say("The issuer's address {0} gave no usable answer: {1}.", place(at), why)).code("phone-home")
                .advice(WORDS.say("Check the network connection, or name the server yourself (--tps).")).exception(cause);
    }
}
