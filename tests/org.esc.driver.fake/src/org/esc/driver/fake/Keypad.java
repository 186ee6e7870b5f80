// SPDX-License-Identifier: EPL-2.0
package org.esc.driver.fake;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.EscException;
import org.esc.apdu.ResponseApdu;
import org.esc.apdu.Secret;
import org.esc.card.CardChannel;
import org.esc.card.PinOutcome;
import org.esc.card.PinPad;
import org.esc.card.PinRequest;

/** A reader with a keypad, and somebody who types at it what was laid out beforehand. The card gets what a keypad would send it. */
public final class Keypad implements CardChannel {

    private final CardChannel card;
    private final Deque<String> typed;

    /** In front of a card; the PINs in the order in which they are asked for. */
    public Keypad(CardChannel card, String... typed) {
        this.card = card;
        this.typed = new ArrayDeque<>(List.of(typed));
    }

    @Override
    public ResponseApdu transmit(CommandApdu command) throws EscException {
        return card.transmit(command);
    }

    @Override
    public PinPad pinPad() {
        return new PinPad(true, true, OptionalInt.of(4), OptionalInt.of(16), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** As the reader does it: into the template, field by field. */
    @Override
    public PinOutcome enterPin(PinRequest request) throws EscException {
        if (typed.isEmpty()) {
            return PinOutcome.atReader(ResponseApdu.of(0x6400));
        }
        CommandApdu command;
        try (Secret first = Secret.of(typed.removeFirst()); Secret second = Secret.of(request.kind() == PinRequest.Kind.CHANGE ? typed.removeFirst() : "")) {
            command = request.kind() == PinRequest.Kind.CHANGE ? request.command(first, second) : request.command(first);
        }
        byte[] head = request.template();
        if (!Arrays.equals(Arrays.copyOf(head, 4), Arrays.copyOf(command.bytes(), 4))) {
            throw new AssertionError("the template is of another command");
        }
        return PinOutcome.atReader(card.transmit(command));
    }

    @Override
    public void close() {
        card.close();
    }
}
