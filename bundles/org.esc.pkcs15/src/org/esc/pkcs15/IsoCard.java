// SPDX-License-Identifier: EPL-2.0
package org.esc.pkcs15;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Aid;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.PinOutcome;

/**
 * The commands of ISO/IEC 7816-4 and -8 that a card of files answers: select, read, verify, compute. Holds no state but the channel; used by one
 * thread at a time.
 */
public final class IsoCard {

    private static final Words WORDS = Words.of(IsoCard.class);

    /** Template of MANAGE SECURITY ENVIRONMENT for signatures. */
    public static final int SIGNATURE = 0xB6;
    /** Template for confidentiality: decryption and key agreement. */
    public static final int CONFIDENTIALITY = 0xB8;

    private static final String MF = "3F00";
    private static final int MOST = 1 << 16;
    private static final int MOST_RECORDS = 254;
    private static final int CHUNK = 0xF0;
    private static final int FRAME = 255;
    private static final int CHAINED = 0x10;
    private static final int END_OF_FILE = 0x6282;
    private static final int WRONG_STRUCTURE = 0x6981;
    private static final int SECURITY = 0x6982;
    private static final int BLOCKED = 0x6983;

    private final CardChannel channel;

    /** The card behind a channel; nothing is sent yet. */
    public IsoCard(CardChannel channel) {
        this.channel = channel;
    }

