// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.esc.apdu.Words;

/**
 * Regular expressions that are looked for in time proportional to the text, whatever the expression: all ways are followed at once instead of one after the
 * other. Knows literals, {@code .}, classes, {@code \d \w \s \b} and their opposites, groups, {@code |}, {@code * + ? {n,m}}, {@code ^ $}; no
 * back references and no look-around, which cannot be had at that price.
 */
final class LinearRegex {

    private static final Words WORDS = Words.of(LinearRegex.class);

    private static final int MOST_INSTRUCTIONS = 2000;
    private static final int MOST_DEPTH = 40;
    private static final int MOST_REPEATS = 1000;

    /** An expression that is none; {@code at} is the index in it. */
    static final class Bad extends Exception {
        private static final long serialVersionUID = 1L;
        final int at;

        Bad(int at, String message) {
            super(message);
            this.at = at;
        }
    }

    private sealed interface Node {
    }

    /** One character of a set; those from 256 on are in it if {@code beyond}. */
    private record Char(BitSet set, boolean beyond) implements Node {
        boolean has(char c) {
            return c < 256 ? set.get(c) : beyond;
        }
    }

    private record Exactly(char c) implements Node {
    }

    private enum Place implements Node {
        BEGIN, END, WORD, NO_WORD
    }

    private record Sequence(List<Node> nodes) implements Node {
    }

    private record Either(List<Node> nodes) implements Node {
    }

    private record Repeat(Node node, int least, int most) implements Node {
    }

    private enum Op {
        TAKE, SPLIT, JUMP, CHECK, FOUND
    }

    private record Instruction(Op op, Node node, int x, int y) {
    }

    private final String text;
    private final boolean anyCase;
    private final List<Instruction> program = new ArrayList<>();
    private int at;
    private int depth;

    private LinearRegex(String text, boolean anyCase) {
        this.text = text;
        this.anyCase = anyCase;
    }

    /** Reads an expression. @throws Bad if it is none, or too large */
    static LinearRegex of(String text, boolean anyCase) throws Bad {
        var r = new LinearRegex(text, anyCase);
        Node node = r.either();
        if (r.at < text.length()) {
            throw new Bad(r.at, WORDS.say("a ) without its ("));
        }
        r.emit(node);
        r.add(Op.FOUND, node, 0, 0);
        return r;
    }

    private Node either() throws Bad {
        if (++depth > MOST_DEPTH) {
            throw new Bad(at, WORDS.say("too many groups within each other"));
        }
        var all = new ArrayList<Node>();
        all.add(sequence());
        while (at < text.length() && text.charAt(at) == '|') {
            at++;
            all.add(sequence());
        }
        depth--;
        return all.size() == 1 ? all.getFirst() : new Either(all);
    }

    private Node sequence() throws Bad {
        var all = new ArrayList<Node>();
        while (at < text.length() && text.charAt(at) != '|' && text.charAt(at) != ')') {
            all.add(repeated());
        }
        return new Sequence(all);
    }

    private Node repeated() throws Bad {
        Node n = one();
        int times = 0;
        while (at < text.length()) {
            int begin = at;
            char c = text.charAt(at);
            if (c == '*' || c == '+' || c == '?') {
                at++;
                n = new Repeat(n, c == '+' ? 1 : 0, c == '?' ? 1 : -1);
            } else if (c == '{') {
                int close = text.indexOf('}', at);
                String[] bounds = close < 0 ? new String[0] : text.substring(at + 1, close).split(",", -1);
                int least = bounds.length == 0 ? -1 : number(bounds[0]);
                int most = bounds.length < 2 ? least : bounds[1].isEmpty() ? -1 : number(bounds[1]);
                if (least < 0 || bounds.length > 2 || most < least && !(bounds.length == 2 && bounds[1].isEmpty())) {
                    throw new Bad(begin, WORDS.say("a repetition such as {0} or {1}, of at most {2}", "{2}", "{2,5}", MOST_REPEATS));
                }
                at = close + 1;
                n = new Repeat(n, least, most);
            } else {
                return n;
            }
            if (at < text.length() && text.charAt(at) == '?') {
                // reluctant: the same when it only matters whether there is a match
                at++;
            }
            if (++times > 1) {
                throw new Bad(begin, WORDS.say("one repetition behind a character or group"));
            }
        }
        return n;
    }

    private static int number(String s) {
        return s.isEmpty() || s.length() > 4 || !s.chars().allMatch(c -> c >= '0' && c <= '9') || Integer.parseInt(s) > MOST_REPEATS ? -1
                : Integer.parseInt(s);
    }

