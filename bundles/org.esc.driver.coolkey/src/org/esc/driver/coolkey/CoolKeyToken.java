// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.coolkey;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.coolkey.Acl;
import org.esc.coolkey.AppletStatus;
import org.esc.coolkey.CoolKey;
import org.esc.coolkey.Ins;
import org.esc.coolkey.KeyInfo;
import org.esc.coolkey.LifeCycle;
import org.esc.coolkey.ObjectId;
import org.esc.coolkey.ObjectInfo;
import org.esc.coolkey.TokenObject;
import org.esc.coolkey.TokenObjects;
import org.esc.driver.Access;
import org.esc.driver.Attempts;
import org.esc.driver.CardApplication;
import org.esc.driver.CardFacts;
import org.esc.driver.Certificates;
import org.esc.driver.DataObject;
import org.esc.driver.DataObjects;
import org.esc.driver.Decryption;
import org.esc.driver.Keys;
import org.esc.driver.ObjectContent;
import org.esc.driver.Pin;
import org.esc.driver.Pins;
import org.esc.driver.PinsAtReader;
import org.esc.driver.RsaPadding;
import org.esc.driver.SecureChannelUse;
import org.esc.driver.SignatureAlgorithm;
import org.esc.driver.Signing;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenKey;
import org.esc.driver.TokenState;
import org.esc.driver.TpsEnrollment;

/** The CoolKey applet on one card. */
final class CoolKeyToken implements CardApplication, Certificates, Keys, DataObjects, Pins, PinsAtReader, Signing, Decryption, SecureChannelUse, TpsEnrollment {

    private static final Words WORDS = Words.of(CoolKeyToken.class);

    private static final Cuid NO_CUID = Cuid.of(new byte[Cuid.LENGTH]);
    private static final String USER = "user";

    private final CardFacts card;
    private final CoolKey applet;
    private Optional<List<ObjectInfo>> list = Optional.empty();
    private Optional<Optional<TokenObjects>> objects = Optional.empty();
    private Optional<List<KeyInfo>> keyList = Optional.empty();
    private Optional<List<Pin>> pinList = Optional.empty();
    private LifeCycle lifeCycle = LifeCycle.UNKNOWN;
    private String objectsProblem = "";

    CoolKeyToken(CardFacts card, CardChannel channel) {
        this.card = card;
        applet = new CoolKey(channel);
    }

    @Override
    public void select() throws EscException {
        ResponseApdu r = applet.channel().transmit(CommandApdu.select(Ins.APPLET));
        if (!r.isOk()) {
            throw CardException.status(WORDS.say("select the CoolKey applet"), r.sw());
        }
    }

    @Override
    public TokenIdentity identity() throws EscException {
        var b = new TokenIdentity.Builder();
        var parts = new Attempts();
        if (card.manager().flatMap(CardFacts.Manager::cplc).isEmpty()) {
            parts.problem(WORDS.say("The card does not tell its number."));
        }
        parts.at(() -> {
            lifeCycle = applet.lifeCycle();
            b.lifeCycle = lifeCycle.label() + (lifeCycle == LifeCycle.UNKNOWN ? "" : " (" + Hex.of(lifeCycle.value()) + ")");
            b.state = switch (lifeCycle) {
                case PERSONALIZED -> TokenState.ENROLLED;
                case INSTALLED, SELECTABLE -> TokenState.FORMATTED;
                case BLOCKED, LOCKED -> TokenState.BLOCKED;
                case DELETED, UNKNOWN -> TokenState.UNKNOWN;
            };
        });
        var version = new StringBuilder();
        parts.at(() -> {
            AppletStatus s = applet.status();
            b.totalMemory = OptionalInt.of(s.totalMemory());
            b.freeMemory = OptionalInt.of(s.freeMemory());
            version.append(s.appletMajor()).append('.').append(s.appletMinor());
        });
        parts.at(() -> {
            int build = applet.buildId();
            version.append(version.isEmpty() ? "" : ".").append("%08x".formatted(build));
        });
        b.appletVersion = version.toString();
        parts.at(() -> b.issuerUrl = applet.issuerUrl());
        parts.at(() -> objects().ifPresent(all -> {
            b.label = all.name();
            decode(all, parts);
        }));
        if (!objectsProblem.isEmpty()) {
            parts.problem(objectsProblem);
        }
        parts.at(() -> {
            if (lifeCycle == LifeCycle.PERSONALIZED && pins().stream().anyMatch(Pin::blocked)) {
                parts.problem(WORDS.say("The token's password is blocked. Reset it through its token management system."));
            }
        });
        b.problems = parts.problems();
        return b.build();
    }

