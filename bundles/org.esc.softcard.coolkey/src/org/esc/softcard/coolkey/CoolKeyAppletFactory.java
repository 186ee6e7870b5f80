// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import org.esc.apdu.Aid;
import org.esc.coolkey.Ins;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.AppletHost;
import org.osgi.service.component.annotations.Component;

/** Brings the software version of the CoolKey applet to software cards. Whatever is loaded as its package will do. */
@Component(service = AppletFactory.class)
public final class CoolKeyAppletFactory implements AppletFactory {

    @Override
    public Aid packageAid() {
        return Ins.PACKAGE;
    }

    @Override
    public Applet install(AppletHost host, byte[] parameters) throws CardRefusal {
        return CoolKeyApplet.install(host, parameters);
    }

    @Override
    public Applet restore(AppletHost host) {
        return CoolKeyApplet.restore(host);
    }
}
