// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.junit.jupiter.api.Test;

class TokensModelTest {

    private final FakeSource source = new FakeSource().reader("A");
    private final Deque<Runnable> later = new ConcurrentLinkedDeque<>();
    private int told;
    private final TokensModel model = new TokensModel(source, later::add, Runnable::run);

    private TokenRow row() {
        return model.row("A").orElseThrow();
    }

    private void readNow() {
        while (!later.isEmpty()) {
            later.poll().run();
        }
    }

    @Test
    void insertionAndRemovalShowAtOnce() {
        model.subscribe(() -> told++);
        assertEquals(TokenState.EMPTY, row().state());
        source.insert("A", FakeSource.facts(TokenState.FORMATTED, ""));
        assertEquals(TokenState.READING, row().state());
        assertEquals(1, told);
        readNow();
        assertEquals(TokenState.FORMATTED, row().state());
        source.pull("A");
        assertEquals(TokenState.EMPTY, row().state());
        assertTrue(row().facts().isEmpty());
    }

    @Test
    void cardIsReadOncePerInsertion() {
        source.insert("A", FakeSource.facts(TokenState.FORMATTED, ""));
        source.reader("B");
        source.reader("C");
        readNow();
        source.complain("nothing");
        readNow();
        assertEquals(1, source.reads());
        source.pull("A");
        source.insert("A", FakeSource.facts(TokenState.ENROLLED, "Alice"));
        readNow();
        assertEquals(2, source.reads());
        assertEquals(TokenState.ENROLLED, row().state());
    }

    @Test
    void cardIsReadAgainAfterAnOperation() {
        source.insert("A", FakeSource.facts(TokenState.UNFORMATTED, ""));
        readNow();
        model.started("A", "Formatting\u2026");
        assertEquals("Formatting\u2026", row().stateText());
        assertEquals(TokenState.BUSY, row().state());
        source.holds("A", FakeSource.facts(TokenState.FORMATTED, ""));
        readNow();
        assertEquals(1, source.reads(), "nobody reads while the operation runs");
        model.finished("A");
        readNow();
        assertEquals(TokenState.FORMATTED, row().state());
    }

    @Test
    void whatWasReadBeforeAnOperationIsNotShownAfterIt() {
        source.insert("A", FakeSource.facts(TokenState.UNFORMATTED, ""));
        Runnable slowRead = later.poll();
        model.started("A", "Formatting\u2026");
        slowRead.run();
        assertEquals(TokenState.BUSY, row().state());
        source.holds("A", FakeSource.facts(TokenState.FORMATTED, ""));
        model.finished("A");
        assertEquals(TokenState.READING, row().state());
        readNow();
        assertEquals(TokenState.FORMATTED, row().state());
    }

    @Test
    void unreadableCardIsARowThatSaysWhy() {
        source.insert("A", null);
        readNow();
        assertEquals(TokenState.MUTE, row().state());
        assertEquals("The card answers nonsense.", row().trouble());
        assertFalse(row().possible(Operation.FORMAT));
        source.holds("A", FakeSource.facts(TokenState.UNFORMATTED, ""));
        model.refresh();
        readNow();
        assertEquals(TokenState.UNFORMATTED, row().state());
    }

    @Test
    void selectionFollowsTheCardsUntilSomebodyChooses() {
        source.reader("B");
        source.insert("B", FakeSource.facts(TokenState.FORMATTED, ""));
        assertEquals("B", model.selected().orElseThrow().reader().name());
        model.select(Optional.of("A"));
        source.insert("A", FakeSource.facts(TokenState.FORMATTED, ""));
        assertEquals("A", model.selected().orElseThrow().reader().name());
    }

    @Test
    void operationsFitTheState() {
        assertTrue(Operation.FORMAT.possible(TokenState.UNFORMATTED));
        assertTrue(Operation.FORMAT.possible(TokenState.INTERRUPTED));
        assertFalse(Operation.ENROLL.possible(TokenState.UNFORMATTED));
        assertTrue(Operation.RE_ENROLL.possible(TokenState.ENROLLED));
        for (Operation o : Operation.values()) {
            assertFalse(o.possible(TokenState.FOREIGN), "a card of another kind is left alone");
            assertFalse(o.possible(TokenState.BUSY));
            assertFalse(o.possible(TokenState.EMPTY));
        }
    }

    @Test
    void cardThatAnotherProgramUsesIsReadWhenItIsFree() throws InterruptedException {
        source.insert("A", FakeSource.facts(TokenState.IN_USE, ""));
        readNow();
        assertEquals(TokenState.IN_USE, row().state());
        source.holds("A", FakeSource.facts(TokenState.FORMATTED, ""));
        long end = System.nanoTime() + 60_000_000_000L;
        while (row().state() != TokenState.FORMATTED) {
            assertTrue(System.nanoTime() < end, "it is looked at again");
            Thread.sleep(20);
            readNow();
        }
    }

    @Test
    void halfDoneCardIsSelectedWhenItComes() {
        source.reader("B");
        source.insert("A", FakeSource.facts(TokenState.ENROLLED, "Alice"));
        readNow();
        model.select(Optional.of("A"));
        source.insert("B", FakeSource.facts(TokenState.INTERRUPTED, ""));
        readNow();
        assertEquals("B", model.selected().orElseThrow().reader().name());
        model.select(Optional.of("A"));
        source.complain("nothing");
        readNow();
        assertEquals("A", model.selected().orElseThrow().reader().name(), "but only once");
    }

    @Test
    void closedModelIsSilent() {
        model.subscribe(() -> told++);
        model.close();
        source.insert("A", FakeSource.facts(TokenState.FORMATTED, ""));
        assertEquals(0, told);
    }
}
