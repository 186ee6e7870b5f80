// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.CardChoice;
import org.esc.card.CardSession;
import org.esc.card.Origin;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.card.TransportRules;
import org.esc.command.Ask;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Interaction;
import org.esc.driver.TokenCertificate;
import org.esc.driver.TokenState;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.TokenInfo;
import org.esc.tps.Operation;
import org.esc.tps.client.TpsClient;
import org.esc.tps.client.TpsRequest;
import org.esc.tps.client.TpsResult;
import org.esc.tps.client.Trust;

/**
 * A security officer at their desk, from sign-in until they sign out or their card leaves its reader: that locks the desk at once, stops what is
 * under way and withdraws what is being asked. Every task is bound to one card: it is looked at and worked with in one session, so that no other
 * card can take its place in between, and the officer's own card is never the one.
 */
public final class DeskSession implements AutoCloseable {

    private static final Words WORDS = Words.of(DeskSession.class);

    private static final String STEP = WORDS.say("work at the officer's desk");

    /** What a session works with. */
    record Parts(Readers readers, Drivers drivers, TpsClient client, DeskSettings settings, OfficerLog log, CardChoice officersCard) {
    }

    private final Parts parts;
    private final Officer officer;
    private final long insertion;
    private final URI tps;
    private final Trust trust;
    private final Optional<URI> proxy;
    private final Duration patience;
    private final Directory directory;
    private final Optional<OfficerServer> server;
    private final List<String> notes;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final AtomicReference<Optional<String>> ended = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Thread> tail = new AtomicReference<>();
    private final Cancel lock = new Cancel();
    private final Subscription watch;

    DeskSession(Parts parts, Officer officer, long insertion, URI tps, Trust trust, Optional<URI> proxy, Duration patience, Directory directory,
            Optional<OfficerServer> server, List<String> notes) {
        this.parts = parts;
        this.officer = officer;
        this.insertion = insertion;
        this.tps = tps;
        this.trust = trust;
        this.proxy = proxy;
        this.patience = patience;
        this.directory = directory;
        this.server = server;
        this.notes = List.copyOf(notes);
        watch = parts.readers().subscribe(this::look);
        look();
    }

    /** Who has signed in. */
    public Officer officer() {
        return officer;
    }

    /** The TPS. */
    public URI tps() {
        return tps;
    }

    /** What a person should know about how the sign-in was checked, in sentences. */
    public List<String> notes() {
        return notes;
    }

    /** Why the desk is locked; empty while it is open. */
    public Optional<String> locked() {
        return ended.get();
    }

    /** Calls {@code locked}, from any thread, once the desk is locked; at once if it is. */
    public void onLock(Runnable locked) {
        listeners.add(locked);
        if (ended.get().isPresent() && listeners.remove(locked)) {
            locked.run();
        }
    }

    private void look() {
        boolean there = parts.readers().list().stream().anyMatch(r -> r.name().equals(officer.reader()) && r.hasCard() && r.insertion() == insertion);
        if (!there) {
            end("locked", WORDS.say("The officer's card was pulled: the desk is locked."));
        }
    }

    private void end(String event, String why) {
        if (!ended.compareAndSet(Optional.empty(), Optional.of(why))) {
            return;
        }
        lock.cancel();
        for (Runnable l : listeners) {
            if (listeners.remove(l)) {
                l.run();
            }
        }
        // whoever tells of pulled cards must not wait for a disk or a network
        tail.set(Thread.ofVirtual().name("officer's desk ends").start(() -> {
            watch.close();
            directory.close();
            server.filter(s -> s != directory).ifPresent(OfficerServer::close);
            try {
                log(event, "", "", "", "done", why);
            } catch (EscException _) {
                // there is nobody left to tell
            }
            parts.officersCard().close();
        }));
    }

