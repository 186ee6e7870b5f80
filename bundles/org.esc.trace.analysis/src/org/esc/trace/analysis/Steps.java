// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;
import org.esc.trace.Field;
import org.esc.trace.Masked;
import org.esc.trace.Part;
import org.esc.trace.analysis.TraceDiff.Ignore;

/**
 * A trace as steps, for comparison: of each step only three hashes of 64 bits and its place are kept. The key says which command it is for what, the command
 * less of that, the content all that counts.
 */
final class Steps {

    private static final Words WORDS = Words.of(Steps.class);

    private static final int MOST_LABELS = 50_000;
    private static final int MOST_DATA = 1 << 16;
    private static final int SHOWN = 64;
    private static final Pattern CHALLENGE = Pattern.compile("(?i).*(challenge|nonce|random|sequence counter|witness).*");
    private static final Pattern CRYPTOGRAM = Pattern.compile("(?i).*(cryptogram|encrypted).*");
    private static final Pattern MAC = Pattern.compile("(?i).*\\b([CR]-)?MAC\\b.*");
    private static final Pattern HANDLE = Pattern.compile("(?i).*\\bhandle\\b.*");
    private static final Pattern IDENTITY = Pattern.compile("(?i).*(serial|CUID|CPLC|diversification|GUID|CHUID).*");
    private static final int MAC_LENGTH = 8;

    /** A step in words. */
    record Label(String name, String application, String about) {
        static final Label OTHER = new Label(WORDS.say("other commands"), "", "");
    }

    private final String sent = WORDS.say("sent:") + " ";
    private final String answered = WORDS.say("answered:") + " ";
    private final Set<Ignore> ignored;
    private final boolean decodes;
    /** Whether the last step is to be told in words. */
    private final boolean tells;
    private final Map<Long, Label> labels;
    /** Steps that are not complete yet, by session and channel. */
    private final Map<Long, Step> open = new LinkedHashMap<>();
    private long[] keys = new long[1024];
    private long[] commands = new long[1024];
    private long[] contents = new long[1024];
    private long[] first = new long[1024];
    private long[] last = new long[1024];
    private int size;
    private Map<String, String> lastFacts = Map.of();

    private Steps(Set<Ignore> ignored, boolean decodes, boolean tells, Map<Long, Label> labels) {
        this.ignored = ignored;
        this.decodes = decodes;
        this.tells = tells;
        this.labels = labels;
    }

    /** For all steps of a trace; those of the other one have the same labels. */
    static Steps all(Set<Ignore> ignored, boolean decodes, Map<Long, Label> labels) {
        return new Steps(ignored, decodes, false, labels);
    }

    /** For one step, which is told in words. */
    static Steps one(Set<Ignore> ignored, boolean decodes) {
        return new Steps(ignored, decodes, true, new LinkedHashMap<>());
    }

    /** What is known of a step so far. */
    private static final class Step {
        private long first;
        private long last;
        private Label label = Label.OTHER;
        private int header;
        private String origin = "";
        private Masked data = Masked.none();
        private Masked answer = Masked.none();
        private int sw;
        private final Map<String, String> facts = new LinkedHashMap<>();
    }

    static long line(Row r) {
        return r.entry().card().session() * 32 + r.channel();
    }

    void row(Row r, long index) {
        Step before = open.remove(line(r));
        int header = r.p2() < 0 ? -1 : r.ins() << 16 | r.p1() << 8 | r.p2();
        boolean more = before != null && (r.isGetResponse() && (before.sw >> 8 == 0x61 || before.sw >> 8 == 0x9F)
                || before.header == header && before.sw >> 8 == 0x6C);
        boolean chains = before != null && !more && before.header == header && before.sw == 0x9000;
        if (before != null && !more && !chains) {
            done(before);
        }
        Step s = more || chains ? before : begin(r, index, header);
        if (chains || s != before || before.sw >> 8 == 0x6C) {
            s.data = before == s && before.sw >> 8 == 0x6C ? data(r) : join(s.data, data(r));
        }
        s.answer = before == s && before.sw >> 8 == 0x6C ? answer(r) : join(s.answer, answer(r));
        s.sw = r.sw();
        s.last = index;
        if (tells && decodes) {
            facts(s, r);
        }
        boolean goesOn = ignored.contains(Ignore.TRANSPORT) && (r.waits() || r.sw() >> 8 == 0x6C || r.isChained() && r.sw() == 0x9000);
        if (goesOn) {
            open.put(line(r), s);
        } else {
            done(s);
        }
    }

    private static Masked join(Masked a, Masked b) {
        return a.length() > MOST_DATA ? a : a.join(b);
    }

