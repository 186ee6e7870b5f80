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
import org.esc.apdu.Words;
import org.esc.tps.client.TlsIdentity;

/** A file with an administrator's key and certificate. */
final class KeyFile {

    private static final Words WORDS = Words.of(KeyFile.class);

    private KeyFile() {
    }

    static byte[] read(Path file) throws EscException {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw bad(WORDS.say("The file {0} cannot be read.", file), e);
        }
    }

    static boolean pem(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains("-----BEGIN ");
    }

    private static EscException bad(String message, Exception cause) {
        return Problem.of(Fault.USAGE, WORDS.say("read the administrator's key"), message).code("client-file")
                .advice(WORDS.say("Give a PKCS#12 file (.p12) with the administrator's key and certificate.")).exception(cause);
    }

    static TlsIdentity fromPem(Path file, byte[] bytes) throws EscException {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        var key = Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----").matcher(text);
        try {
            var chain = CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(
                    certificates(text).getBytes(StandardCharsets.ISO_8859_1))).stream().map(X509Certificate.class::cast).toList();
            if (chain.isEmpty() || !key.find()) {
                throw bad(WORDS.say("The file {0} holds no certificate with a private key that is not encrypted (PKCS#8).", file), null);
            }
            byte[] encoded = Base64.getMimeDecoder().decode(key.group(1));
            try {
                return TlsIdentity.of(KeyFactory.getInstance(chain.getFirst().getPublicKey().getAlgorithm())
                        .generatePrivate(new PKCS8EncodedKeySpec(encoded)), chain);
            } finally {
                Arrays.fill(encoded, (byte) 0);
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw bad(WORDS.say("The file {0} holds no key that can be read.", file), e);
        }
    }

    private static String certificates(String text) {
        return Pattern.compile("-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----").matcher(text).results().map(r -> r.group() + "\n")
                .collect(Collectors.joining());
    }
}
