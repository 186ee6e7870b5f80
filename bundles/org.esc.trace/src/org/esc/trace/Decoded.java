// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.List;

/**
 * What an exchange means.
 *
 * @param brief  in a line
 * @param before what was known of the card before it
 * @param parts  byte by byte
 */
public record Decoded(Brief brief, Standing before, List<Part> parts) {

    /**
     * What an exchange means, in a line.
     *
     * @param name    the command's name in capitals, by its specification; empty if nobody knows it
     * @param summary what it is about: "PIV", "certificate for 9A"; may be empty
     * @param status  what the status word means; empty if there is none
     */
    public record Brief(String name, String summary, String status) {
    }

    /** Copies the list. */
    public Decoded {
        parts = List.copyOf(parts);
    }
}
