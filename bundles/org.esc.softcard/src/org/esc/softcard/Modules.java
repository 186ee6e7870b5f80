// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.Aid;
import org.esc.securechannel.CardRefusal;

/**
 * Finds the applets in a load file that a card receives: the components of a CAP file one behind the other, Header first (Java Card
 * Virtual Machine Specification 2.2.2 §6).
 */
final class Modules {

    private static final int HEADER = 1;
    private static final int APPLET = 3;
    private static final int MAGIC_LENGTH = 4;

    private Modules() {
    }

    /**
     * AIDs of the applets in {@code image}; empty for a library.
     *
     * @throws CardRefusal 6A80 if the image is no CAP or names another package than {@code expected}
     */
    static List<Aid> of(Aid expected, byte[] image) throws CardRefusal {
        var all = new Fields(image);
        var applets = new ArrayList<Aid>();
        boolean header = false;
        while (!all.atEnd()) {
            int tag = all.next();
            int size = all.next() << 8 | all.next();
            var component = new Fields(all.next(size));
            if (tag < 1 || tag > 12 || !header && tag != HEADER) {
                throw new CardRefusal(Fields.WRONG_DATA);
            }
            if (tag == HEADER) {
                header = true;
                byte[] magic = component.next(MAGIC_LENGTH);
                if (!java.util.Arrays.equals(magic, new byte[] {(byte) 0xDE, (byte) 0xCA, (byte) 0xFF, (byte) 0xED})) {
                    throw new CardRefusal(Fields.WRONG_DATA);
                }
                // CAP format version 2, flags 1, package version 2
                component.next(5);
                if (!Fields.aid(component.block()).equals(expected)) {
                    throw new CardRefusal(Fields.WRONG_DATA);
                }
            } else if (tag == APPLET) {
                for (int n = component.next(); n > 0; n--) {
                    applets.add(Fields.aid(component.block()));
                    // offset of the install method
                    component.next(2);
                }
            }
        }
        if (!header) {
            throw new CardRefusal(Fields.WRONG_DATA);
        }
        return applets;
    }
}
