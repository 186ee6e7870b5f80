// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.trace.Masked;
import org.esc.trace.Part;

/** What can be asked of an exchange in a filter. */
record FilterField(String name, Of of, Reading.Depth depth, String description) {

    private static final Words WORDS = Words.of(FilterField.class);

    /** A value that is not there. */
    static final long NONE = Long.MIN_VALUE;

    /** What sort of value it has, and where it comes from. */
    sealed interface Of {
    }

    /** True or false. */
    record Flag(Predicate<Row> get) implements Of {
    }

    /** Some hexadecimal digits. */
    record Digits(ToLongFunction<Row> get, int digits) implements Of {
    }

    /** The instruction: two digits or a command's name. */
    record Instruction() implements Of {
    }

    /** A number in decimal digits. */
    record Count(ToLongFunction<Row> get) implements Of {
    }

    /** Nanoseconds. */
    record Span(ToLongFunction<Row> get) implements Of {
    }

    /** When it was. */
    record When() implements Of {
    }

    /** Words. */
    record Text(Function<Row, String> get) implements Of {
    }

    /** Who caused it. */
    record Cause() implements Of {
    }

    /** Bytes. */
    record Bytes(Function<Row, Masked> get) implements Of {
    }

    /** Values of data objects. */
    record Objects() implements Of {
    }

    private static final Masked NOTHING = Masked.none();

    static final List<FilterField> ALL = List.of(
            bytes("ins", new Instruction(), WORDS.say("the command: a name by ISO/IEC 7816-4 or GlobalPlatform, or the instruction byte")),
            bytes("sw", new Digits(Row::sw, 4), WORDS.say("status word: 9000, 63Cx")),
            bytes("sw1", new Digits(r -> r.sw() >> 8, 2), WORDS.say("first byte of the status word")),
            bytes("sw2", new Digits(r -> r.sw() < 0 ? -1 : r.sw() & 0xFF, 2), WORDS.say("second byte of the status word")),
            bytes("failed", new Flag(Row::failed), WORDS.say("no answer came, or the card refused")),
            bytes("unanswered", new Flag(r -> r.sw() < 0), WORDS.say("no answer came")),
            brief("aid", new Bytes(r -> r.application().map(a -> Masked.open(a.bytes())).orElse(NOTHING)), WORDS.say("the application it is for")),
            brief("file", new Text(r -> r.before().file()), WORDS.say("the selected file: 3F00/2F00")),
            brief("name", new Text(r -> r.brief().name()), WORDS.say("the command's name by whoever knows the application")),
            brief("summary", new Text(r -> r.brief().summary()), WORDS.say("what it is about, in words")),
            brief("status", new Text(r -> r.brief().status()), WORDS.say("what the status word means")),
            brief("security", new Text(r -> r.before().security().toString()), WORDS.say("the secure channel: SCP02 level 01")),
            bytes("origin", new Cause(), WORDS.say("who caused it: verb, probe, server, transport, console, or probe:NAME")),
            bytes("origin.name", new Text(r -> r.entry().origin().name()), WORDS.say("name of the verb, driver or server that caused it")),
            bytes("cla", new Digits(Row::cla, 2), WORDS.say("class byte, as sent")),
            bytes("p1", new Digits(Row::p1, 2), WORDS.say("first parameter byte")),
            bytes("p2", new Digits(Row::p2, 2), WORDS.say("second parameter byte")),
            bytes("p1p2", new Digits(r -> r.p2() < 0 ? -1 : r.p1() << 8 | r.p2(), 4), WORDS.say("both parameter bytes")),
            bytes("lc", new Count(r -> r.command().map(c -> (long) c.nc()).orElse(NONE)), WORDS.say("how many bytes the command carries")),
            bytes("le", new Count(r -> r.command().filter(c -> c.ne().isPresent()).map(c -> (long) c.ne().getAsInt()).orElse(NONE)),
                    WORDS.say("how many bytes the answer may have")),
            bytes("nr", new Count(r -> r.sw() < 0 ? NONE : r.responseBytes().length() - 2), WORDS.say("how many bytes the answer has, without status word")),
            bytes("data", new Bytes(Row::data), WORDS.say("the command's data field, in plain if it is known")),
            bytes("response", new Bytes(Row::answer), WORDS.say("the answer without status word, in plain if it is known")),
            bytes("command", new Bytes(r -> r.entry().command()), WORDS.say("all bytes of the command, as sent")),
            bytes("answer", new Bytes(r -> r.entry().response()), WORDS.say("all bytes of the answer, as received, with the status word")),
            new FilterField("tlv", new Objects(), Reading.Depth.DECODED, WORDS.say("a data object by its tag, sent, asked for or answered: tlv[5FC105]")),
            bytes("duration", new Span(r -> r.entry().duration().map(java.time.Duration::toNanos).orElse(NONE)),
                    WORDS.say("how long it took: 50ms, 1.5s")),
            bytes("time", new When(), WORDS.say("when it was: 10:00:00, 2026-11-23T10:00:00Z, 2026-11-23")),
            bytes("reader", new Text(r -> r.entry().card().reader()), WORDS.say("name of the reader")),
            bytes("atr", new Bytes(r -> Masked.open(r.entry().card().atr().bytes())), WORDS.say("the card's answer to reset")),
            bytes("protocol", new Text(r -> r.entry().card().protocol()), WORDS.say("T=0, T=1, T=CL, software")),
            bytes("session", new Count(r -> r.entry().card().session()), WORDS.say("number of the session with the card")),
            bytes("channel", new Count(Row::channel), WORDS.say("logical channel, 0 to 19")),
            bytes("number", new Count(r -> r.entry().number()), WORDS.say("number of the exchange")),
            bytes("masked", new Flag(FilterField::masked), WORDS.say("some of its bytes are hidden")),
            bytes("plain", new Flag(r -> r.entry().plain().isPresent()), WORDS.say("it was wrapped, and what was inside is known")),
            bytes("secured", new Flag(Row::secured), WORDS.say("it was sent by secure messaging")),
            bytes("keypad", new Flag(r -> r.entry().pinAtReader()), WORDS.say("a PIN was entered at the reader")),
            bytes("failure", new Text(r -> r.entry().failure().orElse("")), WORDS.say("why no answer came")));