    /** Signs out, and waits until that is in the log. */
    @Override
    public void close() {
        end("sign-out", WORDS.say("The officer has signed out."));
        try {
            if (tail.get() != null) {
                tail.get().join(Duration.ofSeconds(30));
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void open() throws EscException {
        if (ended.get().isPresent()) {
            throw locked(null);
        }
    }

    private EscException locked(Throwable cause) {
        return Problem.of(Fault.LOGIN, STEP, ended.get().orElse("")).code("desk-locked").advice(WORDS.say("Sign in again with the officer's card."))
                .exception(cause);
    }

    /** Something that ends when the desk is locked. */
    private interface Work<T> {
        T with(Cancel cancel) throws EscException;
    }

    private <T> T bound(Cancel cancel, Work<T> work) throws EscException {
        open();
        var both = new Cancel();
        try (var _ = cancel.onCancel(both::cancel); var _ = lock.onCancel(both::cancel)) {
            return work.with(both);
        } catch (EscException e) {
            if (e.problem().code().equals("session-ended")) {
                end("locked", WORDS.say("The server has ended the officer's session: the desk is locked."));
            }
            throw ended.get().isPresent() && !cancel.isCancelled() ? locked(e) : e;
        }
    }

    /**
     * People whose short name, e-mail address, or a word of whose name begins like this.
     *
     * @throws EscException code {@code desk-locked}; NETWORK, TLS or LOGIN if the directory does not answer; CANCELLED
     */
    public Found search(String text, int start, int size, Cancel cancel) throws EscException {
        return text.isBlank() ? new Found(List.of(), false) : bound(cancel, c -> directory.search(text, start, size, c));
    }

    /** One person. @throws EscException USAGE, code {@code no-such-user}, if there is none of that name; or as {@link #search} */
    public Person person(String uid, Cancel cancel) throws EscException {
        return bound(cancel, c -> directory.person(uid, c)).orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the person"),
                WORDS.say("There is no user {0}.", uid))
                .code("no-such-user").advice(WORDS.say("Search by name first: officer find.")).exception());
    }

    /** Names of the server's profiles, in its own spelling; empty if it does not tell. @throws EscException as {@link #search} */
    public List<String> profiles(Cancel cancel) throws EscException {
        return server.isEmpty() ? List.of() : bound(cancel, c -> server.get().profiles(c));
    }

    /** The profile that a task asks for: the one that was chosen, else the server's that is called as usual. @throws EscException as {@link #search} */
    public String profile(OfficerTask task, Cancel cancel) throws EscException {
        Optional<String> chosen = parts.settings().profile(task);
        if (chosen.isPresent()) {
            return chosen.get();
        }
        List<String> all = profiles(cancel);
        Optional<String> usual = all.isEmpty() ? Optional.of(task.usualProfile()) : task.among(all);
        return usual.orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("choose the profile"), WORDS.say("The server has no profile called {0}.",
                task.usualProfile()))
                .code("no-profile")
                .advice(WORDS.say("Choose one for \"{0}\": officer profile {1} NAME. It has {2}.", task.title(), task.word(), String.join(", ", all)))
                .exception());
    }

    /** The readers whose cards count. */
    private List<ReaderState> cards() throws EscException {
        List<String> ignored = parts.settings().ignoredReaders();
        return parts.readers().list().stream().filter(r -> r.hasCard() && !ignored.contains(r.name())).toList();
    }

    /**
     * Finds the reader that a task is about.
     *
     * @throws EscException REFUSED: {@code own-reader}, {@code no-second-card} or {@code too-many-cards}
     */
    private String target(DeskOrder order) throws EscException {
        var there = cards().stream().map(ReaderState::name).toList();
        var others = there.stream().filter(n -> !n.equals(officer.reader())).toList();
        boolean own = order.reader().equals(Optional.of(officer.reader()));
        if (own && order.task() != OfficerTask.FORMAT_OFFICER) {
            throw no("own-reader", WORDS.say("\"{0}\" holds the security officer's own card; nothing is done with that.", officer.reader()),
                    WORDS.say("Put the other card into the other reader."));
        }
        if (own && others.isEmpty()) {
            return officer.reader();
        }
        if (others.isEmpty()) {
            throw no("no-second-card", WORDS.say("There is no card here besides the officer's."), WORDS.say("Put the card into the other reader."));
        }
        if (others.size() > 1 || own) {
            throw no("too-many-cards", WORDS.say("There are {0} cards here, so it is not clear which is meant.", others.size() + 1), own
                    ? WORDS.say("Take out all cards but the officer's: it is the one to be formatted.")
                    : WORDS.say("Take out all but the officer's card and the one to work with: {0}. A reader that always holds a card "
                        + "can be left out of account in the desk's settings.", String.join(", ", others)));
        }
        if (order.reader().isPresent() && !others.contains(order.reader().get())) {
            throw no("no-second-card", WORDS.say("There is no card in \"{0}\".", order.reader().get()), WORDS.say("The other card is in \"{0}\".",
                    others.getFirst()));
        }
        return others.getFirst();
    }

    private static EscException no(String code, String message, String advice) {
        return Problem.of(Fault.REFUSED, WORDS.say("choose the card"), message).code(code).advice(advice).exception();
    }

    /**
     * Looks at the other card.
     *
     * @return empty if there is none
     * @throws EscException as {@link #perform}
     */
    public Optional<SeenCard> otherCard(Cancel cancel) throws EscException {
        return bound(cancel, c -> {
            var others = cards().stream().map(ReaderState::name).filter(n -> !n.equals(officer.reader())).toList();
            if (others.isEmpty()) {
                return Optional.empty();
            }
            String reader = target(DeskOrder.of(OfficerTask.FORMAT));
            try (CardSession session = parts.readers().connect(reader, Origin.probe("officer"))) {
                return Optional.of(see(session, c));
            }
        });
    }

    private SeenCard see(CardSession session, Cancel cancel) throws EscException {
        var reader = new ReaderState(session.reader(), "", ReaderState.Presence.PRESENT, Optional.of(session.atr()), 0);
        TokenInfo info = parts.drivers().read(reader, TransportRules.over(session));
        Cuid cuid = info.cuid().orElseThrow(() -> no("no-cuid",
                WORDS.say("The card in \"{0}\" does not tell its number, so it cannot be told from others.", session.reader()),
                WORDS.say("Use a card that a token management system can manage.")));
        String state = info.state().text();
        if (cuid.equals(officer.card())) {
            return new SeenCard(session.reader(), cuid, state, "", officer.uid(), SeenCard.Kind.OWN);
        }
        String onCard = info.certificates().stream().filter(c -> !c.isAuthority()).map((TokenCertificate c) -> c.subject("UID").strip())
                .filter(u -> !u.isEmpty()).findFirst().orElse("").toLowerCase(Locale.ROOT);
        var record = server.isPresent() ? server.get().card(cuid, cancel) : new OfficerServer.OnRecord(false, "", "", false);
        // either is enough to make it an officer's: a wrong guess must not cost an officer their card
        boolean officers = record.officer() || !onCard.isEmpty() && directory.isOfficer(onCard, cancel);
        String owner = record.owner().isEmpty() ? onCard : record.owner();
        boolean enrolled = info.state() == TokenState.ENROLLED || info.state() == TokenState.BLOCKED;
        var kind = officers ? SeenCard.Kind.OFFICER : owner.isEmpty() && !enrolled ? SeenCard.Kind.BLANK : SeenCard.Kind.USER;
        return new SeenCard(session.reader(), cuid, state, record.known() ? record.state() : "", officers && !onCard.isEmpty() ? onCard : owner, kind);
    }

    /** Refuses the wrong card, each with its own sentence. @throws EscException REFUSED */
    private void guard(DeskOrder order, SeenCard card, Optional<Person> person) throws EscException {
        if (order.cuid().isPresent() && !order.cuid().get().equals(card.cuid())) {
            throw no("other-card", WORDS.say("The card in \"{0}\" is not the one that was looked at before.", card.reader()), WORDS.say("Look at it again."));
        }
        boolean formatsOfficers = order.task() == OfficerTask.FORMAT_OFFICER;
        String who = card.owner().isEmpty() ? WORDS.say("somebody else") : card.owner();
        switch (card.kind()) {
            case OWN -> {
                if (!formatsOfficers) {
                    throw no("own-card", WORDS.say("The card in \"{0}\" is the officer's own card; nothing is done with that.", card.reader()),
                            WORDS.say("Put the other card into the reader."));
                }
            }
            case OFFICER -> {
                boolean theirs = order.task().enrols() && person.filter(p -> p.uid().equalsIgnoreCase(card.owner())).isPresent();
                if (!formatsOfficers && !theirs) {
                    throw no("officer-card", WORDS.say("This card belongs to the security officer {0}.", who), order.task().enrols()
                            ? WORDS.say("A card that belongs to another security officer cannot be enrolled. Take a blank one.")
                            : WORDS.say("It can only be formatted as an officer's card: \"{0}\".", OfficerTask.FORMAT_OFFICER.title()));
                }
            }
            case USER -> {
                if (formatsOfficers) {
                    throw no("user-card", WORDS.say("This card belongs to {0}, who is no security officer.", who),
                            WORDS.say("A person's card is formatted by \"{0}\".", OfficerTask.FORMAT.title()));
                }
                if (order.task().enrols() && !person.filter(p -> p.uid().equalsIgnoreCase(card.owner())).isPresent()) {
                    throw no("others-card", WORDS.say("This card belongs to {0}.", who), WORDS.say("Format it first, or take a blank one."));
                }
            }
            case BLANK -> {
                if (formatsOfficers) {
                    throw no("user-card", WORDS.say("This card is no security officer's."), WORDS.say("A blank card is formatted by \"{0}\".",
                            OfficerTask.FORMAT.title()));
                }
            }
        }
    }

    private void confirm(DeskOrder order, SeenCard card, Context context) throws EscException {
        String which = card.owner().isEmpty() ? WORDS.say("card {0}", card.cuid().display()) : WORDS.say("card {0} of {1}", card.cuid().display(), card.owner());
        boolean own = card.kind() == SeenCard.Kind.OWN;
        boolean loses = card.kind() != SeenCard.Kind.BLANK;
        String erases = loses ? " " + WORDS.say("Its keys and certificates are erased for good; what was encrypted for it can then only be read if "
                + "its keys are archived.") : "";
        var question = switch (order.task()) {
            case FORMAT -> new Interaction.Confirmation(WORDS.say("Format the {0}", which),
                    WORDS.say("This erases the phone home address and formats the card.") + erases, loses);
            case SET_HOME -> new Interaction.Confirmation(WORDS.say("Set the home address of the {0}", which),
                    WORDS.say("This formats the card and writes a phone home address to it.") + erases, loses);
            case FORMAT_OFFICER -> new Interaction.Confirmation(WORDS.say("Format the security officer's {0}", which), own
                    ? WORDS.say("This is the card you signed in with. When it is formatted, you can no longer enter the officer's desk with it.") + erases
                    : WORDS.say("Its owner can then no longer enter the officer's desk with it.") + erases, true,
                    own ? Optional.of(card.cuid().toString()) : Optional.empty());
            case ENROLL, ENROLL_TEMPORARY, ENROLL_OFFICER -> new Interaction.Confirmation(WORDS.say("Enrol the {0} again", which),
                    WORDS.say("The card is enrolled already.") + erases, true);
        };
        boolean asks = loses || order.task() == OfficerTask.FORMAT_OFFICER;
        if (asks && !Ask.await(context.interaction().confirm(question), context.cancel(), question.title())) {
            throw Problem.of(Fault.CANCELLED, question.title(), WORDS.say("Nothing was changed.")).exception();
        }
    }

    /**
     * Does something with the other card, or, to format an officer's card, with their own.
     *
     * @throws EscException REFUSED with code {@code own-reader own-card officer-card user-card others-card other-card no-second-card too-many-cards},
     *     {@code not-checked} or {@code desk-locked}, before anything was sent to a card but to look at it; or as {@link TpsClient#run}
     */
    public DeskResult perform(DeskOrder order, Context context) throws EscException {
        String document = order.identity().map(i -> i.kind().orElse("checked")).orElse("");
        String user = order.user().orElse("");
        String cuid = "";
        try {
            open();
            String reader = target(order);
            if (order.task().enrols() && order.user().isEmpty()) {
                throw Problem.of(Fault.USAGE, WORDS.say("find the person"), WORDS.say("Nobody was chosen to get the card.")).code("no-user").exception();
            }
            if (order.task().enrols() && order.identity().isEmpty()) {
                throw Problem.of(Fault.REFUSED, WORDS.say("check the person's identity"),
                        WORDS.say("The person's identity document has not been checked.")).code("not-checked")
                        .advice(WORDS.say("Compare it with the photo and the attributes, then say so.")).exception();
            }
            var result = bound(context.cancel(), c -> perform(order, reader, document, new Context(context.interaction(), context.progress(), c)));
            log(order.task().word(), result.cuid(), user, document, "done", "profile " + result.profile());
            return result;
        } catch (EscException e) {
            cuid = order.cuid().map(Cuid::toString).orElse(cuid);
            String how = switch (e.fault()) {
                case REFUSED, LOGIN, UNCONFIRMED, USAGE -> "refused";
                case CANCELLED -> "cancelled";
                default -> "failed";
            };
            try {
                log(order.task().word(), cuid, user, document, how, e.getMessage());
            } catch (EscException _) {
                // what went wrong first says more
            }
            throw e;
        }
    }

    private DeskResult perform(DeskOrder order, String reader, String document, Context context) throws EscException {
        OfficerTask task = order.task();
        Optional<Person> person = task.enrols() ? Optional.of(directory.person(order.user().orElseThrow(), context.cancel())
                .orElseThrow(() -> Problem.of(Fault.USAGE, WORDS.say("find the person"), WORDS.say("There is no user {0}.", order.user().get()))
                        .code("no-such-user").exception()))
                : Optional.empty();
        if (task == OfficerTask.ENROLL_OFFICER && !person.orElseThrow().officer()) {
            throw Problem.of(Fault.REFUSED, WORDS.say("find the person"), WORDS.say("{0} is no security officer.", person.get().display())).code("no-officer")
                    .advice(WORDS.say("An administrator adds them to the group of officers first.")).exception();
        }
        String profile = profile(task, context.cancel());
        try (CardSession session = parts.readers().connect(reader, Origin.verb("officer"))) {
            context.progress().at(-1, WORDS.say("Looking at the card"));
            SeenCard card = see(session, context.cancel());
            guard(order, card, person);
            confirm(order, card, context);
            var request = TpsRequest.of(task.operation(), tps).trust(trust).tokenType(profile)
                    .timeouts(TpsRequest.CONNECT_TIMEOUT, patience);
            request = person.isPresent() ? request.user(person.get().uid()) : request;
            request = proxy.isPresent() ? request.proxy(proxy.get()) : request;
            if (server.isPresent()) {
                request = request.extensions(Map.of("officerTicket", server.get().ticket(task, card.cuid(), person.map(Person::uid),
                        Optional.of(document).filter(d -> !d.isEmpty()), context.cancel())));
            }
            log(task.word(), card.cuid().toString(), order.user().orElse(""), document, "begun", "profile " + profile);
            var both = new Context(new AtTheDesk(context.interaction(), person.map(Person::name).filter(n -> !n.isBlank())
                    .orElse(WORDS.say("Whoever the card belongs to"))), context.progress(), context.cancel());
            var said = new ArrayList<String>();
            if (task.enrols() && server.isEmpty() && card.state().equals(TokenState.UNFORMATTED.text())) {
                // other servers than ours reckon with the memory a blank card does not tell, and then give up half-way
                String first = profile(task.isForOfficers() ? OfficerTask.FORMAT_OFFICER : OfficerTask.SET_HOME, context.cancel());
                parts.client().run(request.operation(Operation.FORMAT).tokenType(first), session, both);
                said.add(WORDS.say("The card was blank, so it was formatted first."));
            }
            TpsResult done = parts.client().run(request, session, both);
            said.addAll(done.notes());
            return new DeskResult(task.word(), officer.uid(), person.map(Person::uid).orElse(""), card.cuid().toString(), reader, profile, tps.toString(),
                    stateAfter(session, said), done.apdus(), done.times().operation(), said);
        }
    }

    private String stateAfter(CardSession session, List<String> said) {
        try {
            var reader = new ReaderState(session.reader(), "", ReaderState.Presence.PRESENT, Optional.of(session.atr()), 0);
            TokenInfo info = parts.drivers().read(reader, TransportRules.over(session));
            said.addAll(info.problems());
            return info.state().text();
        } catch (EscException e) {
            said.add(WORDS.say("The card could not be read afterwards: {0}", e.getMessage()));
            return "";
        }
    }

    private void log(String event, String cuid, String user, String document, String result, String message) throws EscException {
        parts.log().add(new OfficerLog.Event("", officer.uid(), officer.card().toString(), event, cuid, user, document, tps.toString(), result, message, ""));
    }
}
