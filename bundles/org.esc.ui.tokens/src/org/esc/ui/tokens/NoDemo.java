// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.Optional;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;

/** The demonstration of an installation that has no embedded token management system. */
final class NoDemo implements Demo {

    @Override
    public Phase phase() {
        return Phase.FAILED;
    }

    @Override
    public Optional<Problem> problem() {
        return Optional.of(Problem.of(Fault.USAGE, "prepare the demonstration",
                "This installation has no embedded token management system, so there is nothing to demonstrate with.")
                .advice("Install the feature \"Embedded token management system\", or use the Tokens view with a server of your own."));
    }

    @Override
    public String reader() {
        return "";
    }

    @Override
    public String server() {
        return "";
    }

    @Override
    public String user() {
        return "";
    }

    @Override
    public String password() {
        return "";
    }

    @Override
    public void onChange(Runnable changed) {
        // it never changes
    }
}
