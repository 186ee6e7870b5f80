// SPDX-License-Identifier: EPL-2.0
package org.esc.piv;

import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.trace.Vocabulary;
import org.osgi.service.component.annotations.Component;

/** The application's words in traces. Its secrets are masked by instruction: VERIFY, GENERAL AUTHENTICATE and its like are known to every trace. */
@Component(service = Vocabulary.class)
public final class PivVocabulary implements Vocabulary {

    private static final byte[] RID_AND_PIX = {(byte) 0xA0, 0, 0, 3, 8};

    @Override
    public boolean speaks(Aid selected) {
        return selected.startsWith(RID_AND_PIX);
    }

    @Override
    public String command(CommandApdu command) {
        return (command.cla() & 0xE0) != 0 ? "" : PivIns.name(command.ins());
    }

    @Override
    public String meaning(StatusWord sw) {
        return PivStatus.meaning(sw);
    }
}
