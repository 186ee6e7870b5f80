// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.ResponseApdu;

/** An applet for tests: 10 keeps the data, 20 gives them back, 30 breaks after having changed something. */
final class EchoFactory implements AppletFactory {

    static final Aid PACKAGE = Aid.of("F000000001");
    static final Aid APPLET = Aid.of("F00000000101");

    @Override
    public Aid packageAid() {
        return PACKAGE;
    }

    @Override
    public Applet install(AppletHost host, byte[] parameters) {
        host.memory().put("kept", parameters);
        return restore(host);
    }

    @Override
    public Applet restore(AppletHost host) {
        return new Applet() {
            @Override
            public ResponseApdu process(CommandApdu c) {
                switch (c.ins()) {
                    case 0x10 -> {
                        host.memory().put("kept", c.data());
                        return ResponseApdu.ok();
                    }
                    case 0x20 -> {
                        return ResponseApdu.ok(host.memory().get("kept").orElseThrow());
                    }
                    case 0x30 -> {
                        host.memory().put("kept", new byte[] {66});
                        throw new IllegalStateException("a defect");
                    }
                    default -> {
                        return ResponseApdu.of(0x6D00);
                    }
                }
            }
        };
    }
}
