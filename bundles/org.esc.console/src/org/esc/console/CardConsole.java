// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;
import org.esc.card.CardChannel;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.Subscription;
import org.esc.card.TransportRules;
import org.esc.command.Ask;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.console.Statement.Head;
import org.esc.console.Statement.Way;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.SecureChannel;
import org.esc.securechannel.keys.Channels;
import org.esc.securechannel.keys.KeyArgs;
import org.esc.securechannel.keys.KeySets;
import org.esc.securechannel.keys.NamedKeys;
import org.esc.securechannel.keys.OpenKeys;
import org.esc.trace.Decoded;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Masker;
import org.esc.trace.TraceLog;
import org.esc.trace.TracedCard;

/**
 * Runs scripts with one card. Names, the secure channel and the last answer live from one script to the next, until this is closed. Nothing goes to the
 * card but what a script says. Used by one thread at a time; {@link #close} may come from another.
 */
public final class CardConsole implements AutoCloseable {

    private static final Words WORDS = Words.of(CardConsole.class);

    private static final int HEADER_AND_LC = 5;
    private static final int LONGEST_PART = 255;
    private static final int MOST_ROUNDS = 1_000_000;

    /** Who watches a script run. Called on the thread that runs it. */
    public interface Watcher {

        /** A statement is about to be run. May wait, and end the run with an exception. */
        default void before(Place place, String statement) throws EscException {
            // most only look at what happened
        }

        /** Something happened. */
        void happened(Step step);
    }

    private final CardSession session;
    private final KeySets keySets;
    private final Channels channels;
    private final TraceLog trace;
    private final Masker masker;
    private final Interpreter interpreter;
    private final Names names = new Names();
    private final Wire wire;
    private final List<Raw> seen = new ArrayList<>();
    private Map<String, Expression.Type> types = Map.of();
    private Optional<Secured> secured = Optional.empty();
    private Optional<Duration> timeout = Optional.empty();
    private boolean autoResponse;
    private int contact;
    private long number;
    private Run run = new Run(_ -> { }, Context.of(Interaction.nobody()), false);

    /** A run under way. */
    private static final class Run {

        private final Watcher watcher;
        private final Context context;
        private final boolean keepGoing;
        private Optional<EscException> firstFailure = Optional.empty();

        Run(Watcher watcher, Context context, boolean keepGoing) {
            this.watcher = watcher;
            this.context = context;
            this.keepGoing = keepGoing;
        }
    }

    /** A secure channel and its keys. */
    private record Secured(SecureChannel channel, OpenKeys keys) {

        void close() {
            channel.close();
            keys.close();
        }
    }

    /** An exchange as it was on the wire. */
    private static final class Raw {

        private final Origin origin;
        private final Instant time = Instant.now();
        private final long start = System.nanoTime();
        private final byte[] command;
        private Duration duration = Duration.ZERO;
        private Optional<ResponseApdu> answer = Optional.empty();
        private Optional<String> failure = Optional.empty();
        private Optional<CommandApdu> plain = Optional.empty();
        private Optional<ResponseApdu> plainAnswer = Optional.empty();

        Raw(Origin origin, byte[] command) {
            this.origin = origin;
            this.command = command;
        }
    }

    /** The script says that it ends here. */
    private static final class Ended extends Exception {

        private static final long serialVersionUID = 1L;

        Ended() {
            super(null, null, false, false);
        }
    }

    CardConsole(CardSession session, KeySets keySets, Channels channels, TraceLog trace) {
        this.session = session;
        this.keySets = keySets;
        this.channels = channels;
        this.trace = trace;
        masker = new Masker(trace.decoders());
        interpreter = new Interpreter(trace.decoders());
        wire = new Wire(new Tap(session, new Origin(Origin.Kind.CONSOLE, "")));
    }

    /** Notes what goes over the wire, below everything. */
    private final class Tap implements CardChannel {

        private final CardChannel below;
        private final Origin origin;

        Tap(CardChannel below, Origin origin) {
            this.below = below;
            this.origin = origin;
        }

