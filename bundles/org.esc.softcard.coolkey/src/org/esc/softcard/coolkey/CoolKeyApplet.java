// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;
import org.esc.coolkey.Acl;
import org.esc.coolkey.CoolKeyStatus;
import org.esc.coolkey.EnrollmentResult;
import org.esc.coolkey.Ins;
import org.esc.coolkey.ObjectId;
import org.esc.securechannel.CardRefusal;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletHost;
import org.esc.softcard.AppletMemory;
import org.esc.softcard.coolkey.CardObjects.CardObject;

/**
 * The CoolKey applet in software: protocol version 1.1, applet version 1.4, with the elliptic curve and AES commands of the 1.5 applets.
 * Identities are bits of a mask: 0 to 7 the PINs, 14 whoever holds the secure channel (RA), 15 anybody.
 */
final class CoolKeyApplet implements Applet {

    private static final int WRONG_LENGTH = 0x6700;
    private static final int CONDITIONS_NOT_SATISFIED = 0x6985;
    private static final int WRONG_P1_P2 = 0x6A86;
    private static final int UNKNOWN_INS = 0x6D00;
    private static final int UNKNOWN_CLA = 0x6E00;

    private static final int PROTOCOL_MAJOR = 1;
    private static final int PROTOCOL_MINOR = 1;
    private static final int APPLET_MAJOR = 1;
    private static final int APPLET_MINOR = 4;
    private static final int DEFAULT_HEAP = 5000;
    private static final int SMALLEST_HEAP = 64;
    private static final int STATUS_LENGTH = 16;
    private static final int LISTED_OBJECT_LENGTH = 14;
    private static final int LISTED_KEY_LENGTH = 11;
    private static final int CHALLENGE_LENGTH = 16;
    private static final int RA = 1 << Ins.IDENTITY_RA;

    private static final String SETTINGS = "settings";
    private static final String ISSUER = "issuer";

    private final AppletHost host;
    private final AppletMemory memory;
    private final Pins pins;
    private final CardKeys keys;
    private final CardObjects objects;
    private final Crypt crypt;
    private final IoBuffer io = new IoBuffer();
    /** Who may create objects, keys and PINs. */
    private Acl builtIn = Acl.RA_ONLY;
    private boolean builtInChangeable;
    private byte[] issuer = new byte[Ins.ISSUER_INFO_LENGTH];
    private int nextObject;
    private int nextKey;

    private CoolKeyApplet(AppletHost host, int heapSize, boolean fresh) {
        this.host = host;
        memory = host.memory();
        pins = new Pins(memory);
        keys = new CardKeys(memory);
        objects = fresh ? CardObjects.empty(memory, heapSize) : CardObjects.restore(memory, heapSize);
        crypt = new Crypt(keys, io);
    }

    /**
     * A new instance from its install parameters {@code issuerLen1 issuer… memLen1 mem2 maskLen1 mask…}, of which any tail may be
     * missing. Bit 0 of the mask allows changes of the built-in access rules.
     */
    static CoolKeyApplet install(AppletHost host, byte[] parameters) throws CardRefusal {
        var d = new Data(parameters, 0x6A80);
        byte[] issuer = d.left() > 0 ? d.block1() : new byte[0];
        byte[] mem = d.left() > 0 ? d.block1() : new byte[0];
        byte[] mask = d.left() > 0 ? d.block1() : new byte[0];
        int heap = mem.length == 0 ? DEFAULT_HEAP : mem.length == 2 ? (mem[0] & 0xFF) << 8 | mem[1] & 0xFF : -1;
        if (heap < SMALLEST_HEAP || heap > Ins.MAX_OBJECT_LENGTH || issuer.length > Ins.ISSUER_INFO_LENGTH) {
            throw new CardRefusal(0x6A80);
        }
        var a = new CoolKeyApplet(host, heap, true);
        a.issuer = Arrays.copyOf(issuer, Ins.ISSUER_INFO_LENGTH);
        a.builtInChangeable = mask.length > 0 && (mask[mask.length - 1] & 1) != 0;
        a.memory.put(ISSUER, a.issuer);
        a.saveSettings();
        return a;
    }

