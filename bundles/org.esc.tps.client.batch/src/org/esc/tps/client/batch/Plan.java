// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;

/**
 * What is to be done with which tokens, row by row. In a file: a table with a line of column names,
 *
 * <pre>cuid,operation,user,profile
 *4090-6145-c762-2419-2d2b,enroll,alice,
 **,enroll,bob,userKey</pre>
 *
 * of which only {@code operation} must be there. A card may have several rows, which are done in order. No secret is ever in a plan.
 *
 * @param rows in order; never empty
 */
public record Plan(List<Row> rows) {

    private static final Words WORDS = Words.of(Plan.class);

    /** Column names of a plan, in order. */
    public static final List<String> COLUMNS = List.of("cuid", "operation", "user", "profile");

    private static final int MOST_ROWS = 1_000_000;
    /** A user name or profile goes to the server as it is, into forms and records. */
    private static final int LONGEST = 256;
    private static final Set<String> SECRETS = Set.of("password", "pin", "puk", "passphrase", "secret");

    public Plan {
        rows = List.copyOf(rows);
    }

    private enum Column {
        CUID, OPERATION, USER, PROFILE
    }

    /** Reads a file. @throws EscException USAGE, code {@code bad-plan}, naming line and column; {@code file-unreadable} */
    public static Plan read(Path file) throws EscException {
        Path name = file.getFileName();
        return parse(name == null ? file.toString() : name.toString(), Table.read(file));
    }

    /**
     * Reads text.
     *
     * @param name how it is called in complaints
     * @throws EscException as {@link #read}
     */
    public static Plan parse(String name, String text) throws EscException {
        var lines = Table.parse(name, text);
        if (lines.isEmpty()) {
            throw Table.wrong(name, 1, 1, WORDS.say("there is nothing in it."), WORDS.say("The first line names the columns: {0}", String.join(",", COLUMNS)));
        }
        Map<Column, Integer> where = columns(name, lines.getFirst());
        if (lines.size() == 1) {
            throw Table.wrong(name, 2, 1, WORDS.say("there are no rows."), "");
        }
        if (lines.size() > MOST_ROWS + 1) {
            throw Table.wrong(name, lines.get(MOST_ROWS + 1).getFirst().line(), 1, WORDS.say("there are more than {0} rows.", MOST_ROWS), "");
        }
        var rows = new ArrayList<Row>();
        for (var cells : lines.subList(1, lines.size())) {
            rows.add(row(name, cells, lines.getFirst().size(), where));
        }
        return new Plan(rows);
    }

    private static Map<Column, Integer> columns(String name, List<Table.Cell> head) throws EscException {
        var where = new EnumMap<Column, Integer>(Column.class);
        for (int i = 0; i < head.size(); i++) {
            Table.Cell cell = head.get(i);
            String word = cell.text().toLowerCase(Locale.ROOT);
            Column c = switch (word) {
                case "cuid", "token" -> Column.CUID;
                case "operation" -> Column.OPERATION;
                case "user" -> Column.USER;
                case "profile", "token type", "tokentype", "type" -> Column.PROFILE;
                default -> throw Table.wrong(name, cell.line(), cell.column(), SECRETS.contains(word)
                        ? WORDS.say("a plan holds no secrets, so there is no column \"{0}\".", cell.text())
                        : WORDS.say("there is no column \"{0}\" in a plan.", cell.text()), SECRETS.contains(word)
                        ? WORDS.say("Take the column out. Passwords are asked for, or given by --password-env; new PINs follow --pin.")
                        : WORDS.say("The columns are {0}.", String.join(", ", COLUMNS)));
            };
            if (where.put(c, i) != null) {
                throw Table.wrong(name, cell.line(), cell.column(), WORDS.say("the column \"{0}\" is there twice.", cell.text()), "");
            }
        }
        if (!where.containsKey(Column.OPERATION)) {
            throw Table.wrong(name, head.getFirst().line(), 1, WORDS.say("no column is called \"operation\"."),
                    WORDS.say("The first line names the columns: {0}", String.join(",", COLUMNS)));
        }
        return where;
    }

    private static Row row(String name, List<Table.Cell> cells, int columns, Map<Column, Integer> where) throws EscException {
        if (cells.size() > columns) {
            Table.Cell extra = cells.get(columns);
            throw Table.wrong(name, extra.line(), extra.column(), WORDS.say("there are more cells than columns."), "");
        }
        var operation = cell(cells, where.get(Column.OPERATION));
        int line = cells.getFirst().line();
        Task task = operation.flatMap(c -> Task.of(c.text())).orElseThrow(() -> Table.wrong(name, line,
                operation.map(Table.Cell::column).orElse(1), operation.filter(c -> !c.text().isEmpty())
                        .map(c -> WORDS.say("\"{0}\" is no operation.", c.text())).orElse(WORDS.say("the operation is missing.")),
                WORDS.say("The operations are format, enroll, re-key and retire.")));
        Optional<Cuid> cuid = Optional.empty();
        Optional<Table.Cell> id = cell(cells, where.get(Column.CUID)).filter(c -> !c.text().isEmpty() && !c.text().equals("*"));
        if (id.isPresent()) {
            try {
                cuid = Optional.of(Cuid.of(id.get().text()));
            } catch (IllegalArgumentException _) {
                throw Table.wrong(name, id.get().line(), id.get().column(), WORDS.say("\"{0}\" is no CUID.", id.get().text()),
                        WORDS.say("A CUID has 20 hexadecimal digits; * or nothing stands for any card."));
            }
        }
        return new Row(cuid, task, text(name, cells, where.get(Column.USER)), text(name, cells, where.get(Column.PROFILE)));
    }

