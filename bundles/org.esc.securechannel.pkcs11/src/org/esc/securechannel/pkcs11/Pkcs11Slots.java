// SPDX-License-Identifier: EPL-2.0
package org.esc.securechannel.pkcs11;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.Words;

/** Finds a token in the slots of a PKCS#11 library, for whoever speaks with it by other means. */
public final class Pkcs11Slots {

    private static final Words WORDS = Words.of(Pkcs11Slots.class);

    private Pkcs11Slots() {
    }

    /**
     * A token in a slot.
     *
     * @param slot         the slot's number
     * @param label        the token's label
     * @param ownPinEntry  true if its PIN is entered at a keypad of its own
     * @param lastTry      true if one more wrong PIN locks it
     * @param locked       true if its PIN is locked
     */
    public record Slot(long slot, String label, boolean ownPinEntry, boolean lastTry, boolean locked) {
    }

    /**
     * The token of this label, else the only one there is.
     *
     * @throws EscException USAGE if the library cannot be loaded, or it is not clear which token is meant
     */
    public static Slot find(Path library, Optional<String> label) throws EscException {
        var all = Cryptoki.load(library).tokens();
        // an empty slot of a software token looks like a token without a name
        var named = all.stream().filter(t -> !t.label().isEmpty()).toList();
        var fitting = named.stream().filter(t -> label.isEmpty() || t.label().equals(label.get())).toList();
        if (fitting.size() != 1) {
            String there = String.join(", ", named.stream().map(Cryptoki.Token::label).toList());
            throw Problem.of(Fault.USAGE, WORDS.say("find the token"), named.isEmpty() ? WORDS.say("The module {0} has no token.", library)
                    : fitting.isEmpty() ? WORDS.say("The module {0} has no token \"{1}\".", library, label.orElse(""))
                    : label.isEmpty() ? WORDS.say("The module {0} has several tokens.", library)
                    : WORDS.say("The module {0} has several tokens \"{1}\".", library, label.get())).code("which-token")
                    .advice(named.isEmpty() ? WORDS.say("Insert the token.") : WORDS.say("Name one after the module and a colon. Tokens: {0}.", there)).exception();
        }
        var t = fitting.getFirst();
        return new Slot(t.slot(), t.label(), t.ownPinEntry(), t.lastTry(), t.locked());
    }
}
