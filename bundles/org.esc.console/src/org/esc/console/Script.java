// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Decoder;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.Masker;
import org.esc.trace.TracedCard;

/** A script that was read whole and can be run. Immutable. {@code docs/apdu-scripts.md} describes the language. */
public final class Script {

    private static final Words WORDS = Words.of(Script.class);

    /** Longest script and longest file that it includes, in bytes. */
    public static final int MOST_BYTES = 4 << 20;

    private final List<Statement> statements;
    private final Map<String, Expression.Type> names;

    Script(List<Statement> statements, Map<String, Expression.Type> names) {
        this.statements = List.copyOf(statements);
        this.names = Map.copyOf(names);
    }

    /** The text of a file. @throws EscException USAGE if it cannot be read or is longer than {@link #MOST_BYTES} (code {@code file-unreadable}) */
    public static String text(Path file) throws EscException {
        String why;
        try (var in = Files.newInputStream(file)) {
            byte[] b = in.readNBytes(MOST_BYTES + 1);
            if (b.length <= MOST_BYTES) {
                return new String(b, StandardCharsets.UTF_8);
            }
            why = WORDS.say("it is longer than {0} MiB", MOST_BYTES >> 20);
        } catch (IOException e) {
            why = Files.isDirectory(file) ? WORDS.say("it is a folder") : Files.exists(file) ? WORDS.say("it is not readable") : WORDS.say("it is not there");
        }
        throw Problem.of(Fault.USAGE, WORDS.say("read the script"), WORDS.say("The file {0} cannot be read: {1}.", file, why)).code("file-unreadable").exception();
    }

    /**
     * Reads a script from a file, and all that it includes.
     *
     * @param given values of its {@code param} statements, by name, as the script would write them
     * @throws EscException a {@link ScriptException}, or USAGE if the file cannot be read (code {@code file-unreadable})
     */
    public static Script read(Path file, Map<String, String> given) throws EscException {
        return new Parser(given, Map.of()).script(file.toString(), text(file), Optional.of(file));
    }

    /**
     * Reads a script.
     *
     * @param name  stands for the file in places
     * @param text  the script
     * @param file  what {@code include} starts from; nothing to refuse it
     * @param given as {@link #read}
     * @throws ScriptException with all mistakes
     */
    public static Script parse(String name, String text, Optional<Path> file, Map<String, String> given) throws ScriptException {
        return new Parser(given, Map.of()).script(name, text, file);
    }

    /** Reads a line that is typed behind others, whose names hold. @throws ScriptException if it is none, or a block is not closed */
    static Script line(String name, String text, Map<String, Expression.Type> names) throws ScriptException {
        return new Parser(Map.of(), names).script(name, text, Optional.empty());
    }

    /**
     * Takes a script that was converted. Its lines have the numbers of those they were made of.
     *
     * @param given as {@link #read}
     * @throws ScriptException if lines of it could not be converted, or are wrong
     */
    public static Script of(Conversion conversion, Map<String, String> given) throws ScriptException {
        if (!conversion.lost().isEmpty()) {
            throw new ScriptException(conversion.lost());
        }
        return new Parser(given, Map.of()).script(conversion.name(), conversion.lines(), Optional.empty());
    }

    /**
     * A line of what a script would do.
     *
     * @param place     of the statement
     * @param depth     how many blocks it is in
     * @param statement as it stands in the script; a command whose bytes may not be seen, masked
     * @param command   the exact bytes, masked, if nothing of them depends on answers
     */
    public record Planned(Place place, int depth, String statement, Optional<Masked> command) {
    }

    /** What it would do, in the order of its lines. @param decoders who know what is secret */
    public List<Planned> plan(List<Decoder> decoders) {
        var all = new ArrayList<Planned>();
        plan(statements, 0, new Masker(decoders), all);
        return all;
    }

    private static void plan(List<Statement> statements, int depth, Masker masker, List<Planned> all) {
        for (Statement s : statements) {
            Optional<Masked> command = s instanceof Statement.Send send ? constant(send.command()).map(b -> Shown.masked(masker, new Entry(0, Optional.empty(),
                    Optional.empty(), TracedCard.UNKNOWN, new Origin(Origin.Kind.CONSOLE, ""), Masked.open(b), Masked.open((byte) 0x90, (byte) 0), Optional.empty(), false,
                    Optional.empty())).command()) : Optional.empty();
            all.add(new Planned(s.head().place(), depth, command.filter(Masked::hasHidden).map(c -> "> " + c).orElse(s.head().text()), command));
            switch (s) {
                case Statement.If i -> {
                    plan(i.then(), depth + 1, masker, all);
                    plan(i.otherwise(), depth + 1, masker, all);
                }
                case Statement.Repeat b -> plan(b.body(), depth + 1, masker, all);
                case Statement.ForEach b -> plan(b.body(), depth + 1, masker, all);
                case Statement.ForRange b -> plan(b.body(), depth + 1, masker, all);
                case Statement.While b -> plan(b.body(), depth + 1, masker, all);
                default -> {
                }
            }
        }
    }

    private static Optional<byte[]> constant(Expression.Bytes b) {
        try (var nothing = new Names()) {
            return isConstant(b) ? Optional.of(nothing.of(b).bytes()) : Optional.empty();
        } catch (EscException _) {
            return Optional.empty();
        }
    }

    private static boolean isConstant(Expression.Bytes b) {
        return switch (b) {
            case Expression.Bytes.Literal _ -> true;
            case Expression.Bytes.Joined j -> j.parts().stream().allMatch(Script::isConstant);
            case Expression.Bytes.Counted c -> isConstant(c.value());
            case Expression.Bytes.Tagged t -> isConstant(t.value());
            case Expression.Bytes.Padded p -> isConstant(p.value()) && p.size() instanceof Expression.Number.Constant;
            default -> false;
        };
    }

    List<Statement> statements() {
        return statements;
    }

    /** Names that have a value at the end. */
    Map<String, Expression.Type> names() {
        return names;
    }
}
