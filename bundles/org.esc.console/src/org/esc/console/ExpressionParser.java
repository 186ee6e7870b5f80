// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.esc.apdu.Words;
import org.esc.console.Expression.Bytes;
import org.esc.console.Expression.Number;
import org.esc.console.Expression.Pattern;
import org.esc.console.Expression.Test;
import org.esc.console.Expression.Type;
import org.esc.securechannel.KeyType;

/** Reads the expressions of a line; {@code docs/apdu-scripts.md} has the grammar. */
final class ExpressionParser {

    private static final Words WORDS = Words.of(ExpressionParser.class);

    /** Words that stand for something in expressions, and can be no names. */
    static final Set<String> RESERVED = Set.of("data", "sw", "tlv", "length", "number", "byte", "short", "lc", "pad", "random", "and", "or", "not",
            "has", "in", "max", "as", "scp", "dek", "kcv_des", "kcv_aes");

    private static final int MOST_DEPTH = 40;
    /** Signs in one statement; each makes what is evaluated one deeper. */
    private static final int MOST_SIGNS = 400;

    private final Line line;
    private final Map<String, Type> names;
    private int depth;
    private int signs;
    private boolean secretsAllowed;

    ExpressionParser(Line line, Map<String, Type> names) {
        this.line = line;
        this.names = names;
    }

    /** The same, in a place where what a person typed may stand. */
    ExpressionParser withSecrets() {
        secretsAllowed = true;
        return this;
    }

    boolean atEnd() {
        return line.atEnd();
    }

    private <T> T deeper(Supplier<T> read) {
        if (++depth > MOST_DEPTH) {
            throw line.wrong(line.peek(), WORDS.say("This is nested too deeply."), WORDS.say("Use a name for a part of it: let x = …."));
        }
        try {
            return read.get();
        } finally {
            depth--;
        }
    }

    private boolean takes(String sign) {
        if (!line.at(sign)) {
            return false;
        }
        if (++signs > MOST_SIGNS) {
            throw line.wrong(line.peek(), WORDS.say("This is too long."), WORDS.say("Use a name for a part of it: let x = …."));
        }
        return line.take(sign);
    }

    /** Whether a number begins here, rather than bytes. */
    boolean atNumber() {
        Word w = line.peek();
        return w.is("(") || w.is("length") || w.is("number") || w.is("scp") || w.kind() == Word.Kind.WORD && names.get(w.text()) == Type.NUMBER;
    }

    /** One part or more in a row. */
    Bytes bytes(String what) {
        var parts = new ArrayList<Bytes>();
        parts.add(part(what));
        while (atPart()) {
            parts.add(part(what));
        }
        return joined(parts);
    }

    private static Bytes joined(List<Bytes> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        if (parts.stream().allMatch(Bytes.Literal.class::isInstance)) {
            var all = new ByteArrayOutputStream();
            parts.forEach(p -> all.writeBytes(((Bytes.Literal) p).value()));
            return new Bytes.Literal(all.toByteArray());
        }
        return new Bytes.Joined(List.copyOf(parts));
    }

    private boolean atPart() {
        return line.at(Word.Kind.STRING) || line.at(Word.Kind.WORD) && !line.at("and") && !line.at("or") && !line.at("max");
    }

    /** Bytes that stand together without a blank, and what is taken of them. */
    Bytes part(String what) {
        return deeper(() -> {
            Bytes b = simple(what);
            while (true) {
                if (takes("[")) {
                    Number from = number();
                    if (line.take("..")) {
                        b = new Bytes.Slice(b, from, line.at("]") ? Optional.empty() : Optional.of(number()));
                    } else {
                        b = new Bytes.Slice(b, from, Optional.of(new Number.Sum('+', from, new Number.Constant(1))));
                    }
                    line.expect("]", WORDS.say("behind the offsets"));
                } else if (takes(".")) {
                    line.expect("tlv", WORDS.say("behind the dot"));
                    b = new Bytes.Value(b, bracketedTag());
                } else {
                    return b;
                }
            }
        });
    }

