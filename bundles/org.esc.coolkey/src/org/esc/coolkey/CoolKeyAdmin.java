// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;

/**
 * The applet's commands for whoever holds its keys (class 84). The channel is a secure channel opened to the applet: commands are given to
 * it in plain and it wraps them.
 */
public final class CoolKeyAdmin extends ObjectCommands {

    private static final Words WORDS = Words.of(CoolKeyAdmin.class);

    /** Most bytes of an object that one wrapped command carries. */
    public static final int CHUNK = 0xD0;

    /** Over a secure channel that is open. */
    public CoolKeyAdmin(CardChannel secureChannel) {
        super(secureChannel, Ins.CLA_SECURE, CHUNK);
    }

    @Override
    byte[] tail() {
        return new byte[0];
    }

    /** Sets the issuer information, by convention the phone-home URL. @throws IllegalArgumentException if longer than 224 bytes */
    public void setIssuerInfo(String text) throws EscException {
        byte[] b = text.getBytes(StandardCharsets.US_ASCII);
        if (b.length > Ins.ISSUER_INFO_LENGTH) {
            throw new IllegalArgumentException(WORDS.say("Issuer information has at most 224 bytes, not {0}", b.length));
        }
        send(Ins.SET_ISSUER_INFO, 0, 0, 0, WORDS.say("write the issuer information"), Arrays.copyOf(b, Ins.ISSUER_INFO_LENGTH));
    }

    /** Sets the life cycle. */
    public void setLifeCycle(LifeCycle state) throws EscException {
        send(Ins.SET_LIFECYCLE, state.value(), 0, 0, WORDS.say("set the applet's life cycle"));
    }

    /**
     * Creates a PIN.
     *
     * @param tries wrong tries until it blocks
     * @return false if it exists already (status 9C10); it is unchanged then
     */
    public boolean createPin(int pin, int tries, Secret initial) throws EscException {
        byte[] b = initial.bytes();
        try {
            ResponseApdu r = exchange(Ins.CREATE_PIN, pin, tries, 0, b);
            if (r.sw().value() == CoolKeyStatus.INCORRECT_P1) {
                return false;
            }
            CoolKeyStatus.check(r, WORDS.say("create the token's password"));
            return true;
        } finally {
            Arrays.fill(b, (byte) 0);
        }
    }

    /** Sets a PIN anew and unblocks it. */
    public void setPin(int pin, Secret value) throws EscException {
        byte[] b = value.bytes();
        try {
            send(Ins.SET_PIN, pin, 0, 0, WORDS.say("set the token's password"), b);
        } finally {
            Arrays.fill(b, (byte) 0);
        }
    }

    /** Which key pair: slots, owner and usage as the applet codes them. */
    public record Slots(int privateKey, int publicKey, int owner, int usage) {

        int p1() {
            return owner << 4 | privateKey;
        }

        int p2() {
            return usage << 4 | publicKey;
        }
    }

    /**
     * Generates a key pair on the card and reads the result.
     *
     * @param algorithm        {@link Ins#ALG_DES2} and so on: how the challenge is wrapped
     * @param keySize          in bits
     * @param ec               true for an EC key (applets 1.5)
     * @param wrappedChallenge 16 bytes under the card's data encryption key
     * @throws EscException if the card refuses or its result makes no sense; the proof is not verified yet
     */
    public EnrollmentResult startEnrollment(Slots slots, int algorithm, int keySize, boolean ec, byte[] wrappedChallenge)
            throws EscException {
        String step = WORDS.say("generate a key pair on the token");
        byte[] b = send(ec ? Ins.START_ENROLLMENT_EC : Ins.START_ENROLLMENT, slots.p1(), slots.p2(), 256, step,
                new byte[] {(byte) algorithm}, Numbers.bytes2(keySize), new byte[] {0, 0, (byte) wrappedChallenge.length},
                wrappedChallenge, new byte[] {0}).data();
        if (b.length < 2) {
            throw cutShort(step, b.length, 2);
        }
        int n = Math.min(Numbers.int2(b, 0), Ins.IO_BUFFER_LENGTH);
        return EnrollmentResult.parse(readObject(ObjectId.IO, 0, n));
    }

    /**
     * Imports a key pair that was put, encrypted, into an object (see {@link KeyBlob}).
     *
     * @param algorithm  how the wrapping key is wrapped and what it is: {@link Ins#ALG_DES2}, {@link Ins#ALG_AES_KWP}, {@link Ins#ALG_AES_CBC}
     * @param wrappedKey the key that encrypts the blob, under the card's data encryption key
     * @param kcv        its check value, may be empty
     * @param iv         initial vector of the blob's encryption
     */
    public void importKeyEncrypted(Slots slots, ObjectId blob, int algorithm, byte[] wrappedKey, byte[] kcv, byte[] iv)
            throws EscException {
        send(Ins.IMPORT_KEY_ENCRYPTED, slots.p1(), slots.p2(), 0, WORDS.say("import a key into the token"), blob.bytes(),
                new byte[] {(byte) algorithm, (byte) wrappedKey.length}, wrappedKey, new byte[] {(byte) kcv.length}, kcv,
                new byte[] {(byte) iv.length}, iv);
    }

    /** Clears every key slot but the pairs given. @return false if the applet is too old to know the command */
    public boolean clearKeySlots(List<Slots> keep) throws EscException {
        byte[] pairs = new byte[2 * keep.size()];
        for (int i = 0; i < keep.size(); i++) {
            pairs[2 * i] = (byte) keep.get(i).privateKey();
            pairs[2 * i + 1] = (byte) keep.get(i).publicKey();
        }
        ResponseApdu r = exchange(Ins.CLEAR_KEY_SLOTS, 0, 0, 0, pairs);
        if (r.sw().value() == 0x6D00) {
            return false;
        }
        CoolKeyStatus.check(r, WORDS.say("clear unused key slots"));
        return true;
    }

    /** Creates an object of the content's size and writes it. */
    public void putObject(ObjectId id, byte[] content, Acl acl) throws EscException {
        createObject(id, content.length, acl);
        writeObject(id, 0, content);
    }
}
