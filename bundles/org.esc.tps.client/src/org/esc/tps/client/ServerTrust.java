// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;

/**
 * Decides for one connection whether the server is who it should be: path, dates, usage, host name, revocation. A refusal is kept as a
 * {@link Problem} in a person's words, because the TLS layer above it only passes on that there was one.
 *
 * <p>Revocation is looked up by stapled answer, OCSP and CRL. Offline policy: unless asked to be strict, a status that cannot be had
 * within {@link #REVOCATION_TIME} is noted and let pass; a status "revoked" never is.
 */
final class ServerTrust extends X509ExtendedTrustManager {

    /** Longest wait for revocation answers. */
    static final Duration REVOCATION_TIME = Duration.ofSeconds(8);

    private static final String STEP = "verify the server's identity";
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String ANY_USAGE = "2.5.29.37.0";
    private static final List<Path> SYSTEM_BUNDLES = List.of(Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"), Path.of("/etc/ssl/ca-bundle.pem"), Path.of("/etc/ssl/cert.pem"));

    private final String host;
    private final Trust.Revocation revocation;
    private final Set<X509Certificate> named = new LinkedHashSet<>();
    private final List<String> notes = new ArrayList<>();
    private volatile Optional<Problem> refusal = Optional.empty();

    /**
     * Reads the trust files.
     *
     * @throws EscException USAGE if a file cannot be read or holds no certificate
     */
    ServerTrust(String host, Trust trust) throws EscException {
        this.host = host;
        revocation = trust.revocation();
        for (Path file : trust.files()) {
            named.addAll(read(file));
        }
    }

    private static List<X509Certificate> read(Path file) throws EscException {
        try (InputStream in = Files.newInputStream(file)) {
            var list = certificates(in);
            if (list.isEmpty()) {
                throw new CertificateException("empty");
            }
            return list;
        } catch (IOException | CertificateException e) {
            throw Problem.of(Fault.USAGE, "read the certificates to trust",
                    (e instanceof IOException ? "The file " + file + " cannot be read."
                            : "The file " + file + " holds no certificate that can be read."))
                    .code("ca-file").advice("Give a PEM file with the certificate of the authority or of the server itself.")
                    .exception(e);
        }
    }

    private static List<X509Certificate> certificates(InputStream in) throws CertificateException {
        return CertificateFactory.getInstance("X.509").generateCertificates(in).stream().map(X509Certificate.class::cast).toList();
    }

    /** A context for connections to this host only. */
    SSLContext context() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {this}, new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Why the server was refused. */
    Optional<Problem> refusal() {
        return refusal;
    }

    /** What a person should know about an accepted server. */
    synchronized List<String> notes() {
        return List.copyOf(notes);
    }

    private void note(String sentence) {
        synchronized (this) {
            if (!notes.contains(sentence)) {
                notes.add(sentence);
            }
        }
    }

    private void check(X509Certificate[] chain, List<byte[]> stapled) throws CertificateException {
        try {
            judge(chain, stapled);
        } catch (EscException e) {
            refusal = Optional.of(e.problem());
            throw new CertificateException(e.getMessage(), e);
        }
    }

    private void judge(X509Certificate[] chain, List<byte[]> stapled) throws EscException {
        X509Certificate server = chain[0];
        boolean pinned = named.contains(server);
        try {
            server.checkValidity();
        } catch (CertificateExpiredException _) {
            throw refused("expired", "The certificate of " + host + " expired on " + date(server.getNotAfter()) + ".",
                    "Tell the server's operator. If the certificate was renewed lately, check this computer's clock.", server);
        } catch (CertificateNotYetValidException _) {
            throw refused("not-yet-valid",
                    "The certificate of " + host + " is not valid before " + date(server.getNotBefore()) + ".",
                    "Check this computer's clock.", server);
        }
        usage(server);
        Optional<PKIXCertPathBuilderResult> path = path(chain, authorities());
        if (path.isEmpty() && !pinned) {
            path = Optional.of(pathOrRefuse(chain));
        }
        if (!Hostnames.match(server, host)) {
            var names = Hostnames.in(server);
            if (!names.isEmpty()) {
                throw refused("wrong-host", "The certificate is made out to " + String.join(", ", shortened(names)) + ", not to "
                        + host + ".", "Use the name the certificate was made for, or have the server's operator correct it.",
                        server);
            }
            if (!pinned) {
                throw refused("no-host-name",
                        "The certificate of " + host + " names no host in its subjectAltName, so it cannot be matched with the "
                                + "address.",
                        "Have the server's operator issue a certificate with the host's name. If you got the server's "
                                + "certificate from the operator in person, name its file with --ca to trust exactly this one.",
                        server);
            }
            note("The server's certificate names no host; it was trusted because it is exactly the one you named.");
        }
        if (path.isEmpty()) {
            if (revocation == Trust.Revocation.HARD) {
                throw refused("revocation-unknown",
                        "Whether the certificate of " + host + " has been revoked cannot be found out without its authority's "
                                + "certificate.",
                        "Add the authority's certificate to the file.", server);
            }
            note("The server's certificate was trusted because it is exactly the one you named; revocation was not checked.");
            return;
        }
        revocation(path.get(), stapled, server);
    }

    /** Extended key usage and key usage of the server's own certificate, which path validation does not look at. */
    private void usage(X509Certificate server) throws EscException {
        List<String> extended;
        try {
            extended = server.getExtendedKeyUsage();
        } catch (CertificateException _) {
            extended = List.of();
        }
        boolean[] usage = server.getKeyUsage();
        // bits 0, 2 and 4: digital signature, key encipherment, key agreement
        if (extended != null && !extended.contains(SERVER_AUTH) && !extended.contains(ANY_USAGE)
                || usage != null && !usage[0] && !usage[2] && !usage[4]) {
            throw refused("wrong-usage", "The certificate of " + host + " was not issued for a server.",
                    "Tell the server's operator.", server);
        }
    }

    private Set<TrustAnchor> authorities() {
        var anchors = new HashSet<TrustAnchor>();
        for (X509Certificate c : named) {
            if (c.getBasicConstraints() >= 0 || c.getVersion() == 1) {
                anchors.add(new TrustAnchor(c, null));
            }
        }
        return anchors;
    }

    private PKIXCertPathBuilderResult pathOrRefuse(X509Certificate[] chain) throws EscException {
        var anchors = authorities();
        anchors.addAll(SystemStore.ANCHORS);
        try {
            return build(chain, anchors);
        } catch (GeneralSecurityException e) {
            throw explain(chain, anchors, e);
        }
    }

    /** Anchors of the system, read when first needed. */
    private static final class SystemStore {

        private static final Set<TrustAnchor> ANCHORS = load();

        private static Set<TrustAnchor> load() {
            var anchors = new HashSet<TrustAnchor>();
            try {
                var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init((KeyStore) null);
                for (TrustManager m : factory.getTrustManagers()) {
                    if (m instanceof X509TrustManager x) {
                        Arrays.stream(x.getAcceptedIssuers()).forEach(c -> anchors.add(new TrustAnchor(c, null)));
                    }
                }
            } catch (GeneralSecurityException _) {
                // a broken store of the Java runtime is like an empty one: the operating system's is next
            }
            String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
            if (os.startsWith("windows") || os.startsWith("mac")) {
                try {
                    var store = KeyStore.getInstance(os.startsWith("mac") ? "KeychainStore" : "Windows-ROOT");
                    store.load(null, null);
                    for (var names = store.aliases(); names.hasMoreElements();) {
                        if (store.getCertificate(names.nextElement()) instanceof X509Certificate c) {
                            anchors.add(new TrustAnchor(c, null));
                        }
                    }
                } catch (GeneralSecurityException | IOException _) {
                    // not there: the Java runtime's store has to do
                }
            }
            for (Path bundle : SYSTEM_BUNDLES) {
                if (Files.isReadable(bundle)) {
                    try (InputStream in = Files.newInputStream(bundle)) {
                        certificates(in).forEach(c -> anchors.add(new TrustAnchor(c, null)));
                    } catch (IOException | CertificateException _) {
                        // as above
                    }
                    break;
                }
            }
            return anchors;
        }
    }

    private Optional<PKIXCertPathBuilderResult> path(X509Certificate[] chain, Set<TrustAnchor> anchors) {
        if (anchors.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(build(chain, anchors));
        } catch (GeneralSecurityException _) {
            return Optional.empty();
        }
    }

    private static PKIXCertPathBuilderResult build(X509Certificate[] chain, Set<TrustAnchor> anchors)
            throws GeneralSecurityException {
        var target = new X509CertSelector();
        target.setCertificate(chain[0]);
        var parameters = new PKIXBuilderParameters(anchors, target);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(Arrays.asList(chain))));
        parameters.setRevocationEnabled(false);
        return (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
    }

