// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.openpgp;

import java.nio.ByteBuffer;
import org.esc.apdu.Aid;
import org.esc.apdu.Cuid;
import org.esc.openpgp.CardAid;
import org.esc.openpgp.OpenPgpStatus;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.AppletHost;
import org.esc.softcard.Chaining;
import org.osgi.service.component.annotations.Component;

/** Brings the OpenPGP application 3.4 to software cards. */
@Component(service = AppletFactory.class)
public final class OpenPgpAppletFactory implements AppletFactory {

    private static final int MANUFACTURER = 0xFFFE;

    @Override
    public Aid packageAid() {
        return CardAid.PREFIX;
    }

    @Override
    public String name() {
        return "openpgp";
    }

    @Override
    public Aid instanceAid() {
        return new CardAid(CardAid.VERSION_3_4, MANUFACTURER, 0).aid();
    }

    /** The serial number is made of the end of the card's unique ID, which is the chip's own. */
    @Override
    public Aid instanceAid(Cuid card) {
        byte[] id = card.bytes();
        return new CardAid(CardAid.VERSION_3_4, MANUFACTURER, ByteBuffer.wrap(id, id.length - 4, 4).getInt()).aid();
    }

    @Override
    public Applet install(AppletHost host, byte[] parameters) throws CardRefusal {
        try {
            CardAid.parse(host.aid().bytes());
        } catch (IllegalArgumentException _) {
            throw new CardRefusal(OpenPgpStatus.WRONG_DATA);
        }
        CardData.begin(host.memory());
        return restore(host);
    }

    @Override
    public Applet restore(AppletHost host) {
        return Chaining.over(new OpenPgpApplet(host), CardData.LONGEST_COMMAND);
    }
}