        @Override
        public ResponseApdu transmit(CommandApdu command) throws EscException {
            var raw = new Raw(origin, command.bytes());
            seen.add(raw);
            try {
                ResponseApdu r = below.transmit(command);
                raw.answer = Optional.of(r);
                return r;
            } catch (EscException e) {
                raw.failure = Optional.of(e.getMessage());
                throw e;
            } finally {
                raw.duration = Duration.ofNanos(System.nanoTime() - raw.start);
            }
        }

        @Override
        public CardChannel as(Origin other) {
            return new Tap(below.as(other), other);
        }

        @Override
        public Optional<byte[]> hostChallenge(CommandApdu begin) throws EscException {
            return below.hostChallenge(begin);
        }

        @Override
        public void explain(CommandApdu plain, ResponseApdu plainResponse) {
            explain(plain, plainResponse, new byte[0]);
        }

        @Override
        public void explain(CommandApdu plain, ResponseApdu plainResponse, byte[] chain) {
            below.explain(plain, plainResponse, chain);
            for (int i = seen.size() - 1; i >= 0; i--) {
                if (seen.get(i).origin.kind() != Origin.Kind.TRANSPORT) {
                    seen.get(i).plain = Optional.of(plain);
                    seen.get(i).plainAnswer = Optional.of(plainResponse);
                    return;
                }
            }
        }

        @Override
        public void close() {
            // the session stays with the console
        }
    }

    /** The card, with the rules of the transport or without them. */
    private static final class Wire implements CardChannel {

        private final CardChannel bare;
        private final CardChannel ruled;
        private boolean rules;

        Wire(CardChannel bare) {
            this.bare = bare;
            ruled = TransportRules.over(bare);
        }

        @Override
        public ResponseApdu transmit(CommandApdu command) throws EscException {
            return (rules ? ruled : bare).transmit(command);
        }

        @Override
        public Optional<byte[]> hostChallenge(CommandApdu begin) throws EscException {
            return bare.hostChallenge(begin);
        }

        @Override
        public void explain(CommandApdu plain, ResponseApdu plainResponse) {
            bare.explain(plain, plainResponse);
        }

        @Override
        public void explain(CommandApdu plain, ResponseApdu plainResponse, byte[] chain) {
            bare.explain(plain, plainResponse, chain);
        }

        @Override
        public void close() {
            bare.close();
        }
    }

    /** Name of the reader with the card. */
    public String reader() {
        return session.reader();
    }

    /** Whether a secure channel is open. */
    public boolean isSecured() {
        return secured.filter(s -> s.channel.isOpen()).isPresent();
    }

    /**
     * Runs a line that is typed: names that earlier ones gave a value are known. As {@link #run}.
     *
     * @param name stands for the file in places
     */
    public void line(String name, String text, Watcher watcher, Context context) throws EscException {
        run(Script.line(name, text, types), watcher, context, false);
    }

    /**
     * Runs a script.
     *
     * @param watcher   told of all that happens
     * @param context   asked for secrets; cancelling lets go of the card if it is at work
     * @param keepGoing true to go on behind an answer that is not as expected
     * @throws EscException where and why it ended: {@code expectation-failed} (CARD) at the first answer that is not as expected, at the end if it went
     *     on; {@code timeout} (CARD); {@code script-failed} (CARD) as the script says; what the card, the person or the key store says
     */
    public void run(Script script, Watcher watcher, Context context, boolean keepGoing) throws EscException {
        run = new Run(watcher, context, keepGoing);
        types = script.names();
        needKeys(script.statements());
        try {
            all(script.statements());
        } catch (Ended _) {
            // the script ends where it says so
        }
        if (run.firstFailure.isPresent()) {
            throw run.firstFailure.get();
        }
    }

    /** Makes sure that the key sets a script names are there, before anything is sent. */
    private void needKeys(List<Statement> statements) throws EscException {
        for (Statement s : statements) {
            switch (s) {
                case Statement.SecureOpen o -> needKeys(o.head(), o.keys());
                case Statement.Take t -> needKeys(t.head(), t.keys());
                case Statement.If i -> {
                    needKeys(i.then());
                    needKeys(i.otherwise());
                }
                case Statement.Repeat b -> needKeys(b.body());
                case Statement.ForEach b -> needKeys(b.body());
                case Statement.ForRange b -> needKeys(b.body());
                case Statement.While b -> needKeys(b.body());
                default -> {
                }
            }
        }
    }

