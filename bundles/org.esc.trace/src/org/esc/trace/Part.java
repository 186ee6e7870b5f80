// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.List;
import org.esc.apdu.Words;

/**
 * Bytes of an exchange, explained.
 *
 * @param kind   which bytes
 * @param bytes  the bytes
 * @param fields what they are; offsets count from the first of {@code bytes}
 */
public record Part(Kind kind, Masked bytes, List<Field> fields) {

    private static final Words WORDS = Words.of(Part.class);

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
        WHOLE_RESPONSE_DATA;

        /** Which bytes these are, for a person. */
        public String label() {
            return switch (this) {
                case COMMAND -> WORDS.say("command");
                case RESPONSE -> WORDS.say("response");
                case PLAIN_COMMAND -> WORDS.say("plain command");
                case PLAIN_RESPONSE -> WORDS.say("plain response");
                case WHOLE_COMMAND_DATA -> WORDS.say("whole command data");
                case WHOLE_RESPONSE_DATA -> WORDS.say("whole response data");
            };
        }
    }

    /** Copies the list. */
    public Part {
        fields = List.copyOf(fields);
    }
}
