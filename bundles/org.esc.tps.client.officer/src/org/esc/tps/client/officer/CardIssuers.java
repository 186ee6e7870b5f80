// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXRevocationChecker;
import java.security.cert.PKIXRevocationChecker.Option;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.tps.client.Day;
import org.esc.tps.client.Trust;

/**
 * Checks the certificate of an officer's card where no server does it: path, dates, usage, revocation. Only the authorities that are named
 * count: those that the system trusts for web sites certify anybody.
 */
final class CardIssuers {

    private static final Words WORDS = Words.of(CardIssuers.class);

    private static final String STEP = WORDS.say("verify the officer's certificate");
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USAGE = "2.5.29.37.0";
    private static final int REVOCATION_SECONDS = 12;

    private final Set<TrustAnchor> anchors = new HashSet<>();
    private final Trust.Revocation revocation;

    CardIssuers(Trust trust) throws EscException {
        revocation = trust.revocation();
        for (Path file : trust.files()) {
            try (InputStream in = Files.newInputStream(file)) {
                for (var c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                    if (c instanceof X509Certificate x && x.getBasicConstraints() >= 0) {
                        anchors.add(new TrustAnchor(x, null));
                    }
                }
            } catch (IOException | CertificateException e) {
                throw Problem.of(Fault.USAGE, STEP, WORDS.say("The file {0} cannot be read, or holds no certificate.", file)).code("ca-file")
                        .advice(WORDS.say("Give a PEM file with the certificate of the authority that issues the officers' cards.")).exception(e);
            }
        }
        if (anchors.isEmpty()) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The desk does not know which authority issues the officers' cards.")).code("no-authority")
                    .advice(WORDS.say("Name the file with its certificate, in the settings of the desk or with --ca FILE.")).exception();
        }
    }

    /**
     * Checks.
     *
     * @param others certificates beside it on the card
     * @return what a person should know, in sentences
     * @throws EscException LOGIN with the reason
     */
    List<String> check(X509Certificate c, Collection<X509Certificate> others, Cancel cancel) throws EscException {
        try {
            c.checkValidity();
        } catch (CertificateException e) {
            boolean over = c.getNotAfter().before(new java.util.Date());
            throw refused("certificate-dates", over ? WORDS.say("The certificate on the card expired on {0}.", day(c.getNotAfter()))
                    : WORDS.say("The certificate on the card is not valid before {0}.", day(c.getNotBefore())), WORDS.say("Check this computer's clock."), e);
        }
        if (!signsLogins(c)) {
            throw refused("certificate-usage", WORDS.say("The certificate on the card is not for logging in."), "", null);
        }
        PKIXCertPathBuilderResult path;
        try {
            var selector = new X509CertSelector();
            selector.setCertificate(c);
            var parameters = new PKIXBuilderParameters(anchors, selector);
            parameters.setRevocationEnabled(false);
            var all = new HashSet<>(others);
            all.add(c);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(all)));
            path = (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
        } catch (CertPathBuilderException e) {
            throw refused("certificate-untrusted", WORDS.say("The certificate on the card was not issued by an authority that this desk trusts (issuer: {0}).",
                    c.getIssuerX500Principal().getName()), WORDS.say("Name the authority's certificate with --ca, if it is the right one."), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        return revocation == Trust.Revocation.OFF ? List.of() : revocation(path, cancel);
    }

    /** True if nothing in a certificate keeps it from proving who somebody is. */
    static boolean signsLogins(X509Certificate c) {
        boolean[] usage = c.getKeyUsage();
        try {
            List<String> extended = c.getExtendedKeyUsage();
            return (usage == null || usage[0]) && (extended == null || extended.contains(CLIENT_AUTH) || extended.contains(ANY_USAGE));
        } catch (CertificateException _) {
            return false;
        }
    }

    private List<String> revocation(PKIXCertPathBuilderResult path, Cancel cancel) throws EscException {
        var task = new FutureTask<>(() -> revoked(path));
        var thread = Thread.ofVirtual().name("revocation of an officer's card").start(task);
        Optional<Boolean> revoked;
        try (var _ = cancel.onCancel(() -> task.cancel(true))) {
            revoked = task.get(REVOCATION_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            revoked = Optional.empty();
        } catch (java.util.concurrent.CancellationException e) {
            throw Cancel.cancelled(STEP, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancel.cancelled(STEP, e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            thread.interrupt();
        }
        if (revoked.isPresent()) {
            if (revoked.get()) {
                throw refused("certificate-revoked", WORDS.say("The certificate on the card has been revoked."),
                        WORDS.say("The card must not be used any more."), null);
            }
            return List.of();
        }
        String sentence = WORDS.say("Whether the officer's certificate has been revoked could not be found out.");
        if (revocation == Trust.Revocation.HARD) {
            throw refused("revocation-unknown", sentence, WORDS.say("Try again later, or look softly (--revocation soft)."), null);
        }
        return List.of(sentence);
    }

    /** Empty if it cannot be told. */
    private static Optional<Boolean> revoked(PKIXCertPathBuilderResult path) {
        try {
            var validator = CertPathValidator.getInstance("PKIX");
            var checker = (PKIXRevocationChecker) validator.getRevocationChecker();
            checker.setOptions(Set.of(Option.ONLY_END_ENTITY));
            var parameters = new PKIXParameters(Set.of(path.getTrustAnchor()));
            parameters.setRevocationEnabled(false);
            parameters.addCertPathChecker(checker);
            validator.validate(path.getCertPath(), parameters);
            return Optional.of(false);
        } catch (CertPathValidatorException e) {
            return e.getReason() == BasicReason.REVOKED ? Optional.of(true) : Optional.empty();
        } catch (GeneralSecurityException | RuntimeException _) {
            return Optional.empty();
        }
    }

    private static EscException refused(String code, String message, String advice, Throwable cause) {
        return Problem.of(Fault.LOGIN, STEP, message).code(code).advice(advice).exception(cause);
    }

    private static String day(java.util.Date d) {
        return Day.text(d.toInstant());
    }
}
