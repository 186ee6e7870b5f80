// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said to follow from a change of state. */
class ConsequenceTest {

    private static final Map<String, String> PROFILE = Map.of(
            "op.enroll.userKey.keyGen.keyType.num", "2",
            "op.enroll.userKey.keyGen.keyType.value.0", "signing",
            "op.enroll.userKey.keyGen.keyType.value.1", "encryption",
            "op.enroll.userKey.keyGen.signing.recovery.keyCompromise.revokeCert", "true",
            "op.enroll.userKey.keyGen.signing.recovery.keyCompromise.revokeCert.reason", "1",
            "op.enroll.userKey.keyGen.encryption.recovery.keyCompromise.revokeCert", "false",
            "op.enroll.userKey.keyGen.signing.recovery.onHold.revokeCert", "true",
            "op.enroll.userKey.keyGen.signing.recovery.onHold.revokeCert.reason", "6");

    @Test
    void aLostTokensCertificatesAreRevokedAsItsProfileSays() {
        var c = Consequence.of(TokenStatus.ACTIVE, TokenStatus.PERM_LOST, Optional.of(PROFILE), Optional.of("userKey"));
        assertEquals(Consequence.Effect.REVOKE, c.effect());
        assertEquals(Map.of("signing", "key compromise"), c.reasons());
        assertTrue(c.irreversible());
        assertTrue(c.sentence().contains("signing (key compromise)"), c.sentence());
    }

    @Test
    void aSuspendedTokensCertificatesAreHeldAndGivenBack() {
        var hold = Consequence.of(TokenStatus.ACTIVE, TokenStatus.SUSPENDED, Optional.of(PROFILE), Optional.of("userKey"));
        assertEquals(Consequence.Effect.HOLD, hold.effect());
        assertFalse(hold.irreversible());
        assertEquals(Consequence.Effect.RESTORE,
                Consequence.of(TokenStatus.SUSPENDED, TokenStatus.ACTIVE, Optional.of(PROFILE), Optional.of("userKey")).effect());
    }

    @Test
    void withoutTheProfileTheWorstIsSaid() {
        var c = Consequence.of(TokenStatus.ACTIVE, TokenStatus.TERMINATED, Optional.empty(), Optional.of("userKey"));
        assertEquals(Consequence.Effect.REVOKE, c.effect());
        assertTrue(c.irreversible());
    }

    @Test
    void anUnformattedTokenHasNothingToLoseButItsFuture() {
        var c = Consequence.of(TokenStatus.UNFORMATTED, TokenStatus.PERM_LOST, Optional.empty(), Optional.empty());
        assertEquals(Consequence.Effect.NONE, c.effect());
        assertTrue(c.irreversible());
    }
}
