// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.esc.apdu.CardException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;

/** The content of a certificate's object (SP 800-73-4 part 1, table 10): 70 certificate, 71 information, 72 MSCUID, FE empty. */
public final class PivCertificate {

    private static final Words WORDS = Words.of(PivCertificate.class);

    /** Tag of the certificate. */
    public static final int CERTIFICATE = 0x70;
    /** Tag of the information: whether it is compressed. */
    public static final int INFORMATION = 0x71;
    /** Tag of the MSCUID, not used any more. */
    public static final int MSCUID = 0x72;

    private static final int COMPRESSED = 0x01;
    private static final int COMPRESSED_AS_BIT_STRING = 0x80;
    private static final int LONGEST = 1 << 17;

    private PivCertificate() {
    }

    /** True if the information byte says that the certificate is compressed with gzip; the standard once counted its bits from the other end. */
    public static boolean isCompressed(byte[] information) {
        return information.length > 0 && (information[0] & (COMPRESSED | COMPRESSED_AS_BIT_STRING)) != 0;
    }

    /** Reads a certificate out of its object. @param what the certificate in words, for messages. @throws CardException if there is none in it */
    public static X509Certificate parse(byte[] content, String what) throws CardException {
        try {
            List<Tlv> all = Tlv.parseAll(content);
            byte[] der = PivTlv.value(all, CERTIFICATE).orElseThrow(() -> new IllegalArgumentException(WORDS.say("tag 70 is missing")));
            if (isCompressed(PivTlv.value(all, INFORMATION).orElse(new byte[0]))) {
                der = inflated(der);
            }
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException | IOException | RuntimeException e) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("read a certificate"), e instanceof IllegalArgumentException
                    ? WORDS.say("\"{0}\" holds no readable certificate: {1}.", what, e.getMessage())
                    : WORDS.say("\"{0}\" holds no readable certificate.", what)).code("bad-certificate"), e);
        }
    }

    private static byte[] inflated(byte[] zipped) throws IOException {
        try (var in = new GZIPInputStream(new ByteArrayInputStream(zipped))) {
            byte[] b = in.readNBytes(LONGEST);
            if (in.read() >= 0) {
                throw new IOException("The certificate is longer than " + LONGEST + " bytes");
            }
            return b;
        }
    }

    /** The content of an object for a certificate. @throws IllegalArgumentException if it cannot be encoded */
    public static byte[] encode(X509Certificate certificate, boolean compressed) {
        try {
            byte[] der = certificate.getEncoded();
            return concat(Tlv.of(CERTIFICATE, compressed ? deflated(der) : der), Tlv.of(INFORMATION, (byte) (compressed ? COMPRESSED : 0)),
                    Tlv.of(Chuid.CODE));
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static byte[] deflated(byte[] plain) {
        var out = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(out)) {
            zip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static byte[] concat(Tlv... parts) {
        var out = new ByteArrayOutputStream();
        for (Tlv t : parts) {
            out.writeBytes(t.encoded());
        }
        return out.toByteArray();
    }
}
