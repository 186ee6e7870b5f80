// SPDX-License-Identifier: EPL-2.0
package org.esc.driver;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.EscException;
import org.esc.apdu.Fault;

/** Reads a card part by part: what it refuses costs one part and a line in the {@link #problems}; a card that is gone ends the reading. */
public final class Attempts {

    private final List<String> problems = new ArrayList<>();

    /** One part. */
    public interface Part {
        /** Reads it. @throws EscException if the card refuses, or does not answer any more */
        void read() throws EscException;
    }

    /** Reads one part. @throws EscException if the card is gone or the reading was cancelled */
    public void at(Part part) throws EscException {
        try {
            part.read();
        } catch (EscException e) {
            if (isOver(e)) {
                throw e;
            }
            problems.add(e.getMessage());
        }
    }

    /** True if nothing more can be read after this failure, because there is no card to read from. */
    public static boolean isOver(EscException e) {
        return e.problem().sw().isEmpty() && switch (e.problem().code()) {
            case "card-removed", "no-answer", "driver-revoked" -> true;
            default -> e.fault() != Fault.CARD;
        };
    }

    /** Notes a problem in plain words. */
    public void problem(String inWords) {
        problems.add(inWords);
    }

    /** What could not be read and why. */
    public List<String> problems() {
        return List.copyOf(problems);
    }
}
