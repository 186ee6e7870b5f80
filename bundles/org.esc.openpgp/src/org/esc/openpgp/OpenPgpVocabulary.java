// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.trace.Vocabulary;
import org.osgi.service.component.annotations.Component;

/** The application's words in traces. */
@Component(service = Vocabulary.class)
public final class OpenPgpVocabulary implements Vocabulary {

    @Override
    public boolean speaks(Aid selected) {
        return selected.startsWith(CardAid.PREFIX.bytes());
    }

    @Override
    public String command(CommandApdu command) {
        return Ins.name(command).orElse("");
    }

    @Override
    public String meaning(StatusWord sw) {
        return OpenPgpStatus.meaning(sw);
    }
}
