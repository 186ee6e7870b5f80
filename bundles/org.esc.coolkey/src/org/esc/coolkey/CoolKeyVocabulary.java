// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.trace.Vocabulary;
import org.osgi.service.component.annotations.Component;

/** The applet's words in traces. */
@Component(service = Vocabulary.class)
public final class CoolKeyVocabulary implements Vocabulary {

    @Override
    public boolean speaks(Aid selected) {
        return selected.equals(Ins.APPLET);
    }

    @Override
    public String command(CommandApdu command) {
        return Ins.name(command.cla(), command.ins());
    }

    @Override
    public String meaning(StatusWord sw) {
        return sw.sw1() == 0x9C ? CoolKeyStatus.meaning(sw) : "";
    }
}
