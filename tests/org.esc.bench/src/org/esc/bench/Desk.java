// SPDX-License-Identifier: EPL-2.0
package org.esc.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.concurrent.CompletableFuture;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.command.Answers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.command.Form;
import org.esc.command.Interaction;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tps.client.Journal;
import org.esc.tps.client.TpsClient;
import org.esc.tps.client.TpsRequest;
import org.esc.tps.client.TpsResult;
import org.esc.trace.TraceLog;

/** Readers with software tokens, the trace that always runs, and the client with its journal, as in the product. */
final class Desk implements AutoCloseable {

    static final String PASSWORD = "Secret.123";
    static final String PIN = "Start123";

    private final Path directory = Files.createTempDirectory("esc-bench-");
    private final Readers readers = new Readers();
    private final SoftReaders soft = new SoftReaders();
    private final TpsClient client = new TpsClient(new Journal(directory.resolve("journal")));

    Desk() throws IOException {
        soft.addFactory(new CoolKeyAppletFactory());
        readers.addProvider(soft);
        readers.addObserver(new TraceLog());
    }

    /** A folder that is deleted at the end. */
    Path directory() {
        return directory;
    }

    /** Plugs a new card in; the result is its reader. */
    String plug(CardSpec spec) {
        return soft.plug("token " + spec.cuid(), SoftCard.inMemory(spec, new CoolKeyAppletFactory()));
    }

    TpsResult run(TpsRequest request, String reader, String user) throws EscException {
        try (var card = readers.connect(reader, Origin.verb("bench"))) {
            return client.run(request, card, new Context(new Person(user), (_, _) -> { }, new Cancel()));
        }
    }

    @Override
    public void close() {
        soft.unplugAll();
        delete(directory);
    }

    static void delete(Path directory) {
        try (var files = Files.walk(directory)) {
            for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(p);
            }
        } catch (IOException | UncheckedIOException _) {
            // it lies in the system's folder for temporary files, which the system empties
        }
    }

    private record Person(String user) implements Interaction {

        @Override
        public CompletableFuture<Answers> fill(Form form) {
            var m = new LinkedHashMap<String, Secret>();
            form.fields().forEach(f -> m.put(f.id(), Secret.of(f.kind() == Form.Kind.PASSWORD ? PASSWORD : user)));
            return CompletableFuture.completedFuture(new Answers(m));
        }

        @Override
        public CompletableFuture<Secret> newPin(NewPin request) {
            return CompletableFuture.completedFuture(Secret.of(PIN));
        }

        @Override
        public CompletableFuture<Boolean> confirm(Confirmation confirmation) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public void tell(String message) {
            // nobody listens
        }
    }
}
