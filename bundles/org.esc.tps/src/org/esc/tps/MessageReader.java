// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import org.esc.apdu.Words;

/**
 * Cuts a stream of bytes into messages, wherever its chunks begin and end: any character, {@code =}, the length in digits, {@code &}, then
 * that many bytes. Line ends between messages are skipped. Holds at most one unfinished message and refuses, before storing it, one
 * longer than its limit. Not thread-safe. After an exception the stream cannot be followed any more.
 */
public final class MessageReader implements AutoCloseable {

    private static final Words WORDS = Words.of(MessageReader.class);

    /** What a Java TPS accepts by default, in bytes: the limit for the server's end. */
    public static final int SERVER_LIMIT = 9999;
    /** The limit for a client's end, in bytes: fits the greatest login form. */
    public static final int CLIENT_LIMIT = 65535;

    private enum State { START, EQUALS, LENGTH, BODY }

    private final int limit;
    private final Queue<Message> ready = new ArrayDeque<>();
    private State state = State.START;
    private int length;
    private int digits;
    private byte[] body = new byte[1024];
    private int filled;

    /** A reader that refuses messages of more than {@code limit} bytes behind {@code s=<length>&}. */
    public MessageReader(int limit) {
        this.limit = limit;
    }

    /** Takes the next bytes of the stream. The caller still owns the array. */
    public void feed(byte[] bytes) throws WireException {
        feed(bytes, 0, bytes.length);
    }

    /**
     * Takes the next bytes of the stream, from part of an array.
     *
     * @throws WireException if they cannot belong to a message; messages complete before are still there to {@link #poll}
     */
    public void feed(byte[] bytes, int offset, int count) throws WireException {
        int at = offset;
        int end = offset + count;
        while (at < end) {
            switch (state) {
                case START -> {
                    byte c = bytes[at++];
                    if (c == '\r' || c == '\n') {
                        continue;
                    }
                    if (c < ' ' || c == '=' || c == '&') {
                        throw new WireException(WORDS.say("it does not begin with its length"));
                    }
                    state = State.EQUALS;
                }
                case EQUALS -> {
                    if (bytes[at++] != '=') {
                        throw new WireException(WORDS.say("it does not begin with its length"));
                    }
                    length = 0;
                    digits = 0;
                    state = State.LENGTH;
                }
                case LENGTH -> {
                    byte c = bytes[at++];
                    if (c == '&' && digits > 0) {
                        if (length == 0) {
                            throw new WireException(WORDS.say("it is empty"));
                        }
                        filled = 0;
                        state = State.BODY;
                    } else if (c >= '0' && c <= '9') {
                        length = 10 * length + c - '0';
                        if (length > limit || ++digits > 8) {
                            throw new WireException(WORDS.say("it is longer than {0} bytes", limit));
                        }
                    } else {
                        throw new WireException(WORDS.say("its length is no number"));
                    }
                }
                case BODY -> {
                    int n = Math.min(end - at, length - filled);
                    room(filled + n);
                    System.arraycopy(bytes, at, body, filled, n);
                    filled += n;
                    at += n;
                    if (filled == length) {
                        state = State.START;
                        try {
                            ready.add(MessageCodec.decode(body, 0, length));
                        } finally {
                            Arrays.fill(body, 0, length, (byte) 0);
                        }
                    }
                }
            }
        }
    }

    /** Grows with what has come, not with what the length promises. */
    private void room(int need) {
        if (need > body.length) {
            byte[] old = body;
            body = Arrays.copyOf(old, Math.min(limit, Math.max(2 * old.length, need)));
            Arrays.fill(old, (byte) 0);
        }
    }

    /** The next complete message; the caller closes it. */
    public Optional<Message> poll() {
        return Optional.ofNullable(ready.poll());
    }

    /** True if a message has begun and its end is missing. */
    public boolean isInside() {
        return state != State.START;
    }

    /** Erases what is held, unread messages too. */
    @Override
    public void close() {
        Arrays.fill(body, (byte) 0);
        ready.forEach(Message::close);
        ready.clear();
    }
}