    private void needKeys(Head head, KeyArgs keys) throws EscException {
        String name = keys.keys().orElse(NamedKeys.FACTORY);
        if (!name.equals(NamedKeys.FACTORY)) {
            try {
                keySets.find(name);
            } catch (EscException e) {
                throw located(head, e);
            }
        }
    }

    private void all(List<Statement> statements) throws EscException, Ended {
        for (Statement s : statements) {
            Head head = s.head();
            run.context.cancel().check(WORDS.say("run the script"));
            run.watcher.before(head.place(), head.text());
            try {
                one(s);
            } catch (Located e) {
                throw e;
            } catch (EscException e) {
                throw located(head, e);
            }
        }
    }

    /** An exception that says where in the script. */
    private static final class Located extends EscException {

        private static final long serialVersionUID = 1L;

        Located(Problem problem, Throwable cause) {
            super(problem, cause);
        }
    }

    private EscException located(Head head, EscException e) {
        if (e.fault() == Fault.CANCELLED || run.context.cancel().isCancelled()) {
            return new Located(Problem.of(Fault.CANCELLED, WORDS.say("run the script"), WORDS.say("{0}: Cancelled.", head.place())), e);
        }
        Problem p = e.problem();
        return new Located(new Problem(p.fault(), p.code(), p.step(), p.sw(), p.endOp(), head.place() + ": " + p.message(), p.advice()), e);
    }

    private void one(Statement statement) throws EscException, Ended {
        switch (statement) {
            case Statement.Send s -> send(s);
            case Statement.Expect s -> expect(s);
            case Statement.Let s -> let(s.head(), s.name(), s.value());
            case Statement.If s -> all(names.holds(s.test()) ? s.then() : s.otherwise());
            case Statement.Repeat s -> {
                for (long left = rounds(names.number(s.times())); left > 0; left--) {
                    all(s.body());
                }
            }
            case Statement.ForEach s -> {
                for (var v : s.values()) {
                    let(s.head(), s.name(), v);
                    all(s.body());
                }
            }
            case Statement.ForRange s -> {
                long from = names.number(s.from());
                long to = names.number(s.to());
                rounds(Math.max(0, to - from + 1));
                for (long n = from; n <= to; n++) {
                    names.set(s.name(), n);
                    tell(Step.Kind.VALUE, s.head(), s.name() + " = " + n);
                    all(s.body());
                }
            }
            case Statement.While s -> loop(s);
            case Statement.SecureOpen s -> open(s);
            case Statement.Take s -> take(s);
            case Statement.SecureClose s -> {
                boolean was = isSecured();
                unsecure();
                tell(Step.Kind.NOTE, s.head(), was ? WORDS.say("The secure channel is closed.") : WORDS.say("There was no secure channel."));
            }
            case Statement.Reset s -> {
                unsecure();
                session.reset();
                contact++;
                names.noAnswer();
                tell(Step.Kind.NOTE, s.head(), WORDS.say("The card was reset: ATR {0}.", session.atr()));
            }
            case Statement.Log s -> tell(Step.Kind.LOG, s.head(), said(s.parts()));
            case Statement.Pause s -> pause(s.time());
            case Statement.Ask s -> ask(s);
            case Statement.Timeout s -> timeout = s.time();
            case Statement.AutoResponse s -> autoResponse = s.on();
            case Statement.Stop s -> {
                if (s.complaint().isPresent()) {
                    throw Problem.of(Fault.CARD, WORDS.say("run the script"), s.complaint().get()).code("script-failed").exception();
                }
                throw new Ended();
            }
        }
    }

    private static long rounds(long n) throws EscException {
        if (n < 0 || n > MOST_ROUNDS) {
            throw Problem.of(Fault.USAGE, WORDS.say("run the script"), WORDS.say("A loop runs 0 to {0} times, not {1}.", MOST_ROUNDS, n)).code("bad-value").exception();
        }
        return n;
    }

