// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard;

import java.util.Arrays;
import org.esc.apdu.Aid;
import org.esc.securechannel.CardRefusal;

/** Walks the fields of a command's data; running over the end is 6A80, wrong data. */
final class Fields {

    private final byte[] data;
    private int at;

    Fields(byte[] data) {
        this.data = data;
    }

    boolean atEnd() {
        return at == data.length;
    }

    int left() {
        return data.length - at;
    }

    int next() throws CardRefusal {
        if (atEnd()) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        return data[at++] & 0xFF;
    }

    byte[] next(int n) throws CardRefusal {
        if (n > left()) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        at += n;
        return Arrays.copyOfRange(data, at - n, at);
    }

    /** One length byte and as many bytes. */
    byte[] block() throws CardRefusal {
        return next(next());
    }

    /** A BER length and as many bytes; 128 may also stand in one byte. */
    byte[] berBlock() throws CardRefusal {
        return next(left() > 0 && (data[at] & 0xFF) == 0x80 ? next() : berLength());
    }

    /** A BER length of up to three bytes. */
    int berLength() throws CardRefusal {
        int first = next();
        if (first < 0x80) {
            return first;
        }
        if (first == 0x80 || first > 0x83) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        int length = 0;
        for (int i = first & 0x7F; i > 0; i--) {
            length = length << 8 | next();
        }
        return length;
    }

    static Aid aid(byte[] bytes) throws CardRefusal {
        if (bytes.length < 5 || bytes.length > 16) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
        return Aid.of(bytes);
    }

    void end() throws CardRefusal {
        if (!atEnd()) {
            throw new CardRefusal(Sw.WRONG_DATA);
        }
    }
}
