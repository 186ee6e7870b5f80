// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Masked;

/** Reads filters, and knows at each place what may come next. */
final class FilterParser {

    private static final Words WORDS = Words.of(FilterParser.class);

    private static final int MOST_DEPTH = 200;
    private static final int MOST_LENGTH = 20_000;
    private static final List<String> COMPARISONS = List.of("==", "!=", "<=", ">=", "<", ">");
    private static final List<String> OPERATORS = List.of("contains", "startswith", "matches", "in");
    private static final String CONNECTOR = WORDS.say("&& or || before the next question, or the end");
    private static final String QUESTION = WORDS.say("a field, such as ins, sw or failed, a text in quotes, or hex and bytes");
    private static final Pattern SPAN = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s|min|h|)");
    private static final Map<String, Long> NANOS = Map.of("ns", 1L, "us", 1_000L, "µs", 1_000L, "ms", 1_000_000L, "", 1_000_000L, "s", 1_000_000_000L,
            "min", 60_000_000_000L, "h", 3_600_000_000_000L);

    private enum Kind {
        WORD, STRING, REGEX, SYMBOL, END
    }

    /** A piece of the text; {@code text} is what it says, without quotes. */
    private record Token(Kind kind, String text, int from, int to, String flags) {
        boolean is(String symbol) {
            return kind == Kind.SYMBOL && text.equals(symbol) || kind == Kind.WORD && text.equalsIgnoreCase(symbol);
        }
    }

    private final String text;
    private final ZoneId zone;
    private final List<Token> tokens = new ArrayList<>();
    private final List<Filter.Proposal> next = new ArrayList<>();
    private Optional<FilterField> nextFor = Optional.empty();
    private int at;
    private int depth;
    private Reading.Depth needs = Reading.Depth.BYTES;

    FilterParser(String text, ZoneId zone) {
        this.text = text;
        this.zone = zone;
    }

    Filter filter() throws FilterException {
        tokenise();
        if (now().kind == Kind.END) {
            question();
            return new Filter(text, Filter.ALL::test, Reading.Depth.BYTES);
        }
        Predicate<Row> p = or();
        if (now().kind != Kind.END) {
            throw now().is("=") || now().is("&") || now().is("|") ? wrong(now(), CONNECTOR, Optional.of(now().text.repeat(2)))
                    : wrong(now(), CONNECTOR, Optional.empty());
        }
        return new Filter(text, p, needs);
    }

    static Filter.Completion complete(String text, int caret, Function<String, List<String>> seen) {
        int from = caret;
        while (from > 0 && isWord(text.charAt(from - 1)) && text.charAt(from - 1) != '!') {
            from--;
        }
        int to = caret;
        while (to < text.length() && isWord(text.charAt(to))) {
            to++;
        }
        var parser = new FilterParser(text.substring(0, from), ZoneId.of("Z"));
        try {
            parser.filter();
        } catch (FilterException _) {
            // it ends too early: that is why somebody asks
        }
        var all = new ArrayList<>(parser.next);
        parser.nextFor.ifPresent(f -> seen.apply(f.name()).stream()
                .map(v -> new Filter.Proposal(v.chars().allMatch(c -> isWord((char) c)) && !v.isEmpty() ? v
                        : '"' + v.replace("\\", "\\\\").replace("\"", "\\\"") + '"', WORDS.say("in this trace"))).forEach(all::add));
        String typed = text.substring(from, caret).toLowerCase(Locale.ROOT);
        var begin = all.stream().filter(p -> bare(p).startsWith(typed));
        var inside = all.stream().filter(p -> !bare(p).startsWith(typed) && bare(p).contains(typed));
        return new Filter.Completion(from, to, java.util.stream.Stream.concat(begin, inside).distinct().toList());
    }

    private static String bare(Filter.Proposal p) {
        return p.text().toLowerCase(Locale.ROOT).replace("\"", "");
    }

    // --- pieces

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || "_.:*#-+".indexOf(c) >= 0;
    }

    private void tokenise() throws FilterException {
        if (text.length() > MOST_LENGTH) {
            throw new FilterException(MOST_LENGTH + 1, WORDS.say("a filter of at most {0} characters", MOST_LENGTH), WORDS.say("more"), Optional.empty());
        }
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            int from = i;
            if (Character.isWhitespace(c)) {
                i++;
            } else if (c == '"') {
                i = string(from);
            } else if (c == '/' && !tokens.isEmpty() && tokens.getLast().is("matches")) {
                i = regex(from);
            } else if (isWord(c)) {
                while (i < text.length() && (isWord(text.charAt(i)) || isProtocol(from, i))) {
                    i++;
                }
                tokens.add(new Token(Kind.WORD, text.substring(from, i), from, i, ""));
            } else {
                String two = i + 2 <= text.length() ? text.substring(i, i + 2) : "";
                boolean pair = two.equals("&&") || two.equals("||") || COMPARISONS.contains(two);
                i += pair ? 2 : 1;
                tokens.add(new Token(Kind.SYMBOL, text.substring(from, i), from, i, ""));
            }
        }
        tokens.add(new Token(Kind.END, "", text.length(), text.length(), ""));
    }

    /** {@code T=1} is a word. */
    private boolean isProtocol(int from, int i) {
        return i == from + 1 && text.charAt(from) == 'T' && text.charAt(i) == '=' && i + 1 < text.length()
                && Character.isLetterOrDigit(text.charAt(i + 1));
    }

    private int string(int from) throws FilterException {
        var s = new StringBuilder();
        for (int i = from + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                tokens.add(new Token(Kind.STRING, s.toString(), from, i + 1, ""));
                return i + 1;
            }
            if (c == '\\' && i + 1 < text.length()) {
                c = text.charAt(++i);
            }
            s.append(c);
        }
        throw new FilterException(text.length() + 1, WORDS.say("a second \" to end the text that begins in column {0}", from + 1), "", Optional.empty());
    }

    private int regex(int from) throws FilterException {
        var s = new StringBuilder();
        for (int i = from + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '/') {
                int end = i + 1;
                while (end < text.length() && Character.isLetter(text.charAt(end))) {
                    end++;
                }
                tokens.add(new Token(Kind.REGEX, s.toString(), from, end, text.substring(i + 1, end)));
                return end;
            }
            if (c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == '/') {
                c = text.charAt(++i);
            }
            s.append(c);
        }
        throw new FilterException(text.length() + 1, WORDS.say("a second / to end the expression that begins in column {0}", from + 1), "",
                Optional.empty());
    }

    private Token now() {
        return tokens.get(at);
    }

    private Token take() {
        return tokens.get(at++);
    }

    /** Steps over one of these, if it is there. */
    private boolean accept(String... symbols) {
        if (Arrays.stream(symbols).anyMatch(now()::is)) {
            at++;
            return true;
        }
        return false;
    }

    private FilterException wrong(Token t, String expected, Optional<String> meant) {
        return new FilterException(t.from + 1, expected,
                t.kind == Kind.END ? "" : t.kind == Kind.REGEX ? WORDS.say("an expression") : "\"" + t.text + "\"", meant);
    }

    private FilterException wrong(Token t, String expected, Collection<String> known) {
        return wrong(t, expected, t.kind == Kind.WORD || t.kind == Kind.STRING ? Vocabulary.nearest(t.text, known) : Optional.empty());
    }

    private void needs(Reading.Depth d) {
        needs = d.compareTo(needs) > 0 ? d : needs;
    }

    // --- grammar

    private Predicate<Row> or() throws FilterException {
        var all = new ArrayList<Predicate<Row>>();
        do {
            all.add(and());
        } while (accept("||", "or"));
        if (now().kind == Kind.END) {
            next.add(new Filter.Proposal("&&", WORDS.say("and")));
            next.add(new Filter.Proposal("||", WORDS.say("or")));
        }
        return all.size() == 1 ? all.getFirst() : r -> {
            for (Predicate<Row> p : all) {
                if (p.test(r)) {
                    return true;
                }
            }
            return false;
        };
    }

    private Predicate<Row> and() throws FilterException {
        var all = new ArrayList<Predicate<Row>>();
        do {
            all.add(not());
        } while (accept("&&", "and"));
        return all.size() == 1 ? all.getFirst() : r -> {
            for (Predicate<Row> p : all) {
                if (!p.test(r)) {
                    return false;
                }
            }
            return true;
        };
    }

    private Predicate<Row> not() throws FilterException {
        if (++depth > MOST_DEPTH) {
            throw wrong(now(), WORDS.say("less than {0} brackets and negations within each other", MOST_DEPTH), Optional.empty());
        }
        Predicate<Row> p;
        if (accept("!", "not")) {
            p = not().negate();
        } else if (accept("(")) {
            Token open = tokens.get(at - 1);
            p = or();
            if (!accept(")")) {
                if (now().kind == Kind.END) {
                    next.add(new Filter.Proposal(")", WORDS.say("ends what begins in column {0}", open.from + 1)));
                }
                throw wrong(now(), WORDS.say("a ) for the ( in column {0}", open.from + 1), Optional.empty());
            }
        } else {
            p = primary();
        }
        depth--;
        return p;
    }

    /** Notes that a question may begin here. */
    private void question() {
        next.addAll(Filter.fields());
        next.add(new Filter.Proposal("hex", WORDS.say("bytes anywhere in command or answer: hex 00A404")));
        next.add(new Filter.Proposal("!", WORDS.say("not")));
        next.add(new Filter.Proposal("(", WORDS.say("begins a group")));
    }

    private Predicate<Row> primary() throws FilterException {
        Token t = now();
        if (t.kind == Kind.END) {
            question();
            throw wrong(t, QUESTION, Optional.empty());
        }
        if (t.kind == Kind.STRING) {
            at++;
            needs(Reading.Depth.BRIEF);
            return FilterField.search(t.text);
        }
        if (t.kind != Kind.WORD) {
            throw wrong(t, QUESTION, Optional.empty());
        }
        at++;
        if (t.is("hex")) {
            BytePattern p = pattern(take(), WORDS.say("bytes in hexadecimal digits, such as 00A404"));
            return r -> FilterField.anyBytes(r, p::in);
        }
        var known = new ArrayList<>(FilterField.ALL.stream().map(FilterField::name).toList());
        known.add("hex");
        FilterField f = FilterField.named(t.text).orElseThrow(() -> wrong(t, QUESTION, known));
        needs(f.depth());
        return switch (f.of()) {
            case FilterField.Flag flag -> flag.get();
            case FilterField.Objects _ -> objects(f);
            default -> test(f);
        };
    }

    private Predicate<Row> objects(FilterField f) throws FilterException {
        if (!accept("[")) {
            if (now().kind == Kind.END) {
                next.add(new Filter.Proposal("[", WORDS.say("and the tag: tlv[5FC105]")));
            }
            throw wrong(now(), WORDS.say("[ and a tag, such as tlv[5FC105]"), Optional.empty());
        }
        BytePattern tag = pattern(take(), WORDS.say("a tag of one to three bytes in hexadecimal digits, such as 5FC105"));
        if (!tag.isExact() || tag.length() > 3) {
            throw wrong(tokens.get(at - 1), WORDS.say("a tag of one to three bytes in hexadecimal digits, such as 5FC105"), Optional.empty());
        }
        if (!accept("]")) {
            throw wrong(now(), WORDS.say("a ] behind the tag"), Optional.empty());
        }
        int number = tag.number();
        Token op = now();
        if (op.kind == Kind.END) {
            next.addAll(f.operators());
        }
        if (!COMPARISONS.contains(op.text) && OPERATORS.stream().noneMatch(op::is)) {
            return r -> !FilterField.objects(r, number).isEmpty();
        }
        Predicate<Masked> p = operator(f, (o, v) -> bytes(f, o, v));
        if (op.is("!=")) {
            return r -> FilterField.objects(r, number).stream().allMatch(p);
        }
        return r -> FilterField.objects(r, number).stream().anyMatch(p);
    }

    private Predicate<Row> test(FilterField f) throws FilterException {
        return switch (f.of()) {
            case FilterField.Bytes b -> {
                Predicate<Masked> p = operator(f, (o, v) -> bytes(f, o, v));
                yield r -> p.test(b.get().apply(r));
            }
            case FilterField.Text t -> {
                Predicate<String> p = operator(f, (o, v) -> words(f, o, v));
                yield r -> p.test(t.get().apply(r));
            }
            case FilterField.Cause _ -> operator(f, this::cause);
            case FilterField.Instruction _ -> operator(f, (o, v) -> instruction(f, v));
            case FilterField.Digits d -> operator(f, (o, v) -> digits(f, d, o, v));
            case FilterField.Count c -> operator(f, (o, v) -> compare(o, c.get()::applyAsLong, number(f, v)));
            case FilterField.Span s -> operator(f, (o, v) -> compare(o, s.get()::applyAsLong, span(f, v)));
            case FilterField.When _ -> operator(f, (o, v) -> time(f, o, v));
            case FilterField.Flag _, FilterField.Objects _ -> throw new IllegalStateException(f.name());
        };
    }

    /** What an operator and a value ask. */
    private interface Question<T> {
        Predicate<T> ask(String operator, Token value) throws FilterException;
    }

    /** An operator and its values. {@code !=} is asked as {@code ==}, {@code in} as several of them. */
    private <T> Predicate<T> operator(FilterField f, Question<T> question) throws FilterException {
        Token t = now();
        if (t.kind == Kind.END) {
            next.addAll(f.operators());
            throw wrong(t, WORDS.say("an operator, such as =="), Optional.empty());
        }
        String op = COMPARISONS.contains(t.text) ? t.text : OPERATORS.stream().filter(t::is).findFirst().orElse("");
        if (op.isEmpty()) {
            throw t.is("=") ? wrong(t, WORDS.say("an operator, such as =="), Optional.of("==")) : wrong(t, WORDS.say("an operator, such as =="), OPERATORS);
        }
        if (!f.knows(op)) {
            throw wrong(t, WORDS.say("for {0} one of {1}", f.name(), String.join(" ", f.operators().stream().map(Filter.Proposal::text).toList())),
                    Optional.empty());
        }
        at++;
        if (op.equals("in")) {
            return among(f, question);
        }
        Token value = value(f);
        return op.equals("!=") ? question.ask("==", value).negate() : question.ask(op, value);
    }

    private <T> Predicate<T> among(FilterField f, Question<T> question) throws FilterException {
        if (!accept("{")) {
            if (now().kind == Kind.END) {
                next.add(new Filter.Proposal("{", WORDS.say("begins the values: {9000, 61xx}")));
            }
            throw wrong(now(), WORDS.say("a { and values, such as {9000, 61xx}"), Optional.empty());
        }
        var all = new ArrayList<Predicate<T>>();
        do {
            all.add(question.ask("==", value(f)));
        } while (accept(","));
        if (!accept("}")) {
            if (now().kind == Kind.END) {
                next.add(new Filter.Proposal(",", WORDS.say("another value")));
                next.add(new Filter.Proposal("}", WORDS.say("ends the values")));
            }
            throw wrong(now(), WORDS.say("a , and another value, or a }"), Optional.empty());
        }
        return v -> {
            for (Predicate<T> p : all) {
                if (p.test(v)) {
                    return true;
                }
            }
            return false;
        };
    }

    private Token value(FilterField f) throws FilterException {
        Token t = now();
        if (t.kind == Kind.END) {
            next.addAll(f.values());
            nextFor = Optional.of(f);
        }
        if (t.kind == Kind.END || t.kind == Kind.SYMBOL) {
            throw wrong(t, f.wants(), Optional.empty());
        }
        at++;
        if (f.of() instanceof FilterField.Instruction && t.kind == Kind.WORD) {
            // names of several words need no quotes
            while (now().kind == Kind.WORD && Vocabulary.COMMANDS.stream().map(Vocabulary::plain).anyMatch(startsWith(t, now()))) {
                t = new Token(Kind.WORD, t.text + " " + now().text, t.from, now().to, "");
                at++;
            }
        }
        return t;
    }

    private static Predicate<String> startsWith(Token a, Token b) {
        String both = Vocabulary.plain(a.text + " " + b.text);
        return n -> n.equals(both) || n.startsWith(both + " ");
    }

    // --- values

    private BytePattern pattern(Token t, String expected) throws FilterException {
        if (t.kind == Kind.END) {
            at--;
        }
        return (t.kind == Kind.WORD || t.kind == Kind.STRING ? BytePattern.parse(t.text) : Optional.<BytePattern>empty())
                .orElseThrow(() -> wrong(t, expected, Optional.empty()));
    }

    private Predicate<Masked> bytes(FilterField f, String op, Token t) throws FilterException {
        if (op.equals("matches")) {
            LinearRegex x = expression(t);
            return m -> x.in(m.toString());
        }
        BytePattern p = t.kind == Kind.STRING && !t.text.isEmpty() ? BytePattern.of(t.text.getBytes(StandardCharsets.UTF_8))
                : t.kind == Kind.STRING && op.equals("==") ? null : pattern(t, f.wants());
        return switch (op) {
            case "contains" -> p::in;
            case "startswith" -> m -> p.fits(m, 0);
            default -> p == null ? m -> m.length() == 0 : p::is;
        };
    }

    private LinearRegex expression(Token t) throws FilterException {
        boolean anyCase = t.flags.equals("i");
        if (t.kind == Kind.REGEX && !t.flags.isEmpty() && !anyCase) {
            throw new FilterException(t.to - t.flags.length() + 1, WORDS.say("only i behind the expression"), "\"" + t.flags + "\"",
                    Optional.of("i"));
        }
        try {
            return LinearRegex.of(t.text, anyCase);
        } catch (LinearRegex.Bad e) {
            int shift = t.kind == Kind.WORD ? 0 : 1;
            throw new FilterException(t.from + shift + e.at + 1, e.getMessage(), "\"" + t.text + "\"", Optional.empty());
        }
    }

    private Predicate<String> words(FilterField f, String op, Token t) throws FilterException {
        if (op.equals("matches")) {
            LinearRegex x = expression(t);
            return x::in;
        }
        if (t.kind == Kind.REGEX) {
            throw wrong(t, f.wants(), Optional.empty());
        }
        String low = t.text.toLowerCase(Locale.ROOT);
        return switch (op) {
            case "contains" -> s -> FilterField.holds(s, low);
            case "startswith" -> s -> s.toLowerCase(Locale.ROOT).startsWith(low);
            default -> s -> s.equalsIgnoreCase(t.text);
        };
    }

    private Predicate<Row> cause(String op, Token t) throws FilterException {
        FilterField f = FilterField.named("origin").orElseThrow();
        if (!op.equals("==")) {
            Predicate<String> p = words(f, op, t);
            return r -> p.test(r.entry().origin().toString());
        }
        int colon = t.text.indexOf(':');
        String word = colon < 0 ? t.text : t.text.substring(0, colon);
        Origin.Kind kind = Arrays.stream(Origin.Kind.values()).filter(k -> k.name().equalsIgnoreCase(word)).findFirst()
                .orElseThrow(() -> wrong(t, f.wants(), Arrays.stream(Origin.Kind.values()).map(k -> k.name().toLowerCase(Locale.ROOT)).toList()));
        String name = colon < 0 ? "" : t.text.substring(colon + 1);
        return r -> r.entry().origin().kind() == kind && (colon < 0 || r.entry().origin().name().equalsIgnoreCase(name));
    }

    private Predicate<Row> instruction(FilterField f, Token t) throws FilterException {
        Optional<BytePattern> byDigits = t.kind == Kind.WORD ? BytePattern.parse(t.text).filter(p -> p.length() == 1) : Optional.empty();
        if (byDigits.isPresent()) {
            int value = byDigits.get().number();
            int mask = byDigits.get().numberMask();
            return r -> r.ins() >= 0 && (r.ins() & mask) == value;
        }
        Optional<BitSet> headers = t.kind == Kind.REGEX ? Optional.empty() : Vocabulary.headers(t.text);
        if (headers.isPresent()) {
            BitSet h = headers.get();
            return r -> {
                Masked c = r.commandBytes();
                if (c.length() < 4) {
                    return false;
                }
                int cla = c.at(0);
                // B0: the maker's own commands; FF: the reader's
                boolean own = (cla & 0xF0) == 0xB0 || cla == 0xFF;
                return !own && h.get((cla >= 0x80 ? 1 : 0) << 16 | c.at(1) << 8 | c.at(2));
            };
        }
        if (t.kind == Kind.WORD && Vocabulary.nearest(t.text, Vocabulary.COMMANDS).isPresent() || t.kind == Kind.REGEX || t.text.length() < 3) {
            throw wrong(t, f.wants(), Vocabulary.COMMANDS);
        }
        // a name that perhaps a decoder gives
        needs(Reading.Depth.BRIEF);
        String wanted = Vocabulary.plain(t.text);
        return r -> Vocabulary.plain(r.brief().name()).equals(wanted);
    }

    private Predicate<Row> digits(FilterField f, FilterField.Digits d, String op, Token t) throws FilterException {
        String s = t.text;
        if (s.length() > d.digits() && s.startsWith("0x")) {
            s = s.substring(2);
        }
        s = "0".repeat(Math.max(0, s.matches("[0-9A-Fa-f]+") && d.digits() == 2 ? d.digits() - s.length() : 0)) + s;
        BytePattern p = (t.kind != Kind.REGEX && s.length() == d.digits() ? pattern(s) : Optional.<BytePattern>empty())
                .orElseThrow(() -> wrong(t, f.wants(), Optional.empty()));
        int value = p.number();
        int mask = p.numberMask();
        if (op.equals("==")) {
            return r -> {
                long v = d.get().applyAsLong(r);
                return v >= 0 && (v & mask) == value;
            };
        }
        if (!p.isExact()) {
            throw wrong(t, WORDS.say("digits without x or * behind {0}", op), Optional.empty());
        }
        return compare(op, r -> {
            long v = d.get().applyAsLong(r);
            return v < 0 ? FilterField.NONE : v;
        }, value);
    }

    /** {@code 0x} is a pattern here, no prefix. */
    private static Optional<BytePattern> pattern(String s) {
        return BytePattern.parse(s.length() == 4 && s.startsWith("0x") ? "0X" + s.substring(2) : s);
    }

    private interface Getter {
        long get(Row r);
    }

    private static Predicate<Row> compare(String op, Getter get, long value) {
        Predicate<Row> p = switch (op) {
            case "<" -> r -> get.get(r) < value;
            case "<=" -> r -> get.get(r) <= value;
            case ">" -> r -> get.get(r) > value;
            case ">=" -> r -> get.get(r) >= value;
            default -> r -> get.get(r) == value;
        };
        return r -> get.get(r) != FilterField.NONE && p.test(r);
    }

    private long number(FilterField f, Token t) throws FilterException {
        try {
            return t.text.startsWith("0x") ? Long.parseLong(t.text.substring(2), 16) : Long.parseLong(t.text);
        } catch (NumberFormatException _) {
            throw wrong(t, f.wants(), Optional.empty());
        }
    }

    private long span(FilterField f, Token t) throws FilterException {
        Matcher m = SPAN.matcher(t.text.toLowerCase(Locale.ROOT));
        if (t.kind != Kind.WORD || !m.matches() || m.group(1).length() > 15) {
            throw wrong(t, f.wants(), Optional.empty());
        }
        return (long) (Double.parseDouble(m.group(1)) * NANOS.get(m.group(2)));
    }

    private Predicate<Row> time(FilterField f, String op, Token t) throws FilterException {
        if (t.kind == Kind.REGEX) {
            throw wrong(t, f.wants(), Optional.empty());
        }
        try {
            if (t.text.matches("\\d{1,2}:\\d{2}.*")) {
                String padded = t.text.charAt(1) == ':' ? "0" + t.text : t.text;
                long from = LocalTime.parse(padded).toNanoOfDay();
                long to = from + precision(padded.length() == 5 ? 60 : 1, padded);
                return between(op, from, to, i -> i.atZone(zone).toLocalTime().toNanoOfDay());
            }
            Instant from;
            long seconds;
            if (!t.text.contains("T")) {
                from = LocalDate.parse(t.text).atStartOfDay(zone).toInstant();
                seconds = LocalDate.parse(t.text).plusDays(1).atStartOfDay(zone).toEpochSecond() - from.getEpochSecond();
            } else {
                from = t.text.matches(".*(Z|[+-]\\d{2}:?\\d{2})") ? OffsetDateTime.parse(t.text).toInstant()
                        : LocalDateTime.parse(t.text).atZone(zone).toInstant();
                seconds = t.text.matches(".*T\\d{2}:\\d{2}(Z|[+-].*)?") ? 60 : 1;
            }
            return between(op, nanos(from), nanos(from) + precision(seconds, t.text), FilterParser::nanos);
        } catch (DateTimeException | ArithmeticException _) {
            throw wrong(t, f.wants(), Optional.empty());
        }
    }

    /** How long a time lasts that was told so exactly. */
    private static long precision(long seconds, String time) {
        Matcher m = Pattern.compile("\\.(\\d{1,9})").matcher(time);
        return m.find() ? (long) Math.pow(10, 9 - m.group(1).length()) : seconds * 1_000_000_000L;
    }

    private static long nanos(Instant i) {
        return Math.addExact(Math.multiplyExact(i.getEpochSecond(), 1_000_000_000L), i.getNano());
    }

    private interface Clock {
        long nanos(Instant i);
    }

    private static Predicate<Row> between(String op, long from, long to, Clock clock) {
        Predicate<Instant> p = switch (op) {
            case "<" -> i -> clock.nanos(i) < from;
            case "<=" -> i -> clock.nanos(i) < to;
            case ">" -> i -> clock.nanos(i) >= to;
            case ">=" -> i -> clock.nanos(i) >= from;
            default -> i -> clock.nanos(i) >= from && clock.nanos(i) < to;
        };
        return r -> r.entry().time().isPresent() && p.test(r.entry().time().get());
    }
}