    private Node one() throws Bad {
        int begin = at;
        char c = text.charAt(at++);
        switch (c) {
            case '(' -> {
                if (text.startsWith("?:", at)) {
                    at += 2;
                } else if (text.startsWith("?", at)) {
                    throw new Bad(begin, WORDS.say("no look-around"));
                }
                Node n = either();
                if (at >= text.length()) {
                    throw new Bad(begin, WORDS.say("a ) for this ("));
                }
                at++;
                return n;
            }
            case '*', '+', '?', '{' -> throw new Bad(begin, WORDS.say("something before {0} that it repeats", c));
            case '^' -> {
                return Place.BEGIN;
            }
            case '$' -> {
                return Place.END;
            }
            case '.' -> {
                var all = new BitSet();
                all.set(0, 256);
                return new Char(all, true);
            }
            case '[' -> {
                return set(begin);
            }
            case '\\' -> {
                return escaped(begin);
            }
            default -> {
                return literal(c);
            }
        }
    }

    private Node literal(char c) {
        if (c >= 256 && !anyCase) {
            return new Exactly(c);
        }
        if (c >= 256) {
            return new Exactly(Character.toLowerCase(c));
        }
        return new Char(bits(c, c), false);
    }

    private BitSet bits(char from, char to) {
        var s = new BitSet();
        for (int c = from; c <= to && c < 256; c++) {
            s.set(c);
            if (anyCase) {
                char low = Character.toLowerCase((char) c);
                char up = Character.toUpperCase((char) c);
                s.set(low < 256 ? low : c);
                s.set(up < 256 ? up : c);
            }
        }
        return s;
    }

    private Node escaped(int begin) throws Bad {
        if (at >= text.length()) {
            throw new Bad(begin, WORDS.say("a character behind \\"));
        }
        char c = text.charAt(at++);
        return switch (c) {
            case 'b' -> Place.WORD;
            case 'B' -> Place.NO_WORD;
            default -> {
                Char kind = kind(c);
                if (kind != null) {
                    yield kind;
                }
                if (c >= '1' && c <= '9') {
                    throw new Bad(begin, WORDS.say("no back reference"));
                }
                if (Character.isLetterOrDigit(c) && c != 't' && c != 'n' && c != 'r') {
                    throw new Bad(begin, WORDS.say("no {0}", "\\" + c));
                }
                yield literal(control(c));
            }
        };
    }

