// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.replay;

import java.util.Arrays;
import java.util.Optional;
import org.esc.apdu.CommandApdu;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Standing;

/**
 * A command, recorded or now, and how it is compared.
 *
 * @param bytes   as sent; hidden ones stand for any
 * @param parsed  empty if the bytes are no well-formed command
 * @param anyData true if the data field is not there at all, because it was entered at a reader
 */
record Asked(Masked bytes, Optional<CommandApdu> parsed, boolean anyData) {

    private static final int HEADER = 4;
    private static final int INITIALIZE_UPDATE = 0x50;

    static Asked recorded(Entry e) {
        return of(e.command(), e.pinAtReader());
    }

    static Asked now(byte[] command) {
        return of(Masked.open(command), false);
    }

    private static Asked of(Masked bytes, boolean anyData) {
        try {
            return new Asked(bytes, Optional.of(CommandApdu.parse(bytes.bytes())), anyData);
        } catch (IllegalArgumentException _) {
            return new Asked(bytes, Optional.empty(), anyData);
        }
    }

    int channel() {
        return parsed.map(c -> Interpreter.channel(c.cla())).orElse(0);
    }

    boolean isGetResponse() {
        return parsed.filter(c -> c.ins() == 0xC0).isPresent();
    }

    /** GlobalPlatform's, with a challenge that is not hidden. */
    boolean hasHostChallenge() {
        return parsed.filter(c -> c.ins() == INITIALIZE_UPDATE && (c.cla() & 0x80) != 0 && (c.cla() & 0xF0) != 0xB0 && (c.nc() == 8 || c.nc() == 16)).isPresent()
                && !bytes.hasHidden();
    }

    private int data() {
        return parsed.filter(CommandApdu::isExtended).isPresent() ? 7 : 5;
    }

    /** How many bytes of the data field are there before the first hidden one; -1 if none is hidden. */
    int plainData() {
        if (anyData) {
            return 0;
        }
        if (!bytes.hasHidden()) {
            return -1;
        }
        return parsed.isEmpty() ? 0 : Math.clamp(bytes.hiddenParts()[0] - data(), 0, parsed.get().nc());
    }

    /**
     * A hash of what a command of the same kind has in common with it: what the card has selected, as far as that matters, header, data field; neither Lc nor Le.
     *
     * @param most how many bytes of the data field count; -1 for all
     */
    int kind(Standing standing, int most) {
        if (parsed.isEmpty()) {
            return most < 0 ? Arrays.hashCode(bytes.bytes()) : header() * 31 + 1;
        }
        CommandApdu c = parsed.get();
        int h = state(standing);
        h = h * 31 + header();
        byte[] d = c.data();
        int n = most < 0 ? d.length : Math.min(most, d.length);
        for (int i = 0; i < n; i++) {
            h = h * 31 + d[i];
        }
        // mixed, so that the order of places is no order of commands
        return (h * 31 + most) * 0x9E3779B1;
    }

    private int header() {
        int h = 0;
        for (int i = 0; i < Math.min(HEADER, bytes.length()); i++) {
            h = h << 8 | bytes.at(i);
        }
        return h;
    }

    private int state(Standing s) {
        CommandApdu c = parsed.orElseThrow();
        boolean byName = c.ins() == 0xA4 && c.p1() == 0x04;
        if (byName || c.ins() == 0x70 || c.cla() == 0xFF) {
            // answered alike whatever is selected
            return 0;
        }
        return s.application().map(Object::hashCode).orElse(0) * 31 + (isAboutTheFile(c) ? s.file().hashCode() : 0);
    }

    /** Whether the answer depends on the file that is selected: binary and record commands without a short file identifier. */
    private static boolean isAboutTheFile(CommandApdu c) {
        if ((c.cla() & 0x80) != 0 && c.cla() != 0xA0) {
            return false;
        }
        return switch (c.ins()) {
            case 0xB0, 0xD0, 0xD6, 0x0E -> (c.p1() & 0x80) == 0;
            case 0xB1, 0xD1, 0xD7, 0x0F -> c.p1() == 0 && c.p2() == 0;
            case 0xB2, 0xB3, 0xD2, 0xDC, 0xDD, 0xE2, 0xA2, 0x0C -> c.p2() >> 3 == 0;
            default -> false;
        };
    }

    /** Whether a command is this recorded one, byte for byte; hidden bytes are any. */
    boolean is(Asked now) {
        if (bytes.length() != now.bytes.length()) {
            return false;
        }
        for (int i = 0; i < bytes.length(); i++) {
            if (bytes.at(i) != now.bytes.at(i) && !bytes.isHidden(i)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a command is this recorded one but for Le, the coding of lengths, and how many bytes are hidden. */
    boolean isLike(Asked now) {
        if (parsed.isEmpty() || now.parsed.isEmpty() || header() != now.header()) {
            return false;
        }
        if (anyData) {
            return true;
        }
        Masked mine = part();
        Masked theirs = now.part();
        if (!mine.hasHidden()) {
            return mine.equals(theirs);
        }
        int[] hidden = mine.hiddenParts();
        int before = hidden[0];
        int after = mine.length() - hidden[hidden.length - 1];
        if (theirs.length() < before + after) {
            return false;
        }
        for (int i = 0; i < before; i++) {
            if (mine.at(i) != theirs.at(i)) {
                return false;
            }
        }
        for (int i = 1; i <= after; i++) {
            if (mine.at(mine.length() - i) != theirs.at(theirs.length() - i)) {
                return false;
            }
        }
        return true;
    }

    private Masked part() {
        int n = parsed.orElseThrow().nc();
        return n == 0 ? Masked.none() : bytes.part(data(), data() + n);
    }

    /** Whether both open a secure channel with the same keys, with whatever challenges. */
    boolean beginsLike(Asked now) {
        return hasHostChallenge() && now.hasHostChallenge() && header() == now.header() && part().length() == now.part().length();
    }
}
