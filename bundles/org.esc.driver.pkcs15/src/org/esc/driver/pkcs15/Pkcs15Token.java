// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.pkcs15;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.PinFormat;
import org.esc.card.PinRequest;
import org.esc.driver.Access;
import org.esc.driver.Attempts;
import org.esc.driver.CardApplication;
import org.esc.driver.CardFacts;
import org.esc.driver.Certificates;
import org.esc.driver.DataObject;
import org.esc.driver.DataObjects;
import org.esc.driver.Decryption;
import org.esc.driver.Detail;
import org.esc.driver.Keys;
import org.esc.driver.ObjectContent;
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
import org.esc.pkcs15.IsoCard;
import org.esc.pkcs15.Pkcs15;
import org.esc.pkcs15.Pkcs15.Directory;
import org.esc.pkcs15.Pkcs15.Usage;

/** The application of ISO/IEC 7816-15 on one card: everything is found through EF.ODF and never written. */
final class Pkcs15Token implements CardApplication, Certificates, Keys, DataObjects, Pins, PinsAtReader, Signing, Decryption {

    private static final Words WORDS = Words.of(Pkcs15Token.class);

    private static final int MOST = 1 << 15;
    /** Mechanisms of PKCS #11: the card pads by PKCS #1, the card takes a whole block, the card signs a digest on a curve. */
    private static final int RSA_PKCS = 0x0001;
    private static final int RSA_X509 = 0x0003;
    private static final int ECDSA = 0x1041;
    private static final String EF_DIR = "2f00";
    private static final String CIA_INFO = "ciainfo";

    private final CardFacts card;
    private final CardChannel channel;
    private final IsoCard iso;
    private Optional<Place> place = Optional.empty();
    private byte[] home = new byte[0];
    private boolean found;
    private Optional<byte[]> directory = Optional.empty();
    private Optional<Pkcs15.TokenInfo> info = Optional.empty();
    private Optional<List<Pkcs15.Entry>> entries = Optional.empty();
    private Optional<List<Pkcs15.Key>> privateKeys = Optional.empty();
    private Optional<List<Pkcs15.Key>> publicKeys = Optional.empty();
    private Optional<List<Pkcs15.Pin>> pinObjects = Optional.empty();
    private Optional<List<TokenCertificate>> certificates = Optional.empty();
    private Optional<List<Pkcs15.Data>> data = Optional.empty();
    private final Map<String, byte[]> files = new HashMap<>();
    private List<String> certificateProblems = List.of();

    Pkcs15Token(CardFacts card, CardChannel channel) {
        this.card = card;
        this.channel = channel;
        iso = new IsoCard(channel);
    }

    @Override
    public void select() throws EscException {
        place().enter(iso);
    }

    /** One that answers to its name is taken as it is; of several in EF.DIR the first that has its files. */
    private Place place() throws EscException {
        if (place.isEmpty()) {
            List<Place> all = Place.all(card);
            place = all.size() == 1 ? Optional.of(all.getFirst()) : Place.find(card, iso);
        }
        return place.orElseThrow(() -> new CardException(WORDS.say("select the application"),
                WORDS.say("The card names no application of ISO/IEC 7816-15 that has files.")));
    }

    /** Where the application's files are: EF.DIR says so; a card without one has them below the application. */
    private byte[] home() throws EscException {
        if (!found) {
            found = true;
            try {
                home = place().path();
                byte[] b = iso.directory();
                directory = Optional.of(b);
                for (Pkcs15.Application a : Pkcs15.applications(b)) {
                    if (home.length == 0 && a.path().length >= 2 && place().is(a)) {
                        home = a.path();
                    }
                }
            } catch (EscException e) {
                if (Attempts.isOver(e)) {
                    throw e;
                }
            }
            select();
        }
        return home;
    }

