// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.ca;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DigestCalculatorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.tms.db.Database;
import org.esc.tms.db.Refused;
import org.esc.tms.db.Settings;
import org.esc.tms.db.Vault;

/**
 * The embedded CA: one self-signed RSA-3072 root (RSA because every card library and the old clients accept it),
 * SHA-256, random 127-bit serial numbers, CRL and OCSP answers signed by the root itself. Its key is in the vault,
 * certificates are in the database.
 */
public final class EmbeddedCa implements CertificateAuthority {

    private static final Words WORDS = Words.of(EmbeddedCa.class);

    private static final String KEY = "ca.key";
    private static final String CERTIFICATE = "ca.certificate";
    private static final String TLS_KEY = "tls.key";
    private static final String TLS_SERIAL = "ca.tls-serial";
    private static final String BASE = "ca.published-at";
    private static final String CRL_NUMBER = "ca.crl-number";
    private static final Duration ROOT_LIFE = Duration.ofDays(20 * 365);
    private static final Duration TLS_LIFE = Duration.ofDays(397);
    private static final Duration CRL_LIFE = Duration.ofDays(1);
    private static final Duration OCSP_LIFE = Duration.ofHours(1);
    private static final Duration OCSP_AGAIN = Duration.ofMinutes(1);
    private static final int MOST_ANSWERED = 256;
    /** Clocks of cards' hosts differ: a certificate is valid a little before it was made. */
    private static final Duration SLACK = Duration.ofMinutes(10);
    private static final int MOST_IN_OCSP = 32;
    private static final int LONGEST_NONCE = 64;
    private static final int LONGEST_OCSP = 16384;
    private static final String ALGORITHM = "SHA256withRSA";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Database database;
    private final Settings settings;
    private final Vault vault;
    private final InstantSource clock;
    private final X509Certificate root;
    private final PrivateKey key;
    private final X500Name name;
    private final DigestCalculatorProvider digests = new BcDigestCalculatorProvider();
    private final Object crlLock = new Object();
    private Optional<Crl> crl = Optional.empty();
    /** Answers that may be given again, by the bytes of the question; the oldest goes when there are too many. */
    private final Map<ByteBuffer, Answered> answered = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Answered> eldest) {
            return size() > MOST_ANSWERED;
        }
    });

    /** An OCSP answer and when it holds; never compared. */
    private record Answered(Instant made, Instant until, byte[] der) {
    }

    private record Crl(long revocations, Instant freshUntil, byte[] der) {
        @Override
        public boolean equals(Object o) {
            return this == o;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    private EmbeddedCa(Database database, Settings settings, Vault vault, InstantSource clock, X509Certificate root,
            PrivateKey key) {
        this.database = database;
        this.settings = settings;
        this.vault = vault;
        this.clock = clock;
        this.root = root;
        this.key = key;
        this.name = X500Name.getInstance(root.getSubjectX500Principal().getEncoded());
    }

    /** Opens the CA in this vault and database, made if it does not exist; only then {@code keys} is asked. */
    public static EmbeddedCa open(Database database, Settings settings, Vault vault, InstantSource clock,
            Supplier<FirstKeys> keys) throws EscException {
        try {
            if (vault.get(CERTIFICATE).isEmpty()) {
                var first = keys.get();
                make(first.authority(), vault, clock);
                byte[] pkcs8 = first.server().getPrivate().getEncoded();
                vault.put(TLS_KEY, pkcs8);
                Arrays.fill(pkcs8, (byte) 0);
            }
            try (var k = vault.get(KEY).orElseThrow(); var c = vault.get(CERTIFICATE).orElseThrow()) {
                if (settings.get(CRL_NUMBER).isEmpty()) {
                    settings.set(CRL_NUMBER, "0");
                }
                return new EmbeddedCa(database, settings, vault, clock, parse(c.bytes()), privateKey(k));
            }
        } catch (GeneralSecurityException | IOException e) {
            throw failed(WORDS.say("open the CA"), e);
        }
    }

    private static void make(KeyPair pair, Vault vault, InstantSource clock) throws EscException,
            GeneralSecurityException, IOException {
        byte[] pkcs8 = pair.getPrivate().getEncoded();
        var now = clock.instant();
        byte[] mark = new byte[4];
        RANDOM.nextBytes(mark);
        // every data directory has a CA of its own; the mark keeps browsers from mixing them up
        var subject = new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.O, "Embedded token management system")
                .addRDN(BCStyle.CN, "Certificate Authority " + org.esc.apdu.Hex.of(mark)).build();
        var utils = new JcaX509ExtensionUtils();
        var builder = new JcaX509v3CertificateBuilder(subject, serial(), Date.from(now.minus(SLACK)),
                Date.from(now.plus(ROOT_LIFE)), subject, pair.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(0))
                .addExtension(Extension.keyUsage, true,
                        new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign | KeyUsage.digitalSignature))
                .addExtension(Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(pair.getPublic()))
                .addExtension(Extension.authorityKeyIdentifier, false,
                utils.createAuthorityKeyIdentifier(pair.getPublic()));
        vault.put(KEY, pkcs8);
        Arrays.fill(pkcs8, (byte) 0);
        vault.put(CERTIFICATE, builder.build(signer(pair.getPrivate())).getEncoded());
    }

    private static KeyPair rsa(int bits) throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static PrivateKey privateKey(Secret pkcs8) throws GeneralSecurityException {
        byte[] bytes = pkcs8.bytes();
        try {
            return KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(bytes));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static ContentSigner signer(PrivateKey key) {
        try {
            return new JcaContentSignerBuilder(ALGORITHM).build(key);
        } catch (OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static BigInteger serial() {
        return new BigInteger(126, RANDOM).setBit(126); // positive, never zero, 16 bytes
    }

    private static X509Certificate parse(byte[] der) throws CertificateException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der));
    }

    private static EscException failed(String step, Exception cause) {
        return Problem.of(Fault.DEFECT, step, WORDS.say("The CA failed: {0}", cause.getMessage())).code("ca").endOp(Refused.CA)
                .exception(cause);
    }

    @Override
    public X509Certificate certificate() {
        return root;
    }

    @Override
    public void publishedAt(URI base) throws EscException {
        settings.set(BASE, base.toString().replaceAll("/+$", ""));
    }

    @Override
    public IssuedCertificate issue(CertificateRequest request) throws EscException {
        check(request.key());
        var subject = new X500NameBuilder(BCStyle.INSTANCE).addRDN(BCStyle.O, "Embedded token management system");
        if (request.kind() != CertificateKind.TLS_SERVER && !request.userId().isEmpty()) {
            subject.addRDN(BCStyle.UID, request.userId());
        }
        subject.addRDN(BCStyle.CN, request.fullName());
        return issue(request, subject.build());
    }

    private IssuedCertificate issue(CertificateRequest request, X500Name subject) throws EscException {
        var now = clock.instant();
        var end = now.plus(request.validity());
        var rootEnd = root.getNotAfter().toInstant();
        var notAfter = end.isAfter(rootEnd) ? rootEnd : end;
        try {
            var builder = new JcaX509v3CertificateBuilder(name, serial(), Date.from(now.minus(SLACK)),
                    Date.from(notAfter), subject, request.key());
            extend(builder, request);
            byte[] der = builder.build(signer(key)).getEncoded();
            var certificate = parse(der);
            database.run(sql -> sql.update("INSERT INTO certificates (serial, kind, user_id, der, not_after, "
                    + "created_at) "
                    + "VALUES (?, ?, ?, ?, ?, ?)", certificate.getSerialNumber().toString(16), request.kind().name(),
                    request.userId(), der, notAfter.toEpochMilli(), now.toEpochMilli()));
            return new IssuedCertificate(certificate, request.kind(), request.userId(), IssuedCertificate.Status.VALID,
                    Optional.empty(), Optional.empty());
        } catch (GeneralSecurityException | IOException e) {
            throw failed(WORDS.say("issue a certificate"), e);
        }
    }

    private static void check(PublicKey key) throws EscException {
        boolean strong = switch (key) {
            case RSAPublicKey r -> r.getModulus().bitLength() >= 1024 && r.getModulus().testBit(0)
                    && r.getPublicExponent().testBit(0) && r.getPublicExponent().compareTo(BigInteger.TWO) > 0;
            case ECPublicKey e -> e.getParams().getOrder().bitLength() >= 224;
            default -> false;
        };
        if (!strong) {
            throw Refused.because(Refused.CA, WORDS.say("issue a certificate"),
                    WORDS.say("The public key is too weak or of an unknown kind: RSA with 1024 bits or more, or EC with 224 or "
                        + "more, is needed."));
        }
    }

    private void extend(X509v3CertificateBuilder builder, CertificateRequest request) throws GeneralSecurityException,
            IOException, EscException {
        var utils = new JcaX509ExtensionUtils();
        boolean rsa = request.key() instanceof RSAPublicKey;
        int encipher = rsa ? KeyUsage.keyEncipherment | KeyUsage.dataEncipherment : KeyUsage.keyAgreement;
        var kp = KeyPurposeId.id_kp_clientAuth;
        record Use(int usage, KeyPurposeId... purposes) {
        }
        var use = switch (request.kind()) {
            case USER_SIGNING -> new Use(KeyUsage.digitalSignature | KeyUsage.nonRepudiation, kp,
                    KeyPurposeId.id_kp_emailProtection);
            case USER_ENCRYPTION -> new Use(encipher, KeyPurposeId.id_kp_emailProtection);
            case USER_DUAL -> new Use(KeyUsage.digitalSignature | KeyUsage.nonRepudiation | encipher, kp,
                    KeyPurposeId.id_kp_emailProtection);
            case ADMINISTRATOR -> new Use(KeyUsage.digitalSignature | (rsa ? KeyUsage.keyEncipherment : 0), kp);
            case TLS_SERVER -> new Use(KeyUsage.digitalSignature | (rsa ? KeyUsage.keyEncipherment : 0),
                    KeyPurposeId.id_kp_serverAuth);
        };
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(Extension.keyUsage, true, new KeyUsage(use.usage))
                .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(use.purposes))
                .addExtension(Extension.subjectKeyIdentifier, false, utils.createSubjectKeyIdentifier(request.key()))
                .addExtension(Extension.authorityKeyIdentifier, false,
                utils.createAuthorityKeyIdentifier(root.getPublicKey()));
        var names = new ArrayList<GeneralName>();
        request.email().filter(m -> m.matches("[\\x21-\\x7e]+@[\\x21-\\x7e]+"))
                .ifPresent(m -> names.add(new GeneralName(GeneralName.rfc822Name, m)));
        for (String host : request.hosts()) {
            boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
            names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
        }
        if (!names.isEmpty()) {
            builder.addExtension(Extension.subjectAlternativeName, false,
                    new GeneralNames(names.toArray(GeneralName[]::new)));
        }
        var base = settings.get(BASE);
        if (base.isPresent()) {
            var crlAt = new DistributionPoint(new DistributionPointName(new GeneralNames(uri(base.get() + "/ca/crl"))),
                    null, null);
            builder.addExtension(Extension.cRLDistributionPoints, false,
                    new CRLDistPoint(new DistributionPoint[] {crlAt}));
            builder.addExtension(Extension.authorityInfoAccess, false,
                    new AuthorityInformationAccess(new AccessDescription[] {
                    new AccessDescription(AccessDescription.id_ad_ocsp, uri(base.get() + "/ca/ocsp")),
                    new AccessDescription(AccessDescription.id_ad_caIssuers, uri(base.get() + "/ca/ca.crt"))}));
        }
    }

    private static GeneralName uri(String text) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, text);
    }

    @Override
    public IssuedCertificate renew(BigInteger serial, Duration validity) throws EscException {
        var old = find(serial).orElseThrow(() -> Refused.because(Refused.CA, WORDS.say("renew a certificate"),
                WORDS.say("There is no such certificate.")));
        if (old.reason().isPresent()) {
            throw Refused.because(Refused.CA, WORDS.say("renew a certificate"), WORDS.say("A revoked certificate cannot be renewed."));
        }
        try {
            var holder = new X509CertificateHolder(old.certificate().getEncoded());
            var mail = new ArrayList<String>();
            var hosts = new ArrayList<String>();
            var names = old.certificate().getSubjectAlternativeNames();
            for (var n : names == null ? List.<List<?>>of() : names) {
                switch ((Integer) n.get(0)) {
                    case GeneralName.rfc822Name -> mail.add((String) n.get(1));
                    case GeneralName.dNSName, GeneralName.iPAddress -> hosts.add((String) n.get(1));
                    default -> {
                        // we issue no other kind
                    }
                }
            }
            return issue(new CertificateRequest(old.certificate().getPublicKey(), old.kind(), old.userId(), "",
                    mail.stream().findFirst(), hosts, validity), holder.getSubject());
        } catch (CertificateException | IOException e) {
            throw failed(WORDS.say("renew a certificate"), e);
        }
    }

    @Override
    public Optional<IssuedCertificate> find(BigInteger serial) throws EscException {
        return database.inTransaction(sql -> sql.first("SELECT * FROM certificates WHERE serial = ?", this::issued,
                serial.toString(16)));
    }

    @Override
    public List<IssuedCertificate> list(Optional<String> userId, int start, int size) throws EscException {
        return database.inTransaction(sql -> sql.query("SELECT * FROM certificates"
                + (userId.isPresent() ? " WHERE user_id = ?" : "")
                + " ORDER BY created_at DESC, serial LIMIT " + Math.max(size, 0) + " OFFSET " + Math.max(start, 0),
                this::issued, userId.stream().toArray()));
    }

    private IssuedCertificate issued(ResultSet r) throws SQLException {
        try {
            int code = r.getInt("reason");
            var reason = r.wasNull() ? Optional.<RevocationReason>empty() : RevocationReason.of(code);
            long at = r.getLong("revoked_at");
            var revoked = r.wasNull() ? Optional.<Instant>empty() : Optional.of(Instant.ofEpochMilli(at));
            var status = reason.map(x -> x == RevocationReason.CERTIFICATE_HOLD ? IssuedCertificate.Status.ON_HOLD
                    : IssuedCertificate.Status.REVOKED)
                    .orElse(r.getLong("not_after") < clock.millis() ? IssuedCertificate.Status.EXPIRED
                    : IssuedCertificate.Status.VALID);
            return new IssuedCertificate(parse(r.getBytes("der")), CertificateKind.valueOf(r.getString("kind")),
                    r.getString("user_id"), status, reason, revoked);
        } catch (CertificateException e) {
            throw new SQLException("A stored certificate cannot be read", e);
        }
    }

    @Override
    public IssuedCertificate revoke(BigInteger serial, RevocationReason reason) throws EscException {
        return database.inTransaction(sql -> {
            var present = locked(sql, serial, WORDS.say("revoke a certificate"));
            if (present.reason().isPresent()) {
                boolean held = present.reason().get() == RevocationReason.CERTIFICATE_HOLD;
                if (present.reason().get() == reason || !held && reason != RevocationReason.CERTIFICATE_HOLD) {
                    return present;
                }
                if (!held) {
                    throw Refused.because(Refused.REVOCATION, WORDS.say("put a certificate on hold"),
                            WORDS.say("The certificate is revoked for good."));
                }
            }
            sql.update("UPDATE certificates SET reason = ?, revoked_at = ? WHERE serial = ?", reason.code(),
                    clock.millis(), serial.toString(16));
            changed();
            return locked(sql, serial, WORDS.say("revoke a certificate"));
        });
    }

    @Override
    public IssuedCertificate unhold(BigInteger serial) throws EscException {
        return database.inTransaction(sql -> {
            var present = locked(sql, serial, WORDS.say("take a certificate off hold"));
            if (present.reason().isEmpty()) {
                return present;
            }
            if (present.reason().get() != RevocationReason.CERTIFICATE_HOLD) {
                throw Refused.because(Refused.REVOCATION, WORDS.say("take a certificate off hold"),
                        WORDS.say("The certificate is revoked for good."));
            }
            sql.update("UPDATE certificates SET reason = NULL, revoked_at = NULL WHERE serial = ?",
                    serial.toString(16));
            changed();
            return locked(sql, serial, WORDS.say("take a certificate off hold"));
        });
    }

    private IssuedCertificate locked(org.esc.tms.db.Sql sql, BigInteger serial, String step) throws SQLException,
            EscException {
        return sql.first("SELECT * FROM certificates WHERE serial = ? FOR UPDATE", this::issued, serial.toString(16))
                .orElseThrow(() -> Refused.because(Refused.REVOCATION, step,
                WORDS.say("There is no certificate with this serial number.")));
    }

    /** Counts revocations, within the transaction that makes one: a list made before it is then out of date. */
    private void changed() throws EscException {
        database.run(sql -> {
            // locked before it is read: a count that two share would leave one revocation out of the list
            long n = sql.first("SELECT setting FROM settings WHERE name = ? FOR UPDATE", r -> r.getLong(1), CRL_NUMBER)
                    .orElse(0L);
            settings.set(CRL_NUMBER, Long.toString(n + 1));
        });
    }

    private long revocations() throws EscException {
        return settings.get(CRL_NUMBER).map(Long::parseLong).orElse(0L);
    }

    @Override
    public byte[] crl() throws EscException {
        synchronized (crlLock) {
            var now = clock.instant();
            long count = revocations();
            if (crl.isEmpty() || crl.get().revocations != count || now.isAfter(crl.get().freshUntil)) {
                var fresh = database.inTransaction(_ -> {
                    changed(); // CRL numbers must grow with every list, changed or not (RFC 5280 §5.2.3)
                    return makeCrl(revocations(), now);
                });
                crl = Optional.of(fresh);
            }
            return crl.get().der.clone();
        }
    }

    private Crl makeCrl(long number, Instant now) throws EscException {
        try {
            var builder = new X509v2CRLBuilder(name, Date.from(now));
            builder.setNextUpdate(Date.from(now.plus(CRL_LIFE)));
            builder.addExtension(Extension.cRLNumber, false, new CRLNumber(BigInteger.valueOf(number)));
            builder.addExtension(Extension.authorityKeyIdentifier, false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(root.getPublicKey()));
            database.run(sql -> sql.each("SELECT serial, revoked_at, reason FROM certificates WHERE reason IS NOT "
                    + "NULL ORDER BY revoked_at", r -> {
                        builder.addCRLEntry(new BigInteger(r.getString(1), 16), new Date(r.getLong(2)), r.getInt(3));
                        return true;
                    }));
            return new Crl(number, now.plus(CRL_LIFE.dividedBy(2)), builder.build(signer(key)).getEncoded());
        } catch (GeneralSecurityException | IOException e) {
            throw failed(WORDS.say("make a revocation list"), e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>An answer without nonce that says "good" is given again for a minute as long as it is true: a server's own certificate is asked
     * about at every connection, and signing is the dearest part of an answer.
     */
    @Override
    public byte[] ocsp(byte[] request) throws EscException {
        try {
            var out = new OCSPRespBuilder();
            OCSPReq asked;
            try {
                if (request.length > LONGEST_OCSP) {
                    return out.build(OCSPRespBuilder.MALFORMED_REQUEST, null).getEncoded();
                }
                asked = new OCSPReq(request);
                if (asked.getRequestList().length == 0 || asked.getRequestList().length > MOST_IN_OCSP) {
                    return out.build(OCSPRespBuilder.MALFORMED_REQUEST, null).getEncoded();
                }
            } catch (IOException | RuntimeException _) {
                return out.build(OCSPRespBuilder.MALFORMED_REQUEST, null).getEncoded();
            }
            var now = clock.instant();
            var answer = new BasicOCSPRespBuilder(new RespID(name));
            var nonce = asked.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
            boolean repeatable = nonce == null;
            for (var one : asked.getRequestList()) {
                var status = status(one.getCertID());
                repeatable &= status == CertificateStatus.GOOD;
                answer.addResponse(one.getCertID(), status, Date.from(now), Date.from(now.plus(OCSP_LIFE)), null);
            }
            var question = ByteBuffer.wrap(request.clone());
            Optional<Answered> before = repeatable ? Optional.ofNullable(answered.get(question)) : Optional.empty();
            if (before.filter(a -> now.isBefore(a.until) && !now.isBefore(a.made)).isPresent()) {
                return before.get().der.clone();
            }
            if (nonce != null && nonce.getExtnValue().getOctets().length <= LONGEST_NONCE) {
                answer.setResponseExtensions(new Extensions(new Extension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                        false, ASN1OctetString.getInstance(nonce.getExtnValue()))));
            }
            var basic = answer.build(signer(key), null, Date.from(now));
            byte[] der = out.build(OCSPRespBuilder.SUCCESSFUL, basic).getEncoded();
            if (repeatable) {
                answered.put(question, new Answered(now, now.plus(OCSP_AGAIN), der.clone()));
            }
            return der;
        } catch (OCSPException | IOException e) {
            throw failed(WORDS.say("answer about a certificate's status"), e);
        }
    }

    private CertificateStatus status(CertificateID id) throws EscException {
        try {
            // only for the hashes people use: each other one would let a stranger choose our work
            var algorithm = id.getHashAlgOID();
            boolean known = algorithm.equals(OIWObjectIdentifiers.idSHA1)
                    || algorithm.equals(NISTObjectIdentifiers.id_sha256);
            if (!known || !id.matchesIssuer(new X509CertificateHolder(root.getEncoded()), digests)) {
                return new UnknownStatus();
            }
            Optional<Optional<CertificateStatus>> found = database.inTransaction(sql -> sql.first(
                    "SELECT reason, revoked_at FROM certificates WHERE serial = ?", r -> {
                        int reason = r.getInt(1);
                        return r.wasNull() ? Optional.empty() : Optional.of(new RevokedStatus(new Date(r.getLong(2)), reason));
                    }, id.getSerialNumber().toString(16)));
            return found.isEmpty() ? new UnknownStatus() : found.get().orElse(CertificateStatus.GOOD);
        } catch (GeneralSecurityException | IOException | OCSPException e) {
            throw failed(WORDS.say("answer about a certificate's status"), e);
        }
    }

    @Override
    public synchronized TlsIdentity tlsIdentity(List<String> hosts) throws EscException {
        try {
            if (vault.get(TLS_KEY).isEmpty()) {
                byte[] pkcs8 = rsa(2048).getPrivate().getEncoded();
                vault.put(TLS_KEY, pkcs8);
                Arrays.fill(pkcs8, (byte) 0);
            }
            PrivateKey tls;
            try (var secret = vault.get(TLS_KEY).orElseThrow()) {
                tls = privateKey(secret);
            }
            var wanted = new LinkedHashSet<>(List.of("localhost", "127.0.0.1", "::1"));
            wanted.addAll(hosts);
            // where revocation is told stands in the certificate too: one that names an old address is no use
            var named = String.join(" ", wanted) + " " + settings.get(BASE).orElse("");
            var present = settings.get(TLS_SERIAL);
            if (present.isPresent()) {
                var old = find(new BigInteger(present.get(), 16));
                if (old.isPresent() && old.get().status() == IssuedCertificate.Status.VALID
                        && settings.get(TLS_SERIAL + ".hosts").equals(Optional.of(named))
                        && old.get().certificate().getNotAfter().toInstant()
                        .isAfter(clock.instant().plus(TLS_LIFE.dividedBy(12)))) {
                    return new TlsIdentity(tls, List.of(old.get().certificate(), root));
                }
            }
            var crt = (java.security.interfaces.RSAPrivateCrtKey) tls;
            var publicKey = KeyFactory.getInstance("RSA")
                    .generatePublic(new java.security.spec.RSAPublicKeySpec(crt.getModulus(), crt.getPublicExponent()));
            return database.inTransaction(_ -> {
                var fresh = issue(new CertificateRequest(publicKey, CertificateKind.TLS_SERVER, "", "localhost",
                        Optional.empty(), List.copyOf(wanted), TLS_LIFE));
                settings.set(TLS_SERIAL, fresh.serial().toString(16));
                settings.set(TLS_SERIAL + ".hosts", named);
                return new TlsIdentity(tls, List.of(fresh.certificate(), root));
            });
        } catch (GeneralSecurityException e) {
            throw failed(WORDS.say("make the TLS certificate"), e);
        }
    }
}
