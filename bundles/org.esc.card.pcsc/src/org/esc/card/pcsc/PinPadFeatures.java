// SPDX-License-Identifier: EPL-2.0
package org.esc.card.pcsc;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.CardException;
import org.esc.card.PinFormat;
import org.esc.card.PinPad;
import org.esc.card.PinRequest;

/**
 * PC/SC part 10, IFDs with secure PIN entry: which control codes of a reader do what, what it tells of its keypad, and the structures its keypad is
 * asked with. What a reader says is not trusted: an entry that makes no sense is passed over, and what follows a broken one is not read.
 *
 * @param codes the control code of each feature
 * @param pad   what it amounts to
 * @param ends  the ways to end an entry that the reader says it has, bits of {@code bEntryValidationCondition}; 0 if it does not say
 */
record PinPadFeatures(Map<Integer, Integer> codes, PinPad pad, int ends) {

    static final int VERIFY_PIN_DIRECT = 0x06;
    static final int MODIFY_PIN_DIRECT = 0x07;
    static final int IFD_PIN_PROPERTIES = 0x0A;
    static final int GET_TLV_PROPERTIES = 0x12;

    private static final int LCD_LAYOUT = 1;
    private static final int ENTRY_VALIDATION_CONDITION = 2;
    private static final int LCD_MAX_CHARACTERS = 4;
    private static final int LCD_MAX_LINES = 5;
    private static final int MIN_PIN_SIZE = 6;
    private static final int MAX_PIN_SIZE = 7;
    private static final int FIRMWARE_ID = 8;
    private static final int VENDOR = 11;
    private static final int PRODUCT = 12;

    private static final int END_MOST_DIGITS = 1;
    private static final int END_KEY = 2;
    private static final int ENGLISH = 0x0409;

    static final PinPadFeatures NONE = new PinPadFeatures(Map.of(), PinPad.NONE, 0);

    PinPadFeatures {
        codes = Map.copyOf(codes);
    }

    /** Sends a control code to the reader. */
    @FunctionalInterface
    interface Control {
        byte[] send(int code, byte[] data) throws CardException;
    }

    /** What the reader can do; asks it up to three questions. A reader that refuses the first has no features, one that refuses another tells less. */
    static PinPadFeatures ask(int getFeatureRequest, Control reader) throws CardException {
        Map<Integer, Integer> codes = codes(reader.send(getFeatureRequest, new byte[0]));
        if (!codes.containsKey(VERIFY_PIN_DIRECT) && !codes.containsKey(MODIFY_PIN_DIRECT)) {
            return NONE;
        }
        Map<Integer, byte[]> told = codes.containsKey(GET_TLV_PROPERTIES)
                ? properties(optional(reader, codes.get(GET_TLV_PROPERTIES))) : new HashMap<>();
        if (!told.containsKey(LCD_LAYOUT) && codes.containsKey(IFD_PIN_PROPERTIES)) {
            old(optional(reader, codes.get(IFD_PIN_PROPERTIES)), told);
        }
        return of(codes, told);
    }

    private static byte[] optional(Control reader, int code) {
        try {
            return reader.send(code, new byte[0]);
        } catch (CardException _) {
            return new byte[0];
        }
    }

    /** The answer to CM_IOCTL_GET_FEATURE_REQUEST: tag, length 4 and a control code, which is big-endian (§2.2). */
    static Map<Integer, Integer> codes(byte[] answer) {
        var codes = new HashMap<Integer, Integer>();
        for (var e : tlvs(answer).entrySet()) {
            int code = e.getValue().length == 4 ? ByteBuffer.wrap(e.getValue()).getInt() : 0;
            if (code != 0) {
                codes.put(e.getKey(), code);
            }
        }
        return codes;
    }

    /** The answer to FEATURE_GET_TLV_PROPERTIES (§2.6.14): tag, length, value; numbers are little-endian. */
    static Map<Integer, byte[]> properties(byte[] answer) {
        return tlvs(answer);
    }

    /** The first value of each tag, up to the end or to what is no TLV. */
    private static Map<Integer, byte[]> tlvs(byte[] answer) {
        var found = new HashMap<Integer, byte[]>();
        ByteBuffer b = ByteBuffer.wrap(answer);
        try {
            while (b.hasRemaining()) {
                int tag = b.get() & 0xFF;
                byte[] value = new byte[b.get() & 0xFF];
                b.get(value);
                found.putIfAbsent(tag, value);
            }
        } catch (BufferUnderflowException _) {
            // cut off: what was whole counts
        }
        return found;
    }

    /** PIN_PROPERTIES_STRUCTURE of FEATURE_IFD_PIN_PROPERTIES (§2.5.5): wLcdLayout, bEntryValidationCondition, bTimeOut2. */
    private static void old(byte[] answer, Map<Integer, byte[]> told) {
        if (answer.length >= 3) {
            told.put(LCD_LAYOUT, new byte[] {answer[0], answer[1]});
            told.putIfAbsent(ENTRY_VALIDATION_CONDITION, new byte[] {answer[2]});
        }
    }

