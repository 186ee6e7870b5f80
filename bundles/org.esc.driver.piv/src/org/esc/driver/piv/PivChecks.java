// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.icao.LDSSecurityObject;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.esc.apdu.CardException;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.piv.Biometric;
import org.esc.piv.Chuid;
import org.esc.piv.DiscoveryObject;
import org.esc.piv.FascN;
import org.esc.piv.KeyHistory;
import org.esc.piv.PivCertificate;
import org.esc.piv.PivObject;
import org.esc.piv.PivSlot;
import org.esc.piv.SecurityObject;

/**
 * Says what is wrong with a card's objects, each for itself and one with another (FIPS 201-3 §2.9.3.1, SP 800-73-4 part 1 §3): signatures,
 * dates, identifiers, hashes. What is not known is not judged, and a card that was never issued by anybody, such as a new YubiKey, is not
 * measured by an issuer's duties. Whether certificates were revoked only their issuer's servers can tell.
 */
public final class PivChecks {

    /**
     * Something that is wrong.
     *
     * @param code   for scripts: "chuid-expired"
     * @param object the object that it is about
     * @param text   for people, a sentence
     */
    public record Finding(String code, PivObject object, String text) {
    }

    private static final String FASC_N = "2.16.840.1.101.3.6.6";
    private static final String ENTRY_UUID = "1.3.6.1.1.16.4";
    /** For PIV, and for PIV-I, whose issuers are not federal. */
    private static final List<String> CONTENT_SIGNING = List.of("2.16.840.1.101.3.6.7", "2.16.840.1.101.3.8.7");
    private static final String SUBJECT_KEY_ID = "2.5.29.14";
    private static final String URN = "urn:uuid:";
    private static final int OTHER_NAME = 0;
    private static final int URI = 6;
    private static final int PRINTED_EXPIRY = 0x04;

    private final Map<PivObject, Optional<byte[]>> objects;
    private final Map<PivSlot, PublicKey> keys;
    private final List<X509Certificate> authorities;
    private final List<Finding> findings = new ArrayList<>();
    private Optional<Chuid> chuid = Optional.empty();
    private List<X509Certificate> signers = List.of();
    private Instant now = Instant.EPOCH;

    private PivChecks(Map<PivObject, Optional<byte[]>> objects, Map<PivSlot, PublicKey> keys, Collection<X509Certificate> authorities) {
        this.objects = new HashMap<>(objects);
        this.keys = Map.copyOf(keys);
        this.authorities = List.copyOf(authorities);
    }

    /**
     * Checks of a card.
     *
     * @param objects     contents of its objects, empty for those that are not on the card; those that could not be read are left out
     * @param keys        public keys in its slots, as far as the card tells them
     * @param authorities certificates of authorities that may have issued its certificates
     */
    public static PivChecks of(Map<PivObject, Optional<byte[]>> objects, Map<PivSlot, PublicKey> keys, Collection<X509Certificate> authorities) {
        return new PivChecks(objects, keys, authorities);
    }

    /** What is wrong at a moment, in the order of the objects. */
    public List<Finding> at(Instant moment) {
        now = moment;
        findings.clear();
        object(PivObject.CHUID).ifPresent(this::chuid);
        object(PivObject.DISCOVERY).ifPresent(this::discovery);
        security();
        object(PivObject.KEY_HISTORY).ifPresent(this::history);
        object(PivObject.PRINTED).ifPresent(this::printed);
        for (PivObject o : List.of(PivObject.FACE, PivObject.FINGERPRINTS, PivObject.IRIS)) {
            object(o).ifPresent(b -> biometric(o, b));
        }
        for (PivSlot s : PivSlot.values()) {
            object(s.object()).ifPresent(b -> certificate(s, b));
        }
        return List.copyOf(findings);
    }

    private Optional<byte[]> object(PivObject o) {
        return objects.getOrDefault(o, Optional.empty());
    }

    private void found(String code, PivObject object, String text) {
        findings.add(new Finding(code, object, text));
    }

    private Optional<FascN> fascN() {
        return chuid.flatMap(c -> FascN.of(c.fascN()));
    }

    private static LocalDate day(Instant i) {
        return LocalDate.ofInstant(i, ZoneOffset.UTC);
    }

    // ---- CHUID ----

