// SPDX-License-Identifier: EPL-2.0
package org.esc.tps.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.tps.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is let through to the card where its keys must stay. */
class CardWatchTest {

    private static final Set<Integer> TAKEN = Set.of(2, 3, 4, 5);
    /** 840C GENERATE KEY into 2 and 3; 840A IMPORT KEY into 4 and 5, and with a new private key over a public one in use. */
    private static final List<String> KEYS = List.of("840C020300", "840D020300", "840A040500", "840A060500");
    private static final List<String> CARD_MANAGER = List.of("80E4000000", "84E4000000", "84E60C0000", "84E8000000");

    private static CardWatch keeping(Operation operation) {
        return CardWatch.keeping(operation, TAKEN::contains);
    }

    private static CommandApdu command(String hex) {
        return CommandApdu.parse(hex);
    }

    @ParameterizedTest
    @EnumSource(names = {"ENROLL", "RESET_PIN"})
    void whatWouldDestroyAKeyIsHeldBack(Operation operation) {
        for (var commands : List.of(KEYS, CARD_MANAGER)) {
            for (String hex : commands) {
                var watch = keeping(operation);
                assertFalse(watch.passes(command(hex)), hex);
                assertTrue(watch.stopped() && watch.whole(), hex);
                var e = assertThrows(EscException.class, watch::failed);
                assertEquals(operation == Operation.RESET_PIN ? "not-reset" : "not-renewed", e.problem().code());
                assertTrue(e.getMessage().contains("keys and certificates on the token are as they were"), e.getMessage());
                assertTrue(CardWatch.only().passes(command(hex)), hex + " is what the person agreed to");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"84040000", "8454000000", "840A060700", "8482000000", "B03A00000B"})
    void theRestPasses(String hex) throws EscException {
        var watch = keeping(Operation.ENROLL);
        assertTrue(watch.passes(command(hex)));
        assertFalse(watch.stopped());
        watch.failed();
        assertTrue(watch.note().isEmpty());
    }

    @Test
    void aKeyInAPlaceOfItsOwnIsSeenAsTheServers() {
        var watch = keeping(Operation.ENROLL);
        watch.done(command("840A060700"));
        assertEquals(Map.of(6, KeyLog.Origin.SERVER), watch.made());
        assertFalse(watch.whole());
    }

    @Test
    void slotsAreNotTidiedUpWhereKeysMustStayAndThatIsNoFailure() throws EscException {
        var watch = keeping(Operation.ENROLL);
        assertFalse(watch.passes(command("8455000000")));
        assertFalse(watch.stopped());
        watch.failed();
        assertTrue(CardWatch.only().passes(command("8455000000")));
    }

    @Test
    void aServerThatWentOnAllTheSameIsNotedAndNoMoreIsSaidThanIsTrue() {
        var watch = keeping(Operation.ENROLL);
        watch.passes(command("840A040500"));
        assertTrue(watch.note().orElseThrow().contains("every key is still there"));
        watch.done(command("8454000000"));
        watch.done(command("84040000"));
        var e = assertThrows(EscException.class, watch::failed);
        assertFalse(e.getMessage().contains("certificates on the token are"), e.getMessage());
        assertTrue(e.getMessage().contains("The new password holds."), e.getMessage());
    }

    @Test
    void anAppletThatDoesNotTellItsKeysIsTakenToHaveThemAll() {
        var silent = new CardGlance(Optional.empty(), true, Optional.empty(), Optional.empty(), Optional.empty());
        assertTrue(silent.enrolled());
        assertFalse(CardWatch.keeping(Operation.ENROLL, silent.taken()).passes(command("840A060700")));
        var blank = new CardGlance(Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.of(Set.of()));
        assertFalse(blank.enrolled());
    }
}
