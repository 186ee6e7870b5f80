// SPDX-License-Identifier: EPL-2.0
package org.esc.tms.server;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * An answer to an ordinary request.
 *
 * @param status  HTTP status code
 * @param type    content type, empty when there is no body
 * @param body    the body, handed over
 * @param headers further headers
 * @param stream  a body that is too long to be kept, written as it is sent
 */
public record Answer(int status, String type, byte[] body, Map<String, String> headers, Optional<Body> stream) {

    /** A long body. */
    @FunctionalInterface
    public interface Body {
        /** Writes it; {@code out} stays open. */
        void writeTo(OutputStream out) throws Exception;
    }

    /** With a body that is kept. */
    public Answer(int status, String type, byte[] body, Map<String, String> headers) {
        this(status, type, body, headers, Optional.empty());
    }

    /** 200 with a long body. */
    public static Answer streamed(String type, Body body) {
        return new Answer(200, type, new byte[0], Map.of(), Optional.of(body));
    }

    /** 200 with a body. */
    public static Answer ok(String type, byte[] body) {
        return new Answer(200, type, body, Map.of());
    }

    /** 200 with text in UTF-8. */
    public static Answer text(String type, String body) {
        return ok(type, body.getBytes(StandardCharsets.UTF_8));
    }

    /** A status with one line of plain text. */
    public static Answer status(int status, String line) {
        return new Answer(status, "text/plain; charset=utf-8", (line + "\n").getBytes(StandardCharsets.UTF_8),
                Map.of());
    }

    /** The same answer with one more header. */
    public Answer with(String name, String value) {
        var h = new java.util.HashMap<>(headers);
        h.put(name, value);
        return new Answer(status, type, body, Map.copyOf(h), stream);
    }
}
