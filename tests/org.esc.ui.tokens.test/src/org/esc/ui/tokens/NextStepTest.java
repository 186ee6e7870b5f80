// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.esc.card.ReaderState;
import org.esc.card.ReaderState.Presence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NextStepTest {

    private static TokenRow row(TokenState state, boolean expired) {
        return new TokenRow(new ReaderState("R", "Test", Presence.PRESENT, Optional.empty(), 1), state, "",
                Optional.of(new TokenRow.Facts(state, "", "", "", "", expired, "Unblock the PIN.", List.of())), "It is so.");
    }

    @ParameterizedTest
    @EnumSource(TokenState.class)
    void stepIsOneThatTheStateAllows(TokenState state) {
        NextStep.of(row(state, true)).ifPresent(step -> {
            assertFalse(step.words().isBlank());
            assertEquals(step.label().isEmpty(), step.command().isEmpty());
            for (Operation o : Operation.values()) {
                if (step.command().toLowerCase().endsWith("." + o.name().toLowerCase().replace("_", ""))) {
                    assertTrue(o.possible(state), state + ": " + step);
                }
            }
        });
    }

    @Test
    void cutOffTokenIsOfferedToBeFormattedAgain() {
        NextStep step = NextStep.of(row(TokenState.INTERRUPTED, false)).orElseThrow();
        assertEquals("org.esc.ui.tokens.format", step.command());
        assertTrue(step.words().contains("cut off half-way"), step.words());
    }

    @Test
    void goodTokenNeedsNothingAndAnExpiredOneNewCertificates() {
        assertTrue(NextStep.of(row(TokenState.ENROLLED, false)).isEmpty());
        assertEquals("org.esc.ui.tokens.reEnroll", NextStep.of(row(TokenState.ENROLLED, true)).orElseThrow().command());
    }

    @Test
    void troubleIsSaidWhereItCanBeRead() {
        for (TokenState state : List.of(TokenState.LOCKED, TokenState.MISSING, TokenState.UNREADABLE, TokenState.MUTE)) {
            assertTrue(NextStep.of(row(state, false)).orElseThrow().words().startsWith("It is so."), state.name());
        }
    }
}
