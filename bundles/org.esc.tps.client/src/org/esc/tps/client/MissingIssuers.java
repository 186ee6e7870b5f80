// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.X509ObjectIdentifiers;
import org.esc.tps.client.trust.CertificateFiles;

/**
 * Fetches certificates between server and authority that a server forgot to send, from where the certificate below says its issuer's is (RFC 5280
 * §4.2.2.1, id-ad-caIssuers). What comes is trusted no more for that: it only fills a gap. Plain http, no redirects, little and soon.
 */
final class MissingIssuers {

    private static final String AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
    private static final int MOST_BYTES = 64 * 1024;
    private static final int MOST_LINKS = 3;
    private static final Duration TIME = Duration.ofSeconds(4);

    private MissingIssuers() {
    }

    /** The certificates sent, with those that were missing and could be had. */
    static X509Certificate[] completed(X509Certificate[] sent) {
        var chain = new ArrayList<>(Arrays.asList(sent));
        long deadline = System.nanoTime() + TIME.toNanos();
        for (int i = 0; i < MOST_LINKS; i++) {
            Optional<X509Certificate> last = open(chain);
            Optional<URI> where = last.flatMap(MissingIssuers::where);
            if (where.isEmpty()) {
                break;
            }
            Optional<X509Certificate> issuer = fetch(where.get(), deadline).stream().filter(c -> vouches(c, last.get())).findFirst();
            if (issuer.isEmpty()) {
                break;
            }
            chain.add(issuer.get());
        }
        return chain.toArray(X509Certificate[]::new);
    }

    /** The certificate whose issuer is missing. */
    private static Optional<X509Certificate> open(List<X509Certificate> chain) {
        X509Certificate at = chain.getFirst();
        for (int i = 0; i < chain.size(); i++) {
            X509Certificate c = at;
            if (c.getSubjectX500Principal().equals(c.getIssuerX500Principal())) {
                return Optional.empty();
            }
            var above = chain.stream().filter(i2 -> i2 != c && vouches(i2, c)).findFirst();
            if (above.isEmpty()) {
                return Optional.of(c);
            }
            at = above.get();
        }
        return Optional.empty();
    }

    private static boolean vouches(X509Certificate issuer, X509Certificate c) {
        try {
            if (!issuer.getSubjectX500Principal().equals(c.getIssuerX500Principal())) {
                return false;
            }
            c.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static Optional<URI> where(X509Certificate c) {
        byte[] extension = c.getExtensionValue(AUTHORITY_INFO_ACCESS);
        if (extension == null) {
            return Optional.empty();
        }
        try {
            var access = AuthorityInformationAccess.getInstance(ASN1OctetString.getInstance(extension).getOctets());
            return Arrays.stream(access.getAccessDescriptions())
                    .filter(d -> d.getAccessMethod().equals(X509ObjectIdentifiers.id_ad_caIssuers)
                            && d.getAccessLocation().getTagNo() == GeneralName.uniformResourceIdentifier)
                    .map(d -> d.getAccessLocation().getName().toString()).filter(u -> u.toLowerCase(java.util.Locale.ROOT).startsWith("http://"))
                    .map(URI::create).filter(u -> u.getHost() != null).findFirst();
        } catch (RuntimeException _) {
            // an extension that cannot be read names no place
            return Optional.empty();
        }
    }

    private static List<X509Certificate> fetch(URI from, long deadline) {
        try (var client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIME).build()) {
            try {
                var answer = client.sendAsync(HttpRequest.newBuilder(from).timeout(TIME).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
                HttpResponse<InputStream> head = answer.get(Math.max(1, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (head.statusCode() != 200) {
                    return List.of();
                }
                var timer = Thread.ofVirtual().start(() -> {
                    try {
                        Thread.sleep(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
                        client.shutdownNow();
                    } catch (InterruptedException _) {
                        // read in time
                    }
                });
                try (InputStream in = head.body()) {
                    byte[] bytes = in.readNBytes(MOST_BYTES + 1);
                    return bytes.length > MOST_BYTES ? List.of() : CertificateFiles.parse(bytes);
                } finally {
                    timer.interrupt();
                }
            } finally {
                client.shutdownNow();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return List.of();
        } catch (IOException | GeneralSecurityException | ExecutionException | TimeoutException | IllegalArgumentException _) {
            return List.of();
        }
    }
}
