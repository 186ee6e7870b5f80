// SPDX-License-Identifier: EPL-2.0
package org.esc.globalplatform.verbs;

import org.esc.apdu.Aid;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;
import org.esc.globalplatform.RegistryEntry;

/** What can be locked. */
final class Lockable {

    private static final Words WORDS = Words.of(Lockable.class);

    private Lockable() {
    }

    /** The application. @throws EscException USAGE if there is none, or it is the issuer's domain or a package */
    static RegistryEntry find(Aid aid, Target target) throws EscException {
        RegistryEntry e = target.entry(aid);
        if (e.kind() != RegistryEntry.Kind.APPLICATION) {
            throw Problem.of(Fault.USAGE, WORDS.say("find the application"), e.kind() == RegistryEntry.Kind.ISSUER_DOMAIN
                    ? WORDS.say("{0} is the issuer security domain, no application.", aid) : WORDS.say("{0} is a package, no application.", aid)).code("no-application")
                    .advice(WORDS.say("To lock the whole card, use esc gp lock-card.")).exception();
        }
        return e;
    }
}
