// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.PinFormat;
import org.esc.card.PinOutcome;
import org.esc.card.PinRequest;

/**
 * The applet's public commands (class B0) over any channel. Holds the login nonce between {@link #verifyPin} and {@link #logout}; one
 * object per session with the card, used by one thread at a time.
 */
public final class CoolKey extends ObjectCommands implements AutoCloseable {

    private static final Words WORDS = Words.of(CoolKey.class);

    private static final int READ_CHUNK = 240;
    private static final int MOST_ENTRIES = 2048;
    private static final int LARGEST_IN_APDU = 200;

    private byte[] nonce = new byte[Ins.NONCE_LENGTH];

    /** The applet behind {@code channel}; nothing is sent yet. */
    public CoolKey(CardChannel channel) {
        super(channel, Ins.CLA_PUBLIC, READ_CHUNK);
    }

    @Override
    byte[] tail() {
        return nonce;
    }

    /** Selects the applet. @return false if the card has none */
    public boolean select() throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.select(Ins.APPLET));
        return r.isOk();
    }

    /** Versions, memory, counts. */
    public AppletStatus status() throws EscException {
        return AppletStatus.parse(send(Ins.GET_STATUS, 0, 0, AppletStatus.LENGTH, WORDS.say("read the applet's status")).data());
    }

    /** The life cycle. */
    public LifeCycle lifeCycle() throws EscException {
        String step = WORDS.say("read the applet's life cycle");
        byte[] b = send(Ins.GET_LIFECYCLE, 0, 0, 1, step).data();
        if (b.length < 1) {
            throw cutShort(step, b.length, 1);
        }
        return LifeCycle.of(b[0]);
    }

    /** The build id, four bytes that read as hexadecimal digits (a UNIX time). */
    public int buildId() throws EscException {
        String step = WORDS.say("read the applet's build");
        byte[] b = send(Ins.GET_BUILD_ID, 0, 0, 4, step).data();
        if (b.length < 4) {
            throw cutShort(step, b.length, 4);
        }
        return Numbers.int4(b, 0);
    }

    /** The issuer information: all 224 bytes. */
    public byte[] issuerInfo() throws EscException {
        return send(Ins.GET_ISSUER_INFO, 0, 0, Ins.ISSUER_INFO_LENGTH, WORDS.say("read the issuer information")).data();
    }

    /** The issuer information as text up to its first zero byte: by convention the phone-home URL. Empty if none is set. */
    public String issuerUrl() throws EscException {
        return issuerText(issuerInfo());
    }

    /** The text in 224 bytes of issuer information. Characters that no URL has end it. */
    public static String issuerText(byte[] info) {
        int n = 0;
        while (n < info.length && info[n] > 0x20 && info[n] < 0x7F) {
            n++;
        }
        return new String(info, 0, n, StandardCharsets.US_ASCII);
    }

    /** All objects. */
    public List<ObjectInfo> listObjects() throws EscException {
        String step = WORDS.say("list the token's objects");
        var list = new ArrayList<ObjectInfo>();
        while (true) {
            ResponseApdu r = exchange(Ins.LIST_OBJECTS, list.isEmpty() ? 0 : 1, 0, ObjectInfo.LENGTH);
            if (r.sw().value() == CoolKeyStatus.SEQUENCE_END) {
                return List.copyOf(list);
            }
            byte[] b = CoolKeyStatus.check(r, step).data();
            if (b.length < ObjectInfo.LENGTH) {
                throw cutShort(step, b.length, ObjectInfo.LENGTH);
            }
            list.add(new ObjectInfo(ObjectId.of(b, 0), Numbers.int4(b, 4), Acl.of(b, 8)));
            tooMany(list, step);
        }
    }

    /** All keys. */
    public List<KeyInfo> listKeys() throws EscException {
        String step = WORDS.say("list the token's keys");
        var list = new ArrayList<KeyInfo>();
        while (true) {
            ResponseApdu r = exchange(Ins.LIST_KEYS, list.isEmpty() ? 0 : 1, 0, KeyInfo.LENGTH);
            if (r.sw().value() == CoolKeyStatus.SEQUENCE_END || r.isOk() && r.nr() == 0) {
                return List.copyOf(list);
            }
            byte[] b = CoolKeyStatus.check(r, step).data();
            if (b.length < KeyInfo.LENGTH) {
                throw cutShort(step, b.length, KeyInfo.LENGTH);
            }
            list.add(new KeyInfo(b[0] & 0xFF, b[1] & 0xFF, b[2] & 0xFF, Numbers.int2(b, 3), Acl.of(b, 5)));
            tooMany(list, step);
        }
    }

    private static void tooMany(List<?> list, String step) throws CardException {
        if (list.size() > MOST_ENTRIES) {
            throw new CardException(step, WORDS.say("The card's list has no end."));
        }
    }

    /** The numbers of the PINs that exist. */
    public List<Integer> listPins() throws EscException {
        String step = WORDS.say("list the token's passwords");
        byte[] b = send(Ins.LIST_PINS, 0, 0, 2, step).data();
        if (b.length < 2) {
            throw cutShort(step, b.length, 2);
        }
        int mask = Numbers.int2(b, 0);
        var pins = new ArrayList<Integer>();
        for (int i = 0; i < 16; i++) {
            if ((mask & 1 << i) != 0) {
                pins.add(i);
            }
        }
        return List.copyOf(pins);
    }

    /** Tries left at a PIN; empty if the applet is too old to tell or has no such PIN. */
    public OptionalInt pinTries(int pin) throws EscException {
        ResponseApdu r = exchange(Ins.PIN_TRIES, pin, 0, 1);
        return r.isOk() && r.nr() >= 1 ? OptionalInt.of(r.data()[0] & 0xFF) : OptionalInt.empty();
    }

    /** Logs in. @throws EscException code {@code wrong-pin} or {@code pin-blocked} if the PIN is not accepted */
    public void verifyPin(int pin, Secret value) throws EscException {
        String step = WORDS.say("verify the token's password");
        byte[] b = value.bytes();
        try {
            byte[] got = send(Ins.VERIFY_PIN, pin, 0, Ins.NONCE_LENGTH, step, b).data();
            if (got.length < Ins.NONCE_LENGTH) {
                throw cutShort(step, got.length, Ins.NONCE_LENGTH);
            }
            nonce = Arrays.copyOf(got, Ins.NONCE_LENGTH);
        } finally {
            Arrays.fill(b, (byte) 0);
        }
    }

    /** How a keypad is asked for a PIN: the command of {@link #verifyPin}. A change has lengths before its fields, which no keypad can fill in. */
    public static PinRequest pinRequest(int pin) {
        return PinRequest.of(PinRequest.Kind.VERIFY, Ins.CLA_PUBLIC, Ins.VERIFY_PIN, pin, 0,
                PinFormat.ascii(Ins.MIN_PIN_LENGTH, Ins.MAX_PIN_LENGTH));
    }

    /** Logs in with a PIN that is entered at the reader. @throws EscException as {@link #verifyPin}, or as {@link PinOutcome#orThrow} */
    public void verifyPinAtReader(int pin) throws EscException {
        String step = WORDS.say("verify the token's password");
        PinOutcome outcome = channel.enterPin(pinRequest(pin));
        ResponseApdu r = outcome instanceof PinOutcome.Refused(var sw) ? CoolKeyStatus.check(ResponseApdu.of(sw.value()), step)
                : outcome.orThrow(step);
        if (r.nr() < Ins.NONCE_LENGTH) {
            throw cutShort(step, r.nr(), Ins.NONCE_LENGTH);
        }
        nonce = Arrays.copyOf(r.data(), Ins.NONCE_LENGTH);
    }

    /** Changes a PIN. */
    public void changePin(int pin, Secret oldValue, Secret newValue) throws EscException {
        byte[] o = oldValue.bytes();
        byte[] n = newValue.bytes();
        try {
            send(Ins.CHANGE_PIN, pin, 0, 0, WORDS.say("change the token's password"), new byte[] {(byte) o.length}, o,
                    new byte[] {(byte) n.length}, n);
        } finally {
            Arrays.fill(o, (byte) 0);
            Arrays.fill(n, (byte) 0);
        }
    }

    /** Logs the identity of a PIN out and forgets the nonce. */
    public void logout(int identity) throws EscException {
        Arrays.fill(nonce, (byte) 0);
        send(Ins.LOGOUT, identity, 0, 0, WORDS.say("log out"));
    }

    /**
     * The raw RSA operation with the key in a slot: {@code data}, as long as the modulus and padded by the caller, to the power of its exponent.
     *
     * @param direction {@link Ins#DIRECTION_ENCRYPT} to sign, {@link Ins#DIRECTION_DECRYPT} to decrypt
     * @throws EscException if nobody who may use the key is logged in, or the card refuses
     */
    public byte[] computeCrypt(int key, int direction, byte[] data) throws EscException {
        return compute(Ins.COMPUTE_CRYPT, key, new byte[] {Ins.MODE_NO_PADDING, (byte) direction}, data,
                direction == Ins.DIRECTION_DECRYPT ? WORDS.say("decrypt with the token's key") : WORDS.say("sign with the token's key"));
    }

    /** ECDSA signature over a hash, as the card gives it (applets 1.5). */
    public byte[] signEc(int key, byte[] hash) throws EscException {
        return compute(Ins.ECC_SIGN, key, new byte[0], hash, WORDS.say("sign with the token's key"));
    }

    /** ECDH with an uncompressed public point (applets 1.5). */
    public byte[] agreeEc(int key, byte[] point) throws EscException {
        return compute(Ins.ECC_KEY_AGREEMENT, key, new byte[0], point, WORDS.say("agree on a key with the token's key"));
    }

    private byte[] compute(int ins, int key, byte[] head, byte[] data, String step) throws EscException {
        byte[] answer;
        if (data.length <= LARGEST_IN_APDU) {
            answer = send(ins, key, Ins.CRYPT_ONE_STEP, 256, step, head, new byte[] {Ins.LOCATION_APDU},
                    Numbers.bytes2(data.length), data, nonce).data();
        } else {
            writeObject(ObjectId.IO, 0, Numbers.join(Numbers.bytes2(data.length), data));
            send(ins, key, Ins.CRYPT_ONE_STEP, 0, step, head, new byte[] {Ins.LOCATION_OBJECT, 0, 0}, nonce);
            int n = Numbers.int2(readObject(ObjectId.IO, 0, 2), 0);
            if (n > Ins.IO_BUFFER_LENGTH - 2) {
                throw new CardException(step, WORDS.say("The card says that its result has {0} bytes, more than its buffer.", n));
            }
            return readObject(ObjectId.IO, 2, n);
        }
        if (answer.length < 2 || Numbers.int2(answer, 0) > answer.length - 2) {
            throw cutShort(step, answer.length, answer.length < 2 ? 2 : Numbers.int2(answer, 0) + 2);
        }
        return Arrays.copyOfRange(answer, 2, 2 + Numbers.int2(answer, 0));
    }

    /** Forgets the nonce; the channel stays open. */
    @Override
    public void close() {
        Arrays.fill(nonce, (byte) 0);
    }
}
