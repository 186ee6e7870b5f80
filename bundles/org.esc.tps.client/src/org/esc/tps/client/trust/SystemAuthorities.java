// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The authorities that the Java runtime and the operating system trust, read when first needed. */
public final class SystemAuthorities {

    private static final List<Path> BUNDLES = List.of(Path.of("/etc/ssl/certs/ca-certificates.crt"), Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/ca-bundle.pem"), Path.of("/etc/ssl/cert.pem"));

    private SystemAuthorities() {
    }

    /** All of them, each once. */
    public static Set<X509Certificate> all() {
        return Loaded.ALL;
    }

    private static final class Loaded {

        private static final Set<X509Certificate> ALL = load();

        private static Set<X509Certificate> load() {
            var found = new LinkedHashSet<X509Certificate>();
            try {
                var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init((KeyStore) null);
                for (TrustManager m : factory.getTrustManagers()) {
                    if (m instanceof X509TrustManager x) {
                        found.addAll(Arrays.asList(x.getAcceptedIssuers()));
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
                            found.add(c);
                        }
                    }
                } catch (GeneralSecurityException | IOException _) {
                    // not there: the Java runtime's store has to do
                }
            }
            for (Path bundle : BUNDLES) {
                if (Files.isReadable(bundle)) {
                    try (InputStream in = Files.newInputStream(bundle)) {
                        CertificateFactory.getInstance("X.509").generateCertificates(in).forEach(c -> found.add((X509Certificate) c));
                    } catch (IOException | CertificateException _) {
                        // as above
                    }
                    break;
                }
            }
            return Set.copyOf(found);
        }
    }
}
