// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.command.Cancel;
import org.esc.trace.Decoder;
import org.esc.trace.Trace;

/**
 * What two traces have in common and where they differ, by meaning: steps are the same command for the same application with the same parameters; what
 * must differ each time (challenges, cryptograms, MACs, handles) and what is of no matter (times, readers, numbers of sessions) does not count. A step is
 * a command and its answer, with all commands of a chain and all pieces of the answer. Keeps some forty bytes per step; bytes are read again when asked for.
 */
public final class TraceDiff {

    private static final Words WORDS = Words.of(TraceDiff.class);

    private static final int LOOKS_UP = 1024;
    private static final int MOST_GROUPS = 20;

    /** What can be left out of account. */
    public enum Ignore {
        /** Challenges, nonces, random numbers and counters. */
        CHALLENGES,
        /** Cryptograms by which card and host prove that they know keys, and what was encrypted by session keys. */
        CRYPTOGRAMS,
        /** MACs of secure messaging. */
        MACS,
        /** Handles, as a card gives them out. */
        HANDLES,
        /** How a command and its answer were cut into pieces, and repetitions with the right length: GET RESPONSE, chaining, 6Cxx. */
        TRANSPORT,
        /** Who caused the exchanges. */
        ORIGINS,
        /** What tells one card from another: serial numbers, CUID, CPLC, diversification data. */
        IDENTITY
    }

    /** What is left out of account unless somebody says otherwise: all but the cards' identities. */
    public static final Set<Ignore> USUAL = Set.copyOf(EnumSet.complementOf(EnumSet.of(Ignore.IDENTITY)));

    /** How steps compare. */
    public enum Kind {
        /** The same on both sides. */
        SAME,
        /** The same command, but something in it or its answer differs. */
        CHANGED,
        /** Only on the left side. */
        LEFT,
        /** Only on the right side. */
        RIGHT
    }

    /**
     * Steps that compare alike; those that changed stand alone.
     *
     * @param kind      how they compare
     * @param leftFrom  first step on the left
     * @param leftTo    behind the last one
     * @param rightFrom first step on the right
     * @param rightTo   behind the last one
     */
    public record Block(Kind kind, int leftFrom, int leftTo, int rightFrom, int rightTo) {
    }

    /** The exchanges of a step: indexes in its trace of the first and the last one. */
    public record Rows(long first, long last) {
    }

    /** How many steps compare how. */
    public record Counts(long same, long changed, long left, long right) {
    }

    /**
     * A field of a step, on both sides.
     *
     * @param field which
     * @param left  on the left side; empty if it is not there
     * @param right on the right side; empty if it is not there
     */
    public record Change(String field, String left, String right) {

        /** True if it differs. */
        public boolean differs() {
            return !left.equals(right);
        }
    }

    private final Trace left;
    private final Trace right;
    private final List<Decoder> decoders;
    private final Set<Ignore> ignored;
    private final Steps leftSteps;
    private final Steps rightSteps;
    private final List<Block> blocks = new ArrayList<>();

    private TraceDiff(Trace left, Trace right, List<Decoder> decoders, Set<Ignore> ignored, Cancel cancel) throws EscException {
        this.left = Objects.requireNonNull(left);
        this.right = Objects.requireNonNull(right);
        this.decoders = List.copyOf(decoders);
        this.ignored = Set.copyOf(ignored);
        var labels = new LinkedHashMap<Long, Steps.Label>();
        leftSteps = steps(left, labels, cancel);
        rightSteps = steps(right, labels, cancel);
        compare();
    }

    /**
     * Compares two traces.
     *
     * @throws EscException if one cannot be read, or it was cancelled
     */
    public static TraceDiff of(Trace left, Trace right, List<Decoder> decoders, Set<Ignore> ignored, Cancel cancel) throws EscException {
        return new TraceDiff(left, right, decoders, ignored, cancel);
    }

    private Steps steps(Trace t, Map<Long, Steps.Label> labels, Cancel cancel) throws EscException {
        long first = t.first();
        var steps = Steps.all(ignored, !decoders.isEmpty(), labels);
        var reading = reading(t, first);
        for (long i = first; i < t.end(); i++) {
            if (i % LOOKS_UP == 0) {
                cancel.check(WORDS.say("compare the traces"));
            }
            steps.row(reading.next(t.get(i)), i);
        }
        steps.end();
        return steps;
    }

