// SPDX-License-Identifier: EPL-2.0
package org.esc.tps;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The chunks in which messages travel (RFC 9112 §7.1): one message is one chunk, and leaves in one piece. */
public final class HttpChunk {

    private static final byte[] LINE_END = {'\r', '\n'};

    private HttpChunk() {
    }

    /** The chunk that carries {@code data}, at least one byte. */
    public static byte[] of(byte[] data) {
        return of("", data);
    }

    /** The first chunk, behind the head of its request or answer. */
    public static byte[] of(String head, byte[] data) {
        return joined((head + Integer.toHexString(data.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1), data, LINE_END);
    }

    /** The end of a body. */
    public static byte[] last() {
        return new byte[] {'0', '\r', '\n', '\r', '\n'};
    }

    /** The parts behind each other. */
    public static byte[] joined(byte[]... parts) {
        byte[] all = new byte[Arrays.stream(parts).mapToInt(p -> p.length).sum()];
        int at = 0;
        for (byte[] p : parts) {
            System.arraycopy(p, 0, all, at, p.length);
            at += p.length;
        }
        return all;
    }
}