    private byte[] file(Pkcs15.Path path, String step) throws EscException {
        String key = path + "@" + path.index();
        byte[] known = files.get(key);
        if (known != null) {
            return known;
        }
        byte[] p = path.path();
        byte[] control;
        if (p.length >= 2 && p[0] == 0x3F && p[1] == 0) {
            control = iso.select(p);
        } else if (home().length > 0) {
            byte[] whole = Arrays.copyOf(home, home.length + p.length);
            System.arraycopy(p, 0, whole, home.length, p.length);
            control = iso.select(whole);
        } else {
            select();
            control = iso.selectWithin(p);
        }
        int most = path.length() >= 0 ? path.length() : Math.min(MOST, IsoCard.length(control).orElse(MOST) - path.index());
        byte[] b = iso.read(path.index(), Math.max(most, 0), step);
        files.put(key, b);
        return b;
    }

    private byte[] value(Pkcs15.Value v, String step) throws EscException {
        if (v.direct().isPresent()) {
            return v.direct().get();
        }
        return file(v.path().orElseThrow(() -> new CardException(step, WORDS.say("The card does not say where to {0}.", step))), step);
    }

    private List<Pkcs15.Entry> entries() throws EscException {
        if (entries.isEmpty()) {
            entries = Optional.of(Pkcs15.directories(file(new Pkcs15.Path(Pkcs15.ODF, 0, -1), WORDS.say("read the list of directories"))));
        }
        return entries.get();
    }

    private interface Parse<T> {
        List<T> of(byte[] content) throws EscException;
    }

    /** All objects of some directories. */
    private <T> List<T> objects(Set<Directory> which, String step, Parse<T> parse) throws EscException {
        var all = new ArrayList<T>();
        for (Pkcs15.Entry e : entries()) {
            if (which.contains(e.directory())) {
                all.addAll(parse.of(e.path().isPresent() ? file(e.path().get(), step) : e.objects()));
            }
        }
        return List.copyOf(all);
    }

    private Pkcs15.TokenInfo info() throws EscException {
        if (info.isEmpty()) {
            info = Optional.of(Pkcs15.tokenInfo(file(new Pkcs15.Path(Pkcs15.TOKEN_INFO, 0, -1), WORDS.say("read the token information"))));
        }
        return info.get();
    }

    private List<Pkcs15.Pin> pinObjects() throws EscException {
        if (pinObjects.isEmpty()) {
            pinObjects = Optional.of(objects(EnumSet.of(Directory.AUTHENTICATION), WORDS.say("read the directory of PINs"), Pkcs15::pins));
        }
        return pinObjects.get();
    }

    private List<Pkcs15.Key> privateKeys() throws EscException {
        if (privateKeys.isEmpty()) {
            privateKeys = Optional.of(objects(EnumSet.of(Directory.PRIVATE_KEYS), WORDS.say("read the directory of private keys"), b -> Pkcs15.keys(b, true)));
        }
        return privateKeys.get();
    }

    private List<Pkcs15.Key> publicKeys() throws EscException {
        if (publicKeys.isEmpty()) {
            publicKeys = Optional.of(objects(EnumSet.of(Directory.PUBLIC_KEYS, Directory.TRUSTED_PUBLIC_KEYS), WORDS.say("read the directory of public keys"),
                    b -> Pkcs15.keys(b, false)));
        }
        return publicKeys.get();
    }

    @Override
    public TokenIdentity identity() throws EscException {
        var b = new TokenIdentity.Builder();
        b.state = TokenState.FOREIGN;
        var parts = new Attempts();
        var details = new ArrayList<Detail>();
        parts.at(() -> {
            Pkcs15.TokenInfo i = info();
            b.label = i.label();
            b.serial = i.serial();
            b.appletVersion = WORDS.say("PKCS #15 version {0}", i.version() + 1);
            add(details, WORDS.say("Manufacturer"), i.manufacturer());
            add(details, WORDS.say("Properties"), String.join(", ", i.flags()));
        });
        parts.at(this::certificates);
        certificateProblems.forEach(parts::problem);
        for (Parsed p : List.<Parsed>of(this::privateKeys, this::publicKeys, this::pinObjects, this::data)) {
            parts.at(p::read);
        }
        if (directory.isPresent()) {
            parts.at(() -> add(details, WORDS.say("Applications"), Pkcs15.applications(directory.get()).stream()
                    .map(a -> a.label().isEmpty() ? Hex.of(a.aid()) : a.label()).collect(Collectors.joining(", "))));
        }
        b.details = details;
        b.problems = parts.problems().stream().distinct().toList();
        return b.build();
    }

