// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.cac;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.cac.Cac;
import org.esc.cac.Capabilities;
import org.esc.cac.Capabilities.Container;
import org.esc.cac.Capabilities.Type;
import org.esc.cac.Holder;
import org.esc.cac.Item;
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
import org.esc.driver.ObjectContent.Field;
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

/** A Common Access Card. */
final class CacToken implements CardApplication, Certificates, Keys, DataObjects, Pins, PinsAtReader, Signing, Decryption {

    private static final Words WORDS = Words.of(CacToken.class);

    private static final String PIN = "pin";
    private static final int MIN_PIN = 4;
    private static final int MAX_PIN = 8;
    /** Digits in ASCII, filled up to eight bytes with FF. */
    private static final PinFormat FORMAT = new PinFormat(PinFormat.Coding.ASCII, PinFormat.Length.NONE, MAX_PIN, 0xFF, MIN_PIN, MAX_PIN);
    private static final PinRequest VERIFY = PinRequest.verify(0x00, 0x00, FORMAT);
    private static final PinRequest CHANGE = PinRequest.change(0x00, 0x00, FORMAT);
    private static final int CERTIFICATE = 0x70;
    private static final int INFORMATION = 0x71;
    private static final int MOST_CERTIFICATE = 1 << 16;
    private static final int SLOTS = 16;
    private static final Container CAPABILITIES = new Container(Type.GENERIC, Cac.CAPABILITIES, 0xDB00);

    private final CardFacts card;
    private final CardChannel channel;
    private final Cac cac;
    private Optional<Capabilities> capabilities = Optional.empty();
    private Optional<List<Container>> containers = Optional.empty();
    private Optional<Map<Container, TokenCertificate>> certificates = Optional.empty();
    private List<String> certificateProblems = List.of();

    CacToken(CardFacts card, CardChannel channel) {
        this.card = card;
        this.channel = channel;
        cac = new Cac(channel);
    }

    @Override
    public void select() throws EscException {
        Aid first = card.has(Cac.CAPABILITIES) ? Cac.CAPABILITIES : card.has(Cac.ACCESS_CONTROL) ? Cac.ACCESS_CONTROL : Cac.FIRST_KEY;
        cac.enter(first, WORDS.say("select the Common Access Card's applets"));
    }

    private Optional<Capabilities> capabilities() throws EscException {
        if (capabilities.isEmpty() && card.has(Cac.CAPABILITIES) && cac.select(Cac.CAPABILITIES)) {
            capabilities = Optional.of(Capabilities.of(cac.read(WORDS.say("the card capabilities"))));
        }
        return capabilities;
    }

    /** From the capabilities; else what the access control applet knows; else the places where keys usually are. */
    private List<Container> containers() throws EscException {
        if (containers.isEmpty()) {
            var found = new ArrayList<Container>();
            try {
                capabilities().ifPresent(c -> found.addAll(c.containers()));
            } catch (EscException e) {
                if (Attempts.isOver(e)) {
                    throw e;
                }
            }
            if (found.isEmpty() && card.has(Cac.ACCESS_CONTROL) && cac.select(Cac.ACCESS_CONTROL)) {
                for (Aid a : cac.applets()) {
                    found.addAll(applet(a));
                }
            }
            if (found.isEmpty()) {
                for (int i = 0; i < SLOTS; i++) {
                    found.addAll(applet(Aid.of("A00000007901" + Hex.of((byte) i))));
                }
            }
            containers = Optional.of(found.stream().distinct().toList());
        }
        return containers.get();
    }

    private List<Container> applet(Aid aid) throws EscException {
        var found = new ArrayList<Container>();
        if (cac.select(aid)) {
            for (Cac.Properties p : cac.properties()) {
                found.add(new Container(p.key() ? Type.PKI : Type.GENERIC, aid, p.object()));
            }
        }
        return found;
    }