    private static FilterField bytes(String name, Of of, String description) {
        return new FilterField(name, of, Reading.Depth.BYTES, description);
    }

    private static FilterField brief(String name, Of of, String description) {
        return new FilterField(name, of, Reading.Depth.BRIEF, description);
    }

    static Optional<FilterField> named(String word) {
        return ALL.stream().filter(f -> f.name.equalsIgnoreCase(word)).findFirst();
    }

    private static boolean masked(Row r) {
        return r.entry().command().hasHidden() || r.entry().response().hasHidden() || r.commandBytes().hasHidden()
                || r.responseBytes().hasHidden();
    }

    /** All that is shown of an exchange in words holds a text, or its bytes spell it. */
    static Predicate<Row> search(String text) {
        String low = text.toLowerCase(Locale.ROOT);
        byte[] spelled = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return r -> holds(r.entry().card().reader(), low) || holds(r.entry().origin().toString(), low)
                || holds(r.entry().failure().orElse(""), low) || spelled.length > 0 && anyBytes(r, m -> spells(m, spelled))
                || holds(r.brief().name(), low) || holds(r.brief().summary(), low) || holds(r.brief().status(), low);
    }

    static boolean holds(String text, String low) {
        return text.toLowerCase(Locale.ROOT).contains(low);
    }

    /** The bytes of command and answer, as sent and in plain. */
    static boolean anyBytes(Row r, Predicate<Masked> test) {
        return test.test(r.entry().command()) || test.test(r.entry().response())
                || r.entry().plain().isPresent() && (test.test(r.commandBytes()) || test.test(r.responseBytes()));
    }

    private static boolean spells(Masked m, byte[] text) {
        for (int i = 0; i + text.length <= m.length(); i++) {
            int k = 0;
            while (k < text.length && low(m.at(i + k)) == low(text[k] & 0xFF)) {
                k++;
            }
            if (k == text.length && !m.hidesAny(i, i + k)) {
                return true;
            }
        }
        return false;
    }

