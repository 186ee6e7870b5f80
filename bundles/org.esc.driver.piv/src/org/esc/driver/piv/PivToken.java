// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.piv;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.PinFormat;
import org.esc.card.PinRequest;
import org.esc.driver.Access;
import org.esc.driver.AdministratorKey;
import org.esc.driver.ApplicationLifeCycle;
import org.esc.driver.Attempts;
import org.esc.driver.Attestation;
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
import org.esc.driver.KeyRemoval;
import org.esc.driver.Keys;
import org.esc.driver.ObjectContent;
import org.esc.driver.ObjectWriting;
import org.esc.driver.Pin;
import org.esc.driver.PinTries;
import org.esc.driver.Pins;
import org.esc.driver.PinsAtReader;
import org.esc.driver.RsaPadding;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.SignedData;
import org.esc.driver.Signing;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenKey;
import org.esc.driver.TokenState;
import org.esc.piv.Chuid;
import org.esc.piv.DiscoveryObject;
import org.esc.piv.FascN;
import org.esc.piv.KeyHistory;
import org.esc.piv.Piv;
import org.esc.piv.PivAlgorithm;
import org.esc.piv.PivCertificate;
import org.esc.piv.PivIns;
import org.esc.piv.PivKeys;
import org.esc.piv.PivMetadata;
import org.esc.piv.PivObject;
import org.esc.piv.PivSlot;
import org.esc.piv.PivStatus;
import org.esc.piv.PivVersion;

