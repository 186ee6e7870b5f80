// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.List;

/**
 * Bytes of an exchange, explained.
 *
 * @param kind   which bytes
 * @param bytes  the bytes
 * @param fields what they are; offsets count from the first of {@code bytes}
 */
public record Part(Kind kind, Masked bytes, List<Field> fields) {

    /** Which bytes of an exchange. */
    public enum Kind {
        /** The command APDU as sent. */
        COMMAND,
        /** The response APDU as received, with its status word. */
        RESPONSE,
        /** The command APDU before a secure channel wrapped it. */
        PLAIN_COMMAND,
        /** The response APDU after a secure channel unwrapped it. */
        PLAIN_RESPONSE,
        /** The data field of all commands of a chain, put together at its last one. */
        WHOLE_COMMAND_DATA,
        /** The data field of an answer that was fetched in pieces, put together at its last one. */
        WHOLE_RESPONSE_DATA
    }

    /** Copies the list. */
    public Part {
        fields = List.copyOf(fields);
    }
}
