// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import org.esc.apdu.Aid;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;

/** Names an applet's commands and status words in a trace. A DS service beside the applet's vocabulary. */
public interface Vocabulary {

    /** True if this vocabulary is spoken while an application is selected. */
    boolean speaks(Aid selected);

    /** The command's name in capitals, empty if it is not in this vocabulary. Called with the command as sent, perhaps wrapped. */
    String command(CommandApdu command);

    /** What a status word means, empty if it means nothing special to this applet. */
    String meaning(StatusWord sw);
}