    private interface Parsed {
        Object read() throws EscException;
    }

    private static void add(List<Detail> details, String name, String value) {
        if (!value.isEmpty()) {
            details.add(new Detail(name, value));
        }
    }

    @Override
    public List<TokenCertificate> certificates() throws EscException {
        if (certificates.isEmpty()) {
            var list = new ArrayList<TokenCertificate>();
            var parts = new Attempts();
            List<Pkcs15.Certificate> objects = objects(EnumSet.of(Directory.CERTIFICATES, Directory.TRUSTED_CERTIFICATES,
                    Directory.USEFUL_CERTIFICATES), WORDS.say("read the directory of certificates"), Pkcs15::certificates);
            for (Pkcs15.Certificate c : objects) {
                String name = c.common().label().isEmpty() ? Hex.of(c.id()) : "\"" + c.common().label() + "\"";
                parts.at(() -> {
                    byte[] der = value(c.value(), WORDS.say("read the certificate {0}", name));
                    try {
                        list.add(new TokenCertificate(Hex.of(c.id()).toLowerCase(Locale.ROOT), c.common().label(), (X509Certificate) CertificateFactory
                                .getInstance("X.509").generateCertificate(new ByteArrayInputStream(der))));
                    } catch (CertificateException | RuntimeException _) {
                        parts.problem(WORDS.say("Certificate {0} on the card is no valid certificate.", name));
                    }
                });
            }
            certificateProblems = parts.problems();
            certificates = Optional.of(List.copyOf(list));
        }
        return certificates.get();
    }

    private static String slot(byte[] id) {
        return Hex.of(id).toLowerCase(Locale.ROOT);
    }

    @Override
    public List<TokenKey> keys() throws EscException {
        var list = new ArrayList<TokenKey>();
        for (Pkcs15.Key k : privateKeys()) {
            list.add(key(k, publicKeys().stream().anyMatch(p -> Arrays.equals(p.id(), k.id())) ? "public " + slot(k.id()) : ""));
        }
        for (Pkcs15.Key k : publicKeys()) {
            list.add(key(k, privateKeys().stream().anyMatch(p -> Arrays.equals(p.id(), k.id())) ? slot(k.id()) : ""));
        }
        return List.copyOf(list);
    }

    private TokenKey key(Pkcs15.Key k, String mate) throws EscException {
        Optional<PublicKey> known = publicKey(k.id());
        String uses = k.usage().stream().map(u -> u.name().toLowerCase(Locale.ROOT).replace('_', ' ')).collect(Collectors.joining(", "));
        return new TokenKey(k.isPrivate() ? slot(k.id()) : "public " + slot(k.id()), k.common().label(),
                k.type() + (k.isPrivate() ? " private key" : " public key"), k.bits() > 0 ? k.bits() : known.map(Pkcs15Token::bits).orElse(0), mate, uses,
                "", access(k.common()), known);
    }

    private static int bits(PublicKey key) {
        return switch (key) {
            case java.security.interfaces.RSAKey r -> r.getModulus().bitLength();
            case java.security.interfaces.ECKey e -> e.getParams().getCurve().getField().getFieldSize();
            default -> 0;
        };
    }

    private static Access access(Pkcs15.Common c) {
        return c.isPrivate() && c.authId().length > 0 ? Access.pin(slot(c.authId())) : Access.FREE;
    }

