// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.interfaces.DSAKey;
import java.security.interfaces.ECKey;
import java.security.interfaces.EdECKey;
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
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.tps.client.trust.CertificateFiles;
import org.esc.tps.client.trust.Finding;
import org.esc.tps.client.trust.NssDatabases;
import org.esc.tps.client.trust.SystemAuthorities;
import org.esc.tps.client.trust.TrustSources;
import org.esc.tps.client.trust.TrustStore;
import org.esc.tps.client.trust.TrustStore.ServerException;

/**
 * Decides for one connection whether the server is who it should be: path, dates, usage, host name, revocation. A refusal is kept as a
 * {@link Problem} in a person's words, because the TLS layer above it only passes on that there was one.
 *
 * <p>Revocation is looked up by stapled answer, OCSP and CRL, for each certificate below the trusted one. Offline policy: unless asked to be
 * strict, a status that cannot be had within {@link #REVOCATION_TIME} is noted and let pass; a status "revoked" never is.
 */
final class ServerTrust extends X509ExtendedTrustManager {

    private static final Words WORDS = Words.of(ServerTrust.class);

    /** Longest wait for revocation answers. */
    static final Duration REVOCATION_TIME = Duration.ofSeconds(8);
    /** How long a responder (OCSP) may be silent before the authority's list is asked for, too. */
    private static final Duration RESPONDER_TIME = Duration.ofSeconds(3);
    private static final String CRL_DISTRIBUTION_POINTS = "2.5.29.31";

    /** Shortest RSA and DSA keys, and elliptic ones of the same strength. */
    private static final int LEAST_BITS = 2048;
    private static final int LEAST_CURVE_BITS = 224;

    private static final String STEP = WORDS.say("verify the server's identity");
    private static final String GET_AUTHORITY = WORDS.say("If this is your organisation's server, get the authority's certificate from its operator and name "
                        + "the file with --ca.");
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final String ANY_USAGE = "2.5.29.37.0";

    private final String host;
    private final int port;
    private final Trust.Revocation revocation;
    private final boolean thorough;
    private final boolean system;
    private final TrustStore.Contents store;
    private final List<NssDatabases.Database> nss;
    private final Set<X509Certificate> named = new LinkedHashSet<>();
    private final List<String> notes = new ArrayList<>();
    private volatile List<X509Certificate> presented = List.of();
    private volatile List<Finding> findings = List.of();
    private volatile Optional<Problem> refusal = Optional.empty();

    /**
     * Reads the trust files and the trust store.
     *
     * @param thorough true to find everything that is wrong, not only what suffices to refuse
     * @throws EscException USAGE if a file cannot be read or holds no certificate, or the trust store is damaged
     */
    ServerTrust(String host, int port, Trust trust, boolean thorough) throws EscException {
        this.host = host;
        this.port = port;
        this.thorough = thorough;
        revocation = trust.revocation();
        for (Path file : trust.files()) {
            named.addAll(CertificateFiles.read(file));
        }
        TrustSources sources = trust.sources().isPresent() ? trust.sources().get() : Trust.sources(new UserSettings(), new TrustStore());
        store = sources.store().read();
        system = sources.system();
        nss = sources.nss().stream().map(NssDatabases::read).toList();
        nss.stream().map(NssDatabases.Database::trouble).filter(t -> !t.isEmpty()).forEach(this::note);
    }

    /** A context for connections to this host only, with keys to sign in with. */
    SSLContext context(KeyManager... keys) {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(keys, new TrustManager[] {this}, new SecureRandom());
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
        presented = List.of(chain);
        List<Finding> wrong;
        try {
            wrong = judge(chain, stapled);
        } catch (EscException e) {
            refusal = Optional.of(e.problem());
            throw new CertificateException(e.getMessage(), e);
        }
        findings = wrong;
        if (!wrong.isEmpty()) {
            Finding first = wrong.getFirst();
            refusal = Optional.of(Problem.of(Fault.TLS, STEP, WORDS.say("{0} (SHA-256 fingerprint {1}…)", first.message(),
                    CertificateFiles.fingerprint(chain[0]).substring(0, 16))).code("tls-" + first.code()).advice(first.advice()));
            throw new CertificateException(first.message());
        }
    }

