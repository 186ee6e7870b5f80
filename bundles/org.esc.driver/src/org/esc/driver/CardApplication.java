// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.Optional;
import org.esc.apdu.EscException;

/**
 * One application on one inserted card, as its driver sees it. What it can do are the {@link Capability} interfaces it implements; views and
 * verbs show those and nothing else. Lives as long as the connection to the card, is called by one thread at a time, and may remember
 * what it has read.
 */
public interface CardApplication {

    /**
     * Selects the application. Called before anything else, and again whenever another application was spoken to in between; a PIN verified
     * before is then forgotten.
     *
     * @throws EscException if the card refuses, or does not answer any more
     */
    void select() throws EscException;

    /**
     * Who the token is and how it is, as far as it tells without a PIN. What cannot be read is left empty and named in
     * {@link TokenIdentity#problems}.
     *
     * @throws EscException if the card does not answer any more
     */
    TokenIdentity identity() throws EscException;

    /**
     * What the application can do, by type. Called after {@link #select}. By default whatever this object implements; an application whose
     * abilities depend on the card's version answers accordingly.
     */
    default <C extends Capability> Optional<C> capability(Class<C> type) {
        return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
    }
}
