// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.Optional;
import org.esc.apdu.Problem;
import org.esc.card.Subscription;

/** What the guide through the demonstration shows; made ready in the background when the workbench starts. */
public interface Demo {

    /** How far it has come. */
    enum Phase {
        /** The embedded server starts and a blank token is made. */
        STARTING,
        /** Everything is ready. */
        READY,
        /** It cannot be shown. */
        FAILED
    }

    /** How far it has come. */
    Phase phase();

    /** Why it cannot be shown. */
    Optional<Problem> problem();

    /** The reader in which the blank token is plugged; empty before {@link Phase#READY}. */
    String reader();

    /** Address of the embedded server. */
    String server();

    /** User to log in as. */
    String user();

    /** That user's password: it is the published one of every demonstration, no secret. */
    String password();

    /** Calls {@code changed} from any thread when something of the above changes, until that is closed. */
    Subscription onChange(Runnable changed);
}
