// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;

/**
 * The certificates this computer can show to a server that asks for one, with the use of their keys, which may be in a file, a PKCS#11 token or a
 * smart card. For each connection one is taken by what the server accepts. Close it when the last connection is made.
 */
public final class TlsIdentity implements AutoCloseable {

    private static final Words WORDS = Words.of(TlsIdentity.class);

    private static final String STEP = WORDS.say("sign in with a certificate");
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
    private static final String ANY_USAGE = "2.5.29.37.0";
    /** No key file comes near to it, in bytes. */
    private static final int MOST_BYTES = 1 << 20;

    /** None: a server that asks for a certificate gets none. */
    public static final TlsIdentity NONE = new TlsIdentity("", List.of(), () -> { });

    /** A key and its certificate with those above it. */
    record Entry(PrivateKey key, List<X509Certificate> chain) {

        Entry {
            chain = List.copyOf(chain);
        }

        X509Certificate certificate() {
            return chain.getFirst();
        }
    }

    private final String place;
    private final List<Entry> entries;
    private final Function<Throwable, Optional<EscException>> explain;
    private final Runnable end;
    private volatile Optional<EscException> failure = Optional.empty();

    /** @param place where the keys are, in words; @param end frees what the keys need */
    TlsIdentity(String place, List<Entry> entries, Runnable end) {
        this(place, entries, _ -> Optional.empty(), end);
    }

    /** The same. @param explain says what a failure of the connection was, if it was one of a key */
    TlsIdentity(String place, List<Entry> entries, Function<Throwable, Optional<EscException>> explain, Runnable end) {
        this.place = place;
        this.entries = List.copyOf(entries);
        this.explain = explain;
        this.end = end;
    }

    /** One key with its certificate and those above it. */
    public static TlsIdentity of(PrivateKey key, List<X509Certificate> chain) {
        return new TlsIdentity(WORDS.say("the key given"), List.of(new Entry(key, chain)), () -> { });
    }