    private void chuid(byte[] content) {
        Chuid c;
        try {
            c = Chuid.parse(content);
        } catch (CardException e) {
            found("chuid-damaged", PivObject.CHUID, e.getMessage());
            return;
        }
        chuid = Optional.of(c);
        try {
            FascN.parse(c.fascN());
        } catch (IllegalArgumentException e) {
            found("fasc-n", PivObject.CHUID, "The CHUID's FASC-N cannot be read: " + e.getMessage() + ".");
        }
        if (c.expiry().isEmpty()) {
            found("chuid-expiry", PivObject.CHUID, "The CHUID has no expiration date that can be read.");
        } else if (day(now).isAfter(c.expiry().get())) {
            found("chuid-expired", PivObject.CHUID, "The card expired on " + c.expiry().get() + ", says its CHUID.");
        }
        if (!c.isSigned()) {
            // cards that are not issued by an agency or for its use carry nines, and nobody promised to sign them
            if (fascN().filter(f -> !f.agency().equals("9999")).isPresent()) {
                found("chuid-unsigned", PivObject.CHUID, "The CHUID is not signed by an issuer.");
            }
            return;
        }
        Cms cms = Cms.detached(c.signature(), c.signed(), List.of());
        signers = cms.signers();
        signature(cms, PivObject.CHUID, "chuid", "the CHUID");
    }

    /** @param code how codes begin @param what the object in words, with article */
    private void signature(Cms cms, PivObject o, String code, String what) {
        switch (cms.verdict()) {
            case GOOD -> {
                // nothing to say
            }
            case CHANGED -> found(code + "-changed", o, capital(what) + " was changed after its issuer signed it.");
            case WRONG -> found(code + "-signature", o, "The signature of " + what + " is wrong.");
            case NO_SIGNER -> found(code + "-signer", o, "The certificate of who signed " + what + " is not on the card.");
            case UNREADABLE -> found(code + "-signature", o, "The signature of " + what + " cannot be read.");
        }
        cms.signer().ifPresent(s -> signer(s, o, code, what));
    }

    private void signer(X509Certificate s, PivObject o, String code, String what) {
        if (now.isAfter(s.getNotAfter().toInstant())) {
            found(code + "-signer-expired", o, "The certificate of who signed " + what + " expired on " + day(s.getNotAfter().toInstant()) + ".");
        } else if (now.isBefore(s.getNotBefore().toInstant())) {
            found(code + "-signer-early", o, "The certificate of who signed " + what + " is not valid before " + day(s.getNotBefore().toInstant()) + ".");
        }
        try {
            List<String> uses = s.getExtendedKeyUsage();
            if (uses == null || uses.stream().noneMatch(CONTENT_SIGNING::contains)) {
                found(code + "-signer-use", o, "The certificate of who signed " + what + " is not for signing the content of PIV cards.");
            }
        } catch (CertificateParsingException _) {
            found(code + "-signer", o, "The certificate of who signed " + what + " cannot be read.");
        }
        issuer(s, o, code + "-signer", "the certificate of who signed " + what);
    }

    private static String capital(String s) {
        return s.substring(0, 1).toUpperCase(Locale.ROOT) + s.substring(1);
    }

    // ---- discovery object, printed information ----

    private void discovery(byte[] content) {
        try {
            DiscoveryObject.parse(content).faults().forEach(f -> found("discovery", PivObject.DISCOVERY, f));
        } catch (CardException e) {
            found("discovery", PivObject.DISCOVERY, e.getMessage());
        }
    }

    private void history(byte[] content) {
        try {
            int promised = KeyHistory.parse(content).onCard();
            var retired = Arrays.stream(PivSlot.values()).filter(PivSlot::isRetired).toList();
            long there = retired.stream().filter(s -> object(s.object()).isPresent()).count();
            if (promised != there && retired.stream().allMatch(s -> objects.containsKey(s.object()))) {
                found("key-history", PivObject.KEY_HISTORY, "The key history promises certificates of " + promised + " retired keys on the card; there "
                        + (there == 1 ? "is " : "are ") + there + ".");
            }
        } catch (CardException e) {
            found("key-history", PivObject.KEY_HISTORY, e.getMessage());
        }
    }