    private EscException explain(X509Certificate[] chain, Set<TrustAnchor> anchors, GeneralSecurityException e) {
        X509Certificate server = chain[0];
        for (X509Certificate c : chain) {
            try {
                c.checkValidity();
            } catch (CertificateExpiredException _) {
                return refused("expired", "A certificate that vouches for " + host + " (" + name(c) + ") expired on "
                        + date(c.getNotAfter()) + ".", "Tell the server's operator.", server);
            } catch (CertificateNotYetValidException _) {
                return refused("not-yet-valid", "A certificate that vouches for " + host + " (" + name(c)
                        + ") is not valid before " + date(c.getNotBefore()) + ".", "Check this computer's clock.", server);
            }
        }
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof CertPathValidatorException v) {
                if (v.getReason() == BasicReason.ALGORITHM_CONSTRAINED) {
                    return refused("weak", "A certificate of " + host + " uses an algorithm or key that is too weak today.",
                            "Tell the server's operator.", server);
                }
                if (v.getReason() == BasicReason.INVALID_SIGNATURE) {
                    return refused("bad-signature", "The signature on a certificate of " + host + " is wrong.",
                            "Somebody may be impersonating the server. Tell its operator.", server);
                }
            }
        }
        boolean self = server.getSubjectX500Principal().equals(server.getIssuerX500Principal());
        X509Certificate last = chain[chain.length - 1];
        boolean issuerKnown = anchors.stream()
                .anyMatch(a -> a.getTrustedCert().getSubjectX500Principal().equals(last.getIssuerX500Principal()));
        return refused(self ? "self-signed" : "untrusted", self
                ? "The server vouches for itself: the certificate of " + host + " is self-signed and not among those you trust."
                : issuerKnown ? "The certificate of " + host + " does not lead to an authority this computer trusts, although one is "
                        + "called like its issuer (" + last.getIssuerX500Principal().getName() + ")."
                        : "The certificate of " + host + " was issued by \"" + last.getIssuerX500Principal().getName()
                                + "\", which this computer does not know.",
                "If this is your organisation's server, get the authority's certificate from its operator and name the file "
                        + "with --ca.",
                server);
    }

    private void revocation(PKIXCertPathBuilderResult path, List<byte[]> stapled, X509Certificate server) throws EscException {
        if (revocation == Trust.Revocation.OFF || path.getCertPath().getCertificates().isEmpty()) {
            return;
        }
        var result = new CompletableFuture<Optional<CertPathValidatorException>>();
        Thread.ofVirtual().name("revocation of " + host).start(() -> {
            try {
                var all = status(path, stapled, false);
                // the path is checked from the top: an authority without an answer must not hide a revoked server
                result.complete(all.isPresent() && all.get().getReason() != BasicReason.REVOKED
                        && path.getCertPath().getCertificates().size() > 1
                                ? status(path, stapled, true).filter(x -> x.getReason() == BasicReason.REVOKED).or(() -> all)
                                : all);
            } catch (GeneralSecurityException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        String unknown;
        try {
            var bad = result.get(REVOCATION_TIME.toMillis(), TimeUnit.MILLISECONDS);
            if (bad.isEmpty()) {
                return;
            }
            if (bad.get().getReason() == BasicReason.REVOKED) {
                throw refused("revoked", "The certificate of " + host + " has been revoked.",
                        "Do not use this server. Tell its operator.", server);
            }
            unknown = "no answer could be had from its authority";
        } catch (TimeoutException _) {
            unknown = "its authority did not answer in time";
        } catch (ExecutionException _) {
            unknown = "its authority's answer could not be used";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.of(Fault.CANCELLED, STEP, "Cancelled.").exception(e);
        }
        if (revocation == Trust.Revocation.HARD) {
            throw refused("revocation-unknown",
                    "Whether the certificate of " + host + " has been revoked could not be found out: " + unknown + ".",
                    "Try again later, or look softly (--revocation soft) to go on without an answer.", server);
        }
        note("Whether the server's certificate has been revoked could not be found out: " + unknown + ".");
    }

    private static Optional<CertPathValidatorException> status(PKIXCertPathBuilderResult path, List<byte[]> stapled,
            boolean serverOnly) throws GeneralSecurityException {
        var validator = CertPathValidator.getInstance("PKIX");
        var checker = (PKIXRevocationChecker) validator.getRevocationChecker();
        if (serverOnly) {
            checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.ONLY_END_ENTITY));
        }
        var certificates = path.getCertPath().getCertificates();
        var answers = new HashMap<X509Certificate, byte[]>();
        for (int i = 0; i < Math.min(stapled.size(), certificates.size()); i++) {
            if (stapled.get(i).length > 0) {
                answers.put((X509Certificate) certificates.get(i), stapled.get(i));
            }
        }
        checker.setOcspResponses(answers);
        var parameters = new PKIXParameters(Set.of(path.getTrustAnchor()));
        parameters.setRevocationEnabled(true);
        parameters.addCertPathChecker(checker);
        try {
            validator.validate(path.getCertPath(), parameters);
            return Optional.empty();
        } catch (CertPathValidatorException e) {
            return Optional.of(e);
        }
    }

    private EscException refused(String code, String message, String advice, X509Certificate server) {
        String print;
        try {
            print = Hex.of(MessageDigest.getInstance("SHA-256").digest(server.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return Problem.of(Fault.TLS, STEP, message + " (SHA-256 fingerprint " + print.substring(0, 16) + "…)").code("tls-" + code)
                .advice(advice).exception();
    }

    private static List<String> shortened(List<String> names) {
        var list = new ArrayList<>(names.subList(0, Math.min(4, names.size())));
        if (names.size() > 4) {
            list.add("…");
        }
        return list;
    }

    private static String name(X509Certificate c) {
        return c.getSubjectX500Principal().getName();
    }

    private static String date(java.util.Date d) {
        return d.toInstant().atZone(java.time.ZoneId.systemDefault()).toLocalDate().toString();
    }

    private static List<byte[]> stapled(SSLSession session) {
        return session instanceof ExtendedSSLSession x ? x.getStatusResponses() : List.of();
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
        check(chain, stapled(engine.getHandshakeSession()));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
        check(chain, socket instanceof SSLSocket s ? stapled(s.getHandshakeSession()) : List.of());
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        check(chain, List.of());
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) throws CertificateException {
        throw new CertificateException("this end is never a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) throws CertificateException {
        throw new CertificateException("this end is never a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("this end is never a server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
