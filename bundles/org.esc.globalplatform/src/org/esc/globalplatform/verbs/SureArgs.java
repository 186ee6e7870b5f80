// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import java.util.Optional;
import org.esc.command.Arg;

/** The consent to what a card does not survive, for scripts; a person is asked to type the same. */
public record SureArgs(
        @Arg(names = "--yes-i-mean-it", label = "CARD-ID",
                help = "Consent to what cannot be undone with the card of this id (esc gp info shows it).") Optional<String> yesIMeanIt) {

    /** Nobody consented. */
    public static final SureArgs NO = new SureArgs(Optional.empty());
}
