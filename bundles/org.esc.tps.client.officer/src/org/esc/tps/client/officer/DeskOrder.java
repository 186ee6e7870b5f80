// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.util.Optional;

/**
 * What the officer wants done with a card.
 *
 * @param task     what
 * @param reader   the reader that holds the card; empty: the only other card there is
 * @param user     short name of the person, when somebody gets a token
 * @param identity the identity document that was checked; empty if none was
 * @param cuid     the card that was seen there; another one is refused. Empty if none was looked at yet
 */
public record DeskOrder(OfficerTask task, Optional<String> reader, Optional<String> user, Optional<Identity> identity, Optional<org.esc.apdu.Cuid> cuid) {

    /**
     * An identity document that the officer compared with the person.
     *
     * @param kind   "passport"; empty if it was not said. This goes to the logs
     * @param number its number; empty if it was not said. It goes nowhere
     */
    public record Identity(Optional<String> kind, Optional<String> number) {
        @Override
        public String toString() {
            return "Identity[" + kind.orElse("") + "]";
        }
    }

    /** This task with the other card. */
    public static DeskOrder of(OfficerTask task) {
        return new DeskOrder(task, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** With the card in this reader. */
    public DeskOrder in(String where) {
        return new DeskOrder(task, Optional.of(where), user, identity, cuid);
    }

    /** For this person. */
    public DeskOrder user(String uid) {
        return new DeskOrder(task, reader, Optional.of(uid), identity, cuid);
    }

    /** Whose identity document was checked. */
    public DeskOrder checked(Optional<String> kind) {
        return new DeskOrder(task, reader, user, Optional.of(new Identity(kind, Optional.empty())), cuid);
    }

    /** With this card only. */
    public DeskOrder card(org.esc.apdu.Cuid only) {
        return new DeskOrder(task, reader, user, identity, Optional.of(only));
    }
}
