// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

import org.esc.apdu.CommandApdu;
import org.esc.trace.Decoder;
import org.esc.trace.Standing;
import org.osgi.service.component.annotations.Component;

/** The card's words in traces. */
@Component(service = Decoder.class)
public final class CacDecoder implements Decoder {

    private static final byte[] RID = {(byte) 0xA0, 0, 0, 0, 0x79};

    @Override
    public int rank(Standing standing) {
        return standing.application().filter(aid -> aid.equals(Cac.CAPABILITIES) || aid.startsWith(RID)).isPresent() ? APPLICATION : 0;
    }

    @Override
    public String command(Standing standing, CommandApdu command) {
        return (command.cla() & ~0x80) == 0 ? Cac.name(command) : "";
    }
}