    /** SELECT by name. @return the control information. @throws CardException with the status word if there is no such application */
    public byte[] select(Aid aid) throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.select(aid));
        return r.sw().sw1() == 0x62 ? r.data() : r.orThrow(WORDS.say("select the application {0}", aid)).data();
    }

    /**
     * SELECT by path from the master file, at once or, on cards that refuse that, file by file.
     *
     * @param path identifiers of two bytes; a leading 3F00 may be left out
     * @return the control information
     * @throws CardException with the status word if there is no such file
     */
    public byte[] select(byte[] path) throws EscException {
        String step = WORDS.say("select the file {0}", Hex.of(path));
        if (path.length == 0 || path.length % 2 != 0) {
            throw new CardException(step, WORDS.say("The card names a file by a path that is none."));
        }
        boolean absolute = path.length > 2 && Hex.of(Arrays.copyOf(path, 2)).equals(MF);
        byte[] below = absolute ? Arrays.copyOfRange(path, 2, path.length) : path;
        if (!Hex.of(path).equals(MF)) {
            ResponseApdu r = channel.transmit(CommandApdu.of(0x00, 0xA4, 0x08, 0x00, below, 256));
            if (r.isOk() || r.sw().sw1() == 0x62) {
                return r.data();
            }
        }
        byte[] answer = byIdentifier(Hex.parse(MF), step);
        if (Hex.of(path).equals(MF)) {
            return answer;
        }
        return within(below, step);
    }

    /** EF.DIR, all of it. @throws EscException with the status word if the card has none */
    public byte[] directory() throws EscException {
        byte[] control = select(Hex.parse(MF + "2F00"));
        return read(0, length(control).orElse(MOST), WORDS.say("read EF.DIR"));
    }

    /** SELECT of a file below the current folder, identifier by identifier. */
    public byte[] selectWithin(byte[] path) throws EscException {
        String step = WORDS.say("select the file {0}", Hex.of(path));
        if (path.length == 0 || path.length % 2 != 0) {
            throw new CardException(step, WORDS.say("The card names a file by a path that is none."));
        }
        return within(path, step);
    }

    private byte[] within(byte[] path, String step) throws EscException {
        byte[] answer = new byte[0];
        for (int i = 0; i < path.length; i += 2) {
            answer = byIdentifier(Arrays.copyOfRange(path, i, i + 2), step);
        }
        return answer;
    }

    private byte[] byIdentifier(byte[] id, String step) throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.of(0x00, 0xA4, 0x00, 0x00, id, 256));
        if (!r.isOk() && r.sw().sw1() != 0x62) {
            throw CardException.status(step, r.sw());
        }
        return r.data();
    }

    /** The length that control information tells, in bytes. */
    public static OptionalInt length(byte[] control) {
        try {
            Optional<Tlv> size = Tlv.find(Tlv.parseAll(control), 0x80);
            if (size.isPresent() && size.get().length() >= 1 && size.get().length() <= 3) {
                int n = 0;
                for (byte b : size.get().value()) {
                    n = n << 8 | b & 0xFF;
                }
                return OptionalInt.of(n);
            }
        } catch (IllegalArgumentException _) {
            // control information of another kind
        }
        return OptionalInt.empty();
    }

    /**
     * Reads the selected file: its bytes, or all its records one after the other.
     *
     * @param offset first byte
     * @param most   most bytes to read; fewer come if the file is shorter
     * @throws EscException code {@code pin-needed} if a PIN must be verified first
     */
    public byte[] read(int offset, int most, String step) throws EscException {
        var out = new ByteArrayOutputStream();
        int end = Math.min(offset + Math.min(most, MOST), 0x7FFF);
        int at = offset;
        while (at < end) {
            int ask = Math.min(end - at, CHUNK);
            ResponseApdu r = channel.transmit(CommandApdu.of(0x00, 0xB0, at >> 8, at & 0xFF, new byte[0], ask));
            if (r.sw().value() == WRONG_STRUCTURE && at == offset) {
                return records(step);
            }
            boolean last = r.sw().value() == END_OF_FILE;
            if (!r.isOk() && !last) {
                if (at > offset && (r.sw().sw1() == 0x6B || r.sw().sw1() == 0x6A)) {
                    break;
                }
                throw refusal(step, r.sw());
            }
            out.writeBytes(r.data());
            at += r.nr();
            if (last || r.nr() < ask) {
                break;
            }
        }
        return out.toByteArray();
    }

    private byte[] records(String step) throws EscException {
        var out = new ByteArrayOutputStream();
        for (int n = 1; n <= MOST_RECORDS && out.size() < MOST; n++) {
            ResponseApdu r = channel.transmit(CommandApdu.of(0x00, 0xB2, n, 0x04, new byte[0], 256));
            if (!r.isOk()) {
                if (n == 1) {
                    throw refusal(step, r.sw());
                }
                break;
            }
            out.writeBytes(r.data());
        }
        return out.toByteArray();
    }

    /** What a status word means where a PIN may be missing: 6982 has the code {@code pin-needed}. */
    public static EscException refusal(String step, StatusWord sw) {
        return sw.value() == SECURITY
                ? Problem.of(Fault.CARD, step, WORDS.say("A PIN must be verified first to {0}.", step)).code("pin-needed").sw(sw).exception()
                : CardException.status(step, sw);
    }

    // PINs

    /** Tries left, asked by VERIFY without data; empty if the card does not tell. Costs no try. */
    public OptionalInt tries(int reference) throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.of(0x00, 0x20, 0x00, reference));
        return r.sw().value() == BLOCKED ? OptionalInt.of(0) : r.sw().triesLeft() >= 0 ? OptionalInt.of(r.sw().triesLeft()) : OptionalInt.empty();
    }

    /** VERIFY. The caller erases the data. @throws EscException code {@code wrong-pin} or {@code pin-blocked} */
    public void verify(int reference, byte[] pin) throws EscException {
        pin(WORDS.say("verify the PIN"), CommandApdu.of(0x00, 0x20, 0x00, reference, pin));
    }

    /** CHANGE REFERENCE DATA with the old value in front of the new one. @throws EscException as {@link #verify} */
    public void change(int reference, byte[] oldAndNew) throws EscException {
        pin(WORDS.say("change the PIN"), CommandApdu.of(0x00, 0x24, 0x00, reference, oldAndNew));
    }

    /** RESET RETRY COUNTER with the unblocking PIN in front of the new value. @throws EscException as {@link #verify} */
    public void unblock(int reference, byte[] unblockingAndNew) throws EscException {
        pin(WORDS.say("unblock the PIN"), CommandApdu.of(0x00, 0x2C, 0x00, reference, unblockingAndNew));
    }

    private void pin(String step, CommandApdu c) throws EscException {
        PinOutcome.atCard(channel.transmit(c)).orThrow(step);
    }

    // keys

    /** MANAGE SECURITY ENVIRONMENT, SET: which key does what follows. @param algorithm the card's reference of the algorithm, if it has one */
    public void useKey(int template, int reference, OptionalInt algorithm, String step) throws EscException {
        List<Tlv> data = new ArrayList<>();
        algorithm.ifPresent(a -> data.add(Tlv.of(0x80, (byte) a)));
        data.add(Tlv.of(0x84, (byte) reference));
        var out = new ByteArrayOutputStream();
        data.forEach(t -> out.writeBytes(t.encoded()));
        channel.transmit(CommandApdu.of(0x00, 0x22, 0x41, template, out.toByteArray())).orThrow(step);
    }

    /** PERFORM SECURITY OPERATION, COMPUTE DIGITAL SIGNATURE, with the key chosen before. */
    public byte[] sign(byte[] data) throws EscException {
        return chained(0x2A, 0x9E, 0x9A, data, WORDS.say("sign with the card's key"));
    }

    /** PERFORM SECURITY OPERATION, DECIPHER, with the key chosen before. The caller erases the answer. */
    public byte[] decipher(byte[] data) throws EscException {
        return chained(0x2A, 0x80, 0x86, data, WORDS.say("decrypt with the card's key"));
    }

    private byte[] chained(int ins, int p1, int p2, byte[] data, String step) throws EscException {
        int at = 0;
        for (; data.length - at > FRAME; at += FRAME) {
            ResponseApdu r = channel.transmit(CommandApdu.of(CHAINED, ins, p1, p2, Arrays.copyOfRange(data, at, at + FRAME)));
            if (!r.isOk()) {
                throw refusal(step, r.sw());
            }
        }
        ResponseApdu r = channel.transmit(CommandApdu.of(0x00, ins, p1, p2, Arrays.copyOfRange(data, at, data.length), 256));
        if (!r.isOk()) {
            throw refusal(step, r.sw());
        }
        return r.data();
    }
}
