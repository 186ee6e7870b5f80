// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.analysis;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.trace.Entry;
import org.esc.trace.Interpreter;
import org.esc.trace.Masked;
import org.esc.trace.Standing;

/**
 * A pass through a trace, in order, which makes {@link Row}s of entries. It interprets only what is asked, and steps over the rest so that what is known
 * of the cards stays right. Used by one thread at a time.
 */
public final class Reading {

    /** How much can be asked of its rows. */
    public enum Depth {
        /** Their bytes and facts; nothing is interpreted. */
        BYTES,
        /** And what is known of the card, and a line of words. */
        BRIEF,
        /** And the fields of all bytes. */
        DECODED
    }

    private static final int MOST_SESSIONS = 128;

    private final Interpreter interpreter;
    private final Depth depth;
    private final Map<Long, Atr> atrs = recent();
    /** What GET RESPONSE will fetch the rest of, by session and channel. */
    private final Map<Long, CommandApdu> asked = recent();
    /** Where a chain of commands is under way, by session and channel. */
    private final Map<Long, Boolean> chains = recent();
    private Row last;

    /** Goes on from where the interpreter is, which is not used by anybody else any more. */
    public Reading(Interpreter interpreter, Depth depth) {
        this.interpreter = Objects.requireNonNull(interpreter);
        this.depth = Objects.requireNonNull(depth);
    }

    /** One that looks at bytes only. */
    public static Reading ofBytes() {
        return new Reading(new Interpreter(List.of()), Depth.BYTES);
    }

    private static <T> Map<Long, T> recent() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<Long, T> eldest) {
                return size() > MOST_SESSIONS;
            }
        };
    }

    /** The next exchange. The row before is not to be asked for its meaning any more, unless it was asked already. */
    public Row next(Entry e) {
        if (depth == Depth.BYTES) {
            return new Row(this, e);
        }
        if (last != null) {
            settle(last);
        }
        Atr known = atrs.put(e.card().session(), e.card().atr());
        if (known != null && !known.equals(e.card().atr()) && !known.equals(Atr.UNKNOWN)) {
            // another card, or the same one in another mood: nothing is known of it
            interpreter.end(e.card().session());
        }
        last = new Row(this, e);
        return last;
    }

    private void settle(Row row) {
        if (!row.stepped()) {
            interpreter.pass(row.entry());
        }
        if (row.waits()) {
            row.subject().ifPresent(s -> asked.put(key(row), s));
        } else if (!asked.isEmpty()) {
            asked.remove(key(row));
        }
        if (row.isChained()) {
            chains.put(key(row), true);
        } else if (!chains.isEmpty()) {
            chains.remove(key(row));
        }
    }

    private static long key(Row row) {
        return row.entry().card().session() * 32 + row.channel();
    }

    Depth depth() {
        return depth;
    }

    Standing before(Row row) {
        if (depth == Depth.BYTES) {
            throw new IllegalStateException("This reading does not interpret");
        }
        check(row);
        Masked command = row.commandBytes();
        return interpreter.standing(row.entry().card().session(), command.length() == 0 ? 0 : Interpreter.channel(command.at(0)));
    }

    Interpreter stepper(Row row) {
        check(row);
        return interpreter;
    }

    Optional<CommandApdu> asked(Row row) {
        return Optional.ofNullable(asked.get(key(row)));
    }

    boolean endsChain(Row row) {
        return chains.containsKey(key(row));
    }

    private void check(Row row) {
        if (row != last) {
            throw new IllegalStateException("The reading went on");
        }
    }
}
