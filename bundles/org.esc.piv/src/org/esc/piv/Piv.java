// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;

/**
 * The commands of the PIV card application (SP 800-73-4 part 2) and Yubico's extensions, over a channel that follows {@code 61xx}. Commands
 * longer than 255 bytes are chained.
 */
public final class Piv {

    private static final Words WORDS = Words.of(Piv.class);

    private static final int FRAME = 255;
    private static final int DYNAMIC = 0x7C;
    private static final int WITNESS = 0x80;
    private static final int CHALLENGE = 0x81;
    private static final int RESPONSE = 0x82;
    private static final int EXPONENTIATION = 0x85;
    private static final int OBJECT = 0x53;
    private static final int NAME = 0x5C;
    private static final String AUTHENTICATE = WORDS.say("authenticate the management key");

    private final CardChannel channel;
    private final SecureRandom random = new SecureRandom();

    /** The application behind {@code channel}; nothing is sent yet. */
    public Piv(CardChannel channel) {
        this.channel = channel;
    }

    /** Selects the application. @return what it says of itself: tag 61 and all in it */
    public byte[] select() throws EscException {
        return PivStatus.check(channel.transmit(CommandApdu.select(PivIns.ANY_VERSION)), WORDS.say("select the PIV application")).data();
    }

    /** The algorithms that a card lists in what it says of itself (tag AC in the answer to SELECT); empty if it lists none. */
    public static Set<PivAlgorithm> algorithms(byte[] selected) {
        var found = EnumSet.noneOf(PivAlgorithm.class);
        try {
            for (Tlv t : Tlv.find(Tlv.parseAll(selected), 0xAC).map(Tlv::children).orElse(List.of())) {
                if (t.tag() == 0x80 && t.length() == 1) {
                    PivAlgorithm.of(t.value()[0] & 0xFF).ifPresent(found::add);
                }
            }
        } catch (IllegalArgumentException _) {
            // then it tells nothing
        }
        return found;
    }

    private ResponseApdu send(int ins, int p1, int p2, byte[] data) throws EscException {
        int at = 0;
        while (data.length - at > FRAME) {
            ResponseApdu r = channel.transmit(CommandApdu.of(0x10, ins, p1, p2, data, at, FRAME, OptionalInt.empty()));
            if (!r.isOk()) {
                return r;
            }
            at += FRAME;
        }
        return channel.transmit(CommandApdu.of(0x00, ins, p1, p2, data, at, data.length - at, OptionalInt.of(256)));
    }

    /** A command that brings no data back, and so carries no Le. */
    private ResponseApdu tell(int ins, int p1, int p2, byte[] data) throws EscException {
        return channel.transmit(CommandApdu.of(0x00, ins, p1, p2, data));
    }

    // ---- data objects ----

    private static byte[] name(int tag) {
        return tag > 0xFFFF ? new byte[] {(byte) (tag >> 16), (byte) (tag >> 8), (byte) tag}
                : tag > 0xFF ? new byte[] {(byte) (tag >> 8), (byte) tag} : new byte[] {(byte) tag};
    }

    /**
     * Reads an object.
     *
     * @return what tag 53 holds, or for 7E and 7F61 what that tag itself holds; empty if there is none. An object of no bytes is as good as none
     * @throws EscException code {@code pin-needed} if the PIN must be verified before
     */
    public Optional<byte[]> object(PivObject object) throws EscException {
        String step = WORDS.say("read \"{0}\"", object.label());
        ResponseApdu r = send(PivIns.GET_DATA, 0x3F, 0xFF, Tlv.of(NAME, name(object.tag())).encoded());
        if (r.sw().value() == PivStatus.NOT_FOUND || r.sw().value() == PivStatus.NO_REFERENCE) {
            return Optional.empty();
        }
        PivStatus.check(r, step);
        try {
            List<Tlv> all = Tlv.parseAll(r.data());
            int wrapped = object.bare() ? object.tag() : OBJECT;
            if (all.isEmpty()) {
                return Optional.empty();
            }
            if (all.getFirst().tag() != wrapped) {
                throw new IllegalArgumentException(WORDS.say("it begins with tag {0}, not {1}", Integer.toHexString(all.getFirst().tag()),
                        Integer.toHexString(wrapped)));
            }
            return Optional.of(all.getFirst().value()).filter(b -> b.length > 0);
        } catch (IllegalArgumentException e) {
            throw PivTlv.broken(step, e);
        }
    }

