// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.explorer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.driver.TokenState;
import org.esc.driver.host.Drivers;
import org.esc.driver.host.TokenInfo;
import org.esc.driver.host.Tokens;
import org.esc.driver.verbs.ObjectVerbs;
import org.esc.driver.verbs.TokenContent;
import org.esc.ui.Services;

/** The cards in all readers with what is on them, read by {@code token show}; follows cards and drivers that come and go. Used on the UI thread. */
final class ExplorerModel {

    private static final Words WORDS = Words.of(ExplorerModel.class);

    /** What is known of a card. */
    enum State {
        /** It is being read. */
        READING,
        /** It was read. */
        READ,
        /** It could not be read; the problem says why. */
        FAILED
    }

    /** A card in a reader. {@code content} is what was last read of it, even while it is read again. */
    record Card(ReaderState reader, State state, Optional<TokenContent> content, Optional<Problem> problem) {
    }

    private static final class Slot {
        private final ReaderState reader;
        private State state = State.READING;
        private Optional<TokenContent> content = Optional.empty();
        private Optional<Problem> problem = Optional.empty();
        private Optional<TokenInfo> seen = Optional.empty();
        private final Map<String, ObjectVerbs.ReadVerb.Result> objects = new HashMap<>();
        private long asked;

        Slot(ReaderState reader) {
            this.reader = reader;
        }
    }

    private final Display display;
    private final Optional<Readers> readers = Services.find(Readers.class);
    private final Optional<Tokens> tokens = Services.find(Tokens.class);
    private final List<Subscription> subscriptions = new ArrayList<>();
    private final List<Runnable> listeners = new ArrayList<>();
    private Map<String, Slot> slots = new LinkedHashMap<>();

    ExplorerModel(Display display) {
        this.display = display;
        tokens.ifPresent(t -> subscriptions.add(t.subscribe(() -> onUi(this::update))));
        Services.find(Drivers.class).ifPresent(d -> subscriptions.add(d.subscribe(() -> onUi(this::reread))));
        update();
    }

    void close() {
        subscriptions.forEach(Subscription::close);
        slots.clear();
    }

    /** Calls {@code changed} on the UI thread whenever something is to be shown anew. */
    void onChange(Runnable changed) {
        listeners.add(changed);
    }

    /** The cards, by name of the reader. */
    List<Card> cards() {
        return slots.values().stream().map(s -> new Card(s.reader, s.state, s.content, s.problem)).toList();
    }

    /** Why readers may be missing. */
    List<String> complaints() {
        return readers.map(Readers::complaints).orElse(List.of());
    }

    /** Reads every card anew. */
    void refresh() {
        slots.values().forEach(s -> {
            s.seen = Optional.empty();
            s.objects.clear();
        });
        tokens.ifPresent(t -> List.copyOf(slots.keySet()).forEach(t::forget));
        update();
    }

    /** Reads the cards anew, though nothing has been noticed of them. */
    private void reread() {
        slots.values().forEach(s -> s.seen = Optional.empty());
        update();
    }

    /** A verb of ours has changed the card in a reader. */
    void changed(String reader) {
        Slot s = slots.get(reader);
        if (s != null) {
            s.seen = Optional.empty();
            s.objects.clear();
            update();
        }
    }

    private void update() {
        var now = new LinkedHashMap<String, Slot>();
        for (ReaderState r : readers.map(Readers::list).orElse(List.of())) {
            if (r.hasCard()) {
                Slot old = slots.get(r.name());
                now.put(r.name(), old != null && old.reader.insertion() == r.insertion() ? old : new Slot(r));
            }
        }
        slots = now;
        now.values().forEach(this::look);
        tell();
    }

    /** Reads a card once its short description is there, and again when that has changed: then somebody has worked with the card. */
    private void look(Slot s) {
        Optional<TokenInfo> info = tokens.flatMap(t -> t.peek(s.reader.name()));
        if (info.isEmpty() || info.equals(s.seen)) {
            return;
        }
        TokenState state = info.get().state();
        if (state == TokenState.BUSY || state == TokenState.MUTE) {
            if (s.content.isEmpty()) {
                s.state = State.FAILED;
                s.problem = Optional.of(Problem.of(Fault.CARD, WORDS.say("read the card"), state == TokenState.MUTE ? WORDS.say("The card does not answer.")
                        : WORDS.say("The card is in use.")).advice(String.join(" ", info.get().problems())));
            }
            return;
        }
        s.seen = info;
        read(s);
    }

    private void read(Slot s) {
        long question = ++s.asked;
        s.state = State.READING;
        Run.verb(display, "token show", Map.of("reader", List.of(s.reader.name())), WORDS.say("Reading the token in {0}", s.reader.name()), (result, problem) -> {
            if (slots.get(s.reader.name()) != s || question != s.asked) {
                // the card was changed, or read again, meanwhile
                return;
            }
            if (result.isPresent() && result.get() instanceof TokenContent c) {
                s.content = Optional.of(c);
                s.state = State.READ;
                s.problem = Optional.empty();
            } else {
                s.content = Optional.empty();
                s.state = State.FAILED;
                s.problem = problem;
            }
            tell();
        });
    }

    /** What was read of an object since the card was last changed. */
    Optional<ObjectVerbs.ReadVerb.Result> object(Entry entry) {
        return Optional.ofNullable(slots.get(entry.reader())).map(s -> s.objects.get(entry.path()));
    }

    /** Reads an object; a PIN it needs is asked for. {@code then} is told what went wrong, if anything, on the UI thread. */
    void readObject(Entry entry, Consumer then) {
        Slot s = slots.get(entry.reader());
        if (s == null) {
            return;
        }
        Run.verb(display, "objects read", Map.of("id", List.of(entry.id()), "reader", List.of(entry.reader()), "driver", List.of(entry.driver())),
                WORDS.say("Reading {0}", entry.name()), (result, problem) -> {
                    if (slots.get(entry.reader()) == s) {
                        if (result.isPresent() && result.get() instanceof ObjectVerbs.ReadVerb.Result r) {
                            s.objects.put(entry.path(), r);
                        }
                        then.done(problem);
                    }
                });
    }

    /** Told how something ended. */
    @FunctionalInterface
    interface Consumer {
        void done(Optional<Problem> problem);
    }

    private void tell() {
        List.copyOf(listeners).forEach(Runnable::run);
    }

    private void onUi(Runnable task) {
        Run.onUi(display, task);
    }
}
