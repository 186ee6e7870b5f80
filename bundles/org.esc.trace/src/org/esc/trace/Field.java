// SPDX-License-Identifier: EPL-2.0
package org.esc.trace;

import java.util.List;
import java.util.Objects;
import org.esc.apdu.Words;

/**
 * Some bytes and what they are. A tree: a field's children lie within it, in order, and need not cover it.
 *
 * @param name     what the specification calls it
 * @param value    what its bytes say, in words; empty if they speak for themselves
 * @param offset   of its first byte, from the beginning of the bytes that were decoded
 * @param length   how many bytes it has
 * @param children what it is made of
 */
public record Field(String name, String value, int offset, int length, List<Field> children) {

    private static final Words WORDS = Words.of(Field.class);

    /** Checks that its place makes sense. */
    public Field {
        Objects.requireNonNull(name);
        Objects.requireNonNull(value);
        children = List.copyOf(children);
        if (offset < 0 || length < 0) {
            throw new IllegalArgumentException("No bytes at " + offset + ", " + length + " long");
        }
    }

    /** A field without parts. */
    public static Field of(String name, String value, int offset, int length) {
        return new Field(name, value, offset, length, List.of());
    }

    /** A field of parts. */
    public static Field of(String name, String value, int offset, int length, List<Field> children) {
        return new Field(name, value, offset, length, children);
    }

    /** Offset behind its last byte. */
    public int end() {
        return offset + length;
    }

    /** The same and its children, some bytes further back. */
    public Field moved(int by) {
        return by == 0 ? this : new Field(name, value, offset + by, length,
                children.isEmpty() ? children : children.stream().map(c -> c.moved(by)).toList());
    }

    /** As it may be shown: what does not lie within {@code bytes} is left out, the value of what is hidden there is not told. */
    Field within(Masked bytes) {
        if (!bytes.hasHidden() && end() <= bytes.length() && isNested()) {
            return this;
        }
        int n = Math.max(0, Math.min(length, bytes.length() - offset));
        var inner = children.stream().filter(c -> c.offset >= offset && c.end() <= offset + n).map(c -> c.within(bytes)).toList();
        boolean secret = n > 0 && bytes.hidesAny(offset, offset + n);
        return new Field(name, secret && (inner.isEmpty() || !value.isEmpty()) ? WORDS.say("hidden") : value, Math.min(offset, bytes.length()), n, inner);
    }

    private boolean isNested() {
        for (Field c : children) {
            if (c.offset < offset || c.end() > end() || !c.isNested()) {
                return false;
            }
        }
        return true;
    }
}