    private List<ObjectInfo> list() throws EscException {
        if (list.isEmpty()) {
            list = Optional.of(applet.listObjects());
        }
        return list.get();
    }

    /** All objects; read once. Damage is told once, by {@link #identity}. */
    private Optional<TokenObjects> objects() throws EscException {
        if (objects.isEmpty()) {
            Optional<TokenObjects> read = Optional.empty();
            try {
                read = TokenObjects.read(applet, list(), card.manager().flatMap(CardFacts.Manager::cplc).map(Cplc::cuid)
                        .orElse(NO_CUID));
            } catch (EscException e) {
                if (Attempts.isOver(e)) {
                    throw e;
                }
                objectsProblem = e.getMessage();
            }
            objects = Optional.of(read);
        }
        return objects.get();
    }

    @Override
    public List<TokenCertificate> certificates() throws EscException {
        return objects().map(all -> decode(all, new Attempts())).orElse(List.of());
    }

    private static List<TokenCertificate> decode(TokenObjects all, Attempts parts) {
        var found = new ArrayList<TokenCertificate>();
        for (TokenObjects.Certificate c : all.certificates()) {
            ObjectId id = c.object().id();
            try {
                var x = (X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(c.der()));
                found.add(new TokenCertificate(id.toString(), c.label(), x));
            } catch (CertificateException | RuntimeException _) {
                parts.problem(WORDS.say("Certificate {0} on the token is no valid certificate.", id));
            }
        }
        return found;
    }

    @Override
    public List<TokenKey> keys() throws EscException {
        Map<Integer, TokenObject> byslot = new TreeMap<>();
        objects().ifPresent(all -> all.objects().stream().filter(o -> o.id().letter() == 'k').forEach(o -> byslot.put(o.id().index(), o)));
        var keys = new ArrayList<TokenKey>();
        for (KeyInfo k : keyList()) {
            TokenObject o = byslot.get(k.number());
            boolean isPrivate = o != null ? o.kind() == TokenObject.Kind.PRIVATE_KEY : isPrivate(k);
            boolean free = k.acl().delete() == Acl.ANYONE;
            keys.add(new TokenKey(Integer.toString(k.number()), o == null ? "" : o.label(),
                    (isEc(k) ? "EC" : "RSA") + (isPrivate ? " private key" : " public key"), k.size(),
                    mate(k).map(m -> Integer.toString(m)).orElse(""), o == null ? "" : uses(o), "",
                    isPrivate && !free ? Access.pin(USER) : Access.FREE, publicKey(k.number())));
        }
        return List.copyOf(keys);
    }

    private List<KeyInfo> keyList() throws EscException {
        if (keyList.isEmpty()) {
            keyList = Optional.of(applet.listKeys());
        }
        return keyList.get();
    }

    private static boolean isEc(KeyInfo k) {
        return k.type() > Ins.KEY_RSA_PRIVATE_CRT;
    }

    private static boolean isPrivate(KeyInfo k) {
        return k.type() != Ins.KEY_RSA_PUBLIC && k.type() != Ins.KEY_EC_PUBLIC;
    }

    private static Optional<Integer> mate(KeyInfo k) {
        return k.mate() == k.number() || k.mate() == 0xFF ? Optional.empty() : Optional.of(k.mate());
    }

    /** The public key of the certificate that belongs to a slot: by convention certificate n, slots 2n and 2n+1. */
    private Optional<PublicKey> publicKey(int slot) throws EscException {
        return certificates().stream().filter(c -> c.id().length() == 2 && ObjectId.of('c', slot / 2 % 62).toString().equals(c.id()))
                .findFirst().map(c -> c.certificate().getPublicKey());
    }

    private static String uses(TokenObject o) {
        var words = new ArrayList<String>();
        for (var f : List.of(TokenObject.Flag.SIGN, TokenObject.Flag.VERIFY, TokenObject.Flag.ENCRYPT, TokenObject.Flag.DECRYPT,
                TokenObject.Flag.WRAP, TokenObject.Flag.UNWRAP, TokenObject.Flag.DERIVE)) {
            if (o.is(f)) {
                words.add(f.name().toLowerCase(Locale.ROOT));
            }
        }
        return String.join(", ", words);
    }

