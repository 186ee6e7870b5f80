// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.files;

import java.nio.charset.StandardCharsets;
import org.esc.apdu.Aid;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.AppletHost;
import org.osgi.service.component.annotations.Component;

/** A card of files with fresh containers of a Common Access Card on it. */
@Component(service = AppletFactory.class)
public final class CacCardFactory extends FilesAppletFactory {

    /** The PIN of such a card. */
    public static final String PIN = CacImage.PIN;

    @Override
    public Aid packageAid() {
        return Aid.of("F0455343434143");
    }

    @Override
    public Aid instanceAid() {
        return Aid.of("F045534343414301");
    }

    @Override
    public String name() {
        return "cac";
    }

    @Override
    public void check(byte[] parameters) {
        if (parameters.length > 0) {
            super.check(parameters);
        }
    }

    /** The text of a new image. */
    public static String image() {
        return CacImage.fresh().text();
    }

    @Override
    public Applet install(AppletHost host, byte[] parameters) throws CardRefusal {
        return super.install(host, parameters.length > 0 ? parameters : image().getBytes(StandardCharsets.UTF_8));
    }
}
