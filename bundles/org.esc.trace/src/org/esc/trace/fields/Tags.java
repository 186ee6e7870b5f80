// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.fields;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.esc.apdu.Hex;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.trace.Field;

/**
 * What the tags of data objects mean, and how their values are read. A data object becomes one {@link Field}: "84 DF name". Immutable; each method
 * that adds gives a new table.
 */
public final class Tags {

    private static final Words WORDS = Words.of(Tags.class);

    /** No tag is known: data objects are shown by their tags, constructed ones with what is inside. */
    public static final Tags NONE = new Tags(Map.of(), null);

    private static final int MOST_DEPTH = 16;

    /** {@code title} is what a field of it is called. */
    private record Entry(String name, String title, Reading reading, Supplier<Tags> inside) {
    }

    private final Map<Integer, Entry> entries;
    /** Where tags are looked for that are not here; null if nowhere. */
    private final Tags around;

    private Tags(Map<Integer, Entry> entries, Tags around) {
        this.entries = entries;
        this.around = around;
    }

    private Tags plus(int tag, String name, Reading reading, Supplier<Tags> inside) {
        var all = new HashMap<>(entries);
        all.put(tag, new Entry(name, title(tag, name), reading, inside));
        return new Tags(all, around);
    }

    private static String title(int tag, String name) {
        return (tag > 0xFFFF ? Hex.of(tag >> 16) : "") + (tag > 0xFF ? Hex.of(tag >> 8) : "") + Hex.of(tag) + " " + name;
    }

    private Entry entry(int tag) {
        Entry e = entries.get(tag);
        return e == null && around != null ? around.entry(tag) : e;
    }

    /** And one whose value is read so. */
    public Tags and(int tag, String name, Reading reading) {
        return plus(tag, name, reading, null);
    }

    /** And one of which there is nothing more to say; if it is constructed, what is inside is read by this table. */
    public Tags and(int tag, String name) {
        return plus(tag, name, Reading.BYTES, null);
    }

    /** And a constructed one: what is inside has tags of its own, those that it does not know are read by this table. */
    public Tags and(int tag, String name, Tags inside) {
        return plus(tag, name, null, () -> inside);
    }

    /** These and those of another table, which come first. */
    public Tags and(Tags more) {
        var all = new HashMap<>(entries);
        all.putAll(more.entries);
        return new Tags(all, around);
    }

    /** What a tag is called; empty if it is not known. */
    public String name(int tag) {
        Entry e = entry(tag);
        return e == null ? "" : e.name;
    }

    /** The data objects in {@code data} as far as they go. What is behind them and is no data object is a field "not explained". */
    public List<Field> read(byte[] data) {
        return read(data, 0);
    }

    private List<Field> read(byte[] data, int depth) {
        List<Tlv.Placed> all;
        boolean whole = true;
        try {
            all = Tlv.parsePlaced(data);
        } catch (IllegalArgumentException _) {
            all = Tlv.parseBeginning(data);
            whole = false;
        }
        var fields = new ArrayList<Field>();
        int end = 0;
        for (Tlv.Placed p : all) {
            if (p.offset() > end) {
                fields.add(Field.of("padding", "", end, p.offset() - end));
            }
            end = p.offset() + p.length();
            fields.add(field(p, !whole && end == data.length, depth));
        }
        if (end < data.length) {
            fields.add(Field.of(whole ? "padding" : WORDS.say("not explained"), "", end, data.length - end));
        }
        return fields;
    }

    private Field field(Tlv.Placed p, boolean cut, int depth) {
        Tlv t = p.tlv();
        Entry e = entry(t.tag());
        Meaning m;
        if (depth < MOST_DEPTH && t.isConstructed() && (e == null || e.reading == null || e.reading == Reading.BYTES)) {
            Tags inside = e == null || e.inside == null ? this : new Tags(e.inside.get().entries, this);
            m = Meaning.of(inside.read(t.value(), depth + 1));
        } else {
            m = e == null || e.reading == null ? Meaning.NONE : e.reading.readSafely(t.value());
        }
        String name = e == null ? title(t.tag(), t.isConstructed() ? "template" : "data object") : e.title;
        String words = cut && m.parts().isEmpty() ? WORDS.say("cut short") : m.words();
        return Field.of(name, words, p.offset(), p.length(), m.parts().stream().map(f -> f.moved(p.valueOffset())).toList());
    }
}
