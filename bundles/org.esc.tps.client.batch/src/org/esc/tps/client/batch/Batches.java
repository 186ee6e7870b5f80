// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.card.TransportRules;
import org.esc.command.Ask;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.command.LineFile;
import org.esc.command.UserDirs;
import org.esc.driver.host.Drivers;
import org.esc.tps.client.Journal;
import org.esc.tps.client.LinkArgs;
import org.esc.tps.client.TokenArgs;
import org.esc.tps.client.TokenWork;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Begins runs and goes on with them; finds the journals of a plan. What the verbs {@code batch …} and the workbench share. */
@Component(service = Batches.class)
public final class Batches {

    private static final Words WORDS = Words.of(Batches.class);

    private static final String STEP = WORDS.say("begin the run");
    private static final int MOST_RECENT = 20;

    private final BatchRun.Tools tools;
    private final LineFile recent;
    private UnaryOperator<RunLog.Disk> disk = UnaryOperator.identity();

    /** With what the program has. */
    @Activate
    public Batches(@Reference Readers readers, @Reference Drivers drivers, @Reference TokenWork work, @Reference Journal tokens) {
        this(readers, drivers, work, tokens, UserDirs.state().resolve("batch-runs"));
    }

    /** With its own place to remember runs. */
    public Batches(Readers readers, Drivers drivers, TokenWork work, Journal tokens, Path recent) {
        tools = new BatchRun.Tools(readers, drivers, work, tokens);
        this.recent = new LineFile(recent);
    }

    /** Runs that were begun or gone on with by this user, in the terminal or the workbench, the last one first, as far as their journals are still there. */
    public List<RunState> recent() {
        var list = new ArrayList<RunState>();
        try {
            for (String line : recent.lines().reversed()) {
                if (!line.isBlank() && Files.isRegularFile(Path.of(line))) {
                    list.add(RunState.read(Path.of(line)));
                }
            }
        } catch (IOException | EscException | InvalidPathException _) {
            // what cannot be read is not offered; whoever wants it names the file
        }
        return list;
    }

    private void remember(Path journal) {
        String line = journal.toAbsolutePath().normalize().toString();
        try {
            recent.change(lines -> {
                lines.remove(line);
                lines.add(line);
                while (lines.size() > MOST_RECENT) {
                    lines.removeFirst();
                }
            });
        } catch (IOException _) {
            // a run is worth more than its being offered again
        }
    }

    /** What a run was last begun with, so that whoever goes on with it need not say it again: {@code tps}, {@code ca}, {@code pin}, {@code letters}. */
    public static Map<String, String> lastOptions(Path journal) throws EscException {
        return RunLog.read(journal).stream().filter(e -> e.kind().equals("run")).reduce((_, b) -> b).map(RunLog.Entry::values).orElse(Map.of());
    }

    /** Has journals written through another disk, for tests. */
    void disk(UnaryOperator<RunLog.Disk> other) {
        disk = other;
    }

    /** Journals of a plan, the oldest first. */
    public static List<Path> journals(Path plan) {
        Path name = plan.getFileName();
        Path folder = plan.toAbsolutePath().getParent();
        if (name == null || folder == null || !Files.isDirectory(folder)) {
            return List.of();
        }
        var pattern = Pattern.compile(Pattern.quote(name.toString()) + "\\.(\\d{1,6})" + Pattern.quote(RunLog.EXTENSION));
        try (var files = Files.list(folder)) {
            return files.filter(f -> pattern.matcher(f.getFileName().toString()).matches()).sorted(Comparator.comparing(f -> {
                var m = pattern.matcher(f.getFileName().toString());
                return m.matches() ? Integer.parseInt(m.group(1)) : 0;
            })).toList();
        } catch (IOException _) {
            return List.of();
        }
    }

    /** The journal that is meant by a journal's or a plan's file: of a plan the last one. @throws EscException USAGE if there is none */
    public static Path journal(Path file) throws EscException {
        if (file.toString().endsWith(RunLog.EXTENSION)) {
            return file;
        }
        var all = journals(file);
        if (all.isEmpty()) {
            throw Problem.of(Fault.USAGE, WORDS.say("find the run"), WORDS.say("There is no run of {0}.", file)).code("no-run")
                    .advice(WORDS.say("Name a journal (…{0}), or begin with batch run.", RunLog.EXTENSION)).exception();
        }
        return all.getLast();
    }

    private static Path next(Path plan) {
        var all = journals(plan);
        String name = String.valueOf(plan.getFileName());
        int number = all.isEmpty() ? 1 : Integer.parseInt(String.valueOf(all.getLast().getFileName()).substring(name.length() + 1).replace(RunLog.EXTENSION,
                ""))
                + 1;
        return plan.toAbsolutePath().resolveSibling(name + "." + number + RunLog.EXTENSION);
    }