    private Reading reading(Trace t, long from) throws EscException {
        return new Reading(t.interpreterAt(from, decoders), decoders.isEmpty() ? Reading.Depth.BRIEF : Reading.Depth.DECODED);
    }

    private void compare() {
        int[] partners = Alignment.of(leftSteps.keys(), rightSteps.keys());
        int l = 0;
        int r = 0;
        for (int i = 0; i <= partners.length; i++) {
            if (i < partners.length && partners[i] < 0) {
                continue;
            }
            int rightEnd = i < partners.length ? partners[i] : rightSteps.size();
            gap(l, i, r, rightEnd);
            if (i < partners.length) {
                pair(i, rightEnd);
            }
            l = i + 1;
            r = rightEnd + 1;
        }
    }

    /** Steps that have no partner: those with the same command are still the same step, with other parameters. */
    private void gap(int l0, int l1, int r0, int r1) {
        if (l0 >= l1 || r0 >= r1) {
            add(Kind.LEFT, l0, Math.max(l0, l1), r0, r0);
            add(Kind.RIGHT, l1, l1, r0, Math.max(r0, r1));
            return;
        }
        int[] partners = Alignment.of(Arrays.copyOfRange(leftSteps.commands(), l0, l1), Arrays.copyOfRange(rightSteps.commands(), r0, r1));
        int l = l0;
        int r = r0;
        for (int i = 0; i < partners.length; i++) {
            if (partners[i] >= 0) {
                int p = r0 + partners[i];
                add(Kind.LEFT, l, l0 + i, r, r);
                add(Kind.RIGHT, l0 + i, l0 + i, r, p);
                add(Kind.CHANGED, l0 + i, l0 + i + 1, p, p + 1);
                l = l0 + i + 1;
                r = p + 1;
            }
        }
        add(Kind.LEFT, l, l1, r, r);
        add(Kind.RIGHT, l1, l1, r, r1);
    }

    private void pair(int l, int r) {
        add(leftSteps.content(l) == rightSteps.content(r) ? Kind.SAME : Kind.CHANGED, l, l + 1, r, r + 1);
    }

    private void add(Kind kind, int l0, int l1, int r0, int r1) {
        if (l0 == l1 && r0 == r1) {
            return;
        }
        if (!blocks.isEmpty() && blocks.getLast().kind == kind && kind != Kind.CHANGED) {
            Block b = blocks.removeLast();
            blocks.add(new Block(kind, b.leftFrom, l1, b.rightFrom, r1));
        } else {
            blocks.add(new Block(kind, l0, l1, r0, r1));
        }
    }

    /** All steps of both sides, in order. */
    public List<Block> blocks() {
        return List.copyOf(blocks);
    }

    /** True if nothing that counts differs. */
    public boolean isSame() {
        return blocks.stream().allMatch(b -> b.kind == Kind.SAME);
    }

    /** How many steps compare how. */
    public Counts counts() {
        long[] n = new long[Kind.values().length];
        blocks.forEach(b -> n[b.kind.ordinal()] += Math.max(b.leftTo - b.leftFrom, b.rightTo - b.rightFrom));
        return new Counts(n[0], n[1], n[2], n[3]);
    }

    /** The exchanges of a step on the left. */
    public Rows leftRows(int step) {
        return leftSteps.rows(step);
    }

    /** The exchanges of a step on the right. */
    public Rows rightRows(int step) {
        return rightSteps.rows(step);
    }

    /**
     * What differs in a step that changed.
     *
     * @throws EscException             if a trace cannot be read any more
     * @throws IllegalArgumentException if the block is no changed one
     */
    public List<Change> changes(Block b) throws EscException {
        if (b.kind != Kind.CHANGED) {
            throw new IllegalArgumentException("Nothing changed there");
        }
        return fields(b, 0).stream().filter(Change::differs).toList();
    }

