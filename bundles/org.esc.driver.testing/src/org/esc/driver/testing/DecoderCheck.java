// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.driver.testing.DecoderCheck;
import org.esc.trace.Decoded;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Field;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Part;
import org.esc.trace.Standing;
import org.esc.trace.TracedCard;

/** What every decoder must do whatever it is given: not throw, come to an end, and make fields that lie where they may. */
public final class DecoderCheck {

    /** What fields say in the language of who tests. */
    private static final Words FIELDS = Words.of(Field.class);

    private static final String[] REAL = {"6F1084085649534131303031A5049F650100", "7C0481020102", "5C035FC102", "300A02030102030203010203",
        "E3204F08A0000000030000009F7001079F6E00C5039EFE80C407A0000000620001", "06A00000000300", "80100102030405060708090A0B0C0D0E0F10031122330000",
        "C482012301020304",
        "D0158103012101820281028D0A0448656C6C6F21", "7700770077007700", "3082010A0282010100AABBCC", "4F0708A000000003", "9F7F2A0000000000"};
    private static final int[] CLASSES = {0x00, 0x80, 0x84, 0x0C, 0xA0, 0xB0, 0x10, 0x01, 0xC0, 0xE0, 0x90};

    private DecoderCheck() {
    }

    /**
     * Asks a decoder many thousand times about bytes that are random, real, or real and cut short.
     *
     * @param application what is selected: one for which the decoder has something to say
     * @param seed        what comes by chance comes again with the same
     * @return how many fields it made, so that a test can see that there were any
     * @throws AssertionError naming the command, if something is wrong
     */
    public static long hostile(Decoder decoder, Standing application, long seed) {
        var random = new Random(seed);
        long fields = 0;
        for (int i = 0; i < 30_000; i++) {
            int ins = i % 256;
            byte[] data = bytes(random);
            CommandApdu c = CommandApdu.of(CLASSES[random.nextInt(CLASSES.length)], ins, parameter(random), parameter(random), data, 256);
            byte[] answer = bytes(random);
            try {
                fields += ask(decoder, application, c, answer);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + Hex.of(c.bytes()) + " answered " + Hex.of(answer), e);
            }
        }
        return fields;
    }

    private static long ask(Decoder d, Standing s, CommandApdu c, byte[] answer) {
        if (d.command(s, c) == null || d.summary(s, c) == null || d.meaning(s, c, new StatusWord(0x6A80)) == null || d.secrecy(s, c) == null) {
            throw new AssertionError("null instead of nothing");
        }
        byte[] data = c.data();
        return inside("P1 P2", d.parameters(s, c), 2, 4) + inside("command", d.commandData(s, c, data), 0, data.length)
                + inside("answer", d.responseData(s, c, answer), 0, answer.length);
    }

    /** Counts the fields. @throws AssertionError if one lies outside of its parent, or before the end of its elder sibling */
    public static long inside(String where, List<Field> fields, int from, int to) {
        long n = 0;
        int at = from;
        for (Field f : fields) {
            if (f.offset() < at || f.end() > to || f.end() < f.offset()) {
                throw new AssertionError(where + ": field \"" + f.name() + "\" has bytes " + f.offset() + " to " + f.end() + " of " + at + " to " + to);
            }
            n += 1 + inside(where + "/" + f.name(), f.children(), f.offset(), f.end());
            at = f.end();
        }
        return n;
    }

    /**
     * Has exchanges explained of which bytes are hidden.
     *
     * @throws AssertionError if the words of a field tell of bytes that are hidden
     */
    public static void hidden(Decoder decoder, Standing application, long seed) {
        var random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            var interpreter = new Interpreter(List.of(decoder));
            application.application().ifPresent(a -> interpreter.pass(entry(Masked.open(CommandApdu.select(a).bytes()), Masked.open(Hex.parse("9000")))));
            byte[] data = bytes(random);
            Masked command = Masked.open(CommandApdu.of(CLASSES[random.nextInt(CLASSES.length)], random.nextInt(256), parameter(random), parameter(random), data)
                    .bytes());
            byte[] answer = bytes(random);
            Masked response = Masked.open(Arrays.copyOf(answer, answer.length + 2));
            command = command.hide(5 + random.nextInt(data.length + 1), 5 + data.length);
            int from = random.nextInt(answer.length + 1);
            response = response.hide(from, from + random.nextInt(answer.length - from + 1));
            Decoded d = interpreter.decode(entry(command, response));
            for (Part p : d.parts()) {
                inside(p.kind().name(), p.fields(), 0, p.bytes().length());
                p.fields().forEach(f -> quiet(p, f));
            }
        }
    }

    private static void quiet(Part p, Field f) {
        if (f.length() > 0 && p.bytes().hidesAny(f.offset(), f.end()) && !f.value().isEmpty() && !f.value().equals(FIELDS.say("hidden"))) {
            throw new AssertionError(p.bytes() + ": field \"" + f.name() + "\" says \"" + f.value() + "\" of hidden bytes");
        }
        f.children().forEach(c -> quiet(p, c));
    }

    /** An exchange with nobody in particular. */
    public static Entry entry(Masked command, Masked response) {
        return new Entry(0, Optional.empty(), Optional.empty(), TracedCard.UNKNOWN, Origin.verb("test"), command, response, Optional.empty(), false,
                Optional.empty());
    }

    /**
     * Explains exchanges in order, and looks that all fields lie where they may.
     *
     * @param exchanges command and response in turn, in hexadecimal digits
     * @return what was said of the last one
     * @throws AssertionError if a field lies outside
     */
    public static Decoded decode(List<Decoder> decoders, String... exchanges) {
        var interpreter = new Interpreter(decoders);
        Optional<Decoded> last = Optional.empty();
        for (int i = 0; i < exchanges.length; i += 2) {
            Decoded d = interpreter.decode(entry(Masked.open(Hex.parse(exchanges[i])), Masked.open(Hex.parse(exchanges[i + 1]))));
            d.parts().forEach(p -> inside(p.kind().name(), p.fields(), 0, p.bytes().length()));
            last = Optional.of(d);
        }
        return last.orElseThrow();
    }

    /** Looks for fields as {@link #lines} has them, wherever they are. @throws AssertionError naming the one that is missing */
    public static void says(Decoded d, String... fields) {
        List<String> all = lines(d);
        for (String f : fields) {
            if (all.stream().noneMatch(l -> l.strip().equals(f))) {
                throw new AssertionError("\"" + f + "\" is not among\n" + String.join("\n", all));
            }
        }
    }

    /** The fields of an exchange behind CLA and INS, one a line: names of fields within others are indented. */
    public static List<String> lines(Decoded d) {
        var lines = new ArrayList<String>();
        d.parts().forEach(p -> p.fields().forEach(f -> lines(f, "", lines)));
        return lines;
    }

    private static void lines(Field f, String indent, List<String> lines) {
        lines.add(indent + f.name() + (f.value().isEmpty() ? "" : ": " + f.value()) + " @" + f.offset() + "+" + f.length());
        f.children().forEach(c -> lines(c, indent + "  ", lines));
    }

    private static int parameter(Random random) {
        int[] usual = {0, 0, 0, 1, 2, 4, 0x0C, 0x80, 0x81, 0x40, 0x20, 0x9E, 0x9A, 0x9F, 0x7F, 0x3F, 0xFF, 0x66, 0xE0, 0x65};
        return random.nextInt(3) == 0 ? random.nextInt(256) : usual[random.nextInt(usual.length)];
    }

    private static byte[] bytes(Random random) {
        byte[] b = new byte[random.nextInt(5) == 0 ? 0 : random.nextInt(200)];
        random.nextBytes(b);
        switch (random.nextInt(4)) {
            case 0 -> {
                byte[] real = Hex.parse(REAL[random.nextInt(REAL.length)]);
                b = Arrays.copyOf(real, 1 + random.nextInt(real.length));
            }
            case 1 -> {
                // many small lengths, so that much of it makes sense
                for (int i = 0; i < b.length; i += 2) {
                    b[i] = (byte) random.nextInt(6);
                }
            }
            case 2 -> {
                byte[] real = Hex.parse(REAL[random.nextInt(REAL.length)]);
                real[random.nextInt(real.length)] ^= (byte) (1 << random.nextInt(8));
                b = real;
            }
            default -> {
                // as they come
            }
        }
        return b;
    }
}
