// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.EOFException;
import java.net.SocketException;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tps.client.trust.Finding;

/**
 * TLS with one server: whom it has to be, and what this computer shows of itself. One for each connection, or for several to the same server one after
 * another; its context serves sockets, engines and {@code java.net.http}. What went wrong is asked of it afterwards: the layers between only pass on
 * that something did.
 */
public final class Tls {

    private static final Words WORDS = Words.of(Tls.class);

    private final String host;
    private final int port;
    private final ServerTrust trust;
    private final TlsIdentity.Choice choice;

    private Tls(String host, int port, Trust trust, TlsIdentity who, boolean thorough) throws EscException {
        this.host = host;
        this.port = port;
        this.trust = new ServerTrust(host, port, trust, thorough);
        choice = who.choice();
    }

    /**
     * With this server.
     *
     * @throws EscException USAGE if a file to trust cannot be read, or the trust store is damaged
     */
    public static Tls to(URI server, Trust trust, TlsIdentity who) throws EscException {
        return new Tls(Connection.host(server), Connection.port(server), trust, who, false);
    }

    /** The same, which finds everything that is wrong with the server, not only what suffices to refuse it. */
    public static Tls examining(URI server, Trust trust, TlsIdentity who) throws EscException {
        return new Tls(Connection.host(server), Connection.port(server), trust, who, true);
    }

    /** A context for connections to this server only. */
    public SSLContext context() {
        return trust.context(choice);
    }

    /** What a person should know about the server that was accepted. */
    public List<String> notes() {
        return trust.notes();
    }

    /** Why the server was refused, if it was. */
    public Optional<Problem> refusal() {
        return trust.refusal();
    }

    /** What is wrong with the server, all of it if it was examined; empty if it was accepted. */
    public List<Finding> findings() {
        return trust.findings();
    }

    /** The certificates the server presented, its own first; empty before it has. */
    public List<X509Certificate> presented() {
        return trust.presented();
    }

    /** The certificate that was shown to the server, if it asked for one and there was one it accepts. */
    public Optional<X509Certificate> shown() {
        return choice.shown();
    }

    /** True if the server asked for a certificate of this computer. */
    public boolean asked() {
        return choice.asked();
    }

    /** True if the failure is one of TLS, or may be: one that {@link #failed} explains. */
    boolean concerns(Throwable cause) {
        if (trust.refusal().isPresent() || choice.identity().failure(cause).isPresent()) {
            return true;
        }
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof SSLException) {
                return true;
            }
        }
        return false;
    }

    /**
     * What a failure of the handshake, or of the first read after it, means: with TLS 1.3 a server refuses a client's certificate only then.
     *
     * @param cause what was thrown
     * @param step  what was being done, in words
     * @return a {@link RefusedServer}; LOGIN if the certificate of this computer is missing or refused; else TLS or NETWORK
     */
    public EscException failed(Throwable cause, String step) {
        Optional<RefusedServer> refused = trust.refused(cause);
        if (refused.isPresent()) {
            return refused.get();
        }
        Optional<EscException> key = choice.identity().failure(cause);
        if (key.isPresent()) {
            return key.get();
        }
        String place = org.esc.tps.client.trust.TrustStore.place(host, port);
        String text = "";
        boolean handshake = false;
        boolean tls = false;
        boolean gone = false;
        boolean reset = false;
        for (Throwable t = cause; t != null; t = t.getCause()) {
            reset |= t instanceof SocketException;
            gone |= reset || t instanceof EOFException;
            tls |= t instanceof SSLException;
            handshake |= t instanceof SSLHandshakeException;
            text = t instanceof SSLException && t.getMessage() != null ? t.getMessage() : text;
        }
        boolean alert = text.contains("alert");
        // a reset overtakes the alert that says why
        if (choice.asked() && (alert || reset) && !text.contains("protocol_version")) {
            return clientRefused(cause, step, place);
        }
        if (text.contains("certificate_required")) {
            return clientRefused(cause, step, place);
        }
        if (gone && !alert) {
            return Problem.of(Fault.NETWORK, step, WORDS.say("The server {0} hung up while encryption was being settled.", place))
                    .code("server-gone").advice(choice.asked() && choice.shown().isEmpty()
                            ? WORDS.say("Try again. If it happens every time: the server had asked for a certificate of yours; name one with --client-p12, --client-pkcs11 "
                                    + "or --client-token, or in the preferences (Client certificate).")
                            : WORDS.say("Check that the address is one for https.")).exception(cause);
        }
        if (text.contains("unrecognized SSL message") || text.contains("plaintext connection")) {
            return Problem.of(Fault.TLS, step, WORDS.say("The server {0} does not speak TLS at this port.", place)).code("tls-none")
                    .advice(WORDS.say("Check the address: perhaps it begins with http:, or has another port.")).exception(cause);
        }
        if (!tls || !handshake && !alert) {
            return Problem.of(Fault.TLS, step, WORDS.say("Encryption with the server {0} failed.", place)).code("tls-handshake")
                    .advice(WORDS.say("Check the address; if it is right, tell the server's operator.")).exception(cause);
        }
        boolean old = text.contains("protocol_version") || text.contains("protocol is disabled")
                || text.contains("not accepted by client preferences");
        return Problem.of(Fault.TLS, step, old ? WORDS.say("The server {0} offers only versions of TLS that are too old.", place)
                        : WORDS.say("The server {0} and this program found no common way to encrypt ({1}).", place, text))
                .code(old ? "tls-version" : "tls-handshake")
                .advice(WORDS.say("Tell the server's operator; TLS 1.2 or 1.3 with usual ciphers is needed.")).exception(cause);
    }

    private EscException clientRefused(Throwable cause, String step, String place) {
        Optional<X509Certificate> shown = choice.shown();
        if (shown.isPresent()) {
            X509Certificate c = shown.get();
            boolean expired = c.getNotAfter().before(new java.util.Date());
            String name = c.getSubjectX500Principal().getName();
            return Problem.of(Fault.LOGIN, step, expired
                    ? WORDS.say("The server {0} did not accept the certificate of {1}, which has expired.", place, name)
                    : WORDS.say("The server {0} did not accept the certificate of {1}.", place, name)).code("client-certificate-refused")
                    .advice(WORDS.say("Choose another certificate, or ask the server's operator which it accepts.")).exception(cause);
        }
        String wanted = choice.accepted().isEmpty() ? "" : " " + WORDS.say("It accepts those issued by: {0}.", String.join("; ",
                choice.accepted().stream().limit(5).toList()));
        String message = choice.identity().isEmpty() ? WORDS.say("The server {0} wants a certificate of yours.", place)
                : WORDS.say("The server {0} wants a certificate of yours, and none in {1} is one it accepts.", place, choice.identity().place());
        return Problem.of(Fault.LOGIN, step, message + wanted).code("client-certificate-needed")
                .advice(WORDS.say("Name one with --client-p12, --client-pkcs11 or --client-token, or in the preferences (Client certificate).")).exception(cause);
    }
}
