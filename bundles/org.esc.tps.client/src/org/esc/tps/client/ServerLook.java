// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.command.Context;
import org.esc.tps.Operation;
import org.esc.tps.client.trust.Finding;

/** Looks at what a server presents, and sends nothing. */
final class ServerLook {

    private static final Words WORDS = Words.of(ServerLook.class);

    private ServerLook() {
    }

    /**
     * What a server presented.
     *
     * @param chain    its certificates, its own first
     * @param findings what is wrong with them; empty if the server is trusted
     * @param notes    what a person should know of a server that is trusted
     * @param refusal  how the server is refused, if it is
     */
    record Presented(List<X509Certificate> chain, List<Finding> findings, List<String> notes, Optional<RefusedServer> refusal) {
    }

    /**
     * Settles TLS with a server and leaves.
     *
     * @throws EscException NETWORK if it cannot be reached; TLS if it presents no certificate at all; LOGIN if it insists on one of this computer's
     */
    static Presented look(URI server, Trust trust, TlsIdentity who, Optional<URI> proxy, Duration time, Context context) throws EscException {
        Tls tls = Tls.examining(server, trust, who);
        var request = TpsRequest.of(Operation.FORMAT, server).trust(trust).timeouts(time, time);
        if (proxy.isPresent()) {
            request = request.proxy(proxy.get());
        }
        try (var connection = new Connection(request, tls); var _ = context.cancel().onCancel(connection::drop)) {
            Optional<Secret> password = TpsClient.proxyPassword(proxy, context);
            context.progress().at(-1, WORDS.say("Asking the server for its certificates"));
            try {
                connection.open(password);
            } finally {
                password.ifPresent(Secret::close);
            }
            return new Presented(tls.presented(), tls.findings(), tls.notes(), Optional.empty());
        } catch (RefusedServer e) {
            return new Presented(e.chain(), e.findings(), tls.notes(), Optional.of(e));
        } catch (EscException e) {
            context.cancel().check(WORDS.say("look at the server"));
            if (!tls.presented().isEmpty() && tls.findings().isEmpty() && tls.asked()) {
                // it wants a certificate of this computer: what it presents was seen all the same
                return new Presented(tls.presented(), List.of(), tls.notes(), Optional.empty());
            }
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw org.esc.command.Cancel.cancelled(WORDS.say("look at the server"), e);
        }
    }
}