    private static PinPadFeatures of(Map<Integer, Integer> codes, Map<Integer, byte[]> told) {
        int layout = number(told, LCD_LAYOUT, 2).orElse(0);
        // XXYY: lines and characters a line
        int lines = number(told, LCD_MAX_LINES, 2).orElse(layout >> 8);
        int characters = number(told, LCD_MAX_CHARACTERS, 2).orElse(layout & 0xFF);
        OptionalInt vendor = number(told, VENDOR, 2);
        OptionalInt product = number(told, PRODUCT, 2);
        OptionalInt min = positive(number(told, MIN_PIN_SIZE, 1));
        OptionalInt max = positive(number(told, MAX_PIN_SIZE, 1));
        if (min.isPresent() && max.isPresent() && min.getAsInt() > max.getAsInt()) {
            min = OptionalInt.empty();
            max = OptionalInt.empty();
        }
        var pad = new PinPad(codes.containsKey(VERIFY_PIN_DIRECT), codes.containsKey(MODIFY_PIN_DIRECT), min, max,
                lines > 0 && characters > 0 ? Optional.of(new PinPad.Display(lines, characters)) : Optional.empty(),
                Optional.ofNullable(told.get(FIRMWARE_ID)).map(PinPadFeatures::text).filter(t -> !t.isEmpty()),
                vendor.isPresent() && product.isPresent()
                        ? Optional.of(String.format("%04x:%04x", vendor.getAsInt(), product.getAsInt())) : Optional.empty());
        return new PinPadFeatures(codes, pad, number(told, ENTRY_VALIDATION_CONDITION, 1).orElse(0));
    }

    private static OptionalInt number(Map<Integer, byte[]> told, int tag, int length) {
        byte[] v = told.get(tag);
        if (v == null || v.length != length) {
            return OptionalInt.empty();
        }
        return OptionalInt.of(length == 1 ? v[0] & 0xFF : v[0] & 0xFF | (v[1] & 0xFF) << 8);
    }

    /** Zero and 255 are what readers say that do not know. */
    private static OptionalInt positive(OptionalInt digits) {
        return digits.isPresent() && digits.getAsInt() > 0 && digits.getAsInt() < 255 ? digits : OptionalInt.empty();
    }

    /** Printable ASCII only: it goes to terminals and dialogs. */
    private static String text(byte[] value) {
        return new String(value, StandardCharsets.US_ASCII).replaceAll("[^ -~]", "").strip();
    }

    /** The control code that does a request. */
    int code(PinRequest request) {
        return codes.get(request.kind() == PinRequest.Kind.VERIFY ? VERIFY_PIN_DIRECT : MODIFY_PIN_DIRECT);
    }

    /**
     * PIN_VERIFY (§2.5.2) or PIN_MODIFY (§2.5.3), packed, numbers little-endian, with the request's command behind it.
     */
    byte[] structure(PinRequest request) {
        PinFormat f = request.format();
        byte[] command = request.template();
        boolean modify = request.kind() != PinRequest.Kind.VERIFY;
        boolean change = request.kind() == PinRequest.Kind.CHANGE;
        int fieldLength = f.empty().length;
        ByteBuffer b = ByteBuffer.allocate((modify ? 24 : 19) + command.length).order(ByteOrder.LITTLE_ENDIAN);
        // bTimeOut, and bTimeOut2 after the first key
        b.put((byte) request.patience().toSeconds()).put((byte) request.patience().toSeconds());
        // bmFormatString: bit 7 = bytes, 6–3 = position of the PIN behind Lc, 2 = 0 for left, 1–0 = 2 for ASCII and 1 for BCD
        b.put((byte) (0x80 | f.position() << 3 | (f.coding() == PinFormat.Coding.ASCII ? 2 : 1)));
        // bmPINBlockString: bits 7–4 = bits of the PIN's length in the command, 3–0 = bytes of the block
        b.put((byte) (switch (f.length()) {
            case NONE -> 0x00;
            case BYTE -> 0x80;
            case CONTROL -> 0x40;
        } | f.blockSize()));
        // bmPINLengthFormat: bit 4 = 0 for bits, 3–0 = position of that length
        b.put((byte) (f.length() == PinFormat.Length.CONTROL ? 4 : 0));
        if (modify) {
            // bInsertionOffsetOld, bInsertionOffsetNew; a new PIN behind an old one of unknown length follows it
            b.put((byte) 0).put((byte) (change ? fieldLength : 0));
        }
        int min = Math.max(f.min(), pad.minDigits().orElse(0));
        int max = Math.min(f.max(), pad.maxDigits().orElse(255));
        // wPINMaxExtraDigit: XXYY, fewest and most digits
        b.putShort((short) (min << 8 | max));
        if (modify) {
            // bConfirmPIN: bit 0 = ask for the new one twice, 1 = ask for the old one
            b.put((byte) (change ? 3 : 1));
        }
        // bEntryValidationCondition
        b.put((byte) end(min, max));
        // bNumberMessage: none to show without a display
        int messages = pad.display().isEmpty() ? 0 : change ? 3 : modify ? 2 : 1;
        b.put((byte) messages).putShort((short) ENGLISH);
        // bMsgIndex, or bMsgIndex1 to 3: "enter PIN", "enter new PIN", "confirm new PIN" are 0, 1, 2
        if (change) {
            b.put((byte) 0).put((byte) 1).put((byte) 2);
        } else if (modify) {
            b.put((byte) 1).put((byte) 2).put((byte) 0);
        } else {
            b.put((byte) 0);
        }
        // bTeoPrologue: the driver makes T=1 blocks itself
        b.put(new byte[3]).putInt(command.length).put(command);
        return b.array();
    }

    /** The key always, unless the reader knows no such end; the last digit, too, where there is but one length. */
    private int end(int min, int max) {
        int wanted = END_KEY | (min == max ? END_MOST_DIGITS : 0);
        return ends == 0 || (wanted & ends) == wanted ? wanted : (ends & END_KEY) != 0 ? END_KEY : ends;
    }
}
