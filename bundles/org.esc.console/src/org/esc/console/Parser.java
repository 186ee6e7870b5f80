// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Arguments;
import org.esc.console.Expression.Bytes;
import org.esc.console.Expression.Number;
import org.esc.console.Expression.Type;
import org.esc.console.Statement.Head;
import org.esc.console.Statement.Way;
import org.esc.securechannel.keys.KeyArgs;

/** Reads a script whole, and goes on behind a mistake to find the others. */
final class Parser {

    private static final Words WORDS = Words.of(Parser.class);

    /** Words that begin a statement, beside {@code >} and those of {@link Helper}, and what follows them. */
    static final Map<String, Supplier<String>> STATEMENTS = statements();

    private static final int MOST_MISTAKES = 100;
    private static final int MOST_BLOCKS = 40;
    private static final int MOST_STATEMENTS = 200_000;
    private static final int MOST_INCLUDED = 256;
    private static final int LONGEST_LINE = 1 << 18;
    private static final long LONGEST_SECONDS = 3600;
    private static final Pattern TIME = Pattern.compile("([0-9]{1,7})(ms|s)");
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
    /** Of {@code secure open}, by the argument of {@link KeyArgs} each sets. */
    private static final Map<String, String> KEY_WORDS = Map.of("keys", "keys", "level", "level", "version", "keyVersion", "kdf", "kdf", "i", "scpI");

    private static final Map<String, String> TAKEN_WORDS = Map.of("keys", "keys", "kdf", "kdf");

    private final Map<String, String> given;
    private final Map<String, Type> names;
    private final List<String> declared = new ArrayList<>();
    private final List<Mistake> mistakes = new ArrayList<>();
    private final Deque<Block> blocks = new ArrayDeque<>();
    private final Deque<Path> including = new ArrayDeque<>();
    private int statements;
    private int included;
    private boolean tooMuch;

    /** @param given values of parameters @param known names that have a value already */
    Parser(Map<String, String> given, Map<String, Type> known) {
        this.given = new LinkedHashMap<>(given);
        names = new HashMap<>(known);
        blocks.push(new Block(new Head(new Place("", 1, 1), ""), (body, _) -> {
            throw new IllegalStateException("The outermost block has no statement");
        }));
    }

    private static Map<String, Supplier<String>> statements() {
        var all = new LinkedHashMap<String, Supplier<String>>();
        all.put("expect", () -> WORDS.say("9000|61xx [data 6F??...]: what the answer has to be"));
        all.put("let", () -> WORDS.say("NAME = VALUE: gives a name a value"));
        all.put("param", () -> WORDS.say("NAME [= VALUE]: a value that is given when the script is run"));
        all.put("ask", () -> WORDS.say("FIELD [\"words\"] as NAME: has a person type a secret"));
        all.put("if", () -> "CONDITION … [else …] end");
        all.put("else", () -> WORDS.say("what is done otherwise"));
        all.put("end", () -> WORDS.say("ends a block"));
        all.put("repeat", () -> "TIMES … end");
        all.put("for", () -> WORDS.say("NAME in VALUE, VALUE … end, or NAME in NUMBER .. NUMBER"));
        all.put("while", () -> "CONDITION max TIMES … end");
        all.put("include", () -> WORDS.say("FILE: as if it stood here"));
        all.put("secure", () -> WORDS.say("open keys=NAME [level=mac-enc] [version=01] [kdf=visa2] [i=55], or close"));
        all.put("plain", () -> WORDS.say("> BYTES: sends beside the secure channel"));
        all.put("parts", () -> WORDS.say("> BYTES: sends DELETE, INSTALL or PUT KEY in parts if the secure channel makes it too long"));
        all.put("take", () -> WORDS.say("keys=NAME [kdf=METHOD] as NAME: takes the keys of a set, NAME_enc, NAME_mac and NAME_dek"));
        all.put("reset", () -> WORDS.say("resets the card"));
        all.put("auto-response", () -> WORDS.say("on or off: answers 61xx with GET RESPONSE and 6Cxx with the right Le"));
        all.put("timeout", () -> WORDS.say("5s or off: how long a command may take"));
        all.put("pause", () -> WORDS.say("200ms: waits"));
        all.put("log", () -> WORDS.say("\"words\" VALUE …: says something"));
        all.put("fail", () -> WORDS.say("\"words\": ends the script as failed"));
        all.put("stop", () -> WORDS.say("ends the script"));
        return Collections.unmodifiableMap(all);
    }

