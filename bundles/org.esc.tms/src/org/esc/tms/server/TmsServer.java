// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import java.net.InetAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tms.Tms;
import org.esc.tms.tps.Applet;
import org.esc.tms.tps.Tps;
import org.esc.tms.tps.TpsOptions;

/**
 * The embedded token management system on the net: token operations, phone home, certificate authority, administration.
 */
public final class TmsServer implements AutoCloseable {

    private static final Words WORDS = Words.of(TmsServer.class);

    /**
     * Where and how to serve.
     *
     * @param address where to listen
     * @param http    port for plain connections, 0 for any
     * @param https   port for TLS, 0 for any
     * @param hosts   names and addresses, besides those of this machine's loopback, under which clients reach the
     *                server
     * @param applet  what to load onto real cards
     */
    public record Options(InetAddress address, int http, int https, List<String> hosts, Optional<Applet> applet) {

        public Options {
            hosts = List.copyOf(hosts);
        }

        /** Loopback, any free ports, software tokens only: for tests and demonstrations. */
        public static Options anywhere() {
            return new Options(InetAddress.getLoopbackAddress(), 0, 0, List.of(), Optional.empty());
        }
    }

    private final HttpServer http;
    private final String host;

    private TmsServer(HttpServer http, String host) {
        this.http = http;
        this.host = host;
    }

    /**
     * Starts serving. The back office stays the caller's.
     *
     * @throws EscException USAGE if the address is not loopback though demonstration users or factory keys exist;
     *                      NETWORK if a port is
     *                      taken
     */
    public static TmsServer start(Tms tms, Options options) throws EscException {
        boolean local = options.address().isLoopbackAddress();
        Optional<String> why = local ? Optional.empty() : tms.loopbackOnly();
        if (why.isPresent()) {
            throw Problem.of(Fault.USAGE, WORDS.say("start the server"), WORDS.say("Only this machine may reach the server, because {0}.", why.get()))
                    .code("loopback-only")
                    .advice(WORDS.say("Serve a loopback address; or start with a new --data directory and --no-demo-users, and make a "
                        + "master key first: esc tms keys create."))
                    .exception();
        }
        String host = options.hosts().isEmpty() ? local ? "localhost" : options.address().getHostAddress()
                : options.hosts().getFirst();
        String named = host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
        var hosts = options.hosts().isEmpty() && !local ? List.of(host) : options.hosts();
        var operations = new AtomicReference<HttpServer.Operations>(Link::close);
        var base = new AtomicReference<String>("");
        var server = HttpServer.start(options.address(), options.http(), options.https(),
                port -> {
                    // CRL and OCSP are fetched in plain: they are signed, and TLS would need them to be checked first
                    tms.ca().publishedAt(URI.create("http://" + named + ":" + port));
                    var identity = tms.ca().tlsIdentity(hosts);
                    return new HttpServer.Tls(identity.key(), identity.chain(), List.of(tms.ca().certificate()));
                },
                new Pages(tms, base::get, local), link -> operations.get().run(link));
        try {
            var result = new TmsServer(server, named);
            base.set(result.https().toString());
            operations.set(new Tps(tms, TpsOptions.of(
                    URI.create((local ? result.http() : result.https()) + Pages.PHONE_HOME), options.applet())));
            tms.jobs().start();
            return result;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** {@code http://localhost:8080}. */
    public URI http() {
        return URI.create("http://" + host + ":" + http.httpPort());
    }

    /** {@code https://localhost:8443}. */
    public URI https() {
        return URI.create("https://" + host + ":" + http.httpsPort());
    }

    /** Address of token operations in plain. */
    public URI tps() {
        return URI.create(http() + HttpServer.TPS_PATH);
    }

    /** Address of token operations over TLS. */
    public URI secureTps() {
        return URI.create(https() + HttpServer.TPS_PATH);
    }

    /** Stops serving; operations under way are broken off and recorded. */
    @Override
    public void close() {
        http.close();
    }
}
