// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.openpgp;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.DERSequence;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.PinFormat;
import org.esc.card.PinRequest;
import org.esc.driver.Access;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.Attempts;
import org.esc.driver.Capability;
import org.esc.driver.CardApplication;
import org.esc.driver.CertificateWriting;
import org.esc.driver.Certificates;
import org.esc.driver.DataObject;
import org.esc.driver.DataObjects;
import org.esc.driver.Decryption;
import org.esc.driver.Detail;
import org.esc.driver.KeyAlgorithm;
import org.esc.driver.KeyGeneration;
import org.esc.driver.KeyImport;
import org.esc.driver.KeyPolicy;
import org.esc.driver.Keys;
import org.esc.driver.ObjectContent;
import org.esc.driver.ObjectWriting;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.PinsAtReader;
import org.esc.driver.RsaPadding;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenKey;
import org.esc.driver.TokenState;
import org.esc.driver.openpgp.Objects.Item;
import org.esc.openpgp.AlgorithmAttributes;
import org.esc.openpgp.ApplicationData;
import org.esc.openpgp.CardAid;
import org.esc.openpgp.Cardholder;
import org.esc.openpgp.Curve;
import org.esc.openpgp.Fingerprint;
import org.esc.openpgp.HistoricalBytes;
import org.esc.openpgp.ImportedKey;
import org.esc.openpgp.Kdf;
import org.esc.openpgp.KeySlot;
import org.esc.openpgp.OpenPgpCard;
import org.esc.openpgp.OpenPgpCard.Password;
import org.esc.openpgp.PasswordStatus;
import org.esc.openpgp.PublicKeys;
import org.esc.openpgp.Tag;