    private Bytes simple(String what) {
        Word w = line.next(what);
        if (w.kind() == Word.Kind.STRING) {
            return new Bytes.Literal(w.text().getBytes(StandardCharsets.UTF_8));
        }
        if (w.kind() != Word.Kind.WORD) {
            throw line.wrong(w, WORDS.say("\"{0}\" does not belong here.", w.text()), WORDS.say("Expected {0}.", what));
        }
        Type type = names.get(w.text());
        if (type == Type.NUMBER) {
            throw line.wrong(w, WORDS.say("{0} is a number, bytes are needed here.", w.text()), WORDS.say("Write byte({0}) or short({0}).", w.text()));
        }
        if (type != null) {
            if (type == Type.SECRET && !secretsAllowed) {
                throw line.wrong(w, WORDS.say("{0} is a secret, which may only stand in a command.", w.text()), WORDS.say("Use it in > or verify, or for its length."));
            }
            return new Bytes.Variable(w.text(), type == Type.SECRET);
        }
        if (w.isHex()) {
            if (w.text().length() % 2 != 0) {
                throw line.wrong(w, WORDS.say("A byte has two hexadecimal digits; here are {0}.", w.text().length()), WORDS.say("Write 0{0}, or a digit more or less.",
                        w.text()));
            }
            return new Bytes.Literal(HexFormat.of().parseHex(w.text()));
        }
        return switch (w.text()) {
            case "data" -> new Bytes.Data();
            case "sw" -> new Bytes.Status();
            case "tlv" -> line.at("[") ? new Bytes.Value(new Bytes.Data(), bracketedTag()) : call(() -> {
                int tag = tag();
                line.expect(",", WORDS.say("behind the tag"));
                return new Bytes.Tagged(tag, bytes(WORDS.say("bytes")));
            });
            case "byte" -> call(() -> new Bytes.Coded(number(), 1));
            case "short" -> call(() -> new Bytes.Coded(number(), 2));
            case "lc" -> call(() -> new Bytes.Counted(bytes(WORDS.say("bytes"))));
            case "dek" -> call(() -> new Bytes.Encrypted(bytes(WORDS.say("bytes"))));
            case "kcv_des" -> call(() -> new Bytes.CheckValue(KeyType.DES3, bytes(WORDS.say("a key"))));
            case "kcv_aes" -> call(() -> new Bytes.CheckValue(KeyType.AES, bytes(WORDS.say("a key"))));
            case "random" -> call(() -> new Bytes.Random(number()));
            case "pad" -> call(() -> {
                Bytes value = bytes(WORDS.say("bytes"));
                line.expect(",", WORDS.say("behind the bytes"));
                Number size = number();
                line.expect(",", WORDS.say("behind the number of bytes"));
                return new Bytes.Padded(value, size, literal(1, WORDS.say("the byte to fill up with")).value()[0]);
            });
            default -> throw line.wrong(w, WORDS.say("There is no \"{0}\".", w.text()),
                    WORDS.say("Bytes are hexadecimal digits or \"text\"; give a name a value before: let {0} = ….", w.text()));
        };
    }

    private <T> T call(Supplier<T> arguments) {
        line.expect("(", WORDS.say("behind its name"));
        T value = arguments.get();
        line.expect(")", WORDS.say("at the end"));
        return value;
    }

    /** So many bytes that stand in the script as digits. */
    Bytes.Literal literal(int size, String what) {
        Word w = line.next(what);
        if (!w.isHex() || w.text().length() != 2 * size) {
            throw line.wrong(w, WORDS.say("\"{0}\" is not {1}.", w.text(), what), WORDS.say("Write {0} hexadecimal digits.", 2 * size));
        }
        return new Bytes.Literal(HexFormat.of().parseHex(w.text()));
    }

    /** A tag of one to three bytes. */
    int tag() {
        Word w = line.next(WORDS.say("a tag"));
        if (!w.isHex() || w.text().length() % 2 != 0 || w.text().length() > 6) {
            throw line.wrong(w, WORDS.say("\"{0}\" is no tag.", w.text()), WORDS.say("A tag has 2, 4 or 6 hexadecimal digits: 5FC105."));
        }
        return Integer.parseInt(w.text(), 16);
    }

    private int bracketedTag() {
        line.expect("[", WORDS.say("behind tlv"));
        int tag = tag();
        line.expect("]", WORDS.say("behind the tag"));
        return tag;
    }

    /** A sum. */
    Number number() {
        return deeper(() -> {
            Number left = product();
            while (true) {
                char sign = line.peek().text().isEmpty() ? ' ' : line.peek().text().charAt(0);
                if (!takes("+") && !takes("-")) {
                    return left;
                }
                left = new Number.Sum(sign, left, product());
            }
        });
    }

    private Number product() {
        Number left = factor();
        while (true) {
            char sign = line.peek().text().isEmpty() ? ' ' : line.peek().text().charAt(0);
            if (!takes("*") && !takes("/")) {
                return left;
            }
            left = new Number.Sum(sign, left, factor());
        }
    }

