// SPDX-License-Identifier: EPL-2.0
package org.esc.firefox;

import java.nio.file.Path;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.card.Origin;
import org.esc.card.Readers;
import org.esc.command.Cancel;
import org.esc.command.Context;
import org.esc.securechannel.testing.Person;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.SoftReaders;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.server.TmsServer;
import org.esc.tps.Operation;
import org.esc.tps.client.Journal;
import org.esc.tps.client.TpsClient;
import org.esc.tps.client.TpsRequest;
import org.esc.tps.client.Trust;

/** A software token that the embedded system enrolled for the demonstration user alice. */
record EnrolledToken(SoftCard card, Tms tms, TmsServer server) implements AutoCloseable {

    static EnrolledToken of(Path dir, String pin) throws EscException {
        Tms tms = Tms.open(dir.resolve("tms"), TmsOptions.standard());
        TmsServer server = TmsServer.start(tms, TmsServer.Options.anywhere());
        SoftCard card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
        var readers = new Readers();
        var soft = new SoftReaders();
        soft.addFactory(new CoolKeyAppletFactory());
        readers.addProvider(soft);
        String reader = soft.plug("token", card);
        var client = new TpsClient(new Journal(dir.resolve("journal")));
        var context = new Context(Person.user("alice", "Secret.123", pin), (_, _) -> { }, new Cancel());
        for (Operation o : List.of(Operation.FORMAT, Operation.ENROLL)) {
            try (var session = readers.connect(reader, Origin.verb("test"))) {
                client.run(TpsRequest.of(o, server.secureTps()).trust(Trust.with(tms.caFile())).user("alice"), session, context);
            }
        }
        return new EnrolledToken(card, tms, server);
    }

    @Override
    public void close() {
        server.close();
        tms.close();
    }
}