    /** A block that is not closed yet. */
    private static final class Block {

        private final Head head;
        private final BiFunction<List<Statement>, List<Statement>, Statement> finish;
        private final List<Statement> body = new ArrayList<>();
        private Optional<List<Statement>> otherwise = Optional.empty();

        Block(Head head, BiFunction<List<Statement>, List<Statement>, Statement> finish) {
            this.head = head;
            this.finish = finish;
        }

        List<Statement> open() {
            return otherwise.orElse(body);
        }

        boolean mayHaveElse() {
            return otherwise.isEmpty() && head.text().startsWith("if");
        }

    }

    Script script(String name, String text, Optional<Path> file) throws ScriptException {
        return script(name, numbered(text), file);
    }

    /** @param lines with the numbers they have for a person */
    Script script(String name, List<Conversion.Line> lines, Optional<Path> file) throws ScriptException {
        file.ifPresent(f -> including.push(identity(f)));
        file(name, lines, file);
        for (Block b : blocks) {
            if (blocks.peekLast() != b) {
                mistakes.add(new Mistake(b.head.place(), b.head.text().length(), WORDS.say("This block is not closed."), WORDS.say("Write end behind its last line.")));
            }
        }
        for (String g : given.keySet()) {
            if (!declared.contains(g) && mistakes.isEmpty()) {
                mistakes.add(new Mistake(new Place(name, 1, 1), 0, WORDS.say("The script has no parameter {0}.", g),
                        declared.isEmpty() ? WORDS.say("A script says what it takes: param {0}.", g) : WORDS.say("It takes {0}.", String.join(", ", declared))));
            }
        }
        if (!mistakes.isEmpty()) {
            throw new ScriptException(mistakes);
        }
        return new Script(blocks.peekLast().body, names);
    }

