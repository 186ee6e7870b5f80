// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
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
 * The application's commands over any channel (OpenPGP card 3.4.1 §7.2). Commands longer than a short frame travel with extended length or
 * chained, as the card said it understands them in {@link #applicationData}. One object per session with the card, used by one thread at a time.
 */
public final class OpenPgpCard {

    private static final Words WORDS = Words.of(OpenPgpCard.class);

    /** The resetting code, among the words of passwords. */
    private static final String CODE = "code";
    private static final int SHORT_DATA = 255;
    private static final int SHORT_ANSWER = 256;
    private static final int CHAINED = 0x10;
    /** Bytes of zero, as many as a password may have. */
    private static final int WASTED = 8;
    /** PUT DATA of an extended header list names the current application. */
    private static final int CURRENT = 0x3FFF;
    private static final int LAST_POSSIBLE_FRAME = 65_535;

    private final CardChannel channel;
    private boolean extended;
    private int mostCommand = SHORT_DATA;
    private int mostAnswer = SHORT_ANSWER;
    private Optional<Optional<Kdf>> kdf = Optional.empty();

    /** The application behind {@code channel}; nothing is sent yet. */
    public OpenPgpCard(CardChannel channel) {
        this.channel = channel;
    }

    /** Which password, and what is sent in its place if the card wants hashes. */
    public enum Password {
        /** PW1 for signatures. */
        PW1_SIGN(Ins.PW1_SIGN, "PW1"),
        /** PW1 for everything else. */
        PW1(Ins.PW1, "PW1"),
        /** The administrator's. */
        PW3(Ins.PW3, "PW3");

        private final int reference;
        private final String word;

        Password(int reference, String word) {
            this.reference = reference;
            this.word = word;
        }

        /** Its reference in P2. */
        public int reference() {
            return reference;
        }

        /** "PW1", "PW3". */
        public String word() {
            return word;
        }

        private int tries(PasswordStatus s) {
            return this == PW3 ? s.triesPw3() : s.triesPw1();
        }

        private byte[] derive(Kdf k, Secret value) {
            return this == PW3 ? k.derivePw3(value) : k.derivePw1(value);
        }
    }

    /** Selects the application. @return false if it was terminated @throws EscException if the card has none */
    public boolean select() throws EscException {
        kdf = Optional.empty();
        ResponseApdu r = channel.transmit(CommandApdu.select(CardAid.PREFIX));
        if (r.sw().value() == OpenPgpStatus.TERMINATED) {
            return false;
        }
        OpenPgpStatus.check(r, WORDS.say("select the OpenPGP application"));
        return true;
    }

    /** An object's content; empty if there is none. */
    public Optional<byte[]> find(int tag) throws EscException {
        ResponseApdu r = send(Ins.GET_DATA, tag, new byte[0], answer(tag));
        return switch (r.sw().value()) {
            case OpenPgpStatus.NOT_FOUND, 0x6A82, 0x6B00, OpenPgpStatus.WRONG_P1_P2, 0x6A81 -> Optional.empty();
            default -> Optional.of(OpenPgpStatus.check(r, WORDS.say("read the {0}", name(tag))).data());
        };
    }

    private int answer(int tag) {
        // objects that may be long; everything else fits a short answer
        return tag == Tag.CERTIFICATE || tag >= Tag.PRIVATE_USE && tag < Tag.PRIVATE_USE + 4 || tag == Tag.LOGIN || tag == Tag.URL
                || tag == Tag.ALGORITHM_INFORMATION || tag == Tag.APPLICATION ? mostAnswer : SHORT_ANSWER;
    }

    private static String name(int tag) {
        String name = Tag.name(tag);
        return name.isEmpty() ? WORDS.say("object {0}", "%02X".formatted(tag)) : name;
    }

    /** Writes an object; no content removes it. */
    public void put(int tag, byte[] content) throws EscException {
        OpenPgpStatus.check(send(Ins.PUT_DATA, tag, content, 0), WORDS.say("write the {0}", name(tag)));
        if (tag == Tag.KDF) {
            kdf = Optional.empty();
        }
    }

    /** The application related data. From now on commands are as long as the card says it can take them. */
    public ApplicationData applicationData() throws EscException {
        String step = WORDS.say("read the application related data");
        byte[] content = find(Tag.APPLICATION).orElseThrow(() -> new CardException(step, WORDS.say("The card has no application related data.")));
        ApplicationData data = sense(step, () -> ApplicationData.parse(content));
        HistoricalBytes historical = HistoricalBytes.parse(data.historicalBytes());
        extended = historical.extended();
        if (extended) {
            Optional<ApplicationData.Lengths> lengths = sense(step, data::lengths);
            // before version 3 a card does not tell its limit
            mostCommand = lengths.map(l -> l.command() - 9).filter(n -> n > SHORT_DATA).orElse(2048 - 9);
            mostAnswer = lengths.map(l -> l.answer() - 2).filter(n -> n > SHORT_ANSWER).orElse(2048 - 2);
        }
        return data;
    }

    /** The cardholder related data. */
    public Cardholder cardholder() throws EscException {
        byte[] content = find(Tag.CARDHOLDER).orElse(new byte[0]);
        return sense(WORDS.say("read the cardholder related data"), () -> Cardholder.parse(content));
    }

    /** How many signatures were made with the key that is there. */
    public int signatureCounter() throws EscException {
        String step = WORDS.say("read the signature counter");
        byte[] content = find(Tag.SECURITY_SUPPORT).orElse(new byte[0]);
        byte[] b = sense(step, () -> Tlv.find(Tlv.parseAll(content), Tag.SIGNATURE_COUNTER).map(Tlv::value).orElse(new byte[0]));
        if (b.length != 3) {
            throw new CardException(step, WORDS.say("The card does not tell its signature counter."));
        }
        return (b[0] & 0xFF) << 16 | (b[1] & 0xFF) << 8 | b[2] & 0xFF;
    }

    /** Tries left and lengths of the passwords. */
    public PasswordStatus passwords() throws EscException {
        String step = WORDS.say("read the password status bytes");
        byte[] b = find(Tag.PASSWORD_STATUS).orElse(new byte[0]);
        return sense(step, () -> PasswordStatus.parse(b));
    }

    /** How passwords are hashed before they are sent; empty if they are not. */
    public Optional<Kdf> kdf() throws EscException {
        if (kdf.isEmpty()) {
            byte[] content = find(Tag.KDF).orElse(new byte[0]);
            kdf = Optional.of(sense(WORDS.say("read how passwords are hashed"), () -> Kdf.parse(content)));
        }
        return kdf.get();
    }

    /** What a parser makes of the card's bytes; its complaint is the card's fault. */
    private static <T> T sense(String step, Supplier<T> parser) throws CardException {
        try {
            return parser.get();
        } catch (IllegalArgumentException e) {
            String m = e.getMessage() == null ? WORDS.say("Nonsense") : e.getMessage();
            throw new CardException(Problem.of(Fault.CARD, step, WORDS.say("What the card answered makes no sense: {0}.", m)), e);
        }
    }

    // ---- certificates

    /** The certificate of a slot as the card has it, empty if there is none. */
    public byte[] certificate(KeySlot slot) throws EscException {
        selectCertificate(slot);
        return find(Tag.CERTIFICATE).orElse(new byte[0]);
    }

    /** Writes the certificate of a slot; no bytes remove it. */
    public void putCertificate(KeySlot slot, byte[] der) throws EscException {
        selectCertificate(slot);
        put(Tag.CERTIFICATE, der);
    }

    private void selectCertificate(KeySlot slot) throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.of(0, Ins.SELECT_DATA, slot.certificate(), 0x04, Hex.parse("60045C027F21")));
        if (r.sw().value() == OpenPgpStatus.UNKNOWN_INS && slot == KeySlot.AUTHENTICATE) {
            // before version 3 there was but this one
            return;
        }
        OpenPgpStatus.check(r, WORDS.say("find the certificate of the {0} key", slot.words()));
    }

    // ---- passwords

    /** Verifies a password. @throws EscException code {@code wrong-pin} or {@code pin-blocked} */
    public void verify(Password which, Secret value) throws EscException {
        byte[] sent = sent(which, value);
        try {
            checkPassword(channel.transmit(CommandApdu.of(0, Ins.VERIFY, 0, which.reference(), sent)), WORDS.say("verify {0}", which.word()), which.word(),
                    s -> which.tries(s));
        } finally {
            Arrays.fill(sent, (byte) 0);
        }
    }

    /** Tries bytes of zero, which no password has, to use up a try. @return true while there are more */
    public boolean wasteTry(Password which) throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.of(0, Ins.VERIFY, 0, which.reference(), new byte[WASTED]));
        return r.sw().value() != OpenPgpStatus.BLOCKED && r.sw().value() != 0x63C0;
    }

    /** Changes a password. @throws EscException code {@code wrong-pin}, {@code pin-blocked}; {@code bad-pin} if the card does not take the new one */
    public void change(Password which, Secret old, Secret fresh) throws EscException {
        byte[] o = sent(which, old);
        byte[] n = sent(which, fresh);
        byte[] both = join(o, n);
        try {
            // the reference for signatures stands for PW1 as a whole (§7.2.3)
            int reference = which == Password.PW3 ? Ins.PW3 : Ins.PW1_SIGN;
            checkPassword(channel.transmit(CommandApdu.of(0, Ins.CHANGE_REFERENCE_DATA, 0, reference, both)), WORDS.say("change {0}", which.word()),
                    which.word(), s -> which.tries(s));
        } finally {
            erase(o, n, both);
        }
    }

    /** Gives PW1 a new value with the resetting code. @throws EscException as {@link #change} */
    public void resetWithCode(Secret code, Secret fresh) throws EscException {
        Optional<Kdf> k = kdf();
        byte[] c = k.map(f -> f.deriveCode(code)).orElseGet(code::bytes);
        byte[] n = sent(Password.PW1, fresh);
        byte[] both = join(c, n);
        try {
            checkPassword(channel.transmit(CommandApdu.of(0, Ins.RESET_RETRY_COUNTER, 0, Ins.PW1_SIGN, both)), WORDS.say("unblock PW1"),
                    CODE, PasswordStatus::triesCode);
        } finally {
            erase(c, n, both);
        }
    }

    /** Gives PW1 a new value; PW3 must have been verified. @throws EscException {@code bad-pin} if the card does not take it */
    public void resetPw1(Secret fresh) throws EscException {
        byte[] n = sent(Password.PW1, fresh);
        try {
            ResponseApdu r = channel.transmit(CommandApdu.of(0, Ins.RESET_RETRY_COUNTER, 2, Ins.PW1_SIGN, n));
            refuseBad(r, WORDS.say("unblock PW1"), "PW1");
            OpenPgpStatus.check(r, WORDS.say("unblock PW1"));
        } finally {
            erase(n);
        }
    }

    /** Sets the resetting code; PW3 must have been verified. */
    public void setCode(Secret fresh) throws EscException {
        Optional<Kdf> k = kdf();
        byte[] n = k.map(f -> f.deriveCode(fresh)).orElseGet(fresh::bytes);
        try {
            put(Tag.RESETTING_CODE, n);
        } finally {
            erase(n);
        }
    }

    private byte[] sent(Password which, Secret value) throws EscException {
        return kdf().map(k -> which.derive(k, value)).orElseGet(value::bytes);
    }

    private static byte[] join(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static void erase(byte[]... secrets) {
        for (byte[] s : secrets) {
            Arrays.fill(s, (byte) 0);
        }
    }

    private interface Tries {
        int of(PasswordStatus s);
    }

    private void checkPassword(ResponseApdu r, String step, String word, Tries tries) throws EscException {
        refuseBad(r, step, word);
        int left = r.sw().triesLeft();
        boolean refused = r.sw().value() == OpenPgpStatus.SECURITY_NOT_SATISFIED || r.sw().sw1() == 0x63;
        if (refused && left < 0) {
            // older cards do not say in the status word how many tries are left
            Optional<PasswordStatus> s = find(Tag.PASSWORD_STATUS).filter(b -> b.length >= PasswordStatus.LENGTH).map(PasswordStatus::parse);
            left = s.isPresent() ? tries.of(s.get()) : -1;
        }
        if (r.sw().value() == OpenPgpStatus.BLOCKED || refused && left == 0) {
            throw new CardException(Problem.of(Fault.CARD, step, WORDS.say("The {0} is blocked ({1}).", word(word), r.sw())).code("pin-blocked")
                    .sw(r.sw()).advice(word.equals("PW1") ? WORDS.say("Unblock it with the resetting code or with PW3.")
                            : word.equals("PW3") ? WORDS.say("Only a reset of the application, which erases its keys, brings it back.")
                                    : WORDS.say("Set another one with PW3.")), null);
        }
        if (refused) {
            String message = left < 0 ? WORDS.say("The card did not accept the {0} ({1}).", word(word), r.sw())
                    : left == 1 ? WORDS.say("The card did not accept the {0}, one try is left ({1}).", word(word), r.sw())
                            : WORDS.say("The card did not accept the {0}, {1} tries are left ({2}).", word(word), left, r.sw());
            throw new CardException(Problem.of(Fault.CARD, step, message)
                    .code("wrong-pin").sw(r.sw()).advice(WORDS.say("Type it again with care; after too many wrong tries the card blocks it.")), null);
        }
        OpenPgpStatus.check(r, step);
    }

    private static String word(String password) {
        return switch (password) {
            case "PW1" -> WORDS.say("user PIN (PW1)");
            case "PW3" -> WORDS.say("administrator's PIN (PW3)");
            default -> WORDS.say("resetting code");
        };
    }

    private static void refuseBad(ResponseApdu r, String step, String word) throws EscException {
        switch (r.sw().value()) {
            case OpenPgpStatus.WRONG_DATA, OpenPgpStatus.WRONG_LENGTH -> throw new CardException(Problem.of(Fault.CARD, step,
                    WORDS.say("The card does not take such a {0} ({1}).", word(word), r.sw())).code("bad-pin").sw(r.sw())
                    .advice(WORDS.say("It is too short, too long, or has characters that the card does not allow.")), null);
            default -> {
            }
        }
    }

    // ---- keys

    /** Makes a key pair; PW3 must have been verified. @return the public key's template */
    public byte[] generate(KeySlot slot) throws EscException {
        return OpenPgpStatus.check(send(Ins.GENERATE_KEY_PAIR, Ins.GENERATE << 8, new byte[] {(byte) slot.reference(), 0}, mostAnswer),
                WORDS.say("make a {0} key", slot.words())).data();
    }

    /** The template of the public key in a slot; empty if there is no key. */
    public Optional<byte[]> publicKey(KeySlot slot) throws EscException {
        ResponseApdu r = send(Ins.GENERATE_KEY_PAIR, Ins.READ_PUBLIC << 8, new byte[] {(byte) slot.reference(), 0}, mostAnswer);
        return switch (r.sw().value()) {
            case OpenPgpStatus.NOT_FOUND, 0x6A82, OpenPgpStatus.CONDITIONS_NOT_SATISFIED, 0x6581, OpenPgpStatus.WRONG_DATA -> Optional.empty();
            default -> Optional.of(OpenPgpStatus.check(r, WORDS.say("read the public {0} key", slot.words())).data());
        };
    }

    /** Writes a private key; PW3 must have been verified. */
    public void importKey(ImportedKey key) throws EscException {
        byte[] b = key.encoded();
        try {
            OpenPgpStatus.check(send(Ins.PUT_DATA_ODD, CURRENT, b, 0), WORDS.say("write the {0} key", key.slot().words()));
        } finally {
            erase(b);
        }
    }

    /** Signs with the signature key. @param data a DigestInfo for RSA, a digest for ECDSA, a message for EdDSA */
    public byte[] sign(byte[] data) throws EscException {
        return OpenPgpStatus.check(send(Ins.PERFORM_SECURITY_OPERATION, Ins.COMPUTE_SIGNATURE, data, mostAnswer),
                WORDS.say("sign with the card's key")).data();
    }

    /** Signs with the authentication key. @param data as for {@link #sign} */
    public byte[] authenticate(byte[] data) throws EscException {
        return OpenPgpStatus.check(send(Ins.INTERNAL_AUTHENTICATE, 0, data, mostAnswer), WORDS.say("authenticate with the card's key")).data();
    }

    /** Decrypts an RSA cryptogram with the decryption key; the card takes the padding away. The caller erases the message. */
    public byte[] decipher(byte[] cryptogram) throws EscException {
        return decipherAny(join(new byte[] {Ins.PADDING_RSA}, cryptogram), WORDS.say("decrypt with the card's key"));
    }

    /** Agrees on a secret with the decryption key. @param point the other's public key. The caller erases the secret. */
    public byte[] agree(byte[] point) throws EscException {
        return decipherAny(Tlv.of(Tag.CIPHER, List.of(Tlv.of(Tag.PUBLIC_KEY, List.of(Tlv.of(Tag.POINT, point))))).encoded(),
                WORDS.say("agree on a secret with the card's key"));
    }

    private byte[] decipherAny(byte[] data, String step) throws EscException {
        return OpenPgpStatus.check(send(Ins.PERFORM_SECURITY_OPERATION, Ins.DECIPHER, data, mostAnswer), step).data();
    }

    // ---- life cycle

    /** Ends the application's life; PW3 must have been verified, or both passwords be blocked. @return false if neither is so */
    public boolean terminate() throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.of(0, Ins.TERMINATE_DF, 0, 0));
        if (r.sw().value() == OpenPgpStatus.SECURITY_NOT_SATISFIED || r.sw().value() == OpenPgpStatus.CONDITIONS_NOT_SATISFIED) {
            return false;
        }
        if (r.sw().value() != OpenPgpStatus.TERMINATED) {
            OpenPgpStatus.check(r, WORDS.say("terminate the application"));
        }
        return true;
    }

    /** Begins a new life. */
    public void activate() throws EscException {
        kdf = Optional.empty();
        OpenPgpStatus.check(channel.transmit(CommandApdu.of(0, Ins.ACTIVATE_FILE, 0, 0)), WORDS.say("activate the application"));
    }

    // ---- frames

    /** One command, in as many frames as it takes. @param ne most bytes expected, 0 for none */
    private ResponseApdu send(int ins, int p1p2, byte[] data, int ne) throws EscException {
        int p1 = p1p2 >> 8;
        int p2 = p1p2 & 0xFF;
        int expected = Math.min(ne, extended ? LAST_POSSIBLE_FRAME : SHORT_ANSWER);
        int most = extended ? mostCommand : SHORT_DATA;
        if (data.length <= SHORT_DATA && expected <= SHORT_ANSWER || extended && data.length <= most) {
            return channel.transmit(command(0, ins, p1, p2, data, expected));
        }
        int at = 0;
        while (data.length - at > SHORT_DATA) {
            byte[] part = Arrays.copyOfRange(data, at, at + SHORT_DATA);
            ResponseApdu r = channel.transmit(CommandApdu.of(CHAINED, ins, p1, p2, part));
            erase(part);
            if (!r.isOk()) {
                return r;
            }
            at += SHORT_DATA;
        }
        byte[] last = Arrays.copyOfRange(data, at, data.length);
        ResponseApdu r = channel.transmit(command(0, ins, p1, p2, last, Math.min(expected, SHORT_ANSWER)));
        erase(last);
        return r;
    }

    private static CommandApdu command(int cla, int ins, int p1, int p2, byte[] data, int ne) {
        return ne == 0 ? CommandApdu.of(cla, ins, p1, p2, data) : CommandApdu.of(cla, ins, p1, p2, data, ne);
    }
}