    /** As it was left. @throws IllegalArgumentException if that makes no sense */
    static CoolKeyApplet restore(AppletHost host) {
        byte[] s = host.memory().get(SETTINGS).filter(b -> b.length == 9)
                .orElseThrow(() -> new IllegalArgumentException("The applet's settings are missing"));
        var a = new CoolKeyApplet(host, (s[0] & 0xFF) << 8 | s[1] & 0xFF, false);
        a.builtIn = Acl.of(s, 2);
        a.builtInChangeable = s[8] != 0;
        a.issuer = host.memory().get(ISSUER).filter(b -> b.length == Ins.ISSUER_INFO_LENGTH)
                .orElseThrow(() -> new IllegalArgumentException("The issuer information is missing"));
        return a;
    }

    private void saveSettings() {
        memory.put(SETTINGS, join(int2(objects.heapSize()), builtIn.bytes(), new byte[] {(byte) (builtInChangeable ? 1 : 0)}));
    }

    @Override
    public void reset() {
        pins.reset();
        io.clear();
        crypt.reset();
        nextObject = 0;
        nextKey = 0;
    }

    @Override
    public void deselected() {
        crypt.reset();
    }

    // ---- dispatch

    @Override
    public ResponseApdu process(CommandApdu c) throws CardRefusal {
        switch (c.cla()) {
            case 0x00 -> {
                // the applet takes every interindustry command for a SELECT of itself
                return ResponseApdu.ok();
            }
            case 0x80 -> {
                if (c.ins() != 0x50) {
                    throw new CardRefusal(UNKNOWN_INS);
                }
                return host.initializeUpdate(c);
            }
            case Ins.CLA_SECURE -> {
                if (c.ins() == Ins.EXTERNAL_AUTHENTICATE) {
                    if ((c.p1() & 0x01) == 0) {
                        throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
                    }
                    return host.externalAuthenticate(c);
                }
                if (c.ins() == Ins.GET_ISSUER_INFO && c.nc() == 0) {
                    // a TPS asks for this public information with the secure class but outside any channel
                    return getIssuerInfo(c);
                }
                if (!host.isChannelOpen()) {
                    throw new CardRefusal(CONDITIONS_NOT_SATISFIED);
                }
                CommandApdu plain = host.unwrap(c);
                ResponseApdu answer;
                try {
                    answer = secure(plain);
                } catch (CardRefusal e) {
                    answer = ResponseApdu.of(e.sw().value());
                }
                return host.wrap(answer);
            }
            case Ins.CLA_PUBLIC -> {
                return open(c);
            }
            default -> throw new CardRefusal(UNKNOWN_CLA);
        }
    }