    /** What the server presented, its own certificate first; empty before it has. */
    List<X509Certificate> presented() {
        return presented;
    }

    /** What is wrong with the server; empty if it was accepted. */
    List<Finding> findings() {
        return findings;
    }

    /** Why the server was refused, with all that belongs to it. */
    Optional<RefusedServer> refused(Throwable cause) {
        return refusal.map(p -> new RefusedServer(p, cause, host, port, presented, findings));
    }

    /** Finds what is wrong and not made up for by an exception of the person's. */
    private List<Finding> judge(X509Certificate[] sent, Map<X509Certificate, byte[]> stapled) throws EscException {
        X509Certificate server = sent[0];
        X509Certificate[] chain = sent;
        Optional<ServerException> exception = store.exception(host, port, server);
        boolean pinned = named.contains(server);
        var wrong = new ArrayList<Finding>();
        Set<X509Certificate> forbidden = forbidden();
        if (forbidden.contains(server)) {
            return List.of(finding("distrusted", WORDS.say("You distrust the certificate of {0}.", host),
                    WORDS.say("Do not use this server. If that was a mistake, take it out of what you distrust: in the preferences "
                        + "(Trust), or with esc trust remove {0}.", CertificateFiles.fingerprint(server).substring(0, 16))));
        }
        try {
            server.checkValidity();
        } catch (CertificateExpiredException _) {
            wrong.add(finding("expired", WORDS.say("The certificate of {0} expired on {1}.", host, date(server.getNotAfter())),
                    WORDS.say("Tell the server's operator. If the certificate was renewed lately, check this computer's clock.")));
        } catch (CertificateNotYetValidException _) {
            wrong.add(finding("not-yet-valid", WORDS.say("The certificate of {0} is not valid before {1}.", host, date(server.getNotBefore())),
                    WORDS.say("Check this computer's clock.")));
        }
        // other reasons are looked for as of a day when the server's certificate was good
        Optional<java.util.Date> at = wrong.isEmpty() ? Optional.empty() : Optional.of(server.getNotAfter().before(new java.util.Date())
                ? server.getNotAfter() : server.getNotBefore());
        usage(server, pinned).ifPresent(wrong::add);
        Optional<PKIXCertPathBuilderResult> path = path(chain, authorities(forbidden), at);
        if (path.isEmpty() && !pinned) {
            Set<TrustAnchor> all = everyAuthority(forbidden);
            path = path(chain, all, at);
            if (path.isEmpty()) {
                chain = MissingIssuers.completed(sent);
                path = chain.length > sent.length ? path(chain, all, at) : path;
                if (path.isPresent()) {
                    note(WORDS.say("The server did not send all certificates up to the authority; the missing one was fetched from where "
                        + "its certificate says."));
                }
            }
            if (path.isEmpty()) {
                wrong.add(explain(chain, all, forbidden));
            }
        }
        if (pinned || path.isPresent()) {
            strength(chain, path, pinned).ifPresent(wrong::add);
        }
        if (!Hostnames.match(server, host)) {
            var names = Hostnames.in(server);
            if (!names.isEmpty()) {
                wrong.add(finding("wrong-host", WORDS.say("The certificate is made out to {0}, not to {1}.", String.join(", ", shortened(names)), host),
                        WORDS.say("Use the name the certificate was made for, or have the server's operator correct it.")));
            } else if (!pinned) {
                wrong.add(finding("no-host-name",
                        WORDS.say("The certificate of {0} names no host in its subjectAltName, so it cannot be matched with the address.", host),
                        WORDS.say("Have the server's operator issue a certificate with the host's name. If you got the server's "
                        + "certificate from the operator in person, trust exactly this one: name its file with --ca or in the preferences.")));
            } else {
                note(WORDS.say("The server's certificate names no host; it was trusted because it is exactly the one you named."));
            }
        }
        // who looks closely, or goes on in spite of something, must know if it was revoked
        if (wrong.isEmpty() || thorough || exception.isPresent()) {
            revocation(path.or(() -> at.isEmpty() ? offered(sent) : Optional.empty()), stapled, server).ifPresent(f -> {
                if (f.code().equals("revoked")) {
                    wrong.addFirst(f);
                } else {
                    wrong.add(f);
                }
            });
        }
        if (exception.isPresent() && !wrong.isEmpty()) {
            var made = exception.get();
            List<Finding> left = wrong.stream().filter(f -> !f.overridable() || !made.overrides().contains(f.code())).toList();
            if (left.isEmpty()) {
                note(WORDS.say("The server was trusted by an exception that you made on {0}, in spite of: {1}",
                        date(java.util.Date.from(made.added())), String.join(" ", wrong.stream().map(Finding::message).toList())));
            }
            return left;
        }
        return wrong;
    }

