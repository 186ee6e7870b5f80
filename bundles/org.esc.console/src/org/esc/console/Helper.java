// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.console.Expression.Bytes;
import org.esc.console.Expression.Number;

/** Commands that a script can name instead of writing them out; each stands for exact bytes. */
enum Helper {

    SELECT("select", "AID"),
    SELECT_FILE("select-file", "FID"),
    GET_DATA("get-data", "TAG"),
    GET_RESPONSE("get-response", "[LE]"),
    GET_CHALLENGE("get-challenge", "LE"),
    READ_BINARY("read-binary", "OFFSET LE"),
    READ_RECORD("read-record", "NUMBER [SFI]"),
    VERIFY("verify", "P2 [PIN]");

    private static final Words WORDS = Words.of(Helper.class);

    private final String word;
    private final String arguments;

    Helper(String word, String arguments) {
        this.word = word;
        this.arguments = arguments;
    }

    String word() {
        return word;
    }

    String arguments() {
        return arguments;
    }

    String description() {
        return switch (this) {
            case SELECT -> WORDS.say("00 A4 04 00 Lc AID 00: SELECT by name");
            case SELECT_FILE -> WORDS.say("00 A4 00 0C 02 FID: SELECT by file identifier, no answer data");
            case GET_DATA -> WORDS.say("00 CA TAG 00; a tag of three bytes as 00 CB 3F FF 05 5C 03 TAG 00");
            case GET_RESPONSE -> WORDS.say("00 C0 00 00 LE: the rest of the answer; LE is SW2 if left out");
            case GET_CHALLENGE -> WORDS.say("00 84 00 00 LE: random bytes from the card");
            case READ_BINARY -> WORDS.say("00 B0 OFFSET LE; OFFSET has two bytes");
            case READ_RECORD -> WORDS.say("00 B2 NUMBER P2 00: a record of the current file, or of one by its short identifier");
            case VERIFY -> WORDS.say("00 20 00 P2 Lc PIN; without PIN 00 20 00 P2: how many tries are left");
        };
    }

    static Optional<Helper> named(String word) {
        for (Helper h : values()) {
            if (h.word.equals(word)) {
                return Optional.of(h);
            }
        }
        return Optional.empty();
    }

    /** Reads what follows the name. */
    Bytes command(ExpressionParser in) {
        return switch (this) {
            case SELECT -> join(bytes(0x00, 0xA4, 0x04, 0x00), new Bytes.Counted(in.bytes(WORDS.say("an AID"))), bytes(0x00));
            case SELECT_FILE -> join(bytes(0x00, 0xA4, 0x00, 0x0C, 0x02), in.literal(2, WORDS.say("a file identifier")));
            case GET_DATA -> getData(in.tag());
            case GET_RESPONSE -> join(bytes(0x00, 0xC0, 0x00, 0x00),
                    in.atEnd() ? new Bytes.Slice(new Bytes.Status(), new Number.Constant(1), Optional.empty()) : in.part("Le"));
            case GET_CHALLENGE -> join(bytes(0x00, 0x84, 0x00, 0x00), in.part("Le"));
            case READ_BINARY -> join(bytes(0x00, 0xB0), in.part(WORDS.say("an offset of two bytes")), in.part("Le"));
            case READ_RECORD -> {
                Bytes number = in.part(WORDS.say("a record number"));
                yield join(bytes(0x00, 0xB2), number, in.atEnd() ? bytes(0x04) : recordOf(in.literal(1, WORDS.say("a short file identifier")).value()[0]), bytes(0x00));
            }
            case VERIFY -> {
                Bytes p2 = in.part("P2");
                yield in.atEnd() ? join(bytes(0x00, 0x20, 0x00), p2) : join(bytes(0x00, 0x20, 0x00), p2, new Bytes.Counted(in.bytes(WORDS.say("a PIN"))));
            }
        };
    }

    private static Bytes getData(int tag) {
        if (tag <= 0xFFFF) {
            return bytes(0x00, 0xCA, tag >> 8, tag & 0xFF, 0x00);
        }
        byte[] object = Tlv.of(0x5C, (byte) (tag >> 16), (byte) (tag >> 8), (byte) tag).encoded();
        return join(bytes(0x00, 0xCB, 0x3F, 0xFF, object.length), new Bytes.Literal(object), bytes(0x00));
    }

    private static Bytes recordOf(byte sfi) {
        return bytes((sfi & 0x1F) << 3 | 0x04);
    }

    private static Bytes bytes(int... values) {
        byte[] b = new byte[values.length];
        for (int i = 0; i < b.length; i++) {
            b[i] = (byte) values[i];
        }
        return new Bytes.Literal(b);
    }

    private static Bytes join(Bytes... parts) {
        return new Bytes.Joined(List.of(parts));
    }
}