    /**
     * The keys in a PKCS#12 file.
     *
     * @throws EscException LOGIN, code {@code wrong-password}; USAGE if the file cannot be read or holds no key with a certificate
     */
    public static TlsIdentity p12(Path file, Secret password) throws EscException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The file {0} cannot be read.", file)).code("client-file")
                    .advice(WORDS.say("Give a PKCS#12 file (.p12 or .pfx) with your certificate and its key.")).exception(e);
        }
        char[] typed = password.chars();
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(new java.io.ByteArrayInputStream(bytes), typed);
            var found = new ArrayList<Entry>();
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias) && store.getKey(alias, typed) instanceof PrivateKey key && store.getCertificateChain(alias) != null) {
                    found.add(new Entry(key, Arrays.stream(store.getCertificateChain(alias)).map(X509Certificate.class::cast).toList()));
                }
            }
            if (found.isEmpty()) {
                throw Problem.of(Fault.USAGE, STEP, WORDS.say("The file {0} holds no key with a certificate.", file)).code("client-file")
                        .advice(WORDS.say("Export your certificate together with its private key.")).exception();
            }
            return new TlsIdentity(WORDS.say("the file {0}", file), found, () -> { });
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            if (e instanceof UnrecoverableKeyException || e.getCause() instanceof UnrecoverableKeyException
                    || String.valueOf(e.getMessage()).contains("password was incorrect")) {
                throw Problem.of(Fault.LOGIN, STEP, WORDS.say("The password does not open the file {0}.", file)).code("wrong-password").exception(e);
            }
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The file {0} is no PKCS#12 file that can be read.", file)).code("client-file")
                    .advice(WORDS.say("Give a PKCS#12 file (.p12 or .pfx) with your certificate and its key.")).exception(e);
        } finally {
            Arrays.fill(typed, '\0');
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** The certificates there are. */
    public List<X509Certificate> certificates() {
        return entries.stream().map(Entry::certificate).toList();
    }

    /** Where the keys are, in words; empty if there are none. */
    public String place() {
        return place;
    }

    /** True if there is no certificate. */
    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /** What a key failed with when it was used: the TLS layer above only passes on that it did. @param cause what that threw */
    Optional<EscException> failure(Throwable cause) {
        return failure.or(() -> explain.apply(cause));
    }

    void failed(EscException e) {
        failure = Optional.of(e);
    }

    @Override
    public void close() {
        end.run();
    }

    /** For one connection. */
    Choice choice() {
        // what failed in an earlier connection says nothing of this one
        failure = Optional.empty();
        return new Choice();
    }

    /** Chooses for one connection, and remembers what was asked for and what was taken. */
    final class Choice extends X509ExtendedKeyManager {

        private volatile boolean asked;
        private volatile Optional<Entry> taken = Optional.empty();
        private volatile List<String> accepted = List.of();

        /** True if the server asked for a certificate. */
        boolean asked() {
            return asked;
        }

        /** The certificate that was shown. */
        Optional<X509Certificate> shown() {
            return taken.map(Entry::certificate);
        }

        /** The authorities whose certificates the server said it accepts; empty if it did not say. */
        List<String> accepted() {
            return accepted;
        }

        private String choose(String[] types, Principal[] issuers) {
            asked = true;
            accepted = issuers == null ? List.of() : Arrays.stream(issuers).map(Principal::getName).toList();
            taken = entries.stream().filter(e -> fits(e, types, issuers)).max(Comparator
                    .<Entry, Boolean>comparing(e -> valid(e.certificate())).thenComparing(e -> e.certificate().getNotAfter()));
            return taken.map(e -> Integer.toString(entries.indexOf(e))).orElse(null);
        }

        private static boolean fits(Entry e, String[] types, Principal[] issuers) {
            String algorithm = e.key().getAlgorithm();
            boolean kind = types == null || Arrays.stream(types).anyMatch(t -> t.equals(algorithm) || t.startsWith(algorithm + "_")
                    || algorithm.equals("RSA") && t.equals("RSASSA-PSS"));
            boolean known = issuers == null || issuers.length == 0
                    || e.chain().stream().anyMatch(c -> Arrays.asList(issuers).contains(c.getIssuerX500Principal()));
            return kind && known && mayAuthenticate(e.certificate());
        }

        private Optional<Entry> entry(String alias) {
            try {
                return Optional.of(entries.get(Integer.parseInt(alias)));
            } catch (NumberFormatException | IndexOutOfBoundsException _) {
                return Optional.empty();
            }
        }

        @Override
        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return choose(types, issuers);
        }

        @Override
        public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
            return choose(types, issuers);
        }

        @Override
        public String[] getClientAliases(String type, Principal[] issuers) {
            String alias = choose(new String[] {type}, issuers);
            return alias == null ? null : new String[] {alias};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return entry(alias).map(e -> e.chain().toArray(X509Certificate[]::new)).orElse(null);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return entry(alias).map(Entry::key).orElse(null);
        }

        @Override
        public String[] getServerAliases(String type, Principal[] issuers) {
            return null;
        }

        @Override
        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return null;
        }

        TlsIdentity identity() {
            return TlsIdentity.this;
        }
    }

    private static boolean valid(X509Certificate c) {
        var now = new Date();
        return !now.before(c.getNotBefore()) && !now.after(c.getNotAfter());
    }

    /** Whether a certificate is one to sign in with. */
    static boolean mayAuthenticate(X509Certificate c) {
        try {
            List<String> purposes = c.getExtendedKeyUsage();
            boolean[] usage = c.getKeyUsage();
            return (purposes == null || purposes.contains(CLIENT_AUTH) || purposes.contains(ANY_USAGE)) && (usage == null || usage[0])
                    && c.getBasicConstraints() < 0;
        } catch (CertificateException _) {
            return false;
        }
    }
}
