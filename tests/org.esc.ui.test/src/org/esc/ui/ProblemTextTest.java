// SPDX-License-Identifier: EPL-2.0
package org.esc.ui;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.esc.apdu.Fault;
import org.esc.apdu.Problem;
import org.esc.apdu.StatusWord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTextTest {

    @Test
    void detailsCarryEverythingThatHelps() {
        Problem p = Problem.of(Fault.REFUSED, "format the token", "The server has no keys for this card.").code("no-keys")
                .endOp(3).sw(new StatusWord(0x6982)).advice("Ask your administrator.");
        String details = ProblemText.details(p);
        assertTrue(details.contains("format the token") && details.contains("6982") && details.contains(": 3")
                && details.contains("no-keys"), details);
        assertEquals("The server has no keys for this card.\n\nAsk your administrator.", ProblemText.forPerson(p));
        assertFalse(ProblemText.oneLine(p).contains("\n"));
        assertTrue(ProblemText.oneLine(p).contains("Ask your administrator."));
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void everyKindHasAHeading(Fault fault) {
        assertFalse(ProblemText.heading(Problem.of(fault, "s", "m")).isBlank());
    }
}
