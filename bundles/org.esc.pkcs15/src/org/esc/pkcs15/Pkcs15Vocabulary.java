// SPDX-License-Identifier: EPL-2.0
package org.esc.pkcs15;

import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.trace.Vocabulary;
import org.osgi.service.component.annotations.Component;

/** What commands of ISO/IEC 7816-8 do, in traces. */
@Component(service = Vocabulary.class)
public final class Pkcs15Vocabulary implements Vocabulary {

    @Override
    public boolean speaks(Aid selected) {
        return selected.equals(Pkcs15.APPLICATION) || selected.startsWith(Pkcs15.ISO_APPLICATION.bytes());
    }

    @Override
    public String command(CommandApdu c) {
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

    @Override
    public String meaning(StatusWord sw) {
        return "";
    }
}
