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
import org.esc.apdu.Words;
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

    private static final Words WORDS = Words.of(PivChecks.class);

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

    /** As ISO 8601 writes it in English, else as the language does. */
    private static Object shown(LocalDate day) {
        return Words.locale().getLanguage().equals("en") ? day.toString() : day;
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
            found("fasc-n", PivObject.CHUID, WORDS.say("The CHUID's FASC-N cannot be read: {0}.", e.getMessage()));
        }
        if (c.expiry().isEmpty()) {
            found("chuid-expiry", PivObject.CHUID, WORDS.say("The CHUID has no expiration date that can be read."));
        } else if (day(now).isAfter(c.expiry().get())) {
            found("chuid-expired", PivObject.CHUID, WORDS.say("The card expired on {0}, says its CHUID.", shown(c.expiry().get())));
        }
        if (!c.isSigned()) {
            // cards that are not issued by an agency or for its use carry nines, and nobody promised to sign them
            if (fascN().filter(f -> !f.agency().equals("9999")).isPresent()) {
                found("chuid-unsigned", PivObject.CHUID, WORDS.say("The CHUID is not signed by an issuer."));
            }
            return;
        }
        Cms cms = Cms.detached(c.signature(), c.signed(), List.of());
        signers = cms.signers();
        signature(cms, PivObject.CHUID, "chuid", WORDS.say("the CHUID"));
    }

    /** @param code how codes begin @param what the object in words, with article */
    private void signature(Cms cms, PivObject o, String code, String what) {
        switch (cms.verdict()) {
            case GOOD -> {
                // nothing to say
            }
            case CHANGED -> found(code + "-changed", o, WORDS.say("{0} was changed after its issuer signed it.", capital(what)));
            case WRONG -> found(code + "-signature", o, WORDS.say("The signature of {0} is wrong.", what));
            case NO_SIGNER -> found(code + "-signer", o, WORDS.say("The certificate of who signed {0} is not on the card.", what));
            case UNREADABLE -> found(code + "-signature", o, WORDS.say("The signature of {0} cannot be read.", what));
        }
        cms.signer().ifPresent(s -> signer(s, o, code, what));
    }

    private void signer(X509Certificate s, PivObject o, String code, String what) {
        if (now.isAfter(s.getNotAfter().toInstant())) {
            found(code + "-signer-expired", o, WORDS.say("The certificate of who signed {0} expired on {1}.", what, shown(day(s.getNotAfter().toInstant()))));
        } else if (now.isBefore(s.getNotBefore().toInstant())) {
            found(code + "-signer-early", o, WORDS.say("The certificate of who signed {0} is not valid before {1}.", what, shown(day(s.getNotBefore().toInstant()))));
        }
        try {
            List<String> uses = s.getExtendedKeyUsage();
            if (uses == null || uses.stream().noneMatch(CONTENT_SIGNING::contains)) {
                found(code + "-signer-use", o, WORDS.say("The certificate of who signed {0} is not for signing the content of PIV cards.", what));
            }
        } catch (CertificateParsingException _) {
            found(code + "-signer", o, WORDS.say("The certificate of who signed {0} cannot be read.", what));
        }
        issuer(s, o, code + "-signer", WORDS.say("the certificate of who signed {0}", what));
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
                found("key-history", PivObject.KEY_HISTORY, WORDS.many(there, "The key history promises certificates of {1} retired keys on the card; there is {0}.",
                        "The key history promises certificates of {1} retired keys on the card; there are {0}.", promised));
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
                found("printed-expiry", PivObject.PRINTED, WORDS.say("The printed expiration date, {0}, is not that of the CHUID, {1}.", shown(expiry.get()),
                        shown(onChip.get())));
            }
        } catch (IllegalArgumentException e) {
            found("printed-damaged", PivObject.PRINTED, WORDS.say("The printed information is no sequence of data objects: {0}.", e.getMessage()));
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
                found("security-missing", PivObject.SECURITY, WORDS.say("The card has no security object, so nobody can tell whether its objects belong together."));
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
        signature(cms, PivObject.SECURITY, "security", WORDS.say("the security object"));
        try {
            hashes(s, LDSSecurityObject.getInstance(ASN1Primitive.fromByteArray(cms.content())));
        } catch (IOException | RuntimeException _) {
            if (cms.verdict() != Cms.Verdict.UNREADABLE) {
                found("security-damaged", PivObject.SECURITY, WORDS.say("The hashes in the security object cannot be read."));
            }
        }
    }

    private void hashes(SecurityObject s, LDSSecurityObject lds) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance(lds.getDigestAlgorithmIdentifier().getAlgorithm().getId());
        } catch (NoSuchAlgorithmException _) {
            found("security-damaged", PivObject.SECURITY, WORDS.say("The security object's hashes are of a kind that is not known."));
            return;
        }
        for (var group : lds.getDatagroupHash()) {
            Integer container = s.groups().get(group.getDataGroupNumber());
            Optional<PivObject> o = Optional.ofNullable(container).flatMap(PivObject::ofContainer);
            if (o.isEmpty()) {
                found("security-mapping", PivObject.SECURITY, WORDS.say("The security object has a hash, number {0}, of an object that it does not name.",
                        group.getDataGroupNumber()));
            } else if (object(o.get()).isPresent()) {
                byte[] hash = digest.digest(object(o.get()).get());
                if (!Arrays.equals(hash, group.getDataGroupHashValue().getOctets())) {
                    found("security-hash", o.get(), WORDS.say("\"{0}\" is not what the security object says it is: its hash differs.", o.get().label()));
                }
            } else if (objects.containsKey(o.get())) {
                found("security-gone", o.get(), WORDS.say("\"{0}\" is named in the security object but not on the card.", o.get().label()));
            }
        }
    }

    // ---- biometrics ----

    private void biometric(PivObject o, byte[] content) {
        String what = switch (o.kind()) {
            case FACE -> WORDS.say("the facial image");
            case IRIS -> WORDS.say("the iris record");
            default -> WORDS.say("the fingerprint record");
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
            found(code + "-unsigned", o, WORDS.say("{0} is not signed by an issuer.", capital(what)));
        } else {
            Cms cms = Cms.detached(r.signature(), r.signed(), signers);
            signature(cms, o, code, what);
            cms.attribute(ENTRY_UUID).flatMap(Chuid::uuid).ifPresent(u -> sameUuid(u, o, code, what));
        }
        sameFascN(r.fascN(), o, code, what);
        if (r.until().isPresent()) {
            LocalDate until = day(r.until().get());
            if (now.isAfter(r.until().get())) {
                found(code + "-expired", o, WORDS.say("{0} expired on {1}.", capital(what), shown(until)));
            } else if (chuid.flatMap(Chuid::expiry).filter(until::isBefore).isPresent()) {
                found(code + "-expires-first", o, WORDS.say("{0} expires on {1}, before the card does.", capital(what), shown(until)));
            }
        }
    }

    private void sameFascN(byte[] its, PivObject o, String code, String what) {
        byte[] cards = chuid.map(Chuid::fascN).orElse(new byte[0]);
        if (cards.length > 0 && !Arrays.equals(its, cards)) {
            found(code + "-fasc-n", o, WORDS.say("{0} belongs to another card: its FASC-N is {1}, the CHUID's is {2}.", capital(what), inWords(its), inWords(cards)));
        }
    }

    private static String inWords(byte[] fascN) {
        return FascN.of(fascN).map(f -> WORDS.say("{0} for person {1}", f.card(), f.person() + f.category() + f.organization() + f.association()))
                .orElseGet(() -> WORDS.say("not readable ({0})", Hex.of(fascN)));
    }

    private void sameUuid(UUID its, PivObject o, String code, String what) {
        Optional<UUID> cards = chuid.flatMap(Chuid::guid);
        if (cards.isPresent() && !cards.get().equals(its)) {
            found(code + "-uuid", o, WORDS.say("{0} belongs to another card: its card UUID is {1}, the CHUID's is {2}.", capital(what), its, cards.get()));
        }
    }

    // ---- certificates ----

    private void certificate(PivSlot slot, byte[] content) {
        PivObject o = slot.object();
        String what = WORDS.say("the {0}", Words.locale().getLanguage().equals("de") ? o.label()
                : o.label().substring(0, 1).toLowerCase(Locale.ROOT) + o.label().substring(1));
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
                found("certificate-expired", o, WORDS.say("{0} expired on {1}.", capital(what), shown(day(x.getNotAfter().toInstant()))));
            } else if (now.isBefore(x.getNotBefore().toInstant())) {
                found("certificate-early", o, WORDS.say("{0} is not valid before {1}.", capital(what), shown(day(x.getNotBefore().toInstant()))));
            }
        }
        // the other certificates may name the holder instead of the card, and outlive it
        if (slot == PivSlot.AUTHENTICATION || slot == PivSlot.CARD_AUTHENTICATION) {
            ofThisCard(x, Names.of(x), o, what);
        }
        if (!fitsItsKey(x)) {
            found("certificate-key-id", o, WORDS.say("The key identifier of {0} does not fit the public key in it: the key may have been replaced.", what));
        }
        PublicKey key = keys.get(slot);
        if (key != null && !Arrays.equals(key.getEncoded(), x.getPublicKey().getEncoded())) {
            found("certificate-other-key", o, WORDS.say("{0} is for another key than the one in slot {1}.", capital(what), slot.id()));
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
                    WORDS.say("{0} is valid until {1}, longer than the card, which expires on {2}.", capital(what), shown(until), shown(e))));
        }
    }

    /** The signature by, and the validity of, the issuer, if it is among the authorities that are known. */
    private void issuer(X509Certificate x, PivObject o, String code, String what) {
        List<X509Certificate> issuers = authorities.stream().filter(a -> a.getSubjectX500Principal().equals(x.getIssuerX500Principal())).toList();
        if (issuers.isEmpty()) {
            if (!authorities.isEmpty()) {
                found(code + "-issuer", o, WORDS.say("{0} was issued by {1}, which is none of the authorities that are trusted.", capital(what),
                        x.getIssuerX500Principal().getName()));
            }
            return;
        }
        Optional<X509Certificate> issuer = issuers.stream().filter(a -> isSignedBy(x, a)).findFirst();
        if (issuer.isEmpty()) {
            found(code + "-changed", o, WORDS.say("{0} was changed after it was issued, or is forged: the signature of its issuer is wrong.", capital(what)));
        } else if (now.isAfter(issuer.get().getNotAfter().toInstant())) {
            found(code + "-issuer-expired", o, WORDS.say("The certificate of the authority that issued {0} expired on {1}.", what,
                    shown(day(issuer.get().getNotAfter().toInstant()))));
        } else if (now.isBefore(issuer.get().getNotBefore().toInstant())) {
            found(code + "-issuer-early", o, WORDS.say("The certificate of the authority that issued {0} is not valid before {1}.", what,
                    shown(day(issuer.get().getNotBefore().toInstant()))));
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
