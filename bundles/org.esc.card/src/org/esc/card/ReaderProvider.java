// SPDX-License-Identifier: EPL-2.0
package org.esc.card;

import java.util.List;
import java.util.Optional;
import org.esc.apdu.CardException;

/** The door for adapters that bring readers: PC/SC, software cards, tests. A DS service. */
public interface ReaderProvider {

    /** What the adapter is called, shown to people: "PC/SC", "Software". */
    String name();

    /** Its readers now. Returns at once; an adapter whose service is down has none and says why in {@link #complaint}. */
    List<ReaderState> readers();

    /** Why readers may be missing and how to mend it, in plain words; empty when all is well. */
    default String complaint() {
        return "";
    }

    /** Calls {@code changed} from any thread after every change of {@link #readers}, until the returned handle is closed. */
    Subscription subscribe(Runnable changed);

    /**
     * Connects to the card in a reader of this adapter.
     *
     * @param exclusive true to refuse sharing the card with other programs
     * @throws CardException if there is no such reader or no card in it, or it is held by another program
     */
    RawConnection connect(String reader, boolean exclusive) throws CardException;

    /**
     * The keypad of a reader, a card in it or not; empty if that cannot be told now, because another program keeps the reader to itself.
     * Takes a second at most.
     */
    default Optional<PinPad> pinPad(String reader) {
        return Optional.of(PinPad.NONE);
    }

    /**
     * Whether a connection wants a platform thread of its own, which makes it, uses it and is not disturbed by what becomes of the callers.
     * That is so for native code, which would pin a virtual thread and may never come back; software in this process is called directly.
     */
    default boolean wantsOwnThread() {
        return true;
    }
}
