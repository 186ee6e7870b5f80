// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.Optional;
import org.esc.apdu.Aid;
import org.esc.card.CardArgs;
import org.esc.command.Arg;
import org.esc.securechannel.keys.KeyArgs;

/** Which card, which domain on it, with which keys, and what to show: arguments of all verbs that manage a card's content. */
public record ContentArgs(CardArgs card,
        @Arg(names = "--sd", label = "AID", help = "The security domain to talk to; the issuer's without it.") Optional<Aid> sd,
        KeyArgs keys,
        @Arg(names = "--dry-run", help = "Read and tell what would be done, but change nothing.") boolean dryRun,
        @Arg(names = "--show-apdus", help = "Show the commands, plain and as sent.") boolean showApdus,
        @Arg(names = "--show-gp", help = "Show how GlobalPlatformPro does the same.") boolean showGp) {
}
