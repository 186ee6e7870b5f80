// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.pkcs15;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;
import org.esc.card.PinFormat;
import org.esc.pkcs15.Pkcs15;

/** A PIN as the card wants to see it (ISO/IEC 7816-15 §8.9.2). */
final class PinBlock {

    private static final Words WORDS = Words.of(PinBlock.class);

    private static final int BCD = 0;
    private static final int HALF_NIBBLE = 3;
    private static final int ISO_9564 = 4;
    private static final int ISO_LENGTH = 8;
    private static final int ISO_DIGITS = 12;
    private static final int MOST_KEYS = 255;

    private PinBlock() {
    }

    /** The caller erases it. @throws EscException USAGE, code {@code bad-pin}, if the card cannot have such a PIN */
    static byte[] of(Pkcs15.Pin pin, Secret value) throws EscException {
        byte[] text = value.bytes();
        try {
            boolean digits = pin.type() != 2;
            for (byte b : text) {
                if (digits && (b < '0' || b > '9')) {
                    throw bad(WORDS.say("The PIN \"{0}\" consists of digits.", pin.common().label()));
                }
            }
            if (text.length < pin.min() || pin.max() > 0 && text.length > pin.max()) {
                throw bad(WORDS.say("The PIN \"{0}\" has {1} to {2} characters.", pin.common().label(), pin.min(), pin.max()));
            }
            return padded(pin, encoded(pin, text));
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    private static byte[] encoded(Pkcs15.Pin pin, byte[] text) throws EscException {
        return switch (pin.type()) {
            case BCD, ISO_9564 -> {
                boolean iso = pin.type() == ISO_9564;
                if (iso && text.length > ISO_DIGITS) {
                    throw bad(WORDS.say("A PIN of this kind has at most 12 digits."));
                }
                var out = new ByteArrayOutputStream();
                if (iso) {
                    out.write(0x20 | text.length);
                }
                // either half of the padding character fills an odd digit's other half (§8.9.2)
                int fill = !iso && padded(pin) ? Math.max(pin.pad(), 0) & 0x0F : 0x0F;
                for (int i = 0; i < text.length; i += 2) {
                    out.write((text[i] & 0x0F) << 4 | (i + 1 < text.length ? text[i + 1] & 0x0F : fill));
                }
                while (iso && out.size() < ISO_LENGTH) {
                    out.write(0xFF);
                }
                yield out.toByteArray();
            }
            case HALF_NIBBLE -> {
                byte[] b = new byte[text.length];
                for (int i = 0; i < b.length; i++) {
                    b[i] = (byte) (0xF0 | text[i] & 0x0F);
                }
                yield b;
            }
            default -> text.clone();
        };
    }

    private static byte[] padded(Pkcs15.Pin pin, byte[] block) {
        if (!padded(pin) || pin.stored() <= block.length || pin.type() == ISO_9564) {
            return block;
        }
        byte[] b = Arrays.copyOf(block, pin.stored());
        Arrays.fill(b, block.length, b.length, (byte) Math.max(pin.pad(), 0));
        Arrays.fill(block, (byte) 0);
        return b;
    }

    private static boolean padded(Pkcs15.Pin pin) {
        return pin.flags().contains(Pkcs15.PinFlag.NEEDS_PADDING) && pin.stored() > 0;
    }

    /** The same for a reader's keypad; empty if none can do it: half a byte for a digit, or longer than a keypad's 15 bytes. */
    static Optional<PinFormat> format(Pkcs15.Pin pin) {
        int block = padded(pin) ? pin.stored() : 0;
        int pad = padded(pin) ? Math.max(pin.pad(), 0) : 0xFF;
        int least = Math.max(pin.min(), 1);
        int most = pin.max() > 0 ? pin.max() : block > 0 ? block : MOST_KEYS;
        try {
            return switch (pin.type()) {
                case BCD -> Optional.of(new PinFormat(PinFormat.Coding.BCD, PinFormat.Length.NONE, block, pad, least, most));
                case ISO_9564 -> Optional.of(new PinFormat(PinFormat.Coding.BCD, PinFormat.Length.CONTROL, ISO_LENGTH - 1, 0xFF, least,
                        Math.min(most, ISO_DIGITS)));
                case HALF_NIBBLE -> Optional.empty();
                default -> Optional.of(new PinFormat(PinFormat.Coding.ASCII, PinFormat.Length.NONE, block, pad, least, most));
            };
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    static EscException bad(String message) {
        return Problem.of(Fault.USAGE, WORDS.say("use the PIN"), message).code("bad-pin").exception();
    }
}