    @Override
    public List<DataObject> dataObjects() throws EscException {
        var found = new ArrayList<DataObject>();
        for (ObjectInfo o : list()) {
            found.add(new DataObject(o.id().toString(), label(o.id()), OptionalInt.of(o.size()), true,
                    o.acl().read() == Acl.ANYONE ? Access.FREE
                            : (o.acl().read() & Acl.USER) != 0 ? Access.pin(USER) : Access.ADMINISTRATOR));
        }
        return List.copyOf(found);
    }

    private static String label(ObjectId id) {
        if (id.equals(ObjectId.COMBINED)) {
            return WORDS.say("All objects in one");
        }
        return switch (id.letter()) {
            case 'C' -> WORDS.say("Certificate {0}", id.index());
            case 'c' -> WORDS.say("Attributes of certificate {0}", id.index());
            case 'k' -> WORDS.say("Attributes of key {0}", id.index());
            case 'd' -> WORDS.say("Data object {0}", id.index());
            case 'r' -> WORDS.say("Reader object");
            default -> "";
        };
    }

    @Override
    public ObjectContent readObject(String id) throws EscException {
        for (ObjectInfo o : list()) {
            if (o.id().toString().equals(id)) {
                byte[] b = applet.readObject(o.id(), 0, Math.clamp(o.size(), 0, Ins.MAX_OBJECT_LENGTH));
                return new ObjectContent(b, ObjectFields.of(o.id(), b));
            }
        }
        throw Problem.of(Fault.USAGE, WORDS.say("read the object"), WORDS.say("The token has no object \"{0}\".", id)).code("no-object").exception();
    }

    @Override
    public List<Pin> pins() throws EscException {
        if (pinList.isEmpty()) {
            pinList = Optional.of(readPins());
        }
        return pinList.get();
    }

    private List<Pin> readPins() throws EscException {
        var pins = new ArrayList<Pin>();
        for (int n : applet.listPins()) {
            boolean user = n == Ins.IDENTITY_USER;
            pins.add(new Pin(user ? USER : Integer.toString(n), user ? WORDS.say("Password of the token") : "PIN " + n,
                    user ? Pin.Role.USER : Pin.Role.ADMINISTRATOR, Ins.MIN_PIN_LENGTH, Ins.MAX_PIN_LENGTH, false, applet.pinTries(n),
                    OptionalInt.empty(), true, Optional.empty()));
        }
        return List.copyOf(pins);
    }

    private static int number(String pin) throws EscException {
        if (pin.equals(USER)) {
            return Ins.IDENTITY_USER;
        }
        if (pin.matches("[0-9]")) {
            return Integer.parseInt(pin);
        }
        throw Problem.of(Fault.USAGE, WORDS.say("find the PIN"), WORDS.say("The token has no PIN \"{0}\".", pin)).code("no-pin").exception();
    }

    @Override
    public void verifyPin(String pin, Secret value) throws EscException {
        pinList = Optional.empty();
        applet.verifyPin(number(pin), value);
    }

    @Override
    public void changePin(String pin, Secret old, Secret fresh) throws EscException {
        if (fresh.length() < Ins.MIN_PIN_LENGTH || fresh.length() > Ins.MAX_PIN_LENGTH) {
            throw Problem.of(Fault.USAGE, WORDS.say("change the token's password"),
                    WORDS.say("A password of this token has {0} to {1} bytes.", Ins.MIN_PIN_LENGTH, Ins.MAX_PIN_LENGTH)).code("bad-pin").exception();
        }
        pinList = Optional.empty();
        applet.changePin(number(pin), old, fresh);
    }

    @Override
    public void unblockPin(String pin, Secret unblocking, Secret fresh) throws EscException {
        throw Problem.of(Fault.USAGE, WORDS.say("unblock the token's password"),
                WORDS.say("This token's password can only be reset by its token management system."))
                .code("not-offered").advice(WORDS.say("Use \"reset-pin\".")).exception();
    }

    @Override
    public boolean canVerifyAtReader(String pin) throws EscException {
        return applet.channel().pinPad().can(CoolKey.pinRequest(number(pin)));
    }

    @Override
    public boolean canChangeAtReader(String pin) {
        return false;
    }

    @Override
    public void verifyPinAtReader(String pin) throws EscException {
        pinList = Optional.empty();
        applet.verifyPinAtReader(number(pin));
    }

    @Override
    public void changePinAtReader(String pin) throws EscException {
        throw Problem.of(Fault.USAGE, WORDS.say("change the token's password"), WORDS.say("This token's password cannot be changed at a keypad."))
                .code("not-offered").advice(WORDS.say("Change it at the computer.")).exception();
    }