    private void printed(byte[] content) {
        try {
            Optional<LocalDate> expiry = Tlv.parseAll(content).stream().filter(t -> t.tag() == PRINTED_EXPIRY).findFirst()
                    .flatMap(t -> printedDate(new String(t.value(), StandardCharsets.US_ASCII)));
            Optional<LocalDate> onChip = chuid.flatMap(Chuid::expiry);
            if (expiry.isPresent() && onChip.isPresent() && !expiry.equals(onChip)) {
                found("printed-expiry", PivObject.PRINTED, "The printed expiration date, " + expiry.get() + ", is not that of the CHUID, "
                        + onChip.get() + ".");
            }
        } catch (IllegalArgumentException e) {
            found("printed-damaged", PivObject.PRINTED, "The printed information is no sequence of data objects: " + e.getMessage() + ".");
        }
    }

    /** YYYYMMMDD with the month in three letters. */
    private static Optional<LocalDate> printedDate(String text) {
        try {
            var format = new DateTimeFormatterBuilder().parseCaseInsensitive().appendPattern("yyyyMMMdd")
                    .toFormatter(Locale.ENGLISH);
            return Optional.of(LocalDate.parse(text.strip(), format));
        } catch (DateTimeParseException _) {
            return Chuid.date(text.strip().getBytes(StandardCharsets.US_ASCII));
        }
    }

    // ---- security object ----

    private void security() {
        Optional<byte[]> content = object(PivObject.SECURITY);
        if (content.isEmpty()) {
            if (objects.containsKey(PivObject.SECURITY) && chuid.filter(Chuid::isSigned).isPresent()) {
                found("security-missing", PivObject.SECURITY, "The card has no security object, so nobody can tell whether its objects belong together.");
            }
            return;
        }
        SecurityObject s;
        try {
            s = SecurityObject.parse(content.get());
        } catch (CardException e) {
            found("security-damaged", PivObject.SECURITY, e.getMessage());
            return;
        }
        Cms cms = Cms.attached(s.signed(), signers);
        signature(cms, PivObject.SECURITY, "security", "the security object");
        try {
            hashes(s, LDSSecurityObject.getInstance(ASN1Primitive.fromByteArray(cms.content())));
        } catch (IOException | RuntimeException _) {
            if (cms.verdict() != Cms.Verdict.UNREADABLE) {
                found("security-damaged", PivObject.SECURITY, "The hashes in the security object cannot be read.");
            }
        }
    }

