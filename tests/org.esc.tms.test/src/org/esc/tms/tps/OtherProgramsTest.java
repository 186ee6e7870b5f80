// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.tps;

import java.nio.file.Path;
import java.util.List;
import org.esc.command.Cancel;
import org.esc.pcscd.testing.OtherProgramsProof;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.esc.tms.Tms;
import org.esc.tms.TmsOptions;
import org.esc.tms.server.TmsServer;
import org.esc.tps.Operation;
import org.esc.tps.client.TpsRequest;
import org.esc.tps.client.Trust;

/** A token that the embedded system enrolled, used by programs of others. */
class OtherProgramsTest extends OtherProgramsProof {

    private ClientDesk desk;

    @Override
    protected Enrolled enroll(Path folder) throws Exception {
        desk = new ClientDesk(folder, PIN);
        try (Tms tms = Tms.open(folder.resolve("tms"), TmsOptions.standard());
                TmsServer server = TmsServer.start(tms, TmsServer.Options.anywhere())) {
            SoftCard card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
            var request = TpsRequest.of(Operation.ENROLL, server.secureTps()).trust(Trust.with(tms.caFile())).user("alice");
            desk.run(request, desk.soft.plug("token for other programs", card), ClientDesk.PASSWORD, new Cancel());
            var use = new TokenUse(card);
            return new Enrolled(card, "Alice Example", "alice", List.of(use.certificate(1), use.certificate(2)), tms.caFile());
        }
    }

    /** Only now: a desk that closes takes its cards out. */
    @Override
    protected void release() {
        desk.close();
    }
}