    private Number factor() {
        Word w = line.next(WORDS.say("a number"));
        if (w.is("(")) {
            Number n = number();
            line.expect(")", WORDS.say("at the end"));
            return n;
        }
        if (w.is("length")) {
            boolean before = secretsAllowed;
            secretsAllowed = true;
            try {
                return call(() -> new Number.Length(bytes(WORDS.say("bytes"))));
            } finally {
                secretsAllowed = before;
            }
        }
        if (w.is("scp")) {
            return new Number.Protocol();
        }
        if (w.is("number")) {
            return call(() -> new Number.Of(bytes(WORDS.say("bytes"))));
        }
        if (names.get(w.text()) == Type.NUMBER && w.kind() == Word.Kind.WORD) {
            return new Number.Variable(w.text());
        }
        boolean hex = w.text().startsWith("0x") && w.text().length() > 2;
        if (w.kind() == Word.Kind.WORD && w.text().length() <= 12 && (hex || w.isDecimal())) {
            try {
                return new Number.Constant(hex ? Long.parseLong(w.text().substring(2), 16) : Long.parseLong(w.text()));
            } catch (NumberFormatException _) {
                // told below
            }
        }
        throw line.wrong(w, WORDS.say("\"{0}\" is no number.", w.text()), names.containsKey(w.text()) ? WORDS.say("{0} has bytes: write number({0}).", w.text())
                : WORDS.say("Write decimal digits, 0x and hexadecimal ones, length(…) or number(…)."));
    }

    /** A condition. */
    Test test() {
        return deeper(() -> {
            var any = new ArrayList<Test>();
            do {
                var all = new ArrayList<Test>();
                do {
                    all.add(single());
                } while (line.take("and"));
                any.add(all.size() == 1 ? all.getFirst() : new Test.All(List.copyOf(all)));
            } while (line.take("or"));
            return any.size() == 1 ? any.getFirst() : new Test.Any(List.copyOf(any));
        });
    }

    private Test single() {
        if (line.take("not")) {
            return deeper(() -> new Test.Not(single()));
        }
        if (line.take("has")) {
            Word w = line.peek();
            if (part("tlv[TAG]") instanceof Bytes.Value v) {
                return new Test.Has(v.of(), v.tag());
            }
            throw line.wrong(w, WORDS.say("Only data objects can be asked for."), WORDS.say("Write has tlv[TAG]."));
        }
        if (atNumber()) {
            Number left = number();
            Word sign = line.next(WORDS.say("one of == != < <= > >="));
            Number right = switch (sign.text()) {
                case "==", "!=", "<", "<=", ">", ">=" -> number();
                default -> throw line.wrong(sign, WORDS.say("\"{0}\" compares nothing.", sign.text()), WORDS.say("Write one of == != < <= > >=."));
            };
            return switch (sign.text()) {
                case "!=" -> new Test.Not(new Test.Compared(left, "==", right));
                case ">" -> new Test.Compared(right, "<", left);
                case ">=" -> new Test.Compared(right, "<=", left);
                default -> new Test.Compared(left, sign.text(), right);
            };
        }
        Bytes left = bytes(WORDS.say("a condition"));
        Word sign = line.next("== or !=");
        if (!sign.is("==") && !sign.is("!=")) {
            throw line.wrong(sign, WORDS.say("\"{0}\" does not compare bytes.", sign.text()), WORDS.say("Write == or !=; compare number(…) or length(…) otherwise."));
        }
        Test fits = new Test.Fits(left, pattern(WORDS.say("a pattern")));
        return sign.is("!=") ? new Test.Not(fits) : fits;
    }

    /** Alternatives, with {@code |} between them. */
    Pattern pattern(String what) {
        int mark = line.mark();
        var all = new ArrayList<Pattern.Alternative>();
        do {
            var parts = new ArrayList<Pattern.Part>();
            while (atPart() && !line.at("data")) {
                parts.add(patternPart());
            }
            boolean open = line.take("...");
            if (parts.isEmpty() && !open) {
                throw line.atEnd() ? line.missing(what) : line.wrong(line.peek(), WORDS.say("\"{0}\" does not belong here.", line.peek().text()), WORDS.say("Expected {0}.",
                        what));
            }
            all.add(new Pattern.Alternative(List.copyOf(parts), open));
        } while (line.take("|"));
        return new Pattern(line.since(mark), List.copyOf(all));
    }

    private Pattern.Part patternPart() {
        Word w = line.peek();
        if (w.isPattern() && !names.containsKey(w.text())) {
            if (w.text().length() % 2 != 0) {
                throw line.wrong(w, WORDS.say("A byte has two digits; here are {0}.", w.text().length()), WORDS.say("Write ? or x for a digit that may be any."));
            }
            line.next(WORDS.say("a pattern"));
            return new Pattern.Part.Digits(w.text().chars().map(c -> Character.digit(c, 16)).toArray());
        }
        return new Pattern.Part.Exactly(part(WORDS.say("a pattern")));
    }

    /** Alternatives for a status word, which has two bytes. */
    Pattern status() {
        int mark = line.mark();
        Pattern p = pattern(WORDS.say("a status word"));
        for (var a : p.alternatives()) {
            if (a.open() || a.parts().size() != 1 || !(a.parts().getFirst() instanceof Pattern.Part.Digits d) || d.digits().length != 4) {
                throw line.wrongSince(mark, WORDS.say("A status word has four digits."),
                        WORDS.say("Write expect 9000, expect 61xx or expect 9000|6A82; what the answer's data is to be comes behind the "
                        + "word data."));
            }
        }
        return p;
    }
}
