// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.piv;

import org.esc.apdu.Aid;
import org.esc.piv.PivAlgorithm;
import org.esc.piv.PivIns;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.AppletHost;
import org.osgi.service.component.annotations.Component;

/** Brings a PIV card with Yubico's extensions to software cards; its management key is AES-192. */
@Component(service = AppletFactory.class)
public final class PivAppletFactory implements AppletFactory {

    private static final Aid PACKAGE = Aid.of("A000000308000010");

    @Override
    public Aid packageAid() {
        return PACKAGE;
    }

    @Override
    public String name() {
        return "piv";
    }

    @Override
    public Aid instanceAid() {
        return PivIns.APPLICATION;
    }

    @Override
    public Applet install(AppletHost host, byte[] parameters) throws CardRefusal {
        return PivApplet.install(host, PivAlgorithm.AES192);
    }

    @Override
    public Applet restore(AppletHost host) {
        return PivApplet.restore(host);
    }
}
