// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Secret;
import org.esc.apdu.Words;

/** Fetches the passphrase of a software token's file from the environment, so that it never stands on a command line. */
public final class Passphrase {

    private static final Words WORDS = Words.of(Passphrase.class);

    private Passphrase() {
    }

    /**
     * The passphrase in an environment variable; the caller closes it.
     *
     * @param variable its name; empty means no passphrase
     * @throws EscException USAGE if there is no such variable or it is empty
     */
    public static Optional<Secret> from(Optional<String> variable) throws EscException {
        if (variable.isEmpty()) {
            return Optional.empty();
        }
        String value = System.getenv(variable.get());
        if (value == null || value.isEmpty()) {
            throw Problem.of(Fault.USAGE, WORDS.say("read the passphrase"),
                    WORDS.say("The environment variable {0} is not set or empty.", variable.get())).code("passphrase-missing")
                    .advice(WORDS.say("Set it to the passphrase of the software token.")).exception();
        }
        return Optional.of(Secret.of(value));
    }
}