    /** From the certificate with that id, else from the public key object. */
    private Optional<PublicKey> publicKey(byte[] id) throws EscException {
        var own = certificates().stream().filter(c -> c.id().equals(slot(id))).findFirst();
        if (own.isPresent()) {
            return Optional.of(own.get().certificate().getPublicKey());
        }
        for (Pkcs15.Key k : publicKeys()) {
            if (Arrays.equals(k.id(), id)) {
                try {
                    return publicKey(k.type(), value(k.value(), WORDS.say("read the public key")));
                } catch (EscException e) {
                    if (Attempts.isOver(e)) {
                        throw e;
                    }
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    /** A whole SubjectPublicKeyInfo or, of RSA, only the numbers. */
    private static Optional<PublicKey> publicKey(String type, byte[] der) {
        try {
            return Optional.of(KeyFactory.getInstance(type).generatePublic(new X509EncodedKeySpec(der)));
        } catch (GeneralSecurityException | RuntimeException _) {
            // the other form, perhaps
        }
        try {
            RSAPublicKey numbers = RSAPublicKey.getInstance(der);
            return Optional.of(KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(numbers.getModulus(), numbers.getPublicExponent())));
        } catch (GeneralSecurityException | RuntimeException _) {
            return Optional.empty();
        }
    }

    private List<Pkcs15.Data> data() throws EscException {
        if (data.isEmpty()) {
            data = Optional.of(objects(EnumSet.of(Directory.DATA_OBJECTS), WORDS.say("read the directory of data objects"), Pkcs15::dataObjects));
        }
        return data.get();
    }

    @Override
    public List<DataObject> dataObjects() throws EscException {
        home();
        var list = new ArrayList<DataObject>();
        if (directory.isPresent()) {
            list.add(new DataObject(EF_DIR, WORDS.say("Applications (EF.DIR)"), OptionalInt.of(directory.get().length), true, Access.FREE));
        }
        list.add(new DataObject(CIA_INFO, WORDS.say("Token information (EF.CIAInfo)"), OptionalInt.empty(), true, Access.FREE));
        for (Pkcs15.Data d : data()) {
            String label = d.common().label().isEmpty() ? d.application() : d.common().label();
            list.add(new DataObject(id(d), label, OptionalInt.empty(), true, access(d.common())));
        }
        return List.copyOf(list);
    }

    private String id(Pkcs15.Data d) throws EscException {
        return d.value().path().map(p -> p.toString().toLowerCase(Locale.ROOT)).orElse("data " + data().indexOf(d));
    }

    @Override
    public ObjectContent readObject(String id) throws EscException {
        if (id.equals(EF_DIR)) {
            home();
            byte[] b = directory.orElseThrow(() -> none(id));
            return new ObjectContent(b, Pkcs15.applications(b).stream().map(a -> new ObjectContent.Field(a.label().isEmpty() ? WORDS.say("Application") : a.label(),
                    a.path().length > 0 ? WORDS.say("{0} at {1}", Hex.of(a.aid()), Hex.of(a.path())) : Hex.of(a.aid()), 0, b.length)).toList());
        }
        if (id.equals(CIA_INFO)) {
            byte[] b = file(new Pkcs15.Path(Pkcs15.TOKEN_INFO, 0, -1), WORDS.say("read the token information"));
            Pkcs15.TokenInfo i = Pkcs15.tokenInfo(b);
            var fields = new ArrayList<ObjectContent.Field>();
            fields.add(new ObjectContent.Field(WORDS.say("Label"), i.label(), 0, b.length));
            fields.add(new ObjectContent.Field(WORDS.say("Serial number"), i.serial(), 0, b.length));
            fields.add(new ObjectContent.Field(WORDS.say("Manufacturer"), i.manufacturer(), 0, b.length));
            fields.add(new ObjectContent.Field(WORDS.say("Properties"), String.join(", ", i.flags()), 0, b.length));
            for (Pkcs15.Algorithm a : i.algorithms()) {
                String mechanism = Integer.toHexString(a.mechanism());
                fields.add(new ObjectContent.Field(WORDS.say("Algorithm {0}", a.reference()), a.cardReference().isPresent()
                        ? WORDS.say("PKCS #11 mechanism {0}, the card's {1}", mechanism, Hex.of((byte) a.cardReference().getAsInt()))
                        : WORDS.say("PKCS #11 mechanism {0}", mechanism), 0, b.length));
            }
            return new ObjectContent(b, fields);
        }
        for (Pkcs15.Data d : data()) {
            if (id(d).equals(id)) {
                byte[] b = value(d.value(), WORDS.say("read the data object \"{0}\"", d.common().label()));
                String text = new String(b, java.nio.charset.StandardCharsets.UTF_8).replaceAll("\0+$", "");
                boolean printable = !text.isEmpty() && text.codePoints().noneMatch(c -> Character.isISOControl(c) && c != '\n' && c != '\r' && c != '\t'
                        || c == 0xFFFD);
                return new ObjectContent(b, printable ? List.of(new ObjectContent.Field(WORDS.say("Text"), text, 0, b.length)) : List.of());
            }
        }
        throw none(id);
    }

    private static EscException none(String id) {
        return Problem.of(Fault.USAGE, WORDS.say("read the object"), WORDS.say("The card has no object \"{0}\".", id)).code("no-object").exception();
    }

    @Override
    public List<Pin> pins() throws EscException {
        var list = new ArrayList<Pin>();
        for (Pkcs15.Pin p : pinObjects()) {
            boolean unblocking = p.flags().contains(Pkcs15.PinFlag.UNBLOCKING);
            Pin.Role role = unblocking ? Pin.Role.UNBLOCKING
                    : p.flags().contains(Pkcs15.PinFlag.SECURITY_OFFICER) ? Pin.Role.ADMINISTRATOR : Pin.Role.USER;
            enter(p);
            list.add(new Pin(slot(p.authId()), p.common().label(), role, p.min(), p.max(), p.type() != 2, iso.tries(p.reference()),
                    OptionalInt.empty(), !p.flags().contains(Pkcs15.PinFlag.CHANGE_DISABLED), unblockedBy(p)));
        }
        return List.copyOf(list);
    }

    private Optional<String> unblockedBy(Pkcs15.Pin p) throws EscException {
        if (p.flags().contains(Pkcs15.PinFlag.UNBLOCK_DISABLED)) {
            return Optional.empty();
        }
        return pinObjects().stream().filter(o -> o != p && o.flags().contains(Pkcs15.PinFlag.UNBLOCKING)
                && Arrays.equals(o.authId(), p.common().authId())).findFirst().map(o -> slot(o.authId()));
    }

    /** Goes where the PIN is; one without a path is the card's. */
    private void enter(Pkcs15.Pin p) throws EscException {
        if (p.path().isPresent() && p.path().get().path().length >= 2) {
            iso.select(p.path().get().path());
        }
    }

    private Pkcs15.Pin pin(String id) throws EscException {
        return pinObjects().stream().filter(p -> slot(p.authId()).equals(id)).findFirst().orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the PIN"),
                WORDS.say("The card has no PIN \"{0}\".", id)).code("no-pin").exception());
    }

    @Override
    public void verifyPin(String id, Secret value) throws EscException {
        Pkcs15.Pin p = pin(id);
        byte[] block = PinBlock.of(p, value);
        try {
            enter(p);
            iso.verify(p.reference(), block);
        } finally {
            Arrays.fill(block, (byte) 0);
        }
    }

    @Override
    public void changePin(String id, Secret old, Secret fresh) throws EscException {
        Pkcs15.Pin p = pin(id);
        both(p, PinBlock.of(p, old), PinBlock.of(p, fresh), iso::change);
    }

    @Override
    public void unblockPin(String id, Secret unblocking, Secret fresh) throws EscException {
        Pkcs15.Pin p = pin(id);
        Optional<String> by = unblockedBy(p);
        if (by.isEmpty()) {
            throw Problem.of(Fault.USAGE, WORDS.say("unblock the PIN"), WORDS.say("The PIN \"{0}\" cannot be unblocked.", p.common().label()))
                    .code("not-offered").exception();
        }
        both(p, PinBlock.of(pin(by.get()), unblocking), PinBlock.of(p, fresh), iso::unblock);
    }

    private static Optional<PinRequest> request(Pkcs15.Pin p, PinRequest.Kind kind) {
        Optional<PinFormat> format = PinBlock.format(p);
        return format.map(f -> kind == PinRequest.Kind.VERIFY ? PinRequest.verify(0x00, p.reference(), f) : PinRequest.change(0x00, p.reference(), f));
    }

    private boolean canAtReader(Pkcs15.Pin p, PinRequest.Kind kind) throws EscException {
        Optional<PinRequest> request = request(p, kind);
        return request.isPresent() && channel.pinPad().can(request.get());
    }

    @Override
    public boolean canVerifyAtReader(String id) throws EscException {
        return canAtReader(pin(id), PinRequest.Kind.VERIFY);
    }

    @Override
    public boolean canChangeAtReader(String id) throws EscException {
        Pkcs15.Pin p = pin(id);
        return !p.flags().contains(Pkcs15.PinFlag.CHANGE_DISABLED) && canAtReader(p, PinRequest.Kind.CHANGE);
    }

    @Override
    public void verifyPinAtReader(String id) throws EscException {
        atReader(id, PinRequest.Kind.VERIFY, WORDS.say("verify the PIN"));
    }

    @Override
    public void changePinAtReader(String id) throws EscException {
        atReader(id, PinRequest.Kind.CHANGE, WORDS.say("change the PIN"));
    }

    private void atReader(String id, PinRequest.Kind kind, String step) throws EscException {
        Pkcs15.Pin p = pin(id);
        PinRequest request = request(p, kind).orElseThrow(() -> Problem.of(Fault.USAGE, step,
                WORDS.say("No keypad can write the PIN \"{0}\" as this card wants it.", p.common().label())).code("not-offered").exception());
        enter(p);
        channel.enterPin(request).orThrow(step);
    }

    private interface Command {
        void send(int reference, byte[] both) throws EscException;
    }

    private void both(Pkcs15.Pin p, byte[] first, byte[] second, Command command) throws EscException {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        try {
            enter(p);
            command.send(p.reference(), both);
        } finally {
            Arrays.fill(both, (byte) 0);
            Arrays.fill(first, (byte) 0);
            Arrays.fill(second, (byte) 0);
        }
    }

    private Optional<Pkcs15.Key> privateKey(String slot) throws EscException {
        return privateKeys().stream().filter(k -> slot(k.id()).equals(slot) && k.reference().isPresent()).findFirst();
    }

    private Pkcs15.Key needed(String slot) throws EscException {
        return privateKey(slot).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the key"),
                WORDS.say("The card has no private key \"{0}\" that can be used.", slot)).code("no-key").exception());
    }

    @Override
    public Set<SignatureAlgorithm> signatures(String slot) throws EscException {
        Optional<Pkcs15.Key> k = privateKey(slot);
        if (k.isEmpty() || k.get().usage().stream().noneMatch(Set.of(Usage.SIGN, Usage.SIGN_RECOVER, Usage.NON_REPUDIATION)::contains)) {
            return Set.of();
        }
        return switch (k.get().type()) {
            case "RSA" -> mechanism(k.get(), RSA_X509).isPresent() ? EnumSet.range(SignatureAlgorithm.RSA_PKCS1_SHA256, SignatureAlgorithm.RSA_PSS_SHA512)
                    : EnumSet.range(SignatureAlgorithm.RSA_PKCS1_SHA256, SignatureAlgorithm.RSA_PKCS1_SHA512);
            case "EC" -> EnumSet.of(SignatureAlgorithm.ECDSA_SHA256, SignatureAlgorithm.ECDSA_SHA384, SignatureAlgorithm.ECDSA_SHA512);
            default -> Set.of();
        };
    }

    /** The key's algorithm with this mechanism; a key that names none may do all that the card can. */
    private Optional<Pkcs15.Algorithm> mechanism(Pkcs15.Key k, int mechanism) throws EscException {
        try {
            return info().algorithms().stream().filter(a -> a.mechanism() == mechanism
                    && (k.algorithms().isEmpty() || k.algorithms().contains(a.reference()))).findFirst();
        } catch (EscException e) {
            if (Attempts.isOver(e)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private void use(Pkcs15.Key k, int template, Optional<Pkcs15.Algorithm> algorithm, String step) throws EscException {
        if (k.value().path().isPresent() && home().length > 0) {
            // the key belongs to its folder; nothing is selected below it, so that what was verified stays so
            iso.select(home());
        }
        iso.useKey(template, k.reference().orElseThrow(), algorithm.map(Pkcs15.Algorithm::cardReference).orElse(OptionalInt.empty()), step);
    }

    @Override
    public byte[] sign(String slot, SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException {
        Pkcs15.Key k = needed(slot);
        String step = WORDS.say("sign with the card's key");
        if (k.type().equals("EC")) {
            use(k, IsoCard.SIGNATURE, mechanism(k, ECDSA), step);
            return der(iso.sign(toBeSigned));
        }
        try {
            byte[] in;
            if (algorithm.isPss()) {
                use(k, IsoCard.SIGNATURE, mechanism(k, RSA_X509), step);
                in = RsaPadding.forSignature(algorithm, toBeSigned, size(k));
            } else {
                use(k, IsoCard.SIGNATURE, mechanism(k, RSA_PKCS), step);
                in = RsaPadding.digestInfo(algorithm, toBeSigned);
            }
            return iso.sign(in);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, step, e.getMessage() + ".").exception(e);
        }
    }

    private int size(Pkcs15.Key k) throws EscException {
        int bits = k.bits() > 0 ? k.bits() : publicKey(k.id()).map(Pkcs15Token::bits).orElse(0);
        return (bits + 7) / 8;
    }

    /** Cards answer an ECDSA signature as a DER sequence or as r ‖ s. */
    private static byte[] der(byte[] signature) {
        if (signature.length > 8 && signature[0] == 0x30 && (signature[1] & 0xFF) == signature.length - 2) {
            return signature;
        }
        int n = signature.length / 2;
        byte[] r = new BigInteger(1, Arrays.copyOf(signature, n)).toByteArray();
        byte[] s = new BigInteger(1, Arrays.copyOfRange(signature, n, signature.length)).toByteArray();
        return Tlv.of(0x30, List.of(Tlv.of(0x02, r), Tlv.of(0x02, s))).encoded();
    }

    @Override
    public boolean decrypts(String slot) throws EscException {
        return privateKey(slot).filter(k -> k.type().equals("RSA") && (k.usage().contains(Usage.DECRYPT) || k.usage().contains(Usage.UNWRAP))).isPresent();
    }

    @Override
    public boolean agrees(String slot) throws EscException {
        return privateKey(slot).filter(k -> k.type().equals("EC") && k.usage().contains(Usage.DERIVE)).isPresent();
    }

    @Override
    public byte[] decrypt(String slot, byte[] cryptogram) throws EscException {
        Pkcs15.Key k = needed(slot);
        use(k, IsoCard.CONFIDENTIALITY, mechanism(k, RSA_PKCS), WORDS.say("decrypt with the card's key"));
        byte[] in = new byte[cryptogram.length + 1];
        System.arraycopy(cryptogram, 0, in, 1, cryptogram.length);
        byte[] out = iso.decipher(in);
        // some cards leave the padding to the host
        return out.length == cryptogram.length && out.length > 0 && out[0] == 0 ? RsaPadding.message(out) : out;
    }

    @Override
    public byte[] agree(String slot, PublicKey other) throws EscException {
        if (!(other instanceof ECPublicKey ec)) {
            throw Problem.of(Fault.USAGE, WORDS.say("agree on a key with the card's key"), WORDS.say("The other key is not on a curve.")).exception();
        }
        use(needed(slot), IsoCard.CONFIDENTIALITY, Optional.empty(), WORDS.say("agree on a key with the card's key"));
        int n = (ec.getParams().getCurve().getField().getFieldSize() + 7) / 8;
        var point = new ByteArrayOutputStream();
        point.write(4);
        point.writeBytes(fixed(ec.getW().getAffineX(), n));
        point.writeBytes(fixed(ec.getW().getAffineY(), n));
        return iso.decipher(Tlv.of(0xA6, List.of(Tlv.of(0x7F49, List.of(Tlv.of(0x86, point.toByteArray())))))
                .encoded());
    }

    private static byte[] fixed(BigInteger v, int n) {
        byte[] b = v.toByteArray();
        byte[] out = new byte[n];
        int count = Math.min(n, b.length);
        System.arraycopy(b, b.length - count, out, n - count, count);
        return out;
    }
}
