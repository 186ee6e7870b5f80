// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.trust;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** Certificates in files: PEM, DER and PKCS#7, one or many; and what they are called. */
public final class CertificateFiles {

    private static final Words WORDS = Words.of(CertificateFiles.class);

    /** No bundle of authorities comes near to it, in bytes. */
    private static final int MOST_BYTES = 8 << 20;
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    private CertificateFiles() {
    }

    /**
     * The certificates in a file.
     *
     * @throws EscException USAGE, code {@code ca-file}, if it cannot be read or holds none
     */
    public static List<X509Certificate> read(Path file) throws EscException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        } catch (IOException e) {
            throw problem(WORDS.say("The file {0} cannot be read.", file), e);
        }
        if (bytes.length > MOST_BYTES) {
            throw problem(WORDS.say("The file {0} is too large for one with certificates.", file), null);
        }
        try {
            var all = parse(bytes);
            if (!all.isEmpty()) {
                return all;
            }
        } catch (CertificateException e) {
            throw problem(WORDS.say("The file {0} holds no certificate that can be read.", file), e);
        }
        throw problem(WORDS.say("The file {0} holds no certificate that can be read.", file), null);
    }

    private static EscException problem(String words, Exception cause) {
        return Problem.of(Fault.USAGE, WORDS.say("read the certificates to trust"), words).code("ca-file")
                .advice(WORDS.say("Give a PEM, DER or PKCS#7 file with the certificate of the authority or of the server itself.")).exception(cause);
    }

    /** The certificates in PEM, DER or PKCS#7 bytes, each once. @throws CertificateException if one is broken */
    public static List<X509Certificate> parse(byte[] bytes) throws CertificateException {
        var all = new LinkedHashSet<X509Certificate>();
        var blocks = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
        boolean pem = false;
        while (blocks.find()) {
            String kind = blocks.group(1);
            if (kind.endsWith("CERTIFICATE") || kind.equals("PKCS7") || kind.equals("CMS")) {
                pem = true;
                try {
                    all.addAll(der(Base64.getMimeDecoder().decode(blocks.group(2))));
                } catch (IllegalArgumentException e) {
                    throw new CertificateException("broken Base64", e);
                }
            }
        }
        if (!pem && bytes.length > 0 && bytes[0] == 0x30) {
            all.addAll(der(bytes));
        }
        return List.copyOf(all);
    }

    private static List<X509Certificate> der(byte[] bytes) throws CertificateException {
        var list = new ArrayList<X509Certificate>();
        for (var c : CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(bytes))) {
            list.add((X509Certificate) c);
        }
        if (list.isEmpty()) {
            throw new CertificateException("no certificate");
        }
        return list;
    }

    /** As a PEM block. */
    public static String pem(X509Certificate c) {
        try {
            return "-----BEGIN CERTIFICATE-----\n"
                    + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(c.getEncoded())
                    + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Says no before any work is done for a file that would not be written. @throws EscException USAGE, code {@code file-exists} */
    public static void check(Path file, boolean force) throws EscException {
        if (Files.isDirectory(file) || !force && Files.exists(file)) {
            throw Problem.of(Fault.USAGE, WORDS.say("write the file"), WORDS.say("The file {0} is there already.", file)).code("file-exists")
                    .advice(WORDS.say("Choose another name, or overwrite it with --force.")).exception();
        }
    }

    /** Writes certificates as PEM, the file whole or not at all. @throws EscException USAGE if that fails */
    public static void write(Path file, List<X509Certificate> certificates, boolean force) throws EscException {
        check(file, force);
        Path target = file.toAbsolutePath();
        Path part = target.resolveSibling("." + target.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        var text = new StringBuilder();
        certificates.forEach(c -> text.append("# ")
                .append(c.getSubjectX500Principal().getName().replaceAll("\\p{Cntrl}", " ").replaceAll("-{2,}", "-")).append('\n').append(pem(c)));
        try {
            try {
                Files.writeString(part, text);
                if (force) {
                    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                } else {
                    Files.move(part, target);
                }
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("write the file"), WORDS.say("The file {0} cannot be written.", file)).code("file-unwritable").exception(e);
        }
    }

    /** SHA-256 over a certificate, 64 hexadecimal digits. */
    public static String fingerprint(X509Certificate c) {
        try {
            return Hex.of(MessageDigest.getInstance("SHA-256").digest(c.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Digits of a fingerprint as a person gave them, without colons and blanks, in upper case. */
    public static String digits(String fingerprint) {
        return fingerprint.replaceFirst("(?i)^sha-?256[ :=]*", "").replaceAll("[\\s:-]", "").toUpperCase(Locale.ROOT);
    }

    /** Pairs of digits with colons. */
    public static String readable(String fingerprint) {
        return fingerprint.replaceAll("(..)(?=.)", "$1:");
    }

    /** The common name in a distinguished name, else all of it. */
    public static String shortName(String dn) {
        try {
            var rdns = new LdapName(dn).getRdns();
            for (int i = rdns.size() - 1; i >= 0; i--) {
                if (rdns.get(i).getType().equalsIgnoreCase("CN")) {
                    return String.valueOf(rdns.get(i).getValue());
                }
            }
        } catch (InvalidNameException _) {
            // as it is
        }
        return dn;
    }
}