    private ResponseApdu open(CommandApdu c) throws CardRefusal {
        return switch (c.ins()) {
            case Ins.VERIFY_PIN -> verifyPin(c);
            case Ins.CHANGE_PIN -> changePin(c);
            case Ins.LIST_PINS -> answer(c, 2, int2(pins.mask()));
            case Ins.PIN_TRIES -> ResponseApdu.ok((byte) pins.left(c.p1()));
            case Ins.LIST_OBJECTS -> listObjects(c);
            case Ins.LIST_KEYS -> listKeys(c);
            case Ins.GET_STATUS -> getStatus(c);
            case Ins.GET_LIFECYCLE -> getLifeCycle(c);
            case Ins.GET_ISSUER_INFO -> getIssuerInfo(c);
            case Ins.GET_BUILD_ID -> answer(c, 4, host.buildId());
            case Ins.NOP, Ins.SEED_RANDOM -> ResponseApdu.ok();
            case Ins.GET_RANDOM -> getRandom(c);
            case Ins.GET_BUILTIN_ACL -> answer(c, 7, join(builtIn.bytes(), new byte[] {(byte) (builtInChangeable ? 1 : 0)}));
            case Ins.LOGOUT -> {
                pins.logout(c.p1());
                yield ResponseApdu.ok();
            }
            case Ins.IMPORT_KEY, Ins.COMPUTE_CRYPT, Ins.ECC_KEY_AGREEMENT, Ins.ECC_SIGN, Ins.CREATE_PIN, Ins.CREATE_OBJECT,
                    Ins.DELETE_OBJECT, Ins.READ_OBJECT, Ins.WRITE_OBJECT -> {
                byte[] all = c.data();
                int n = all.length - Ins.NONCE_LENGTH;
                if (n < 0) {
                    throw new CardRefusal(WRONG_LENGTH);
                }
                int who = pins.identities(Arrays.copyOfRange(all, n, all.length));
                yield shared(c, Arrays.copyOf(all, n), who);
            }
            default -> throw new CardRefusal(UNKNOWN_INS);
        };
    }

    private ResponseApdu secure(CommandApdu c) throws CardRefusal {
        byte[] data = c.data();
        return switch (c.ins()) {
            case Ins.SET_PIN -> {
                pins.set(c.p1(), data);
                yield ResponseApdu.ok();
            }
            case Ins.START_ENROLLMENT -> startEnrollment(c, data, false);
            case Ins.START_ENROLLMENT_EC -> startEnrollment(c, data, true);
            case Ins.IMPORT_KEY_ENCRYPTED -> importKeyEncrypted(c, data);
            case Ins.CLEAR_KEY_SLOTS -> clearKeySlots(c, data);
            case Ins.SET_LIFECYCLE -> {
                if (data.length != 0) {
                    throw new CardRefusal(WRONG_LENGTH);
                }
                host.lifeCycle(c.p1());
                yield ResponseApdu.ok();
            }
            case Ins.SET_ISSUER_INFO -> {
                if (data.length != Ins.ISSUER_INFO_LENGTH) {
                    throw new CardRefusal(WRONG_LENGTH);
                }
                issuer = data;
                memory.put(ISSUER, issuer);
                yield ResponseApdu.ok();
            }
            case Ins.GET_ISSUER_INFO -> getIssuerInfo(c);
            case Ins.SET_BUILTIN_ACL -> setBuiltInAcl(data);
            case Ins.IMPORT_KEY, Ins.COMPUTE_CRYPT, Ins.ECC_KEY_AGREEMENT, Ins.ECC_SIGN, Ins.CREATE_PIN, Ins.CREATE_OBJECT,
                    Ins.DELETE_OBJECT, Ins.READ_OBJECT, Ins.WRITE_OBJECT -> shared(c, data, RA);
            default -> throw new CardRefusal(UNKNOWN_INS);
        };
    }

    /** Commands that both classes know; {@code who} are the identities that ask. */
    private ResponseApdu shared(CommandApdu c, byte[] data, int who) throws CardRefusal {
        return switch (c.ins()) {
            case Ins.CREATE_PIN -> {
                require(builtIn.delete(), who);
                pins.create(c.p1(), c.p2(), data);
                yield ResponseApdu.ok();
            }
            case Ins.CREATE_OBJECT -> createObject(data, who);
            case Ins.DELETE_OBJECT -> deleteObject(c, data, who);
            case Ins.READ_OBJECT -> readObject(data, who);
            case Ins.WRITE_OBJECT -> writeObject(data, who);
            case Ins.IMPORT_KEY -> importKey(c, data, who);
            case Ins.ECC_KEY_AGREEMENT -> crypt.agree(c.p1(), c.p2(), data, who);
            case Ins.ECC_SIGN -> crypt.sign(c.p1(), c.p2(), data, who);
            default -> crypt.rsa(c.p1(), c.p2(), data, who);
        };
    }

