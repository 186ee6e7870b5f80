// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.esc.apdu.CardException;
import org.esc.apdu.Words;

/** The three ways in which an object's attributes are written: inside the combined object, and alone in version 0 and 1. */
final class Records {

    private static final Words WORDS = Words.of(Records.class);

    private static final int STRING = 0;
    private static final int INTEGER = 1;
    private static final int FALSE = 2;
    private static final int TRUE = 3;

    private Records() {
    }

    static TokenObject read(Input in) throws CardException {
        ObjectId id = new ObjectId(in.int4());
        int fixed = in.int4();
        int count = in.int2();
        var attributes = new ArrayList<Attribute>();
        for (int i = 0; i < count; i++) {
            int type = in.int4();
            int kind = in.int1();
            attributes.add(switch (kind) {
                case STRING -> new Attribute.Bytes(type, in.bytes(in.int2()));
                case INTEGER -> new Attribute.Int(type, in.int4());
                case FALSE -> new Attribute.Bool(type, false);
                case TRUE -> new Attribute.Bool(type, true);
                default -> throw Input.broken(WORDS.say("object {0} has an attribute of unknown kind {1}", id, kind));
            });
        }
        return TokenObject.ofFixed(id, fixed, attributes);
    }

    static void write(TokenObject o, ByteArrayOutputStream out) {
        out.writeBytes(o.id().bytes());
        out.writeBytes(Numbers.bytes4(o.fixedAttributes()));
        out.writeBytes(Numbers.bytes2(o.attributes().size()));
        for (Attribute a : o.attributes()) {
            out.writeBytes(Numbers.bytes4(a.type()));
            switch (a) {
                case Attribute.Bytes b -> {
                    byte[] v = b.value();
                    if (v.length > 0xFFFF) {
                        throw new IllegalArgumentException("An attribute has at most 65535 bytes, not " + v.length);
                    }
                    out.write(STRING);
                    out.writeBytes(Numbers.bytes2(v.length));
                    out.writeBytes(v);
                }
                case Attribute.Int n -> {
                    out.write(INTEGER);
                    out.writeBytes(Numbers.bytes4(n.value()));
                }
                case Attribute.Bool t -> out.write(t.value() ? TRUE : FALSE);
            }
        }
    }

    /** Version 0: {@code id4 attrLen2 {type4 len2 value}}, integers four bytes little endian. The leading 00 has been read. */
    static TokenObject read0(Input in) throws CardException {
        ObjectId id = new ObjectId(in.int4());
        var body = new Input(in.bytes(in.int2()));
        var attributes = new ArrayList<Attribute>();
        var flags = EnumSet.noneOf(TokenObject.Flag.class);
        int kind = switch (id.letter()) {
            case 'c' -> TokenObject.Kind.CERTIFICATE.ordinal();
            case 'k' -> TokenObject.Kind.PRIVATE_KEY.ordinal();
            default -> TokenObject.Kind.DATA.ordinal();
        };
        while (body.left() > 0) {
            int type = body.int4();
            byte[] v = body.bytes(body.int2());
            var flag = TokenObject.Flag.ofType(type);
            if (flag.isPresent()) {
                if (v.length > 0 && v[0] != 0) {
                    flags.add(flag.get());
                }
            } else if (type == Attribute.CLASS && v.length == 4) {
                kind = little(v) & 7;
            } else if ((type == Attribute.KEY_TYPE || type == Attribute.CERTIFICATE_TYPE || type == Attribute.MODULUS_BITS)
                    && v.length == 4) {
                attributes.add(new Attribute.Int(type, little(v)));
            } else {
                attributes.add(new Attribute.Bytes(type, v));
            }
        }
        int index = Math.max(id.index(), 0);
        int keyId = (id.letter() == 'k' ? index / 2 : index) & 15;
        return new TokenObject(id, TokenObject.Kind.values()[kind], keyId, flags, attributes);
    }

    static byte[] write0(ObjectId id, List<Attribute> attributes) {
        var body = new ByteArrayOutputStream();
        for (Attribute a : attributes) {
            byte[] v = switch (a) {
                case Attribute.Bytes b -> b.value();
                case Attribute.Int n -> new byte[] {(byte) n.value(), (byte) (n.value() >> 8), (byte) (n.value() >> 16),
                        (byte) (n.value() >> 24)};
                case Attribute.Bool t -> new byte[] {(byte) (t.value() ? 1 : 0)};
            };
            body.writeBytes(Numbers.bytes4(a.type()));
            body.writeBytes(Numbers.bytes2(v.length));
            body.writeBytes(v);
        }
        return Numbers.join(new byte[] {0}, id.bytes(), Numbers.bytes2(body.size()), body.toByteArray());
    }

    private static int little(byte[] v) {
        return v[0] & 0xFF | (v[1] & 0xFF) << 8 | (v[2] & 0xFF) << 16 | v[3] << 24;
    }
}
