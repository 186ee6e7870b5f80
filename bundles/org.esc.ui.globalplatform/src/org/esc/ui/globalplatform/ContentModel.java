// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.globalplatform;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.eclipse.core.runtime.ILog;
import org.eclipse.swt.widgets.Display;
import org.esc.apdu.EscException;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.ReaderState;
import org.esc.card.Readers;
import org.esc.card.Subscription;
import org.esc.globalplatform.CardInfo;
import org.esc.globalplatform.CardTree;
import org.esc.securechannel.keys.FailedTries;
import org.esc.securechannel.keys.OpenedChannel;
import org.esc.ui.DialogAsker;
import org.esc.ui.ProblemText;
import org.esc.ui.Services;
import org.esc.ui.UiInteraction;
import org.esc.ui.VerbCall;
import org.esc.ui.VerbDialog;
import org.esc.ui.VerbJob;

/**
 * What the Card content perspective shows: the card in one reader, read without keys at once and with keys when the person says so. No key is
 * ever tried unasked: cards lock after some wrong ones. UI thread only; cards are read in jobs.
 */
final class ContentModel {

    private static final Words WORDS = Words.of(ContentModel.class);

    /** Where the channel to the card stands. */
    enum Channel {
        /** No card. */
        NONE,
        /** A job works with the card. */
        BUSY,
        /** What the card tells to anybody is shown. */
        CLOSED,
        /** The registry was read over a secure channel, which was closed again. */
        READ,
        /** Something went wrong. */
        FAILED
    }

    private final Display display;
    private final Optional<Readers> readers = Services.find(Readers.class);
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Subscription subscription;
    private Optional<ReaderState> reader = Optional.empty();
    private Optional<KeyChoice> keys = Optional.empty();
    private Channel channel = Channel.NONE;
    private Optional<Node> root = Optional.empty();
    private Optional<CardTree> tree = Optional.empty();
    private Optional<Problem> problem = Optional.empty();
    private Optional<FailedTries> failed = Optional.empty();
    private long asked;

    ContentModel(Display display) {
        this.display = display;
        subscription = readers.map(r -> r.subscribe(() -> onUi(this::cardsChanged))).orElse(() -> {
        });
        cardsChanged();
    }

    void close() {
        subscription.close();
    }

    /** Calls {@code changed} on the UI thread whenever something is to be shown anew. */
    void onChange(Runnable changed) {
        listeners.add(changed);
    }

    /** Readers that hold a card. */
    List<ReaderState> cards() {
        return readers.map(Readers::list).orElse(List.of()).stream().filter(ReaderState::hasCard).toList();
    }

    Optional<ReaderState> reader() {
        return reader;
    }

    Optional<KeyChoice> keys() {
        return keys;
    }

    Channel channel() {
        return channel;
    }

    Optional<Node> root() {
        return root;
    }

    /** The registry, if it was read. */
    Optional<CardTree> tree() {
        return tree;
    }

    Optional<Problem> problem() {
        return problem;
    }

    /** Keys that were tried on this card in vain since the last success. */
    Optional<FailedTries> failedTries() {
        return failed;
    }

    /** The secure channel over which the registry was read. */
    Optional<OpenedChannel> opened() {
        return tree.flatMap(CardTree::channel);
    }

    /** The readers that hold a card, that of this card first. */
    List<String> readersWithCard() {
        var names = new ArrayList<>(cards().stream().map(ReaderState::name).toList());
        reader.map(ReaderState::name).filter(names::remove).ifPresent(names::addFirst);
        return names;
    }

    /** Turns to the card in a reader. Keys chosen for another card are forgotten: they are not tried on this one. */
    void select(String name) {
        Optional<ReaderState> wanted = cards().stream().filter(r -> r.name().equals(name)).findFirst();
        if (!wanted.equals(reader)) {
            turnTo(wanted);
        }
    }