    static void require(int acl, int who) throws CardRefusal {
        if ((acl & who) == 0) {
            throw new CardRefusal(CoolKeyStatus.UNAUTHORIZED);
        }
    }

    private static ResponseApdu answer(CommandApdu c, int least, byte[] data) throws CardRefusal {
        if (c.ne().orElse(0) < least) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        return ResponseApdu.ok(data);
    }

    // ---- what the card tells

    private ResponseApdu getStatus(CommandApdu c) throws CardRefusal {
        if (c.p1() != 0) {
            throw new CardRefusal(UNKNOWN_INS);
        }
        return answer(c, STATUS_LENGTH, join(new byte[] {PROTOCOL_MAJOR, PROTOCOL_MINOR, APPLET_MAJOR, APPLET_MINOR},
                int4(objects.heapSize()), int4(objects.heapFree()), new byte[] {(byte) pins.count(), (byte) keys.used().size()},
                int2(pins.loggedIn())));
    }

    private ResponseApdu getLifeCycle(CommandApdu c) {
        byte state = (byte) host.lifeCycle();
        if (c.ne().orElse(0) == 1) {
            return ResponseApdu.ok(state);
        }
        // bit 0: PINs are in force, bit 1: the holder may write, which on a managed token nobody can
        int flags = pins.count() > 0 ? 1 : 0;
        if ((builtIn.read() & 0xFF) != 0) {
            flags |= 2;
        }
        return ResponseApdu.ok(state, (byte) flags, (byte) PROTOCOL_MAJOR, (byte) PROTOCOL_MINOR);
    }

    private ResponseApdu getIssuerInfo(CommandApdu c) throws CardRefusal {
        return answer(c, Ins.ISSUER_INFO_LENGTH, issuer);
    }

    private ResponseApdu getRandom(CommandApdu c) throws CardRefusal {
        if (c.ne().isEmpty() || c.ne().getAsInt() > 256) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        byte[] r = new byte[c.ne().getAsInt()];
        host.random().nextBytes(r);
        return ResponseApdu.ok(r);
    }

    private ResponseApdu listObjects(CommandApdu c) throws CardRefusal {
        nextObject = start(c, nextObject);
        if (c.ne().orElse(0) < LISTED_OBJECT_LENGTH) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        List<CardObject> all = objects.list();
        if (nextObject >= all.size()) {
            throw new CardRefusal(CoolKeyStatus.SEQUENCE_END);
        }
        CardObject o = all.get(nextObject++);
        return ResponseApdu.ok(join(o.id.bytes(), int4(o.content.length), o.acl.bytes()));
    }

    private ResponseApdu listKeys(CommandApdu c) throws CardRefusal {
        nextKey = start(c, nextKey);
        if (c.ne().orElse(0) < LISTED_KEY_LENGTH) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        List<Integer> used = keys.used();
        if (nextKey >= used.size()) {
            return ResponseApdu.ok();
        }
        int slot = used.get(nextKey++);
        CardKey k = keys.get(slot).orElseThrow();
        return ResponseApdu.ok(join(new byte[] {(byte) slot, (byte) k.type(), (byte) k.mate()}, int2(k.bits()), k.acl().bytes()));
    }

