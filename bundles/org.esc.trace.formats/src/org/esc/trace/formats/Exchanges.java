// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.formats;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.esc.apdu.Atr;
import org.esc.apdu.EscException;
import org.esc.apdu.Words;
import org.esc.card.Origin;
import org.esc.trace.Entry;
import org.esc.trace.Masked;
import org.esc.trace.TraceFormat.Sink;
import org.esc.trace.TracedCard;

/** Puts exchanges together of what a log tells in turn: the card, commands, answers. What does not fit together is told as damage. */
final class Exchanges {

    private static final Words WORDS = Words.of(Exchanges.class);

    /** Why an exchange has no response. */
    static final String NO_ANSWER = WORDS.say("the file has no answer to it");
    private static final int HEADER = 4;

    /** Numbers of sessions, shared by those who read the same file. */
    static final class Sessions {
        private long last;

        long next() {
            return ++last;
        }
    }

    private final Sink sink;
    private final Sessions sessions;
    private final Origin origin;
    private TracedCard card;
    private boolean used;
    private long number;
    private Optional<Masked> command = Optional.empty();
    private Optional<Instant> time = Optional.empty();
    /** The command before the next answer could not be read. */
    private boolean lost;

    /** @param program whose log it is */
    Exchanges(Sink sink, String program) {
        this(sink, Origin.other(program), new Sessions());
    }

    Exchanges(Sink sink, Origin origin, Sessions sessions) {
        this.sink = sink;
        this.origin = origin;
        this.sessions = sessions;
        card = new TracedCard(sessions.next(), "", Atr.UNKNOWN, "");
    }

    /** A contact with a card begins: the exchanges that follow are of another session. */
    void connected() throws EscException {
        flush();
        if (used) {
            card = new TracedCard(sessions.next(), card.reader(), Atr.UNKNOWN, "");
            used = false;
        }
    }

    /** The reader's name is known. Another reader is another session. */
    void reader(String name) throws EscException {
        if (!card.reader().equals(name)) {
            connected();
            card = new TracedCard(card.session(), name, card.atr(), card.protocol());
        }
    }

    /** The ATR is known. Another one is another session. */
    void atr(Atr atr) throws EscException {
        if (!card.atr().equals(atr)) {
            if (!card.atr().equals(Atr.UNKNOWN)) {
                connected();
            }
            card = new TracedCard(card.session(), card.reader(), atr, card.protocol());
        }
    }

    /** The protocol is known: "T=1". */
    void protocol(String protocol) {
        card = new TracedCard(card.session(), card.reader(), card.atr(), protocol);
    }

    /** A command, sent at a time that may be known. */
    void command(Masked bytes, Optional<Instant> sent, int column) throws EscException, Unreadable {
        flush();
        if (bytes.length() < HEADER) {
            lost = true;
            throw new Unreadable(column, WORDS.say("a command has 4 bytes or more, this one {0}", bytes.length()));
        }
        lost = false;
        command = Optional.of(bytes);
        time = sent;
    }

    /** True if a command waits for its answer. */
    boolean waits() {
        return command.isPresent();
    }

    /** True if an answer is what comes next: of a command that waits, or of one that could not be read. */
    boolean expectsAnswer() {
        return lost || command.isPresent();
    }

    /** When the command that waits was sent. */
    Optional<Instant> sent() {
        return time;
    }

    /** An answer. */
    void response(Masked bytes, Optional<Duration> duration, int column) throws EscException, Unreadable {
        if (lost) {
            lost = false;
            return;
        }
        if (command.isEmpty()) {
            throw new Unreadable(column, WORDS.say("an answer without a command"));
        }
        if (bytes.length() < 2) {
            throw new Unreadable(column, WORDS.say("an answer has 2 bytes or more, this one {0}", bytes.length()));
        }
        done(bytes, duration, Optional.empty(), false);
    }

    /** There was no answer, and this is why. */
    void failed(String why, Optional<Duration> duration) throws EscException {
        if (command.isPresent()) {
            done(Masked.none(), duration, Optional.of(why), false);
        }
    }

    /** What the command's data was, was entered at the reader. */
    void responseToPinEntry(Masked bytes, Optional<Duration> duration, int column) throws EscException, Unreadable {
        if (command.isEmpty() || bytes.length() < 2) {
            throw new Unreadable(column, WORDS.say("an answer without a command"));
        }
        done(bytes, duration, Optional.empty(), true);
    }

    private void done(Masked response, Optional<Duration> duration, Optional<String> failure, boolean pinAtReader) throws EscException {
        var e = new Entry(++number, time, duration.filter(d -> !d.isNegative()), card, origin, command.orElseThrow(), response, failure,
                pinAtReader,
                Optional.empty());
        command = Optional.empty();
        used = true;
        sink.entry(e);
    }

    /** A command cannot be read: the answer that follows is no answer to the one before. */
    void lostCommand() throws EscException {
        flush();
        lost = true;
    }

    /** Nothing more is heard of the command that waits. */
    void flush() throws EscException {
        failed(NO_ANSWER, Optional.empty());
        lost = false;
    }
}