    /** Writes an object; no bytes remove it. */
    public void putObject(PivObject object, byte[] content) throws EscException {
        String step = WORDS.say("write \"{0}\"", object.label());
        if (content.length > PivIns.MAX_OBJECT - 16) {
            throw Problem.of(Fault.USAGE, step, WORDS.say("An object of {0} bytes is too long for a PIV card.", content.length)).code("too-long").exception();
        }
        byte[] data = object.bare() ? Tlv.of(object.tag(), content).encoded() : join(Tlv.of(NAME, name(object.tag())).encoded(),
                Tlv.of(OBJECT, content).encoded());
        PivStatus.check(send(PivIns.PUT_DATA, 0x3F, 0xFF, data), step);
    }

    // ---- PINs ----

    private static byte[] padded(Secret pin) {
        byte[] b = pin.bytes();
        byte[] p = Arrays.copyOf(b, PivIns.PIN_LENGTH);
        Arrays.fill(p, Math.min(b.length, p.length), p.length, (byte) 0xFF);
        Arrays.fill(b, (byte) 0);
        return p;
    }

    /** A PIN in words. */
    public static String word(int reference) {
        return switch (reference) {
            case PivIns.PUK -> "PUK";
            case PivIns.PIN_GLOBAL -> WORDS.say("global PIN");
            default -> "PIN";
        };
    }

    /** Tries left at a PIN, without costing one; empty if it is verified already, or the card does not tell. */
    public OptionalInt triesLeft(int reference) throws EscException {
        ResponseApdu r = tell(PivIns.VERIFY, 0, reference, new byte[0]);
        if (r.sw().value() == PivStatus.BLOCKED) {
            return OptionalInt.of(0);
        }
        return r.sw().triesLeft() >= 0 ? OptionalInt.of(r.sw().triesLeft()) : OptionalInt.empty();
    }

    /** Verifies a PIN. @throws EscException code {@code wrong-pin} or {@code pin-blocked} */
    public void verify(int reference, Secret pin) throws EscException {
        byte[] b = padded(pin);
        try {
            PivStatus.checkPin(tell(PivIns.VERIFY, 0, reference, b), WORDS.say("verify the {0}", word(reference)), word(reference));
        } finally {
            Arrays.fill(b, (byte) 0);
        }
    }

    /** Changes a PIN, or the PUK. @throws EscException code {@code wrong-pin} or {@code pin-blocked} */
    public void change(int reference, Secret old, Secret fresh) throws EscException {
        two(PivIns.CHANGE_REFERENCE_DATA, reference, old, fresh, WORDS.say("change the {0}", word(reference)), word(reference));
    }

    /** Gives the application's PIN a new value with the PUK. @throws EscException code {@code wrong-pin} or {@code pin-blocked}, of the PUK */
    public void unblock(Secret puk, Secret fresh) throws EscException {
        two(PivIns.RESET_RETRY_COUNTER, PivIns.PIN_APPLICATION, puk, fresh, WORDS.say("unblock the PIN"), "PUK");
    }

    private void two(int ins, int reference, Secret first, Secret second, String step, String what) throws EscException {
        byte[] a = padded(first);
        byte[] b = padded(second);
        byte[] both = join(a, b);
        try {
            PivStatus.checkPin(tell(ins, 0, reference, both), step, what);
        } finally {
            Arrays.fill(a, (byte) 0);
            Arrays.fill(b, (byte) 0);
            Arrays.fill(both, (byte) 0);
        }
    }

