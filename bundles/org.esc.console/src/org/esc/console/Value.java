// SPDX-License-Identifier: EPL-2.0
package org.esc.console;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.BitSet;
import org.esc.trace.Masked;

/** Bytes, some of which nobody may see. They are not changed, but for {@link #erase}. */
final class Value {

    private final byte[] bytes;
    private final BitSet hidden;

    private Value(byte[] bytes, BitSet hidden) {
        this.bytes = bytes;
        this.hidden = hidden;
    }

    /** Bytes that anybody may see; they are not copied. */
    static Value open(byte... bytes) {
        return new Value(bytes, new BitSet());
    }

    /** Bytes that nobody may see; they are not copied. */
    static Value secret(byte... bytes) {
        return new Value(bytes, set(0, bytes.length));
    }

    private static BitSet set(int from, int to) {
        var b = new BitSet();
        b.set(from, to);
        return b;
    }

    /** The bytes themselves, not a copy. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return bytes.length;
    }

    boolean isHidden() {
        return !hidden.isEmpty();
    }

    /** As it may be shown. */
    Masked masked() {
        Masked m = Masked.open(bytes);
        for (int from = hidden.nextSetBit(0); from >= 0; from = hidden.nextSetBit(hidden.nextClearBit(from))) {
            m = m.hide(from, hidden.nextClearBit(from));
        }
        return m;
    }

    Value part(int from, int to) {
        return new Value(Arrays.copyOfRange(bytes, from, to), hidden.get(from, to));
    }

    /** Other bytes made of these: hidden if any of these are. */
    Value made(byte[] of) {
        return isHidden() ? secret(of) : open(of);
    }

    void erase() {
        Arrays.fill(bytes, (byte) 0);
    }

    /** Values in a row. */
    static final class Row {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream() {
            @Override
            public synchronized byte[] toByteArray() {
                byte[] all = super.toByteArray();
                Arrays.fill(buf, 0, count, (byte) 0);
                return all;
            }
        };
        private final BitSet hidden = new BitSet();

        Row add(Value v) {
            v.hidden.stream().forEach(i -> hidden.set(bytes.size() + i));
            bytes.writeBytes(v.bytes);
            return this;
        }

        int length() {
            return bytes.size();
        }

        Value all() {
            return new Value(bytes.toByteArray(), hidden);
        }
    }
}