    private Step begin(Row r, long index, int header) {
        var s = new Step();
        s.first = index;
        s.header = header;
        s.origin = r.entry().origin().toString();
        String about = r.selectsByName() ? r.data().toString()
                : r.command().flatMap(FilterField::tagList).map(Steps::hex).orElseGet(() -> r.ins() == 0xA4 ? r.data().toString()
                        : r.ins() == 0xCA || r.ins() == 0xDA ? String.format("%02X%02X", r.p1(), r.p2()) : "");
        s.label = new Label(r.name(), r.application().map(Object::toString).orElse(""), about);
        return s;
    }

    private static String hex(int tag) {
        return String.format(tag > 0xFFFF ? "%06X" : tag > 0xFF ? "%04X" : "%02X", tag);
    }

    /** The rest of what a trace began. */
    void end() {
        open.values().forEach(this::done);
        open.clear();
    }

    private void done(Step s) {
        if (size == keys.length) {
            int n = size + (size >> 1);
            keys = Arrays.copyOf(keys, n);
            commands = Arrays.copyOf(commands, n);
            contents = Arrays.copyOf(contents, n);
            first = Arrays.copyOf(first, n);
            last = Arrays.copyOf(last, n);
        }
        long command = hash(hash(SEED, s.label.name), s.label.application);
        long key = hash(hash(command, s.header), s.label.about);
        long content = hash(hash(hash(key, s.data), s.answer), s.sw);
        content = ignored.contains(Ignore.ORIGINS) ? content : hash(content, s.origin);
        keys[size] = key;
        commands[size] = command;
        contents[size] = content;
        first[size] = s.first;
        last[size++] = s.last;
        if (labels.size() < MOST_LABELS) {
            labels.putIfAbsent(key, s.label);
        }
        if (tells) {
            lastFacts = facts(s);
        }
    }

    // --- what counts

    /** The command's data; what does not count is hidden. */
    private Masked data(Row r) {
        Masked d = r.data();
        int ins = r.ins();
        boolean wrapped = r.secured() && r.entry().plain().isEmpty();
        if (Rule.opensSecureChannel(r)) {
            return hide(d, Ignore.CRYPTOGRAMS);
        }
        if (wrapped) {
            var security = r.before().security();
            boolean readable = security.isOpen() && (security.level() & 0x02) == 0;
            return !readable ? hide(d, Ignore.CRYPTOGRAMS)
                    : ignored.contains(Ignore.MACS) ? d.hide(d.length() - MAC_LENGTH, d.length()) : d;
        }
        if (Rule.isInitializeUpdate(r) || authenticates(ins)) {
            return hide(d, Ignore.CHALLENGES);
        }
        return decodes ? hide(d, fields(r, Part.Kind.PLAIN_COMMAND, Part.Kind.COMMAND), r.dataOffset()) : d;
    }

    private Masked answer(Row r) {
        Masked a = r.answer();
        Optional<CommandApdu> subject = r.subject();
        int ins = subject.map(CommandApdu::ins).orElse(-1);
        if (subject.map(c -> (c.cla() & 0x80) != 0 && c.ins() == 0x50).orElse(false)) {
            // GlobalPlatform 2.3.1 §E.5.1.2: diversification data, key version and protocol, then what differs each time
            Masked m = ignored.contains(Ignore.IDENTITY) ? a.hide(0, 10) : a;
            return ignored.contains(Ignore.CHALLENGES) ? m.hide(12, m.length()) : m;
        }
        if (ins == 0x84 || authenticates(ins)) {
            return hide(a, Ignore.CHALLENGES);
        }
        return decodes ? hide(a, fields(r, Part.Kind.PLAIN_RESPONSE, Part.Kind.RESPONSE), 0) : a;
    }

    /** INTERNAL, EXTERNAL and GENERAL AUTHENTICATE. */
    private static boolean authenticates(int ins) {
        return ins == 0x82 || ins == 0x86 || ins == 0x87 || ins == 0x88;
    }

    private Masked hide(Masked m, Ignore what) {
        return ignored.contains(what) ? m.hide(0, m.length()) : m;
    }

    private Masked hide(Masked m, List<Field> fields, int shift) {
        Masked result = m;
        for (Field f : fields) {
            if (isIgnored(f.name())) {
                result = result.hide(f.offset() - shift, f.end() - shift);
            } else if (!f.children().isEmpty()) {
                result = hide(result, f.children(), shift);
            }
        }
        return result;
    }

    private boolean isIgnored(String name) {
        return ignored.contains(Ignore.CHALLENGES) && CHALLENGE.matcher(name).matches()
                || ignored.contains(Ignore.CRYPTOGRAMS) && CRYPTOGRAM.matcher(name).matches()
                || ignored.contains(Ignore.MACS) && MAC.matcher(name).matches()
                || ignored.contains(Ignore.HANDLES) && HANDLE.matcher(name).matches()
                || ignored.contains(Ignore.IDENTITY) && IDENTITY.matcher(name).matches();
    }

