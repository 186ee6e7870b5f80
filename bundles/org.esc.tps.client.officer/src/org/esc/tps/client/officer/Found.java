// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client.officer;

import java.util.List;

/**
 * Some of the people a search found.
 *
 * @param people those asked for
 * @param more   true if there are others behind them
 */
public record Found(List<Candidate> people, boolean more) {

    public Found {
        people = List.copyOf(people);
    }

    /**
     * One of them.
     *
     * @param uid   short name
     * @param name  full name
     * @param email e-mail address, may be empty
     */
    public record Candidate(String uid, String name, String email) {

        /** "Alice Example (alice), alice@example.org". */
        public String display() {
            return (name.isBlank() ? uid : name + " (" + uid + ")") + (email.isBlank() ? "" : ", " + email);
        }
    }
}
