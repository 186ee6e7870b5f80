// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.io.ByteArrayOutputStream;
import java.util.List;
import org.esc.apdu.CardException;
import org.esc.apdu.Words;

/** Objects that stand alone on the card (not inside {@code z0}): the older version 0 and version 1. */
public final class SeparateObject {

    private static final Words WORDS = Words.of(SeparateObject.class);

    private SeparateObject() {
    }

    /** Reads a {@code c}, {@code k} or {@code d} object of either version. @throws CardException if it makes no sense */
    public static TokenObject parse(byte[] content) throws CardException {
        var in = new Input(content);
        int version = in.int1();
        return switch (version) {
            case 0 -> Records.read0(in);
            case 1 -> Records.read(in);
            default -> throw Input.broken(WORDS.say("an object has the unknown version {0}", version));
        };
    }

    /** Writes version 0: attributes in the order given, numbers little endian; booleans and CKA_CLASS are attributes like others. */
    public static byte[] version0(ObjectId id, List<Attribute> attributes) {
        return Records.write0(id, attributes);
    }

    /** Writes version 1. */
    public static byte[] version1(TokenObject object) {
        var out = new ByteArrayOutputStream();
        out.write(1);
        Records.write(object, out);
        return out.toByteArray();
    }
}
