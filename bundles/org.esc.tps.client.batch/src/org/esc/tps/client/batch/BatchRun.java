// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Subscription;
import org.esc.card.TransportRules;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.driver.host.TokenInfo;
import org.esc.tps.EndCode;
import org.esc.tps.Operation;
import org.esc.tps.client.Journal;
import org.esc.tps.client.LinkArgs;
import org.esc.tps.client.TokenArgs;
import org.esc.tps.client.TokenResult;

/**
 * A plan being worked through, with all readers at once. Cards come in any order: one that the plan names is matched with its rows, another one takes the next
 * row for any card, every other one is refused and not touched. Nothing is done that the journal does not know of before; what an earlier process left in the
 * middle is looked at first, and then finished or done again.
 *
 * <p>{@link #run} works until all rows are closed, or {@link #stop}; the other methods may be called from any thread.
 */
public final class BatchRun implements AutoCloseable {

    private static final Words WORDS = Words.of(BatchRun.class);

    private static final String NAME = "batch";
    private static final Duration TICK = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    /** END_OP codes that mean "not now": trying again is safe and may help. */
    private static final Set<Integer> NOT_NOW = Set.of(EndCode.CONNECTION.number(), EndCode.DB.number(), EndCode.LDAP_CONN.number(),
            EndCode.CA_RESPONSE.number(), EndCode.NO_TKS_CONNID.number(), EndCode.CONN_LOST.number());
    /** END_OP codes that a server gives a card that was left half-done: a format puts it right. */
    private static final Set<Integer> HALF_DONE = Set.of(EndCode.DISABLED_TOKEN.number(), EndCode.MAC_LIFECYCLE_PDU.number(),
            EndCode.MAC_ENROLL_PDU.number(), EndCode.CANNOT_PERFORM_OPERATION.number(), EndCode.BAD_STATUS.number());

    /** What a run needs of the program. */
    record Tools(org.esc.card.Readers readers, org.esc.driver.host.Drivers drivers, org.esc.tps.client.TokenWork work, Journal tokens) {
    }

    private final Tools tools;
    private final RunLog log;
    private final BatchOptions options;
    private final TokenArgs server;
    private final LinkArgs link;
    private final Optional<TokenRecords> records;
    private final Optional<PinLetters> letters;
    private final RowInteraction.Given given = new RowInteraction.Given();
    private final List<Consumer<BatchEvent>> listeners = new CopyOnWriteArrayList<>();

    /** Guards all that follows. */
    private final Object lock = new Object();
    private final List<RowState> rows;
    private final Map<String, Seat> seats = new TreeMap<>();
    /** Cards being worked on. */
    private final Set<Cuid> busy = new HashSet<>();
    /** People for whom a token is being enrolled: servers take one at a time. */
    private final Set<String> enrolling = new HashSet<>();
    private BatchEvent.Phase phase = BatchEvent.Phase.RUNNING;
    private Optional<EscException> fatal = Optional.empty();
    private boolean loginProven;
    private int failuresInARow;
    private long idleSince = System.nanoTime();
    private boolean changed;
    private BooleanSupplier moreCards = () -> true;

    /** A reader and what is going on there. */
    private static final class Seat {
        /** Insertion that was dealt with, so that a card that stays is not taken for a new one. */
        private long handled = -1;
        private boolean working;
        private Sign sign;

        Seat(Sign sign) {
            this.sign = sign;
        }
    }

    BatchRun(Tools tools, RunLog log, BatchOptions options, TokenArgs server, LinkArgs link, Optional<TokenRecords> records) throws EscException {
        this.tools = tools;
        this.log = log;
        this.options = options;
        this.server = server;
        this.link = link;
        this.records = records;
        this.letters = options.letters().isPresent() ? Optional.of(PinLetters.in(options.letters().get(), options.pinLength())) : Optional.empty();
        this.rows = new ArrayList<>(RunState.of(log.file(), log.entries()).rows());
    }

    /** The journal's file. */
    public Path journal() {
        return log.file();
    }

