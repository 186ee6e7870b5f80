// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import java.util.Arrays;
import org.esc.coolkey.CoolKeyStatus;
import org.esc.coolkey.Ins;
import org.esc.securechannel.CardRefusal;

/** The I/O object: RAM that looks like an object anybody may read and write. A write ends it where the write ends. */
final class IoBuffer {

    private final byte[] bytes = new byte[Ins.IO_BUFFER_LENGTH];
    private int size;

    void clear() {
        Arrays.fill(bytes, (byte) 0);
        size = 0;
    }

    void create(int newSize) {
        clear();
        size = newSize;
    }

    void set(byte[] content) {
        clear();
        System.arraycopy(content, 0, bytes, 0, content.length);
        size = content.length;
    }

    byte[] content() {
        return Arrays.copyOf(bytes, size);
    }

    void write(int offset, byte[] from) throws CardRefusal {
        if (offset < 0 || offset > bytes.length - from.length) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        }
        System.arraycopy(from, 0, bytes, offset, from.length);
        size = offset + from.length;
    }

    byte[] read(int offset, int length) throws CardRefusal {
        if (offset < 0 || offset > size - length) {
            throw new CardRefusal(CoolKeyStatus.INVALID_PARAMETER);
        }
        return Arrays.copyOfRange(bytes, offset, offset + length);
    }
}
