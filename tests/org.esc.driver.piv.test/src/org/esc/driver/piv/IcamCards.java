// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.esc.apdu.Tlv;
import org.esc.piv.PivCertificate;
import org.esc.piv.PivObject;

/** The ICAM test cards, good and bad; see README-icam-cards.md. */
final class IcamCards {

    /** Contents of each card's objects as they stand behind tag 53, by the card's name. */
    static final SortedMap<String, Map<PivObject, byte[]>> ALL = new TreeMap<>();
    /** Certificates of the authorities. */
    static final List<X509Certificate> AUTHORITIES = new ArrayList<>();

    private static final String AUTHORITIES_FOLDER = "authorities";

    static {
        try (var in = IcamCards.class.getResourceAsStream("icam-cards.zip"); var zip = new ZipInputStream(in)) {
            for (ZipEntry e = zip.getNextEntry(); e != null; e = zip.getNextEntry()) {
                String[] name = e.getName().split("/");
                byte[] b = zip.readAllBytes();
                if (name[0].equals(AUTHORITIES_FOLDER)) {
                    AUTHORITIES.add(certificate(b));
                } else {
                    PivObject o = PivObject.of(Integer.parseInt(name[1], 16)).orElseThrow();
                    var objects = ALL.computeIfAbsent(name[0], _ -> new TreeMap<>(Comparator.comparing(PivObject::tag)));
                    byte[] content = content(o, b);
                    if (content.length > 0) {
                        objects.put(o, content);
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (CertificateException e) {
            throw new IllegalStateException(e);
        }
    }

    private IcamCards() {
    }

    private static X509Certificate certificate(byte[] der) throws CertificateException {
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    /** The files are bare: certificates as DER, the discovery object with its own tag. */
    private static byte[] content(PivObject o, byte[] b) {
        if (o.kind() == PivObject.Kind.CERTIFICATE) {
            byte[] certificate = Tlv.of(PivCertificate.CERTIFICATE, b).encoded();
            byte[] all = Arrays.copyOf(certificate, certificate.length + 5);
            System.arraycopy(new byte[] {0x71, 1, 0, (byte) 0xFE, 0}, 0, all, certificate.length, 5);
            return all;
        }
        return o.bare() ? Tlv.parseAll(b).getFirst().value() : b;
    }
}