    /** How it stands. */
    public RunState state() {
        try {
            var said = RunState.of(log.file(), log.entries());
            synchronized (lock) {
                return new RunState(said.journal(), said.plan(), said.started(), said.last(), said.sessions(), said.finished(), rows, said.refused());
            }
        } catch (EscException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many rows are where. */
    public RunState.Counts counts() {
        synchronized (lock) {
            return RunState.counts(rows);
        }
    }

    /** What is to be done at each reader now, by name. */
    public List<Sign> signs() {
        synchronized (lock) {
            return seats.values().stream().map(s -> s.sign).toList();
        }
    }

    /** Where the run is. */
    public BatchEvent.Phase phase() {
        synchronized (lock) {
            return phase;
        }
    }

    /** Tells {@code listener} what happens, until the handle is closed. It returns quickly and never throws. */
    public Subscription subscribe(Consumer<BatchEvent> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Has the run end once no card is being worked on and this says that no more will come. */
    void endWhenNoMore(BooleanSupplier more) {
        synchronized (lock) {
            moreCards = more;
        }
    }

    private void tell(BatchEvent event) {
        listeners.forEach(l -> l.accept(event));
    }

    private void enter(BatchEvent.Phase next) {
        synchronized (lock) {
            if (phase == next || phase == BatchEvent.Phase.ENDED || phase == BatchEvent.Phase.STOPPING && next != BatchEvent.Phase.ENDED) {
                return;
            }
            phase = next;
            idleSince = System.nanoTime();
            wake();
        }
        tell(new BatchEvent.PhaseChanged(next));
    }

    /** Takes no new card until {@link #proceed}; what is begun is finished. */
    public void pause() {
        enter(BatchEvent.Phase.PAUSED);
    }

    /** Takes cards again. */
    public void proceed() {
        synchronized (lock) {
            if (phase == BatchEvent.Phase.PAUSED) {
                failuresInARow = 0;
            }
        }
        enter(BatchEvent.Phase.RUNNING);
    }

    /** Finishes what is begun and ends. */
    public void stop() {
        enter(BatchEvent.Phase.STOPPING);
    }

    /** Opens a row that failed or was left out, so that its card may come again. @throws EscException if it is in another state, or cannot be noted */
    public void again(int number) throws EscException {
        synchronized (lock) {
            RowState r = rows.get(number - 1);
            if (r.state() != RowState.State.FAILED && r.state() != RowState.State.SKIPPED) {
                throw new EscException(Fault.USAGE, WORDS.say("open the row again"), WORDS.say("Row {0} is {1}.", number, r.state().label()));
            }
            note(r, "again");
            // its card may be in a reader still
            seats.values().stream().filter(s -> !s.working).forEach(s -> s.handled = -1);
            wake();
        }
    }

    /** Leaves a row out that is not being worked on. @throws EscException if it is in another state, or cannot be noted */
    public void skip(int number) throws EscException {
        synchronized (lock) {
            RowState r = rows.get(number - 1);
            if (r.state() != RowState.State.OPEN && r.state() != RowState.State.INTERRUPTED) {
                throw new EscException(Fault.USAGE, WORDS.say("leave the row out"), WORDS.say("Row {0} is {1}.", number, r.state().label()));
            }
            note(r, "end", "state", "skipped", "code", "skipped", "message", WORDS.say("Left out."));
            wake();
        }
    }

    /** Notes what happened to a row, and only then has it happen. */
    private RowState note(RowState r, String kind, String... pairs) throws EscException {
        var values = new java.util.LinkedHashMap<String, String>();
        values.put("row", Integer.toString(r.number()));
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1]);
        }
        var entry = new RunLog.Entry(RunLog.now(), kind, values);
        RowState after;
        synchronized (lock) {
            log.note(List.of(entry));
            after = RunState.after(rows.get(r.number() - 1), entry);
            if (kind.equals("begin")) {
                after = after.at(RowState.State.RUNNING);
            }
            rows.set(r.number() - 1, after);
        }
        tell(new BatchEvent.RowChanged(after));
        return after;
    }

    private void sign(String reader, Sign.Kind kind, String text, int row, int percent) {
        var sign = new Sign(reader, kind, text, row, percent);
        synchronized (lock) {
            Seat seat = seats.get(reader);
            if (seat == null || seat.sign.equals(sign)) {
                return;
            }
            seat.sign = sign;
        }
        tell(new BatchEvent.SignChanged(sign));
    }

