// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

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
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.PinOutcome;

/** The commands of a Common Access Card's applets (GSC-IS 2.1 §5, virtual machine cards). Holds no state; used by one thread at a time. */
public final class Cac {

    private static final Words WORDS = Words.of(Cac.class);

    /** The card capability container. */
    public static final Aid CAPABILITIES = Aid.of("A000000116DB00");
    /** The access control applet. */
    public static final Aid ACCESS_CONTROL = Aid.of("A0000000791000");
    /** The first of the applets for keys and certificates. */
    public static final Aid FIRST_KEY = Aid.of("A0000000790100");

    /** READ BUFFER. */
    public static final int READ_BUFFER = 0x52;
    /** GET PROPERTIES. */
    public static final int GET_PROPERTIES = 0x56;
    /** GET ACR. */
    public static final int GET_ACR = 0x4C;
    /** PRIVATE SIGN/DECRYPT. */
    public static final int SIGN_DECRYPT = 0x42;

    private static final int CLA = 0x80;
    private static final int CHUNK = 0xF0;
    private static final int MOST = 16384;
    private static final int STEP = 0x80;
    private static final int PIN_LENGTH = 8;
    private static final int BLOCKED = 0x6983;
    private static final int SECURITY = 0x6982;
    private static final int TABLE_OF_APPLETS = 0x21;

    /** The two buffers of an object. */
    public enum Buffer {
        /** Tags and lengths. */
        TAGS(1),
        /** Values. */
        VALUES(2);

        private final int type;

        Buffer(int type) {
            this.type = type;
        }
    }

    /** An object of an applet as GET PROPERTIES tells. @param key whether a private key belongs to it and is there */
    public record Properties(int object, boolean key) {
    }

    private final CardChannel channel;

    /** The card behind a channel; nothing is sent yet. */
    public Cac(CardChannel channel) {
        this.channel = channel;
    }

    /** Selects an applet. @return false if the card has none */
    public boolean select(Aid aid) throws EscException {
        return channel.transmit(CommandApdu.select(aid)).isOk();
    }

    /** Selects an applet that must be there. @throws CardException with the status word if it is not */
    public void enter(Aid aid, String step) throws EscException {
        channel.transmit(CommandApdu.select(aid)).orThrow(step);
    }

    /** Selects an object of the selected applet, two bytes. @throws CardException with the status word if there is none */
    public void enterObject(int object, String step) throws EscException {
        channel.transmit(CommandApdu.of(0x00, 0xA4, 0x02, 0x00, new byte[] {(byte) (object >> 8), (byte) object}, 256)).orThrow(step);
    }

    /** Both buffers of the selected object, put together. @throws EscException code {@code pin-needed} if the PIN must be verified first */
    public List<Item> read(String what) throws EscException {
        byte[] tags = read(Buffer.TAGS, what);
        return Item.join(tags, read(Buffer.VALUES, what), what);
    }

    private byte[] read(Buffer buffer, String what) throws EscException {
        String step = WORDS.say("read {0}", what);
        byte[] head = part(buffer, 0, 2, step);
        if (head.length < 2) {
            throw new CardException(step, WORDS.say("The card does not tell how long {0} is.", what));
        }
        int length = head[0] & 0xFF | (head[1] & 0xFF) << 8;
        if (length > MOST) {
            throw new CardException(step, WORDS.say("The card says that {0} is {1} bytes long, more than any card holds.", what, length));
        }
        var out = new ByteArrayOutputStream();
        while (out.size() < length) {
            byte[] b = part(buffer, 2 + out.size(), Math.min(CHUNK, length - out.size()), step);
            if (b.length == 0) {
                throw new CardException(step, WORDS.say("The card ends after {0} of the {1} bytes of {2}.", out.size(), length, what));
            }
            out.writeBytes(b);
        }
        return Arrays.copyOf(out.toByteArray(), length);
    }

