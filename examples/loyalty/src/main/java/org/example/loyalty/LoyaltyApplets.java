// SPDX-License-Identifier: EPL-2.0
package org.example.loyalty;

import java.nio.charset.StandardCharsets;
import org.esc.apdu.Aid;
import org.esc.softcard.Applet;
import org.esc.softcard.AppletFactory;
import org.esc.softcard.AppletHost;
import org.osgi.service.component.annotations.Component;

/** Brings the loyalty card in software: {@code soft create FILE --applet loyalty}. */
@Component(service = AppletFactory.class)
public final class LoyaltyApplets implements AppletFactory {

    @Override
    public Aid packageAid() {
        return Aid.of("F04C4F59414C");
    }

    @Override
    public String name() {
        return "loyalty";
    }

    @Override
    public Aid instanceAid() {
        return Loyalty.AID;
    }

    @Override
    public Applet install(AppletHost host, byte[] parameters) {
        var memory = host.memory();
        memory.put(LoyaltyApplet.data(Loyalty.NUMBER), "0000042".getBytes(StandardCharsets.US_ASCII));
        memory.put(LoyaltyApplet.data(Loyalty.NAME), "Ada Example".getBytes(StandardCharsets.UTF_8));
        memory.put(LoyaltyApplet.data(Loyalty.POINTS), new byte[] {0, 0, 1, (byte) 0xF4});
        memory.put(LoyaltyApplet.PIN, "1234".getBytes(StandardCharsets.US_ASCII));
        memory.put(LoyaltyApplet.LEFT, new byte[] {Loyalty.TRIES});
        return restore(host);
    }

    @Override
    public Applet restore(AppletHost host) {
        return new LoyaltyApplet(host.memory());
    }
}