    // ---- the card management key ----

    /** True if the management key is of this kind: the card makes a witness with it. Nothing is proved by this, nor any try spent. */
    public boolean isManagementAlgorithm(PivAlgorithm algorithm) throws EscException {
        ResponseApdu r = send(PivIns.GENERAL_AUTHENTICATE, algorithm.id(), PivIns.MANAGEMENT_KEY,
                Tlv.of(DYNAMIC, List.of(Tlv.of(WITNESS))).encoded());
        return r.isOk() && dynamic(r.data(), WITNESS).filter(w -> w.length == algorithm.block()).isPresent();
    }

    /**
     * Both ends prove to each other that they know the management key (SP 800-73-4 part 2, appendix A.1).
     *
     * @throws EscException LOGIN, code {@code wrong-key}, if they do not
     */
    public void authenticate(PivAlgorithm algorithm, Secret key) throws EscException {
        if (key.length() != algorithm.length()) {
            throw Problem.of(Fault.USAGE, AUTHENTICATE, WORDS.say("A management key of kind {0} has {1} bytes, this one has {2}.", algorithm.text(),
                    algorithm.length(), key.length())).code("bad-key").exception();
        }
        ResponseApdu first = PivStatus.check(send(PivIns.GENERAL_AUTHENTICATE, algorithm.id(), PivIns.MANAGEMENT_KEY,
                Tlv.of(DYNAMIC, List.of(Tlv.of(WITNESS))).encoded()), AUTHENTICATE);
        byte[] witness = dynamic(first.data(), WITNESS).filter(w -> w.length == algorithm.block())
                .orElseThrow(() -> new CardException(AUTHENTICATE, WORDS.say("The card's witness is not one block of {0}.", algorithm.text())));
        byte[] challenge = new byte[algorithm.block()];
        random.nextBytes(challenge);
        byte[] plain = block(algorithm, key, Cipher.DECRYPT_MODE, witness);
        ResponseApdu second = send(PivIns.GENERAL_AUTHENTICATE, algorithm.id(), PivIns.MANAGEMENT_KEY,
                Tlv.of(DYNAMIC, List.of(Tlv.of(WITNESS, plain), Tlv.of(CHALLENGE, challenge))).encoded());
        Arrays.fill(plain, (byte) 0);
        if (second.sw().value() == PivStatus.NEEDED || second.sw().value() == 0x6A80 || second.sw().value() == 0x6300) {
            throw Problem.of(Fault.LOGIN, AUTHENTICATE, WORDS.say("This is not the card's management key ({0}).", second.sw())).code("wrong-key")
                    .sw(second.sw()).exception();
        }
        byte[] answer = dynamic(PivStatus.check(second, AUTHENTICATE).data(), RESPONSE).orElse(new byte[0]);
        if (!MessageDigest.isEqual(answer, block(algorithm, key, Cipher.ENCRYPT_MODE, challenge))) {
            throw Problem.of(Fault.LOGIN, AUTHENTICATE, WORDS.say("The card does not know its own management key; it may be another card than it says."))
                    .code("wrong-key").exception();
        }
    }

    /**
     * One block through the management key's cipher, for this end and for cards in software.
     *
     * @param mode {@link Cipher#ENCRYPT_MODE} or {@link Cipher#DECRYPT_MODE}
     */
    public static byte[] block(PivAlgorithm algorithm, Secret key, int mode, byte[] block) {
        return key.use(k -> {
            try {
                // SP 800-78-5 table 6-2: ECB over one random block
                Cipher c = Cipher.getInstance(algorithm == PivAlgorithm.DES3 ? "DESede/ECB/NoPadding" : "AES/ECB/NoPadding");
                c.init(mode, new SecretKeySpec(k, algorithm == PivAlgorithm.DES3 ? "DESede" : "AES"));
                return c.doFinal(block);
            } catch (GeneralSecurityException e) {
                throw new IllegalArgumentException(e);
            }
        });
    }