    private byte[] part(Buffer buffer, int offset, int length, String step) throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.of(CLA, READ_BUFFER, offset >> 8, offset & 0xFF,
                new byte[] {(byte) buffer.type, (byte) length}, length));
        if (!r.isOk()) {
            throw refusal(step, r.sw());
        }
        return r.data();
    }

    private static EscException refusal(String step, StatusWord sw) {
        return sw.value() == SECURITY
                ? Problem.of(Fault.CARD, step, WORDS.say("The PIN must be verified first to {0}.", step)).code("pin-needed").sw(sw).exception()
                : CardException.status(step, sw);
    }

    /** The objects of the selected applet; empty if it does not tell. */
    public List<Properties> properties() throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.of(CLA, GET_PROPERTIES, 0x01, 0x00, new byte[0], 256));
        var list = new ArrayList<Properties>();
        if (r.isOk()) {
            for (Item o : Item.parse(r.data())) {
                if (o.tag() == 0x50 || o.tag() == 0x51) {
                    List<Item> parts = Item.parse(o.value());
                    Optional<byte[]> id = Item.find(parts, 0x41).filter(b -> b.length == 2);
                    boolean key = o.tag() == 0x51 && Item.find(parts, 0x43).filter(b -> b.length == 4 && b[2] != 0).isPresent();
                    id.ifPresent(b -> list.add(new Properties((b[0] & 0xFF) << 8 | b[1] & 0xFF, key)));
                }
            }
        }
        return list;
    }

    /** The applets that the access control applet, which must be selected, knows of; empty if it does not tell. */
    public List<Aid> applets() throws EscException {
        ResponseApdu r = channel.transmit(CommandApdu.of(CLA, GET_ACR, TABLE_OF_APPLETS, 0x00, new byte[0], 256));
        var list = new ArrayList<Aid>();
        if (r.isOk()) {
            for (Item o : Item.parse(r.data())) {
                byte[] v = o.value();
                if (o.tag() == 0x93 && v.length >= 8 && (v[2] & 0xFF) == v.length - 3 && v.length - 3 <= 16) {
                    list.add(Aid.of(Arrays.copyOfRange(v, 3, v.length)));
                }
            }
        }
        return list;
    }

    /** Tries left at the PIN; empty if the card does not tell. Costs no try. */
    public OptionalInt tries() throws EscException {
        StatusWord sw = channel.transmit(CommandApdu.of(0x00, 0x20, 0x00, 0x00)).sw();
        return sw.value() == BLOCKED ? OptionalInt.of(0) : sw.triesLeft() >= 0 ? OptionalInt.of(sw.triesLeft()) : OptionalInt.empty();
    }

    /** Verifies the PIN. @param digits 4 to 8; the caller erases them. @throws EscException code {@code wrong-pin} or {@code pin-blocked} */
    public void verify(byte[] digits) throws EscException {
        byte[] block = padded(digits);
        try {
            pin(WORDS.say("verify the PIN"), CommandApdu.of(0x00, 0x20, 0x00, 0x00, block));
        } finally {
            Arrays.fill(block, (byte) 0);
        }
    }

    /** Changes the PIN. @throws EscException as {@link #verify} */
    public void change(byte[] old, byte[] fresh) throws EscException {
        byte[] block = Arrays.copyOf(padded(old), 2 * PIN_LENGTH);
        System.arraycopy(padded(fresh), 0, block, PIN_LENGTH, PIN_LENGTH);
        try {
            pin(WORDS.say("change the PIN"), CommandApdu.of(0x00, 0x24, 0x00, 0x00, block));
        } finally {
            Arrays.fill(block, (byte) 0);
        }
    }

    private static byte[] padded(byte[] digits) {
        byte[] b = Arrays.copyOf(digits, PIN_LENGTH);
        for (int i = digits.length; i < PIN_LENGTH; i++) {
            b[i] = (byte) 0xFF;
        }
        return b;
    }

    private void pin(String step, CommandApdu c) throws EscException {
        PinOutcome.atCard(channel.transmit(c)).orThrow(step);
    }

    /** PRIVATE SIGN/DECRYPT: RSA without padding with the key of the selected object. @param block as long as the modulus */
    public byte[] signDecrypt(byte[] block) throws EscException {
        String step = WORDS.say("use the card's key");
        var out = new ByteArrayOutputStream();
        int at = 0;
        for (; block.length - at > CHUNK; at += CHUNK) {
            ResponseApdu r = channel.transmit(CommandApdu.of(CLA, SIGN_DECRYPT, STEP, 0x00, Arrays.copyOfRange(block, at, at + CHUNK)));
            if (!r.isOk()) {
                throw refusal(step, r.sw());
            }
            out.writeBytes(r.data());
        }
        ResponseApdu r = channel.transmit(CommandApdu.of(CLA, SIGN_DECRYPT, 0x00, 0x00, Arrays.copyOfRange(block, at, block.length), 256));
        if (!r.isOk()) {
            throw refusal(step, r.sw());
        }
        out.writeBytes(r.data());
        return out.toByteArray();
    }

    /** What a command is called, empty if it is none of the card's own. */
    static String name(CommandApdu c) {
        return switch (c.ins()) {
            case READ_BUFFER -> "READ BUFFER";
            case GET_PROPERTIES -> "GET PROPERTIES";
            case GET_ACR -> "GET ACR";
            case SIGN_DECRYPT -> "PRIVATE SIGN/DECRYPT";
            case 0x58 -> "UPDATE BUFFER";
            default -> "";
        };
    }

    /** An applet's AID from a resource and an application number of two bytes. */
    static Aid aid(byte[] rid, int application) {
        return Aid.of(Hex.of(rid) + String.format("%04X", application));
    }
}