    private void loop(Statement.While s) throws EscException, Ended {
        long most = rounds(names.number(s.most()));
        long done = 0;
        while (names.holds(s.test())) {
            run.context.cancel().check(WORDS.say("run the script"));
            if (done++ == most) {
                failed(s.head(), WORDS.many(most, "The condition still holds after {0} round.", "The condition still holds after {0} rounds."), Optional.empty());
                return;
            }
            all(s.body());
        }
    }

    private void tell(Step.Kind kind, Head head, String text) {
        run.watcher.happened(new Step(kind, head.place(), head.text(), text, true, Optional.empty()));
    }

    private void let(Head head, String name, Expression value) throws EscException {
        switch (value) {
            case Expression.Number n -> {
                long worth = names.number(n);
                names.set(name, worth);
                tell(Step.Kind.VALUE, head, name + " = " + worth);
            }
            case Expression.Bytes b -> {
                Value worth = names.of(b);
                names.set(name, worth);
                tell(Step.Kind.VALUE, head, name + " = " + worth.masked());
            }
            case Expression.Test _ -> throw new IllegalStateException("A condition is no value");
        }
    }

    private String said(List<Statement.Said> parts) throws EscException {
        var words = new ArrayList<String>();
        for (var p : parts) {
            words.add(switch (p) {
                case Statement.Said.Text t -> t.text();
                case Statement.Said.Value v when v.value() instanceof Expression.Number n -> Long.toString(names.number(n));
                case Statement.Said.Value v -> names.of((Expression.Bytes) v.value()).masked().toString();
            });
        }
        return String.join(" ", words);
    }

    private void pause(Duration time) throws EscException {
        var cancelled = new CountDownLatch(1);
        try (var _ = run.context.cancel().onCancel(cancelled::countDown)) {
            cancelled.await(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Cancel.cancelled(WORDS.say("run the script"), e);
        }
        run.context.cancel().check(WORDS.say("run the script"));
    }

    private void ask(Statement.Ask s) throws EscException {
        var form = Form.of(s.words(), WORDS.say("The script {0} asks for it.", s.head().place().file()),
                new Form.Field(s.field(), s.words(), "", Form.Kind.PASSWORD));
        try (var answers = Ask.await(run.context.interaction().fill(form), run.context.cancel(), WORDS.say("ask for {0}", s.words()))) {
            Secret given = answers.get(s.field()).orElseThrow(() -> new EscException(Fault.USAGE, WORDS.say("run the script"), WORDS.say("Nothing was given for {0}.",
                    s.words())));
            names.set(s.name(), given.copy());
        }
    }

    private void send(Statement.Send s) throws EscException {
        Value bytes = names.of(s.command());
        CommandApdu command;
        try {
            command = s.any() ? CommandApdu.asItIs(bytes.bytes()) : CommandApdu.parse(bytes.bytes());
        } catch (IllegalArgumentException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("run the script"), WORDS.say("This is no command ({0}): {1}.", shown(bytes), e.getMessage())).code("bad-apdu")
                    .advice(WORDS.say("Correct its lengths, or write >! to send it all the same.")).exception(e);
        }
        Optional<Secured> over = s.way() == Way.BESIDE ? Optional.empty() : secured;
        if (over.isPresent() && s.any()) {
            throw Problem.of(Fault.USAGE, WORDS.say("run the script"), WORDS.say("A secure channel cannot wrap a command whose lengths do not fit.")).code("bad-apdu")
                    .advice(WORDS.say("Send it beside the channel: plain >! ….")).exception();
        }
        wire.rules = autoResponse;
        names.noAnswer();
        var hiding = bytes.isHidden() ? Optional.of(trace.hide(session.reader())) : Optional.<Subscription>empty();
        try {
            ResponseApdu r = timed(() -> over.isEmpty() ? wire.transmit(command)
                    : s.way() == Way.IN_PARTS ? over.get().channel.transmitInParts(command, LONGEST_PART) : over.get().channel.transmit(command));
            List<Masked> answers = flush(s.head(), bytes, false);
            names.answer(data(r, answers), r.sw());
        } finally {
            hiding.ifPresent(Subscription::close);
            // what did not come so far failed on its way
            flush(s.head(), bytes, false);
            if (bytes.isHidden()) {
                bytes.erase();
            }
        }
    }