    /**
     * Begins a run of a plan. Its journal is made beside the plan, or where it is said.
     *
     * @param file    where the plan came from
     * @param records the server's administration, if somebody is signed in there
     * @throws EscException USAGE: code {@code unfinished-run} if the last run of this plan has not ended; {@code file-exists}
     */
    public BatchRun begin(Plan plan, Path file, Optional<Path> journal, BatchOptions options, TokenArgs server, LinkArgs link,
            Optional<TokenRecords> records) throws EscException {
        var before = journals(file);
        if (journal.isEmpty() && !before.isEmpty() && !RunState.read(before.getLast()).finished()) {
            throw Problem.of(Fault.USAGE, STEP, WORDS.say("The run {0} of this plan has not been finished.", before.getLast())).code("unfinished-run")
                    .advice(WORDS.say("Go on with it (--resume), or begin another one with --journal FILE{0}.", RunLog.EXTENSION)).exception();
        }
        RunLog log = RunLog.create(journal.orElseGet(() -> next(file))).through(disk);
        try {
            var entries = new ArrayList<RunLog.Entry>();
            entries.add(session(file, options, server));
            plan.rows().forEach(r -> entries.add(RunState.entry(r)));
            log.note(entries);
            remember(log.file());
            return new BatchRun(tools, log, options, server, link, records);
        } catch (EscException e) {
            log.close();
            throw e;
        }
    }

    /**
     * Goes on with a run.
     *
     * @param plan    the plan as it is now: rows may have been added at its end, nothing else; empty to go on without looking at it
     * @param file    where the plan came from
     * @throws EscException USAGE: code {@code plan-changed}, {@code run-in-use}, {@code bad-journal}
     */
    public BatchRun resume(Optional<Plan> plan, Path file, Path journal, BatchOptions options, TokenArgs server, LinkArgs link,
            Optional<TokenRecords> records) throws EscException {
        RunLog log = RunLog.resume(journal).through(disk);
        try {
            var rows = RunState.of(journal, log.entries()).rows().stream().map(RowState::row).toList();
            var more = new ArrayList<RunLog.Entry>();
            more.add(session(file, options, server));
            if (plan.isPresent()) {
                var now = plan.get().rows();
                for (int i = 0; i < rows.size(); i++) {
                    if (i >= now.size() || !now.get(i).equals(rows.get(i))) {
                        throw Problem.of(Fault.USAGE, STEP, i >= now.size()
                                ? WORDS.say("The plan is not the one that this run was begun with: row {0} is missing.", i + 1)
                                : WORDS.say("The plan is not the one that this run was begun with: row {0} has changed.", i + 1)).code("plan-changed")
                                .advice(WORDS.say("Put the rows back as they were; new ones may be added at the end. Or begin another run with another plan.")).exception();
                    }
                }
                now.subList(rows.size(), now.size()).forEach(r -> more.add(RunState.entry(r)));
            }
            log.note(more);
            remember(log.file());
            return new BatchRun(tools, log, options, server, link, records);
        } catch (EscException e) {
            log.close();
            throw e;
        }
    }

    private static RunLog.Entry session(Path plan, BatchOptions options, TokenArgs server) {
        var values = new LinkedHashMap<String, String>();
        values.put("format", "1");
        values.put("plan", plan.toAbsolutePath().normalize().toString());
        values.put("tps", server.tps().map(Object::toString).orElse(""));
        values.put("ca", String.join(RunState.LINES, server.ca().stream().map(c -> c.toAbsolutePath().toString()).toList()));
        values.put("user", server.user().orElse(""));
        values.put("pin", options.pin().name());
        values.put("letters", options.letters().map(l -> l.toAbsolutePath().toString()).orElse(""));
        values.put("process", Long.toString(ProcessHandle.current().pid()));
        return new RunLog.Entry(RunLog.now(), "run", values);
    }

    /**
     * Asks whether a plan is really meant: what is on its tokens will be lost.
     *
     * @param signedIn true if somebody is signed in to the server's administration
     * @throws EscException CANCELLED if the person says no, UNCONFIRMED if nobody was there to say yes
     */
    public static void confirm(Plan plan, boolean signedIn, Context context) throws EscException {
        var counts = counts(plan);
        var words = new ArrayList<String>();
        counts.forEach((task, n) -> words.add(n + " × " + task.label()));
        var question = new Interaction.Confirmation(WORDS.say("Work through the plan"), WORDS.many(plan.rows().size(), "The plan has {0} row ({1}).",
                "The plan has {0} rows ({1}).", String.join(", ", words)) + " "
                        + WORDS.say("A token that it names and that is enrolled loses its keys and certificates for good; "
                        + "what was encrypted for it can then only be read if its keys are archived.")
                + (plan.retires() > 0 && !signedIn ? " " + records(plan.retires()) : ""), true);
        if (!Ask.await(context.interaction().confirm(question), context.cancel(), question.title())) {
            throw Cancel.cancelled(question.title(), null);
        }
    }