    /**
     * All that counts of a step, alike or not.
     *
     * @param at which step of the block, from 0
     * @throws EscException if a trace cannot be read any more
     */
    public List<Change> fields(Block b, int at) throws EscException {
        Map<String, String> l = b.leftFrom + at < b.leftTo ? facts(left, leftSteps.rows(b.leftFrom + at)) : Map.of();
        Map<String, String> r = b.rightFrom + at < b.rightTo ? facts(right, rightSteps.rows(b.rightFrom + at)) : Map.of();
        var names = new ArrayList<>(l.keySet());
        r.keySet().stream().filter(k -> !l.containsKey(k)).forEach(names::add);
        return names.stream().map(k -> new Change(k, l.getOrDefault(k, ""), r.getOrDefault(k, ""))).toList();
    }

    private Map<String, String> facts(Trace t, Rows rows) throws EscException {
        var one = Steps.one(ignored, !decoders.isEmpty());
        var reading = reading(t, rows.first);
        long line = -1;
        for (long i = rows.first; i <= rows.last; i++) {
            Row r = reading.next(t.get(i));
            line = line < 0 ? Steps.line(r) : line;
            if (Steps.line(r) == line) {
                one.row(r, i);
            }
        }
        one.end();
        return one.lastFacts();
    }

    /** The gist of it in sentences, the most frequent differences first. */
    public List<String> summary() {
        var text = new ArrayList<String>();
        Counts n = counts();
        text.add(WORDS.say("{0}, {1}, {2} only on the left, {3} only on the right.", WORDS.many(n.same, "{0} step is the same", "{0} steps are the same"),
                WORDS.many(n.changed, "{0} differs", "{0} differ"), n.left, n.right));
        text.addAll(groups(Kind.CHANGED));
        text.addAll(groups(Kind.LEFT));
        text.addAll(groups(Kind.RIGHT));
        return text;
    }

    /** Steps of the same command for the same application. */
    private static final class Group {
        private long count;
        private String about;
        private final Set<String> after = new java.util.TreeSet<>();

        void add(String what, String previous) {
            count++;
            about = about == null ? what : common(about, what);
            if (after.size() < 2) {
                after.add(previous);
            }
        }

        private static String common(String a, String b) {
            if (a.length() != b.length()) {
                return "";
            }
            var s = new StringBuilder();
            boolean differs = false;
            for (int i = 0; i < a.length(); i++) {
                differs |= a.charAt(i) != b.charAt(i);
                s.append(differs ? 'x' : a.charAt(i));
            }
            return s.toString();
        }
    }

    private record Subject(String name, String application) {
    }

    private List<String> groups(Kind kind) {
        var groups = new LinkedHashMap<Subject, Group>();
        Steps steps = kind == Kind.RIGHT ? rightSteps : leftSteps;
        for (Block b : blocks) {
            if (b.kind == kind) {
                int from = kind == Kind.RIGHT ? b.rightFrom : b.leftFrom;
                int to = kind == Kind.RIGHT ? b.rightTo : b.leftTo;
                String previous = from == 0 ? "" : steps.label(from - 1).name();
                for (int i = from; i < to; i++) {
                    Steps.Label label = steps.label(i);
                    groups.computeIfAbsent(new Subject(label.name(), label.application()), _ -> new Group()).add(label.about(), previous);
                }
            }
        }
        return groups.entrySet().stream().sorted((x, y) -> Long.compare(y.getValue().count, x.getValue().count)).limit(MOST_GROUPS).map(e -> {
            Group g = e.getValue();
            String what = g.count + " × " + e.getKey().name + (g.about.isEmpty() ? "" : " " + g.about);
            String where = e.getKey().application.isEmpty() ? what : WORDS.say("{0} in {1}", what, e.getKey().application);
            String when = kind == Kind.CHANGED || g.after.size() != 1 || g.after.contains("") ? where : WORDS.say("{0}, after {1}", where, g.after.iterator().next());
            return switch (kind) {
                case LEFT -> WORDS.say("Only on the left: {0}.", when);
                case RIGHT -> WORDS.say("Only on the right: {0}.", when);
                default -> WORDS.say("Different: {0}.", when);
            };
        }).toList();
    }
}
