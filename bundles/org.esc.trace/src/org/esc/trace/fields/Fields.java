// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.fields;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.trace.Field;

/**
 * Goes over bytes from the first to the last and makes {@link Field}s of them: each method explains the next bytes and steps behind them. Where bytes are
 * missing the last field has what is left and says that it is cut short, and nothing more is read: a decoder need not look whether
 * enough is there.
 */
public final class Fields {

    private static final Words WORDS = Words.of(Fields.class);

    /** Ends the reading of what was cut short. */
    private static final class End extends RuntimeException {

        private static final long serialVersionUID = 1;
        private static final End IT = new End();

        private End() {
            super("", null, false, false);
        }
    }

    private final byte[] data;
    private final int end;
    private int at;
    private List<Field> list = new ArrayList<>();

    private Fields(byte[] data) {
        this.data = data;
        this.end = data.length;
    }

    /** The fields of {@code data} by {@code reader}; what it leaves is a field "not explained". */
    public static List<Field> of(byte[] data, Consumer<Fields> reader) {
        var f = new Fields(data);
        try {
            reader.accept(f);
            if (f.left() > 0) {
                f.add(WORDS.say("not explained"), "", f.left(), List.of());
            }
        } catch (End _) {
            // the last field says so
        }
        return List.copyOf(f.list);
    }

    /** P1 in words. */
    public static Field p1(String words) {
        return Field.of("P1", words, 2, 1);
    }

    /** P2 in words. */
    public static Field p2(String words) {
        return Field.of("P2", words, 3, 1);
    }

    /** P1 and P2, each in words. */
    public static List<Field> parameters(String p1, String p2) {
        return List.of(p1(p1), p2(p2));
    }

    /** P1 and P2 that say something together. */
    public static List<Field> together(String name, String words) {
        return List.of(Field.of("P1 P2: " + name, words, 2, 2));
    }

    /** How many bytes are left. */
    public int left() {
        return end - at;
    }

    /** True if there are bytes left. */
    public boolean more() {
        return at < end;
    }

    /** A byte further on, 0–255, or -1 if there is none: 0 is the next one. */
    public int peek(int ahead) {
        return ahead < end - at ? data[at + ahead] & 0xFF : -1;
    }

    /** The next bytes, as many as there are but at most so many; does not step on. */
    public byte[] next(int most) {
        return Arrays.copyOfRange(data, at, at + Math.min(Math.max(most, 0), left()));
    }

    private void add(String name, String value, int length, List<Field> children) {
        list.add(Field.of(name, value, at, length, children));
        at += length;
    }

    private void need(String name, int length) {
        if (length > left()) {
            if (left() > 0) {
                add(name, WORDS.say("cut short: {0} of {1} bytes", left(), length), left(), List.of());
            }
            throw End.IT;
        }
    }

    /** A byte. @return 0–255 */
    public int u1(String name, IntFunction<String> words) {
        need(name, 1);
        int n = data[at] & 0xFF;
        add(name, words.apply(n), 1, List.of());
        return n;
    }

    /** A byte that is a number. */
    public int u1(String name) {
        return u1(name, Integer::toString);
    }

    /** Two bytes that are a number. */
    public int u2(String name) {
        return (int) number(name, 2);
    }

    /** Some bytes that are a number. */
    public long number(String name, int length) {
        need(name, length);
        long n = Reading.number(next(length));
        add(name, Long.toString(n), length, List.of());
        return n;
    }

    /** Some bytes. */
    public Fields bytes(String name, int length, Reading reading) {
        need(name, length);
        Meaning m = reading.readSafely(next(length));
        int from = at;
        add(name, m.words(), length, m.parts().stream().map(p -> p.moved(from)).toList());
        return this;
    }

    /** Some bytes that speak for themselves. */
    public Fields bytes(String name, int length) {
        return bytes(name, length, Reading.BYTES);
    }

    /** All bytes that are left, if there are any. */
    public Fields rest(String name, Reading reading) {
        return more() ? bytes(name, left(), reading) : this;
    }

    /** A value behind its length of one byte. */
    public Fields lv(String name, Reading reading) {
        return measured(name, 1, Math.max(0, peek(0)), reading);
    }

    /**
     * A value behind its length in one to three bytes, as BER has it; 128 may also stand in one byte, as it does in GlobalPlatform 2.3.1
     * §11.5.2.3.1.
     */
    public Fields berLv(String name, Reading reading) {
        return switch (peek(0)) {
            case 0x81 -> measured(name, 2, Math.max(0, peek(1)), reading);
            case 0x82 -> measured(name, 3, Math.max(0, peek(1)) << 8 | Math.max(0, peek(2)), reading);
            default -> measured(name, 1, Math.max(0, peek(0)), reading);
        };
    }

    private Fields measured(String name, int head, int length, Reading reading) {
        need(name, head);
        return group(name, f -> {
            f.bytes("length", head, _ -> Meaning.of(size(length)));
            if (length > 0) {
                f.bytes("value", length, reading);
            }
        });
    }

    /** Fields that belong together, as children of one. Its words are those of its last child that is called "value". */
    public Fields group(String name, Consumer<Fields> inner) {
        var outer = list;
        int from = at;
        list = new ArrayList<>();
        boolean whole = false;
        try {
            inner.accept(this);
            whole = true;
        } finally {
            var children = list;
            list = outer;
            if (at > from) {
                String words = children.stream().filter(c -> c.name().equals("value")).reduce((_, b) -> b).map(Field::value).orElse("");
                list.add(Field.of(name, whole ? words : WORDS.say("cut short"), from, at - from, children));
            }
        }
        return this;
    }

    /** Data objects to the end. */
    public Fields tlvs(Tags tags) {
        byte[] rest = next(left());
        int from = at;
        tags.read(rest).forEach(f -> list.add(f.moved(from)));
        at = end;
        return this;
    }

    /** So many bytes that are data objects, as children of one field. */
    public Fields tlvs(String name, int length, Tags tags) {
        return bytes(name, length, Reading.tags(tags));
    }

    static String size(long bytes) {
        return WORDS.say("{0} bytes", bytes);
    }

    static String bits(int value, String... names) {
        var set = new ArrayList<String>();
        for (int i = 0; i < 8; i++) {
            if ((value & 0x80 >> i) != 0) {
                set.add(i < names.length && !names[i].isEmpty() ? names[i] : WORDS.say("bit {0}", 8 - i));
            }
        }
        return set.isEmpty() ? WORDS.say("none") : String.join(", ", set);
    }

    /** A word and the digits it stands for. */
    public static String coded(int value, String words) {
        return words.isEmpty() ? Hex.of(value) : words;
    }
}
