// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import org.esc.apdu.Words;

/**
 * What the historical bytes tell (OpenPGP card 3.4.1 §6).
 *
 * @param lifeCycle {@link #INITIALISATION}, {@link #OPERATIONAL}, or 0 if they do not tell
 * @param chaining  true if commands may be chained
 * @param extended  true if lengths may be extended
 */
public record HistoricalBytes(int lifeCycle, boolean chaining, boolean extended) {

    private static final Words WORDS = Words.of(HistoricalBytes.class);

    /** The application was terminated and waits for ACTIVATE FILE. */
    public static final int INITIALISATION = 0x03;
    /** The application can be used. */
    public static final int OPERATIONAL = 0x05;
    /** Says nothing. */
    public static final HistoricalBytes UNKNOWN = new HistoricalBytes(0, false, false);

    /** Reads them; what is not understood is not told. */
    public static HistoricalBytes parse(byte[] b) {
        if (b.length < 4 || b[0] != 0) {
            return UNKNOWN;
        }
        int lifeCycle = b[b.length - 3] & 0xFF;
        int at = 1;
        while (at < b.length - 3) {
            int n = b[at] & 0x0F;
            if ((b[at] & 0xF0) == 0x70 && n == 3 && at + 3 < b.length) {
                return new HistoricalBytes(lifeCycle, (b[at + 3] & 0x80) != 0, (b[at + 3] & 0x40) != 0);
            }
            at += 1 + n;
        }
        return new HistoricalBytes(lifeCycle, false, false);
    }

    /** The life cycle in words: WORDS.say("operational ({0})", "05"). */
    public String lifeCycleWords() {
        return switch (lifeCycle) {
            case 0 -> WORDS.say("no information");
            case INITIALISATION -> WORDS.say("initialisation ({0})", "03");
            case OPERATIONAL -> WORDS.say("operational ({0})", "05");
            default -> WORDS.say("unknown ({0})", "%02X".formatted(lifeCycle));
        };
    }
}
