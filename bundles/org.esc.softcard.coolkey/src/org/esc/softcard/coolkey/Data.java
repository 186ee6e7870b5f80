// SPDX-License-Identifier: EPL-2.0
package org.esc.softcard.coolkey;

import java.util.Arrays;
import org.esc.coolkey.Acl;
import org.esc.securechannel.CardRefusal;

/** Walks a command's data; running over the end is answered with the status word given. */
final class Data {

    private final byte[] bytes;
    private final int refusal;
    private int at;

    Data(byte[] bytes, int refusal) {
        this.bytes = bytes;
        this.refusal = refusal;
    }

    int left() {
        return bytes.length - at;
    }

    int int1() throws CardRefusal {
        return next(1)[0] & 0xFF;
    }

    int int2() throws CardRefusal {
        return int1() << 8 | int1();
    }

    int int4() throws CardRefusal {
        return int2() << 16 | int2();
    }

    Acl acl() throws CardRefusal {
        return Acl.of(next(Acl.LENGTH), 0);
    }

    byte[] next(int n) throws CardRefusal {
        if (n < 0 || n > left()) {
            throw new CardRefusal(refusal);
        }
        at += n;
        return Arrays.copyOfRange(bytes, at - n, at);
    }

    /** One length byte and as many bytes. */
    byte[] block1() throws CardRefusal {
        return next(int1());
    }

    /** Two length bytes and as many bytes. */
    byte[] block2() throws CardRefusal {
        return next(int2());
    }

    byte[] rest() throws CardRefusal {
        return next(left());
    }

    void end() throws CardRefusal {
        if (left() != 0) {
            throw new CardRefusal(refusal);
        }
    }
}
