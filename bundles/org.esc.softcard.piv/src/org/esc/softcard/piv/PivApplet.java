// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.piv;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.crypto.Cipher;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.apdu.Tlv;
import org.esc.piv.DiscoveryObject;
import org.esc.piv.Piv;
import org.esc.piv.PivAlgorithm;
import org.esc.piv.PivCertificate;
import org.esc.piv.PivIns;
import org.esc.piv.PivKeys;
import org.esc.piv.PivObject;
import org.esc.piv.PivSlot;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletHost;
import org.esc.softcard.Chaining;

/** The PIV card application (SP 800-73-4 part 2) with the extensions of a YubiKey 5.7, in software. */
final class PivApplet implements Applet {

    private static final byte[] VERSION = {5, 7, 1};
    private static final byte[] FIRST_PIN = {'1', '2', '3', '4', '5', '6', (byte) 0xFF, (byte) 0xFF};
    private static final byte[] FIRST_PUK = {'1', '2', '3', '4', '5', '6', '7', '8'};
    private static final byte[] FIRST_MANAGEMENT_KEY = Hex.parse("010203040506070801020304050607080102030405060708");
    private static final byte[] FIRST_DISCOVERY = Hex.parse("4F0BA0000003080000100001005F2F024000");
    private static final int FIRST_TRIES = 3;
    private static final int LONGEST_OBJECT = 16_384;
    private static final int LONGEST_COMMAND = LONGEST_OBJECT + 64;

    private static final String SETUP = "setup";
    private static final String MANAGEMENT = "management";
    private static final String OBJECTS = "o/";
    private static final String KEYS = "k/";

    private static final int NEVER = 1;
    private static final int ONCE = 2;
    private static final int ALWAYS = 3;
    private static final int DELETE = 0xFF;
    private static final int DYNAMIC = 0x7C;
    private static final int WITNESS = 0x80;
    private static final int CHALLENGE = 0x81;
    private static final int RESPONSE = 0x82;
    private static final int EXPONENTIATION = 0x85;

    private final AppletHost host;
    private final SecureRandom random;
    private final CardPin pin;
    private final CardPin puk;
    private final CardPin globalPin;

    private boolean pinVerified;
    private boolean globalVerified;
    /** The PIN was verified since a private key was last used. */
    private boolean fresh;
    private boolean administrator;
    private byte[] witness = new byte[0];
    private byte[] challenge = new byte[0];

    private PivApplet(AppletHost host) {
        this.host = host;
        random = host.random();
        pin = new CardPin(host, "pin");
        puk = new CardPin(host, "puk");
        globalPin = new CardPin(host, "global-pin");
    }

    static Applet install(AppletHost host, PivAlgorithm management) {
        var a = new PivApplet(host);
        // the first management algorithm comes back at a reset
        host.memory().put(SETUP, ByteBuffer.allocate(5).putInt(random31(host.random())).put((byte) management.id()).array());
        CardKey attestation = CardKey.generate(PivAlgorithm.P256, NEVER, NEVER, host.random());
        a.put(PivSlot.ATTESTATION, attestation);
        a.put(PivSlot.ATTESTATION.object(), PivCertificate.encode(Attestor.authority(attestation, host.random()), false));
        a.first();
        return framed(a);
    }

    static Applet restore(AppletHost host) {
        var a = new PivApplet(host);
        a.pin.status();
        a.puk.status();
        a.managementKey().close();
        return framed(a);
    }

    private static Applet framed(PivApplet a) {
        return new AnswersAlways(Chaining.over(a, LONGEST_COMMAND));
    }

    /** A YubiKey answers whether or not a command asks for data with an Le, and Yubico's programs count on it. */
    private record AnswersAlways(Applet inside) implements Applet {

        @Override
        public ResponseApdu process(CommandApdu c) throws CardRefusal {
            return inside.process(c.ne().isPresent() ? c : c.withNe(c.isExtended() ? 65_536 : 256));
        }

        @Override
        public ResponseApdu selected() {
            return inside.selected();
        }

        @Override
        public void deselected() {
            inside.deselected();
        }

        @Override
        public void reset() {
            inside.reset();
        }
    }

    private static int random31(SecureRandom random) {
        return 10_000_000 + random.nextInt(20_000_000);
    }

