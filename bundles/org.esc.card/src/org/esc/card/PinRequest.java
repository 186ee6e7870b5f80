// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.time.Duration;
import java.util.Arrays;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;

/**
 * A command with PINs in it, without the PINs: a keypad fills them in ({@link CardChannel#enterPin}), or {@link #command} does with ones typed
 * at the computer. The card gets the same bytes either way.
 *
 * @param kind     which PINs it takes
 * @param cla      class byte
 * @param ins      instruction byte
 * @param p1       first parameter
 * @param p2       second parameter
 * @param format   how the applet wants each PIN
 * @param patience how long a keypad waits for a key, 1–255 seconds
 */
public record PinRequest(Kind kind, int cla, int ins, int p1, int p2, PinFormat format, Duration patience) {

    private static final Duration USUAL = Duration.ofSeconds(30);
    private static final int VERIFY = 0x20;
    private static final int CHANGE_REFERENCE_DATA = 0x24;

    /** Which PINs a command takes. */
    public enum Kind {
        /** The one there is. */
        VERIFY,
        /** The old one and behind it the new one, which a keypad asks for twice; also an unblocking code and a new PIN. */
        CHANGE,
        /** A new one alone, which a keypad asks for twice. */
        SET
    }

    public PinRequest {
        if (patience.toSeconds() < 1 || patience.toSeconds() > 255) {
            throw new IllegalArgumentException("A keypad waits 1 to 255 seconds, not " + patience);
        }
    }

    /** VERIFY (ISO/IEC 7816-4 §11.5.6) of the PIN number {@code p2}. */
    public static PinRequest verify(int cla, int p2, PinFormat format) {
        return new PinRequest(Kind.VERIFY, cla, VERIFY, 0, p2, format, USUAL);
    }

    /** CHANGE REFERENCE DATA (ISO/IEC 7816-4 §11.5.7) of the PIN number {@code p2}, old and new one. */
    public static PinRequest change(int cla, int p2, PinFormat format) {
        return new PinRequest(Kind.CHANGE, cla, CHANGE_REFERENCE_DATA, 0, p2, format, USUAL);
    }

    /** Any other command. */
    public static PinRequest of(Kind kind, int cla, int ins, int p1, int p2, PinFormat format) {
        return new PinRequest(kind, cla, ins, p1, p2, format, USUAL);
    }

    /** The command as a keypad gets it: header, Lc and fields without PINs. Lc is there even when it is zero (PC/SC part 10 §2.5.2). */
    public byte[] template() {
        byte[] field = format.empty();
        int fields = kind == Kind.CHANGE ? 2 : 1;
        byte[] t = new byte[5 + fields * field.length];
        t[0] = (byte) cla;
        t[1] = (byte) ins;
        t[2] = (byte) p1;
        t[3] = (byte) p2;
        t[4] = (byte) (fields * field.length);
        for (int i = 0; i < fields; i++) {
            System.arraycopy(field, 0, t, 5 + i * field.length, field.length);
        }
        return t;
    }

    /**
     * The command with a PIN typed at the computer.
     *
     * @throws EscException as {@link PinFormat#block}
     * @throws IllegalStateException if it takes two
     */
    public CommandApdu command(Secret pin) throws EscException {
        if (kind == Kind.CHANGE) {
            throw new IllegalStateException("A change takes two PINs");
        }
        byte[] field = format.block(pin);
        try {
            return CommandApdu.of(cla, ins, p1, p2, field);
        } finally {
            Arrays.fill(field, (byte) 0);
        }
    }

    /**
     * The command of a change with PINs typed at the computer.
     *
     * @throws EscException as {@link PinFormat#block}
     * @throws IllegalStateException if it takes one
     */
    public CommandApdu command(Secret old, Secret fresh) throws EscException {
        if (kind != Kind.CHANGE) {
            throw new IllegalStateException("Only a change takes two PINs");
        }
        byte[] first = format.block(old);
        byte[] both = {};
        byte[] second = {};
        try {
            second = format.block(fresh);
            both = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, both, first.length, second.length);
            return CommandApdu.of(cla, ins, p1, p2, both);
        } finally {
            Arrays.fill(first, (byte) 0);
            Arrays.fill(second, (byte) 0);
            Arrays.fill(both, (byte) 0);
        }
    }
}
