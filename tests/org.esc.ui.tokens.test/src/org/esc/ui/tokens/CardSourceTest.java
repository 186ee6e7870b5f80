// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.Cuid;
import org.esc.card.ReaderState;
import org.esc.driver.Pin;
import org.esc.driver.TokenIdentity;
import org.esc.driver.TokenKey;
import org.esc.driver.TpsEnrollment;
import org.esc.driver.host.TokenInfo;
import org.esc.tps.client.Journal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CardSourceTest {

    private static TokenInfo token(TokenIdentity identity, TokenKey... keys) {
        return token(identity, EnumSet.allOf(TpsEnrollment.Operation.class), keys);
    }

    private static TokenInfo token(TokenIdentity identity, Set<TpsEnrollment.Operation> operations, TokenKey... keys) {
        return new TokenInfo("R", "", "", identity, Optional.of(Cuid.of("40906145C76224192D2B")), List.of(), List.of(), "", List.of(),
                List.of(keys), operations, List.of(), identity.problems());
    }

    private static TokenInfo token(org.esc.driver.TokenState state) {
        return token(in(state).build());
    }

    private static TokenIdentity.Builder in(org.esc.driver.TokenState state) {
        var b = new TokenIdentity.Builder();
        b.state = state;
        return b;
    }

    @ParameterizedTest
    @EnumSource(org.esc.driver.TokenState.class)
    void everyStateOfADriverIsShown(org.esc.driver.TokenState state) {
        var facts = CardSource.facts(token(state), Optional.empty(), Instant.now());
        assertFalse(facts.state().words().isBlank());
        assertEquals("4090-6145-c762-2419-2d2b", facts.keyId());
    }

    @ParameterizedTest
    @EnumSource(value = org.esc.driver.TokenState.class, names = {"UNFORMATTED", "FORMATTED", "ENROLLED"})
    void aCardThatNoTokenManagementSystemManagesIsNotOfferedForIt(org.esc.driver.TokenState state) {
        assertEquals(state.name(), CardSource.facts(token(state), Optional.empty(), Instant.now()).state().name());
        var facts = CardSource.facts(token(in(state).build(), Set.of()), Optional.empty(), Instant.now());
        assertEquals(TokenState.FOREIGN, facts.state());
        for (Operation o : Operation.values()) {
            assertFalse(o.possible(facts.state()), o.label());
        }
    }

    @Test
    void aBlockedPinIsNotATokensLockedPassword() {
        var pin = new Pin("pin", "PIV PIN", Pin.Role.USER, 6, 8, true, OptionalInt.of(0), OptionalInt.of(3), true, Optional.of("puk"));
        var puk = new Pin("puk", "PUK", Pin.Role.UNBLOCKING, 8, 8, true, OptionalInt.of(1), OptionalInt.of(3), true, Optional.empty());
        var info = new TokenInfo("R", "PIV", "", in(org.esc.driver.TokenState.ENROLLED).build(), Optional.empty(), List.of(pin, puk), List.of(), "",
                List.of(), List.of(), Set.of(), List.of(), List.of());
        var facts = CardSource.facts(info, Optional.empty(), Instant.now());
        assertEquals("PIN blocked", facts.state().words());
        for (Operation o : Operation.values()) {
            assertEquals(o == Operation.UNBLOCK, o.possible(facts.state()), o.label());
        }
        var reader = new ReaderState("R", "Test", ReaderState.Presence.PRESENT, Optional.empty(), 1);
        NextStep step = NextStep.of(new TokenRow(reader, facts.state(), "", Optional.of(facts), "")).orElseThrow();
        assertEquals("The PIV PIN is blocked: it was entered wrongly too often. Unblock it with the PUK (one try left).", step.words());
        assertEquals("org.esc.ui.tokens.unblock", step.command());
    }

    @Test
    void interruptedTokenCanOnlyBeFormatted() {
        var facts = CardSource.facts(token(org.esc.driver.TokenState.ENROLLED),
                Optional.of(new Journal.HalfDone(org.esc.tps.Operation.ENROLL, Instant.now())), Instant.now());
        assertEquals(TokenState.INTERRUPTED, facts.state());
        assertTrue(facts.sections().getFirst().properties().stream()
                .anyMatch(p -> p.name().equals("Cut off") && p.value().startsWith("enrolling that began ")));
        for (Operation o : Operation.values()) {
            assertEquals(o == Operation.FORMAT, o.possible(facts.state()), o.label());
        }
    }

    @Test
    void detailsShowWhatIsKnownAndNothingElse() {
        var b = in(org.esc.driver.TokenState.ENROLLED);
        b.appletVersion = "1.4.58768072";
        b.totalMemory = OptionalInt.of(9976);
        b.freeMemory = OptionalInt.of(1200);
        b.problems = List.of("The certificate c2 is cut short.");
        var sections = CardSource.facts(token(b.build(), new TokenKey("2", "RSA private key", 2048, "3", "sign")), Optional.empty(), Instant.now()).sections();
        assertEquals(List.of("Token", "Keys"), sections.stream().map(TokenRow.Section::heading).toList());
        var token = sections.getFirst().properties();
        assertTrue(token.contains(new TokenRow.Property("Memory", "9976 bytes, 1200 free")));
        assertTrue(token.contains(new TokenRow.Property("Trouble", "The certificate c2 is cut short.")));
        assertTrue(token.stream().noneMatch(p -> p.value().isEmpty() || p.name().equals("Password tries left")));
        assertEquals("RSA private key, 2048 bits: sign (pair with slot 3)", sections.get(1).properties().getFirst().value());
    }
}
