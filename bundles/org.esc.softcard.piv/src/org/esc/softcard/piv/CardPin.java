// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.piv;

import java.security.MessageDigest;
import java.util.Arrays;
import org.esc.piv.PivIns;
import org.esc.securechannel.CardRefusal;
import org.esc.softcard.AppletHost;

/** A PIN or PUK in the card's lasting memory: eight bytes, tries, tries left, and whether it was ever changed. */
final class CardPin {

    private static final int TRIES = PivIns.PIN_LENGTH;
    private static final int LEFT = TRIES + 1;
    private static final int DEFAULT = LEFT + 1;

    private final AppletHost host;
    private final String name;

    CardPin(AppletHost host, String name) {
        this.host = host;
        this.name = name;
    }

    void set(byte[] value, int tries, boolean isDefault) {
        byte[] b = Arrays.copyOf(value, DEFAULT + 1);
        b[TRIES] = (byte) tries;
        b[LEFT] = (byte) tries;
        b[DEFAULT] = (byte) (isDefault ? 1 : 0);
        host.memory().put(name, b);
        Arrays.fill(b, (byte) 0);
    }

    private byte[] record() {
        return host.memory().get(name).filter(b -> b.length == DEFAULT + 1)
                .orElseThrow(() -> new IllegalArgumentException("The PIN " + name + " is lost"));
    }

    int tries() {
        return record()[TRIES] & 0xFF;
    }

    int left() {
        return record()[LEFT] & 0xFF;
    }

    boolean isDefault() {
        return record()[DEFAULT] != 0;
    }

    /** Verifies a value. @throws CardRefusal 63Cx with the tries left, 6983 if there are none */
    void verify(byte[] value) throws CardRefusal {
        byte[] r = record();
        try {
            int left = r[LEFT] & 0xFF;
            if (left == 0) {
                throw new CardRefusal(Sw.BLOCKED);
            }
            boolean good = MessageDigest.isEqual(Arrays.copyOf(r, PivIns.PIN_LENGTH), value);
            r[LEFT] = good ? r[TRIES] : (byte) (left - 1);
            host.memory().put(name, r);
            if (!good) {
                host.pauseAfterWrongPin();
                throw new CardRefusal(left == 1 ? Sw.BLOCKED : Sw.TRIES | Math.min(left - 1, 15));
            }
        } finally {
            Arrays.fill(r, (byte) 0);
        }
    }

    /** 63Cx or 6983, the answer to a VERIFY without a value. */
    int status() {
        int left = left();
        return left == 0 ? Sw.BLOCKED : Sw.TRIES | Math.min(left, 15);
    }
}