    /** The path that the server itself offers, up to the last certificate it sent: to look whether its own authority revoked it. */
    private static Optional<PKIXCertPathBuilderResult> offered(X509Certificate[] sent) {
        X509Certificate last = sent[sent.length - 1];
        return sent.length < 2 || !mayIssue(last) ? Optional.empty() : path(sent, Set.of(new TrustAnchor(last, null)), Optional.empty());
    }

    private Set<X509Certificate> forbidden() {
        var all = new HashSet<X509Certificate>();
        store.distrusted().forEach(e -> all.add(e.certificate()));
        nss.forEach(d -> all.addAll(d.distrusted()));
        return all;
    }

    /** Extended key usage and key usage of the server's own certificate, which path validation does not look at. */
    private Optional<Finding> usage(X509Certificate server, boolean pinned) {
        List<String> extended;
        try {
            extended = server.getExtendedKeyUsage();
        } catch (CertificateException _) {
            extended = List.of();
        }
        if (extended != null && !extended.contains(SERVER_AUTH) && !extended.contains(ANY_USAGE)) {
            return Optional.of(finding("wrong-usage", WORDS.say("The certificate of {0} was not issued for a server.", host),
                    WORDS.say("Tell the server's operator.")));
        }
        boolean[] usage = server.getKeyUsage();
        // bit 0: the server signs in every way of agreeing on keys that is left in TLS
        if (usage != null && !usage[0]) {
            return Optional.of(finding("wrong-usage",
                    WORDS.say("The key in the certificate of {0} must not be used for digital signatures, and a server needs them.", host),
                            WORDS.say("Tell the server's operator.")));
        }
        // one that vouches for itself is judged as such: many are made so
        return server.getBasicConstraints() >= 0 && !pinned && !selfIssued(server)
                ? Optional.of(finding("wrong-usage", WORDS.say("The certificate of {0} is that of an authority, not of a server.", host),
                        WORDS.say("Tell the server's operator: whoever has this server's key could vouch for others."))) : Optional.empty();
    }

    /** Refuses what can be forged today; the Java runtime alone takes RSA from 1024 bits, and SHA-1 below authorities one names. */
    private Optional<Finding> strength(X509Certificate[] chain, Optional<PKIXCertPathBuilderResult> path, boolean pinned) {
        X509Certificate server = chain[0];
        if (pinned) {
            // who signed it does not matter
            return weakKey(server, server);
        }
        return path.orElseThrow().getCertPath().getCertificates().stream().flatMap(c -> weak((X509Certificate) c, server).stream()).findFirst()
                .or(() -> weakKey(path.get().getTrustAnchor().getTrustedCert(), server));
    }

