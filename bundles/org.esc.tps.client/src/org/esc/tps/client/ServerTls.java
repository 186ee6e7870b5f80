// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;

/** TLS to one server that is trusted as a TPS is, for what else is asked of it: directories, REST interfaces. */
public final class ServerTls {

    private final String host;
    private final ServerTrust trust;
    private final Optional<KeyManager> client;

    /**
     * For connections to this host.
     *
     * @param client the key and certificate to show when the server asks for one
     * @throws EscException USAGE if a file of authorities cannot be read
     */
    public ServerTls(String host, Trust trust, Optional<? extends KeyManager> client) throws EscException {
        this.host = host;
        this.trust = new ServerTrust(host, trust);
        this.client = client.map(k -> k);
    }

    /** To this server. @throws EscException USAGE if a file with certificates to trust cannot be read */
    public static ServerTls to(URI server, Trust trust) throws EscException {
        return new ServerTls(Connection.host(server), trust, Optional.empty());
    }

    /** A context for connections to this host only. */
    public SSLContext context() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(client.map(k -> new KeyManager[] {k}).orElse(null), new TrustManager[] {trust}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a person should know about the server that was accepted. */
    public List<String> notes() {
        return trust.notes();
    }

    /** Why a connection failed; empty if TLS is not the reason. */
    public Optional<EscException> failed(Throwable cause, String step) {
        if (trust.refusal().isPresent()) {
            return Optional.of(trust.refusal().get().exception(cause));
        }
        for (Throwable t = cause; t != null; t = t.getCause()) {
            // with an alert's name in front TLS itself failed; without one the server hung up
            if (t instanceof SSLException && String.valueOf(t.getMessage()).startsWith("(")) {
                return Optional.of(Problem.of(Fault.TLS, step, host + " and this program found no common way to encrypt (" + t.getMessage() + ").")
                        .code("tls-handshake").advice("Tell the server's operator; TLS 1.2 or 1.3 is needed.").exception(cause));
            }
        }
        return Optional.empty();
    }
}
