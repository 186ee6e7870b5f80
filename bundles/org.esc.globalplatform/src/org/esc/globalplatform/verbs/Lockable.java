// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.globalplatform.RegistryEntry;

/** What can be locked. */
final class Lockable {

    private Lockable() {
    }

    /** The application. @throws EscException USAGE if there is none, or it is the issuer's domain or a package */
    static RegistryEntry find(Aid aid, Target target) throws EscException {
        RegistryEntry e = target.entry(aid);
        if (e.kind() != RegistryEntry.Kind.APPLICATION) {
            throw Problem.of(Fault.USAGE, "find the application", aid + " is " + (e.kind() == RegistryEntry.Kind.ISSUER_DOMAIN
                    ? "the issuer security domain" : "a package") + ", no application.").code("no-application")
                    .advice("To lock the whole card, use esc gp lock-card.").exception();
        }
        return e;
    }
}
