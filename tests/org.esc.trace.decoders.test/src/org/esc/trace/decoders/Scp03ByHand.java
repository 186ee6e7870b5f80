// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.securechannel.CardMac;
import org.esc.securechannel.KeySet;
import org.esc.securechannel.KeyType;
import org.esc.trace.Entry;

/** The MAC chaining value of SCP03 by the letter of Amendment D, for the tests. */
final class Scp03ByHand {

    private Scp03ByHand() {
    }

    /** Behind the fourth exchange: INITIALIZE UPDATE, EXTERNAL AUTHENTICATE and two commands, in S8 mode. */
    static byte[] chain(KeySet keys, List<Entry> trace) {
        byte[] host = CommandApdu.parse(trace.get(0).command().bytes()).data();
        byte[] answer = trace.get(0).response().bytes();
        var input = new ByteArrayOutputStream();
        input.writeBytes(new byte[11]);
        input.writeBytes(new byte[] {0x06, 0x00, 0x00, (byte) 0x80, 0x01});
        input.writeBytes(host);
        input.write(answer, 13, 8);
        byte[] mac = CardMac.sign(KeyType.AES, keys.mac(), input.toByteArray());
        byte[] chain = new byte[16];
        for (Entry e : trace.subList(1, 4)) {
            byte[] c = e.command().bytes();
            var signed = new ByteArrayOutputStream();
            signed.writeBytes(chain);
            // header with Lc, data without the MAC
            signed.write(c, 0, 5 + (c[4] & 0xFF) - 8);
            chain = CardMac.sign(KeyType.AES, mac, signed.toByteArray());
        }
        return chain;
    }
}
