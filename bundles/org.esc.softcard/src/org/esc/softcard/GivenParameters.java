// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import org.esc.apdu.Aid;
import org.esc.apdu.Cuid;
import org.esc.securechannel.CardRefusal;

/** A factory whose instances are made with parameters known beforehand. */
record GivenParameters(AppletFactory inside, byte[] given) implements AppletFactory {

    GivenParameters {
        given = given.clone();
    }

    @Override
    public Aid packageAid() {
        return inside.packageAid();
    }

    @Override
    public boolean acceptsAnyImage() {
        return inside.acceptsAnyImage();
    }

    @Override
    public String name() {
        return inside.name();
    }

    @Override
    public Aid instanceAid() {
        return inside.instanceAid();
    }

    @Override
    public Aid instanceAid(Cuid card) {
        return inside.instanceAid(card);
    }

    @Override
    public boolean selectedByDefault() {
        return inside.selectedByDefault();
    }

    @Override
    public Applet install(AppletHost host, byte[] parameters) throws CardRefusal {
        return inside.install(host, given.clone());
    }

    @Override
    public Applet restore(AppletHost host) {
        return inside.restore(host);
    }
}