    private static char control(char c) {
        return switch (c) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            default -> c;
        };
    }

    /** {@code \d \w \s} and their opposites; null for anything else. */
    private static Char kind(char c) {
        var s = new BitSet();
        for (char x = 0; x < 256; x++) {
            boolean in = switch (Character.toLowerCase(c)) {
                case 'd' -> x >= '0' && x <= '9';
                case 'w' -> isWord(x);
                case 's' -> x == ' ' || x >= 9 && x <= 13;
                default -> false;
            };
            s.set(x, in);
        }
        return switch (c) {
            case 'd', 'w', 's' -> new Char(s, false);
            case 'D', 'W', 'S' -> {
                s.flip(0, 256);
                yield new Char(s, true);
            }
            default -> null;
        };
    }

    private static boolean isWord(char x) {
        return x >= '0' && x <= '9' || x >= 'a' && x <= 'z' || x >= 'A' && x <= 'Z' || x == '_';
    }

    private Node set(int begin) throws Bad {
        boolean not = at < text.length() && text.charAt(at) == '^';
        if (not) {
            at++;
        }
        var s = new BitSet();
        boolean beyond = false;
        boolean first = true;
        while (true) {
            if (at >= text.length()) {
                throw new Bad(begin, WORDS.say("a ] for this ["));
            }
            char c = text.charAt(at++);
            if (c == ']' && !first) {
                break;
            }
            first = false;
            if (c == '\\' && at < text.length()) {
                char e = text.charAt(at++);
                Char kind = kind(e);
                if (kind != null) {
                    s.or(kind.set());
                    beyond |= kind.beyond();
                    continue;
                }
                c = control(e);
            }
            char to = c;
            if (at + 1 < text.length() && text.charAt(at) == '-' && text.charAt(at + 1) != ']') {
                to = text.charAt(at + 1);
                at += 2;
                if (to == '\\' && at < text.length()) {
                    to = control(text.charAt(at++));
                }
                if (to < c) {
                    throw new Bad(begin, WORDS.say("a range that rises"));
                }
            }
            s.or(bits(c, to));
            beyond |= to >= 256;
        }
        if (not) {
            s.flip(0, 256);
        }
        return new Char(s, beyond != not);
    }

    private int add(Op op, Node node, int x, int y) throws Bad {
        if (program.size() >= MOST_INSTRUCTIONS) {
            throw new Bad(0, WORDS.say("a smaller expression"));
        }
        program.add(new Instruction(op, node, x, y));
        return program.size() - 1;
    }

    private void emit(Node n) throws Bad {
        switch (n) {
            case Char _, Exactly _ -> add(Op.TAKE, n, 0, 0);
            case Place _ -> add(Op.CHECK, n, 0, 0);
            case Sequence r -> {
                for (Node x : r.nodes()) {
                    emit(x);
                }
            }
            case Either e -> {
                var ends = new ArrayList<Integer>();
                for (int i = 0; i < e.nodes().size(); i++) {
                    if (i == e.nodes().size() - 1) {
                        emit(e.nodes().get(i));
                    } else {
                        int split = add(Op.SPLIT, n, 0, 0);
                        emit(e.nodes().get(i));
                        ends.add(add(Op.JUMP, n, 0, 0));
                        program.set(split, new Instruction(Op.SPLIT, n, split + 1, program.size()));
                    }
                }
                ends.forEach(j -> program.set(j, new Instruction(Op.JUMP, n, program.size(), 0)));
            }
            case Repeat r -> {
                for (int i = 0; i < r.least(); i++) {
                    emit(r.node());
                }
                if (r.most() < 0) {
                    int split = add(Op.SPLIT, n, 0, 0);
                    emit(r.node());
                    add(Op.JUMP, n, split, 0);
                    program.set(split, new Instruction(Op.SPLIT, n, split + 1, program.size()));
                } else {
                    var splits = new ArrayList<Integer>();
                    for (int i = r.least(); i < r.most(); i++) {
                        splits.add(add(Op.SPLIT, n, 0, 0));
                        emit(r.node());
                    }
                    splits.forEach(s -> program.set(s, new Instruction(Op.SPLIT, n, s + 1, program.size())));
                }
            }
        }
    }

    /** True if it is found anywhere in a text. */
    boolean in(CharSequence s) {
        int n = program.size();
        int[] now = new int[n];
        int[] next = new int[n];
        int[] seen = new int[n];
        int[] stack = new int[2 * n + 2];
        int count = 0;
        for (int i = 0;; i++) {
            // a match may begin anywhere
            count = follow(0, now, count, seen, i + 1, stack, s, i);
            if (count < 0) {
                return true;
            }
            if (i == s.length()) {
                return false;
            }
            char c = s.charAt(i);
            int more = 0;
            for (int k = 0; k < count; k++) {
                if (takes(program.get(now[k]).node(), c)) {
                    more = follow(now[k] + 1, next, more, seen, i + 2, stack, s, i + 1);
                    if (more < 0) {
                        return true;
                    }
                }
            }
            int[] swap = now;
            now = next;
            next = swap;
            count = more;
        }
    }

    private boolean takes(Node n, char c) {
        return switch (n) {
            case Char set -> set.has(c);
            case Exactly e -> e.c() == (anyCase ? Character.toLowerCase(c) : c);
            default -> false;
        };
    }

    /** Adds to a list all instructions that take a character and can be reached without one; -1 if the end is reached. */
    private int follow(int from, int[] list, int count, int[] seen, int mark, int[] stack, CharSequence s, int i) {
        int top = 0;
        stack[top++] = from;
        while (top > 0) {
            int pc = stack[--top];
            if (seen[pc] == mark) {
                continue;
            }
            seen[pc] = mark;
            Instruction x = program.get(pc);
            switch (x.op()) {
                case FOUND -> {
                    return -1;
                }
                case TAKE -> list[count++] = pc;
                case JUMP -> stack[top++] = x.x();
                case SPLIT -> {
                    stack[top++] = x.x();
                    stack[top++] = x.y();
                }
                case CHECK -> {
                    boolean left = i > 0 && isWord(s.charAt(i - 1));
                    boolean right = i < s.length() && isWord(s.charAt(i));
                    boolean holds = switch ((Place) x.node()) {
                        case BEGIN -> i == 0;
                        case END -> i == s.length();
                        case WORD -> left != right;
                        case NO_WORD -> left == right;
                    };
                    if (holds) {
                        stack[top++] = pc + 1;
                    }
                }
            }
        }
        return count;
    }
}
