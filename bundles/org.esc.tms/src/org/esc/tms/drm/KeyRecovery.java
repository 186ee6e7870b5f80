// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.drm;

import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.Cuid;
import org.esc.apdu.EscException;

/**
 * Makes key pairs for cards, keeps them encrypted, and gives them back (a DRM or KRA). Joins the caller's transaction.
 */
public interface KeyRecovery {

    /** Makes an RSA key pair and, if asked, archives it. */
    ServerKey generate(String userId, Cuid cuid, int bits, boolean archive) throws EscException;

    /** Notes the certificate issued on an archived key, by which it is recovered. */
    void certified(String keyId, BigInteger serial) throws EscException;

    /** Keys of a user, newest first. */
    List<ArchivedKey> find(String userId) throws EscException;

    /** The key a certificate was issued on. */
    Optional<ArchivedKey> find(BigInteger serial) throws EscException;

    /** All keys, newest first. */
    List<ArchivedKey> list(int start, int size) throws EscException;

    /**
     * Releases a key for a token, at once where no agents are needed or they have agreed for this very token; otherwise
     * asks the agents.
     */
    Outcome recover(String keyId, Cuid target) throws EscException;

    /** Requests, newest first. */
    List<RecoveryRequest> requests() throws EscException;

    /**
     * An agent agrees. The caller has authenticated the agent.
     *
     * @throws EscException REFUSED if it is not their business or already closed
     */
    RecoveryRequest approve(long requestId, String agentUid) throws EscException;

    /** An agent refuses. */
    RecoveryRequest refuse(long requestId, String agentUid) throws EscException;

    /** What came of a wish. */
    sealed interface Outcome {

        /** Here is the key. */
        record Released(ServerKey key) implements Outcome {
        }

        /** Agents must agree first, or one has refused: END_OP 36. */
        record Waiting(RecoveryRequest request) implements Outcome {
        }
    }
}