    /**
     * Works until all rows are closed, it is stopped, or cannot go on.
     *
     * @param context asks for what the server wants to know; its cancel stops the run once what is begun is finished
     * @return how it stands then
     * @throws EscException what keeps the run from going on: no server, a wrong password, a full disk, too many failures. What was begun is finished by then
     */
    public RunState run(Context context) throws EscException {
        try (var _ = context.cancel().onCancel(this::stop); var _ = tools.readers().subscribe(this::wake)) {
            var threads = new ArrayList<Thread>();
            while (look(context, threads)) {
                await();
            }
            for (Thread t : threads) {
                t.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop();
            throw Cancel.cancelled(WORDS.say("work through the plan"), e);
        } finally {
            enter(BatchEvent.Phase.ENDED);
            signs().forEach(s -> sign(s.reader(), Sign.Kind.FINISHED, WORDS.say("The run has ended."), s.row(), -1));
        }
        Optional<EscException> why;
        synchronized (lock) {
            why = fatal;
        }
        if (why.isPresent()) {
            throw why.get();
        }
        return state();
    }

    private void wake() {
        synchronized (lock) {
            changed = true;
            lock.notifyAll();
        }
    }

    private void await() throws InterruptedException {
        synchronized (lock) {
            // a card may have come while the readers were looked at
            if (!changed) {
                lock.wait(TICK.toMillis());
            }
            changed = false;
        }
    }

    /** Looks at the readers and puts free ones to work. @return false when there is nothing more to do or to wait for */
    private boolean look(Context context, List<Thread> threads) {
        var now = tools.readers().list().stream().filter(r -> options.readers().isEmpty() || options.readers().contains(r.name())).toList();
        var changes = new ArrayList<Runnable>();
        boolean goesOn;
        BooleanSupplier coming;
        synchronized (lock) {
            coming = moreCards;
        }
        // asked outside the lock: whoever answers may be putting a card in
        boolean more = coming.getAsBoolean();
        synchronized (lock) {
            threads.removeIf(t -> !t.isAlive());
            var names = now.stream().map(ReaderState::name).toList();
            boolean gone = seats.entrySet().removeIf(e -> !names.contains(e.getKey()) && !e.getValue().working);
            boolean come = false;
            for (ReaderState r : now) {
                come |= !seats.containsKey(r.name());
                Seat seat = seats.computeIfAbsent(r.name(), n -> new Seat(new Sign(n, Sign.Kind.INSERT, "", 0, -1)));
                if (seat.working) {
                    continue;
                }
                if (!r.hasCard()) {
                    seat.handled = -1;
                    boolean again = seat.sign.kind() == Sign.Kind.AGAIN && rows.get(seat.sign.row() - 1).state() == RowState.State.INTERRUPTED;
                    if (phase == BatchEvent.Phase.RUNNING && !again) {
                        changes.add(() -> sign(r.name(), Sign.Kind.INSERT, WORDS.say("Insert the next card into {0}.", r.name()), 0, -1));
                    } else if (phase == BatchEvent.Phase.PAUSED) {
                        changes.add(() -> sign(r.name(), Sign.Kind.PAUSED, WORDS.say("The run is paused."), 0, -1));
                    }
                } else if (seat.handled != r.insertion() && phase == BatchEvent.Phase.RUNNING && !allClosed()) {
                    seat.handled = r.insertion();
                    seat.working = true;
                    changes.add(() -> threads.add(Thread.ofVirtual().name("batch in " + r.name()).start(() -> serve(r, seat, context))));
                }
            }
            boolean working = seats.values().stream().anyMatch(s -> s.working);
            if (working) {
                idleSince = System.nanoTime();
            }
            boolean patient = options.waitFor().isEmpty() || phase == BatchEvent.Phase.PAUSED
                    || System.nanoTime() - idleSince < options.waitFor().get().toNanos();
            goesOn = working || phase != BatchEvent.Phase.STOPPING && !allClosed() && patient && more;
            if (gone || come) {
                var signs = seats.values().stream().map(s -> s.sign).toList();
                changes.addFirst(() -> tell(new BatchEvent.ReadersChanged(signs)));
            }
        }
        changes.forEach(Runnable::run);
        return goesOn;
    }

    private boolean allClosed() {
        return rows.stream().allMatch(r -> r.state().closed());
    }

    /** How a card was dealt with. @param next true if it may go on with its next row */
    private record Said(Sign.Kind kind, String text, int row, boolean next) {

        static Said end(Sign.Kind kind, String text, int row) {
            return new Said(kind, text, row, false);
        }
    }

    /** What to do with a card that was put in. Only when it is let go of is anybody told to take it out. */
    private void serve(ReaderState reader, Seat seat, Context context) {
        String name = reader.name();
        sign(name, Sign.Kind.WAIT, WORDS.say("Looking at the card."), 0, -1);
        Said said;
        try {
            said = held(reader, context);
        } catch (EscException e) {
            said = Said.end(Sign.Kind.REFUSED, WORDS.say("The card could not be read: {0}", e.getMessage()), 0);
            if (e.fault() != Fault.CARD && !e.problem().code().equals("no-reader")) {
                end(e);
            }
        } catch (RuntimeException | Error e) {
            said = Said.end(Sign.Kind.FAILED, WORDS.say("This is a defect of the program."), 0);
            end(Problem.of(Fault.DEFECT, WORDS.say("work through the plan"), WORDS.say("This is a defect: {0}.", e.getClass().getSimpleName())).exception(e));
        }
        sign(name, said.kind(), said.text(), said.row(), said.kind() == Sign.Kind.TAKE_OUT ? 100 : -1);
        synchronized (lock) {
            seat.working = false;
            idleSince = System.nanoTime();
            wake();
        }
    }

    private Said held(ReaderState reader, Context context) throws EscException {
        try (CardSession session = tools.readers().connect(reader.name(), Origin.verb(NAME))) {
            var look = CardLook.at(TransportRules.over(session));
            if (look.cuid().isEmpty()) {
                return refuse(reader.name(), "", WORDS.say("This card does not tell its number, so it cannot be matched with the plan."));
            }
            Cuid cuid = look.cuid().get();
            synchronized (lock) {
                if (!busy.add(cuid)) {
                    return Said.end(Sign.Kind.REFUSED, WORDS.say("This card is being worked on in another reader."), 0);
                }
            }
            try {
                return rows(reader, session, look, cuid, context);
            } finally {
                synchronized (lock) {
                    busy.remove(cuid);
                }
            }
        }
    }

    /** All rows of a card, in order. */
    private Said rows(ReaderState reader, CardSession session, CardLook first, Cuid cuid, Context context) throws EscException {
        CardLook look = first;
        Optional<Said> last = Optional.empty();
        while (true) {
            switch (match(cuid, look, reader, session)) {
                case Match.Refuse(String why) -> {
                    return last.isPresent() ? last.get() : refuse(reader.name(), cuid.toString(), why);
                }
                case Match.Take(RowState row) -> {
                    Said said = inTurn(reader.name(), session, row, cuid, look, context);
                    if (!said.next()) {
                        return said;
                    }
                    last = Optional.of(said);
                    try {
                        look = CardLook.at(TransportRules.over(session));
                    } catch (EscException _) {
                        // pulled before anybody was told to: its next rows are done when it comes again
                        return said;
                    }
                }
            }
        }
    }

    private Said refuse(String reader, String cuid, String why) throws EscException {
        log.note("refused", "reader", reader, "cuid", cuid, "why", why);
        tell(new BatchEvent.CardRefused(reader, cuid, why));
        return Said.end(Sign.Kind.REFUSED, why, 0);
    }

    /** What a card is for. */
    private sealed interface Match {
        /** A row. */
        record Take(RowState row) implements Match {
        }

        /** Nothing, and why. */
        record Refuse(String why) implements Match {
        }
    }

    private Match match(Cuid cuid, CardLook look, ReaderState reader, CardSession session) throws EscException {
        synchronized (lock) {
            if (phase == BatchEvent.Phase.STOPPING) {
                return new Match.Refuse(WORDS.say("The run is being stopped."));
            }
            var mine = rows.stream().filter(r -> r.cuid().equals(Optional.of(cuid))).toList();
            var next = mine.stream().filter(r -> !r.state().closed()).findFirst();
            if (next.isPresent()) {
                // its rows are done in order: after one that went wrong the later ones make no sense
                var failed = mine.stream().filter(r -> r.state() == RowState.State.FAILED && r.number() < next.get().number()).findFirst();
                return failed.isPresent() ? new Match.Refuse(WORDS.say("Row {0} went wrong with this card, so row {1} is not begun.",
                        failed.get().number(), next.get().number())) : new Match.Take(next.get());
            }
            if (!mine.isEmpty()) {
                RowState last = mine.getLast();
                return new Match.Refuse(last.state() == RowState.State.DONE ? WORDS.say("This card is done already (row {0}).", last.number())
                        : WORDS.say("This card is {0} (row {1}).", last.state().label(), last.number()));
            }
            if (openForAny().isEmpty()) {
                return new Match.Refuse(rows.stream().anyMatch(r -> r.row().cuid().isEmpty())
                        ? WORDS.say("No row for any card is left, and the plan does not name this one.")
                        : WORDS.say("This card is not in the plan."));
            }
            if (look.enrolled() && !options.replace()) {
                return new Match.Refuse(WORDS.say("This is somebody's token. The plan does not name it, and a row for any card takes no enrolled one."));
            }
        }
        // asked outside the lock: this talks with the card
        Optional<String> foreign = foreign(look, reader, session);
        if (foreign.isPresent()) {
            return new Match.Refuse(foreign.get());
        }
        synchronized (lock) {
            Optional<RowState> row = openForAny();
            if (row.isEmpty()) {
                return new Match.Refuse(WORDS.say("No row for any card is left, and the plan does not name this one."));
            }
            // taken at once, so that no other reader takes it
            RowState r = row.get();
            var taken = new RowState(r.number(), r.row(), r.state(), Optional.of(cuid), r.reader(), r.attempts(), r.began(), r.ended(), r.code(), r.endOp(),
                    r.message(), r.advice(), r.certificates(), r.keysBefore(), r.keysAfter(), r.notes());
            rows.set(r.number() - 1, taken);
            return new Match.Take(taken);
        }
    }

    private Optional<RowState> openForAny() {
        return rows.stream().filter(r -> r.row().cuid().isEmpty() && r.cuid().isEmpty() && r.state() == RowState.State.OPEN).findFirst();
    }

    /** A card of another kind, such as the operator's own badge, is none for "any card". */
    private Optional<String> foreign(CardLook look, ReaderState reader, CardSession session) throws EscException {
        if (look.applet()) {
            return Optional.empty();
        }
        TokenInfo info = tools.drivers().read(reader, TransportRules.over(session));
        return switch (info.state()) {
            case UNFORMATTED, FORMATTED, ENROLLED -> info.others().isEmpty() ? Optional.empty()
                    : Optional.of(WORDS.say("This card carries {0}. The plan does not name it, and a row for any card takes blank ones only.",
                            String.join(" " + WORDS.say("and") + " ", info.others())));
            case FOREIGN, PIN_BLOCKED, BLOCKED -> Optional.of(WORDS.say("This is a card of another kind ({0}). The plan does not name it.", info.driver()));
            case MUTE, BUSY, UNKNOWN -> Optional.of(WORDS.say("What this card is cannot be told. The plan does not name it."));
        };
    }

    /** What to do after a failure. */
    private enum Then {
        /** Try again at once. */
        RETRY,
        /** The card has to come again. */
        CARD,
        /** The row is a failure; others may go well. */
        FAIL,
        /** No row would go well. */
        STOP
    }

    /** Does a row once no other token is being enrolled for the same person. */
    private Said inTurn(String reader, CardSession session, RowState row, Cuid cuid, CardLook look, Context context) throws EscException {
        Optional<String> user = row.row().user().or(server::user).filter(_ -> row.row().task() == Task.ENROLL || row.row().task() == Task.RE_KEY);
        if (user.isEmpty()) {
            return work(reader, session, row, cuid, look, context);
        }
        synchronized (lock) {
            while (enrolling.contains(user.get())) {
                sign(reader, Sign.Kind.WAIT, WORDS.say("Another token is being enrolled for {0}.", user.get()), row.number(), -1);
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw Cancel.cancelled(WORDS.say("wait for another reader"), e);
                }
            }
            enrolling.add(user.get());
        }
        try {
            return work(reader, session, row, cuid, look, context);
        } finally {
            synchronized (lock) {
                enrolling.remove(user.get());
                lock.notifyAll();
            }
        }
    }

