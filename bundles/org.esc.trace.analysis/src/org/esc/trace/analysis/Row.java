// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;
import org.esc.trace.Decoded;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Standing;

/**
 * An exchange of a trace and what can be asked of it. Its bytes are there at once; what they mean is worked out when it is asked, which must
 * happen before the {@link Reading} goes on to the next one. Where the plain form of a wrapped exchange is known, the answers are about that. Used
 * by one thread at a time.
 */
public final class Row {

    private static final Words WORDS = Words.of(Row.class);

    private static final int SELECT = 0xA4;
    private static final int GET_RESPONSE = 0xC0;

    private final Reading reading;
    private final Entry entry;
    private final Masked command;
    private final Masked response;
    private Optional<CommandApdu> parsed;
    private Standing before;
    private Decoded.Brief brief;
    private Decoded decoded;

    Row(Reading reading, Entry entry) {
        this.reading = reading;
        this.entry = entry;
        boolean plain = entry.plain().isPresent();
        command = plain ? entry.plain().get().command() : entry.command();
        response = plain ? entry.plain().get().response() : entry.response();
    }

    /** The exchange. */
    public Entry entry() {
        return entry;
    }

    /** The command's bytes: those before a secure channel wrapped them, if they are known. */
    public Masked commandBytes() {
        return command;
    }

    /** The answer's bytes with its status word: those after a secure channel unwrapped them, if they are known. Empty if none came. */
    public Masked responseBytes() {
        return response;
    }

    /** The command; empty if its bytes are none. Hidden bytes are zero. */
    public Optional<CommandApdu> command() {
        if (parsed == null) {
            try {
                parsed = command.length() < 4 ? Optional.empty() : Optional.of(CommandApdu.parse(command.bytes()));
            } catch (IllegalArgumentException _) {
                parsed = Optional.empty();
            }
        }
        return parsed;
    }

    /** The class byte as it was sent, 0–255; -1 if there is none. */
    public int cla() {
        return entry.command().length() < 1 ? -1 : entry.command().at(0);
    }

    /** The instruction byte, 0–255; -1 if there is none. */
    public int ins() {
        return header(1);
    }

    /** The first parameter byte, 0–255; -1 if there is none. */
    public int p1() {
        return header(2);
    }

    /** The second parameter byte, 0–255; -1 if there is none. */
    public int p2() {
        return header(3);
    }

    private int header(int i) {
        return command.length() <= i ? -1 : command.at(i);
    }

    /** The status word, 0–FFFF; -1 if no answer came. */
    public int sw() {
        int n = response.length();
        return n < 2 ? -1 : response.at(n - 2) << 8 | response.at(n - 1);
    }

    /** Where the command's data field begins. */
    int dataOffset() {
        return command().map(c -> c.isExtended() ? 7 : Math.min(5, command.length())).orElse(Math.min(5, command.length()));
    }

    /** The command's data field; empty if there is none, or the bytes are no well-formed command. */
    public Masked data() {
        int n = command().map(CommandApdu::nc).orElse(0);
        return n == 0 ? Masked.none() : command.part(dataOffset(), dataOffset() + n);
    }

    /** The answer without its status word. */
    public Masked answer() {
        return response.length() <= 2 ? Masked.none() : response.part(0, response.length() - 2);
    }

    /** True if no answer came, or the card refused: its status word says neither success nor a warning nor that more or another length is there. */
    public boolean failed() {
        return failed(sw());
    }

    static boolean failed(int sw) {
        return switch (sw >> 8) {
            // 91, 92 and 9F are successes of SIMs
            case 0x90, 0x61, 0x62, 0x6C, 0x91, 0x92, 0x9F -> false;
            // a wrong PIN or cryptogram; the rest are warnings
            case 0x63 -> sw == 0x6300 || (sw & 0xFFF0) == 0x63C0;
            // the end of a list, as CoolKey and other MUSCLE applets tell it
            case 0x9C -> sw != 0x9C12;
            default -> true;
        };
    }

    /** True if it went well: {@code 9000}, or more waits ({@code 61xx}). */
    public boolean succeeded() {
        return sw() >= 0 && new StatusWord(sw()).isSuccess();
    }

    /** True if the class byte says secure messaging (ISO/IEC 7816-4 §5.4.1, GlobalPlatform 2.3.1 §11.1.4), or the plain form is known. */
    public boolean secured() {
        int cla = cla();
        return entry.plain().isPresent() || cla >= 0 && cla != 0xFF && (cla & 0xF0) != 0xA0 && (cla & 0xF0) != 0xB0
                && ((cla & 0x40) == 0 ? (cla & 0x0C) != 0 : (cla & 0x20) != 0);
    }

    /** True if the class byte is one of GlobalPlatform's: 80–8F, C0–CF, E0–EF. */
    public boolean isGlobalPlatform() {
        int high = header(0) & 0xF0;
        return command.length() > 0 && (high == 0x80 || high == 0xC0 || high == 0xE0);
    }

    /** True if it asks for the rest of an answer. */
    public boolean isGetResponse() {
        return ins() == GET_RESPONSE;
    }

    /** True if it is a command of a chain that is not its last one. */
    public boolean isChained() {
        return command.length() > 0 && (command.at(0) & 0x90) == 0x10;
    }

    /** True if more of the answer waits for GET RESPONSE. */
    public boolean waits() {
        int sw = sw();
        return sw >> 8 == 0x61 || sw >> 8 == 0x9F && cla() == 0xA0;
    }

    /** True if it is a part of a command or an answer that came in several. */
    boolean isPiece() {
        return isChained() || isGetResponse() || reading.endsChain(this);
    }

    /** True if an application is selected by its name. */
    public boolean selectsByName() {
        return ins() == SELECT && p1() == 0x04 && !isGlobalPlatform();
    }

    /** The logical channel, 0–19. */
    public int channel() {
        return cla() < 0 ? 0 : Interpreter.channel(cla());
    }

    /** What was known of the card before. */
    public Standing before() {
        if (before == null) {
            before = reading.before(this);
        }
        return before;
    }

    /** The application it is for: the one it selects by name, else the one that was selected; empty if nobody knows. */
    public Optional<Aid> application() {
        if (selectsByName()) {
            Masked d = data();
            if (d.length() >= 5 && d.length() <= 16 && !d.hasHidden()) {
                return Optional.of(Aid.of(d.bytes()));
            }
        }
        return before().application();
    }

    /** What it means, in a line. */
    public Decoded.Brief brief() {
        if (brief == null) {
            before();
            if (reading.depth() == Reading.Depth.DECODED) {
                brief = decoded().brief();
            } else {
                brief = reading.stepper(this).brief(entry);
            }
        }
        return brief;
    }

    /** What it means, byte by byte. @throws IllegalStateException if the reading is not of that depth */
    public Decoded decoded() {
        if (decoded == null) {
            if (reading.depth() != Reading.Depth.DECODED) {
                throw new IllegalStateException("This reading does not decode");
            }
            before();
            decoded = reading.stepper(this).decode(entry);
        }
        return decoded;
    }

    /** The command that it goes on with: itself, or what GET RESPONSE fetches the rest of. */
    public Optional<CommandApdu> subject() {
        return isGetResponse() ? reading.asked(this).or(this::command) : command();
    }

    /** The command's name by whoever knows it; its instruction in hexadecimal digits if nobody does. */
    public String name() {
        String name = brief().name();
        return !name.isEmpty() ? name : ins() < 0 ? WORDS.say("no command") : String.format("%02X %02X", header(0), ins());
    }

    boolean stepped() {
        return brief != null || decoded != null;
    }
}
