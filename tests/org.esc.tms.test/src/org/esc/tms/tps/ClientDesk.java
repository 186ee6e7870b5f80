// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.nio.file.Path;
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

/** The product's own client at its desk: readers with software tokens, the trace that always runs, the journal. */
final class ClientDesk implements AutoCloseable {

    static final String PASSWORD = "Secret.123";

    final Readers readers = new Readers();
    final SoftReaders soft = new SoftReaders();
    private final TpsClient client;
    private final String pin;

    ClientDesk(Path folder) {
        this(folder, "Sesame12");
    }

    /** With the PIN that its tokens get. */
    ClientDesk(Path folder, String pin) {
        this.pin = pin;
        client = new TpsClient(new Journal(folder.resolve("journal")));
        soft.addFactory(new CoolKeyAppletFactory());
        readers.addProvider(soft);
        readers.addObserver(new TraceLog());
    }

    /** Plugs a new card in; the result is its reader. */
    String plug() {
        var spec = CardSpec.standard();
        return soft.plug("token " + spec.cuid(), SoftCard.inMemory(spec, new CoolKeyAppletFactory()));
    }

    /** One operation with the card in a reader, from taking the card to letting it go. */
    TpsResult run(TpsRequest request, String reader, String password, Cancel cancel) throws EscException {
        try (var card = readers.connect(reader, Origin.verb("test"))) {
            return client.run(request, card, new Context(new Person(request.user().orElse("alice"), password, pin), (_, _) -> { }, cancel));
        }
    }

    @Override
    public void close() {
        soft.unplugAll();
    }

    private record Person(String user, String password, String pin) implements Interaction {

        @Override
        public CompletableFuture<Answers> fill(Form form) {
            var m = new LinkedHashMap<String, Secret>();
            form.fields().forEach(f -> m.put(f.id(), Secret.of(f.kind() == Form.Kind.PASSWORD ? password : user)));
            return CompletableFuture.completedFuture(new Answers(m));
        }

        @Override
        public CompletableFuture<Secret> newPin(NewPin request) {
            return CompletableFuture.completedFuture(Secret.of(pin));
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
