// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import java.io.IOException;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.CMSSignerDigestMismatchException;
import org.bouncycastle.cms.SignerInformation;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.util.Selector;

/** An issuer's signature over an object of a card: CMS SignedData (RFC 5652) with one signer. */
final class Cms {

    /** How a signature fares. */
    enum Verdict {
        /** It is good. */
        GOOD,
        /** What it covers was changed since. */
        CHANGED,
        /** The signature itself is wrong. */
        WRONG,
        /** The signer's certificate is nowhere to be found. */
        NO_SIGNER,
        /** It cannot be read, or uses what this program does not know. */
        UNREADABLE
    }

    private final Verdict verdict;
    private final Optional<X509Certificate> signer;
    private final Optional<SignerInformation> information;
    private final byte[] content;

    private Cms(Verdict verdict, Optional<X509Certificate> signer, Optional<SignerInformation> information, byte[] content) {
        this.verdict = verdict;
        this.signer = signer;
        this.information = information;
        this.content = content;
    }

    /** Verifies a signature over content that is not within. @param known certificates among which the signer's may be if it is not within */
    static Cms detached(byte[] signature, byte[] content, Collection<X509Certificate> known) {
        try {
            return verify(new CMSSignedData(new CMSProcessableByteArray(content), signature), content, known);
        } catch (CMSException | RuntimeException _) {
            return new Cms(Verdict.UNREADABLE, Optional.empty(), Optional.empty(), content);
        }
    }

    /** Verifies a signature over content that is within. */
    static Cms attached(byte[] signature, Collection<X509Certificate> known) {
        try {
            var data = new CMSSignedData(signature);
            byte[] content = data.getSignedContent() == null ? new byte[0] : (byte[]) data.getSignedContent().getContent();
            return verify(data, content, known);
        } catch (CMSException | RuntimeException _) {
            return new Cms(Verdict.UNREADABLE, Optional.empty(), Optional.empty(), new byte[0]);
        }
    }

    private static Cms verify(CMSSignedData data, byte[] content, Collection<X509Certificate> known) {
        var signers = data.getSignerInfos().getSigners();
        if (signers.size() != 1) {
            return new Cms(Verdict.UNREADABLE, Optional.empty(), Optional.empty(), content);
        }
        SignerInformation info = signers.iterator().next();
        Optional<X509Certificate> signer = signer(data, info, known);
        return new Cms(signer.map(s -> verdict(info, s)).orElse(Verdict.NO_SIGNER), signer, Optional.of(info), content);
    }

    private static Optional<X509Certificate> signer(CMSSignedData data, SignerInformation info, Collection<X509Certificate> known) {
        @SuppressWarnings("unchecked")
        Selector<X509CertificateHolder> wanted = info.getSID();
        var holders = new ArrayList<>(data.getCertificates().getMatches(wanted));
        var converter = new JcaX509CertificateConverter();
        try {
            for (X509Certificate k : known) {
                var holder = new X509CertificateHolder(k.getEncoded());
                if (wanted.match(holder)) {
                    holders.add(holder);
                }
            }
            return holders.isEmpty() ? Optional.empty() : Optional.of(converter.getCertificate(holders.getFirst()));
        } catch (CertificateException | IOException _) {
            return Optional.empty();
        }
    }

    private static Verdict verdict(SignerInformation info, X509Certificate signer) {
        try {
            // by the key alone: whether the certificate was good at the time is another question
            return info.verify(new JcaSimpleSignerInfoVerifierBuilder().build(signer.getPublicKey())) ? Verdict.GOOD : Verdict.WRONG;
        } catch (CMSSignerDigestMismatchException _) {
            return Verdict.CHANGED;
        } catch (CMSException | OperatorCreationException | RuntimeException e) {
            return e.getCause() instanceof SignatureException ? Verdict.WRONG : Verdict.UNREADABLE;
        }
    }

    Verdict verdict() {
        return verdict;
    }

    Optional<X509Certificate> signer() {
        return signer;
    }

    /** The signed content. */
    byte[] content() {
        return content;
    }

    /** The octets of a signed attribute. */
    Optional<byte[]> attribute(String oid) {
        return information.map(SignerInformation::getSignedAttributes).map(t -> t.get(new ASN1ObjectIdentifier(oid))).map(Attribute::getAttributeValues)
                .filter(v -> v.length > 0).map(v -> v[0]).flatMap(Cms::octets);
    }

    private static Optional<byte[]> octets(ASN1Encodable value) {
        return value instanceof ASN1OctetString o ? Optional.of(o.getOctets()) : Optional.empty();
    }

    /** The signer's certificate, if there is one, as a list. */
    List<X509Certificate> signers() {
        return signer.map(List::of).orElse(List.of());
    }
}
