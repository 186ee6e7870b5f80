// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.security.cert.X509Certificate;
import java.util.List;
import org.esc.apdu.Problem;
import org.esc.apdu.EscException;
import org.esc.tps.client.trust.Finding;

/** A server that is not trusted, with what a face needs to explain it and to offer a way out. */
public final class RefusedServer extends EscException {

    private static final long serialVersionUID = 1L;

    private final String host;
    private final int port;
    private final transient List<X509Certificate> chain;
    private final transient List<Finding> findings;

    RefusedServer(Problem problem, Throwable cause, String host, int port, List<X509Certificate> chain, List<Finding> findings) {
        super(problem, cause);
        this.host = host;
        this.port = port;
        this.chain = List.copyOf(chain);
        this.findings = List.copyOf(findings);
    }

    /** The server's name or address. */
    public String host() {
        return host;
    }

    /** Its port; negative if not known. */
    public int port() {
        return port;
    }

    /** The certificates it presented, its own first. */
    public List<X509Certificate> chain() {
        return chain;
    }

    /** What is wrong, the gravest first. */
    public List<Finding> findings() {
        return findings;
    }

    /** True if a person may make an exception for exactly this certificate. */
    public boolean exceptionPossible() {
        return port >= 0 && findings.stream().allMatch(Finding::overridable);
    }
}
