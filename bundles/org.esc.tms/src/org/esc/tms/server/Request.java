// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An ordinary request, its body read whole.
 *
 * @param method GET, POST, …
 * @param path   decoded, without the query
 * @param query  parameters in the order given
 * @param type   content type without parameters, empty when none was said
 * @param body   the body, not longer than the server's limit
 * @param peer   where the client is
 * @param base   scheme, host and port it was sent to, without a slash at the end
 * @param headers what the client said of itself, names in lower case; of several with the same name the first
 * @param client the certificate with which the client authenticated over TLS; issued by our CA
 */
public record Request(String method, String path, Map<String, List<String>> query, String type, byte[] body,
        InetAddress peer,
        String base, Map<String, String> headers, Optional<X509Certificate> client) {

    /** A header, its name in lower case. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /** Passwords travel in headers. */
    @Override
    public String toString() {
        return "Request[" + method + " " + path + "]";
    }

    /** The first value of a query parameter. */
    public Optional<String> parameter(String name) {
        return query.getOrDefault(name, List.of()).stream().findFirst();
    }
}
