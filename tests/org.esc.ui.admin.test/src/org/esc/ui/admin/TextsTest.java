// SPDX-License-Identifier: EPL-2.0
package org.esc.ui.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class TextsTest {

    @Test
    void whatAListIsNarrowedByIsSaidInWords() {
        assertEquals("Status: On hold", Texts.field("status", "revoked_on_hold"));
        assertEquals("What: Password reset", Texts.field("operation", "pin_reset"));
        assertEquals("Result: Failure", Texts.field("result", "failure"));
        assertEquals("Token: 40900613000000000001", Texts.field("tokenID", "40900613000000000001"));
        assertEquals("Owner: alice", Texts.field("userID", "alice"));
        assertEquals("Profile: userKey", Texts.field("type", "userKey"));
        // what this program does not know is said as the server says it
        assertEquals("colour: red", Texts.field("colour", "red"));
    }
}
