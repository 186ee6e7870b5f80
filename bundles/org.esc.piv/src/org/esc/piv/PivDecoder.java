// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.trace.Decoder;
import org.esc.trace.Standing;
import org.osgi.service.component.annotations.Component;

/** The application's words in traces. Its secrets are masked by instruction: VERIFY, GENERAL AUTHENTICATE and its like are known to every trace. */
@Component(service = Decoder.class)
public final class PivDecoder implements Decoder {

    private static final byte[] RID_AND_PIX = {(byte) 0xA0, 0, 0, 3, 8};

    @Override
    public int rank(Standing standing) {
        return standing.application().filter(selected -> selected.startsWith(RID_AND_PIX)).isPresent() ? APPLICATION : 0;
    }

    @Override
    public String command(Standing standing, CommandApdu command) {
        return (command.cla() & 0xE0) != 0 ? "" : PivIns.name(command.ins());
    }

    @Override
    public String meaning(Standing standing, CommandApdu command, StatusWord sw) {
        return PivStatus.meaning(sw);
    }
}
