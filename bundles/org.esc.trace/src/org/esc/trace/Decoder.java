// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;

/**
 * Explains commands and answers in traces: those of one application (a DS service beside its vocabulary, or in a driver's bundle), or those of a
 * standard. Without state, so that a trace can be looked into anywhere; what has to be known of what came before is in the {@link Standing}. Commands come as
 * they were sent or, when it is known, as they were before a secure channel wrapped them. Bytes that were secret are zero. Called from any thread; what
 * it throws is taken as knowing nothing.
 */
public interface Decoder {

    /** An application that is selected: {@link #rank} of decoders for it. */
    int APPLICATION = 100;
    /** A standard for cards of many makers: {@link #rank}. */
    int STANDARD = 10;

    /**
     * Whether it explains what is said to a card in this state: zero if not; the one with the highest number is asked first, those with less
     * for what it does not know.
     */
    int rank(Standing standing);

    /** The command's name in capitals; empty if it is none of its own. Asked for every row of a list: quick. */
    String command(Standing standing, CommandApdu command);

    /** What the command is about, in some words: "certificate for 9A". Empty if there is nothing to say. Asked for every row: quick. */
    default String summary(Standing standing, CommandApdu command) {
        return "";
    }

    /** What a status word means after this command; empty if it means nothing special here. */
    default String meaning(Standing standing, CommandApdu command, StatusWord sw) {
        return "";
    }

    /** What P1 and P2 say; offsets are 2 and 3, or 2 for both. Empty if this decoder cannot tell. */
    default List<Field> parameters(Standing standing, CommandApdu command) {
        return List.of();
    }

    /**
     * What the command's data field is made of; offsets count from the first byte of {@code data}. Empty if this decoder cannot tell.
     *
     * @param data the data field; that of the whole chain if the command ends one
     */
    default List<Field> commandData(Standing standing, CommandApdu command, byte[] data) {
        return List.of();
    }

    /**
     * What the answer's data field is made of; offsets count from the first byte of {@code data}. Empty if this decoder cannot tell. Of an answer to SELECT the
     * one is asked who knows what was selected: there {@code standing} is what is known behind the command.
     *
     * @param data the data field; that of the whole answer if it was fetched in pieces and {@code command} is what it answers
     */
    default List<Field> responseData(Standing standing, CommandApdu command, byte[] data) {
        return List.of();
    }

    /**
     * What is secret of a command and its answer, besides what every trace hides by itself ({@link Secrecy}). Asked before anything is kept, on the thread that
     * speaks to the card: quick.
     *
     * @param command as it was sent, perhaps wrapped: when the class says so and its data cannot be told from ciphertext, take it as secret
     */
    default Secrecy secrecy(Standing standing, CommandApdu command) {
        return Secrecy.OPEN;
    }
}