    private void hashes(SecurityObject s, LDSSecurityObject lds) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(lds.getDigestAlgorithmIdentifier().getAlgorithm().getId());
        } catch (NoSuchAlgorithmException _) {
            found("security-damaged", PivObject.SECURITY, "The security object's hashes are of a kind that is not known.");
            return;
        }
        for (var group : lds.getDatagroupHash()) {
            Integer container = s.groups().get(group.getDataGroupNumber());
            Optional<PivObject> o = Optional.ofNullable(container).flatMap(PivObject::ofContainer);
            if (o.isEmpty()) {
                found("security-mapping", PivObject.SECURITY, "The security object has a hash, number " + group.getDataGroupNumber()
                        + ", of an object that it does not name.");
            } else if (object(o.get()).isPresent()) {
                byte[] hash = digest.digest(object(o.get()).get());
                if (!Arrays.equals(hash, group.getDataGroupHashValue().getOctets())) {
                    found("security-hash", o.get(), "\"" + o.get().label() + "\" is not what the security object says it is: its hash differs.");
                }
            } else if (objects.containsKey(o.get())) {
                found("security-gone", o.get(), "\"" + o.get().label() + "\" is named in the security object but not on the card.");
            }
        }
    }

    // ---- biometrics ----

    private void biometric(PivObject o, byte[] content) {
        String what = switch (o.kind()) {
            case FACE -> "the facial image";
            case IRIS -> "the iris record";
            default -> "the fingerprint record";
        };
        String code = o.kind().name().toLowerCase(Locale.ROOT);
        Biometric r;
        try {
            r = Biometric.parse(content, o.label());
        } catch (CardException e) {
            found(code + "-damaged", o, e.getMessage());
            return;
        }
        if (r.signature().length == 0) {
            found(code + "-unsigned", o, capital(what) + " is not signed by an issuer.");
        } else {
            Cms cms = Cms.detached(r.signature(), r.signed(), signers);
            signature(cms, o, code, what);
            cms.attribute(ENTRY_UUID).flatMap(Chuid::uuid).ifPresent(u -> sameUuid(u, o, code, what));
        }
        sameFascN(r.fascN(), o, code, what);
        if (r.until().isPresent()) {
            LocalDate until = day(r.until().get());
            if (now.isAfter(r.until().get())) {
                found(code + "-expired", o, capital(what) + " expired on " + until + ".");
            } else if (chuid.flatMap(Chuid::expiry).filter(until::isBefore).isPresent()) {
                found(code + "-expires-first", o, capital(what) + " expires on " + until + ", before the card does.");
            }
        }
    }

    private void sameFascN(byte[] its, PivObject o, String code, String what) {
        byte[] cards = chuid.map(Chuid::fascN).orElse(new byte[0]);
        if (cards.length > 0 && !Arrays.equals(its, cards)) {
            found(code + "-fasc-n", o, capital(what) + " belongs to another card: its FASC-N is " + inWords(its) + ", the CHUID's is "
                    + inWords(cards) + ".");
        }
    }

    private static String inWords(byte[] fascN) {
        return FascN.of(fascN).map(f -> f.card() + " for person " + f.person() + f.category() + f.organization() + f.association())
                .orElseGet(() -> "not readable (" + Hex.of(fascN) + ")");
    }

    private void sameUuid(UUID its, PivObject o, String code, String what) {
        Optional<UUID> cards = chuid.flatMap(Chuid::guid);
        if (cards.isPresent() && !cards.get().equals(its)) {
            found(code + "-uuid", o, capital(what) + " belongs to another card: its card UUID is " + its + ", the CHUID's is " + cards.get() + ".");
        }
    }

    // ---- certificates ----

    private void certificate(PivSlot slot, byte[] content) {
        PivObject o = slot.object();
        String what = "the " + o.label().substring(0, 1).toLowerCase(Locale.ROOT) + o.label().substring(1);
        X509Certificate x;
        try {
            x = PivCertificate.parse(content, o.label());
        } catch (CardException e) {
            found("certificate-damaged", o, e.getMessage());
            return;
        }
        // a retired key's certificate may well have expired
        if (!slot.isRetired()) {
            if (now.isAfter(x.getNotAfter().toInstant())) {
                found("certificate-expired", o, capital(what) + " expired on " + day(x.getNotAfter().toInstant()) + ".");
            } else if (now.isBefore(x.getNotBefore().toInstant())) {
                found("certificate-early", o, capital(what) + " is not valid before " + day(x.getNotBefore().toInstant()) + ".");
            }
        }
        // the other certificates may name the holder instead of the card, and outlive it
        if (slot == PivSlot.AUTHENTICATION || slot == PivSlot.CARD_AUTHENTICATION) {
            ofThisCard(x, Names.of(x), o, what);
        }
        if (!fitsItsKey(x)) {
            found("certificate-key-id", o, "The key identifier of " + what + " does not fit the public key in it: the key may have been replaced.");
        }
        PublicKey key = keys.get(slot);
        if (key != null && !Arrays.equals(key.getEncoded(), x.getPublicKey().getEncoded())) {
            found("certificate-other-key", o, capital(what) + " is for another key than the one in slot " + slot.id() + ".");
        }
        // that the maker of the token vouches for the key that attests is no matter of the issuer's authorities
        if (slot != PivSlot.ATTESTATION || authorities.stream().anyMatch(a -> a.getSubjectX500Principal().equals(x.getIssuerX500Principal()))) {
            issuer(x, o, "certificate", what);
        }
    }

    private void ofThisCard(X509Certificate x, Names names, PivObject o, String what) {
        names.fascN().ifPresent(f -> sameFascN(f, o, "certificate", what));
        names.uuid().ifPresent(u -> sameUuid(u, o, "certificate", what));
        if (names.fascN().isPresent() || names.uuid().isPresent()) {
            LocalDate until = day(x.getNotAfter().toInstant());
            chuid.flatMap(Chuid::expiry).filter(until::isAfter).ifPresent(e -> found("certificate-outlives-card", o,
                    capital(what) + " is valid until " + until + ", longer than the card, which expires on " + e + "."));
        }
    }

    /** The signature by, and the validity of, the issuer, if it is among the authorities that are known. */
    private void issuer(X509Certificate x, PivObject o, String code, String what) {
        List<X509Certificate> issuers = authorities.stream().filter(a -> a.getSubjectX500Principal().equals(x.getIssuerX500Principal())).toList();
        if (issuers.isEmpty()) {
            if (!authorities.isEmpty()) {
                found(code + "-issuer", o, capital(what) + " was issued by " + x.getIssuerX500Principal().getName()
                        + ", which is none of the authorities that are trusted.");
            }
            return;
        }
        Optional<X509Certificate> issuer = issuers.stream().filter(a -> isSignedBy(x, a)).findFirst();
        if (issuer.isEmpty()) {
            found(code + "-changed", o, capital(what) + " was changed after it was issued, or is forged: the signature of its issuer is wrong.");
        } else if (now.isAfter(issuer.get().getNotAfter().toInstant())) {
            found(code + "-issuer-expired", o, "The certificate of the authority that issued " + what + " expired on "
                    + day(issuer.get().getNotAfter().toInstant()) + ".");
        } else if (now.isBefore(issuer.get().getNotBefore().toInstant())) {
            found(code + "-issuer-early", o, "The certificate of the authority that issued " + what + " is not valid before "
                    + day(issuer.get().getNotBefore().toInstant()) + ".");
        }
    }

    private static boolean isSignedBy(X509Certificate x, X509Certificate issuer) {
        try {
            x.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException | RuntimeException _) {
            return false;
        }
    }

    /** True unless the identifier is of the first method's length and not the SHA-1 hash of the key (RFC 5280 §4.2.1.2). */
    private static boolean fitsItsKey(X509Certificate x) {
        byte[] extension = x.getExtensionValue(SUBJECT_KEY_ID);
        if (extension == null) {
            return true;
        }
        try {
            byte[] id = ASN1OctetString.getInstance(ASN1OctetString.getInstance(extension).getOctets()).getOctets();
            byte[] bits = SubjectPublicKeyInfo.getInstance(x.getPublicKey().getEncoded()).getPublicKeyData().getBytes();
            return id.length != 20 || Arrays.equals(id, MessageDigest.getInstance("SHA-1").digest(bits));
        } catch (NoSuchAlgorithmException | RuntimeException _) {
            return true;
        }
    }

    /** The card's identifiers in a certificate (FIPS 201-3 §4.2.2.1): subject alternative names. */
    private record Names(Optional<byte[]> fascN, Optional<UUID> uuid) {

        static Names of(X509Certificate x) {
            Optional<byte[]> fascN = Optional.empty();
            Optional<UUID> uuid = Optional.empty();
            try {
                Collection<List<?>> all = x.getSubjectAlternativeNames();
                for (List<?> name : all == null ? List.<List<?>>of() : all) {
                    int kind = (Integer) name.getFirst();
                    if (kind == OTHER_NAME && name.get(1) instanceof byte[] der) {
                        fascN = fascN.or(() -> other(der));
                    } else if (kind == URI && name.get(1) instanceof String s && s.startsWith(URN)) {
                        uuid = uuid.or(() -> parse(s.substring(URN.length())));
                    }
                }
            } catch (CertificateParsingException _) {
                // names that cannot be read say nothing about the card
            }
            return new Names(fascN, uuid);
        }

        private static Optional<UUID> parse(String text) {
            try {
                return Optional.of(UUID.fromString(text));
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }

        private static Optional<byte[]> other(byte[] der) {
            try {
                var tagged = ASN1Primitive.fromByteArray(der);
                ASN1Sequence s = tagged instanceof ASN1TaggedObject t ? ASN1Sequence.getInstance(t, false) : ASN1Sequence.getInstance(tagged);
                if (!ASN1ObjectIdentifier.getInstance(s.getObjectAt(0)).getId().equals(FASC_N)) {
                    return Optional.empty();
                }
                var value = ASN1TaggedObject.getInstance(s.getObjectAt(1)).getExplicitBaseObject();
                return Optional.of(ASN1OctetString.getInstance(value).getOctets());
            } catch (IOException | RuntimeException _) {
                return Optional.empty();
            }
        }
    }
}