    /** As from the factory. */
    private void first() {
        pin.set(FIRST_PIN, FIRST_TRIES, true);
        globalPin.set(FIRST_PIN, FIRST_TRIES, true);
        puk.set(FIRST_PUK, FIRST_TRIES, true);
        setManagementKey(PivAlgorithm.of(setup().get(4) & 0xFF).orElseThrow(), FIRST_MANAGEMENT_KEY, NEVER, true);
        put(PivObject.DISCOVERY, FIRST_DISCOVERY);
    }

    private ByteBuffer setup() {
        return ByteBuffer.wrap(host.memory().get(SETUP).filter(b -> b.length == 5)
                .orElseThrow(() -> new IllegalArgumentException("The card's serial number is lost")));
    }

    // ---- session ----

    @Override
    public ResponseApdu selected() {
        reset();
        var authority = Tlv.of(0x79, List.of(Tlv.of(0x4F, Arrays.copyOf(PivIns.APPLICATION.bytes(), 5))));
        byte[] aid = PivIns.APPLICATION.bytes();
        return ResponseApdu.ok(Tlv.of(0x61, List.of(Tlv.of(0x4F, Arrays.copyOfRange(aid, 5, aid.length)), authority)).encoded());
    }

    @Override
    public void deselected() {
        reset();
    }

    @Override
    public void reset() {
        pinVerified = false;
        globalVerified = false;
        fresh = false;
        administrator = false;
        forget();
    }

    private void forget() {
        witness = new byte[0];
        challenge = new byte[0];
    }

    private void needAdministrator() throws CardRefusal {
        if (!administrator) {
            throw new CardRefusal(Sw.SECURITY_NOT_SATISFIED);
        }
    }

    private void needPin() throws CardRefusal {
        if (!pinVerified && !(globalVerified && hasGlobalPin())) {
            throw new CardRefusal(Sw.SECURITY_NOT_SATISFIED);
        }
    }

    /** As the discovery object says, which whoever has the management key may replace. */
    private boolean hasGlobalPin() {
        try {
            Optional<byte[]> d = get(PivObject.DISCOVERY);
            return d.isPresent() && DiscoveryObject.parse(d.get()).hasGlobalPin();
        } catch (CardException _) {
            return false;
        }
    }

    @Override
    public ResponseApdu process(CommandApdu c) throws CardRefusal {
        if (c.cla() != 0x00) {
            throw new CardRefusal(Sw.UNKNOWN_CLA);
        }
        if (c.ins() != PivIns.GENERAL_AUTHENTICATE) {
            forget();
        }
        return switch (c.ins()) {
            case PivIns.VERIFY -> verify(c);
            case PivIns.CHANGE_REFERENCE_DATA -> change(c);
            case PivIns.RESET_RETRY_COUNTER -> unblock(c);
            case PivIns.GENERATE -> generate(c);
            case PivIns.GENERAL_AUTHENTICATE -> authenticate(c);
            case PivIns.GET_DATA -> getData(c);
            case PivIns.PUT_DATA -> putData(c);
            case PivIns.MOVE_KEY -> move(c);
            case PivIns.GET_METADATA -> metadata(c);
            case PivIns.GET_SERIAL -> ResponseApdu.ok(Arrays.copyOf(setup().array(), 4));
            case PivIns.ATTEST -> attest(c);
            case PivIns.SET_RETRIES -> setRetries(c);
            case PivIns.RESET -> resetApplication();
            case PivIns.GET_VERSION -> ResponseApdu.ok(VERSION);
            case PivIns.IMPORT_KEY -> importKey(c);
            case PivIns.SET_MANAGEMENT_KEY -> setManagementKey(c);
            default -> throw new CardRefusal(Sw.UNKNOWN_INS);
        };
    }

    // ---- memory ----

    private static String name(PivObject o) {
        return OBJECTS + o.id();
    }

    private Optional<byte[]> get(PivObject o) {
        return host.memory().get(name(o));
    }

    private void put(PivObject o, byte[] content) {
        host.memory().put(name(o), content);
    }

    private Optional<CardKey> get(PivSlot s) {
        return host.memory().get(KEYS + s.id()).map(b -> {
            try {
                return CardKey.decode(b);
            } finally {
                Arrays.fill(b, (byte) 0);
            }
        });
    }

    private void put(PivSlot s, CardKey key) {
        byte[] b = key.encoded();
        host.memory().put(KEYS + s.id(), b);
        Arrays.fill(b, (byte) 0);
    }

    private static PivSlot slot(int reference) throws CardRefusal {
        return PivSlot.of(reference).orElseThrow(() -> new CardRefusal(Sw.WRONG_P1_P2));
    }

