// SPDX-License-Identifier: EPL-2.0
package org.esc.apdu;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.function.Function;
import javax.security.auth.Destroyable;

/**
 * A PIN, password or key that can be erased. Holds bytes (text as UTF-8); never shows them in {@link #toString}. Whoever makes or
 * is handed one closes it, best in a try-with-resources.
 */
public final class Secret implements Destroyable, AutoCloseable {

    private final byte[] bytes;
    private volatile boolean destroyed;

    private Secret(byte[] own) {
        bytes = own;
    }

    /** From a copy of these bytes; the caller still owns, and should erase, its array. */
    public static Secret of(byte[] bytes) {
        return new Secret(bytes.clone());
    }

    /** From text, as UTF-8. The caller still owns, and should erase, its array. */
    public static Secret of(char[] text) {
        ByteBuffer b = StandardCharsets.UTF_8.encode(CharBuffer.wrap(text));
        byte[] own = new byte[b.remaining()];
        b.get(own);
        Arrays.fill(b.array(), (byte) 0);
        return new Secret(own);
    }

    /** From a {@code String} that the platform handed out, at the edge only: the string itself cannot be erased. */
    public static Secret of(String text) {
        return new Secret(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Number of bytes. */
    public int length() {
        return bytes.length;
    }

    /** A copy of the bytes, for the caller to erase. @throws IllegalStateException once destroyed */
    public byte[] bytes() {
        check();
        return bytes.clone();
    }

    /** The text as characters (read as UTF-8), for the caller to erase. @throws IllegalStateException once destroyed */
    public char[] chars() {
        check();
        CharBuffer c = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
        char[] copy = new char[c.remaining()];
        c.get(copy);
        Arrays.fill(c.array(), '\0');
        return copy;
    }

    /** Lends a copy of the bytes to {@code use} and erases it afterwards. */
    public <T> T use(Function<byte[], T> use) {
        byte[] lent = bytes();
        try {
            return use.apply(lent);
        } finally {
            Arrays.fill(lent, (byte) 0);
        }
    }

    /** An independent copy, to be closed on its own. */
    public Secret copy() {
        check();
        return new Secret(bytes.clone());
    }

    /** Compares in constant time. */
    public boolean matches(byte[] other) {
        check();
        return MessageDigest.isEqual(bytes, other);
    }

    @Override
    public void destroy() {
        Arrays.fill(bytes, (byte) 0);
        destroyed = true;
    }

    @Override
    public boolean isDestroyed() {
        return destroyed;
    }

    @Override
    public void close() {
        destroy();
    }

    private void check() {
        if (destroyed) {
            throw new IllegalStateException("This secret has been erased");
        }
    }

    @Override
    public String toString() {
        return "Secret[" + (destroyed ? "erased" : "hidden") + "]";
    }
}