    private void cardsChanged() {
        List<ReaderState> now = cards();
        Optional<ReaderState> same = reader.flatMap(r -> now.stream()
                .filter(n -> n.name().equals(r.name()) && n.insertion() == r.insertion()).findFirst());
        if (same.isPresent()) {
            changed();
        } else {
            turnTo(reader.flatMap(r -> now.stream().filter(n -> n.name().equals(r.name())).findFirst()).or(() -> now.stream().findFirst()));
        }
    }

    private void turnTo(Optional<ReaderState> next) {
        // what is still being read was asked of another card
        asked++;
        reader = next;
        keys = Optional.empty();
        root = Optional.empty();
        tree = Optional.empty();
        problem = Optional.empty();
        failed = Optional.empty();
        channel = Channel.NONE;
        changed();
        if (next.isPresent()) {
            read("gp info", Map.of(), Channel.CLOSED);
        }
    }

    /** Reads the registry with these keys. */
    void open(KeyChoice choice) {
        keys = Optional.of(choice);
        refresh();
    }

    /** Reads the card anew, as it was read before. */
    void refresh() {
        if (reader.isEmpty()) {
            cardsChanged();
        } else if (keys.isPresent()) {
            read("gp list", keys.get().words(), Channel.READ);
        } else {
            read("gp info", Map.of(), Channel.CLOSED);
        }
    }

    /** The words of a verb for this card, with the keys chosen. */
    Map<String, List<String>> words() {
        var words = new HashMap<String, List<String>>(keys.map(KeyChoice::words).orElse(Map.of()));
        reader.ifPresent(r -> words.put("reader", List.of(r.name())));
        return words;
    }

    private void read(String verbName, Map<String, List<String>> keyWords, Channel then) {
        long question = ++asked;
        String name = reader.orElseThrow().name();
        var words = new HashMap<>(keyWords);
        words.put("reader", List.of(name));
        channel = Channel.BUSY;
        problem = Optional.empty();
        changed();
        try {
            start(VerbCall.named(verbName, words), name, question, result -> shown(result, then), this::failed);
        } catch (EscException e) {
            failed(e.problem());
        }
    }

    /** After keys failed: says how often by now, without anything that a card counts. */
    private void countAgain() {
        reader.ifPresent(r -> {
            try {
                start(VerbCall.named("gp info", Map.of("reader", List.of(r.name()))), r.name(), asked, result -> {
                    failed = ((CardInfo) result).failedTries();
                    changed();
                }, _ -> {
                    // what went wrong first is shown already
                });
            } catch (EscException e) {
                ILog.of(ContentModel.class).warn(e.getMessage(), e);
            }
        });
    }

    private <R extends Record> void start(VerbCall<?, R> call, String name, long question, Consumer<Record> then, Consumer<Problem> otherwise) {
        var job = new VerbJob<>(WORDS.say("Reading the card in {0}", name), call, new UiInteraction(display, new DialogAsker(display::getActiveShell),
                VerbDialog.ACCEPT_FORMS),
                (_, _) -> {
                });
        job.outcome().whenComplete((result, failure) -> onUi(() -> {
            if (question != asked) {
                // the card was changed, or read again, meanwhile
                return;
            }
            if (failure == null) {
                then.accept(result);
            } else {
                otherwise.accept(ProblemText.problem(failure, WORDS.say("read the card")));
            }
        }));
        job.schedule();
    }

    private void shown(Record result, Channel then) {
        channel = then;
        switch (result) {
            case CardTree t -> {
                tree = Optional.of(t);
                // these keys fitted
                failed = Optional.empty();
                root = Optional.of(Node.of(t));
            }
            case CardInfo i -> {
                tree = Optional.empty();
                failed = i.failedTries();
                root = Optional.of(Node.of(i));
            }
            default -> throw new IllegalStateException(result.getClass().getName());
        }
        changed();
    }

    private void failed(Problem p) {
        channel = Channel.FAILED;
        problem = Optional.of(p);
        // keys that did not fit are not tried again by a mere refresh
        boolean tried = keys.isPresent();
        keys = Optional.empty();
        changed();
        if (tried) {
            countAgain();
        }
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    private void onUi(Runnable task) {
        if (!display.isDisposed()) {
            display.asyncExec(task);
        }
    }
}