    /** Yubico: replaces the management key, which must have been authenticated. */
    public void setManagementKey(PivAlgorithm algorithm, Secret key, boolean touch) throws EscException {
        byte[] k = key.bytes();
        byte[] data = join(new byte[] {(byte) algorithm.id(), (byte) PivIns.MANAGEMENT_KEY, (byte) k.length}, k);
        try {
            PivStatus.check(tell(PivIns.SET_MANAGEMENT_KEY, 0xFF, touch ? 0xFE : 0xFF, data), WORDS.say("change the management key"));
        } finally {
            Arrays.fill(k, (byte) 0);
            Arrays.fill(data, (byte) 0);
        }
    }

    // ---- keys ----

    /**
     * Makes a key pair.
     *
     * @param pinPolicy   Yubico: 1 never, 2 once, 3 always; 0 leaves it to the card and is not sent
     * @param touchPolicy Yubico: 1 never, 2 always, 3 cached; 0 as above
     */
    public PublicKey generate(PivSlot slot, PivAlgorithm algorithm, int pinPolicy, int touchPolicy) throws EscException {
        String step = WORDS.say("make a key in slot {0}", slot.id());
        byte[] control = join(Tlv.of(0x80, (byte) algorithm.id()).encoded(), policies(pinPolicy, touchPolicy));
        ResponseApdu r = PivStatus.check(send(PivIns.GENERATE, 0, slot.reference(), Tlv.of(0xAC, control).encoded()), step);
        try {
            byte[] key = PivTlv.value(Tlv.parseAll(r.data()), 0x7F49)
                    .orElseThrow(() -> new IllegalArgumentException(WORDS.say("there is no public key in it")));
            return PivKeys.decode(algorithm, key);
        } catch (IllegalArgumentException e) {
            throw PivTlv.broken(step, e);
        }
    }

    private static byte[] policies(int pinPolicy, int touchPolicy) {
        return join(pinPolicy == 0 ? new byte[0] : Tlv.of(0xAA, (byte) pinPolicy).encoded(),
                touchPolicy == 0 ? new byte[0] : Tlv.of(0xAB, (byte) touchPolicy).encoded());
    }

