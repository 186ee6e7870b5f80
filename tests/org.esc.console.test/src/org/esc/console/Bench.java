// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Hex;
import org.esc.apdu.Secret;
import org.esc.card.Exchange;
import org.esc.card.ExchangeObserver;
import org.esc.card.ReaderProvider;
import org.esc.card.Readers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Progress;
import org.esc.coolkey.CoolKeyDecoder;
import org.esc.piv.PivDecoder;
import org.esc.securechannel.Diversification;
import org.esc.securechannel.keys.Channels;
import org.esc.securechannel.keys.KeySets;
import org.esc.securechannel.keys.KeyVault;
import org.esc.securechannel.keys.NamedKeys;
import org.esc.securechannel.testing.Person;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.trace.TraceLog;

/** A software card in a reader, a person beside it, a trace, and scripts. */
final class Bench implements AutoCloseable {

    static final String READER = "reader";

    final TraceLog trace = new TraceLog();
    final Person person = new Person();
    final List<Step> steps = new ArrayList<>();
    /** Stored key sets, by name, as a person gave them. */
    final Map<String, String> stored = new LinkedHashMap<>();
    /** What went to the card. */
    final List<String> sent = new ArrayList<>();
    final CardConsoles consoles;
    Cancel cancel = new Cancel();
    private final CardConsole console;
    private final Runnable unplug;

    private final KeyVault vault = new KeyVault() {
        @Override
        public List<NamedKeys> list() {
            return stored.keySet().stream().map(n -> new NamedKeys(n, Diversification.NONE, Optional.empty())).toList();
        }

        @Override
        public Secret get(NamedKeys set, Context context) {
            return Secret.of(stored.get(set.name()));
        }

        @Override
        public void put(NamedKeys set, Optional<Secret> keys, Context context) {
            throw new UnsupportedOperationException("Tests store keys themselves");
        }

        @Override
        public boolean remove(String name) {
            return stored.remove(name) != null;
        }
    };

    Bench(SoftCard card, Path folder) throws EscException {
        this(new SoftReaders(), card, folder);
    }

    private Bench(SoftReaders soft, SoftCard card, Path folder) throws EscException {
        this(plugged(soft, card), soft::unplugAll, folder);
    }

    private static ReaderProvider plugged(SoftReaders soft, SoftCard card) {
        soft.plug(READER, card);
        return soft;
    }

    Bench(ReaderProvider provider, Runnable unplug, Path folder) throws EscException {
        this(provider, unplug, READER, folder);
    }

    Bench(ReaderProvider provider, Runnable unplug, String reader, Path folder) throws EscException {
        this.unplug = unplug;
        trace.addDecoder(new PivDecoder());
        trace.addDecoder(new CoolKeyDecoder());
        var readers = new Readers();
        readers.addProvider(provider);
        readers.addObserver(trace);
        readers.addObserver(new ExchangeObserver() {
            @Override
            public void exchanged(Exchange x) {
                sent.add(Hex.of(x.command()));
            }
        });
        consoles = new CardConsoles(readers, new KeySets(Optional.of(vault), Optional.empty(), _ -> null), new Channels(folder.resolve("tries")), trace);
        console = consoles.connect(reader, "test");
    }

    CardConsole console() {
        return console;
    }

    Context context() {
        return new Context(person, Progress.NONE, cancel);
    }

    void run(String... lines) throws EscException {
        run(false, lines);
    }

    void run(boolean keepGoing, String... lines) throws EscException {
        console.run(Script.parse("test", String.join("\n", lines), Optional.empty(), Map.of()), steps::add, context(), keepGoing);
    }

    /** All that was said. */
    List<String> said() {
        return steps.stream().filter(s -> s.kind() == Step.Kind.LOG).map(Step::text).toList();
    }

    /** Exchanges with what is behind them. */
    List<Step.Seen> seen() {
        return steps.stream().flatMap(s -> s.exchange().stream()).toList();
    }

    /** Pulls the card out. */
    void unplug() {
        unplug.run();
    }

    @Override
    public void close() {
        console.close();
        unplug();
    }
}