    private static Optional<Table.Cell> cell(List<Table.Cell> cells, Integer at) {
        return at == null || at >= cells.size() ? Optional.empty() : Optional.of(cells.get(at));
    }

    private static Optional<String> text(String name, List<Table.Cell> cells, Integer at) throws EscException {
        var cell = cell(cells, at).filter(c -> !c.text().isEmpty());
        if (cell.isEmpty()) {
            return Optional.empty();
        }
        String text = cell.get().text();
        if (text.length() > LONGEST || text.chars().anyMatch(Character::isISOControl)) {
            throw Table.wrong(name, cell.get().line(), cell.get().column(), text.length() > LONGEST
                    ? WORDS.say("this is longer than {0} characters.", LONGEST) : WORDS.say("there is a control character in it."), "");
        }
        return Optional.of(text);
    }

    /** As a file. */
    public String text() {
        var text = new StringBuilder(Table.line(COLUMNS));
        for (Row r : rows) {
            text.append(Table.line(List.of(r.cuid().map(Cuid::toString).orElse("*"), r.task().word(), r.user().orElse(""),
                    r.profile().orElse(""))));
        }
        return text.toString();
    }

    /**
     * A plan for tokens in a table of another program, such as a server's list of tokens: a column called {@code cuid}, {@code tokenID} or
     * {@code id} is needed, {@code user} or {@code userID} and {@code type} or {@code profile} are taken along, others are left aside.
     *
     * @param name how the table is called in complaints
     * @param task what is to be done with each
     */
    public static Plan ofTokens(String name, String text, Task task) throws EscException {
        var lines = Table.parse(name, text);
        var at = new HashMap<String, Integer>();
        for (int i = 0; !lines.isEmpty() && i < lines.getFirst().size(); i++) {
            at.putIfAbsent(lines.getFirst().get(i).text().toLowerCase(Locale.ROOT).replaceAll("[ _-]", ""), i);
        }
        Integer id = first(at, "cuid", "tokenid", "token", "id");
        if (id == null) {
            throw Table.wrong(name, 1, 1, WORDS.say("no column holds the numbers of tokens."), WORDS.say("Such a column is called cuid, tokenID or id."));
        }
        var rows = new ArrayList<Row>();
        for (var cells : lines.subList(1, lines.size())) {
            var cell = cell(cells, id);
            try {
                rows.add(new Row(Optional.of(Cuid.of(cell.map(Table.Cell::text).orElse(""))), task,
                        text(name, cells, first(at, "user", "userid", "uid", "owner")), text(name, cells, first(at, "profile", "type", "tokentype"))));
            } catch (IllegalArgumentException _) {
                throw Table.wrong(name, cells.getFirst().line(), cell.map(Table.Cell::column).orElse(1), WORDS.say("this is no CUID."), "");
            }
        }
        if (rows.isEmpty()) {
            throw Table.wrong(name, 2, 1, WORDS.say("there are no rows."), "");
        }
        return new Plan(rows);
    }

    /** As {@link #ofTokens(String, String, Task)}, from a file. @param profile for all rows in place of what the table says */
    public static Plan ofTokens(Path table, Task task, Optional<String> profile) throws EscException {
        Plan plan = ofTokens(String.valueOf(table.getFileName()), Table.read(table), task);
        return profile.isEmpty() ? plan : new Plan(plan.rows().stream().map(r -> new Row(r.cuid(), r.task(), r.user(), profile)).toList());
    }

    private static Integer first(Map<String, Integer> at, String... names) {
        for (String n : names) {
            if (at.containsKey(n)) {
                return at.get(n);
            }
        }
        return null;
    }

    /** What a person should look at before this is run, in sentences. */
    public List<String> remarks() {
        var remarks = new ArrayList<String>();
        var seen = new HashMap<String, Integer>();
        for (int i = 0; i < rows.size(); i++) {
            Row r = rows.get(i);
            if (r.task() == Task.ENROLL && r.user().isEmpty()) {
                remarks.add(WORDS.say("Row {0}: no user is named; it is for the run’s own user (--user), or somebody is asked.", i + 1));
            }
            if (r.cuid().isEmpty() && (r.task() == Task.RETIRE || r.task() == Task.RE_KEY)) {
                remarks.add(WORDS.say("Row {0}: \"{1}\" for any card takes enrolled tokens only with --replace.", i + 1, r.task().word()));
            }
            String key = r.cuid() + " " + r.task();
            Integer before = r.cuid().isPresent() ? seen.putIfAbsent(key, i) : null;
            if (before != null) {
                remarks.add(WORDS.say("Row {0}: {1} has \"{2}\" already in row {3}.", i + 1, r.card(), r.task().word(), before + 1));
            }
        }
        if (retires() > 0) {
            remarks.add(WORDS.many(retires(), "{0} token is retired: its record at the server is ended only if somebody signs in to the administration (--admin).",
                    "{0} tokens are retired: their records at the server are ended only if somebody signs in to the administration (--admin)."));
        }
        return remarks;
    }

    /** How many rows end the record of a token. */
    public int retires() {
        return (int) rows.stream().filter(r -> r.task() == Task.RETIRE).count();
    }
}
