// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.Cuid;

/**
 * Who a token is and how it is, without its PIN. Drivers make it with a {@link Builder}.
 *
 * @param state         what can be said in one word
 * @param cuid          the card's unique id, if this driver knows it otherwise than from the card manager
 * @param label         the token's own name, may be empty
 * @param serial        its serial number as people write it, may be empty
 * @param appletVersion "1.4.58768072", empty if not known
 * @param lifeCycle     "personalized (0F)", empty if not known
 * @param totalMemory   object memory in bytes
 * @param freeMemory    of that, free
 * @param issuerUrl     where the token says its management system is, may be empty
 * @param details       what else it tells, in the order to show it
 * @param problems      what could not be read and why, in plain words
 */
public record TokenIdentity(TokenState state, Optional<Cuid> cuid, String label, String serial, String appletVersion, String lifeCycle,
        OptionalInt totalMemory, OptionalInt freeMemory, String issuerUrl, List<Detail> details, List<String> problems) {

    public TokenIdentity {
        details = List.copyOf(details);
        problems = List.copyOf(problems);
    }

    /** Collects what a driver finds; everything starts empty and the state as {@link TokenState#UNKNOWN}. */
    public static final class Builder {

        /** See the component of the same name. */
        public TokenState state = TokenState.UNKNOWN;
        /** See the component of the same name. */
        public Optional<Cuid> cuid = Optional.empty();
        /** See the component of the same name. */
        public String label = "";
        /** See the component of the same name. */
        public String serial = "";
        /** See the component of the same name. */
        public String appletVersion = "";
        /** See the component of the same name. */
        public String lifeCycle = "";
        /** See the component of the same name. */
        public OptionalInt totalMemory = OptionalInt.empty();
        /** See the component of the same name. */
        public OptionalInt freeMemory = OptionalInt.empty();
        /** See the component of the same name. */
        public String issuerUrl = "";
        /** See the component of the same name. */
        public List<Detail> details = List.of();
        /** See the component of the same name. */
        public List<String> problems = List.of();

        /** The result. */
        public TokenIdentity build() {
            return new TokenIdentity(state, cuid, label, serial, appletVersion, lifeCycle, totalMemory, freeMemory, issuerUrl, details,
                    problems);
        }
    }
}
