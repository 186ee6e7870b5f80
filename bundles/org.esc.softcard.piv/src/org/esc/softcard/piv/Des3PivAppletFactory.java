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

/** The same PIV card with a 3DES management key, as cards and programs before 2024 have it. */
@Component(service = AppletFactory.class)
public final class Des3PivAppletFactory implements AppletFactory {

    private static final Aid PACKAGE = Aid.of("A00000030800001003");

    @Override
    public Aid packageAid() {
        return PACKAGE;
    }

    @Override
    public String name() {
        return "piv-3des";
    }

    @Override
    public Aid instanceAid() {
        return PivIns.APPLICATION;
    }

    @Override
    public Applet install(AppletHost host, byte[] parameters) throws CardRefusal {
        return PivApplet.install(host, PivAlgorithm.DES3);
    }

    @Override
    public Applet restore(AppletHost host) {
        return PivApplet.restore(host);
    }
}
