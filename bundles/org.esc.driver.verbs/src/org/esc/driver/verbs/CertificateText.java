// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.verbs;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1String;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.util.ASN1Dump;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.PolicyInformation;
import org.bouncycastle.asn1.x509.PolicyQualifierInfo;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.esc.apdu.Hex;
import org.esc.driver.TokenCertificate;
import org.esc.driver.verbs.CertificateVerbs.Field;

/** All that a certificate says, field by field in words (RFC 5280). */
final class CertificateText {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

    private static final Map<ASN1ObjectIdentifier, String> EXTENSIONS = Map.ofEntries(Map.entry(Extension.keyUsage, "Key usage"),
            Map.entry(Extension.extendedKeyUsage, "Extended key usage"), Map.entry(Extension.basicConstraints, "Basic constraints"),
            Map.entry(Extension.subjectAlternativeName, "Subject alternative name"),
            Map.entry(Extension.issuerAlternativeName, "Issuer alternative name"),
            Map.entry(Extension.subjectKeyIdentifier, "Subject key identifier"),
            Map.entry(Extension.authorityKeyIdentifier, "Authority key identifier"),
            Map.entry(Extension.cRLDistributionPoints, "CRL distribution points"), Map.entry(Extension.freshestCRL, "Freshest CRL"),
            Map.entry(Extension.authorityInfoAccess, "Authority information access"),
            Map.entry(Extension.subjectInfoAccess, "Subject information access"),
            Map.entry(Extension.certificatePolicies, "Certificate policies"), Map.entry(Extension.policyMappings, "Policy mappings"),
            Map.entry(Extension.policyConstraints, "Policy constraints"), Map.entry(Extension.nameConstraints, "Name constraints"),
            Map.entry(Extension.inhibitAnyPolicy, "Inhibit any policy"), Map.entry(Extension.qCStatements, "Qualified certificate statements"),
            Map.entry(Extension.subjectDirectoryAttributes, "Subject directory attributes"),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.311.20.2"), "Certificate template name"),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.311.21.7"), "Certificate template"),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.311.25.2"), "Microsoft security identifier"),
            Map.entry(new ASN1ObjectIdentifier("2.16.840.1.113730.1.1"), "Netscape certificate type"),
            Map.entry(new ASN1ObjectIdentifier("2.16.840.1.101.3.6.9.1"), "PIV NACI indicator"),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.41482.3.3"), "YubiKey firmware version"),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.41482.3.7"), "YubiKey serial number"),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.41482.3.8"), "YubiKey PIN and touch policy"),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.41482.3.9"), "YubiKey form factor"));

    private static final Map<KeyPurposeId, String> PURPOSES = Map.ofEntries(Map.entry(KeyPurposeId.id_kp_serverAuth, "TLS server"),
            Map.entry(KeyPurposeId.id_kp_clientAuth, "TLS client"), Map.entry(KeyPurposeId.id_kp_codeSigning, "code signing"),
            Map.entry(KeyPurposeId.id_kp_emailProtection, "e-mail protection"), Map.entry(KeyPurposeId.id_kp_timeStamping, "time stamping"),
            Map.entry(KeyPurposeId.id_kp_OCSPSigning, "OCSP signing"), Map.entry(KeyPurposeId.id_kp_smartcardlogon, "smart card logon"),
            Map.entry(KeyPurposeId.anyExtendedKeyUsage, "any purpose"),
            Map.entry(KeyPurposeId.getInstance(new ASN1ObjectIdentifier("1.3.6.1.5.2.3.4")), "Kerberos client"),
            Map.entry(KeyPurposeId.getInstance(new ASN1ObjectIdentifier("2.16.840.1.101.3.6.8")), "PIV card authentication"),
            Map.entry(KeyPurposeId.getInstance(new ASN1ObjectIdentifier("2.16.840.1.101.3.6.7")), "PIV content signing"));

    private static final Map<Integer, String> USAGES = usages();

    private CertificateText() {
    }

    private static Map<Integer, String> usages() {
        var m = new LinkedHashMap<Integer, String>();
        m.put(KeyUsage.digitalSignature, "digital signature");
        m.put(KeyUsage.nonRepudiation, "non-repudiation");
        m.put(KeyUsage.keyEncipherment, "key encipherment");
        m.put(KeyUsage.dataEncipherment, "data encipherment");
        m.put(KeyUsage.keyAgreement, "key agreement");
        m.put(KeyUsage.keyCertSign, "signs certificates");
        m.put(KeyUsage.cRLSign, "signs revocation lists");
        m.put(KeyUsage.encipherOnly, "encipher only");
        m.put(KeyUsage.decipherOnly, "decipher only");
        return m;
    }

    /** All fields. A part that cannot be taken apart shows its bytes. */
    static List<Field> fields(TokenCertificate c) {
        X509Certificate x = c.certificate();
        var f = new ArrayList<Field>();
        f.add(new Field("Certificate", "Version", Integer.toString(x.getVersion())));
        f.add(new Field("Certificate", "Serial number", pairs(x.getSerialNumber().toByteArray())));
        f.add(new Field("Certificate", "Signature algorithm", x.getSigAlgName()));
        f.add(new Field("Certificate", "Valid from", TIME.format(x.getNotBefore().toInstant())));
        f.add(new Field("Certificate", "Valid until", TIME.format(x.getNotAfter().toInstant())));
        name(f, "Subject", x.getSubjectX500Principal().getName());
        name(f, "Issuer", x.getIssuerX500Principal().getName());
        f.add(new Field("Public key", "Algorithm", c.keyText()));
        key(f, x.getPublicKey());
        extensions(f, x);
        f.add(new Field("Fingerprints", "SHA-256", pairs(digest(x, "SHA-256"))));
        f.add(new Field("Fingerprints", "SHA-1", pairs(digest(x, "SHA-1"))));
        return f;
    }

    private static void name(List<Field> f, String section, String dn) {
        try {
            var rdns = new LdapName(dn).getRdns();
            for (int i = rdns.size() - 1; i >= 0; i--) {
                Rdn r = rdns.get(i);
                f.add(new Field(section, attribute(r.getType()), r.getValue() instanceof byte[] b ? decoded(b) : String.valueOf(r.getValue())));
            }
        } catch (InvalidNameException _) {
            f.add(new Field(section, "Name", dn));
        }
        if (dn.isEmpty()) {
            f.add(new Field(section, "Name", "empty"));
        }
    }

    private static String attribute(String type) {
        return switch (type.toUpperCase(java.util.Locale.ROOT)) {
            case "CN" -> "Common name (CN)";
            case "O" -> "Organization (O)";
            case "OU" -> "Organizational unit (OU)";
            case "C" -> "Country (C)";
            case "L" -> "Locality (L)";
            case "ST" -> "State (ST)";
            case "STREET" -> "Street";
            case "DC" -> "Domain component (DC)";
            case "UID", "0.9.2342.19200300.100.1.1" -> "User id (UID)";
            case "1.2.840.113549.1.9.1" -> "E-mail address";
            case "2.5.4.5" -> "Serial number";
            case "2.5.4.4" -> "Surname";
            case "2.5.4.42" -> "Given name";
            case "2.5.4.12" -> "Title";
            default -> type;
        };
    }

    /** An attribute whose type the JDK does not know comes as its DER encoding. */
    private static String decoded(byte[] der) {
        try {
            return org.bouncycastle.asn1.ASN1Primitive.fromByteArray(der) instanceof ASN1String s ? s.getString() : Hex.of(der);
        } catch (java.io.IOException | RuntimeException _) {
            return Hex.of(der);
        }
    }

    private static void key(List<Field> f, PublicKey key) {
        switch (key) {
            case java.security.interfaces.RSAPublicKey k -> {
                f.add(new Field("Public key", "Modulus", pairs(k.getModulus().toByteArray())));
                f.add(new Field("Public key", "Exponent", k.getPublicExponent().toString()));
            }
            case java.security.interfaces.ECPublicKey k -> {
                f.add(new Field("Public key", "x", pairs(k.getW().getAffineX().toByteArray())));
                f.add(new Field("Public key", "y", pairs(k.getW().getAffineY().toByteArray())));
            }
            default -> f.add(new Field("Public key", "Encoding", pairs(key.getEncoded())));
        }
    }

    private static void extensions(List<Field> f, X509Certificate x) {
        Extensions all;
        try {
            all = Certificate.getInstance(x.getEncoded()).getTBSCertificate().getExtensions();
        } catch (CertificateEncodingException | RuntimeException _) {
            f.add(new Field("Extensions", "Extensions", "They cannot be decoded."));
            return;
        }
        if (all == null) {
            return;
        }
        for (ASN1ObjectIdentifier oid : all.getExtensionOIDs()) {
            Extension e = all.getExtension(oid);
            String name = EXTENSIONS.getOrDefault(oid, oid.getId()) + (e.isCritical() ? " (critical)" : "");
            f.add(new Field("Extensions", name, value(oid, e)));
        }
    }

    private static String value(ASN1ObjectIdentifier oid, Extension e) {
        try {
            ASN1Encodable v = e.getParsedValue();
            String text = known(oid, v);
            return text.isEmpty() ? dump(v) : text;
        } catch (RuntimeException _) {
            return "Cannot be decoded: " + pairs(e.getExtnValue().getOctets());
        }
    }

    private static String known(ASN1ObjectIdentifier oid, ASN1Encodable v) {
        if (oid.equals(Extension.keyUsage)) {
            var usage = KeyUsage.getInstance(v);
            return USAGES.entrySet().stream().filter(u -> usage.hasUsages(u.getKey())).map(Map.Entry::getValue)
                    .collect(Collectors.joining(", "));
        }
        if (oid.equals(Extension.extendedKeyUsage)) {
            return Arrays.stream(ExtendedKeyUsage.getInstance(v).getUsages()).map(p -> PURPOSES.getOrDefault(p, p.getId()))
                    .collect(Collectors.joining(", "));
        }
        if (oid.equals(Extension.basicConstraints)) {
            var b = BasicConstraints.getInstance(v);
            return !b.isCA() ? "no certificate authority" : "certificate authority" + (b.getPathLenConstraint() == null ? ""
                    : ", at most " + b.getPathLenConstraint() + " authorities below it");
        }
        if (oid.equals(Extension.subjectAlternativeName) || oid.equals(Extension.issuerAlternativeName)) {
            return names(GeneralNames.getInstance(v));
        }
        if (oid.equals(Extension.subjectKeyIdentifier)) {
            return pairs(SubjectKeyIdentifier.getInstance(v).getKeyIdentifier());
        }
        if (oid.equals(Extension.authorityKeyIdentifier)) {
            var a = AuthorityKeyIdentifier.getInstance(v);
            return a.getKeyIdentifierOctets() == null ? "" : pairs(a.getKeyIdentifierOctets());
        }
        if (oid.equals(Extension.cRLDistributionPoints) || oid.equals(Extension.freshestCRL)) {
            return Arrays.stream(CRLDistPoint.getInstance(v).getDistributionPoints()).map(CertificateText::point)
                    .filter(s -> !s.isEmpty()).collect(Collectors.joining("\n"));
        }
        if (oid.equals(Extension.authorityInfoAccess) || oid.equals(Extension.subjectInfoAccess)) {
            return Arrays.stream(AuthorityInformationAccess.getInstance(v).getAccessDescriptions()).map(CertificateText::access)
                    .collect(Collectors.joining("\n"));
        }
        if (oid.equals(Extension.certificatePolicies)) {
            return Arrays.stream(CertificatePolicies.getInstance(v).getPolicyInformation()).map(CertificateText::policy)
                    .collect(Collectors.joining("\n"));
        }
        return "";
    }

    private static String point(DistributionPoint p) {
        DistributionPointName n = p.getDistributionPoint();
        return n != null && n.getType() == DistributionPointName.FULL_NAME ? names(GeneralNames.getInstance(n.getName())) : "";
    }

    private static String access(AccessDescription d) {
        String method = d.getAccessMethod().equals(AccessDescription.id_ad_ocsp) ? "OCSP"
                : d.getAccessMethod().equals(AccessDescription.id_ad_caIssuers) ? "issuer's certificate" : d.getAccessMethod().getId();
        return method + ": " + name(d.getAccessLocation());
    }

    private static String policy(PolicyInformation p) {
        var text = new StringBuilder(p.getPolicyIdentifier().getId());
        ASN1Sequence qualifiers = p.getPolicyQualifiers();
        if (qualifiers != null) {
            for (ASN1Encodable q : qualifiers) {
                ASN1Encodable said = PolicyQualifierInfo.getInstance(q).getQualifier();
                if (said instanceof ASN1String s) {
                    text.append(", ").append(s.getString());
                }
            }
        }
        return text.toString();
    }

    private static String names(GeneralNames names) {
        return Arrays.stream(names.getNames()).map(CertificateText::name).collect(Collectors.joining("\n"));
    }

    private static String name(GeneralName n) {
        return switch (n.getTagNo()) {
            case GeneralName.rfc822Name -> "e-mail " + n.getName();
            case GeneralName.dNSName -> "DNS " + n.getName();
            case GeneralName.uniformResourceIdentifier -> String.valueOf(n.getName());
            case GeneralName.directoryName -> X500Name.getInstance(n.getName()).toString();
            case GeneralName.registeredID -> "OID " + n.getName();
            case GeneralName.iPAddress -> "IP " + ip(ASN1OctetString.getInstance(n.getName()).getOctets());
            case GeneralName.otherName -> other(ASN1Sequence.getInstance(n.getName()));
            default -> dump(n);
        };
    }

    private static String ip(byte[] b) {
        try {
            return java.net.InetAddress.getByAddress(b).getHostAddress();
        } catch (java.net.UnknownHostException _) {
            return Hex.of(b);
        }
    }

    private static String other(ASN1Sequence s) {
        String oid = ASN1ObjectIdentifier.getInstance(s.getObjectAt(0)).getId();
        ASN1Encodable v = ASN1TaggedObject.getInstance(s.getObjectAt(1)).getExplicitBaseObject();
        return switch (oid) {
            case "1.3.6.1.4.1.311.20.2.3" -> "user principal name " + (v instanceof ASN1String t ? t.getString() : dump(v));
            case "2.16.840.1.101.3.6.6" -> "FASC-N " + (v instanceof ASN1OctetString o ? Hex.of(o.getOctets()) : dump(v));
            default -> oid + " " + (v instanceof ASN1String t ? t.getString() : v instanceof ASN1OctetString o ? Hex.of(o.getOctets()) : dump(v));
        };
    }

    private static String dump(ASN1Encodable v) {
        return switch (v) {
            case ASN1String s -> s.getString();
            case ASN1OctetString o -> pairs(o.getOctets());
            default -> ASN1Dump.dumpAsString(v, true).strip();
        };
    }

    /** "01:AB:…", a leading zero of a number left out. */
    static String pairs(byte[] b) {
        int from = b.length > 1 && b[0] == 0 && b[1] < 0 ? 1 : 0;
        return Hex.of(Arrays.copyOfRange(b, from, b.length)).replaceAll("(?<=\\G..)(?!$)", ":");
    }

    static byte[] encoded(X509Certificate x) {
        try {
            return x.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] digest(X509Certificate x, String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm).digest(encoded(x));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** RFC 7468 text. */
    static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der)
                + "\n-----END " + label + "-----\n";
    }

    /** "expired 12 days ago", "expires in 5 days", "valid until 2027-01-31". */
    static String expiry(X509Certificate x, Instant now) {
        Instant end = x.getNotAfter().toInstant();
        Instant begin = x.getNotBefore().toInstant();
        if (now.isAfter(end)) {
            return "expired " + days(end, now) + " ago";
        }
        if (now.isBefore(begin)) {
            return "not valid before " + begin.toString().substring(0, 10);
        }
        return now.plusSeconds(SOON).isAfter(end) ? "expires in " + days(now, end) : "valid until " + end.toString().substring(0, 10);
    }

    /** A month before it ends a certificate begins to warn, in seconds. */
    static final long SOON = 30L * 24 * 3600;

    private static String days(Instant from, Instant to) {
        long days = java.time.Duration.between(from, to).toDays();
        return days == 0 ? "less than a day" : days == 1 ? "1 day" : days + " days";
    }
}