    @Override
    public Set<SignatureAlgorithm> signatures(String slot) throws EscException {
        Optional<KeyInfo> key = privateKey(slot);
        if (key.isEmpty() || !may(slot, TokenObject.Flag.SIGN)) {
            return Set.of();
        }
        return isEc(key.get()) ? EnumSet.of(SignatureAlgorithm.ECDSA_SHA256, SignatureAlgorithm.ECDSA_SHA384,
                SignatureAlgorithm.ECDSA_SHA512) : EnumSet.range(SignatureAlgorithm.RSA_PKCS1_SHA256, SignatureAlgorithm.RSA_PSS_SHA512);
    }

    @Override
    public byte[] sign(String slot, SignatureAlgorithm algorithm, byte[] toBeSigned) throws EscException {
        KeyInfo key = needed(slot);
        if (isEc(key)) {
            return applet.signEc(key.number(), toBeSigned);
        }
        try {
            return applet.computeCrypt(key.number(), Ins.DIRECTION_ENCRYPT,
                    RsaPadding.forSignature(algorithm, toBeSigned, key.size() / 8));
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("sign with the token's key"), e.getMessage() + ".").exception(e);
        }
    }

    @Override
    public boolean decrypts(String slot) throws EscException {
        return privateKey(slot).filter(k -> !isEc(k)).isPresent()
                && (may(slot, TokenObject.Flag.DECRYPT) || may(slot, TokenObject.Flag.UNWRAP));
    }

    @Override
    public boolean agrees(String slot) throws EscException {
        return privateKey(slot).filter(CoolKeyToken::isEc).isPresent() && may(slot, TokenObject.Flag.DERIVE);
    }

    @Override
    public byte[] decrypt(String slot, byte[] cryptogram) throws EscException {
        return RsaPadding.message(applet.computeCrypt(needed(slot).number(), Ins.DIRECTION_DECRYPT, cryptogram));
    }

    @Override
    public byte[] agree(String slot, PublicKey other) throws EscException {
        if (!(other instanceof ECPublicKey ec)) {
            throw Problem.of(Fault.USAGE, WORDS.say("agree on a key with the token's key"), WORDS.say("The other key is not on a curve.")).exception();
        }
        int n = (ec.getParams().getCurve().getField().getFieldSize() + 7) / 8;
        byte[] point = new byte[1 + 2 * n];
        point[0] = 4;
        fill(point, 1, n, ec.getW().getAffineX());
        fill(point, 1 + n, n, ec.getW().getAffineY());
        return applet.agreeEc(needed(slot).number(), point);
    }

    private static void fill(byte[] into, int at, int n, BigInteger value) {
        byte[] v = value.toByteArray();
        for (int i = 0; i < Math.min(n, v.length); i++) {
            into[at + n - 1 - i] = v[v.length - 1 - i];
        }
    }

    private Optional<KeyInfo> privateKey(String slot) throws EscException {
        return keyList().stream().filter(k -> slot.equals(Integer.toString(k.number())) && isPrivate(k)).findFirst();
    }

    private KeyInfo needed(String slot) throws EscException {
        return privateKey(slot).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the key"),
                WORDS.say("The token has no private key in slot \"{0}\".", slot)).code("no-key").exception());
    }

    /** What the token's objects say of a key's uses; a key without object may do everything. */
    private boolean may(String slot, TokenObject.Flag use) throws EscException {
        return objects().flatMap(all -> all.objects().stream()
                .filter(o -> o.id().letter() == 'k' && slot.equals(Integer.toString(o.id().index()))).findFirst())
                .map(o -> o.is(use)).orElse(true);
    }

    @Override
    public Need secureChannelNeed() {
        return new Need(Ins.APPLET, List.of("SCP01", "SCP02", "SCP03"), 1,
                WORDS.say("write objects, make and import keys, set the password: what a token processing system does"));
    }

    @Override
    public Set<Operation> tpsOperations() throws EscException {
        if (lifeCycle == LifeCycle.UNKNOWN) {
            lifeCycle = applet.lifeCycle();
        }
        return switch (lifeCycle) {
            case PERSONALIZED -> EnumSet.allOf(Operation.class);
            case LOCKED, DELETED, UNKNOWN -> EnumSet.of(Operation.FORMAT);
            default -> EnumSet.of(Operation.ENROLL, Operation.FORMAT);
        };
    }
}
