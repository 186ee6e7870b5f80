// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.trace.Decoder;
import org.esc.trace.Standing;
import org.osgi.service.component.annotations.Component;

/** The application's words in traces. */
@Component(service = Decoder.class)
public final class OpenPgpDecoder implements Decoder {

    @Override
    public int rank(Standing standing) {
        return standing.application().filter(selected -> selected.startsWith(CardAid.PREFIX.bytes())).isPresent() ? APPLICATION : 0;
    }

    @Override
    public String command(Standing standing, CommandApdu command) {
        return Ins.name(command).orElse("");
    }

    @Override
    public String meaning(Standing standing, CommandApdu command, StatusWord sw) {
        return OpenPgpStatus.meaning(sw);
    }
}
