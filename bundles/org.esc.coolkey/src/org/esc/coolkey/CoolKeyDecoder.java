// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.trace.Decoder;
import org.esc.trace.Standing;
import org.osgi.service.component.annotations.Component;

/** The applet's words in traces. */
@Component(service = Decoder.class)
public final class CoolKeyDecoder implements Decoder {

    @Override
    public int rank(Standing standing) {
        return standing.application().filter(selected -> selected.equals(Ins.APPLET)).isPresent() ? APPLICATION : 0;
    }

    @Override
    public String command(Standing standing, CommandApdu command) {
        return Ins.name(command.cla(), command.ins());
    }

    @Override
    public String meaning(Standing standing, CommandApdu command, StatusWord sw) {
        return sw.sw1() == 0x9C ? CoolKeyStatus.meaning(sw) : "";
    }
}
