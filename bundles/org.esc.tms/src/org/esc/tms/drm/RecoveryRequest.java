// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.drm;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;

/**
 * A wish to have an archived key released.
 *
 * @param id        running number
 * @param keyId     the key
 * @param userId    whose key it is
 * @param target    the token to put it on
 * @param state     see {@link State}
 * @param needed    how many agents must agree
 * @param approvals the agents who did
 * @param refusedBy the agent who refused
 * @param created   since when
 */
public record RecoveryRequest(long id, String keyId, String userId, Cuid target, State state, int needed,
        List<String> approvals, Optional<String> refusedBy, Instant created) {

    public RecoveryRequest {
        approvals = List.copyOf(approvals);
    }

    /** How far it is. */
    public enum State {
        /** Agents are asked. */
        PENDING,
        /** Enough agents agreed; the key goes to the target at its next enrolment. */
        APPROVED,
        /** An agent refused. */
        REFUSED,
        /** The key was released. */
        RELEASED
    }
}