    private static Path identity(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException _) {
            return file.toAbsolutePath().normalize();
        }
    }

    private static List<Conversion.Line> numbered(String text) {
        var lines = new ArrayList<Conversion.Line>();
        (text.startsWith("\uFEFF") ? text.substring(1) : text).lines().forEach(l -> lines.add(new Conversion.Line(lines.size() + 1, l)));
        return lines;
    }

    private void file(String name, List<Conversion.Line> lines, Optional<Path> file) {
        for (Conversion.Line numbered : lines) {
            int number = numbered.number();
            String l = numbered.text();
            if (tooMuch) {
                return;
            }
            if (l.length() > LONGEST_LINE) {
                note(new Mistake(new Place(name, number, 1), 0, WORDS.say("The line is too long."), WORDS.say("A command has 65 544 bytes at most.")));
                continue;
            }
            var line = new Line(name, number, l);
            if (line.isEmpty()) {
                continue;
            }
            try {
                statement(line, file);
            } catch (Line.Wrong e) {
                note(e.mistake());
            }
        }
    }

    private void note(Mistake m) {
        mistakes.add(m);
        tooMuch |= mistakes.size() >= MOST_MISTAKES;
    }

    private void add(Line line, Statement s) {
        line.end();
        if (++statements > MOST_STATEMENTS) {
            tooMuch = true;
            throw line.wrongSince(0, WORDS.say("The script has more than {0} statements.", MOST_STATEMENTS), WORDS.say("Use loops."));
        }
        blocks.peek().open().add(s);
    }

    /** Opens a block. It is opened even if its head is wrong, so that its end finds it. */
    private void open(Line line, Head head, Supplier<BiFunction<List<Statement>, List<Statement>, Statement>> read) {
        if (blocks.size() > MOST_BLOCKS) {
            tooMuch = true;
            throw line.wrongSince(0, WORDS.say("Blocks are nested too deeply."), WORDS.say("There may be {0} within each other.", MOST_BLOCKS));
        }
        try {
            var finish = read.get();
            line.end();
            blocks.push(new Block(head, finish));
        } catch (Line.Wrong e) {
            blocks.push(new Block(head, (_, _) -> new Statement.Stop(head, Optional.empty())));
            throw e;
        }
    }

    private void statement(Line line, Optional<Path> file) {
        var head = new Head(line.place(), line.statement());
        var in = new ExpressionParser(line, names);
        Word first = line.next(WORDS.say("a statement"));
        Optional<Helper> helper = Helper.named(first.text());
        if (first.kind() != Word.Kind.STRING && helper.isPresent()) {
            add(line, send(line, head, helper.get().command(in.withSecrets()), Way.OVER, false));
            return;
        }
        switch (first.kind() == Word.Kind.STRING ? "" : first.text()) {
            case ">", ">!" -> add(line, send(line, head, in.withSecrets().bytes(WORDS.say("a command in hexadecimal digits")), Way.OVER, first.is(">!")));
            case "plain" -> {
                Word sign = line.next(">");
                if (!sign.is(">") && !sign.is(">!")) {
                    throw line.wrong(sign, WORDS.say("\"{0}\" does not belong here.", sign.text()), WORDS.say("Write plain > and the command."));
                }
                add(line, send(line, head, in.withSecrets().bytes(WORDS.say("a command in hexadecimal digits")), Way.BESIDE, sign.is(">!")));
            }
            case "parts" -> {
                line.expect(">", WORDS.say("and the command"));
                add(line, send(line, head, in.withSecrets().bytes(WORDS.say("a command in hexadecimal digits")), Way.IN_PARTS, false));
            }
            case "take" -> take(line, head);
            case "expect" -> add(line, expect(line, head, in));
            case "let" -> let(line, head, in);
            case "param" -> param(line, head);
            case "ask" -> ask(line, head);
            case "if" -> open(line, head, () -> {
                var test = in.test();
                return (then, otherwise) -> new Statement.If(head, test, then, otherwise);
            });
            case "repeat" -> open(line, head, () -> {
                Number times = in.number();
                return (body, _) -> new Statement.Repeat(head, times, body);
            });
            case "while" -> open(line, head, () -> {
                var test = in.test();
                line.expect("max", WORDS.say("and how often at most behind the condition"));
                Number most = in.number();
                return (body, _) -> new Statement.While(head, test, most, body);
            });
            case "for" -> open(line, head, () -> forEach(line, head, in));
            case "else" -> {
                line.end();
                if (!blocks.peek().mayHaveElse()) {
                    throw line.wrong(first, WORDS.say("There is no if that this else belongs to."), WORDS.say("Write it between if and its end, once."));
                }
                blocks.peek().otherwise = Optional.of(new ArrayList<>());
            }
            case "end" -> {
                line.end();
                if (blocks.size() == 1) {
                    throw line.wrong(first, WORDS.say("There is no block to end."), WORDS.say("Take the line away."));
                }
                Block b = blocks.pop();
                add(line, b.finish.apply(List.copyOf(b.body), List.copyOf(b.otherwise.orElse(List.of()))));
            }
            case "include" -> include(line, first, file);
            case "secure" -> secure(line, head);
            case "reset" -> add(line, new Statement.Reset(head));
            case "auto-response" -> add(line, new Statement.AutoResponse(head, onOff(line)));
            case "timeout" -> add(line, new Statement.Timeout(head, line.take("off") ? Optional.empty() : Optional.of(time(line))));
            case "pause" -> add(line, new Statement.Pause(head, time(line)));
            case "log" -> add(line, log(line, head, in));
            case "stop" -> add(line, new Statement.Stop(head, Optional.empty()));
            case "fail" -> {
                Word words = line.next(WORDS.say("what is wrong, in quotes"));
                if (words.kind() != Word.Kind.STRING) {
                    throw line.wrong(words, WORDS.say("What is wrong stands in quotes."), WORDS.say("Write fail \"words\"."));
                }
                add(line, new Statement.Stop(head, Optional.of(words.text())));
            }
            default -> throw line.wrong(first, WORDS.say("\"{0}\" begins no statement.", first.text()), first.isHex()
                    ? WORDS.say("Write > before a command.") : alike(first.text()));
        }
    }

    /** Words that begin a statement, with the same letter if there are some. */
    private static String alike(String word) {
        var all = Stream.concat(Arrays.stream(Helper.values()).map(Helper::word), STATEMENTS.keySet().stream()).sorted().toList();
        var same = all.stream().filter(w -> !word.isEmpty() && w.charAt(0) == Character.toLowerCase(word.charAt(0))).toList();
        return WORDS.say("Statements begin with > or a word such as {0}.", String.join(", ", same.isEmpty() ? List.of("select", "verify", "expect", "let", "if") : same));
    }

    private static Statement send(Line line, Head head, Bytes command, Way way, boolean any) {
        if (command instanceof Bytes.Literal l) {
            if (any && l.value().length < 4) {
                throw line.wrongSince(1, WORDS.say("A command has at least 4 bytes, here are {0}.", l.value().length), WORDS.say("Write CLA INS P1 P2."));
            }
            if (!any) {
                try {
                    CommandApdu.parse(l.value());
                } catch (IllegalArgumentException e) {
                    throw line.wrongSince(1, WORDS.say("This is no command: {0}.", e.getMessage()), WORDS.say("Correct its lengths, or write >! to send it all the same."));
                }
            }
        }
        return new Statement.Send(head, command, way, any);
    }

    private static Statement expect(Line line, Head head, ExpressionParser in) {
        var status = line.at("data") ? Optional.<Expression.Pattern>empty() : Optional.of(in.status());
        var data = line.take("data") ? Optional.of(in.pattern(WORDS.say("what the data is to be"))) : Optional.<Expression.Pattern>empty();
        return new Statement.Expect(head, status, data);
    }

    private void let(Line line, Head head, ExpressionParser in) {
        Word name = name(line);
        line.expect("=", WORDS.say("behind the name"));
        Expression value = in.atNumber() ? in.number() : in.bytes(WORDS.say("a value"));
        declare(line, name, value instanceof Number ? Type.NUMBER : Type.BYTES);
        add(line, new Statement.Let(head, name.text(), value));
    }

    /** A parameter is a name with a value that stands in the script or is given from outside. */
    private void param(Line line, Head head) {
        Word name = name(line);
        Optional<Expression> usual = Optional.empty();
        if (line.take("=")) {
            // only what stands there: nothing was answered yet
            var in = new ExpressionParser(line, Map.of());
            usual = Optional.of(in.atNumber() ? in.number() : in.bytes(WORDS.say("a value")));
        }
        if (declared.contains(name.text())) {
            throw line.wrong(name, WORDS.say("{0} is a parameter already.", name.text()), WORDS.say("Take one of them away."));
        }
        declared.add(name.text());
        String own = given.get(name.text());
        Expression value;
        if (own != null) {
            boolean number = usual.filter(Number.class::isInstance).isPresent();
            try {
                var words = new Line("--set " + name.text(), 1, own);
                var in = new ExpressionParser(words, Map.of());
                value = number ? in.number() : in.bytes(WORDS.say("a value"));
                words.end();
            } catch (Line.Wrong e) {
                declare(line, name, number ? Type.NUMBER : Type.BYTES);
                throw e;
            }
        } else {
            declare(line, name, usual.filter(Number.class::isInstance).isPresent() ? Type.NUMBER : Type.BYTES);
            value = usual.orElseThrow(() -> line.wrong(name, WORDS.say("The parameter {0} was not given.", name.text()), WORDS.say("Give it with --set {0}=VALUE.",
                    name.text())));
        }
        declare(line, name, value instanceof Number ? Type.NUMBER : Type.BYTES);
        add(line, new Statement.Let(head, name.text(), value));
    }

    private void ask(Line line, Head head) {
        Word field = line.next(WORDS.say("a word for the field"));
        if (field.kind() != Word.Kind.WORD || !NAME.matcher(field.text()).matches()) {
            throw line.wrong(field, WORDS.say("\"{0}\" is no name of a field.", field.text()), WORDS.say("Write ask PIN as pin."));
        }
        String words = line.at(Word.Kind.STRING) ? line.next("words").text() : field.text();
        line.expect("as", WORDS.say("and a name"));
        Word name = name(line);
        declare(line, name, Type.SECRET);
        add(line, new Statement.Ask(head, field.text(), words, name.text()));
    }

    private void take(Line line, Head head) {
        int mark = line.mark();
        String rest = line.restWithoutComment().strip();
        int as = rest.lastIndexOf(" as ");
        String name = as < 0 ? "" : rest.substring(as + 4).strip();
        if (!NAME.matcher(name).matches()) {
            throw line.wrongSince(mark, WORDS.say("A name for the keys is missing."), WORDS.say("Write take keys=NAME as new."));
        }
        KeyArgs keys = keys(line, mark, rest.substring(0, as), TAKEN_WORDS, WORDS.say("Write take keys=NAME, perhaps kdf=METHOD, and as new."));
        for (String part : List.of("_enc", "_mac", "_dek")) {
            declare(line, new Word(Word.Kind.WORD, name + part, 0, 0), Type.SECRET);
        }
        add(line, new Statement.Take(head, keys, name));
    }

    private BiFunction<List<Statement>, List<Statement>, Statement> forEach(Line line, Head head, ExpressionParser in) {
        Word name = name(line);
        line.expect("in", WORDS.say("behind the name"));
        if (in.atNumber() || line.peek().isDecimal() && rangeFollows(line)) {
            Number from = in.number();
            line.expect("..", WORDS.say("between the first and the last number"));
            Number to = in.number();
            declare(line, name, Type.NUMBER);
            return (body, _) -> new Statement.ForRange(head, name.text(), from, to, body);
        }
        var values = new ArrayList<Bytes>();
        do {
            values.add(in.bytes(WORDS.say("a value")));
        } while (line.take(","));
        declare(line, name, Type.BYTES);
        return (body, _) -> new Statement.ForEach(head, name.text(), List.copyOf(values), body);
    }

    private static boolean rangeFollows(Line line) {
        return line.peekAfter().is("..");
    }

    private static Word name(Line line) {
        Word w = line.next(WORDS.say("a name"));
        if (w.kind() != Word.Kind.WORD || !NAME.matcher(w.text()).matches()) {
            throw line.wrong(w, WORDS.say("\"{0}\" is no name.", w.text()), WORDS.say("A name begins with a letter and has letters, digits and _."));
        }
        if (w.isHex() || w.isPattern() && w.text().length() % 2 == 0) {
            throw line.wrong(w, WORDS.say("\"{0}\" reads as bytes.", w.text()), WORDS.say("Choose a name with another letter than A to F: {0}_.", w.text()));
        }
        if (ExpressionParser.RESERVED.contains(w.text()) || STATEMENTS.containsKey(w.text())) {
            throw line.wrong(w, WORDS.say("\"{0}\" is a word of the language.", w.text()), WORDS.say("Choose another name."));
        }
        return w;
    }

    private void declare(Line line, Word name, Type type) {
        Type before = names.putIfAbsent(name.text(), type);
        if (before != null && before != type) {
            throw line.wrong(name, WORDS.say("{0} stands for {1} above, and would stand for {2} from here.", name.text(), words(before), words(type)),
                    WORDS.say("Choose another name."));
        }
    }

    private static String words(Type type) {
        return switch (type) {
            case BYTES -> WORDS.say("bytes");
            case NUMBER -> WORDS.say("a number");
            case SECRET -> WORDS.say("a secret");
        };
    }

    private static boolean onOff(Line line) {
        if (line.take("on")) {
            return true;
        }
        line.expect("off", WORDS.say("or \"on\""));
        return false;
    }

    private static Duration time(Line line) {
        Word w = line.next(WORDS.say("a time"));
        var m = TIME.matcher(w.text());
        if (!m.matches()) {
            throw line.wrong(w, WORDS.say("\"{0}\" is no time.", w.text()), WORDS.say("Write 200ms or 5s."));
        }
        long n = Long.parseLong(m.group(1));
        Duration d = m.group(2).equals("s") ? Duration.ofSeconds(n) : Duration.ofMillis(n);
        if (d.isZero() || d.getSeconds() > LONGEST_SECONDS) {
            throw line.wrong(w, WORDS.say("\"{0}\" is not between 1ms and {1}s.", w.text(), LONGEST_SECONDS), WORDS.say("Write 200ms or 5s."));
        }
        return d;
    }

    private static Statement log(Line line, Head head, ExpressionParser in) {
        var parts = new ArrayList<Statement.Said>();
        do {
            parts.add(line.at(Word.Kind.STRING) ? new Statement.Said.Text(line.next("words").text())
                    : new Statement.Said.Value(in.atNumber() ? in.number() : in.part(WORDS.say("words or a value"))));
        } while (!line.atEnd());
        return new Statement.Log(head, List.copyOf(parts));
    }

    private void secure(Line line, Head head) {
        if (line.take("close")) {
            add(line, new Statement.SecureClose(head));
            return;
        }
        line.expect("open", WORDS.say("or \"close\""));
        int mark = line.mark();
        add(line, new Statement.SecureOpen(head, keys(line, mark, line.restWithoutComment(), KEY_WORDS,
                WORDS.say("Write secure open keys=NAME, and perhaps level=, version=, kdf= and i=."))));
    }

    /** @param known words that may stand there, by the argument each sets */
    private static KeyArgs keys(Line line, int mark, String text, Map<String, String> known, String fix) {
        var words = new HashMap<String, List<String>>();
        for (String word : text.strip().split("\\s+")) {
            int eq = word.indexOf('=');
            String key = eq < 0 ? "" : known.getOrDefault(word.substring(0, eq), "");
            if (key.isEmpty() || words.put(key, List.of(word.substring(eq + 1))) != null) {
                throw line.wrongSince(mark, word.isEmpty() ? WORDS.say("The key set is missing.") : WORDS.say("\"{0}\" does not belong here.", word), fix);
            }
        }
        if (!words.containsKey("keys")) {
            throw line.wrongSince(mark, WORDS.say("The key set is missing."), WORDS.say("Write keys=NAME: factory, or one stored with esc keysets add."));
        }
        try {
            return Arguments.build(KeyArgs.class, words);
        } catch (EscException e) {
            throw line.wrongSince(mark, e.getMessage().replace("--", ""), "");
        }
    }

    private void include(Line line, Word first, Optional<Path> file) {
        String name = line.at(Word.Kind.STRING) ? line.next(WORDS.say("a file")).text() : line.restWithoutComment().strip();
        line.end();
        if (name.isEmpty()) {
            throw line.missing(WORDS.say("a file"));
        }
        if (file.isEmpty()) {
            throw line.wrong(first, WORDS.say("Nothing can be included here."), WORDS.say("Put the lines in a file and run that."));
        }
        Path path;
        try {
            path = file.get().resolveSibling(name);
        } catch (InvalidPathException e) {
            throw line.wrongSince(1, WORDS.say("\"{0}\" cannot be the name of a file.", name), "");
        }
        Path identity = identity(path);
        if (including.contains(identity)) {
            throw line.wrongSince(1, WORDS.say("The file {0} includes itself.", name), WORDS.say("Take one of the include lines away."));
        }
        if (++included > MOST_INCLUDED || including.size() > MOST_BLOCKS) {
            tooMuch = true;
            throw line.wrongSince(1, WORDS.say("Too many files are included."), WORDS.say("There may be {0}, {1} within each other.", MOST_INCLUDED, MOST_BLOCKS));
        }
        String text;
        try {
            text = Script.text(path);
        } catch (EscException e) {
            throw line.wrongSince(1, e.getMessage(), WORDS.say("The name is taken from the folder of the script that includes it."));
        }
        int open = blocks.size();
        including.push(identity);
        file(path.toString(), numbered(text), Optional.of(path));
        including.pop();
        if (blocks.size() != open && !tooMuch) {
            throw line.wrongSince(0, blocks.size() < open ? WORDS.say("The file {0} ends blocks that it did not begin.", name)
                    : WORDS.say("The file {0} leaves a block open.", name),
                    WORDS.say("Begin and end a block in one file."));
        }
    }
}
