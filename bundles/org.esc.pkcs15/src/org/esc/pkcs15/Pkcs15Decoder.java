// SPDX-License-Identifier: EPL-2.0
package org.esc.pkcs15;

import org.esc.apdu.CommandApdu;
import org.esc.trace.Decoder;
import org.esc.trace.Standing;
import org.osgi.service.component.annotations.Component;

/** What commands of ISO/IEC 7816-8 do, in traces. */
@Component(service = Decoder.class)
public final class Pkcs15Decoder implements Decoder {

    @Override
    public int rank(Standing standing) {
        return standing.application()
                .filter(aid -> aid.equals(Pkcs15.APPLICATION) || aid.startsWith(Pkcs15.ISO_APPLICATION.bytes()))
                .isPresent() ? APPLICATION : 0;
    }

    @Override
    public String command(Standing standing, CommandApdu c) {
        if ((c.cla() & ~0x10) != 0) {
            return "";
        }
        return switch (c.ins() << 16 | c.p1() << 8 | c.p2()) {
            case 0x2A9E9A -> "COMPUTE DIGITAL SIGNATURE";
            case 0x2A8086 -> "DECIPHER";
            case 0x2241B6 -> "SET KEY FOR SIGNATURES";
            case 0x2241B8 -> "SET KEY FOR DECRYPTION";
            default -> "";
        };
    }
}
