// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Hex;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.card.Exchange;
import org.esc.card.ExchangeObserver;
import org.esc.card.Readers;
import org.esc.command.Answers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.command.Progress;
import org.esc.command.Verb;
import org.esc.command.Verbs;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.ScpVersion;
import org.esc.securechannel.keys.Channels;
import org.esc.securechannel.keys.KeySets;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;

/** A software card in a reader, a person beside it, and the verbs as the terminal runs them. */
final class Stage implements Interaction, AutoCloseable {

    static final Set<Integer> CHANGING = Set.of(0xD8, 0xE2, 0xE4, 0xE6, 0xE8, 0xF0);

    final SoftCard card;
    final ContentWork work;
    final List<byte[]> sent = new ArrayList<>();
    final List<String> questions = new ArrayList<>();
    /** What was told, each behind the number of changing commands sent until then. */
    final List<String> told = new ArrayList<>();
    final Map<String, String> environment = new HashMap<>();
    String newKeys = "";
    Optional<String> typed = Optional.empty();
    Progress progress = Progress.NONE;
    Cancel cancel = new Cancel();

    private final SoftReaders soft = new SoftReaders();

    Stage(ScpVersion scp, Path dir) {
        this(scp, dir, 1);
    }

    Stage(ScpVersion scp, Path dir, int keyVersion) {
        this(scp, dir, keyVersion, "reader");
    }

    Stage(ScpVersion scp, Path dir, int keyVersion, String reader) {
        card = SoftCard.inMemory(CardSpec.standard().withScp(scp).withKey(keyVersion, KeySet.factoryKey()));
        soft.plug(reader, card);
        var readers = new Readers();
        readers.addProvider(soft);
        readers.addObserver(new ExchangeObserver() {
            @Override
            public void exchanged(Exchange exchange) {
                sent.add(exchange.command().clone());
            }
        });
        work = new ContentWork(readers, new KeySets(Optional.empty(), Optional.empty(), environment::get),
                new Channels(dir.resolve("tries-" + System.nanoTime())), soft);
    }

    /** Runs a verb with arguments as {@code name=value}, by default with the factory's keys. */
    <A extends Record, R extends Record> R run(Verb<A, R> verb, String... arguments) throws EscException {
        var given = new HashMap<String, List<String>>();
        for (String a : arguments) {
            int eq = a.indexOf('=');
            given.merge(a.substring(0, eq), List.of(a.substring(eq + 1)), (x, y) -> {
                var both = new ArrayList<>(x);
                both.addAll(y);
                return both;
            });
        }
        if (!given.containsKey("keys") && !given.containsKey("keyEnv") && !verb.name().equals("gp info")) {
            given.put("keys", List.of("factory"));
        }
        return Verbs.run(verb, given, new Context(this, progress, cancel));
    }

    /** Instruction bytes of the commands sent that change a card. */
    List<String> changes() {
        return sent.stream().filter(c -> CHANGING.contains(c[1] & 0xFF)).map(c -> Hex.of(c[1] & 0xFF)).toList();
    }

    @Override
    public CompletableFuture<Answers> fill(Form form) {
        if (newKeys.isEmpty()) {
            return CompletableFuture.failedFuture(new EscException(Fault.USAGE, "answer the form", "There is no terminal."));
        }
        return CompletableFuture.completedFuture(new Answers(Map.of("NEW_KEY", Secret.of(newKeys))));
    }

    @Override
    public CompletableFuture<Secret> newPin(NewPin request) {
        return CompletableFuture.failedFuture(new IllegalStateException("Nobody has a PIN here"));
    }

    @Override
    public CompletableFuture<Boolean> confirm(Confirmation c) {
        questions.add(c.title());
        if (typed.isEmpty()) {
            return CompletableFuture.failedFuture(Problem.of(Fault.UNCONFIRMED, c.title(), c.message()).exception());
        }
        return CompletableFuture.completedFuture(c.accepts(typed.get()));
    }

    @Override
    public void tell(String message) {
        told.add(changes().size() + " " + message);
    }

    @Override
    public void close() {
        soft.unplugAll();
    }
}
