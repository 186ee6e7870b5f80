// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
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
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.interfaces.DSAKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PSSParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
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
 * <p>Revocation is looked up by stapled answer, OCSP and CRL, for each certificate below the trusted one. Offline policy: unless asked to be
 * strict, a status that cannot be had within {@link #REVOCATION_TIME} is noted and let pass; a status "revoked" never is.
 */
final class ServerTrust extends X509ExtendedTrustManager {

    /** Longest wait for revocation answers. */
    static final Duration REVOCATION_TIME = Duration.ofSeconds(8);
    /** How long a responder (OCSP) may be silent before the authority's list is asked for, too. */
    private static final Duration RESPONDER_TIME = Duration.ofSeconds(3);
    private static final String CRL_DISTRIBUTION_POINTS = "2.5.29.31";

    /** Shortest RSA and DSA keys. Elliptic ones as short in effect are unknown to the Java runtime. */
    private static final int LEAST_BITS = 2048;

    private static final String STEP = "verify the server's identity";
    private static final String GET_AUTHORITY = "If this is your organisation's server, get the authority's certificate from its "
            + "operator and name the file with --ca.";
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

    private void check(X509Certificate[] chain, List<byte[]> answers) throws CertificateException {
        // answers come in the order of the chain as it was sent, an empty one where there is none
        var stapled = new HashMap<X509Certificate, byte[]>();
        for (int i = 0; i < Math.min(chain.length, answers.size()); i++) {
            if (answers.get(i).length > 0) {
                stapled.put(chain[i], answers.get(i));
            }
        }
        try {
            judge(chain, stapled);
        } catch (EscException e) {
            refusal = Optional.of(e.problem());
            throw new CertificateException(e.getMessage(), e);
        }
    }

    private void judge(X509Certificate[] chain, Map<X509Certificate, byte[]> stapled) throws EscException {
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
        strength(chain, path, pinned);
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
        if (extended != null && !extended.contains(SERVER_AUTH) && !extended.contains(ANY_USAGE)) {
            throw refused("wrong-usage", "The certificate of " + host + " was not issued for a server.",
                    "Tell the server's operator.", server);
        }
        boolean[] usage = server.getKeyUsage();
        // bit 0: the server signs in every way of agreeing on keys that is left in TLS
        if (usage != null && !usage[0]) {
            throw refused("wrong-usage", "The key in the certificate of " + host + " must not be used for digital signatures, and "
                    + "a server needs them.", "Tell the server's operator.", server);
        }
    }

    /** Refuses what can be forged today; the Java runtime alone takes RSA from 1024 bits, and SHA-1 below authorities one names. */
    private void strength(X509Certificate[] chain, Optional<PKIXCertPathBuilderResult> path, boolean pinned) throws EscException {
        X509Certificate server = chain[0];
        if (pinned) {
            // who signed it does not matter
            throwIf(weakKey(server, server));
            return;
        }
        for (var c : path.orElseThrow().getCertPath().getCertificates()) {
            throwIf(weak((X509Certificate) c, server));
        }
        throwIf(weakKey(path.get().getTrustAnchor().getTrustedCert(), server));
    }

    private static void throwIf(Optional<EscException> refusal) throws EscException {
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }

    private Optional<EscException> weak(X509Certificate c, X509Certificate server) {
        String algorithm = c.getSigAlgName();
        if (algorithm.equalsIgnoreCase("RSASSA-PSS")) {
            algorithm = hash(c);
        }
        String bare = algorithm.toUpperCase(Locale.ROOT).replace("-", "");
        return bare.startsWith("SHA1") || bare.startsWith("MD")
                ? Optional.of(refused("weak-signature", whose(c, server, "The") + " is signed with " + algorithm
                        + ", which can be forged today.", "Have the server's operator get a certificate signed with SHA-256.", server))
                : weakKey(c, server);
    }

    /** The hash algorithm of a PSS signature; SHA-1 where none is named. */
    private static String hash(X509Certificate c) {
        try {
            var parameters = AlgorithmParameters.getInstance("RSASSA-PSS");
            parameters.init(c.getSigAlgParams());
            return parameters.getParameterSpec(PSSParameterSpec.class).getDigestAlgorithm();
        } catch (GeneralSecurityException | IOException | RuntimeException _) {
            return "SHA-1";
        }
    }

    private Optional<EscException> weakKey(X509Certificate c, X509Certificate server) {
        int bits = switch (c.getPublicKey()) {
            case RSAKey k -> k.getModulus().bitLength();
            case DSAKey k -> k.getParams() == null ? 0 : k.getParams().getP().bitLength();
            default -> LEAST_BITS;
        };
        return bits >= LEAST_BITS ? Optional.empty()
                : Optional.of(refused("weak-key", whose(c, server, "The") + " has a key of " + bits + " bits, which is too short today.",
                        "Have the server's operator get a certificate with an RSA key of at least " + LEAST_BITS
                                + " bits, or an elliptic one.", server));
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
        } catch (GeneralSecurityException _) {
            throw explain(chain, anchors);
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

    /** Why no path could be built: the platform's reason names the last thing it tried, not the one that a person can mend. */
    private EscException explain(X509Certificate[] chain, Set<TrustAnchor> anchors) {
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
        for (X509Certificate c : chain) {
            Optional<EscException> weak = selfIssued(c) ? weakKey(c, server) : weak(c, server);
            if (weak.isPresent()) {
                return weak.get();
            }
        }
        if (selfIssued(server)) {
            return refused("self-signed", "The server vouches for itself: the certificate of " + host
                    + " is self-signed and not among those you trust.", GET_AUTHORITY, server);
        }
        for (X509Certificate c : chain) {
            var issuers = Arrays.stream(chain).filter(i -> i != c && i.getSubjectX500Principal().equals(c.getIssuerX500Principal()))
                    .toList();
            if (!issuers.isEmpty() && issuers.stream().noneMatch(i -> signed(i, c))) {
                return refused("bad-signature", "The signature on a certificate that the server sent (" + name(c)
                        + ") is not that of its issuer.", "Somebody may be impersonating the server. Tell its operator.", server);
            }
            if (!issuers.isEmpty() && issuers.stream().noneMatch(ServerTrust::mayIssue)) {
                return refused("not-an-authority", "A certificate that vouches for " + host + " (" + name(issuers.getFirst())
                        + ") is not that of an authority.", "Somebody may be impersonating the server. Tell its operator.", server);
            }
        }
        X509Certificate last = chain[chain.length - 1];
        String issuer = last.getIssuerX500Principal().getName();
        boolean issuerKnown = anchors.stream()
                .anyMatch(a -> a.getTrustedCert().getSubjectX500Principal().equals(last.getIssuerX500Principal()));
        if (!issuerKnown && !selfIssued(last)) {
            return refused("incomplete", "The last certificate that the server sent was issued by \"" + issuer
                    + "\", whose own certificate the server did not send and this computer does not know.",
                    "Have the server's operator see to it that the server sends all certificates up to the authority. If the "
                            + "authority is your organisation's, get its certificate from the operator and name the file with --ca.",
                    server);
        }
        return refused("untrusted", issuerKnown
                ? "The certificate of " + host + " does not lead to an authority this computer trusts, although one is called like "
                        + "its issuer (" + issuer + ")."
                : "The certificate of " + host + " leads to the authority \"" + issuer + "\", which this computer does not trust.",
                GET_AUTHORITY, server);
    }

    private static boolean selfIssued(X509Certificate c) {
        return c.getSubjectX500Principal().equals(c.getIssuerX500Principal());
    }

    private static boolean signed(X509Certificate issuer, X509Certificate c) {
        try {
            c.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static boolean mayIssue(X509Certificate c) {
        boolean[] usage = c.getKeyUsage();
        // bit 5: signing certificates
        return c.getBasicConstraints() >= 0 && (usage == null || usage[5]);
    }

    /** What could be found out about one certificate. */
    private enum Standing {
        GOOD, REVOKED, UNKNOWN
    }

    private record Answer(X509Certificate certificate, Standing standing) {
    }

    private void revocation(PKIXCertPathBuilderResult path, Map<X509Certificate, byte[]> stapled, X509Certificate server)
            throws EscException {
        var certificates = path.getCertPath().getCertificates().stream().map(X509Certificate.class::cast).toList();
        if (revocation == Trust.Revocation.OFF || certificates.isEmpty()) {
            return;
        }
        // each certificate by itself and all at once: an authority without an answer must not hide a revoked server
        var answers = new LinkedBlockingQueue<Answer>();
        var threads = new ArrayList<Thread>();
        for (int i = 0; i < certificates.size(); i++) {
            X509Certificate c = certificates.get(i);
            TrustAnchor issuer = i + 1 < certificates.size() ? new TrustAnchor(certificates.get(i + 1), null) : path.getTrustAnchor();
            Thread asker = Thread.ofVirtual().name("revocation for " + host)
                    .start(() -> answers.add(new Answer(c, standing(c, issuer, Optional.ofNullable(stapled.get(c))))));
            threads.add(asker);
            if (c.getExtensionValue(CRL_DISTRIBUTION_POINTS) != null) {
                threads.add(Thread.ofVirtual().name("revocation list for " + host).start(() -> listed(c, issuer, asker, answers)));
            }
        }
        var unknown = new LinkedHashMap<X509Certificate, String>();
        certificates.forEach(c -> unknown.put(c, "its authority did not answer in time"));
        long deadline = System.nanoTime() + REVOCATION_TIME.toNanos();
        try {
            for (int i = 0; i < threads.size() && !unknown.isEmpty(); i++) {
                Answer a = answers.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (a == null) {
                    break;
                }
                switch (a.standing()) {
                    case GOOD -> unknown.remove(a.certificate());
                    case UNKNOWN -> unknown.computeIfPresent(a.certificate(), (_, _) -> "no answer that can be used could be had from its authority");
                    case REVOKED -> throw refused("revoked", whose(a.certificate(), server, "The") + " has been revoked.",
                            "Do not use this server. Tell its operator.", server);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.of(Fault.CANCELLED, STEP, "Cancelled.").exception(e);
        } finally {
            // ends what still waits for an answer
            threads.forEach(Thread::interrupt);
        }
        for (var e : unknown.entrySet()) {
            String sentence = "Whether " + whose(e.getKey(), server, "the") + " has been revoked could not be found out: "
                    + e.getValue() + ".";
            if (revocation == Trust.Revocation.HARD) {
                throw refused("revocation-unknown", sentence,
                        "Try again later, or look softly (--revocation soft) to go on without an answer.", server);
            }
            note(sentence);
        }
    }

    private String whose(X509Certificate c, X509Certificate server, String article) {
        return c.equals(server) ? article + " certificate of " + host
                : article + " certificate of the authority " + name(c) + ", which vouches for " + host + ",";
    }

    /** The list of revoked certificates, when the responder is silent: the platform would wait for that one longer than we do. */
    private static void listed(X509Certificate certificate, TrustAnchor issuer, Thread responder, BlockingQueue<Answer> answers) {
        try {
            responder.join(RESPONDER_TIME);
        } catch (InterruptedException _) {
            return;
        }
        boolean silent = responder.isAlive();
        answers.add(new Answer(certificate, silent ? standing(certificate, issuer, Optional.empty(), Option.PREFER_CRLS, Option.NO_FALLBACK)
                : Standing.UNKNOWN));
    }

    private static Standing standing(X509Certificate certificate, TrustAnchor issuer, Optional<byte[]> stapled, Option... options) {
        try {
            var validator = CertPathValidator.getInstance("PKIX");
            var checker = (PKIXRevocationChecker) validator.getRevocationChecker();
            checker.setOptions(Set.of(options));
            stapled.ifPresent(answer -> checker.setOcspResponses(Map.of(certificate, answer)));
            var parameters = new PKIXParameters(Set.of(issuer));
            parameters.setRevocationEnabled(true);
            parameters.addCertPathChecker(checker);
            validator.validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)), parameters);
            return Standing.GOOD;
        } catch (CertPathValidatorException e) {
            if (e.getReason() == BasicReason.REVOKED) {
                return Standing.REVOKED;
            }
        } catch (GeneralSecurityException | RuntimeException _) {
            // an answer that breaks its reader is none
        }
        // a stapled answer that is of no use must not keep us from asking
        return stapled.isPresent() ? standing(certificate, issuer, Optional.empty()) : Standing.UNKNOWN;
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