    private void enter(Container c) throws EscException {
        cac.enter(c.applet(), WORDS.say("select the applet of the container {0}", c.label()));
        if (!c.equals(CAPABILITIES)) {
            // the capabilities are the applet's only object
            cac.enterObject(c.object(), WORDS.say("select the container {0}", c.label()));
        }
    }

    @Override
    public TokenIdentity identity() throws EscException {
        var b = new TokenIdentity.Builder();
        b.state = TokenState.FOREIGN;
        b.label = WORDS.say("Common Access Card");
        var parts = new Attempts();
        var details = new ArrayList<Detail>();
        parts.at(() -> capabilities().ifPresent(c -> {
            c.cardId().ifPresent(id -> {
                b.serial = id.number();
                details.add(new Detail(WORDS.say("Card type"), id.typeText()));
                details.add(new Detail(WORDS.say("Issuer's RID"), id.rid()));
                details.add(new Detail(WORDS.say("Manufacturer"), Hex.of((byte) id.manufacturer())));
            });
            b.appletVersion = c.grammar().isEmpty() ? "" : "GSC-IS " + c.grammar();
        }));
        parts.at(() -> details.add(new Detail(WORDS.say("Containers"), containers().isEmpty() ? WORDS.say("none")
                : String.join(", ", containers().stream().map(Container::label).toList()))));
        parts.at(this::read);
        certificateProblems.forEach(parts::problem);
        b.details = details;
        b.problems = parts.problems();
        return b.build();
    }

    private Map<Container, TokenCertificate> read() throws EscException {
        if (certificates.isEmpty()) {
            var found = new LinkedHashMap<Container, TokenCertificate>();
            var parts = new Attempts();
            for (Container c : containers()) {
                if (c.type() == Type.PKI) {
                    parts.at(() -> {
                        enter(c);
                        List<Item> items = cac.read(WORDS.say("the {0}", c.label()));
                        byte[] value = Item.find(items, CERTIFICATE).orElse(new byte[0]);
                        if (value.length > 0) {
                            byte[] der = plain(value, Item.find(items, INFORMATION).orElse(new byte[0]), c.label());
                            found.put(c, new TokenCertificate(c.id(), c.label(), certificate(der, c.label())));
                        }
                    });
                }
            }
            certificateProblems = parts.problems();
            certificates = Optional.of(found);
        }
        return certificates.get();
    }