    private static String shown(Value v) {
        String all = v.masked().toString();
        return all.length() > 80 ? all.substring(0, 80) + "…" : all;
    }

    /** The answer's data, of which nobody may see what was hidden where it passed. */
    private static Value data(ResponseApdu r, List<Masked> answers) {
        return answers.stream().anyMatch(Masked::hasHidden) ? Value.secret(r.data()) : Value.open(r.data());
    }

    private interface Work<T> {
        T run() throws EscException;
    }

    /** Does something at the card, which is let go if it takes too long or is cancelled. */
    private <T> T timed(Work<T> work) throws EscException {
        var late = new AtomicBoolean();
        var done = new CountDownLatch(1);
        try (var _ = run.context.cancel().onCancel(session::close)) {
            timeout.ifPresent(t -> Thread.ofVirtual().name("timeout of a script").start(() -> {
                try {
                    if (!done.await(t.toMillis(), TimeUnit.MILLISECONDS)) {
                        late.set(true);
                        session.close();
                    }
                } catch (InterruptedException _) {
                    Thread.currentThread().interrupt();
                }
            }));
            return work.run();
        } catch (EscException e) {
            if (late.get()) {
                throw Problem.of(Fault.CARD, WORDS.say("run the script"), WORDS.say("The card did not answer within {0} ms.",
                        timeout.map(Duration::toMillis).orElse(0L))).code("timeout")
                        .advice(WORDS.say("Connect to the card again; give it more time with timeout.")).exception(e);
            }
            throw e;
        } finally {
            done.countDown();
        }
    }

    private void open(Statement.SecureOpen s) throws EscException {
        unsecure();
        wire.rules = true;
        OpenKeys keys = keySets.open(s.keys(), run.context);
        try {
            SecureChannel channel = timed(() -> channels.open(wire, keys, s.keys(), run.context));
            secured = Optional.of(new Secured(channel, keys));
            names.over(Optional.of(channel));
            flush(s.head(), Value.open(), true);
            tell(Step.Kind.NOTE, s.head(), WORDS.say("{0} is open with {1}, security level {2}.", channel.scp(), keys.description(), channel.level()));
        } finally {
            flush(s.head(), Value.open(), true);
            if (secured.isEmpty()) {
                keys.close();
            }
        }
    }

    private void unsecure() {
        names.over(Optional.empty());
        secured.ifPresent(Secured::close);
        secured = Optional.empty();
    }

