// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.trace.Vocabulary;
import org.osgi.service.component.annotations.Component;

/** The card's words in traces. */
@Component(service = Vocabulary.class)
public final class CacVocabulary implements Vocabulary {

    private static final byte[] RID = {(byte) 0xA0, 0, 0, 0, 0x79};

    @Override
    public boolean speaks(Aid selected) {
        return selected.equals(Cac.CAPABILITIES) || selected.startsWith(RID);
    }

    @Override
    public String command(CommandApdu command) {
        return (command.cla() & ~0x80) == 0 ? Cac.name(command) : "";
    }

    @Override
    public String meaning(StatusWord sw) {
        return "";
    }
}