    /** Does a row. */
    private Said work(String reader, CardSession session, RowState start, Cuid cuid, CardLook first, Context context) throws EscException {
        RowState row = start;
        CardLook look = first;
        int tries = 0;
        while (true) {
            boolean doubtful = row.state() == RowState.State.INTERRUPTED;
            sign(reader, Sign.Kind.WAIT, WORDS.say("Row {0}: {1}.", row.number(), row.row().inWords()), row.number(), 0);
            try {
                if (doubtful && settled(row, cuid, look, session)) {
                    return new Said(Sign.Kind.TAKE_OUT, WORDS.say("Row {0} had been done before the interruption.", row.number()), row.number(), true);
                }
                Instant begin = Instant.now();
                Operation operation = operation(row.row().task(), look);
                row = note(row, "begin", "cuid", cuid.toString(), "reader", reader, "operation", operation.name(), "was", look.state(), "keys", look.keys());
                if (doubtful) {
                    row = note(row, "note", "text", WORDS.say("Done again after it had been interrupted."));
                }
                EscException wrong;
                try {
                    complete(row, reader, session, operation, cuid, doubtful, context);
                    synchronized (lock) {
                        failuresInARow = 0;
                    }
                    return new Said(Sign.Kind.TAKE_OUT, WORDS.say("Row {0} is done: {1}.", row.number(), row.row().inWords()), row.number(), true);
                } catch (EscException e) {
                    if (e.problem().code().equals("file-unwritable")) {
                        // the journal or the PIN letters: the row stays interrupted, and is looked at by whoever goes on
                        throw e;
                    }
                    wrong = e;
                } catch (RuntimeException e) {
                    wrong = Problem.of(Fault.DEFECT, row.row().inWords(), WORDS.say("This is a defect: {0}.", e.getClass().getSimpleName())).exception(e);
                }
                boolean changed = tools.tokens().last(cuid).filter(l -> !l.at().isBefore(begin)).isPresent();
                Then then = judge(wrong, tries, row, doubtful || tries > 0);
                if (then != Then.FAIL) {
                    row = note(row, "cut", "begun", changed || doubtful ? "yes" : "no", "code", wrong.problem().code(), "message", wrong.getMessage(), "advice",
                            wrong.problem().advice());
                    if (row.cuid().isEmpty() && then != Then.STOP) {
                        row = keep(row, cuid);
                    }
                }
                switch (then) {
                    case RETRY -> {
                        tries++;
                        sign(reader, Sign.Kind.WAIT, WORDS.say("Row {0} is tried again: {1}", row.number(), wrong.getMessage()), row.number(), -1);
                        rest(tries);
                        session.reset();
                        look = CardLook.at(TransportRules.over(session));
                    }
                    case CARD -> {
                        release(row);
                        return Said.end(Sign.Kind.AGAIN, WORDS.say("Row {0} was interrupted: {1} Insert the same card again.", row.number(),
                                wrong.getMessage()),
                                row.number());
                    }
                    case STOP -> {
                        end(wrong);
                        return Said.end(Sign.Kind.FAILED, wrong.getMessage(), row.number());
                    }
                    case FAIL -> {
                        fail(row, wrong);
                        return Said.end(Sign.Kind.FAILED, WORDS.say("Row {0} went wrong: {1}", row.number(), wrong.getMessage()), row.number());
                    }
                }
            } catch (EscException e) {
                if (e.fault() == Fault.CARD) {
                    release(row);
                    return Said.end(Sign.Kind.AGAIN, WORDS.say("The card went away. Insert the same card again."), row.number());
                }
                end(e);
                return Said.end(Sign.Kind.FAILED, e.getMessage(), row.number());
            }
        }
    }