    /** The keys of the card behind the open channel, of the kind that it takes. */
    private void take(Statement.Take s) throws EscException {
        SecureChannel over = secured.map(Secured::channel).filter(SecureChannel::isOpen).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("run the script"),
                WORDS.say("Which keys the card is to get depends on its secure channel, and there is none.")).code("no-channel")
                .advice(WORDS.say("Open one before: secure open keys=NAME.")).exception());
        try (OpenKeys keys = keySets.open(s.keys(), run.context);
                KeySet set = keys.cardKeys(over.card().kdd(), over.scp().keyType(), Math.max(1, s.keys().version()))) {
            keep(s.name() + "_enc", set.enc());
            keep(s.name() + "_mac", set.mac());
            keep(s.name() + "_dek", set.dek());
            tell(Step.Kind.NOTE, s.head(), WORDS.say("{0}_enc, {0}_mac and {0}_dek are those of {1}.", s.name(), keys.description()));
        }
    }

    private void keep(String name, byte[] key) {
        names.set(name, Secret.of(key));
        Arrays.fill(key, (byte) 0);
    }

    /**
     * Tells of what went over the wire since the last time.
     *
     * @param sent      what the statement has sent
     * @param automatic true if no bytes of it stand in the script
     * @return the answers that are behind it in plain, masked
     */
    private List<Masked> flush(Head head, Value sent, boolean automatic) {
        var answers = new ArrayList<Masked>();
        for (Raw raw : seen) {
            boolean rule = raw.origin.kind() == Origin.Kind.TRANSPORT;
            Masked command = Masked.open(raw.command);
            Masked answer = raw.answer.map(r -> Masked.open(r.bytes())).orElse(Masked.none());
            Optional<Entry.Plain> plain = raw.plain.map(p -> new Entry.Plain(Masked.open(p.bytes()), Masked.open(raw.plainAnswer.orElseThrow().bytes())));
            if (sent.isHidden()) {
                command = rule || plain.isPresent() ? command.hide(HEADER_AND_LC, Integer.MAX_VALUE) : sent.masked();
                answer = hideData(answer);
                plain = plain.map(p -> new Entry.Plain(sent.masked(), hideData(p.response())));
            }
            Entry e = Shown.masked(masker, new Entry(++number, Optional.of(raw.time), Optional.of(raw.duration),
                    new TracedCard(contact, session.reader(), session.atr(), session.protocol()), raw.origin, command, answer, raw.failure, false, plain));
            Decoded.Brief brief = interpreter.brief(e);
            answers.add(e.plain().map(Entry.Plain::response).orElse(e.response()));
            run.watcher.happened(step(head, raw, e, brief, automatic || rule, sent));
            Arrays.fill(raw.command, (byte) 0);
        }
        seen.clear();
        return answers;
    }

    private static Masked hideData(Masked answer) {
        return answer.hide(0, Math.max(0, answer.length() - 2));
    }

    private static Step step(Head head, Raw raw, Entry e, Decoded.Brief brief, boolean automatic, Value sent) {
        Optional<Masked> plain = e.plain().map(Entry.Plain::command);
        boolean secret = plain.orElse(e.command()).hasHidden() || sent.isHidden();
        String statement = secret && !automatic ? "> " + plain.orElse(e.command()) : head.text();
        return new Step(Step.Kind.EXCHANGE, head.place(), statement, raw.failure.orElse(brief.status()), raw.answer.isPresent(),
                Optional.of(new Step.Seen(e.command(), withoutStatus(e.response()), raw.answer.map(ResponseApdu::sw), raw.duration, brief.name(), brief.summary(),
                        automatic, plain, e.plain().map(p -> withoutStatus(p.response())), raw.plainAnswer.map(ResponseApdu::sw))));
    }

    private static Masked withoutStatus(Masked answer) {
        return answer.part(0, Math.max(0, answer.length() - 2));
    }

    private void expect(Statement.Expect s) throws EscException {
        StatusWord sw = names.sw();
        if (s.status().isPresent() && !names.fits(new byte[] {(byte) sw.sw1(), (byte) sw.sw2()}, s.status().get())) {
            failed(s.head(), WORDS.say("Expected {0}, but the card answered {1} ({2}).", s.status().get().text(), sw, sw.meaning()), Optional.of(sw));
            return;
        }
        if (s.data().isPresent()) {
            Value data = names.of(new Expression.Bytes.Data());
            if (!names.fits(data.bytes(), s.data().get())) {
                failed(s.head(), data.length() == 0 ? WORDS.say("Expected the data {0}, but the card answered none.", s.data().get().text())
                        : WORDS.say("Expected the data {0}, but the card answered {1}.", s.data().get().text(), shown(data)), Optional.of(sw));
                return;
            }
        }
        tell(Step.Kind.EXPECTATION, s.head(), WORDS.say("As expected: {0}.", sw));
    }

    private void failed(Head head, String what, Optional<StatusWord> sw) throws EscException {
        run.watcher.happened(new Step(Step.Kind.EXPECTATION, head.place(), head.text(), what, false, Optional.empty()));
        Problem p = Problem.of(Fault.CARD, WORDS.say("run the script"), head.place() + ": " + what).code("expectation-failed");
        var failure = new Located(sw.map(p::sw).orElse(p), null);
        if (!run.keepGoing) {
            throw failure;
        }
        if (run.firstFailure.isEmpty()) {
            run.firstFailure = Optional.of(failure);
        }
    }

    /** Erases secrets, ends the secure channel and lets go of the card. */
    @Override
    public void close() {
        unsecure();
        names.close();
        session.close();
    }
}
