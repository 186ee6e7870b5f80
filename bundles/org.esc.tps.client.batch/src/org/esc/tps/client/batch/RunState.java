// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/**
 * How far a run has come, as its journal tells.
 *
 * @param journal  the file
 * @param plan     where the plan was
 * @param started  when it was begun
 * @param last     when something last happened
 * @param sessions how often it was begun or gone on with
 * @param finished true if nothing is left to do
 * @param rows     the rows, in order
 * @param refused  cards that were refused, and why
 */
public record RunState(Path journal, String plan, Instant started, Instant last, int sessions, boolean finished, List<RowState> rows,
        List<RefusedCard> refused) {

    private static final Words WORDS = Words.of(RunState.class);

    /** Between lines of a value in the journal. */
    static final String LINES = "\n";

    public RunState {
        rows = List.copyOf(rows);
        refused = List.copyOf(refused);
    }

    /**
     * A card that was not touched.
     *
     * @param at     when
     * @param reader where
     * @param cuid   which, if it tells
     * @param why    in a sentence
     */
    public record RefusedCard(Instant at, String reader, String cuid, String why) {
    }

    /**
     * How many rows are where.
     *
     * @param all         all of them
     * @param done        complete
     * @param failed      went wrong
     * @param skipped     left out
     * @param interrupted begun and cut off
     * @param open        not begun, or being worked on
     */
    public record Counts(int all, int done, int failed, int skipped, int interrupted, int open) {

        /** In words, for a person. */
        public String inWords() {
            var parts = new ArrayList<String>();
            parts.add(WORDS.say("{0} of {1} done", done, all));
            if (failed > 0) {
                parts.add(WORDS.say("{0} failed", failed));
            }
            if (skipped > 0) {
                parts.add(WORDS.say("{0} left out", skipped));
            }
            if (interrupted > 0) {
                parts.add(WORDS.say("{0} interrupted", interrupted));
            }
            if (open > 0) {
                parts.add(WORDS.say("{0} to do", open));
            }
            return String.join(", ", parts);
        }
    }

    /** Reads a journal; that of a run under way, too. @throws EscException USAGE, code {@code bad-journal} or {@code file-unreadable} */
    public static RunState read(Path journal) throws EscException {
        return of(journal, RunLog.read(journal));
    }

    static RunState of(Path journal, List<RunLog.Entry> entries) throws EscException {
        try {
            return fold(journal, entries);
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the journal"),
                    WORDS.say("The journal {0} makes no sense.", journal)).code("bad-journal").exception(e);
        }
    }

    private static RunState fold(Path journal, List<RunLog.Entry> entries) {
        var rows = new ArrayList<RowState>();
        var refused = new ArrayList<RefusedCard>();
        Instant started = entries.isEmpty() ? Instant.EPOCH : entries.getFirst().at();
        Instant last = entries.isEmpty() ? Instant.EPOCH : entries.getLast().at();
        String plan = "";
        int sessions = 0;
        for (var e : entries) {
            switch (e.kind()) {
                case "run" -> {
                    plan = e.get("plan");
                    sessions++;
                }
                case "row" -> rows.add(RowState.open(rows.size() + 1, row(e)));
                case "refused" -> refused.add(new RefusedCard(e.at(), e.get("reader"), e.get("cuid"), e.get("why")));
                default -> {
                    int n = e.number("row");
                    if (n >= 1 && n <= rows.size()) {
                        rows.set(n - 1, after(rows.get(n - 1), e));
                    }
                }
            }
        }
        boolean finished = !rows.isEmpty() && rows.stream().allMatch(r -> r.state().closed());
        return new RunState(journal, plan, started, last, sessions, finished, rows, refused);
    }

    private static Row row(RunLog.Entry e) {
        return new Row(e.find("cuid").map(Cuid::of), Task.of(e.get("task")).orElse(Task.FORMAT), e.find("user"), e.find("profile"));
    }

    static RunLog.Entry entry(Row r) {
        var values = new java.util.LinkedHashMap<String, String>();
        values.put("cuid", r.cuid().map(Cuid::toString).orElse(""));
        values.put("task", r.task().word());
        values.put("user", r.user().orElse(""));
        values.put("profile", r.profile().orElse(""));
        return new RunLog.Entry(RunLog.now(), "row", values);
    }

    /** A row, after something happened to it. */
    static RowState after(RowState r, RunLog.Entry e) {
        return switch (e.kind()) {
            // whoever reads this sees it interrupted until its end is there
            case "begin" -> new RowState(r.number(), r.row(), RowState.State.INTERRUPTED, e.find("cuid").map(Cuid::of).or(r::cuid), e.get("reader"),
                    r.attempts() + 1, Optional.of(e.at()), Optional.empty(), "", -1, "", "", List.of(), e.get("keys"), "", r.notes());
            case "note" -> new RowState(r.number(), r.row(), r.state(), r.cuid(), r.reader(), r.attempts(), r.began(), r.ended(), r.code(), r.endOp(),
                    r.message(), r.advice(), r.certificates(), r.keysBefore(), r.keysAfter(),
                    Stream.concat(r.notes().stream(), Stream.of(e.get("text"))).toList());
            case "cut" -> new RowState(r.number(), r.row(), e.get("begun").equals("no") ? RowState.State.OPEN
                    : RowState.State.INTERRUPTED, e.get("begun").equals("no") ? r.row().cuid() : r.cuid(), r.reader(), r.attempts(), r.began(),
                    Optional.empty(), e.get("code"), -1, e.get("message"), e.get("advice"), List.of(), r.keysBefore(), "", r.notes());
            case "end" -> new RowState(r.number(), r.row(), switch (e.get("state")) {
                case "done" -> RowState.State.DONE;
                case "skipped" -> RowState.State.SKIPPED;
                default -> RowState.State.FAILED;
            }, r.cuid(), r.reader(), r.attempts(), r.began(), Optional.of(e.at()), e.get("code"), e.find("endop").map(_ -> e.number("endop")).orElse(-1),
                    e.get("message"), e.get("advice"), lines(e.get("certificates")), r.keysBefore(), e.get("keys"),
                    Stream.concat(r.notes().stream(), lines(e.get("notes")).stream()).toList());
            case "again" -> RowState.open(r.number(), r.row());
            default -> r;
        };
    }

    private static List<String> lines(String text) {
        return text.isEmpty() ? List.of() : Arrays.asList(text.split(LINES));
    }

    /** How many rows are where. */
    public Counts counts() {
        return counts(rows);
    }

    /** How many of these rows are where. */
    public static Counts counts(List<RowState> rows) {
        int[] n = new int[RowState.State.values().length];
        rows.forEach(r -> n[r.state().ordinal()]++);
        return new Counts(rows.size(), n[RowState.State.DONE.ordinal()], n[RowState.State.FAILED.ordinal()], n[RowState.State.SKIPPED.ordinal()],
                n[RowState.State.INTERRUPTED.ordinal()], n[RowState.State.OPEN.ordinal()] + n[RowState.State.RUNNING.ordinal()]);
    }

    /**
     * The rows that are not done, as a plan to run again: those that failed, were left out, interrupted or not begun. A row for any card names the card
     * that it went wrong with.
     */
    public Optional<Plan> failed() {
        var left = rows.stream().filter(r -> r.state() != RowState.State.DONE)
                .map(r -> new Row(r.row().cuid().or(r::cuid), r.row().task(), r.row().user(), r.row().profile())).toList();
        return left.isEmpty() ? Optional.empty() : Optional.of(new Plan(left));
    }
}
