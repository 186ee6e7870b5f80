// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.tps.client.TlsIdentity;

/** How somebody signs in to administer a server. */
public sealed interface SignIn extends AutoCloseable {

    /** Who it is, for a person. */
    String who();

    /** Erases or frees what it holds. */
    @Override
    void close();

    /** With a key and its certificate, shown in the TLS handshake: from a file, a token or a PKCS#11 module. It is taken over and closed. */
    record ClientKey(TlsIdentity identity) implements SignIn {

        @Override
        public String who() {
            return identity.certificates().stream().findFirst().map(c -> c.getSubjectX500Principal().getName()).orElse("");
        }

        @Override
        public void close() {
            identity.close();
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
     * @throws EscException USAGE if the file cannot be used; LOGIN, code {@code wrong-password}
     */
    static SignIn file(Path file, Secret password) throws EscException {
        byte[] bytes = read(file);
        try {
            return new ClientKey(pem(bytes) ? fromPem(file, bytes) : TlsIdentity.p12(file, password));
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
        return Problem.of(Fault.USAGE, "read the administrator's key", message).code("client-file")
                .advice("Give a PKCS#12 file (.p12) with the administrator's key and certificate.").exception(cause);
    }

    private static TlsIdentity fromPem(Path file, byte[] bytes) throws EscException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        var key = Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----").matcher(text);
        try {
            var chain = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(
                    certificates(text).getBytes(StandardCharsets.ISO_8859_1))).stream().map(X509Certificate.class::cast).toList();
            if (chain.isEmpty() || !key.find()) {
                throw bad("The file " + file + " holds no certificate with a private key that is not encrypted (PKCS#8).", null);
            }
            byte[] encoded = Base64.getMimeDecoder().decode(key.group(1));
            try {
                return TlsIdentity.of(KeyFactory.getInstance(chain.getFirst().getPublicKey().getAlgorithm())
                        .generatePrivate(new PKCS8EncodedKeySpec(encoded)), chain);
            } finally {
                Arrays.fill(encoded, (byte) 0);
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw bad("The file " + file + " holds no key that can be read.", e);
        }
    }

    private static String certificates(String text) {
        return Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----").matcher(text).results().map(r -> r.group() + "\n")
                .collect(Collectors.joining());
    }
}