    /** Yubico: puts a private key into a slot; policies as for {@link #generate}. @throws EscException USAGE if the key is not of the algorithm */
    public void importKey(PivSlot slot, PivAlgorithm algorithm, PrivateKey key, int pinPolicy, int touchPolicy) throws EscException {
        String step = WORDS.say("import a key into slot {0}", slot.id());
        byte[] secret;
        try {
            secret = PivKeys.importData(algorithm, key);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, step, WORDS.say("This key cannot be imported: {0}.", e.getMessage())).code("bad-key").exception(e);
        }
        byte[] data = join(secret, policies(pinPolicy, touchPolicy));
        try {
            PivStatus.check(send(PivIns.IMPORT_KEY, algorithm.id(), slot.reference(), data), step);
        } finally {
            Arrays.fill(secret, (byte) 0);
            Arrays.fill(data, (byte) 0);
        }
    }

    /**
     * The private key's operation on {@code input}: RSA a block as long as the modulus, EC a hash, Ed25519 a message.
     *
     * @throws EscException code {@code pin-needed}
     */
    public byte[] compute(PivSlot slot, PivAlgorithm algorithm, byte[] input, String step) throws EscException {
        return compute(slot, algorithm, CHALLENGE, input, step);
    }

    /** The secret shared with the holder of a public key, given as {@link PivKeys#bytes} has it. The caller erases it. */
    public byte[] agree(PivSlot slot, PivAlgorithm algorithm, byte[] other, String step) throws EscException {
        return compute(slot, algorithm, EXPONENTIATION, other, step);
    }

    private byte[] compute(PivSlot slot, PivAlgorithm algorithm, int tag, byte[] input, String step) throws EscException {
        byte[] data = Tlv.of(DYNAMIC, List.of(Tlv.of(RESPONSE), Tlv.of(tag, input))).encoded();
        ResponseApdu r = PivStatus.check(send(PivIns.GENERAL_AUTHENTICATE, algorithm.id(), slot.reference(), data), step);
        return dynamic(r.data(), RESPONSE).orElseThrow(() -> new CardException(step, WORDS.say("The card's answer holds no result.")));
    }

    private static Optional<byte[]> dynamic(byte[] answer, int tag) throws CardException {
        try {
            var outer = PivTlv.value(Tlv.parseAll(answer), DYNAMIC);
            return outer.isEmpty() ? Optional.empty() : PivTlv.value(Tlv.parseAll(outer.get()), tag);
        } catch (IllegalArgumentException e) {
            throw PivTlv.broken(WORDS.say("use a key"), e);
        }
    }

    // ---- Yubico ----

    /** Yubico: version of the firmware; empty if the card has none, and so none of these extensions. */
    public Optional<PivVersion> version() throws EscException {
        ResponseApdu r = send(PivIns.GET_VERSION, 0, 0, new byte[0]);
        byte[] b = r.data();
        return r.isOk() && b.length == 3 ? Optional.of(new PivVersion(b[0] & 0xFF, b[1] & 0xFF, b[2] & 0xFF)) : Optional.empty();
    }

    /** Yubico: serial number; empty if the card does not tell it. */
    public Optional<Long> serial() throws EscException {
        ResponseApdu r = send(PivIns.GET_SERIAL, 0, 0, new byte[0]);
        return r.isOk() && r.nr() == 4 ? Optional.of(Long.parseLong(Hex.of(r.data()), 16)) : Optional.empty();
    }

    /** Yubico: what the card tells of a key or PIN; empty if there is no such key, or the firmware is older than 5.3. */
    public Optional<PivMetadata> metadata(int reference) throws EscException {
        ResponseApdu r = send(PivIns.GET_METADATA, 0, reference, new byte[0]);
        return r.isOk() ? Optional.of(PivMetadata.parse(r.data())) : Optional.empty();
    }

    /** Yubico: the card's statement that it made the key in a slot itself. */
    public X509Certificate attest(PivSlot slot) throws EscException {
        String step = WORDS.say("have the card attest the key in slot {0}", slot.id());
        ResponseApdu r = PivStatus.check(send(PivIns.ATTEST, slot.reference(), 0, new byte[0]), step);
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(r.data()));
        } catch (CertificateException | RuntimeException e) {
            throw PivTlv.broken(step, e);
        }
    }

    /** Yubico: moves a key to another slot. */
    public void moveKey(PivSlot from, PivSlot to) throws EscException {
        PivStatus.check(tell(PivIns.MOVE_KEY, to.reference(), from.reference(), new byte[0]), WORDS.say("move the key in slot {0} to {1}", from.id(), to.id()));
    }

    /** Yubico: removes a key. */
    public void deleteKey(PivSlot slot) throws EscException {
        PivStatus.check(tell(PivIns.MOVE_KEY, 0xFF, slot.reference(), new byte[0]), WORDS.say("delete the key in slot {0}", slot.id()));
    }

    /** Yubico: sets how often PIN and PUK may be tried, which gives both their first values again. PIN and management key must be presented before. */
    public void setTries(int pin, int puk) throws EscException {
        PivStatus.check(tell(PivIns.SET_RETRIES, pin, puk, new byte[0]), WORDS.say("set the numbers of tries"));
    }

    /** Yubico: erases all keys and objects; PIN and PUK must be blocked. */
    public void reset() throws EscException {
        PivStatus.check(tell(PivIns.RESET, 0, 0, new byte[0]), WORDS.say("reset the application"));
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }
}
