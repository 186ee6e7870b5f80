// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;

/** How somebody signs in to administer a server. */
public sealed interface SignIn extends AutoCloseable {

    /** Who it is, for a person. */
    String who();

    /** Erases what is secret. */
    @Override
    default void close() {
    }

    /**
     * With a key and its certificate, shown in the TLS handshake.
     *
     * @param key whatever holds it: a file, a token, a PKCS#11 module
     */
    record ClientKey(String who, KeyManager key) implements SignIn {
        @Override
        public String toString() {
            return "ClientKey[" + who + "]";
        }
    }

    /** With a user name and a password, which is taken over and erased on close. */
    record Password(String who, Secret password) implements SignIn {
        @Override
        public void close() {
            password.close();
        }

        @Override
        public String toString() {
            return "Password[" + who + "]";
        }
    }

    /**
     * With the key and certificate in a PKCS#12 file, or in a PEM file whose key is not encrypted.
     *
     * @param password of the file; stays the caller's. Not looked at for PEM
     * @throws EscException USAGE if the file cannot be used, LOGIN if the password is wrong
     */
    static SignIn file(Path file, Secret password) throws EscException {
        byte[] bytes = read(file);
        try {
            return pem(bytes) ? fromPem(file, bytes) : fromPkcs12(file, bytes, password);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /** Whether {@link #file} needs a password for this file. @throws EscException USAGE if it cannot be read */
    static boolean needsPassword(Path file) throws EscException {
        byte[] bytes = read(file);
        try {
            return !pem(bytes);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static byte[] read(Path file) throws EscException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw bad("The file " + file + " cannot be read.", e);
        }
    }

    private static boolean pem(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains("-----BEGIN ");
    }

    private static EscException bad(String message, Exception cause) {
        return Problem.of(Fault.USAGE, "read the administrator's key", message).code("client-key")
                .advice("Give a PKCS#12 file (.p12) with the administrator's key and certificate.").exception(cause);
    }

    private static SignIn fromPkcs12(Path file, byte[] bytes, Secret password) throws EscException {
        char[] chars = password.chars();
        try {
            var store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(bytes), chars);
            for (String alias : Collections.list(store.aliases())) {
                if (store.isKeyEntry(alias) && store.getCertificate(alias) instanceof X509Certificate c) {
                    return new ClientKey(c.getSubjectX500Principal().getName(), managers(store, chars));
                }
            }
            throw bad("The file " + file + " holds no key with a certificate.", null);
        } catch (IOException e) {
            if (e.getCause() instanceof GeneralSecurityException) {
                throw Problem.of(Fault.LOGIN, "read the administrator's key", "This is not the password of " + file + ".")
                        .code("file-password").exception(e);
            }
            throw bad("The file " + file + " holds no key that can be read.", e);
        } catch (GeneralSecurityException e) {
            throw bad("The file " + file + " holds no key that can be read.", e);
        } finally {
            Arrays.fill(chars, '\0');
        }
    }

    private static KeyManager managers(KeyStore store, char[] password) throws GeneralSecurityException {
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory.getKeyManagers()[0];
    }

    private static SignIn fromPem(Path file, byte[] bytes) throws EscException {
        try {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            var chain = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(
                    sections(text, "CERTIFICATE").getBytes(StandardCharsets.ISO_8859_1))).toArray(Certificate[]::new);
            var key = Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----").matcher(text);
            if (chain.length == 0 || !key.find()) {
                throw bad("The file " + file + " holds no certificate with a private key (PKCS#8, not encrypted).", null);
            }
            byte[] encoded = Base64.getMimeDecoder().decode(key.group(1));
            try {
                var store = KeyStore.getInstance("PKCS12");
                store.load(null, null);
                store.setKeyEntry("key", KeyFactory.getInstance(chain[0].getPublicKey().getAlgorithm())
                        .generatePrivate(new PKCS8EncodedKeySpec(encoded)), new char[0], chain);
                return new ClientKey(((X509Certificate) chain[0]).getSubjectX500Principal().getName(), managers(store, new char[0]));
            } finally {
                Arrays.fill(encoded, (byte) 0);
            }
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            throw bad("The file " + file + " holds no key that can be read.", e);
        }
    }

    private static String sections(String text, String type) {
        var all = new StringBuilder();
        var m = Pattern.compile("-----BEGIN " + type + "-----[^-]+-----END " + type + "-----").matcher(text);
        while (m.find()) {
            all.append(m.group()).append('\n');
        }
        return all.toString();
    }
}
