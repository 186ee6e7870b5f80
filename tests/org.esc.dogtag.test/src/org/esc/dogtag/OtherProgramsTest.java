// SPDX-License-Identifier: EPL-2.0
package org.esc.dogtag;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import org.esc.card.Origin;
import org.esc.card.TransportRules;
import org.esc.driver.TokenCertificate;
import org.esc.pcscd.testing.OtherProgramsProof;
import org.esc.softcard.CardSpec;
import org.esc.softcard.SoftCard;
import org.esc.softcard.coolkey.CoolKeyAppletFactory;
import org.junit.jupiter.api.Tag;

/** A token that the running Dogtag enrolled, used by programs of others. */
@Tag("dogtag")
class OtherProgramsTest extends OtherProgramsProof {

    private Desk desk;
    private String reader;
    private String user;

    @Override
    protected Enrolled enroll(Path folder) throws Exception {
        Dogtag dogtag = Dogtag.require();
        boolean plain = dogtag.speaks(false);
        desk = new Desk(folder, plain ? dogtag.http : dogtag.https, plain ? List.of() : List.of(dogtag.ca, dogtag.pin(folder)), false);
        desk.pin = PIN;
        SoftCard card = SoftCard.inMemory(CardSpec.standard(), new CoolKeyAppletFactory());
        reader = desk.soft.plug("token for other programs", card);
        user = dogtag.freeUser();
        desk.format(reader, user);
        desk.enroll(reader, user);
        assertEquals("ACTIVE", dogtag.state(card.cuid()));
        try (var session = desk.readers.connect(reader, Origin.verb("test"))) {
            var state = desk.readers.list().stream().filter(r -> r.name().equals(reader)).findFirst().orElseThrow();
            var certificates = desk.drivers.read(state, TransportRules.over(session)).certificates();
            return new Enrolled(card, user, user, certificates.stream().map(TokenCertificate::certificate).toList(), dogtag.ca);
        }
    }

    @Override
    protected void release() throws Exception {
        // the user is free for other tests again
        try (Desk d = desk) {
            d.format(reader, user);
        }
    }
}
