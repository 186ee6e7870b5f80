// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.esc.apdu.EscException;

/**
 * TLS to one server for protocols other than the TPS's own, with the same judgement of the server's certificate. A handshake that it ends has an
 * {@link EscException} among its causes, in a person's words. May be used for several connections at once.
 */
public final class ServerTls {

    private final ServerTrust trust;
    private final Optional<KeyManager> client;

    /**
     * For connections to this host.
     *
     * @param client the key and certificate to show when the server asks for one
     * @throws EscException USAGE if a file of authorities cannot be read
     */
    public ServerTls(String host, Trust trust, Optional<? extends KeyManager> client) throws EscException {
        this.trust = new ServerTrust(host, trust);
        this.client = client.map(k -> k);
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
}