    /** What becomes of the records of retired tokens if nobody signs in to the administration. */
    public static String records(int retired) {
        return WORDS.many(retired, "The record of {0} retired token has to be ended by hand at the server, unless you sign in to its administration.",
                "The records of {0} retired tokens have to be ended by hand at the server, unless you sign in to its administration.");
    }

    /** How often each task is in a plan, without those that are not. */
    static Map<Task, Integer> counts(Plan plan) {
        var counts = new java.util.EnumMap<Task, Integer>(Task.class);
        plan.rows().forEach(r -> counts.merge(r.task(), 1, Integer::sum));
        return counts;
    }

    /**
     * A card in a reader, and what a plan would do with it.
     *
     * @param reader where
     * @param cuid   which, may be empty
     * @param state  blank, formatted or enrolled
     * @param rows   numbers of its rows
     * @param words  what would be done, or why nothing
     */
    public record Preview(String reader, String cuid, String state, List<Integer> rows, String words) {

        /** All of it on a line. */
        public String inWords() {
            String numbers = String.join(", ", rows.stream().map(String::valueOf).toList());
            return reader + ": " + (cuid.isEmpty() ? "" : Cuid.of(cuid).display() + ", " + CardLook.label(state) + ": ")
                    + (rows.isEmpty() ? words : WORDS.say("row {0}, {1}", numbers, words));
        }
    }

    /** Looks at the cards that are in readers now, changes nothing, and says what would be done with each. */
    public List<Preview> preview(Plan plan, BatchOptions options) {
        var list = new ArrayList<Preview>();
        var any = new ArrayList<Integer>();
        for (int i = 0; i < plan.rows().size(); i++) {
            if (plan.rows().get(i).cuid().isEmpty()) {
                any.add(i);
            }
        }
        for (var r : tools.readers().list()) {
            if (!r.hasCard() || !options.readers().isEmpty() && !options.readers().contains(r.name())) {
                continue;
            }
            try (CardSession session = tools.readers().connect(r.name(), Origin.verb("batch"))) {
                var look = CardLook.at(TransportRules.over(session));
                String cuid = look.cuid().map(Object::toString).orElse("");
                var rows = new ArrayList<Integer>();
                for (int i = 0; i < plan.rows().size(); i++) {
                    if (look.cuid().isPresent() && plan.rows().get(i).cuid().equals(look.cuid())) {
                        rows.add(i);
                    }
                }
                if (look.cuid().isEmpty()) {
                    list.add(new Preview(r.name(), "", look.state(), List.of(), WORDS.say("Refused: it does not tell its number.")));
                    continue;
                }
                if (rows.isEmpty() && !any.isEmpty() && (!look.enrolled() || options.replace())) {
                    rows.add(any.removeFirst());
                }
                list.add(new Preview(r.name(), cuid, look.state(), rows.stream().map(i -> i + 1).toList(), rows.isEmpty()
                        ? look.enrolled() && !any.isEmpty() ? WORDS.say("Refused: it is somebody's token, and the plan does not name it.")
                                : WORDS.say("Refused: it is not in the plan.")
                        : String.join(", " + WORDS.say("then") + " ", rows.stream().map(i -> plan.rows().get(i).inWords()).toList())));
            } catch (EscException e) {
                list.add(new Preview(r.name(), "", "", List.of(), WORDS.say("It cannot be read: {0}", e.getMessage())));
            }
        }
        return list;
    }

    /** A plan with a row for each token that is in a reader now, in order of the readers. */
    public Plan ofReaders(Task task, Optional<String> profile, List<String> readers) throws EscException {
        var rows = new ArrayList<Row>();
        for (var r : tools.readers().list()) {
            if (r.hasCard() && (readers.isEmpty() || readers.contains(r.name()))) {
                try (CardSession session = tools.readers().connect(r.name(), Origin.verb("batch"))) {
                    CardLook.at(TransportRules.over(session)).cuid().ifPresent(c -> rows.add(new Row(Optional.of(c), task, Optional.empty(), profile)));
                }
            }
        }
        if (rows.isEmpty()) {
            throw new EscException(Fault.CARD, WORDS.say("make a plan"), WORDS.say("No card that tells its number is in a reader."));
        }
        return new Plan(rows);
    }
}
