// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.esc.apdu.CardException;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;

/** What the public and the secure commands have in common: objects. They differ in class byte, tail and chunk size. */
public abstract sealed class ObjectCommands permits CoolKey, CoolKeyAdmin {

    private static final Words WORDS = Words.of(ObjectCommands.class);

    final CardChannel channel;
    private final int cla;
    private final int chunk;

    ObjectCommands(CardChannel channel, int cla, int chunk) {
        this.channel = channel;
        this.cla = cla;
        this.chunk = chunk;
    }

    /** What follows the data of commands with access rules: the nonce, or nothing behind a secure channel. */
    abstract byte[] tail();

    /** The channel the commands go through. */
    public CardChannel channel() {
        return channel;
    }

    /**
     * Reads a part of an object.
     *
     * @param offset of the first byte
     * @param length number of bytes
     * @throws EscException if there is no such object (status 9C07), it may not be read (9C06), or is shorter (9C0F)
     */
    public byte[] readObject(ObjectId id, int offset, int length) throws EscException {
        var all = new ByteArrayOutputStream(length);
        String step = WORDS.say("read object {0}", id);
        while (all.size() < length) {
            int n = Math.min(chunk, length - all.size());
            byte[] part = send(Ins.READ_OBJECT, 0, 0, n, step, id.bytes(), Numbers.bytes4(offset + all.size()),
                    new byte[] {(byte) n}, tail()).data();
            if (part.length != n) {
                throw new CardException(step, WORDS.say("The card gave {0} bytes of object {1} instead of {2}.", part.length, id, n));
            }
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** Writes into an object, in chunks. @throws EscException if the card refuses */
    public void writeObject(ObjectId id, int offset, byte[] data) throws EscException {
        for (int at = 0; at < data.length; at += CoolKeyAdmin.CHUNK) {
            int n = Math.min(CoolKeyAdmin.CHUNK, data.length - at);
            send(Ins.WRITE_OBJECT, 0, 0, 0, WORDS.say("write object {0}", id), id.bytes(), Numbers.bytes4(offset + at),
                    new byte[] {(byte) n}, Arrays.copyOfRange(data, at, at + n), tail());
        }
    }

    /** Creates an object; over a secure channel an existing one is replaced. @throws EscException if the card refuses */
    public void createObject(ObjectId id, int size, Acl acl) throws EscException {
        send(Ins.CREATE_OBJECT, 0, 0, 0, WORDS.say("create object {0}", id), id.bytes(), Numbers.bytes4(size), acl.bytes(), tail());
    }

    /** Deletes an object. @param erase true to overwrite its bytes first */
    public void deleteObject(ObjectId id, boolean erase) throws EscException {
        send(Ins.DELETE_OBJECT, 0, erase ? 1 : 0, 0, WORDS.say("delete object {0}", id), id.bytes(), tail());
    }

    /** Sends a command made of parts; {@code ne} 0 means that no answer data is expected. */
    ResponseApdu send(int ins, int p1, int p2, int ne, String step, byte[]... parts) throws EscException {
        return CoolKeyStatus.check(exchange(ins, p1, p2, ne, parts), step);
    }

    ResponseApdu exchange(int ins, int p1, int p2, int ne, byte[]... parts) throws EscException {
        byte[] data = Numbers.join(parts);
        try {
            return channel.transmit(ne == 0 ? CommandApdu.of(cla, ins, p1, p2, data)
                    : CommandApdu.of(cla, ins, p1, p2, data, ne));
        } finally {
            Arrays.fill(data, (byte) 0);
        }
    }

    static CardException cutShort(String step, int got, int wanted) {
        return new CardException(step, WORDS.say("The card's answer has {0} bytes where {1} were due.", got, wanted));
    }
}
