// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.esc.tps.Operation;

/**
 * What is to be done with a token, and by which server. Immutable; start from {@link #of} and vary.
 *
 * @param operation      what to do
 * @param server         address of the TPS, {@code http} or {@code https}, with its path
 * @param tokenType      the kind of token wished for; goes with format and enrolment only, and the server has the last word
 * @param extensions     more extensions for BEGIN_OP, in order
 * @param extendedLogin  true to accept a login form of the server's making, false for plain user name and password
 * @param statusUpdates  true to be told how far the server is
 * @param user           the user name, when it is known beforehand: then only the rest of a login form is asked for
 * @param trust          which servers are trusted
 * @param identity       the certificates to show to a server that asks for one; the caller closes it
 * @param proxy          an HTTP proxy, {@code http://[user@]host:port}
 * @param connectTimeout for reaching the server, TLS included
 * @param messageTimeout for each message of the server
 */
public record TpsRequest(Operation operation, URI server, Optional<String> tokenType, Map<String, String> extensions,
        boolean extendedLogin, boolean statusUpdates, Optional<String> user, Trust trust, TlsIdentity identity, Optional<URI> proxy,
        Duration connectTimeout, Duration messageTimeout) {

    /** Time for reaching a server unless said otherwise. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(15);
    /** Time for a server's message unless said otherwise; certificate authorities and key archives can be slow. */
    public static final Duration MESSAGE_TIMEOUT = Duration.ofSeconds(120);

    public TpsRequest {
        extensions = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(extensions));
    }

    /** With everything else as usual: extended login, status updates, the system's trust, no proxy. */
    public static TpsRequest of(Operation operation, URI server) {
        return new TpsRequest(operation, server, Optional.empty(), Map.of(), true, true, Optional.empty(), Trust.SYSTEM,
                TlsIdentity.NONE, Optional.empty(), CONNECT_TIMEOUT, MESSAGE_TIMEOUT);
    }

    /** The same for another operation. */
    public TpsRequest operation(Operation other) {
        return new TpsRequest(other, server, tokenType, extensions, extendedLogin, statusUpdates, user, trust, identity, proxy, connectTimeout,
                messageTimeout);
    }

    /** For this kind of token. */
    public TpsRequest tokenType(String type) {
        return new TpsRequest(operation, server, Optional.of(type), extensions, extendedLogin, statusUpdates, user, trust, identity, proxy,
                connectTimeout, messageTimeout);
    }

    /** With these extensions added to BEGIN_OP. */
    public TpsRequest extensions(Map<String, String> more) {
        return new TpsRequest(operation, server, tokenType, more, extendedLogin, statusUpdates, user, trust, identity, proxy,
                connectTimeout, messageTimeout);
    }

    /** With or without extended login. */
    public TpsRequest extendedLogin(boolean extended) {
        return new TpsRequest(operation, server, tokenType, extensions, extended, statusUpdates, user, trust, identity, proxy,
                connectTimeout, messageTimeout);
    }

    /** With or without status updates. */
    public TpsRequest statusUpdates(boolean updates) {
        return new TpsRequest(operation, server, tokenType, extensions, extendedLogin, updates, user, trust, identity, proxy,
                connectTimeout, messageTimeout);
    }

    /** For this user. */
    public TpsRequest user(String name) {
        return new TpsRequest(operation, server, tokenType, extensions, extendedLogin, statusUpdates, Optional.of(name), trust,
                identity, proxy, connectTimeout, messageTimeout);
    }

    /** Trusting these servers. */
    public TpsRequest trust(Trust whom) {
        return new TpsRequest(operation, server, tokenType, extensions, extendedLogin, statusUpdates, user, whom, identity, proxy,
                connectTimeout, messageTimeout);
    }

    /** Through this HTTP proxy. */
    public TpsRequest proxy(URI address) {
        return new TpsRequest(operation, server, tokenType, extensions, extendedLogin, statusUpdates, user, trust,
                identity, Optional.of(address), connectTimeout, messageTimeout);
    }

    /** With these times to wait. */
    public TpsRequest timeouts(Duration connect, Duration message) {
        return new TpsRequest(operation, server, tokenType, extensions, extendedLogin, statusUpdates, user, trust, identity, proxy, connect,
                message);
    }

    /** With these certificates to show. */
    public TpsRequest identity(TlsIdentity who) {
        return new TpsRequest(operation, server, tokenType, extensions, extendedLogin, statusUpdates, user, trust, who, proxy,
                connectTimeout, messageTimeout);
    }
}
