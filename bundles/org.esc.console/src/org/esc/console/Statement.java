// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.esc.console.Expression.Bytes;
import org.esc.console.Expression.Number;
import org.esc.console.Expression.Pattern;
import org.esc.console.Expression.Test;
import org.esc.securechannel.keys.KeyArgs;

/** One line of a script. */
sealed interface Statement {

    /** Where it stands and what stands there. */
    record Head(Place place, String text) {
    }

    /** Where it stands and what stands there. */
    Head head();

    /** How a command goes to the card while a secure channel is open; without one they are the same. */
    enum Way {
        /** Over it. */
        OVER,
        /** Beside it, as it is. */
        BESIDE,
        /** Over it, cut into parts if it has grown too long for a short command. */
        IN_PARTS
    }

    /**
     * A command.
     *
     * @param any true to send it even if its lengths do not fit
     */
    record Send(Head head, Bytes command, Way way, boolean any) implements Statement {
    }

    /** Takes the keys of a set, as secrets {@code name_enc}, {@code name_mac} and {@code name_dek}. */
    record Take(Head head, KeyArgs keys, String name) implements Statement {
    }

    /** What the last answer has to be. */
    record Expect(Head head, Optional<Pattern> status, Optional<Pattern> data) implements Statement {
    }

    /** Gives a name a value. */
    record Let(Head head, String name, Expression value) implements Statement {
    }

    /** Does one or the other. */
    record If(Head head, Test test, List<Statement> then, List<Statement> otherwise) implements Statement {
    }

    /** So many times. */
    record Repeat(Head head, Number times, List<Statement> body) implements Statement {
    }

    /** Once with each value. */
    record ForEach(Head head, String name, List<Bytes> values, List<Statement> body) implements Statement {
    }

    /** Once with each number from one to another, both included. */
    record ForRange(Head head, String name, Number from, Number to, List<Statement> body) implements Statement {
    }

    /** As long as something holds, but not more often than {@code most}. */
    record While(Head head, Test test, Number most, List<Statement> body) implements Statement {
    }

    /** Opens a secure channel. */
    record SecureOpen(Head head, KeyArgs keys) implements Statement {
    }

    /** Ends the secure channel. */
    record SecureClose(Head head) implements Statement {
    }

    /** Resets the card. */
    record Reset(Head head) implements Statement {
    }

    /** Says something: text as it stands, bytes as hexadecimal digits, numbers. */
    record Log(Head head, List<Said> parts) implements Statement {
    }

    /** A part of what is said. */
    sealed interface Said {

        /** Text. */
        record Text(String text) implements Said {
        }

        /** A value. */
        record Value(Expression value) implements Said {
        }
    }

    /** Waits. */
    record Pause(Head head, Duration time) implements Statement {
    }

    /** Has a person type a secret. */
    record Ask(Head head, String field, String words, String name) implements Statement {
    }

    /** How long a command may take; nothing for as long as it likes. */
    record Timeout(Head head, Optional<Duration> time) implements Statement {
    }

    /** Whether 61xx and 6Cxx are answered by the transport rules. */
    record AutoResponse(Head head, boolean on) implements Statement {
    }

    /** Ends the script; with {@code complaint} as a failure. */
    record Stop(Head head, Optional<String> complaint) implements Statement {
    }
}