/** The OpenPGP application on one card. */
final class OpenPgpToken implements CardApplication, Certificates, CertificateWriting, Keys, DataObjects, ObjectWriting, Pins, PinsAtReader, KeyGeneration,
        KeyImport, Signing, Decryption, ApplicationLifeCycle {

    private static final Words WORDS = Words.of(OpenPgpToken.class);

    private static final String PW1 = Objects.PW1;
    private static final String PW1_SIGN = "pw1-sign";
    private static final String CODE = "rc";
    private static final String PW3 = Objects.PW3;
    private static final int LEAST_PW1 = 6;
    private static final int LEAST_CODE = 8;
    private static final int LEAST_PW3 = 8;
    private static final int TRIES = 3;
    private static final int MOST_TRIES = 15;
    private static final long HASHED = 10_000_000;
    private static final byte BUTTON = 0x20;
    private static final String RESET = "reset";
    private static final String KDF_ON = "kdf-on";
    private static final String KDF_OFF = "kdf-off";
    private static final Access ADMINISTRATOR = Access.pin(PW3);

    private final CardChannel channel;
    private final OpenPgpCard card;
    private boolean terminated;
    private boolean importsKeys;
    private Optional<ApplicationData> data = Optional.empty();
    private Optional<List<TokenKey>> keys = Optional.empty();
    private Optional<List<TokenCertificate>> certificates = Optional.empty();
    /** What was wrong with the keys and certificates that were read. */
    private final List<String> keyProblems = new ArrayList<>();
    private final List<String> certificateProblems = new ArrayList<>();

    OpenPgpToken(CardChannel channel) {
        this.channel = channel;
        card = new OpenPgpCard(channel);
    }

    @Override
    public void select() throws EscException {
        terminated = !card.select();
        if (terminated) {
            forget();
        } else if (data.isEmpty()) {
            try {
                data();
            } catch (EscException e) {
                // what it costs is told by those who need it
                if (Attempts.isOver(e)) {
                    throw e;
                }
            }
        }
    }

    private void forget() {
        data = Optional.empty();
        keys = Optional.empty();
        certificates = Optional.empty();
    }

    private ApplicationData data() throws EscException {
        if (data.isEmpty()) {
            data = Optional.of(card.applicationData());
            importsKeys = data.get().capabilities().keyImport();
        }
        return data.get();
    }

    @Override
    public <C extends Capability> Optional<C> capability(Class<C> type) {
        boolean offered = type == ApplicationLifeCycle.class || !terminated
                && (type != KeyImport.class || importsKeys);
        return offered && type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
    }

    private static EscException usage(String step, String message, String code) {
        return Problem.of(Fault.USAGE, step, message).code(code).exception();
    }

    /** What a parser makes of the card's bytes; its complaint is the card's fault. */
    private interface Parser<T> {
        T parse();
    }

    private static <T> T sense(String step, Parser<T> parser) throws CardException {
        try {
            return parser.parse();
        } catch (IllegalArgumentException e) {
            throw new CardException(Problem.of(Fault.CARD, step, (e.getMessage() == null ? WORDS.say("What the card answered makes no sense")
                    : e.getMessage()) + "."), e);
        }
    }

    // ---- identity

    @Override
    public TokenIdentity identity() throws EscException {
        var b = new TokenIdentity.Builder();
        b.label = WORDS.say("OpenPGP card");
        var parts = new Attempts();
        if (terminated) {
            b.state = TokenState.BLOCKED;
            b.lifeCycle = new HistoricalBytes(HistoricalBytes.INITIALISATION, false, false).lifeCycleWords();
            b.problems = List.of(WORDS.say("The OpenPGP application was terminated. A reset begins its next life."));
            return b.build();
        }
        b.state = TokenState.FOREIGN;
        var details = new ArrayList<Detail>();
        parts.at(() -> application(b, details, parts));
        parts.at(() -> cardholder(b, details));
        parts.at(() -> text(details, WORDS.say("URL of the public key"), Tag.URL));
        parts.at(() -> text(details, WORDS.say("Login data"), Tag.LOGIN));
        parts.at(() -> details.add(new Detail(WORDS.say("Signatures made"), Integer.toString(card.signatureCounter()))));
        parts.at(() -> keyDetails(details));
        parts.at(() -> algorithms(details));
        if (data.filter(d -> d.capabilities().kdf()).isPresent()) {
            parts.at(() -> details.add(new Detail(WORDS.say("PINs are sent"), card.kdf().map(k -> WORDS.say("hashed: {0}", k)).orElse(WORDS.say("as they are")))));
        }
        parts.at(() -> {
            keys();
            keyProblems.forEach(parts::problem);
            certificates();
            certificateProblems.forEach(parts::problem);
        });
        b.details = details;
        b.problems = parts.problems();
        return b.build();
    }

    private void application(TokenIdentity.Builder b, List<Detail> details, Attempts parts) throws EscException {
        ApplicationData d = data();
        parts.at(() -> {
            CardAid aid = sense(WORDS.say("read the application identifier"), () -> d.aid().orElseThrow(
                    () -> new IllegalArgumentException(WORDS.say("The card does not tell its application identifier"))));
            b.appletVersion = aid.versionText();
            b.serial = aid.serialText();
            details.add(new Detail(WORDS.say("Manufacturer"), aid.manufacturerText()));
        });
        b.lifeCycle = HistoricalBytes.parse(d.historicalBytes()).lifeCycleWords();
        details.add(new Detail(WORDS.say("Offers"), String.join(", ", d.capabilities().words())));
        parts.at(() -> sense(WORDS.say("read the extended length information"), d::lengths).ifPresent(l -> details.add(
                new Detail(WORDS.say("Extended length"), WORDS.say("commands of {0} bytes, answers of {1}", l.command(), l.answer())))));
        parts.at(() -> {
            PasswordStatus p = card.passwords();
            details.add(new Detail(WORDS.say("PW1 is good for"), p.pw1ForSeveral() ? WORDS.say("several signatures") : WORDS.say("one signature")));
        });
    }

    private void cardholder(TokenIdentity.Builder b, List<Detail> details) throws EscException {
        Cardholder h = card.cardholder();
        if (!h.displayName().isEmpty()) {
            b.label = h.displayName();
            details.add(new Detail(WORDS.say("Cardholder"), h.displayName()));
        }
        if (!h.languages().isEmpty()) {
            details.add(new Detail(WORDS.say("Languages"), h.languageText()));
        }
        if (!h.sexText().isEmpty()) {
            details.add(new Detail(WORDS.say("Sex"), h.sexText()));
        }
    }

    private void text(List<Detail> details, String name, int tag) throws EscException {
        String t = Objects.printable(card.find(tag).orElse(new byte[0]));
        if (!t.isEmpty()) {
            details.add(new Detail(name, t));
        }
    }

    private void keyDetails(List<Detail> details) throws EscException {
        ApplicationData d = data();
        for (KeySlot s : KeySlot.values()) {
            String name = Objects.words(Objects.key(s));
            d.attributes(s).ifPresent(a -> details.add(new Detail(name, a.words() + d.source(s).map(x -> ", " + switch (x) {
                case ABSENT -> WORDS.say("empty");
                case GENERATED -> WORDS.say("made by the card");
                case IMPORTED -> WORDS.say("imported");
            }).orElse("") + (d.interaction(s).orElse(0) > 0 ? ", " + WORDS.say("each use must be confirmed") : ""))));
            d.fingerprint(s).ifPresent(f -> details.add(new Detail(WORDS.say("{0} fingerprint", name), Fingerprint.words(f))));
            d.date(s).ifPresent(t -> details.add(new Detail(WORDS.say("{0} made", name), t.toString())));
        }
        for (KeySlot s : KeySlot.values()) {
            d.caFingerprint(s.ordinal()).ifPresent(f -> details.add(new Detail(WORDS.say("CA fingerprint {0}", s.number()), Fingerprint.words(f))));
        }
    }

    private void algorithms(List<Detail> details) throws EscException {
        Optional<byte[]> information = card.find(Tag.ALGORITHM_INFORMATION).filter(i -> i.length > 0);
        if (information.isPresent()) {
            for (KeySlot s : KeySlot.values()) {
                details.add(new Detail(WORDS.say("{0} may be", Objects.words(Objects.key(s))),
                        sense(WORDS.say("read the algorithm information"), () -> Objects.words(s, information.get()))));
            }
        }
    }

    // ---- certificates

    private static String certificateLabel(KeySlot s) {
        return switch (s) {
            case SIGN -> WORDS.say("Signature certificate");
            case DECRYPT -> WORDS.say("Decryption certificate");
            case AUTHENTICATE -> WORDS.say("Authentication certificate");
        };
    }

    private List<KeySlot> certificateSlotList() {
        boolean three = data.flatMap(d -> {
            try {
                return d.aid();
            } catch (IllegalArgumentException _) {
                return Optional.empty();
            }
        }).map(a -> a.version() >= 0x0300).orElse(true);
        return three ? List.of(KeySlot.values()) : List.of(KeySlot.AUTHENTICATE);
    }

    @Override
    public List<TokenCertificate> certificates() throws EscException {
        if (certificates.isEmpty()) {
            certificateProblems.clear();
            var found = new ArrayList<TokenCertificate>();
            var parts = new Attempts();
            for (KeySlot s : certificateSlotList()) {
                parts.at(() -> {
                    byte[] der = card.certificate(s);
                    if (der.length > 0) {
                        found.add(new TokenCertificate(s.id(), certificateLabel(s), decode(s, der)));
                    }
                });
            }
            certificateProblems.addAll(parts.problems());
            certificates = Optional.of(List.copyOf(found));
        }
        return certificates.get();
    }

    private static X509Certificate decode(KeySlot slot, byte[] der) throws EscException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException | RuntimeException e) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("read a certificate"),
                    WORDS.say("The certificate of the {0} is no valid certificate.", Objects.key(slot))), e);
        }
    }

    @Override
    public List<String> certificateSlots() {
        return certificateSlotList().stream().map(KeySlot::id).toList();
    }

    @Override
    public Access certificateAccess() {
        return ADMINISTRATOR;
    }

    @Override
    public void writeCertificate(String slot, X509Certificate certificate) throws EscException {
        KeySlot s = slot(slot);
        byte[] der;
        try {
            der = certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new EscException(Problem.of(Fault.USAGE, WORDS.say("write the certificate"), WORDS.say("This certificate cannot be encoded.")), e);
        }
        int most = data().capabilities().longestCertificate();
        if (most > 0 && der.length > most) {
            throw usage(WORDS.say("write the certificate"), WORDS.say("The certificate has {0} bytes; this card takes {1}.", der.length, most), "too-long");
        }
        certificates = Optional.empty();
        card.putCertificate(s, der);
    }

    @Override
    public void deleteCertificate(String slot) throws EscException {
        KeySlot s = slot(slot);
        certificates = Optional.empty();
        card.putCertificate(s, new byte[0]);
    }

    private static KeySlot slot(String id) throws EscException {
        return KeySlot.of(id).orElseThrow(() -> usage(WORDS.say("find the key"), WORDS.say("An OpenPGP card has the slots sig, dec and aut, not \"{0}\".", id),
                "no-slot"));
    }

    // ---- keys

    @Override
    public List<TokenKey> keys() throws EscException {
        if (keys.isEmpty()) {
            keyProblems.clear();
            var found = new ArrayList<TokenKey>();
            var parts = new Attempts();
            for (KeySlot s : KeySlot.values()) {
                TokenKey[] k = {new TokenKey(s.id(), Objects.words(Objects.key(s)), "", 0, "", "", "", access(s), Optional.empty())};
                parts.at(() -> k[0] = key(s, parts));
                found.add(k[0]);
            }
            keyProblems.addAll(parts.problems());
            keys = Optional.of(List.copyOf(found));
        }
        return keys.get();
    }

    private static Access access(KeySlot s) {
        return Access.pin(s == KeySlot.SIGN ? PW1_SIGN : PW1);
    }

    private TokenKey key(KeySlot s, Attempts parts) throws EscException {
        ApplicationData d = data();
        AlgorithmAttributes a = d.attributes(s).orElse(new AlgorithmAttributes.Other(new byte[0]));
        Optional<ApplicationData.Source> source = d.source(s);
        Optional<byte[]> template = source.filter(ApplicationData.Source.ABSENT::equals).isPresent() ? Optional.empty() : card.publicKey(s);
        boolean there = template.isPresent() || source.filter(x -> x != ApplicationData.Source.ABSENT).isPresent();
        Optional<PublicKey> key = Optional.empty();
        if (template.isPresent()) {
            try {
                key = Optional.of(PublicKeys.decode(template.get(), a));
            } catch (IllegalArgumentException e) {
                parts.problem(WORDS.say("The public {0} cannot be read: {1}.", Objects.key(s), e.getMessage()));
            }
        }
        return new TokenKey(s.id(), Objects.words(Objects.key(s)), there ? type(a) : "", there ? bits(a) : 0, "", there ? uses(s, a) : "",
                there ? policy(s, d) : "", access(s), key);
    }

    private static String type(AlgorithmAttributes a) {
        return switch (a) {
            case AlgorithmAttributes.Rsa _ -> "RSA private key";
            case AlgorithmAttributes.Ecc e -> e.curve().map(c -> c.isWeierstrass() ? "EC private key" : c.words() + " private key")
                    .orElse("EC private key");
            case AlgorithmAttributes.Other _ -> "Private key";
        };
    }

    private static int bits(AlgorithmAttributes a) {
        return switch (a) {
            case AlgorithmAttributes.Rsa r -> r.modulusBits();
            case AlgorithmAttributes.Ecc e -> e.curve().map(Curve::bits).orElse(0);
            case AlgorithmAttributes.Other _ -> 0;
        };
    }

    private static String uses(KeySlot s, AlgorithmAttributes a) {
        return switch (s) {
            case SIGN -> "sign";
            case DECRYPT -> a instanceof AlgorithmAttributes.Ecc ? "derive" : "decrypt";
            case AUTHENTICATE -> "authenticate";
        };
    }

    private static String policy(KeySlot s, ApplicationData d) throws EscException {
        boolean each = s == KeySlot.SIGN && sense(WORDS.say("read the password status bytes"), d::passwords).filter(p -> !p.pw1ForSeveral()).isPresent();
        boolean touch = d.interaction(s).orElse(0) > 0;
        return (each ? "PIN always" : "PIN once") + (touch ? ", touch" : "");
    }

    @Override
    public Set<KeyAlgorithm> generatable(String slot) throws EscException {
        KeySlot s = slot(slot);
        ApplicationData d = data();
        var all = new LinkedHashSet<KeyAlgorithm>();
        d.attributes(s).flatMap(Algorithms::of).ifPresent(all::add);
        if (d.capabilities().algorithmChangeable()) {
            List<AlgorithmAttributes> offered = offered(s);
            if (offered.isEmpty()) {
                boolean curves = sense(WORDS.say("read the application identifier"), d::aid).map(a -> a.version() >= 0x0300).orElse(false);
                all.addAll(Algorithms.usual(curves));
            } else {
                offered.forEach(a -> Algorithms.of(a).ifPresent(all::add));
            }
        }
        return all;
    }

    private List<AlgorithmAttributes> offered(KeySlot s) throws EscException {
        byte[] information = card.find(Tag.ALGORITHM_INFORMATION).orElse(new byte[0]);
        return sense(WORDS.say("read the algorithm information"), () -> Algorithms.offered(information, s));
    }

    @Override
    public boolean hasKeyPolicies() throws EscException {
        return data().interaction(KeySlot.SIGN).isPresent();
    }

    @Override
    public Set<KeyPolicy.PinUse> pinUses() {
        return Set.of(KeyPolicy.PinUse.DEFAULT);
    }

    @Override
    public Set<KeyPolicy.Touch> touches() throws EscException {
        return hasKeyPolicies() ? Set.of(KeyPolicy.Touch.DEFAULT, KeyPolicy.Touch.NEVER, KeyPolicy.Touch.ALWAYS) : Set.of(KeyPolicy.Touch.DEFAULT);
    }

    @Override
    public Access generationAccess() {
        return ADMINISTRATOR;
    }

    @Override
    public PublicKey generateKey(String slot, KeyAlgorithm algorithm, KeyPolicy policy) throws EscException {
        KeySlot s = slot(slot);
        Optional<byte[]> confirmed = interaction(s, policy);
        AlgorithmAttributes a = prepare(s, algorithm);
        byte[] template = card.generate(s);
        PublicKey key = sense(WORDS.say("make a key"), () -> PublicKeys.decode(template, a));
        describe(s, key, confirmed);
        return key;
    }

    /** Has the card expect this kind of key. What was read of keys is void from here on. */
    private AlgorithmAttributes prepare(KeySlot s, KeyAlgorithm algorithm) throws EscException {
        if (!generatable(s.id()).contains(algorithm)) {
            throw usage(WORDS.say("prepare the key"), WORDS.say("The card's {0} cannot be {1}.", Objects.key(s), algorithm), "bad-algorithm");
        }
        Optional<AlgorithmAttributes> now = data().attributes(s);
        forget();
        if (now.flatMap(Algorithms::of).filter(algorithm::equals).isPresent()) {
            return now.get();
        }
        AlgorithmAttributes wanted = Algorithms.attributes(s, algorithm, offered(s), now);
        card.put(s.attributes(), wanted.encoded());
        return wanted;
    }

    /** Tells the card what OpenPGP programs know a key by, and whether its uses must be confirmed. */
    private void describe(KeySlot s, PublicKey key, Optional<byte[]> confirmed) throws EscException {
        forget();
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        byte[] fingerprint = sense(WORDS.say("describe the key"), () -> Fingerprint.of(s, key, now));
        card.put(s.fingerprint(), fingerprint);
        card.put(s.date(), Fingerprint.seconds(now));
        if (confirmed.isPresent()) {
            card.put(s.interaction(), confirmed.get());
        }
    }

    private Optional<byte[]> interaction(KeySlot s, KeyPolicy policy) throws EscException {
        boolean can = policy.pin() == KeyPolicy.PinUse.DEFAULT && switch (policy.touch()) {
            case DEFAULT -> true;
            case CACHED -> false;
            case NEVER, ALWAYS -> data().interaction(s).isPresent();
        };
        if (!can) {
            throw usage(WORDS.say("prepare the key"), WORDS.say("This card cannot tie the use of a key to that."), "bad-policy");
        }
        return switch (policy.touch()) {
            case NEVER -> Optional.of(new byte[] {0, BUTTON});
            case ALWAYS -> Optional.of(new byte[] {1, BUTTON});
            default -> Optional.empty();
        };
    }

    @Override
    public Set<KeyAlgorithm> importable(String slot) throws EscException {
        return generatable(slot);
    }

    @Override
    public Access importAccess() {
        return ADMINISTRATOR;
    }

    @Override
    public void importKey(String slot, KeyPair pair, KeyPolicy policy) throws EscException {
        KeySlot s = slot(slot);
        KeyAlgorithm algorithm = sense(WORDS.say("write the key"), () -> Algorithms.of(pair).orElse(null));
        if (algorithm == null) {
            throw usage(WORDS.say("write the key"), WORDS.say("OpenPGP cards know no keys of this kind."), "bad-algorithm");
        }
        Optional<byte[]> confirmed = interaction(s, policy);
        AlgorithmAttributes a = prepare(s, algorithm);
        try (ImportedKey key = ImportedKey.of(s, a, pair)) {
            card.importKey(key);
        } catch (IllegalArgumentException e) {
            throw usage(WORDS.say("write the key"), e.getMessage() + ".", "bad-key");
        }
        describe(s, pair.getPublic(), confirmed);
    }

    private AlgorithmAttributes needed(KeySlot s) throws EscException {
        return present(s).orElseThrow(() -> usage(WORDS.say("find the key"), WORDS.say("The card has no {0}.", Objects.key(s)), "no-key"));
    }

    private Optional<AlgorithmAttributes> present(KeySlot s) throws EscException {
        return keys().get(s.ordinal()).present() ? data().attributes(s) : Optional.empty();
    }

    @Override
    public Set<SignatureAlgorithm> signatures(String slot) throws EscException {
        KeySlot s = slot(slot);
        return s == KeySlot.DECRYPT ? Set.of() : present(s).map(Algorithms::signatures).orElse(Set.of());
    }

    @Override
    public byte[] sign(String slot, SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException {
        KeySlot s = slot(slot);
        AlgorithmAttributes a = needed(s);
        if (!signatures(slot).contains(algorithm)) {
            throw usage(WORDS.say("sign with the card's key"), WORDS.say("The card's {0} does not sign in this way.", Objects.key(s)), "bad-algorithm");
        }
        byte[] data = a instanceof AlgorithmAttributes.Rsa ? RsaPadding.digestInfo(algorithm, toBeSigned) : toBeSigned;
        byte[] signature = s == KeySlot.SIGN ? card.sign(data) : card.authenticate(data);
        boolean pair = algorithm.name().startsWith("ECDSA");
        return pair ? sequence(signature) : signature;
    }

    /** r and s one behind the other, as the sequence that X.509 wants. */
    private static byte[] sequence(byte[] rs) throws EscException {
        if (rs.length == 0 || rs.length % 2 != 0) {
            throw new CardException(WORDS.say("sign with the card's key"), WORDS.say("The card's signature has {0} bytes, which cannot be.", rs.length));
        }
        int n = rs.length / 2;
        try {
            return new DERSequence(new ASN1Integer[] {new ASN1Integer(new BigInteger(1, Arrays.copyOf(rs, n))),
                new ASN1Integer(new BigInteger(1, Arrays.copyOfRange(rs, n, 2 * n)))}).getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public boolean decrypts(String slot) throws EscException {
        KeySlot s = slot(slot);
        return s == KeySlot.DECRYPT && present(s).filter(AlgorithmAttributes.Rsa.class::isInstance).isPresent();
    }

    @Override
    public boolean agrees(String slot) throws EscException {
        KeySlot s = slot(slot);
        return s == KeySlot.DECRYPT && present(s).filter(AlgorithmAttributes.Ecc.class::isInstance).isPresent();
    }

    @Override
    public byte[] decrypt(String slot, byte[] cryptogram) throws EscException {
        needed(slot(slot));
        if (!decrypts(slot)) {
            throw usage(WORDS.say("decrypt with the card's key"), WORDS.say("This key does not decrypt RSA."), "bad-algorithm");
        }
        return card.decipher(cryptogram);
    }

    @Override
    public byte[] agree(String slot, PublicKey other) throws EscException {
        AlgorithmAttributes a = needed(slot(slot));
        Optional<Curve> curve = a instanceof AlgorithmAttributes.Ecc e ? e.curve() : Optional.empty();
        if (!agrees(slot) || curve.isEmpty() || !curve.equals(sense(WORDS.say("agree on a secret"), () -> PublicKeys.curve(other)))) {
            throw usage(WORDS.say("agree on a secret with the card's key"), WORDS.say("The other key is not on the curve of the card's key."), "bad-algorithm");
        }
        byte[] secret = card.agree(PublicKeys.point(other));
        int n = curve.get().bytes();
        if (secret.length == 1 + 2 * n && secret[0] == 4) {
            // some cards give the whole point
            byte[] x = Arrays.copyOfRange(secret, 1, 1 + n);
            Arrays.fill(secret, (byte) 0);
            return x;
        }
        if (secret.length != n) {
            throw new CardException(WORDS.say("agree on a secret with the card's key"), WORDS.say("The card's secret has {0} bytes, not {1}.", secret.length, n));
        }
        return secret;
    }

    // ---- PINs

    @Override
    public List<Pin> pins() throws EscException {
        PasswordStatus s = card.passwords();
        boolean code = s.triesCode() > 0;
        Optional<String> by = Optional.of(code ? CODE : PW3);
        return List.of(
                pin(PW1, WORDS.say("User PIN (PW1)"), Pin.Role.USER, LEAST_PW1, s.maxPw1(), s.triesPw1(), true, by),
                pin(PW1_SIGN, WORDS.say("User PIN (PW1), for a signature"), Pin.Role.USER, LEAST_PW1, s.maxPw1(), s.triesPw1(), true, by),
                // no tries means that there is no code; one whose tries were used up has to be set anew just the same
                new Pin(CODE, WORDS.say("Resetting code"), Pin.Role.UNBLOCKING, LEAST_CODE, Math.max(LEAST_CODE, s.maxCode()), false,
                        code ? OptionalInt.of(s.triesCode()) : OptionalInt.empty(), OptionalInt.of(TRIES), false, Optional.of(PW3), code),
                pin(PW3, WORDS.say("Administrator's PIN (PW3)"), Pin.Role.ADMINISTRATOR, LEAST_PW3, s.maxPw3(), s.triesPw3(), true, Optional.empty()));
    }

    private static Pin pin(String id, String label, Pin.Role role, int least, int most, int left, boolean changeable, Optional<String> by) {
        return new Pin(id, label, role, least, Math.max(least, most), false, OptionalInt.of(left), OptionalInt.of(TRIES), changeable, by);
    }

    private static Password password(String pin) throws EscException {
        return switch (pin) {
            case PW1 -> Password.PW1;
            case PW1_SIGN -> Password.PW1_SIGN;
            case PW3 -> Password.PW3;
            case CODE -> throw usage(WORDS.say("verify the PIN"), WORDS.say("The resetting code only unblocks the user PIN."), "not-offered");
            default -> throw usage(WORDS.say("find the PIN"), WORDS.say("The card has no PIN \"{0}\".", pin), "no-pin");
        };
    }

    @Override
    public boolean canVerify(String pin) {
        return !pin.equals(CODE);
    }

    @Override
    public void verifyPin(String pin, Secret value) throws EscException {
        card.verify(password(pin), value);
    }

    @Override
    public void changePin(String pin, Secret old, Secret fresh) throws EscException {
        Password p = password(pin);
        requireLength(pin, fresh);
        card.change(p, old, fresh);
    }

    @Override
    public boolean canVerifyAtReader(String pin) throws EscException {
        return !pin.equals(CODE) && canAtReader(request(PinRequest.Kind.VERIFY, pin));
    }

    @Override
    public boolean canChangeAtReader(String pin) throws EscException {
        return !pin.equals(CODE) && canAtReader(request(PinRequest.Kind.CHANGE, pin));
    }

    /** A card that wants its PINs hashed cannot be given them by a keypad. */
    private boolean canAtReader(PinRequest request) throws EscException {
        return channel.pinPad().can(request) && card.kdf().isEmpty();
    }

    private PinRequest request(PinRequest.Kind kind, String pin) throws EscException {
        Password p = password(pin);
        PinFormat format = PinFormat.ascii(p == Password.PW3 ? 8 : 6, 127);
        return kind == PinRequest.Kind.VERIFY ? PinRequest.verify(0x00, p.reference(), format)
                // PW1 is changed under its reference for signatures
                : PinRequest.change(0x00, (p == Password.PW3 ? p : Password.PW1_SIGN).reference(), format);
    }

    @Override
    public void verifyPinAtReader(String pin) throws EscException {
        channel.enterPin(request(PinRequest.Kind.VERIFY, pin)).orThrow(WORDS.say("verify the PIN"));
    }

    @Override
    public void changePinAtReader(String pin) throws EscException {
        channel.enterPin(request(PinRequest.Kind.CHANGE, pin)).orThrow(WORDS.say("change the PIN"));
    }

    @Override
    public void unblockPin(String pin, Secret unblocking, Secret fresh) throws EscException {
        switch (pin) {
            case PW1, PW1_SIGN -> {
                requireLength(PW1, fresh);
                if (card.passwords().triesCode() > 0) {
                    card.resetWithCode(unblocking, fresh);
                } else {
                    card.verify(Password.PW3, unblocking);
                    card.resetPw1(fresh);
                }
            }
            case CODE -> {
                requireLength(CODE, fresh);
                card.verify(Password.PW3, unblocking);
                card.setCode(fresh);
            }
            case PW3 -> throw Problem.of(Fault.USAGE, WORDS.say("unblock the PIN"), WORDS.say("Nothing unblocks the administrator's PIN (PW3).")).code("not-offered")
                    .advice(WORDS.say("A reset of the application, which erases its keys, brings it back.")).exception();
            default -> password(pin);
        }
    }

    private void requireLength(String pin, Secret fresh) throws EscException {
        for (Pin p : pins()) {
            if (p.id().equals(pin) && (fresh.length() < p.minLength() || fresh.length() > p.maxLength())) {
                throw usage(WORDS.say("change the PIN"), WORDS.say("{0} has {1} to {2} characters.", p.label(), p.minLength(), p.maxLength()), "bad-pin");
            }
        }
    }

    // ---- data objects

    @Override
    public List<DataObject> dataObjects() throws EscException {
        var found = new ArrayList<DataObject>();
        for (Item i : Objects.ALL) {
            if (i.reading().equals(Access.FREE)) {
                Optional<byte[]> content = content(i).filter(b -> b.length > 0);
                if (content.isPresent() || i.removable()) {
                    found.add(new DataObject(i.id(), i.label(), content.map(b -> OptionalInt.of(b.length)).orElse(OptionalInt.empty()),
                            content.isPresent(), i.reading()));
                }
            } else if (data().capabilities().privateUse()) {
                // whether there is something in it is told to those who may read it
                found.add(new DataObject(i.id(), i.label(), OptionalInt.empty(), true, i.reading()));
            }
        }
        return List.copyOf(found);
    }

    private Optional<byte[]> content(Item i) throws EscException {
        return switch (i.place()) {
            case ITSELF -> card.find(i.tag());
            case APPLICATION -> data().value(i.tag());
            case CARDHOLDER -> {
                byte[] all = card.find(Tag.CARDHOLDER).orElse(new byte[0]);
                yield sense(WORDS.say("read the cardholder related data"), () -> Tlv.find(Tlv.parseAll(all), i.tag()).map(Tlv::value));
            }
            case ROW -> row(i.tag());
        };
    }

    private Optional<byte[]> row(int tag) throws EscException {
        ApplicationData d = data();
        for (KeySlot s : KeySlot.values()) {
            if (tag == s.fingerprint()) {
                return d.fingerprint(s);
            }
            if (tag == s.caFingerprint()) {
                return d.caFingerprint(s.ordinal());
            }
            if (tag == s.date()) {
                return d.date(s).map(Fingerprint::seconds);
            }
        }
        return Optional.empty();
    }

    private static Item item(String id) throws EscException {
        return Objects.find(id).orElseThrow(() -> usage(WORDS.say("find the object"), WORDS.say("The card has no object \"{0}\".", id), "no-object"));
    }

    @Override
    public ObjectContent readObject(String id) throws EscException {
        Item i = item(id);
        if (i == Objects.AES_KEY) {
            throw usage(WORDS.say("read the object"), WORDS.say("No card gives its AES key away."), "no-object");
        }
        byte[] b = content(i).orElseThrow(() -> usage(WORDS.say("read the object"), WORDS.say("The card has no object \"{0}\".", id), "no-object"));
        return new ObjectContent(b, Objects.fields(i.tag(), b));
    }

    @Override
    public boolean canWriteObject(String id) throws EscException {
        return item(id).writing().isPresent();
    }

    @Override
    public boolean canDeleteObject(String id) throws EscException {
        return item(id).removable();
    }

    @Override
    public Access objectAccess(String id) throws EscException {
        return item(id).writing().orElseThrow(() -> fixed(id));
    }

    private static EscException fixed(String id) {
        return usage(WORDS.say("write the object"), WORDS.say("The card's object \"{0}\" cannot be written or removed.", id), "not-offered");
    }

    @Override
    public void writeObject(String id, byte[] content) throws EscException {
        Item i = item(id);
        objectAccess(id);
        put(i, content);
    }

    @Override
    public void deleteObject(String id) throws EscException {
        Item i = item(id);
        if (!i.removable()) {
            throw fixed(id);
        }
        put(i, switch (i.tag()) {
            // a salutation is always there: 9 is the one that is not announced
            case Tag.SEX -> new byte[] {'9'};
            case 0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCC -> new byte[Fingerprint.LENGTH];
            case 0xCE, 0xCF, 0xD0 -> new byte[4];
            default -> new byte[0];
        });
    }

    private void put(Item i, byte[] content) throws EscException {
        forget();
        card.put(i.tag(), content);
    }

    // ---- life cycle

    @Override
    public List<Step> lifeCycleSteps() throws EscException {
        var steps = new ArrayList<Step>();
        steps.add(new Step(RESET, WORDS.say("Reset the OpenPGP application"),
                WORDS.say("All keys, certificates and data of the OpenPGP application are erased; the PINs are again those of a "
                        + "new card."), true, Access.FREE));
        if (!terminated && data().capabilities().kdf()) {
            boolean on = card.kdf().isPresent();
            steps.add(new Step(on ? KDF_OFF : KDF_ON, on ? WORDS.say("Send PINs as they are") : WORDS.say("Hash PINs before they are sent (KDF)"),
                    WORDS.say("The PINs are again those of a new card, and the resetting code is gone."), false, ADMINISTRATOR));
        }
        return List.copyOf(steps);
    }

    @Override
    public void takeStep(String step) throws EscException {
        switch (step) {
            case RESET -> reset();
            case KDF_ON -> {
                try (Secret pw1 = Secret.of("123456"); Secret pw3 = Secret.of("12345678")) {
                    card.put(Tag.KDF, Kdf.fresh(new SecureRandom(), HASHED, pw1, pw3).encoded());
                }
            }
            case KDF_OFF -> card.put(Tag.KDF, Kdf.off());
            default -> throw usage(WORDS.say("change the application's state"), WORDS.say("There is no step \"{0}\".", step), "no-step");
        }
    }

    private void reset() throws EscException {
        if (!terminated && !card.terminate()) {
            // without PW3 a card lets itself be reset only when nobody can get in any more
            block(Password.PW1_SIGN);
            block(Password.PW3);
            if (!card.terminate()) {
                throw new CardException(WORDS.say("reset the application"), WORDS.say("The card does not let itself be reset, although its PINs are blocked."));
            }
        }
        card.activate();
        forget();
        select();
    }

    private void block(Password p) throws EscException {
        for (int i = 0; i < MOST_TRIES && card.wasteTry(p); i++) {
            // until there are no more
        }
    }
}
