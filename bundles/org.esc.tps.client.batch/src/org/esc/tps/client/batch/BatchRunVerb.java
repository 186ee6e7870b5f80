// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Words;
import org.esc.card.Subscription;
import org.esc.command.Arg;
import org.esc.command.Context;
import org.esc.command.Unfinished;
import org.esc.command.NamedVerb;
import org.esc.command.Verb;
import org.esc.softcard.SoftReaders;
import org.esc.tps.admin.verbs.AdminDesk;
import org.esc.tps.admin.verbs.AdminLoginArgs;
import org.esc.tps.client.LinkArgs;
import org.esc.tps.client.TokenArgs;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code batch run}: works through a plan, with all readers at once. */
@Component(service = Verb.class, property = "verb=batch run")
public final class BatchRunVerb extends NamedVerb<BatchRunVerb.Args, BatchRunVerb.Result> {

    private static final Words WORDS = Words.of(BatchRunVerb.class);

    private final Batches batches;
    private final AdminDesk administration;
    private final Optional<SoftReaders> soft;

    /** Started by the component runtime; without software tokens {@code soft} is {@code null}. */
    @Activate
    public BatchRunVerb(@Reference Batches batches, @Reference AdminDesk administration,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY) SoftReaders soft) {
        super("batch run", "Work through a plan of many tokens, with all readers at once.", Args.class);
        this.batches = batches;
        this.administration = administration;
        this.soft = Optional.ofNullable(soft);
    }

    /** Which plan, with which readers, how. */
    public record Args(
            @Arg(label = "PLAN", help = "The plan: a CSV file with the columns cuid, operation, user, profile.") Path plan,
            @Arg(names = "--readers", label = "NAME", help = "A reader to use; may be given more than once. Without it all are used.") List<String> readers,
            @Arg(names = "--feed", label = "FOLDER", help = "Put the software tokens of a folder into virtual readers, one after the other.") Optional<Path> feed,
            @Arg(names = "--virtual-readers", label = "NUMBER", defaultValue = "2", help = "How many virtual readers --feed has.") int virtualReaders,
            @Arg(names = "--resume", help = "Go on with the last run of this plan, or with the one of --journal.") boolean resume,
            @Arg(names = "--dry-run", help = "Say what would be done with the cards in the readers now; change nothing.") boolean dryRun,
            @Arg(names = "--journal", label = "FILE", help = "The run's journal; without it PLAN.1.run, PLAN.2.run, … beside the plan.") Optional<Path> journal,
            @Arg(names = "--pin", label = "same|ask|random", defaultValue = "SAME",
                    help = "New PINs: one for all, asked for once; typed at each card; or random, written to --pin-letters.") BatchOptions.PinPolicy pin,
            @Arg(names = "--pin-letters", label = "FILE", help = "Where random PINs are written; only its owner may read it.") Optional<Path> pinLetters,
            @Arg(names = "--pin-length", label = "NUMBER", defaultValue = "8", help = "Characters of a random PIN.") int pinLength,
            @Arg(names = "--ask-password-each", help = "Ask for the login's password at each card, not once for all.") boolean askPasswordEach,
            @Arg(names = "--stop-after", label = "NUMBER", defaultValue = "5", help = "Stop when so many rows in a row went wrong; 0: never.") int stopAfter,
            @Arg(names = "--retries", label = "NUMBER", defaultValue = "2",
                    help = "How often to try again when the connection or the card went away; wrong passwords and keys never are.") int retries,
            @Arg(names = "--replace", help = "Let rows for any card take enrolled tokens, too.") boolean replace,
            @Arg(names = "--wait", label = "SECONDS", help = "End when no card came for so long; without it the next card is waited for.") Optional<Integer> waitSeconds,
            AdminLoginArgs login,
            @Arg(names = "--events", label = "FILE", help = "Append each step as a line of JSON.") Optional<Path> events,
            TokenArgs server, LinkArgs link) {

        /** @throws IllegalArgumentException as {@link BatchOptions} */
        public Args {
            readers = List.copyOf(readers);
            if (waitSeconds.isPresent() && waitSeconds.get() < 0) {
                throw new IllegalArgumentException(WORDS.say("--wait takes 0 seconds or more."));
            }
            options(readers, pin, pinLetters, pinLength, askPasswordEach, stopAfter, retries, replace, waitSeconds, server);
        }

        private static BatchOptions options(List<String> readers, BatchOptions.PinPolicy pin, Optional<Path> letters, int pinLength, boolean each,
                int stopAfter,
                int retries, boolean replace, Optional<Integer> wait, TokenArgs server) {
            var all = new ArrayList<>(readers);
            server.card().reader().ifPresent(all::add);
            if (server.card().soft().isPresent()) {
                throw new IllegalArgumentException(WORDS.say("A batch takes software tokens with --feed FOLDER, not with --soft."));
            }
            return new BatchOptions(all, pin, letters, pinLength, each, stopAfter, retries, replace, wait.map(Duration::ofSeconds));
        }

        /** How the plan is worked through. */
        public BatchOptions options() {
            return options(readers, pin, pinLetters, pinLength, askPasswordEach, stopAfter, retries, replace, waitSeconds, server);
        }
    }

    /**
     * What came of it.
     *
     * @param journal where it is noted; empty for a dry run
     * @param counts  how many rows are where
     * @param failed  rows that went wrong
     * @param refused cards that were not touched
     * @param preview of a dry run
     */
    public record Result(String journal, RunState.Counts counts, List<RowState> failed, List<RunState.RefusedCard> refused, List<Batches.Preview> preview) {

        public Result {
            failed = List.copyOf(failed);
            refused = List.copyOf(refused);
            preview = List.copyOf(preview);
        }

        static Result of(RunState run) {
            return new Result(run.journal().toString(), run.counts(), run.rows().stream().filter(r -> r.state() == RowState.State.FAILED).toList(),
                    run.refused(),
                    List.of());
        }
    }

    @Override
    public boolean agrees(Result result) {
        return !result.journal().isEmpty() ? result.counts().done() + result.counts().skipped() == result.counts().all() : true;
    }

    @Override
    public Result run(Args a, Context context) throws EscException {
        Plan plan = Plan.read(a.plan());
        BatchOptions options = a.options();
        if (a.dryRun()) {
            int n = plan.rows().size();
            return new Result("", new RunState.Counts(n, 0, 0, 0, 0, n), List.of(), List.of(), batches.preview(plan, options));
        }
        Optional<CardStack> stack = Optional.empty();
        if (a.feed().isPresent()) {
            SoftReaders readers = soft.orElseThrow(() -> new EscException(Fault.USAGE, WORDS.say("take the stack of tokens"),
                    WORDS.say("Software tokens are not part of this installation.")));
            stack = Optional.of(new CardStack(readers, a.feed().get(), a.virtualReaders()));
            var names = new ArrayList<>(options.readers());
            names.addAll(stack.get().readers());
            options = options.readers(names);
        }
        // a sign-in that does not work, or is not enough, is found out before the first card is wiped
        var signIn = a.login().with(a.server().ca(), a.server().revocation());
        Optional<AdminRecords> records = signIn.isEmpty() ? Optional.empty()
                : Optional.of(new AdminRecords(administration.connect(signIn.get(), context)));
        try (var _ = stack.<AutoCloseable>map(s -> s::close).orElse(() -> { }); var _ = records.<AutoCloseable>map(r -> r::close).orElse(() -> { })) {
            if (records.isPresent()) {
                records.get().check(plan.retires());
            }
            return run(a, plan, options, stack, records.map(r -> r), context);
        } catch (EscException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private Result run(Args a, Plan plan, BatchOptions options, Optional<CardStack> stack, Optional<TokenRecords> records,
            Context context) throws EscException {
        BatchRun run;
        if (a.resume()) {
            run = batches.resume(Optional.of(plan), a.plan(), a.journal().isPresent() ? a.journal().get() : Batches.journal(a.plan()), options, a.server(),
                    a.link(),
                    records);
        } else {
            // asked before there is a journal: a plan that was not confirmed has not begun
            Batches.confirm(plan, records.isPresent(), context);
            run = batches.begin(plan, a.plan(), a.journal(), options, a.server(), a.link(), records);
        }
        try (run; var events = new EventFile(a.events()); var _ = run.subscribe(e -> show(e, run, context)); var _ = run.subscribe(events::write)) {
            Optional<Subscription> hands = stack.map(s -> s.serve(run));
            EscException why = null;
            try {
                run.run(context);
            } catch (EscException e) {
                why = e;
            } finally {
                hands.ifPresent(Subscription::close);
            }
            var result = Result.of(run.state());
            if (why == null && context.cancel().isCancelled()) {
                why = org.esc.command.Cancel.cancelled(WORDS.say("work through the plan"), null);
            }
            if (why != null) {
                throw new Unfinished(why, result);
            }
            return result;
        }
    }

    private static void show(BatchEvent event, BatchRun run, Context context) {
        switch (event) {
            case BatchEvent.RowChanged(RowState row) when row.state().closed() -> {
                context.interaction().tell(WORDS.say("Row {0} {1} ({2}): {3}", row.number(), row.state().label(),
                        row.cuid().map(c -> c.display() + ", ").orElse("")
                        + row.row().inWords(), row.message()) + (row.advice().isEmpty() ? "" : " " + row.advice()));
                var c = run.counts();
                context.progress().at((c.done() + c.failed() + c.skipped()) * 100 / Math.max(1, c.all()), c.inWords());
            }
            case BatchEvent.SignChanged(Sign s) when s.kind() == Sign.Kind.INSERT || s.kind() == Sign.Kind.AGAIN || s.kind() == Sign.Kind.REFUSED ->
                    context.interaction().tell(s.reader() + ": " + s.kind().words() + ". " + (s.kind() == Sign.Kind.INSERT ? "" : s.text()));
            default -> {
            }
        }
    }

    @Override
    public void print(Result r, PrintWriter out) {
        r.preview().forEach(p -> out.println(p.inWords()));
        if (r.journal().isEmpty()) {
            out.println(WORDS.many(r.counts().all(), "{0} row; nothing was changed.", "{0} rows; nothing was changed."));
            return;
        }
        out.println(r.counts().inWords() + ".");
        r.failed().forEach(f -> out.println(WORDS.say("Row {0} failed ({1}): {2}", f.number(), f.code(), f.message())));
        out.println(WORDS.say("Journal: {0}", r.journal()));
    }
}