    private static List<Tlv> tlvs(byte[] b) throws CardRefusal {
        try {
            return Tlv.parseAll(b);
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
    }

    private static Optional<byte[]> value(List<Tlv> all, int tag) {
        return all.stream().filter(t -> t.tag() == tag).findFirst().map(Tlv::value);
    }

    // ---- data objects ----

    private static PivObject object(byte[] tag) throws CardRefusal {
        String hex = Hex.of(tag).toLowerCase(Locale.ROOT);
        if (!hex.matches("7e|7f61|5f[cf][0-9a-f]{3}")) {
            throw new CardRefusal(Sw.NOT_FOUND);
        }
        int number = Integer.parseInt(hex, 16);
        return PivObject.of(number).orElseGet(() -> new PivObject(number, 0, hex, PivObject.Kind.VENDOR, false));
    }

    private ResponseApdu getData(CommandApdu c) throws CardRefusal {
        if (c.p1() != 0x3F || c.p2() != 0xFF) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        PivObject o = object(value(tlvs(c.data()), 0x5C).orElseThrow(() -> new CardRefusal(Sw.WRONG_DATA)));
        if (o.pin()) {
            needPin();
        }
        byte[] content = get(o).orElseThrow(() -> new CardRefusal(Sw.NOT_FOUND));
        return ResponseApdu.ok(Tlv.of(o.bare() ? o.tag() : 0x53, content).encoded());
    }

    private ResponseApdu putData(CommandApdu c) throws CardRefusal {
        needAdministrator();
        if (c.p1() != 0x3F || c.p2() != 0xFF) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        List<Tlv> all = tlvs(c.data());
        if (all.isEmpty()) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        Tlv first = all.getFirst();
        boolean bare = first.tag() == 0x7E || first.tag() == 0x7F61;
        PivObject o = bare ? PivObject.of(first.tag()).orElseThrow() : object(value(all, 0x5C).orElseThrow(() -> new CardRefusal(Sw.WRONG_DATA)));
        byte[] content = bare ? first.value() : value(all, 0x53).orElseThrow(() -> new CardRefusal(Sw.WRONG_DATA));
        if (content.length > LONGEST_OBJECT) {
            throw new CardRefusal(Sw.NO_SPACE);
        }
        if (content.length == 0) {
            host.memory().remove(name(o));
        } else {
            put(o, content);
        }
        return ResponseApdu.ok();
    }

    // ---- PINs ----

    private CardPin pin(int reference) throws CardRefusal {
        if (reference == PivIns.PIN_GLOBAL && !hasGlobalPin()) {
            throw new CardRefusal(Sw.UNKNOWN_REFERENCE);
        }
        return switch (reference) {
            case PivIns.PIN_APPLICATION -> pin;
            case PivIns.PIN_GLOBAL -> globalPin;
            case PivIns.PUK -> puk;
            default -> throw new CardRefusal(Sw.UNKNOWN_REFERENCE);
        };
    }

    private void verified(int reference, boolean yes) {
        if (reference == PivIns.PIN_GLOBAL) {
            globalVerified = yes;
        } else {
            pinVerified = yes;
        }
        fresh = yes;
    }

    private ResponseApdu verify(CommandApdu c) throws CardRefusal {
        CardPin p = pin(c.p2());
        if (c.p2() == PivIns.PUK) {
            throw new CardRefusal(Sw.UNKNOWN_REFERENCE);
        }
        if (c.p1() == 0xFF && c.nc() == 0) {
            verified(c.p2(), false);
            return ResponseApdu.ok();
        }
        if (c.p1() != 0) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        if (c.nc() == 0) {
            boolean yes = c.p2() == PivIns.PIN_GLOBAL ? globalVerified : pinVerified;
            return yes ? ResponseApdu.ok() : ResponseApdu.of(p.status());
        }
        byte[] value = c.data();
        if (value.length != PivIns.PIN_LENGTH) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        verified(c.p2(), false);
        try {
            p.verify(value);
        } finally {
            Arrays.fill(value, (byte) 0);
        }
        verified(c.p2(), true);
        return ResponseApdu.ok();
    }

    private ResponseApdu change(CommandApdu c) throws CardRefusal {
        if (c.p1() != 0) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        return replace(c, pin(c.p2()), pin(c.p2()));
    }

    private ResponseApdu unblock(CommandApdu c) throws CardRefusal {
        if (c.p1() != 0 || c.p2() != PivIns.PIN_APPLICATION) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        return replace(c, puk, pin);
    }

    private static ResponseApdu replace(CommandApdu c, CardPin proof, CardPin replaced) throws CardRefusal {
        byte[] data = c.data();
        if (data.length != 2 * PivIns.PIN_LENGTH) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        byte[] value = Arrays.copyOf(data, PivIns.PIN_LENGTH);
        byte[] next = Arrays.copyOfRange(data, PivIns.PIN_LENGTH, data.length);
        try {
            if (!isGood(next)) {
                throw new CardRefusal(Sw.WRONG_DATA);
            }
            proof.verify(value);
            replaced.set(next, replaced.tries(), false);
        } finally {
            Arrays.fill(data, (byte) 0);
            Arrays.fill(value, (byte) 0);
            Arrays.fill(next, (byte) 0);
        }
        return ResponseApdu.ok();
    }

    /** Six characters or more, then nothing but FF. */
    private static boolean isGood(byte[] padded) {
        int n = PivIns.PIN_LENGTH;
        while (n > 0 && padded[n - 1] == (byte) 0xFF) {
            n--;
        }
        for (int i = 0; i < n; i++) {
            if (padded[i] == (byte) 0xFF) {
                return false;
            }
        }
        return n >= PivIns.MIN_PIN_LENGTH;
    }

    private ResponseApdu setRetries(CommandApdu c) throws CardRefusal {
        needAdministrator();
        needPin();
        if (c.p1() == 0 || c.p2() == 0) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        pin.set(FIRST_PIN, c.p1(), true);
        puk.set(FIRST_PUK, c.p2(), true);
        pinVerified = false;
        fresh = false;
        return ResponseApdu.ok();
    }

    // ---- keys ----

    private static int usualPinPolicy(PivSlot s) {
        return switch (s) {
            case SIGNATURE -> ALWAYS;
            case CARD_AUTHENTICATION, ATTESTATION -> NEVER;
            default -> ONCE;
        };
    }

    private static int policy(List<Tlv> all, int tag, int usual) throws CardRefusal {
        Optional<byte[]> v = value(all, tag);
        if (v.isPresent() && (v.get().length != 1 || v.get()[0] < 0 || v.get()[0] > 3)) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        return v.map(b -> (int) b[0]).filter(p -> p != 0).orElse(usual);
    }

    private static PivAlgorithm asymmetric(int id) throws CardRefusal {
        return PivAlgorithm.of(id).filter(a -> !a.isSymmetric()).orElseThrow(() -> new CardRefusal(Sw.WRONG_DATA));
    }

    private ResponseApdu generate(CommandApdu c) throws CardRefusal {
        needAdministrator();
        PivSlot s = slot(c.p2());
        if (c.p1() != 0) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        List<Tlv> control = tlvs(value(tlvs(c.data()), 0xAC).orElseThrow(() -> new CardRefusal(Sw.WRONG_DATA)));
        byte[] id = value(control, 0x80).filter(b -> b.length == 1).orElseThrow(() -> new CardRefusal(Sw.WRONG_DATA));
        CardKey key = CardKey.generate(asymmetric(id[0] & 0xFF), policy(control, 0xAA, usualPinPolicy(s)), policy(control, 0xAB, NEVER), random);
        put(s, key);
        return ResponseApdu.ok(Tlv.of(0x7F49, PivKeys.encode(key.publicKey())).encoded());
    }

    private ResponseApdu importKey(CommandApdu c) throws CardRefusal {
        needAdministrator();
        PivSlot s = slot(c.p2());
        List<Tlv> all = tlvs(c.data());
        put(s, CardKey.of(asymmetric(c.p1()), all, policy(all, 0xAA, usualPinPolicy(s)), policy(all, 0xAB, NEVER)));
        return ResponseApdu.ok();
    }

    private ResponseApdu move(CommandApdu c) throws CardRefusal {
        needAdministrator();
        PivSlot from = slot(c.p2());
        CardKey key = get(from).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_REFERENCE));
        if (c.p1() != DELETE) {
            PivSlot to = slot(c.p1());
            if (to == PivSlot.ATTESTATION || from == PivSlot.ATTESTATION || get(to).isPresent()) {
                throw new CardRefusal(Sw.WRONG_P1_P2);
            }
            put(to, key);
        }
        host.memory().remove(KEYS + from.id());
        return ResponseApdu.ok();
    }

    private ResponseApdu attest(CommandApdu c) throws CardRefusal {
        PivSlot s = slot(c.p1());
        CardKey key = get(s).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_REFERENCE));
        CardKey signer = get(PivSlot.ATTESTATION).orElseThrow(() -> new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED));
        if (key.imported() || s == PivSlot.ATTESTATION || signer.algorithm() == PivAlgorithm.X25519) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        try {
            byte[] authority = get(PivSlot.ATTESTATION.object()).orElseThrow(() -> new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED));
            String issuer = PivCertificate.parse(authority, "attestation").getSubjectX500Principal().getName();
            return ResponseApdu.ok(Attestor.attest(s, key, signer, issuer, VERSION, setup().getInt(), random).getEncoded());
        } catch (CardException | CertificateEncodingException _) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
    }

    private ResponseApdu metadata(CommandApdu c) throws CardRefusal {
        var all = new ArrayList<Tlv>();
        switch (c.p2()) {
            case PivIns.PIN_APPLICATION, PivIns.PUK -> {
                CardPin p = pin(c.p2());
                all.add(Tlv.of(1, (byte) 0xFF));
                all.add(Tlv.of(5, (byte) (p.isDefault() ? 1 : 0)));
                all.add(Tlv.of(6, (byte) p.tries(), (byte) p.left()));
            }
            case PivIns.MANAGEMENT_KEY -> {
                byte[] m = management();
                all.add(Tlv.of(1, m[0]));
                all.add(Tlv.of(2, (byte) 0, m[1]));
                all.add(Tlv.of(5, m[2]));
                Arrays.fill(m, (byte) 0);
            }
            default -> {
                CardKey key = get(PivSlot.of(c.p2()).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_REFERENCE)))
                        .orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_REFERENCE));
                all.add(Tlv.of(1, (byte) key.algorithm().id()));
                all.add(Tlv.of(2, (byte) key.pinPolicy(), (byte) key.touchPolicy()));
                all.add(Tlv.of(3, (byte) (key.imported() ? 2 : 1)));
                all.add(Tlv.of(4, PivKeys.encode(key.publicKey())));
            }
        }
        var out = new ByteArrayOutputStream();
        all.forEach(t -> out.writeBytes(t.encoded()));
        return ResponseApdu.ok(out.toByteArray());
    }

    // ---- GENERAL AUTHENTICATE ----

    private ResponseApdu authenticate(CommandApdu c) throws CardRefusal {
        List<Tlv> all = tlvs(value(tlvs(c.data()), DYNAMIC).orElseThrow(() -> new CardRefusal(Sw.WRONG_DATA)));
        return c.p2() == PivIns.MANAGEMENT_KEY ? manage(c.p1(), all) : use(c, all);
    }

    private ResponseApdu use(CommandApdu c, List<Tlv> all) throws CardRefusal {
        PivSlot s = slot(c.p2());
        CardKey key = get(s).orElseThrow(() -> new CardRefusal(Sw.UNKNOWN_REFERENCE));
        if (key.algorithm().id() != c.p1() || s == PivSlot.ATTESTATION) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        if (key.pinPolicy() != NEVER) {
            needPin();
        }
        if (key.pinPolicy() == ALWAYS && !fresh) {
            throw new CardRefusal(Sw.SECURITY_NOT_SATISFIED);
        }
        Optional<byte[]> point = value(all, EXPONENTIATION);
        byte[] input = value(all, CHALLENGE).or(() -> point).filter(b -> b.length > 0 || key.algorithm() == PivAlgorithm.ED25519)
                .orElseThrow(() -> new CardRefusal(Sw.WRONG_DATA));
        byte[] result = point.isPresent() ? key.agree(input) : key.compute(input);
        fresh = false;
        return ResponseApdu.ok(Tlv.of(DYNAMIC, List.of(Tlv.of(RESPONSE, result))).encoded());
    }

    private byte[] management() {
        return host.memory().get(MANAGEMENT).filter(b -> b.length > 3).orElseThrow(() -> new IllegalArgumentException("The management key is lost"));
    }

    private PivAlgorithm managementAlgorithm() {
        byte[] m = management();
        Arrays.fill(m, 1, m.length, (byte) 0);
        return PivAlgorithm.of(m[0] & 0xFF).orElseThrow(() -> new IllegalArgumentException("A management key of no known algorithm"));
    }

    private Secret managementKey() {
        byte[] m = management();
        byte[] k = Arrays.copyOfRange(m, 3, m.length);
        try {
            return Secret.of(k);
        } finally {
            Arrays.fill(m, (byte) 0);
            Arrays.fill(k, (byte) 0);
        }
    }

    private void setManagementKey(PivAlgorithm a, byte[] key, int touch, boolean isDefault) {
        byte[] m = new byte[3 + key.length];
        m[0] = (byte) a.id();
        m[1] = (byte) touch;
        m[2] = (byte) (isDefault ? 1 : 0);
        System.arraycopy(key, 0, m, 3, key.length);
        host.memory().put(MANAGEMENT, m);
        Arrays.fill(m, (byte) 0);
    }

    /** Witness and challenge, each one block; SP 800-73-4 part 2, appendix A.1. */
    private ResponseApdu manage(int algorithm, List<Tlv> all) throws CardRefusal {
        PivAlgorithm a = managementAlgorithm();
        if (algorithm != a.id() && !(algorithm == 0 && a == PivAlgorithm.DES3)) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        Optional<byte[]> theirWitness = value(all, WITNESS);
        Optional<byte[]> theirChallenge = value(all, CHALLENGE);
        Optional<byte[]> theirResponse = value(all, RESPONSE).filter(r -> r.length > 0);
        byte[] sentWitness = witness;
        byte[] sentChallenge = challenge;
        forget();
        try (Secret key = managementKey()) {
            if (theirWitness.filter(w -> w.length == 0).isPresent()) {
                witness = block(a);
                return answer(WITNESS, Piv.block(a, key, Cipher.ENCRYPT_MODE, witness));
            }
            if (theirChallenge.filter(x -> x.length == 0).isPresent()) {
                challenge = block(a);
                return answer(CHALLENGE, challenge);
            }
            administrator = false;
            if (theirWitness.isPresent() && theirChallenge.filter(x -> x.length == a.block()).isPresent()) {
                prove(sentWitness, theirWitness.get());
                return answer(RESPONSE, Piv.block(a, key, Cipher.ENCRYPT_MODE, theirChallenge.get()));
            }
            if (theirResponse.isPresent() && sentChallenge.length > 0) {
                prove(Piv.block(a, key, Cipher.ENCRYPT_MODE, sentChallenge), theirResponse.get());
                return ResponseApdu.ok();
            }
            throw new CardRefusal(Sw.WRONG_DATA);
        }
    }

    private void prove(byte[] expected, byte[] theirs) throws CardRefusal {
        if (expected.length == 0 || !MessageDigest.isEqual(expected, theirs)) {
            host.pauseAfterWrongPin();
            throw new CardRefusal(Sw.SECURITY_NOT_SATISFIED);
        }
        administrator = true;
    }

    private byte[] block(PivAlgorithm a) {
        byte[] b = new byte[a.block()];
        random.nextBytes(b);
        return b;
    }

    private static ResponseApdu answer(int tag, byte[] value) {
        return ResponseApdu.ok(Tlv.of(DYNAMIC, List.of(Tlv.of(tag, value))).encoded());
    }

    private ResponseApdu setManagementKey(CommandApdu c) throws CardRefusal {
        needAdministrator();
        if (c.p1() != 0xFF || c.p2() < 0xFE) {
            throw new CardRefusal(Sw.WRONG_P1_P2);
        }
        byte[] d = c.data();
        try {
            PivAlgorithm a = d.length < 3 ? null : PivAlgorithm.of(d[0] & 0xFF).filter(PivAlgorithm::isSymmetric).orElse(null);
            if (a == null || (d[1] & 0xFF) != PivIns.MANAGEMENT_KEY || (d[2] & 0xFF) != a.length() || d.length != 3 + a.length()) {
                throw new CardRefusal(Sw.WRONG_DATA);
            }
            byte[] key = Arrays.copyOfRange(d, 3, d.length);
            setManagementKey(a, key, c.p2() == 0xFE ? 2 : NEVER, MessageDigest.isEqual(key, FIRST_MANAGEMENT_KEY));
            Arrays.fill(key, (byte) 0);
        } finally {
            Arrays.fill(d, (byte) 0);
        }
        return ResponseApdu.ok();
    }

    // ---- the whole application ----

    private ResponseApdu resetApplication() throws CardRefusal {
        if (pin.left() > 0 || puk.left() > 0) {
            throw new CardRefusal(Sw.CONDITIONS_NOT_SATISFIED);
        }
        for (String kind : List.of(OBJECTS, KEYS)) {
            for (String n : host.memory().names(kind)) {
                if (!n.equals(KEYS + PivSlot.ATTESTATION.id()) && !n.equals(name(PivSlot.ATTESTATION.object()))) {
                    host.memory().remove(n);
                }
            }
        }
        first();
        reset();
        return ResponseApdu.ok();
    }
}
