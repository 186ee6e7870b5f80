// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.nio.file.Path;
import org.esc.apdu.EscException;
import org.esc.apdu.Secret;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.securechannel.testing.Person;
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
            return client.run(request, card, new Context(Person.user(request.user().orElse("alice"), password, pin), (_, _) -> { }, cancel));
        }
    }

    @Override
    public void close() {
        soft.unplugAll();
    }
}