    /** Has a row for any card, whose card is tried again with it, stay with that card. */
    private RowState keep(RowState r, Cuid cuid) {
        synchronized (lock) {
            var kept = new RowState(r.number(), r.row(), r.state(), Optional.of(cuid), r.reader(), r.attempts(), r.began(), r.ended(), r.code(), r.endOp(),
                    r.message(), r.advice(), r.certificates(), r.keysBefore(), r.keysAfter(), r.notes());
            rows.set(r.number() - 1, kept);
            return kept;
        }
    }

    /** Gives a row for any card free again, unless the card was changed by it. */
    private void release(RowState row) {
        synchronized (lock) {
            RowState r = rows.get(row.number() - 1);
            if (r.state() == RowState.State.OPEN && r.row().cuid().isEmpty()) {
                rows.set(r.number() - 1, new RowState(r.number(), r.row(), r.state(), Optional.empty(), r.reader(), r.attempts(), r.began(), r.ended(),
                        r.code(),
                        r.endOp(), r.message(), r.advice(), r.certificates(), r.keysBefore(), r.keysAfter(), r.notes()));
            }
        }
    }

    private void rest(int tries) throws EscException {
        long until = System.nanoTime() + Math.min(Duration.ofMillis(500L << Math.min(tries, 10)).toNanos(), LONGEST_PAUSE.toNanos());
        try {
            synchronized (lock) {
                while (System.nanoTime() < until && phase != BatchEvent.Phase.STOPPING) {
                    lock.wait(50);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancel.cancelled(WORDS.say("wait before the next try"), e);
        }
    }

    private Then judge(EscException e, int tries, RowState row, boolean afterACut) {
        boolean stopping;
        boolean proven;
        boolean several;
        synchronized (lock) {
            several = row.row().user().isPresent() && rows.stream().filter(r -> r.row().user().equals(row.row().user())).limit(2).count() > 1;
            stopping = phase == BatchEvent.Phase.STOPPING;
            proven = loginProven;
        }
        boolean more = tries < options.retries() && !stopping;
        int end = e.problem().endOp().orElse(-1);
        // a server that has not yet noticed the end of the last connection says that the token or its owner is busy
        boolean busy = afterACut && end == EndCode.SNAC.number() || (afterACut || several) && end == EndCode.HAS_AT_LEAST_ONE_ACTIVE_TOKEN.number();
        return switch (e.fault()) {
            case NETWORK -> more ? Then.RETRY : Then.STOP;
            case REFUSED -> (NOT_NOW.contains(end) || busy) && more ? Then.RETRY : Then.FAIL;
            case CARD -> row.attempts() > options.retries() + 1 ? Then.FAIL : Then.CARD;
            // one password for all: what is wrong for the first row is wrong for the others, and their accounts would be locked
            case LOGIN -> options.passwordEach() || proven ? Then.FAIL : Then.STOP;
            case DEFECT -> Then.FAIL;
            case USAGE, TLS, CANCELLED, UNCONFIRMED -> Then.STOP;
        };
    }

    private void fail(RowState row, EscException e) throws EscException {
        Problem p = e.problem();
        note(row, "end", "state", "failed", "code", p.code(), "endop", p.endOp().isPresent() ? Integer.toString(p.endOp().getAsInt()) : "", "message",
                p.message(), "advice", p.advice());
        boolean enough;
        synchronized (lock) {
            enough = ++failuresInARow >= options.stopAfter() && options.stopAfter() > 0;
        }
        if (enough) {
            end(Problem.of(e.fault(), WORDS.say("work through the plan"),
                    WORDS.say("The run was stopped: {0} rows in a row went wrong, the last one because: {1}", options.stopAfter(), p.message()))
                    .code("too-many-failures").advice(WORDS.say("Find the reason, then go on with --resume; the rows that failed are listed by batch failed."))
                    .exception(e));
        }
    }

    private void end(EscException why) {
        synchronized (lock) {
            if (fatal.isEmpty()) {
                fatal = Optional.of(why);
            }
        }
        stop();
    }

    private static Operation operation(Task task, CardLook look) {
        return switch (task) {
            case FORMAT, RETIRE -> Operation.FORMAT;
            case ENROLL -> Operation.ENROLL;
            case RE_KEY -> look.enrolled() ? Operation.ENROLL : Operation.FORMAT;
        };
    }

    /** Runs the operation and notes its end. */
    private void complete(RowState row, String reader, CardSession session, Operation operation, Cuid cuid, boolean doubtful, Context context)
            throws EscException {
        Optional<String> user = row.row().user().or(server::user);
        try (var asks = new RowInteraction(context.interaction(), options, given, letters, reader, row.number(), cuid, user.orElse(""),
                text -> tell(new BatchEvent.Told(reader, text)))) {
            // the run's own cancel ends it between cards: a card is never left half-done for that
            var inner = new Context(asks, (percent, task) -> sign(reader, Sign.Kind.WAIT, task.isEmpty() ? WORDS.say("Row {0}", row.number()) : task,
                    row.number(), percent),
                    new Cancel());
            var notes = new ArrayList<String>();
            TokenResult result;
            try {
                result = tools.work().run(NAME, operation, session, server, user, row.row().profile(), link, inner);
            } catch (EscException e) {
                boolean half = doubtful || tools.tokens().halfDone(cuid).isPresent();
                if (operation != Operation.ENROLL || !half || !HALF_DONE.contains(e.problem().endOp().orElse(-1))) {
                    throw e;
                }
                notes.add(WORDS.say("Formatted first, because an earlier try had left it half-done."));
                tools.work().run(NAME, Operation.FORMAT, session, server, user, row.row().profile(), link, inner);
                result = tools.work().run(NAME, operation, session, server, user, row.row().profile(), link, inner);
            }
            asks.pinIsSet();
            synchronized (lock) {
                loginProven |= asks.loggedIn();
            }
            notes.addAll(result.notes());
            if (row.row().task() == Task.RETIRE) {
                notes.addAll(retire(cuid));
            }
            String keys = keys(session);
            if (row.row().task() == Task.RE_KEY && keys.equals(row.keysBefore())) {
                notes.add(WORDS.say("The card's keys were the server's newest already."));
            }
            done(row, inWords(row.row(), operation, result), result.certificates().stream().map(TokenResult.Certificate::serial).toList(), keys, notes);
        }
    }

    private static String inWords(Row row, Operation operation, TokenResult result) {
        return switch (row.task()) {
            case FORMAT -> WORDS.say("Formatted.");
            case ENROLL -> row.user().map(u -> WORDS.many(result.certificates().size(), "Enrolled for {1}, {0} certificate.",
                    "Enrolled for {1}, {0} certificates.", u))
                    .orElseGet(() -> WORDS.many(result.certificates().size(), "Enrolled, {0} certificate.", "Enrolled, {0} certificates."));
            case RE_KEY -> operation == Operation.ENROLL ? WORDS.say("Enrolled again with the server's newest card keys.")
                    : WORDS.say("Formatted with the server's newest card keys.");
            case RETIRE -> WORDS.say("Wiped and retired.");
        };
    }

    private void done(RowState row, String message, List<String> certificates, String keys, List<String> notes) throws EscException {
        note(row, "end", "state", "done", "code", "ok", "message", message, "certificates", String.join(RunState.LINES, certificates), "keys", keys, "notes",
                String.join(RunState.LINES, notes));
    }

    private List<String> retire(Cuid cuid) throws EscException {
        if (records.isEmpty()) {
            return List.of(WORDS.say("The server's record still says that the token can be used: end it there, as nobody is signed in to the administration."));
        }
        records.get().terminate(cuid);
        return List.of(WORDS.say("The server's record is terminated."));
    }

    private static String keys(CardSession session) {
        try {
            return CardLook.at(TransportRules.over(session)).keys();
        } catch (EscException _) {
            // the operation went well; which keys the card has now is not worth a failure
            return "";
        }
    }

    /**
     * Whether a row that was cut off had been completed: this program heard the server's good end before it was killed, or the server's record and the card
     * say the same. Then it is noted as done.
     */
    private boolean settled(RowState row, Cuid cuid, CardLook look, CardSession session) throws EscException {
        Task task = row.row().task();
        Optional<String> user = row.row().user().or(server::user);
        var last = tools.tokens().last(cuid);
        boolean enrolled = task == Task.ENROLL || task == Task.RE_KEY && look.enrolled();
        boolean heard = last.isPresent() && last.get().finished() && row.began().isPresent() && !last.get().at().isBefore(row.began().get())
                && last.get().operation() == (enrolled ? Operation.ENROLL : Operation.FORMAT);
        List<String> certificates = heard || enrolled && records.isPresent() ? certificates(session) : List.of();
        if (!heard && !(task == Task.ENROLL && look.enrolled() && onRecord(cuid, user, certificates))) {
            return false;
        }
        var notes = new ArrayList<String>();
        notes.add(heard ? WORDS.say("The server's end had been heard before the interruption; nothing was done again.")
                : WORDS.say("The server's record and the card agree that it is enrolled; nothing was done again."));
        if (letters.isPresent() && enrolled) {
            letters.get().setAfterAll(row.number(), cuid, user.orElse(""));
        }
        if (task == Task.RETIRE) {
            notes.addAll(retire(cuid));
        }
        done(row, WORDS.say("Had been completed before the interruption."), certificates, look.keys(), notes);
        return true;
    }

    private boolean onRecord(Cuid cuid, Optional<String> user, List<String> certificates) throws EscException {
        if (records.isEmpty() || certificates.isEmpty()) {
            return false;
        }
        return records.get().find(cuid).filter(k -> k.state().equals("ACTIVE") && (user.isEmpty() || k.user().equals(user))
                && new HashSet<>(k.serials().stream().map(BatchRun::plain).toList()).equals(new HashSet<>(certificates.stream().map(BatchRun::plain).toList())))
                .isPresent();
    }

    /** A serial number without leading zeros. */
    private static String plain(String serial) {
        return serial.toUpperCase(java.util.Locale.ROOT).replaceFirst("^0+(?=.)", "");
    }

    private List<String> certificates(CardSession session) throws EscException {
        var reader = new ReaderState(session.reader(), "", ReaderState.Presence.PRESENT, Optional.of(session.atr()), 0);
        return tools.drivers().read(reader, TransportRules.over(session)).certificates().stream()
                .map(c -> Hex.of(c.certificate().getSerialNumber().toByteArray())).toList();
    }

    /** Lets go of the journal and erases what was given. */
    @Override
    public void close() {
        given.close();
        log.close();
    }
}