    private static int low(int c) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }

    /**
     * Values of the data objects with a tag: in the command's data and the answer, put together where they came in pieces; and of GET DATA and PUT DATA,
     * which name it in P1 P2 or in a tag list, what is got or put.
     */
    static List<Masked> objects(Row r, int tag) {
        Masked sent = r.data();
        Masked got = r.answer();
        // only what came in pieces must be decoded to be put together
        for (Part p : r.isPiece() ? r.decoded().parts() : List.<Part>of()) {
            switch (p.kind()) {
                case WHOLE_COMMAND_DATA -> sent = p.bytes();
                case WHOLE_RESPONSE_DATA -> got = p.bytes();
                default -> {
                    // pieces
                }
            }
        }
        var values = new ArrayList<Masked>();
        find(sent, tag, values, 0);
        find(got, tag, values, 0);
        if (values.isEmpty() && r.subject().map(s -> names(s, tag)).orElse(false)) {
            boolean puts = (r.subject().get().ins() & 0xFE) == 0xDA;
            values.add(puts ? sent : got);
        }
        return values;
    }

    private static boolean names(CommandApdu c, int tag) {
        int ins = c.ins() & 0xFE;
        if (ins != 0xCA && ins != 0xDA) {
            return false;
        }
        return (c.p1() << 8 | c.p2()) == tag || tagList(c).filter(t -> t == tag).isPresent();
    }

    /** The first tag of a tag list {@code 5C}, with which GET DATA and PUT DATA say what they are about. */
    static Optional<Integer> tagList(CommandApdu c) {
        byte[] d = c.data();
        if (d.length < 3 || d[0] != 0x5C || d[1] < 1 || d[1] > 3 || d.length < 2 + d[1]) {
            return Optional.empty();
        }
        int named = 0;
        for (int i = 0; i < d[1]; i++) {
            named = named << 8 | d[2 + i] & 0xFF;
        }
        return Optional.of(named);
    }

    private static void find(Masked m, int tag, List<Masked> into, int depth) {
        if (m.length() < 2 || depth > 16) {
            return;
        }
        try {
            for (Tlv.Placed t : Tlv.parsePlaced(m.bytes())) {
                Masked value = m.part(t.valueOffset(), t.valueOffset() + t.tlv().length());
                if (t.tlv().tag() == tag) {
                    into.add(value);
                }
                // 53 calls itself primitive and holds data objects where PIV uses it
                if (t.tlv().isConstructed() || t.tlv().tag() == 0x53) {
                    find(value, tag, into, depth + 1);
                }
            }
        } catch (IllegalArgumentException _) {
            // no data objects
        }
    }

    /** Values that are known beforehand. */
    List<Filter.Proposal> values() {
        return switch (of) {
            case Instruction _ -> Vocabulary.COMMANDS.stream().map(n -> new Filter.Proposal(n.contains(" ") ? '"' + n + '"' : n, WORDS.say("command"))).toList();
            case Cause _ -> Arrays.stream(org.esc.card.Origin.Kind.values())
                    .map(k -> new Filter.Proposal(k.name().toLowerCase(Locale.ROOT), WORDS.say("caused by a {0}", k.name().toLowerCase(Locale.ROOT)))).toList();
            case Digits d when name.equals("sw") -> Vocabulary.STATUS.stream()
                    .map(s -> new Filter.Proposal(s.toString(), s.meaning())).toList();
            case Text _ when name.equals("protocol") -> List.of(new Filter.Proposal("T=0", WORDS.say("characters")), new Filter.Proposal("T=1", WORDS.say("blocks")),
                    new Filter.Proposal("T=CL", WORDS.say("contactless")), new Filter.Proposal("software", WORDS.say("a software card")));
            case Text _ when name.equals("security") -> List.of(new Filter.Proposal("\"SCP02\"", WORDS.say("secure channel protocol 02")),
                    new Filter.Proposal("\"SCP03\"", WORDS.say("secure channel protocol 03")));
            default -> List.of();
        };
    }

    /** What a value looks like, in words. */
    String wants() {
        return switch (of) {
            case Flag _ -> WORDS.say("no value");
            case Digits d -> d.digits == 4 ? WORDS.say("{0} hexadecimal digits, such as 9000 or 63Cx", d.digits)
                    : WORDS.say("{0} hexadecimal digits, such as A4 or 8x", d.digits);
            case Instruction _ -> WORDS.say("a command's name or two hexadecimal digits, such as VERIFY or A4");
            case Count _ -> WORDS.say("a number");
            case Span _ -> WORDS.say("a duration, such as 50ms or 1.5s");
            case When _ -> WORDS.say("a time, such as 10:00:00, 2026-11-23 or 2026-11-23T10:00:00Z");
            case Text _ -> WORDS.say("a word, or words in quotes");
            case Cause _ -> WORDS.say("verb, probe, server, transport or console, or one with its name: probe:piv");
            case Bytes _, Objects _ -> WORDS.say("bytes in hexadecimal digits, such as 00A4**, or characters in quotes");
        };
    }

    /** The operators it knows. */
    List<Filter.Proposal> operators() {
        var all = new ArrayList<Filter.Proposal>();
        if (of instanceof Flag) {
            return all;
        }
        all.add(new Filter.Proposal("==", WORDS.say("is")));
        all.add(new Filter.Proposal("!=", WORDS.say("is not")));
        if (of instanceof Digits || of instanceof Count || of instanceof Span || of instanceof When) {
            all.add(new Filter.Proposal("<", WORDS.say("is less than")));
            all.add(new Filter.Proposal("<=", WORDS.say("is at most")));
            all.add(new Filter.Proposal(">", WORDS.say("is more than")));
            all.add(new Filter.Proposal(">=", WORDS.say("is at least")));
        }
        if (of instanceof Text || of instanceof Bytes || of instanceof Objects || of instanceof Cause) {
            all.add(new Filter.Proposal("contains", WORDS.say("has it anywhere")));
            all.add(new Filter.Proposal("startswith", WORDS.say("begins with it")));
            all.add(new Filter.Proposal("matches", WORDS.say("a regular expression is found in it: /…/ or /…/i")));
        }
        all.add(new Filter.Proposal("in", WORDS.say("is one of {…}")));
        return all;
    }

    boolean knows(String operator) {
        return operators().stream().anyMatch(p -> p.text().equals(operator));
    }

}
