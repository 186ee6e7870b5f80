// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
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

    private static NextStep enrolled(boolean expired, TokenRow.More more) {
        return NextStep.of(new TokenRow(new ReaderState("R", "Test", Presence.PRESENT, Optional.empty(), 1), TokenState.ENROLLED, "",
                Optional.of(new TokenRow.Facts(TokenState.ENROLLED, "", "", "", "2031-05-04", expired, "", List.of(), more)), "")).orElseThrow();
    }

    private static TokenRow.More more(boolean soon, boolean login, boolean changeable, String page) {
        return new TokenRow.More(Optional.empty(), soon, login, changeable, false, Optional.empty(), Optional.of(page).filter(p -> !p.isEmpty()).map(URI::create));
    }

    private static List<String> commands(NextStep step) {
        return step.others().stream().map(a -> a.command().substring("org.esc.ui.tokens.".length())).toList();
    }

    @Test
    void goodTokenIsShownAndOneThatEndsIsRenewed() {
        NextStep good = enrolled(false, more(false, false, true, "http://host/"));
        assertEquals("org.esc.ui.tokens.details", good.command());
        assertEquals("This token is ready to be used until 2031-05-04.", good.words());
        assertEquals(List.of("format", "reEnroll", "renew", "resetPin", "changePin", "issuersPage", "phoneHome"), commands(good));
        NextStep soon = enrolled(false, more(true, false, false, ""));
        assertEquals("org.esc.ui.tokens.renew", soon.command());
        assertTrue(soon.words().contains("ends on 2031-05-04"), soon.words());
        assertEquals(List.of("format", "reEnroll", "resetPin", "phoneHome"), commands(soon));
        NextStep over = enrolled(true, more(true, false, false, ""));
        assertEquals("org.esc.ui.tokens.renew", over.command());
        assertTrue(over.words().contains("has expired"), over.words());
    }

    @Test
    void theTokenThatOneIsLoggedInWithIsNotFormatted() {
        NextStep step = enrolled(false, more(false, true, false, ""));
        assertTrue(step.words().endsWith("You are logged in with it."), step.words());
        assertFalse(commands(step).contains("format"));
    }

    @Test
    void theIssuersPageToEnrolByComesFirst() {
        var more = new TokenRow.More(Optional.empty(), false, false, false, false, Optional.of(URI.create("https://tms.example.com/enrol")), Optional.empty());
        NextStep step = NextStep.of(new TokenRow(new ReaderState("R", "Test", Presence.PRESENT, Optional.empty(), 1), TokenState.FORMATTED, "",
                Optional.of(new TokenRow.Facts(TokenState.FORMATTED, "", "", "", "", false, "", List.of(), more)), "")).orElseThrow();
        assertEquals("org.esc.ui.tokens.enrolmentPage", step.command());
        assertTrue(step.words().contains("tms.example.com"), step.words());
        assertEquals(List.of("format", "enroll", "temporary", "recover", "phoneHome"), commands(step));
    }

    @Test
    void troubleIsSaidWhereItCanBeRead() {
        for (TokenState state : List.of(TokenState.LOCKED, TokenState.MISSING, TokenState.UNREADABLE, TokenState.MUTE)) {
            assertTrue(NextStep.of(row(state, false)).orElseThrow().words().startsWith("It is so."), state.name());
        }
    }
}
