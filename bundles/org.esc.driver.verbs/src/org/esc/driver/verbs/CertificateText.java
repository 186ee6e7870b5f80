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
import java.time.format.FormatStyle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.esc.apdu.Words;
import org.esc.driver.TokenCertificate;
import org.esc.driver.host.InWords;
import org.esc.driver.verbs.CertificateVerbs.Field;

/** All that a certificate says, field by field in words (RFC 5280). */
final class CertificateText {

    private static final Words WORDS = Words.of(CertificateText.class);


    private static final Map<ASN1ObjectIdentifier, String> EXTENSIONS = Map.ofEntries(Map.entry(Extension.keyUsage, WORDS.say("Key usage")),
            Map.entry(Extension.extendedKeyUsage, WORDS.say("Extended key usage")), Map.entry(Extension.basicConstraints, WORDS.say("Basic constraints")),
            Map.entry(Extension.subjectAlternativeName, WORDS.say("Subject alternative name")),
            Map.entry(Extension.issuerAlternativeName, WORDS.say("Issuer alternative name")),
            Map.entry(Extension.subjectKeyIdentifier, WORDS.say("Subject key identifier")),
            Map.entry(Extension.authorityKeyIdentifier, WORDS.say("Authority key identifier")),
            Map.entry(Extension.cRLDistributionPoints, WORDS.say("CRL distribution points")), Map.entry(Extension.freshestCRL, WORDS.say("Freshest CRL")),
            Map.entry(Extension.authorityInfoAccess, WORDS.say("Authority information access")),
            Map.entry(Extension.subjectInfoAccess, WORDS.say("Subject information access")),
            Map.entry(Extension.certificatePolicies, WORDS.say("Certificate policies")), Map.entry(Extension.policyMappings, WORDS.say("Policy mappings")),
            Map.entry(Extension.policyConstraints, WORDS.say("Policy constraints")), Map.entry(Extension.nameConstraints, WORDS.say("Name constraints")),
            Map.entry(Extension.inhibitAnyPolicy, WORDS.say("Inhibit any policy")), Map.entry(Extension.qCStatements, WORDS.say("Qualified certificate statements")),
            Map.entry(Extension.subjectDirectoryAttributes, WORDS.say("Subject directory attributes")),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.311.20.2"), WORDS.say("Certificate template name")),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.311.21.7"), WORDS.say("Certificate template")),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.311.25.2"), WORDS.say("Microsoft security identifier")),
            Map.entry(new ASN1ObjectIdentifier("2.16.840.1.113730.1.1"), WORDS.say("Netscape certificate type")),
            Map.entry(new ASN1ObjectIdentifier("2.16.840.1.101.3.6.9.1"), WORDS.say("PIV NACI indicator")),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.41482.3.3"), WORDS.say("YubiKey firmware version")),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.41482.3.7"), WORDS.say("YubiKey serial number")),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.41482.3.8"), WORDS.say("YubiKey PIN and touch policy")),
            Map.entry(new ASN1ObjectIdentifier("1.3.6.1.4.1.41482.3.9"), WORDS.say("YubiKey form factor")));

    private static final Map<KeyPurposeId, String> PURPOSES = Map.ofEntries(Map.entry(KeyPurposeId.id_kp_serverAuth, WORDS.say("TLS server")),
            Map.entry(KeyPurposeId.id_kp_clientAuth, WORDS.say("TLS client")), Map.entry(KeyPurposeId.id_kp_codeSigning, WORDS.say("code signing")),
            Map.entry(KeyPurposeId.id_kp_emailProtection, WORDS.say("e-mail protection")), Map.entry(KeyPurposeId.id_kp_timeStamping, WORDS.say("time stamping")),
            Map.entry(KeyPurposeId.id_kp_OCSPSigning, WORDS.say("OCSP signing")), Map.entry(KeyPurposeId.id_kp_smartcardlogon, WORDS.say("smart card logon")),
            Map.entry(KeyPurposeId.anyExtendedKeyUsage, WORDS.say("any purpose")),
            Map.entry(KeyPurposeId.getInstance(new ASN1ObjectIdentifier("1.3.6.1.5.2.3.4")), WORDS.say("Kerberos client")),
            Map.entry(KeyPurposeId.getInstance(new ASN1ObjectIdentifier("2.16.840.1.101.3.6.8")), WORDS.say("PIV card authentication")),
            Map.entry(KeyPurposeId.getInstance(new ASN1ObjectIdentifier("2.16.840.1.101.3.6.7")), WORDS.say("PIV content signing")));

    private static final Map<Integer, String> USAGES = usages();

    private CertificateText() {
    }

    private static Map<Integer, String> usages() {
        var m = new LinkedHashMap<Integer, String>();
        m.put(KeyUsage.digitalSignature, WORDS.say("digital signature"));
        m.put(KeyUsage.nonRepudiation, WORDS.say("non-repudiation"));
        m.put(KeyUsage.keyEncipherment, WORDS.say("key encipherment"));
        m.put(KeyUsage.dataEncipherment, WORDS.say("data encipherment"));
        m.put(KeyUsage.keyAgreement, WORDS.say("key agreement"));
        m.put(KeyUsage.keyCertSign, WORDS.say("signs certificates"));
        m.put(KeyUsage.cRLSign, WORDS.say("signs revocation lists"));
        m.put(KeyUsage.encipherOnly, WORDS.say("encipher only"));
        m.put(KeyUsage.decipherOnly, WORDS.say("decipher only"));
        return m;
    }

    /** All fields. A part that cannot be taken apart shows its bytes. */
    static List<Field> fields(TokenCertificate c) {
        X509Certificate x = c.certificate();
        var f = new ArrayList<Field>();
        f.add(new Field(WORDS.say("Certificate"), WORDS.say("Version"), Integer.toString(x.getVersion())));
        f.add(new Field(WORDS.say("Certificate"), WORDS.say("Serial number"), pairs(x.getSerialNumber().toByteArray())));
        f.add(new Field(WORDS.say("Certificate"), WORDS.say("Signature algorithm"), x.getSigAlgName()));
        f.add(new Field(WORDS.say("Certificate"), WORDS.say("Valid from"), time(x.getNotBefore().toInstant())));
        f.add(new Field(WORDS.say("Certificate"), WORDS.say("Valid until"), time(x.getNotAfter().toInstant())));
        name(f, WORDS.say("Subject"), x.getSubjectX500Principal().getName());
        name(f, WORDS.say("Issuer"), x.getIssuerX500Principal().getName());
        f.add(new Field(WORDS.say("Public key"), WORDS.say("Algorithm"), c.keyText()));
        key(f, x.getPublicKey());
        extensions(f, x);
        f.add(new Field(WORDS.say("Fingerprints"), "SHA-256", pairs(digest(x, "SHA-256"))));
        f.add(new Field(WORDS.say("Fingerprints"), "SHA-1", pairs(digest(x, "SHA-1"))));
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
            f.add(new Field(section, WORDS.say("Name"), dn));
        }
        if (dn.isEmpty()) {
            f.add(new Field(section, WORDS.say("Name"), WORDS.say("empty")));
        }
    }

    static Optional<String> commonName(List<Field> fields) {
        return fields.stream().filter(f -> f.section().equals(WORDS.say("Subject")) && f.name().equals(attribute("CN"))).findFirst().map(Field::value);
    }

    private static String attribute(String type) {
        return switch (type.toUpperCase(java.util.Locale.ROOT)) {
            case "CN" -> WORDS.say("Common name (CN)");
            case "O" -> WORDS.say("Organization (O)");
            case "OU" -> WORDS.say("Organizational unit (OU)");
            case "C" -> WORDS.say("Country (C)");
            case "L" -> WORDS.say("Locality (L)");
            case "ST" -> WORDS.say("State (ST)");
            case "STREET" -> WORDS.say("Street");
            case "DC" -> WORDS.say("Domain component (DC)");
            case "UID", "0.9.2342.19200300.100.1.1" -> WORDS.say("User id (UID)");
            case "1.2.840.113549.1.9.1" -> WORDS.say("E-mail address");
            case "2.5.4.5" -> WORDS.say("Serial number");
            case "2.5.4.4" -> WORDS.say("Surname");
            case "2.5.4.42" -> WORDS.say("Given name");
            case "2.5.4.12" -> WORDS.say("Title");
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
                f.add(new Field(WORDS.say("Public key"), WORDS.say("Modulus"), pairs(k.getModulus().toByteArray())));
                f.add(new Field(WORDS.say("Public key"), WORDS.say("Exponent"), k.getPublicExponent().toString()));
            }
            case java.security.interfaces.ECPublicKey k -> {
                f.add(new Field(WORDS.say("Public key"), "x", pairs(k.getW().getAffineX().toByteArray())));
                f.add(new Field(WORDS.say("Public key"), "y", pairs(k.getW().getAffineY().toByteArray())));
            }
            default -> f.add(new Field(WORDS.say("Public key"), WORDS.say("Encoding"), pairs(key.getEncoded())));
        }
    }

    private static void extensions(List<Field> f, X509Certificate x) {
        Extensions all;
        try {
            all = Certificate.getInstance(x.getEncoded()).getTBSCertificate().getExtensions();
        } catch (CertificateEncodingException | RuntimeException _) {
            f.add(new Field(WORDS.say("Extensions"), WORDS.say("Extensions"), WORDS.say("They cannot be decoded.")));
            return;
        }
        if (all == null) {
            return;
        }
        for (ASN1ObjectIdentifier oid : all.getExtensionOIDs()) {
            Extension e = all.getExtension(oid);
            String known = EXTENSIONS.getOrDefault(oid, oid.getId());
            String name = e.isCritical() ? WORDS.say("{0} (critical)", known) : known;
            f.add(new Field(WORDS.say("Extensions"), name, value(oid, e)));
        }
    }

    private static String value(ASN1ObjectIdentifier oid, Extension e) {
        try {
            ASN1Encodable v = e.getParsedValue();
            String text = known(oid, v);
            return text.isEmpty() ? dump(v) : text;
        } catch (RuntimeException _) {
            return WORDS.say("Cannot be decoded: {0}", pairs(e.getExtnValue().getOctets()));
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
            return !b.isCA() ? WORDS.say("no certificate authority") : b.getPathLenConstraint() == null ? WORDS.say("certificate authority")
                    : WORDS.say("certificate authority, at most {0} authorities below it", b.getPathLenConstraint());
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
                : d.getAccessMethod().equals(AccessDescription.id_ad_caIssuers) ? WORDS.say("issuer's certificate") : d.getAccessMethod().getId();
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
            case GeneralName.rfc822Name -> WORDS.say("e-mail {0}", n.getName());
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
            case "1.3.6.1.4.1.311.20.2.3" -> WORDS.say("user principal name {0}", v instanceof ASN1String t ? t.getString() : dump(v));
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
            long days = days(end, now);
            return days == 0 ? WORDS.say("expired less than a day ago") : WORDS.many(days, "expired {0} day ago", "expired {0} days ago");
        }
        if (now.isBefore(begin)) {
            return WORDS.say("not valid before {0}", InWords.day(begin));
        }
        if (now.plusSeconds(SOON).isAfter(end)) {
            long days = days(now, end);
            return days == 0 ? WORDS.say("expires in less than a day") : WORDS.many(days, "expires in {0} day", "expires in {0} days");
        }
        return WORDS.say("valid until {0}", InWords.day(end));
    }

    /** A month before it ends a certificate begins to warn, in seconds. */
    static final long SOON = 30L * 24 * 3600;

    private static long days(Instant from, Instant to) {
        return java.time.Duration.between(from, to).toDays();
    }

    /** To the second, which is how certificates are made, and in their own zone. */
    private static String time(Instant at) {
        var format = Words.locale().getLanguage().equals("en") ? DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss")
                : DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM).localizedBy(Words.locale());
        return format.withZone(ZoneOffset.UTC).format(at) + " UTC";
    }
}