    /** Where a list goes on: P1 0 starts it anew. */
    private static int start(CommandApdu c, int next) throws CardRefusal {
        if (c.p1() > 1) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_P1);
        }
        if (c.p2() != 0) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_P2);
        }
        return c.p1() == 0 ? 0 : next;
    }

    private ResponseApdu setBuiltInAcl(byte[] data) throws CardRefusal {
        if (!builtInChangeable) {
            throw new CardRefusal(CoolKeyStatus.NOT_ALLOWED);
        }
        if (data.length != 7) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        builtIn = Acl.of(data, 0);
        builtInChangeable = data[6] != 0;
        saveSettings();
        return ResponseApdu.ok();
    }

    // ---- PINs

    private ResponseApdu verifyPin(CommandApdu c) throws CardRefusal {
        if (c.p2() != 0) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_P2);
        }
        byte[] value = c.data();
        boolean right = pins.verify(c.p1(), value);
        Arrays.fill(value, (byte) 0);
        if (!right) {
            host.pauseAfterWrongPin();
            return ResponseApdu.of(CoolKeyStatus.AUTH_FAILED);
        }
        return ResponseApdu.ok(pins.login(c.p1(), host.random()));
    }

    private ResponseApdu changePin(CommandApdu c) throws CardRefusal {
        if (c.p2() != 0) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_P2);
        }
        var d = new Data(c.data(), CoolKeyStatus.INVALID_PARAMETER);
        byte[] old = d.block1();
        byte[] value = d.block1();
        d.end();
        if (value.length < Ins.MIN_PIN_LENGTH || value.length > Ins.MAX_PIN_LENGTH) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        }
        if (!pins.verify(c.p1(), old)) {
            host.pauseAfterWrongPin();
            return ResponseApdu.of(CoolKeyStatus.AUTH_FAILED);
        }
        pins.change(c.p1(), value);
        return ResponseApdu.ok();
    }

    // ---- objects

    private ResponseApdu createObject(byte[] data, int who) throws CardRefusal {
        var d = new Data(data, WRONG_LENGTH);
        var id = new ObjectId(d.int4());
        long size = d.int4() & 0xFFFFFFFFL;
        Acl acl = d.acl();
        d.end();
        if (id.isIo()) {
            if (size > Ins.IO_BUFFER_LENGTH) {
                throw new CardRefusal(CoolKeyStatus.NO_MEMORY);
            }
            io.create((int) size);
            return ResponseApdu.ok();
        }
        require(builtIn.read(), who);
        Optional<CardObject> there = objects.find(id);
        if (there.isPresent()) {
            if (who != RA) {
                throw new CardRefusal(CoolKeyStatus.OBJECT_EXISTS);
            }
            objects.delete(there.get());
        }
        objects.create(id, size, acl);
        return ResponseApdu.ok();
    }

    private ResponseApdu deleteObject(CommandApdu c, byte[] data, int who) throws CardRefusal {
        var d = new Data(data, WRONG_LENGTH);
        var id = new ObjectId(d.int4());
        d.end();
        if (c.p2() > 1) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_P2);
        }
        if (id.isIo()) {
            io.clear();
            return ResponseApdu.ok();
        }
        CardObject o = objects.get(id);
        require(o.acl.delete(), who);
        objects.delete(o);
        return ResponseApdu.ok();
    }

    private ResponseApdu readObject(byte[] data, int who) throws CardRefusal {
        var d = new Data(data, WRONG_LENGTH);
        var id = new ObjectId(d.int4());
        int offset = d.int4();
        int length = d.int1();
        d.end();
        if (id.isIo()) {
            return ResponseApdu.ok(io.read(offset, length));
        }
        CardObject o = objects.get(id);
        require(o.acl.read(), who);
        if (offset < 0 || offset > o.content.length - length) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        }
        return ResponseApdu.ok(Arrays.copyOfRange(o.content, offset, offset + length));
    }

    private ResponseApdu writeObject(byte[] data, int who) throws CardRefusal {
        var d = new Data(data, WRONG_LENGTH);
        var id = new ObjectId(d.int4());
        int offset = d.int4();
        byte[] bytes = d.block1();
        d.end();
        if (id.isIo()) {
            io.write(offset, bytes);
            return ResponseApdu.ok();
        }
        CardObject o = objects.get(id);
        require(o.acl.write(), who);
        if (offset < 0 || offset > o.content.length - bytes.length) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        }
        objects.write(o, offset, bytes);
        return ResponseApdu.ok();
    }

    // ---- keys

    /** Slots of P1 and P2, with the owner of the private key. Zeros mean private 0, public 1, owner anybody: the oldest hosts' way. */
    private record Slots(int privateKey, int publicKey, int owner) {

        static Slots of(CommandApdu c) throws CardRefusal {
            var s = c.p1() == 0 && c.p2() == 0 ? new Slots(0, 1, Ins.IDENTITY_DEFAULT)
                    : new Slots(c.p1() & 0x0F, c.p2() & 0x0F, c.p1() >> 4);
            if (s.privateKey == s.publicKey) {
                throw new CardRefusal(CoolKeyStatus.INCONSISTENT_PAIRING);
            }
            return s;
        }
    }

    private ResponseApdu startEnrollment(CommandApdu c, byte[] data, boolean ec) throws CardRefusal {
        Slots slots = Slots.of(c);
        var d = new Data(data, WRONG_LENGTH);
        int algorithm = d.int1();
        int bits = d.int2();
        // option and type: nothing but the plain kind was ever made
        d.int2();
        byte[] wrapped = d.block1();
        byte[] check = d.block1();
        d.end();
        if (wrapped.length != CHALLENGE_LENGTH) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        // whichever it is, the challenge is wrapped under the card's own data encryption key
        boolean known = switch (algorithm) {
            case Ins.ALG_DES2, Ins.ALG_DES2_CHECKED, Ins.ALG_AES_KWP, Ins.ALG_AES_CBC -> true;
            case Ins.ALG_EC -> ec;
            default -> false;
        };
        if (!known) {
            throw new CardRefusal(CoolKeyStatus.BAD_ALGORITHM_ID);
        }
        byte[] challenge = unwrapKey(wrapped);
        if (check.length > 0 && !MessageDigest.isEqual(check, KeySet.kcv(KeyType.DES3, challenge))) {
            throw new CardRefusal(CoolKeyStatus.BAD_WRAPPED_KEY);
        }
        try {
            KeyPair pair = ec ? ecPair(bits) : rsaPair(bits);
            keys.putPair(slots.privateKey, pair.getPrivate(), slots.publicKey, pair.getPublic(), slots.owner);
            byte[] result = EnrollmentResult.of(pair.getPublic(), pair.getPrivate(), challenge).bytes();
            io.set(result);
            return ResponseApdu.ok(int2(result.length));
        } catch (GeneralSecurityException e) {
            throw new CardRefusal(CoolKeyStatus.INTERNAL);
        }
    }

    private static KeyPair rsaPair(int bits) throws CardRefusal, GeneralSecurityException {
        if (bits < 1024 || bits > 2048 || bits % 256 != 0) {
            throw new CardRefusal(CoolKeyStatus.INVALID_KEY_SIZE);
        }
        KeyPairGenerator g = KeyPairGenerator.getInstance("RSA");
        g.initialize(bits);
        return g.generateKeyPair();
    }

    private static KeyPair ecPair(int bits) throws CardRefusal, GeneralSecurityException {
        String curve = switch (bits) {
            case 256 -> "secp256r1";
            case 384 -> "secp384r1";
            case 521 -> "secp521r1";
            default -> throw new CardRefusal(CoolKeyStatus.INVALID_KEY_SIZE);
        };
        KeyPairGenerator g = KeyPairGenerator.getInstance("EC");
        g.initialize(new ECGenParameterSpec(curve));
        return g.generateKeyPair();
    }

    private byte[] unwrapKey(byte[] wrapped) throws CardRefusal {
        try {
            return host.decryptKey(wrapped);
        } catch (CardRefusal e) {
            throw new CardRefusal(CoolKeyStatus.BAD_WRAPPED_KEY);
        }
    }

    private ResponseApdu importKeyEncrypted(CommandApdu c, byte[] data) throws CardRefusal {
        Slots slots = Slots.of(c);
        var d = new Data(data, WRONG_LENGTH);
        var id = new ObjectId(d.int4());
        int algorithm = d.int1();
        byte[] wrapped = d.block1();
        byte[] check = d.block1();
        byte[] iv = d.block1();
        d.end();
        byte[] blob = id.isIo() ? io.content() : objects.get(id).content;
        KeyPair pair = KeyImport.encrypted(blob, algorithm, this::unwrapKey, wrapped, check, iv);
        keys.putPair(slots.privateKey, pair.getPrivate(), slots.publicKey, pair.getPublic(), slots.owner);
        erase(id);
        return ResponseApdu.ok();
    }

    private ResponseApdu importKey(CommandApdu c, byte[] data, int who) throws CardRefusal {
        require(builtIn.write(), who);
        if (c.p1() >= Ins.MAX_KEYS) {
            throw new CardRefusal(CoolKeyStatus.INCORRECT_P1);
        }
        var d = new Data(data, WRONG_LENGTH);
        var id = new ObjectId(d.int4());
        Acl first = d.acl();
        Acl second = d.left() > 0 ? d.acl() : first;
        d.end();
        byte[] blob;
        if (id.isIo()) {
            blob = io.content();
        } else {
            CardObject o = objects.get(id);
            require(o.acl.read(), who);
            blob = o.content;
        }
        var imported = KeyImport.plain(blob);
        Optional<CardKey> there = keys.get(c.p1());
        if (there.isPresent()) {
            require(there.get().acl().write(), who);
        }
        if (imported.pair().isPresent()) {
            if (c.p2() >= Ins.MAX_KEYS || c.p1() == c.p2()) {
                throw new CardRefusal(CoolKeyStatus.INCORRECT_P2);
            }
            keys.put(c.p1(), new CardKey(imported.pair().get().getPrivate(), c.p2(), first));
            keys.put(c.p2(), new CardKey(imported.pair().get().getPublic(), c.p1(), second));
        } else {
            keys.put(c.p1(), new CardKey(imported.single().orElseThrow(), c.p2() < Ins.MAX_KEYS ? c.p2() : CardKey.NO_MATE, first));
        }
        erase(id);
        return ResponseApdu.ok();
    }

    /** A key blob does not outlive its import. */
    private void erase(ObjectId id) throws CardRefusal {
        if (id.isIo()) {
            io.clear();
        } else {
            CardObject o = objects.get(id);
            objects.write(o, 0, new byte[o.content.length]);
        }
    }

    private ResponseApdu clearKeySlots(CommandApdu c, byte[] pairs) throws CardRefusal {
        if (c.p1() != 0 || c.p2() != 0) {
            throw new CardRefusal(WRONG_P1_P2);
        }
        if (pairs.length % 2 != 0) {
            throw new CardRefusal(WRONG_LENGTH);
        }
        int keep = 0;
        for (int i = 0; i < pairs.length; i += 2) {
            int a = pairs[i] & 0xFF;
            int b = pairs[i + 1] & 0xFF;
            boolean paired = keys.get(a).filter(k -> k.isPrivate() && k.mate() == b).isPresent()
                    && keys.get(b).filter(k -> !k.isPrivate()).isPresent();
            if (!paired) {
                throw new CardRefusal(CoolKeyStatus.INCONSISTENT_PAIRING);
            }
            keep |= 1 << a | 1 << b;
        }
        for (int slot : keys.used()) {
            if ((keep & 1 << slot) == 0) {
                keys.clear(slot);
            }
        }
        return ResponseApdu.ok();
    }

    // ---- bytes

    static byte[] int2(int v) {
        return new byte[] {(byte) (v >> 8), (byte) v};
    }

    static byte[] int4(int v) {
        return new byte[] {(byte) (v >> 24), (byte) (v >> 16), (byte) (v >> 8), (byte) v};
    }

    static byte[] join(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] p : parts) {
            out.writeBytes(p);
        }
        return out.toByteArray();
    }
}