/** The PIV application on one card. */
final class PivToken implements CardApplication, Certificates, CertificateWriting, Keys, KeyGeneration, KeyImport, KeyRemoval, Attestation,
        DataObjects, ObjectWriting, Pins, PinsAtReader, PinTries, Signing, Decryption, AdministratorKey, ApplicationLifeCycle, SignedData {

    private static final Words WORDS = Words.of(PivToken.class);

    private static final String PIN = "pin";
    private static final String PUK = "puk";
    private static final String GLOBAL_PIN = "global-pin";
    private static final String RESET = "reset";
    /** Longest certificate that goes uncompressed: what an object of a standard card holds (SP 800-73-4 part 1, appendix A), less its tags. */
    private static final int LONGEST_PLAIN = 1856;
    private static final int MOST_TRIES = 255;
    /** Origin of a key that was not made on the card. */
    private static final int IMPORTED = 2;
    private static final int NEVER = 1;
    private static final int ONCE = 2;
    private static final int ALWAYS = 3;

    private final CardChannel channel;
    private final Piv piv;
    private Optional<Optional<PivVersion>> version = Optional.empty();
    private final Map<PivObject, Optional<byte[]>> objects = new HashMap<>();
    private final Map<Integer, Optional<PivMetadata>> metadata = new HashMap<>();
    /** What the card tells of its keys that makes no sense; told once, by {@link #identity}. */
    private final Set<String> damaged = new LinkedHashSet<>();
    private Optional<Optional<PivAlgorithm>> management = Optional.empty();
    private Set<PivAlgorithm> listed = Set.of();
    private boolean verified;

    PivToken(CardChannel channel) {
        this.channel = channel;
        piv = new Piv(channel);
    }

    @Override
    public void select() throws EscException {
        listed = Piv.algorithms(piv.select());
        if (version.isEmpty()) {
            version = Optional.of(piv.version());
        }
        verified = false;
        metadata.clear();
        objects.keySet().removeIf(PivObject::pin);
    }

    private boolean isYubico() {
        return version.isPresent() && version.get().isPresent();
    }

    private boolean isAtLeast(int major, int minor) {
        return version.isPresent() && version.get().filter(v -> v.isAtLeast(major, minor)).isPresent();
    }

    @Override
    public <C extends Capability> Optional<C> capability(Class<C> type) {
        boolean there = type == KeyImport.class || type == ApplicationLifeCycle.class || type == PinTries.class ? isYubico()
                : type == Attestation.class ? isAtLeast(4, 3)
                : type != KeyRemoval.class || isAtLeast(5, 7);
        return there ? CardApplication.super.capability(type) : Optional.empty();
    }

    // ---- what is on it ----

    private Optional<byte[]> object(PivObject o) throws EscException {
        Optional<byte[]> known = objects.get(o);
        if (known == null) {
            known = piv.object(o);
            objects.put(o, known);
        }
        return known;
    }

    private Optional<PivMetadata> metadata(int reference) throws EscException {
        if (!isAtLeast(5, 3)) {
            return Optional.empty();
        }
        Optional<PivMetadata> known = metadata.get(reference);
        if (known == null) {
            known = Optional.empty();
            try {
                known = piv.metadata(reference);
            } catch (EscException e) {
                if (Attempts.isOver(e)) {
                    throw e;
                }
                damaged.add(e.getMessage());
            }
            metadata.put(reference, known);
        }
        return known;
    }

    private List<PivSlot> slots() {
        return Arrays.stream(PivSlot.values()).filter(s -> s != PivSlot.ATTESTATION || isAtLeast(4, 3)).toList();
    }

    private static PivSlot slot(String id) throws EscException {
        return PivSlot.named(id).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the slot"),
                WORDS.say("A PIV card has no slot \"{0}\"; there are 9a, 9c, 9d, 9e and 82 to 95.", id)).code("no-slot").exception());
    }

    private Optional<DiscoveryObject> discovery() throws EscException {
        Optional<byte[]> content = object(PivObject.DISCOVERY);
        return content.isPresent() ? Optional.of(DiscoveryObject.parse(content.get())) : Optional.empty();
    }

    /** The id of the PIN that keys and objects want. */
    private String userPin() throws EscException {
        try {
            return discovery().filter(DiscoveryObject::prefersGlobalPin).isPresent() ? GLOBAL_PIN : PIN;
        } catch (EscException e) {
            if (Attempts.isOver(e)) {
                throw e;
            }
            return PIN;
        }
    }

    @Override
    public TokenIdentity identity() throws EscException {
        var b = new TokenIdentity.Builder();
        var parts = new Attempts();
        var details = new ArrayList<Detail>();
        b.label = isYubico() ? WORDS.say("YubiKey PIV") : WORDS.say("PIV card");
        if (isYubico()) {
            b.appletVersion = version.get().get().toString();
            parts.at(() -> piv.serial().ifPresent(s -> b.serial = Long.toString(s)));
        }
        parts.at(() -> {
            Optional<byte[]> content = object(PivObject.CHUID);
            if (content.isPresent()) {
                chuid(Chuid.parse(content.get()), b, details);
            }
        });
        parts.at(() -> discovery().ifPresent(d -> details.add(new Detail("PINs", d.inWords()))));
        parts.at(() -> {
            Optional<byte[]> content = object(PivObject.KEY_HISTORY);
            if (content.isPresent()) {
                KeyHistory h = KeyHistory.parse(content.get());
                details.add(new Detail(WORDS.say("Retired keys"), WORDS.say("{0} with certificate on the card, {1} elsewhere", h.onCard(), h.offCard())
                        + (h.url().isEmpty() ? "" : " (" + h.url() + ")")));
            }
        });
        for (PivObject o : List.of(PivObject.CCC, PivObject.SECURITY)) {
            parts.at(() -> object(o));
        }
        if (verified) {
            for (PivObject o : List.of(PivObject.FACE, PivObject.FINGERPRINTS, PivObject.IRIS, PivObject.PRINTED)) {
                parts.at(() -> object(o));
            }
        }
        var keys = publicKeys(parts);
        boolean personal = slots().stream().anyMatch(s -> s != PivSlot.ATTESTATION && objects.getOrDefault(s.object(), Optional.empty()).isPresent());
        b.state = personal ? TokenState.ENROLLED : TokenState.FORMATTED;
        b.lifeCycle = personal ? WORDS.say("personalized") : WORDS.say("empty");
        parts.at(() -> {
            if (isAtLeast(5, 3) && isAdministratorDefault()) {
                details.add(new Detail(WORDS.say("Management key"), WORDS.say("the well-known one with which cards are delivered")));
            }
        });
        damaged.forEach(parts::problem);
        PivChecks.of(objects, keys, List.of()).at(Instant.now()).forEach(f -> parts.problem(f.text()));
        b.details = details;
        b.problems = parts.problems();
        return b.build();
    }

    /** The public keys that the card tells; reads the certificates along with them. */
    private Map<PivSlot, PublicKey> publicKeys(Attempts parts) throws EscException {
        var keys = new LinkedHashMap<PivSlot, PublicKey>();
        for (PivSlot s : slots()) {
            parts.at(() -> object(s.object()));
            parts.at(() -> metadata(s.reference()).flatMap(PivMetadata::publicKey).ifPresent(k -> keys.put(s, k)));
        }
        return keys;
    }

    @Override
    public List<String> check(Collection<X509Certificate> authorities) throws EscException {
        var parts = new Attempts();
        for (PivObject o : List.of(PivObject.CHUID, PivObject.CCC, PivObject.DISCOVERY, PivObject.KEY_HISTORY, PivObject.SECURITY)) {
            parts.at(() -> object(o));
        }
        var keys = publicKeys(parts);
        var found = new ArrayList<>(parts.problems());
        if (objects.containsKey(PivObject.CHUID) && objects.containsKey(PivObject.SECURITY) && !hasSigned()) {
            found.add(WORDS.say("Nothing on the card is signed by an issuer."));
        }
        PivChecks.of(objects, keys, authorities).at(Instant.now()).forEach(f -> found.add(f.text()));
        return List.copyOf(found);
    }

    private boolean hasSigned() throws EscException {
        Optional<byte[]> chuid = object(PivObject.CHUID);
        return object(PivObject.SECURITY).isPresent() || chuid.isPresent() && Chuid.parse(chuid.get()).isSigned()
                || slots().stream().anyMatch(s -> s != PivSlot.ATTESTATION && objects.getOrDefault(s.object(), Optional.empty()).isPresent());
    }

    private static void chuid(Chuid c, TokenIdentity.Builder b, List<Detail> details) {
        FascN.of(c.fascN()).ifPresent(f -> {
            details.add(new Detail("FASC-N", f.card()));
            details.add(new Detail(WORDS.say("Agency"), f.agency()));
            details.add(new Detail(WORDS.say("Person"), f.person() + " (" + f.associationText() + ")"));
        });
        c.guid().ifPresent(g -> {
            details.add(new Detail(WORDS.say("Card UUID"), g.toString()));
            if (b.serial.isEmpty()) {
                b.serial = g.toString();
            }
        });
        c.cardholder().ifPresent(u -> details.add(new Detail(WORDS.say("Cardholder UUID"), u.toString())));
        c.expiry().ifPresent(e -> details.add(new Detail(WORDS.say("Card expires"), e.toString())));
    }

    @Override
    public List<TokenCertificate> certificates() throws EscException {
        var found = new ArrayList<TokenCertificate>();
        for (PivSlot s : slots()) {
            Optional<X509Certificate> c = certificate(s);
            c.ifPresent(x -> found.add(new TokenCertificate(s.id(), s.label(), x)));
        }
        return List.copyOf(found);
    }

    /** The certificate in a slot; one that is damaged is named by {@link #identity}. */
    private Optional<X509Certificate> certificate(PivSlot s) throws EscException {
        try {
            Optional<byte[]> content = object(s.object());
            return content.isEmpty() ? Optional.empty() : Optional.of(PivCertificate.parse(content.get(), s.object().label()));
        } catch (EscException e) {
            if (Attempts.isOver(e)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    // ---- keys ----

    /** What is known of the key in a slot. */
    private record Known(PivAlgorithm algorithm, int pinPolicy, int touchPolicy, Optional<PublicKey> key) {
    }

    private Optional<Known> known(PivSlot s) throws EscException {
        Optional<PivMetadata> m = metadata(s.reference());
        if (m.isPresent() && m.get().algorithm().isPresent()) {
            int pin = m.get().pinPolicy() == 0 ? usualPinPolicy(s) : m.get().pinPolicy();
            return Optional.of(new Known(m.get().algorithm().get(), pin, m.get().touchPolicy(), m.get().publicKey()));
        }
        if (isAtLeast(5, 3)) {
            return Optional.empty();
        }
        return certificate(s).map(X509Certificate::getPublicKey).flatMap(k -> PivKeys.algorithm(k).map(a -> new Known(a, usualPinPolicy(s), 0, Optional.of(k))));
    }

    /** SP 800-73-4 part 1, table 4b. */
    private static int usualPinPolicy(PivSlot s) {
        return switch (s) {
            case SIGNATURE -> ALWAYS;
            case CARD_AUTHENTICATION, ATTESTATION -> NEVER;
            default -> ONCE;
        };
    }

    private Known needed(PivSlot s) throws EscException {
        return known(s).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the key"),
                WORDS.say("Nothing is known of a key in slot {0}: there is neither a key nor a certificate for one.", s.id())).code("no-key").exception());
    }

    @Override
    public List<TokenKey> keys() throws EscException {
        String pin = userPin();
        var keys = new ArrayList<TokenKey>();
        for (PivSlot s : slots()) {
            Optional<Known> known = known(s);
            keys.add(known.map(k -> new TokenKey(s.id(), s.label(), word(k.algorithm()) + " private key", k.algorithm().bits(), "", uses(s, k.algorithm()),
                    policy(k), k.pinPolicy() == NEVER ? Access.FREE : Access.pin(pin), k.key()))
                    .orElseGet(() -> new TokenKey(s.id(), s.label(), "", 0, "", "", "", Access.FREE, Optional.empty())));
        }
        return List.copyOf(keys);
    }

    private static String word(PivAlgorithm a) {
        return switch (a.family()) {
            case RSA -> "RSA";
            case EC -> "EC";
            default -> a.text();
        };
    }

    private static boolean isForSecrets(PivSlot s) {
        return s == PivSlot.KEY_MANAGEMENT || s.isRetired();
    }

    private static String uses(PivSlot s, PivAlgorithm a) {
        if (s == PivSlot.ATTESTATION) {
            return "attest";
        }
        if (!isForSecrets(s)) {
            return a == PivAlgorithm.X25519 ? "derive" : "sign";
        }
        return switch (a.family()) {
            case RSA -> "decrypt";
            case ED25519 -> "sign";
            default -> "derive";
        };
    }

    private static String policy(Known k) {
        String pin = switch (k.pinPolicy()) {
            case NEVER -> "no PIN";
            case ALWAYS -> "PIN before each use";
            default -> "PIN once";
        };
        return switch (k.touchPolicy()) {
            case 2 -> pin + ", touch";
            case 3 -> pin + ", touch every 15 seconds";
            default -> pin;
        };
    }

    private static Optional<PivAlgorithm> piv(KeyAlgorithm a) {
        return switch (a) {
            case RSA_1024 -> Optional.of(PivAlgorithm.RSA1024);
            case RSA_2048 -> Optional.of(PivAlgorithm.RSA2048);
            case RSA_3072 -> Optional.of(PivAlgorithm.RSA3072);
            case RSA_4096 -> Optional.of(PivAlgorithm.RSA4096);
            case EC_P256 -> Optional.of(PivAlgorithm.P256);
            case EC_P384 -> Optional.of(PivAlgorithm.P384);
            case ED25519 -> Optional.of(PivAlgorithm.ED25519);
            case X25519 -> Optional.of(PivAlgorithm.X25519);
            default -> Optional.empty();
        };
    }

    @Override
    public Set<KeyAlgorithm> generatable(String slot) throws EscException {
        slot(slot);
        var told = EnumSet.noneOf(KeyAlgorithm.class);
        for (KeyAlgorithm a : KeyAlgorithm.values()) {
            if (piv(a).filter(listed::contains).isPresent()) {
                told.add(a);
            }
        }
        return told.isEmpty() ? usual() : told;
    }

    /** What a card makes and takes that does not list it. */
    private Set<KeyAlgorithm> usual() {
        var all = EnumSet.of(KeyAlgorithm.RSA_2048, KeyAlgorithm.EC_P256);
        if (isYubico()) {
            all.add(KeyAlgorithm.RSA_1024);
        }
        if (!isYubico() || isAtLeast(4, 0)) {
            all.add(KeyAlgorithm.EC_P384);
        }
        if (isAtLeast(5, 7)) {
            all.addAll(EnumSet.of(KeyAlgorithm.RSA_3072, KeyAlgorithm.RSA_4096, KeyAlgorithm.ED25519, KeyAlgorithm.X25519));
        }
        return all;
    }

    @Override
    public boolean hasKeyPolicies() {
        return isAtLeast(4, 0);
    }

    @Override
    public Access generationAccess() {
        return Access.ADMINISTRATOR;
    }

    private PivAlgorithm taken(String slot, KeyAlgorithm algorithm, KeyPolicy policy) throws EscException {
        if (!generatable(slot).contains(algorithm)) {
            throw Problem.of(Fault.USAGE, WORDS.say("choose the algorithm"), WORDS.say("This card has no keys of kind {0} in slot {1}.", algorithm, slot))
                    .code("no-algorithm").exception();
        }
        if (!policy.equals(KeyPolicy.DEFAULT) && !hasKeyPolicies()) {
            throw Problem.of(Fault.USAGE, WORDS.say("choose the key's policy"), WORDS.say("This card does not let one choose when a key wants the PIN or a touch."))
                    .code("no-policy").exception();
        }
        return piv(algorithm).orElseThrow();
    }

    private static int number(KeyPolicy.PinUse p) {
        return switch (p) {
            case DEFAULT -> 0;
            case NEVER -> NEVER;
            case ONCE -> ONCE;
            case ALWAYS -> ALWAYS;
        };
    }

    private static int number(KeyPolicy.Touch t) {
        return switch (t) {
            case DEFAULT -> 0;
            case NEVER -> 1;
            case ALWAYS -> 2;
            case CACHED -> 3;
        };
    }

    @Override
    public PublicKey generateKey(String slot, KeyAlgorithm algorithm, KeyPolicy policy) throws EscException {
        PivAlgorithm a = taken(slot, algorithm, policy);
        metadata.clear();
        return piv.generate(slot(slot), a, number(policy.pin()), number(policy.touch()));
    }

    @Override
    public Set<KeyAlgorithm> importable(String slot) throws EscException {
        return generatable(slot);
    }

    @Override
    public Access importAccess() {
        return Access.ADMINISTRATOR;
    }

    @Override
    public void importKey(String slot, KeyPair pair, KeyPolicy policy) throws EscException {
        PivAlgorithm a = PivKeys.algorithm(pair.getPublic()).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("import a key"),
                WORDS.say("A PIV card has no algorithm for this key ({0}).", pair.getPublic().getAlgorithm())).code("no-algorithm").exception());
        for (KeyAlgorithm k : KeyAlgorithm.values()) {
            if (piv(k).filter(a::equals).isPresent()) {
                taken(slot, k, policy);
            }
        }
        metadata.clear();
        piv.importKey(slot(slot), a, pair.getPrivate(), number(policy.pin()), number(policy.touch()));
    }

    @Override
    public Access removalAccess() {
        return Access.ADMINISTRATOR;
    }

    @Override
    public void deleteKey(String slot) throws EscException {
        metadata.clear();
        piv.deleteKey(slot(slot));
    }

    @Override
    public void moveKey(String from, String to) throws EscException {
        metadata.clear();
        piv.moveKey(slot(from), slot(to));
    }

    @Override
    public List<String> moveTargets(String from, List<String> empty) throws EscException {
        return slot(from) == PivSlot.ATTESTATION ? List.of() : empty.stream().filter(to -> !to.equals(PivSlot.ATTESTATION.id())).toList();
    }

    @Override
    public boolean attests(String slot) throws EscException {
        PivSlot s = slot(slot);
        return s != PivSlot.ATTESTATION && known(s).isPresent() && metadata(s.reference()).filter(m -> m.origin() == IMPORTED).isEmpty();
    }

    @Override
    public X509Certificate attest(String slot) throws EscException {
        return piv.attest(slot(slot));
    }

    @Override
    public Optional<X509Certificate> attestationCertificate() throws EscException {
        return certificate(PivSlot.ATTESTATION);
    }

    // ---- use of keys ----

    @Override
    public Set<SignatureAlgorithm> signatures(String slot) throws EscException {
        PivSlot s = slot(slot);
        Optional<Known> known = known(s);
        if (known.isEmpty() || s == PivSlot.ATTESTATION) {
            return Set.of();
        }
        return switch (known.get().algorithm().family()) {
            case RSA -> EnumSet.range(SignatureAlgorithm.RSA_PKCS1_SHA256, SignatureAlgorithm.RSA_PSS_SHA512);
            // a standard card keeps its key management keys on curves to key agreement
            case EC -> isForSecrets(s) && !isYubico() ? Set.of() : known.get().algorithm() == PivAlgorithm.P384
                    ? new LinkedHashSet<>(List.of(SignatureAlgorithm.ECDSA_SHA384, SignatureAlgorithm.ECDSA_SHA256,
                            SignatureAlgorithm.ECDSA_SHA512))
                    : EnumSet.range(SignatureAlgorithm.ECDSA_SHA256, SignatureAlgorithm.ECDSA_SHA512);
            case ED25519 -> EnumSet.of(SignatureAlgorithm.ED25519);
            default -> Set.of();
        };
    }

    @Override
    public byte[] sign(String slot, SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException {
        String step = WORDS.say("sign with the card's key");
        if (!signatures(slot).contains(algorithm)) {
            needed(slot(slot));
            throw Problem.of(Fault.USAGE, step, WORDS.say("The key in slot {0} does not sign with {1}.", slot, algorithm)).code("no-algorithm").exception();
        }
        Known k = needed(slot(slot));
        int n = k.algorithm().length();
        byte[] input;
        try {
            input = switch (k.algorithm().family()) {
                case RSA -> RsaPadding.forSignature(algorithm, toBeSigned, n);
                // FIPS 186-5 §6.4: the leftmost bits of a longer hash
                case EC -> leftmost(toBeSigned, n);
                default -> toBeSigned;
            };
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, step, e.getMessage() + ".").exception(e);
        }
        return piv.compute(slot(slot), k.algorithm(), input, step);
    }

    private static byte[] leftmost(byte[] hash, int n) {
        byte[] b = new byte[n];
        System.arraycopy(hash, 0, b, Math.max(0, n - hash.length), Math.min(n, hash.length));
        return b;
    }

    @Override
    public boolean decrypts(String slot) throws EscException {
        PivSlot s = slot(slot);
        return isForSecrets(s) && known(s).filter(k -> k.algorithm().family() == PivAlgorithm.Family.RSA).isPresent();
    }

    @Override
    public boolean agrees(String slot) throws EscException {
        PivSlot s = slot(slot);
        return (isForSecrets(s) || isYubico()) && s != PivSlot.ATTESTATION && known(s).map(k -> k.algorithm().family())
                .filter(f -> f == PivAlgorithm.Family.EC || f == PivAlgorithm.Family.X25519).isPresent();
    }

    @Override
    public byte[] decrypt(String slot, byte[] cryptogram) throws EscException {
        String step = WORDS.say("decrypt with the card's key");
        Known k = needed(slot(slot));
        if (k.algorithm().family() != PivAlgorithm.Family.RSA) {
            throw Problem.of(Fault.USAGE, step, WORDS.say("The key in slot {0} does not decrypt.", slot)).code("no-algorithm").exception();
        }
        if (cryptogram.length != k.algorithm().length()) {
            throw Problem.of(Fault.USAGE, step, WORDS.say("A message encrypted for this key has {0} bytes, not {1}.", k.algorithm().length(), cryptogram.length)).exception();
        }
        byte[] block = piv.compute(slot(slot), k.algorithm(), cryptogram, step);
        try {
            return RsaPadding.message(block);
        } finally {
            Arrays.fill(block, (byte) 0);
        }
    }

    @Override
    public byte[] agree(String slot, PublicKey other) throws EscException {
        String step = WORDS.say("agree on a secret with the card's key");
        Known k = needed(slot(slot));
        if (PivKeys.algorithm(other).filter(k.algorithm()::equals).isEmpty() || k.algorithm().family() == PivAlgorithm.Family.RSA
                || k.algorithm().family() == PivAlgorithm.Family.ED25519) {
            throw Problem.of(Fault.USAGE, step, WORDS.say("The other key is not of the kind of the key in slot {0} ({1}).", slot, k.algorithm().text()))
                    .code("no-algorithm").exception();
        }
        return piv.agree(slot(slot), k.algorithm(), PivKeys.bytes(other), step);
    }

    // ---- objects ----

    @Override
    public List<DataObject> dataObjects() throws EscException {
        Access pin = Access.pin(userPin());
        var found = new ArrayList<DataObject>();
        for (PivObject o : PivObject.ALL) {
            Optional<byte[]> content = Optional.empty();
            boolean present = true;
            try {
                content = object(o);
                present = content.isPresent();
            } catch (EscException e) {
                if (Attempts.isOver(e)) {
                    throw e;
                }
                // refused or damaged: something is there
            }
            if (present || o.kind() != PivObject.Kind.VENDOR && (isYubico() || o.tag() >> 8 != 0x5FFF)) {
                found.add(new DataObject(o.id(), o.label(), content.map(c -> OptionalInt.of(c.length)).orElseGet(OptionalInt::empty), present,
                        o.pin() ? pin : Access.FREE));
            }
        }
        return List.copyOf(found);
    }

    /** An object by its tag, also one that the standard does not know. */
    private static PivObject find(String id) throws EscException {
        if (!id.matches("(?i)7e|7f61|5f[0-9a-f]{4}")) {
            throw Problem.of(Fault.USAGE, WORDS.say("find the object"), WORDS.say("\"{0}\" is no object of a PIV card; they are named 5fc102 and the like.", id))
                    .code("no-object").exception();
        }
        int tag = Integer.parseInt(id, 16);
        return PivObject.of(tag).orElseGet(() -> new PivObject(tag, 0, WORDS.say("Object {0}", id), PivObject.Kind.VENDOR, false));
    }

    @Override
    public ObjectContent readObject(String id) throws EscException {
        PivObject o = find(id);
        return PivFields.content(o, object(o).orElseThrow(() -> Problem.of(Fault.CARD, WORDS.say("read \"{0}\"", o.label()),
                WORDS.say("The card has no \"{0}\" ({1}).", o.label(), o.id())).code("no-object").sw(new StatusWord(PivStatus.NOT_FOUND)).exception()));
    }

    @Override
    public Access objectAccess(String id) {
        return Access.ADMINISTRATOR;
    }

    @Override
    public void writeObject(String id, byte[] content) throws EscException {
        PivObject o = find(id);
        objects.remove(o);
        piv.putObject(o, content);
    }

    @Override
    public boolean canDeleteObject(String id) throws EscException {
        return !find(id).bare();
    }

    @Override
    public void deleteObject(String id) throws EscException {
        if (!canDeleteObject(id)) {
            throw Problem.of(Fault.USAGE, WORDS.say("delete the object"), WORDS.say("The card cannot do without its \"{0}\".", find(id).label())).code("not-offered")
                    .exception();
        }
        writeObject(id, new byte[0]);
    }

    @Override
    public List<String> certificateSlots() {
        return slots().stream().map(PivSlot::id).toList();
    }

    @Override
    public Access certificateAccess() {
        return Access.ADMINISTRATOR;
    }

    @Override
    public void writeCertificate(String slot, X509Certificate certificate) throws EscException {
        PivSlot s = slot(slot);
        byte[] content;
        try {
            content = PivCertificate.encode(certificate, certificate.getEncoded().length > LONGEST_PLAIN);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("write a certificate"), WORDS.say("This certificate cannot be encoded.")).exception(e);
        }
        writeObject(s.object().id(), content);
    }

    @Override
    public void deleteCertificate(String slot) throws EscException {
        deleteObject(slot(slot).object().id());
    }

    // ---- PINs ----

    @Override
    public List<Pin> pins() throws EscException {
        Optional<DiscoveryObject> d = Optional.empty();
        try {
            d = discovery();
        } catch (EscException e) {
            if (Attempts.isOver(e)) {
                throw e;
            }
        }
        var pins = new ArrayList<Pin>();
        if (d.isEmpty() || d.get().hasApplicationPin() || !d.get().hasGlobalPin()) {
            pins.add(pin(PIN, WORDS.say("PIV card application PIN"), Pin.Role.USER, PivIns.PIN_APPLICATION));
        }
        if (d.filter(DiscoveryObject::hasGlobalPin).isPresent()) {
            pins.add(d.get().prefersGlobalPin() ? 0 : pins.size(), pin(GLOBAL_PIN, WORDS.say("Global PIN"), Pin.Role.USER, PivIns.PIN_GLOBAL));
        }
        pins.add(pin(PUK, WORDS.say("PIN unblocking key"), Pin.Role.UNBLOCKING, PivIns.PUK));
        return List.copyOf(pins);
    }

    private Pin pin(String id, String label, Pin.Role role, int reference) throws EscException {
        // a verified PIN changes its counter: ask anew
        metadata.remove(reference);
        Optional<PivMetadata> m = metadata(reference);
        OptionalInt left = m.isPresent() ? m.get().triesLeft() : reference == PivIns.PUK ? OptionalInt.empty() : piv.triesLeft(reference);
        return new Pin(id, label, role, PivIns.MIN_PIN_LENGTH, PivIns.PIN_LENGTH, !isYubico() && reference != PivIns.PUK, left,
                m.map(PivMetadata::tries).orElseGet(OptionalInt::empty), true,
                reference == PivIns.PIN_APPLICATION ? Optional.of(PUK) : Optional.empty());
    }

    private static int reference(String pin) throws EscException {
        return switch (pin) {
            case PIN -> PivIns.PIN_APPLICATION;
            case PUK -> PivIns.PUK;
            case GLOBAL_PIN -> PivIns.PIN_GLOBAL;
            default -> throw Problem.of(Fault.USAGE, WORDS.say("find the PIN"), WORDS.say("A PIV card has no PIN \"{0}\".", pin)).code("no-pin").exception();
        };
    }

    /** A value that the card could not have must not cost a try. */
    private static void check(Secret value, int least, String what) throws EscException {
        if (value.length() < least || value.length() > PivIns.PIN_LENGTH) {
            throw Problem.of(Fault.USAGE, WORDS.say("check the {0}", what), WORDS.say("A {0} has {1} to {2} characters.", what, PivIns.MIN_PIN_LENGTH,
                    PivIns.PIN_LENGTH)).code("bad-pin").exception();
        }
    }

    private void checkNew(Secret value, int reference) throws EscException {
        check(value, PivIns.MIN_PIN_LENGTH, Piv.word(reference));
        boolean digits = value.use(b -> {
            for (byte x : b) {
                if (x < '0' || x > '9') {
                    return false;
                }
            }
            return true;
        });
        // SP 800-73-4 part 2 §2.4.3; YubiKeys take any character, and any card any byte in its PUK
        if (!digits && !isYubico() && reference != PivIns.PUK) {
            throw Problem.of(Fault.USAGE, WORDS.say("check the new PIN"), WORDS.say("The PIN of a PIV card consists of digits.")).code("bad-pin").exception();
        }
    }

    @Override
    public boolean canVerify(String pin) {
        return !pin.equals(PUK);
    }

    @Override
    public void verifyPin(String pin, Secret value) throws EscException {
        int reference = reference(pin);
        if (reference == PivIns.PUK) {
            throw Problem.of(Fault.USAGE, WORDS.say("verify the PUK"), WORDS.say("A PUK cannot be verified by itself; it unblocks the PIN."))
                    .code("not-offered").exception();
        }
        check(value, 1, Piv.word(reference));
        metadata.clear();
        piv.verify(reference, value);
        verified = true;
        objects.keySet().removeIf(PivObject::pin);
    }

    @Override
    public void changePin(String pin, Secret old, Secret fresh) throws EscException {
        int reference = reference(pin);
        check(old, 1, Piv.word(reference));
        checkNew(fresh, reference);
        metadata.clear();
        piv.change(reference, old, fresh);
    }

    @Override
    public void unblockPin(String pin, Secret unblocking, Secret fresh) throws EscException {
        if (!pin.equals(PIN)) {
            reference(pin);
            throw Problem.of(Fault.USAGE, WORDS.say("unblock the PIN"), WORDS.say("The PUK unblocks the card's application PIN only."))
                    .code("not-offered").exception();
        }
        check(unblocking, 1, "PUK");
        checkNew(fresh, PivIns.PIN_APPLICATION);
        metadata.clear();
        piv.unblock(unblocking, fresh);
    }

    @Override
    public boolean canVerifyAtReader(String pin) throws EscException {
        return canVerify(pin) && channel.pinPad().can(PinRequest.verify(0x00, reference(pin), PinFormat.PIV));
    }

    @Override
    public boolean canChangeAtReader(String pin) throws EscException {
        return channel.pinPad().can(PinRequest.change(0x00, reference(pin), PinFormat.PIV));
    }

    @Override
    public void verifyPinAtReader(String pin) throws EscException {
        metadata.clear();
        channel.enterPin(PinRequest.verify(0x00, reference(pin), PinFormat.PIV)).orThrow(WORDS.say("verify the PIN"));
        verified = true;
        objects.keySet().removeIf(PivObject::pin);
    }

    @Override
    public void changePinAtReader(String pin) throws EscException {
        metadata.clear();
        channel.enterPin(PinRequest.change(0x00, reference(pin), PinFormat.PIV)).orThrow(WORDS.say("change the PIN"));
    }

    @Override
    public Range triesRange() {
        return new Range(1, MOST_TRIES);
    }

    @Override
    public Access triesAccess() throws EscException {
        return new Access(Optional.of(userPin()), true);
    }

    @Override
    public String triesConsequence() {
        return WORDS.say("PIN and PUK get their first values again: 123456 and 12345678.");
    }

    @Override
    public void setTries(Map<String, Integer> tries) throws EscException {
        Integer pin = tries.get(PIN);
        Integer puk = tries.get(PUK);
        if (pin == null || puk == null || tries.size() != 2 || Math.min(pin, puk) < 1 || Math.max(pin, puk) > MOST_TRIES) {
            throw Problem.of(Fault.USAGE, WORDS.say("set the numbers of tries"), WORDS.say("PIN and PUK can have 1 to {0} tries each.", MOST_TRIES))
                    .code("bad-tries")
                    .exception();
        }
        metadata.clear();
        piv.setTries(pin, puk);
    }

    // ---- the management key ----

    @Override
    public Kind administratorKind() throws EscException {
        PivAlgorithm a = management();
        return new Kind(a.text(), a.length());
    }

    private PivAlgorithm management() throws EscException {
        Optional<PivAlgorithm> told = metadata(PivIns.MANAGEMENT_KEY).flatMap(PivMetadata::algorithm);
        if (told.isPresent()) {
            return told.get();
        }
        if (management.isEmpty()) {
            Optional<PivAlgorithm> found = Optional.empty();
            for (PivAlgorithm a : List.of(PivAlgorithm.DES3, PivAlgorithm.AES128, PivAlgorithm.AES192, PivAlgorithm.AES256)) {
                if (found.isEmpty() && piv.isManagementAlgorithm(a)) {
                    found = Optional.of(a);
                }
            }
            management = Optional.of(found);
        }
        return management.get().orElseThrow(() -> new CardException(Problem.of(Fault.CARD, WORDS.say("find the management key"),
                WORDS.say("The card has no management key that it proves to know; only its issuer can change it.")).code("not-offered"), null));
    }

    @Override
    public List<Kind> administratorKinds() throws EscException {
        var kinds = new ArrayList<Kind>();
        if (isYubico()) {
            kinds.add(new Kind(PivAlgorithm.DES3.text(), PivAlgorithm.DES3.length()));
        }
        if (isAtLeast(5, 4)) {
            for (PivAlgorithm a : List.of(PivAlgorithm.AES128, PivAlgorithm.AES192, PivAlgorithm.AES256)) {
                kinds.add(new Kind(a.text(), a.length()));
            }
        }
        return List.copyOf(kinds);
    }

    @Override
    public boolean isAdministratorDefault() throws EscException {
        return metadata(PivIns.MANAGEMENT_KEY).filter(PivMetadata::isDefault).isPresent();
    }

    @Override
    public void authenticateAdministrator(Secret key) throws EscException {
        piv.authenticate(management(), key);
    }

    @Override
    public void changeAdministratorKey(Kind kind, Secret key) throws EscException {
        String step = WORDS.say("change the management key");
        if (!administratorKinds().contains(kind)) {
            throw Problem.of(Fault.USAGE, step, administratorKinds().isEmpty() ? WORDS.say("This card's management key can be changed by its issuer only.")
                    : WORDS.say("This card takes no management key of kind {0}.", kind.name())).code("not-offered").exception();
        }
        if (key.length() != kind.length()) {
            throw Problem.of(Fault.USAGE, step, WORDS.say("A key of kind {0} has {1} bytes, not {2}.", kind.name(), kind.length(), key.length()))
                    .code("bad-key").exception();
        }
        PivAlgorithm a = Arrays.stream(PivAlgorithm.values()).filter(x -> x.text().equals(kind.name())).findFirst().orElseThrow();
        metadata.clear();
        management = Optional.empty();
        piv.setManagementKey(a, key, false);
    }

    // ---- the whole application ----

    @Override
    public List<Step> lifeCycleSteps() {
        return List.of(new Step(RESET, WORDS.say("Reset the PIV application"),
                WORDS.say("All its keys, certificates and objects are lost; PIN, PUK and management key get their first values again."), true, Access.FREE));
    }

    @Override
    public void takeStep(String step) throws EscException {
        if (!step.equals(RESET)) {
            throw Problem.of(Fault.USAGE, WORDS.say("take the step"), WORDS.say("A PIV card has no step \"{0}\".", step)).code("no-step").exception();
        }
        // the card resets itself only once PIN and PUK are blocked
        try (Secret wrong = wrongPin()) {
            block(() -> piv.verify(PivIns.PIN_APPLICATION, wrong));
            block(() -> piv.unblock(wrong, wrong));
        }
        try {
            piv.reset();
        } finally {
            objects.clear();
            metadata.clear();
            management = Optional.empty();
            verified = false;
        }
    }

    private static Secret wrongPin() {
        byte[] b = new byte[PivIns.PIN_LENGTH];
        var random = new SecureRandom();
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) ('0' + random.nextInt(10));
        }
        return Secret.of(b);
    }

    private static void block(Attempts.Part attempt) throws EscException {
        for (int i = 0; i <= MOST_TRIES; i++) {
            try {
                attempt.read();
            } catch (EscException e) {
                switch (e.problem().code()) {
                    case "pin-blocked" -> {
                        return;
                    }
                    case "wrong-pin" -> {
                        // one less
                    }
                    default -> throw e;
                }
            }
        }
        throw new CardException(WORDS.say("block the PIN"), WORDS.say("The card does not block its PIN, and so cannot be reset."));
    }
}