    /** Bits 2 and 1 of the information say how it is compressed: 01 gzip. Some cards write zlib, or say nothing: its first bytes tell. */
    private static byte[] plain(byte[] value, byte[] information, String label) throws CardException {
        boolean gzip = value.length > 2 && (value[0] & 0xFF) == 0x1F && (value[1] & 0xFF) == 0x8B;
        boolean compressed = gzip || information.length > 0 && (information[0] & 3) == 1 && value[0] != 0x30;
        if (!compressed) {
            return value;
        }
        try (InputStream in = gzip ? new GZIPInputStream(new ByteArrayInputStream(value)) : new InflaterInputStream(new ByteArrayInputStream(value))) {
            byte[] b = in.readNBytes(MOST_CERTIFICATE + 1);
            if (b.length > MOST_CERTIFICATE) {
                throw new CardException(WORDS.say("read {0}", label), WORDS.say("The {0} is longer than any certificate.", label));
            }
            return b;
        } catch (IOException e) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("read {0}", label), WORDS.say("The {0} is compressed and damaged.", label)), e);
        }
    }

    private static X509Certificate certificate(byte[] der, String label) throws CardException {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException | RuntimeException e) {
            throw new CardException(Problem.of(Fault.CARD, WORDS.say("read {0}", label), WORDS.say("The {0} is no valid certificate.", label)), e);
        }
    }

    @Override
    public List<TokenCertificate> certificates() throws EscException {
        return List.copyOf(read().values());
    }

    @Override
    public List<TokenKey> keys() throws EscException {
        var list = new ArrayList<TokenKey>();
        read().forEach((c, certificate) -> {
            PublicKey key = certificate.certificate().getPublicKey();
            if (key instanceof RSAPublicKey rsa) {
                list.add(new TokenKey(c.id(), c.label(), "RSA private key", rsa.getModulus().bitLength(), "", "sign, decrypt", "", Access.pin(PIN),
                        Optional.of(key)));
            }
        });
        return List.copyOf(list);
    }

    @Override
    public List<DataObject> dataObjects() throws EscException {
        var list = new ArrayList<DataObject>();
        if (card.has(Cac.CAPABILITIES)) {
            list.add(new DataObject(CAPABILITIES.id(), CAPABILITIES.label(), OptionalInt.empty(), true, Access.FREE));
        }
        for (Container c : containers()) {
            list.add(new DataObject(c.id(), c.label(), OptionalInt.empty(), true, c.type() == Type.PKI ? Access.FREE : Access.pin(PIN)));
        }
        return List.copyOf(list);
    }

    @Override
    public ObjectContent readObject(String id) throws EscException {
        Container c = id.equals(CAPABILITIES.id()) && card.has(Cac.CAPABILITIES) ? CAPABILITIES : containers().stream().filter(x -> x.id().equals(id)).findFirst()
                .orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("read the container"), WORDS.say("The card has no container \"{0}\".", id))
                        .code("no-object").exception());
        enter(c);
        var bytes = new java.io.ByteArrayOutputStream();
        var fields = new ArrayList<Field>();
        for (Item i : cac.read(WORDS.say("the container {0}", c.label()))) {
            byte[] v = i.value();
            bytes.writeBytes(v);
            fields.add(field(Holder.name(c.object(), i.tag()), i, v));
        }
        return new ObjectContent(bytes.toByteArray(), fields);
    }

    /** What nobody has named may be anything, so that its bytes are shown beside the text that they may be. */
    private static Field field(String name, Item i, byte[] v) {
        String text = Holder.text(v);
        return new Field(name.isEmpty() ? WORDS.say("Tag {0}", Hex.of((byte) i.tag())) : name, text.isEmpty() ? Hex.of(v) : name.isEmpty()
                ? Hex.of(v) + " \"" + text + "\"" : text, i.offset(), v.length);
    }

    @Override
    public List<Pin> pins() throws EscException {
        access();
        return List.of(new Pin(PIN, WORDS.say("PIN of the card"), Pin.Role.USER, MIN_PIN, MAX_PIN, true, cac.tries(), OptionalInt.empty(), true,
                Optional.empty()));
    }

    /** The PIN is the access control applet's, on cards that have one. */
    private void access() throws EscException {
        if (card.has(Cac.ACCESS_CONTROL)) {
            cac.select(Cac.ACCESS_CONTROL);
        }
    }

    private static void known(String pin) throws EscException {
        if (!pin.equals(PIN)) {
            throw Problem.of(Fault.USAGE, WORDS.say("find the PIN"), WORDS.say("The card has no PIN \"{0}\".", pin)).code("no-pin").exception();
        }
    }

    @Override
    public boolean canVerifyAtReader(String pin) throws EscException {
        known(pin);
        return channel.pinPad().can(VERIFY);
    }

    @Override
    public boolean canChangeAtReader(String pin) throws EscException {
        known(pin);
        return channel.pinPad().can(CHANGE);
    }

    @Override
    public void verifyPinAtReader(String pin) throws EscException {
        known(pin);
        access();
        channel.enterPin(VERIFY).orThrow(WORDS.say("verify the PIN"));
    }

    @Override
    public void changePinAtReader(String pin) throws EscException {
        known(pin);
        access();
        channel.enterPin(CHANGE).orThrow(WORDS.say("change the PIN"));
    }

    private static byte[] digits(String pin, Secret value) throws EscException {
        known(pin);
        byte[] b = value.bytes();
        boolean good = b.length >= MIN_PIN && b.length <= MAX_PIN;
        for (byte x : b) {
            good &= x >= '0' && x <= '9';
        }
        if (!good) {
            Arrays.fill(b, (byte) 0);
            throw Problem.of(Fault.USAGE, WORDS.say("use the PIN"), WORDS.say("The PIN of this card has {0} to {1} digits.", MIN_PIN, MAX_PIN))
                    .code("bad-pin").exception();
        }
        return b;
    }

    @Override
    public void verifyPin(String pin, Secret value) throws EscException {
        byte[] b = digits(pin, value);
        try {
            access();
            cac.verify(b);
        } finally {
            Arrays.fill(b, (byte) 0);
        }
    }

    @Override
    public void changePin(String pin, Secret old, Secret fresh) throws EscException {
        byte[] a = digits(pin, old);
        byte[] b = digits(pin, fresh);
        try {
            access();
            cac.change(a, b);
        } finally {
            Arrays.fill(a, (byte) 0);
            Arrays.fill(b, (byte) 0);
        }
    }

    @Override
    public void unblockPin(String pin, Secret unblocking, Secret fresh) throws EscException {
        throw Problem.of(Fault.USAGE, WORDS.say("unblock the PIN"), WORDS.say("The PIN of a Common Access Card can only be unblocked by its issuer."))
                .code("not-offered").exception();
    }

    private Optional<Container> key(String slot) throws EscException {
        return read().entrySet().stream().filter(e -> e.getKey().id().equals(slot) && e.getValue().certificate().getPublicKey() instanceof RSAPublicKey)
                .map(Map.Entry::getKey).findFirst();
    }

    private byte[] use(String slot, byte[] block) throws EscException {
        enter(key(slot).orElseThrow(() -> noKey(slot)));
        byte[] out = cac.signDecrypt(block);
        if (out.length != block.length) {
            throw new CardException(WORDS.say("use the card's key"), WORDS.say("The card answers {0} bytes where {1} are needed.", out.length, block.length));
        }
        return out;
    }

    private static EscException noKey(String slot) {
        return Problem.of(Fault.USAGE, WORDS.say("find the key"), WORDS.say("The card has no private key \"{0}\".", slot)).code("no-key").exception();
    }

    private int length(String slot) throws EscException {
        var c = key(slot).orElseThrow(() -> noKey(slot));
        return (((RSAPublicKey) read().get(c).certificate().getPublicKey()).getModulus().bitLength() + 7) / 8;
    }

    @Override
    public Set<SignatureAlgorithm> signatures(String slot) throws EscException {
        return key(slot).isEmpty() ? Set.of() : EnumSet.range(SignatureAlgorithm.RSA_PKCS1_SHA256, SignatureAlgorithm.RSA_PSS_SHA512);
    }

    @Override
    public byte[] sign(String slot, SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException {
        try {
            return use(slot, RsaPadding.forSignature(algorithm, toBeSigned, length(slot)));
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("sign with the card's key"), e.getMessage() + ".").exception(e);
        }
    }

    @Override
    public boolean decrypts(String slot) throws EscException {
        return key(slot).isPresent();
    }

    @Override
    public boolean agrees(String slot) {
        return false;
    }

    @Override
    public byte[] decrypt(String slot, byte[] cryptogram) throws EscException {
        if (cryptogram.length != length(slot)) {
            throw Problem.of(Fault.USAGE, WORDS.say("decrypt with the card's key"), WORDS.say("The cryptogram is not as long as the key.")).exception();
        }
        return RsaPadding.message(use(slot, cryptogram));
    }

    @Override
    public byte[] agree(String slot, PublicKey other) throws EscException {
        throw Problem.of(Fault.USAGE, WORDS.say("agree on a key with the card's key"), WORDS.say("A Common Access Card does not agree on keys."))
                .code("not-offered").exception();
    }
}
