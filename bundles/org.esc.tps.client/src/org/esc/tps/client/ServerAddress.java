// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.esc.apdu.Words;
import org.esc.tps.client.trust.TrustStore;

/**
 * A server that speaks TLS.
 *
 * @param host name or address, without brackets, in lower case
 * @param port its port
 */
public record ServerAddress(String host, int port) {

    private static final Words WORDS = Words.of(ServerAddress.class);

    /** The port of https. */
    private static final int HTTPS = 443;

    public ServerAddress {
        host = host.toLowerCase(Locale.ROOT);
    }

    /** From "host", "host:port", "[address]:port" or an https address. @throws IllegalArgumentException if it is none of these */
    public static ServerAddress of(String text) {
        String t = text.strip();
        boolean bare = t.chars().filter(c -> c == ':').count() > 1 && !t.contains("[") && !t.contains("://");
        try {
            var uri = new URI(t.contains("://") ? t : "https://" + (bare ? "[" + t + "]" : t));
            if (!"https".equalsIgnoreCase(uri.getScheme()) || uri.getHost() == null || uri.getRawUserInfo() != null || uri.getPort() > 65_535) {
                throw new IllegalArgumentException(WORDS.say("a server is named as host:port or https://host:port"));
            }
            return new ServerAddress(uri.getHost().replaceAll("^\\[|\\]$", ""), uri.getPort() < 0 ? HTTPS : uri.getPort());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(WORDS.say("a server is named as host:port or https://host:port"), e);
        }
    }

    /** Its https address. */
    public URI uri() {
        return URI.create("https://" + this + "/");
    }

    @Override
    public String toString() {
        return TrustStore.place(host, port);
    }
}
