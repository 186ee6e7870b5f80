// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.batch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.card.Subscription;
import org.esc.softcard.SoftReaders;

/**
 * A pair of hands with a stack of software tokens: puts them into virtual readers one after the other and follows the signs. For trying, training and tests: a
 * run of a thousand cards needs nobody then.
 */
public final class CardStack implements AutoCloseable {

    private static final Words WORDS = Words.of(CardStack.class);

    private static final int MOST_READERS = 64;

    /** How a card comes into a reader. */
    interface Put {
        void into(String reader, Path token) throws EscException;
    }

    private final SoftReaders soft;
    private final Put put;
    private final List<String> readers = new ArrayList<>();
    private final ExecutorService hands = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("hands").factory());
    private final Deque<Path> stack = new ArrayDeque<>();
    private final Map<String, Path> inside = new HashMap<>();
    private final Map<Path, Integer> again = new HashMap<>();

    /**
     * Takes the tokens in a folder, by name, and makes readers for them.
     *
     * @throws EscException USAGE if there are none
     */
    public CardStack(SoftReaders soft, Path folder, int count) throws EscException {
        this(soft, tokens(folder), count, soft::put);
    }

    /** Takes these tokens, in order. */
    CardStack(SoftReaders soft, List<Path> tokens, int count, Put put) {
        this.soft = soft;
        this.put = put;
        stack.addAll(tokens);
        for (int i = 1; i <= Math.clamp(count, 1, MOST_READERS); i++) {
            String name = "Virtual reader " + i;
            readers.add(name);
            soft.addReader(name);
        }
    }

    static List<Path> tokens(Path folder) throws EscException {
        try (var files = Files.list(folder)) {
            // a token's file may be damaged: then putting it in fails, and it is laid aside
            var all = files.filter(f -> Files.isRegularFile(f) && !String.valueOf(f.getFileName()).startsWith(".")
                    && List.of(".esc", ".token").stream().anyMatch(f.toString()::endsWith)).sorted().toList();
            if (all.isEmpty()) {
                throw Problem.of(Fault.USAGE, WORDS.say("take the stack of tokens"),
                        WORDS.say("There are no software tokens (*.esc, *.token) in {0}.", folder)).code("no-tokens")
                        .exception();
            }
            return all;
        } catch (IOException e) {
            throw Problem.of(Fault.USAGE, WORDS.say("take the stack of tokens"),
                    WORDS.say("The folder {0} cannot be read.", folder)).code("file-unreadable").exception(e);
        }
    }

    /** Its readers. */
    public List<String> readers() {
        return List.copyOf(readers);
    }

    /** Puts the first cards in and follows the signs of a run, until the handle is closed. */
    public Subscription serve(BatchRun run) {
        run.endWhenNoMore(this::more);
        Subscription s = run.subscribe(e -> {
            if (e instanceof BatchEvent.SignChanged(Sign sign) && readers.contains(sign.reader())) {
                hands.submit(() -> follow(sign));
            }
        });
        readers.forEach(r -> hands.submit(() -> next(r)));
        return s;
    }

    private synchronized boolean more() {
        return !stack.isEmpty() || !inside.isEmpty();
    }

    private synchronized void follow(Sign sign) {
        switch (sign.kind()) {
            case TAKE_OUT, FAILED, REFUSED -> next(sign.reader());
            case AGAIN -> {
                Path card = inside.get(sign.reader());
                if (card != null && again.merge(card, 1, Integer::sum) <= 3) {
                    // out first: the file must be closed before it is opened again
                    soft.unplug(sign.reader());
                    inside.remove(sign.reader());
                    stack.addFirst(card);
                }
                next(sign.reader());
            }
            case INSERT, WAIT, PAUSED, FINISHED -> {
            }
        }
    }

    private synchronized void next(String reader) {
        if (inside.remove(reader) != null) {
            soft.unplug(reader);
        }
        while (!stack.isEmpty()) {
            Path card = stack.removeFirst();
            try {
                put.into(reader, card);
                inside.put(reader, card);
                return;
            } catch (EscException _) {
                // in use or damaged: it is laid aside, and its row stays to be done
            }
        }
    }

    @Override
    public void close() {
        hands.close();
        readers.forEach(soft::removeReader);
    }
}