    private Optional<Finding> weak(X509Certificate c, X509Certificate server) {
        String algorithm = c.getSigAlgName();
        if (algorithm.equalsIgnoreCase("RSASSA-PSS")) {
            algorithm = hash(c);
        }
        String bare = algorithm.toUpperCase(Locale.ROOT).replace("-", "");
        return bare.startsWith("SHA1") || bare.startsWith("MD")
                ? Optional.of(finding("weak-signature", WORDS.say("{0} is signed with {1}, which can be forged today.", whose(c, server), algorithm),
                        WORDS.say("Have the server's operator get a certificate signed with SHA-256.")))
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

    private Optional<Finding> weakKey(X509Certificate c, X509Certificate server) {
        int bits = switch (c.getPublicKey()) {
            case RSAKey k -> k.getModulus().bitLength();
            case DSAKey k -> k.getParams() == null ? 0 : k.getParams().getP().bitLength();
            // twice as strong as they are long
            case ECKey k -> k.getParams().getOrder().bitLength() < LEAST_CURVE_BITS ? k.getParams().getOrder().bitLength() : LEAST_BITS;
            case EdECKey _ -> LEAST_BITS;
            // the Java runtime knows no curve that is short, and no other kind of key
            default -> -1;
        };
        String advice = WORDS.say("Have the server's operator get a certificate with an RSA key of at least {0} bits, or an elliptic one on a usual curve.",
                LEAST_BITS);
        return bits >= LEAST_BITS ? Optional.empty() : Optional.of(finding("weak-key", bits < 0
                ? WORDS.say("{0} has a key of a kind that is too weak or not known here ({1}).", whose(c, server), c.getPublicKey().getAlgorithm())
                : WORDS.say("{0} has a key of {1} bits, which is too short today.", whose(c, server), bits), advice));
    }

    private Set<TrustAnchor> authorities(Set<X509Certificate> forbidden) {
        var anchors = new HashSet<TrustAnchor>();
        named.forEach(c -> anchor(c, forbidden, anchors));
        return anchors;
    }

    /** Those named for this run, the user's own, the system's and those of NSS databases, without those that are distrusted. */
    private Set<TrustAnchor> everyAuthority(Set<X509Certificate> forbidden) {
        var anchors = authorities(forbidden);
        store.authorities().forEach(e -> anchor(e.certificate(), forbidden, anchors));
        nss.forEach(d -> d.authorities().forEach(c -> anchor(c, forbidden, anchors)));
        if (system) {
            SystemAuthorities.all().forEach(c -> anchor(c, forbidden, anchors));
        }
        return anchors;
    }

    private static void anchor(X509Certificate c, Set<X509Certificate> forbidden, Set<TrustAnchor> anchors) {
        if ((c.getBasicConstraints() >= 0 || c.getVersion() == 1) && !forbidden.contains(c)) {
            anchors.add(new TrustAnchor(c, null));
        }
    }

    private static Optional<PKIXCertPathBuilderResult> path(X509Certificate[] chain, Set<TrustAnchor> anchors, Optional<java.util.Date> at) {
        if (anchors.isEmpty()) {
            return Optional.empty();
        }
        try {
            var target = new X509CertSelector();
            target.setCertificate(chain[0]);
            var parameters = new PKIXBuilderParameters(anchors, target);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(Arrays.asList(chain))));
            parameters.setRevocationEnabled(false);
            at.ifPresent(parameters::setDate);
            return Optional.of((PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters));
        } catch (GeneralSecurityException _) {
            return Optional.empty();
        }
    }

    /** Why no path could be built: the platform's reason names the last thing it tried, not the one that a person can mend. */
    private Finding explain(X509Certificate[] chain, Set<TrustAnchor> anchors, Set<X509Certificate> forbidden) {
        X509Certificate server = chain[0];
        for (X509Certificate c : chain) {
            if (forbidden.contains(c)) {
                return finding("distrusted", WORDS.say("You distrust the authority {0}, which vouches for {1}.", name(c), host),
                        WORDS.say("Do not use this server. If that was a mistake, take the authority out of what you distrust: in the "
                        + "preferences (Trust), or with esc trust remove {0}.", CertificateFiles.fingerprint(c).substring(0, 16)));
            }
        }
        for (X509Certificate c : Arrays.asList(chain).subList(1, chain.length)) {
            try {
                c.checkValidity();
            } catch (CertificateExpiredException _) {
                return finding("expired", WORDS.say("A certificate that vouches for {0} ({1}) expired on {2}.", host, name(c), date(c.getNotAfter())),
                        WORDS.say("Tell the server's operator."));
            } catch (CertificateNotYetValidException _) {
                return finding("not-yet-valid", WORDS.say("A certificate that vouches for {0} ({1}) is not valid before {2}.",
                        host, name(c), date(c.getNotBefore())), WORDS.say("Check this computer's clock."));
            }
        }
        for (X509Certificate c : chain) {
            Optional<Finding> weak = selfIssued(c) ? weakKey(c, server) : weak(c, server);
            if (weak.isPresent()) {
                return weak.get();
            }
        }
        if (selfIssued(server)) {
            return finding("self-signed", WORDS.say("The server vouches for itself: the certificate of {0} is self-signed and not among those you trust.",
                    host), GET_AUTHORITY);
        }
        for (X509Certificate c : chain) {
            var issuers = Arrays.stream(chain).filter(i -> i != c && i.getSubjectX500Principal().equals(c.getIssuerX500Principal()))
                    .toList();
            if (!issuers.isEmpty() && issuers.stream().noneMatch(i -> signed(i, c))) {
                return finding("bad-signature", WORDS.say("The signature on a certificate that the server sent ({0}) is not that of its issuer.",
                        name(c)), WORDS.say("Somebody may be impersonating the server. Tell its operator."));
            }
            if (!issuers.isEmpty() && issuers.stream().noneMatch(ServerTrust::mayIssue)) {
                return finding("not-an-authority", WORDS.say("A certificate that vouches for {0} ({1}) is not that of an authority.",
                        host, name(issuers.getFirst())), WORDS.say("Somebody may be impersonating the server. Tell its operator."));
            }
        }
        List<X509Certificate> ordered = ordered(chain);
        Optional<Finding> broken = anchors.stream().filter(a -> vouches(a.getTrustedCert(), ordered.getLast())).findFirst()
                .flatMap(a -> brokenRule(ordered, a));
        if (broken.isPresent()) {
            return broken.get();
        }
        X509Certificate last = ordered.getLast();
        String issuer = last.getIssuerX500Principal().getName();
        boolean issuerKnown = anchors.stream()
                .anyMatch(a -> a.getTrustedCert().getSubjectX500Principal().equals(last.getIssuerX500Principal()));
        if (!issuerKnown && !selfIssued(last)) {
            return finding("incomplete", WORDS.say("The last certificate that the server sent was issued by \"{0}\", whose own certificate the server did "
                        + "not send and this computer does not know.", issuer),
                    WORDS.say("Have the server's operator see to it that the server sends all certificates up to the authority. If "
                        + "the authority is your organisation's, get its certificate from the operator and name the file with --ca."));
        }
        return finding("untrusted", issuerKnown
                ? WORDS.say("The certificate of {0} does not lead to an authority this computer trusts, although one is called "
                        + "like its issuer ({1}).", host, issuer)
                : WORDS.say("The certificate of {0} leads to the authority \"{1}\", which this computer does not trust.", host, issuer),
                GET_AUTHORITY);
    }

    /** The certificates from the server's on, each followed by its issuer, as far as they were sent; without one that issued itself at the end. */
    private static List<X509Certificate> ordered(X509Certificate[] chain) {
        var list = new ArrayList<>(List.of(chain[0]));
        while (!selfIssued(list.getLast())) {
            X509Certificate c = list.getLast();
            var next = Arrays.stream(chain).filter(i -> !list.contains(i) && vouches(i, c)).findFirst();
            if (next.isEmpty()) {
                break;
            }
            list.add(next.get());
        }
        return list;
    }

    private static boolean vouches(X509Certificate issuer, X509Certificate c) {
        return issuer.getSubjectX500Principal().equals(c.getIssuerX500Principal()) && signed(issuer, c);
    }

    /** Which of the authorities' own rules the path breaks, although it leads to one that is trusted. */
    private Optional<Finding> brokenRule(List<X509Certificate> ordered, TrustAnchor anchor) {
        try {
            var below = ordered.stream().filter(c -> !c.equals(anchor.getTrustedCert())).toList();
            var parameters = new PKIXParameters(Set.of(anchor));
            parameters.setRevocationEnabled(false);
            CertPathValidator.getInstance("PKIX").validate(CertificateFactory.getInstance("X.509").generateCertPath(below), parameters);
            return Optional.empty();
        } catch (CertPathValidatorException e) {
            String ask = WORDS.say("Tell the server's operator. If nobody knows of it, somebody may be impersonating the server.");
            return switch (e.getReason()) {
                case PKIXReason.PATH_TOO_LONG -> Optional.of(finding("path-length",
                        WORDS.say("The authorities that vouch for {0} are more in a row than one of them allows (path length).", host), ask));
                case PKIXReason.INVALID_NAME -> Optional.of(finding("name-constraints",
                        WORDS.say("An authority that vouches for {0} may not do so for this name (name constraints).", host), ask));
                case PKIXReason.UNRECOGNIZED_CRIT_EXT -> Optional.of(finding("unknown-extension",
                        WORDS.say("A certificate that the server sent has a rule that must be kept, and is not known here."),
                                WORDS.say("Tell the server's operator.")));
                default -> Optional.empty();
            };
        } catch (GeneralSecurityException _) {
            return Optional.empty();
        }
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

    private Optional<Finding> revocation(Optional<PKIXCertPathBuilderResult> known, Map<X509Certificate, byte[]> stapled, X509Certificate server)
            throws EscException {
        if (revocation == Trust.Revocation.OFF && known.isPresent()) {
            return Optional.empty();
        }
        if (known.isEmpty()) {
            if (revocation == Trust.Revocation.HARD) {
                return Optional.of(finding("revocation-unknown",
                        WORDS.say("Whether the certificate of {0} has been revoked cannot be found out without its authority's certificate.", host),
                        WORDS.say("Add the authority's certificate to the file.")));
            }
            if (named.contains(server)) {
                note(WORDS.say("The server's certificate was trusted because it is exactly the one you named; revocation was not checked."));
            }
            return Optional.empty();
        }
        PKIXCertPathBuilderResult path = known.get();
        var certificates = path.getCertPath().getCertificates().stream().map(X509Certificate.class::cast).toList();
        if (certificates.isEmpty()) {
            return Optional.empty();
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
        certificates.forEach(c -> unknown.put(c, WORDS.say("its authority did not answer in time")));
        long deadline = System.nanoTime() + REVOCATION_TIME.toNanos();
        try {
            for (int i = 0; i < threads.size() && !unknown.isEmpty(); i++) {
                Answer a = answers.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (a == null) {
                    break;
                }
                switch (a.standing()) {
                    case GOOD -> unknown.remove(a.certificate());
                    case UNKNOWN -> unknown.computeIfPresent(a.certificate(), (_, _) -> WORDS.say("no answer that can be used could be had from its authority"));
                    case REVOKED -> {
                        return Optional.of(finding("revoked", WORDS.say("{0} has been revoked.", whose(a.certificate(), server)),
                                WORDS.say("Do not use this server. Tell its operator.")));
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.of(Fault.CANCELLED, STEP, WORDS.say("Cancelled.")).exception(e);
        } finally {
            // ends what still waits for an answer
            threads.forEach(Thread::interrupt);
        }
        for (var e : unknown.entrySet()) {
            String sentence = e.getKey().equals(server)
                    ? WORDS.say("Whether the certificate of {0} has been revoked could not be found out: {1}.", host, e.getValue())
                    : WORDS.say("Whether the certificate of the authority {0}, which vouches for {1}, has been revoked could not be found out: {2}.",
                            name(e.getKey()), host, e.getValue());
            if (revocation == Trust.Revocation.HARD) {
                return Optional.of(finding("revocation-unknown", sentence,
                        WORDS.say("Try again later, or look softly (--revocation soft) to go on without an answer.")));
            }
            note(sentence);
        }
        return Optional.empty();
    }

    private String whose(X509Certificate c, X509Certificate server) {
        return c.equals(server) ? WORDS.say("The certificate of {0}", host)
                : WORDS.say("The certificate of the authority {0}, which vouches for {1},", name(c), host);
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

    private static Finding finding(String code, String message, String advice) {
        return new Finding(code, message, advice);
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
        return Day.text(d.toInstant());
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