    /** The fields of the data that the command or answer has itself: the first of the two kinds of bytes that is there. */
    private static List<Field> fields(Row r, Part.Kind inner, Part.Kind outer) {
        var parts = r.decoded().parts();
        return parts.stream().filter(p -> p.kind() == inner).findFirst().or(() -> parts.stream().filter(p -> p.kind() == outer).findFirst())
                .map(p -> p.fields().stream().filter(f -> f.name().equals("data")).toList()).orElse(List.of());
    }

    // --- in words

    private void facts(Step s, Row r) {
        for (Part p : r.decoded().parts()) {
            switch (p.kind()) {
                case WHOLE_COMMAND_DATA -> leaves(s.facts, sent, p.fields(), p.bytes());
                case WHOLE_RESPONSE_DATA -> leaves(s.facts, answered, p.fields(), p.bytes());
                default -> {
                    // below
                }
            }
        }
        leaves(s.facts, sent, fields(r, Part.Kind.PLAIN_COMMAND, Part.Kind.COMMAND).stream().flatMap(f -> f.children().stream()).toList(),
                r.commandBytes());
        leaves(s.facts, answered, fields(r, Part.Kind.PLAIN_RESPONSE, Part.Kind.RESPONSE).stream().flatMap(f -> f.children().stream()).toList(),
                r.responseBytes());
    }

    private void leaves(Map<String, String> into, String path, List<Field> fields, Masked bytes) {
        for (Field f : fields) {
            if (isIgnored(f.name())) {
                continue;
            }
            if (f.children().isEmpty()) {
                String hex = f.end() <= bytes.length() ? cut(bytes.part(f.offset(), f.end())) : "";
                String name = path + f.name();
                for (int i = 2; into.containsKey(name); i++) {
                    name = path + f.name() + " (" + i + ")";
                }
                into.put(name, f.value().isEmpty() || f.value().equals(hex) ? hex : f.value() + (hex.isEmpty() ? "" : " (" + hex + ")"));
            } else {
                leaves(into, path + f.name() + ", ", f.children(), bytes);
            }
        }
    }

    private static String cut(Masked m) {
        return m.length() <= SHOWN ? m.toString() : WORDS.say("{0}… ({1} bytes)", m.part(0, SHOWN), m.length());
    }

    private Map<String, String> facts(Step s) {
        var all = new LinkedHashMap<String, String>();
        all.put(WORDS.say("command"), s.label.name);
        all.put(WORDS.say("application"), s.label.application);
        all.put("P1 P2", s.header < 0 ? "" : Hex.of(s.header >> 8 & 0xFF) + Hex.of(s.header & 0xFF));
        all.put(WORDS.say("about"), s.label.about);
        if (!ignored.contains(Ignore.ORIGINS)) {
            all.put(WORDS.say("origin"), s.origin);
        }
        all.putAll(s.facts);
        if (s.facts.keySet().stream().noneMatch(k -> k.startsWith(sent))) {
            all.put(WORDS.say("data sent"), cut(s.data));
        }
        if (s.facts.keySet().stream().noneMatch(k -> k.startsWith(answered))) {
            all.put(WORDS.say("data answered"), cut(s.answer));
        }
        all.put(WORDS.say("status word"), s.sw < 0 ? WORDS.say("no answer") : new StatusWord(s.sw) + ", " + new StatusWord(s.sw).meaning());
        return all;
    }

    /** The last step in words, without what does not count. */
    Map<String, String> lastFacts() {
        return lastFacts;
    }

    // --- hashes: FNV-1a of 64 bits, mixed at the end of each part

    private static final long SEED = 0xCBF29CE484222325L;
    private static final long PRIME = 0x100000001B3L;

    private static long mix(long h) {
        long x = (h ^ h >>> 32) * 0xD6E8FEB86659FD93L;
        return (x ^ x >>> 32) * 0xD6E8FEB86659FD93L;
    }

    private static long hash(long h, String s) {
        long x = h;
        for (int i = 0; i < s.length(); i++) {
            x = (x ^ s.charAt(i)) * PRIME;
        }
        return mix(x + s.length());
    }

    private static long hash(long h, int n) {
        return mix((h ^ n) * PRIME);
    }

    private static long hash(long h, Masked m) {
        long x = h;
        boolean hides = m.hasHidden();
        for (int i = 0; i < m.length(); i++) {
            x = (x ^ (hides && m.isHidden(i) ? 256 : m.at(i))) * PRIME;
        }
        return mix(x + m.length());
    }

    // --- what is kept

    int size() {
        return size;
    }

    long[] keys() {
        return Arrays.copyOf(keys, size);
    }

    long[] commands() {
        return commands;
    }

    long content(int step) {
        return contents[step];
    }

    TraceDiff.Rows rows(int step) {
        return new TraceDiff.Rows(first[step], last[step]);
    }

    Label label(int step) {
        return labels.getOrDefault(keys[step], Label.OTHER);
    }
}
