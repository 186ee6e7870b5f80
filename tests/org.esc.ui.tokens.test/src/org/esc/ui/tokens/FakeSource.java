// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.tokens;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.esc.apdu.Atr;
import org.esc.apdu.CardException;
import org.esc.apdu.EscException;
import org.esc.card.ReaderState;
import org.esc.card.ReaderState.Presence;
import org.esc.card.Subscription;

/** Readers and cards that a test puts in and pulls out. */
final class FakeSource implements TokensModel.Source {

    private static final Atr ATR = Atr.of("3B6800000073C84000009000");

    private final Map<String, ReaderState> readers = new HashMap<>();
    private final Map<String, TokenRow.Facts> cards = new HashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private int reads;

    static TokenRow.Facts facts(TokenState state, String to) {
        boolean enrolled = state == TokenState.ENROLLED;
        var sections = new ArrayList<TokenRow.Section>();
        sections.add(new TokenRow.Section("Token", state.words(), "token", List.of(
                new TokenRow.Property("Key ID", "4090-6145-c762-2419-2d2b"),
                new TokenRow.Property("Applet", "CoolKey 1.4, build 4A7F2C10")), List.of()));
        if (enrolled) {
            sections.add(new TokenRow.Section("Certificates", "1", "certificate", List.of(), List.of(new TokenRow.Section(
                    "Signing certificate", "CN=" + to, "certificate", List.of(new TokenRow.Property("Serial", "1A2B")),
                    List.of()))));
        }
        return new TokenRow.Facts(state, enrolled ? "Example Organization" : "", to, "4090-6145-c762-2419-2d2b",
                enrolled ? "2031-05-04" : "", false, "", sections);
    }

    synchronized FakeSource reader(String name) {
        readers.put(name, new ReaderState(name, "Test", Presence.EMPTY, Optional.empty(), 0));
        changed();
        return this;
    }

    /** Puts a card into a reader. Facts of {@code null} make it unreadable. */
    synchronized void insert(String name, TokenRow.Facts facts) {
        long insertion = readers.get(name).insertion() + 1;
        readers.put(name, new ReaderState(name, "Test", Presence.PRESENT, Optional.of(ATR), insertion));
        cards.put(name, facts);
        changed();
    }

    /** What the card in a reader holds from now on; seen when it is next read. */
    synchronized void holds(String name, TokenRow.Facts facts) {
        cards.put(name, facts);
    }

    synchronized void pull(String name) {
        readers.put(name, new ReaderState(name, "Test", Presence.EMPTY, Optional.empty(), readers.get(name).insertion()));
        changed();
    }

    synchronized void complain(String words) {
        complaints.add(words);
        changed();
    }

    synchronized int reads() {
        return reads;
    }

    private void changed() {
        listeners.forEach(Runnable::run);
    }

    @Override
    public synchronized List<ReaderState> readers() {
        return readers.values().stream().sorted(java.util.Comparator.comparing(ReaderState::name)).toList();
    }

    @Override
    public synchronized List<String> complaints() {
        return List.copyOf(complaints);
    }

    @Override
    public Subscription subscribe(Runnable changed) {
        listeners.add(changed);
        return () -> listeners.remove(changed);
    }

    @Override
    public void forget(String reader) {
        // nothing is kept here
    }

    @Override
    public synchronized TokenRow.Facts read(ReaderState reader) throws EscException {
        reads++;
        TokenRow.Facts facts = cards.get(reader.name());
        if (facts == null) {
            throw new CardException("read the card", "The card answers nonsense.");
        }
        return facts;
    }
}
