// SPDX-License-Identifier: EPL-2.0
package org.esc.cac;

import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.Words;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.esc.trace.fields.Fields;
import org.esc.trace.fields.Reading;
import org.osgi.service.component.annotations.Component;

/** The card's words in traces. */
@Component(service = Decoder.class)
public final class CacDecoder implements Decoder {

    private static final Words WORDS = Words.of(CacDecoder.class);

    private static final byte[] RID = {(byte) 0xA0, 0, 0, 0, 0x79};
    private static final int STEP = 0x80;

    @Override
    public int rank(Standing standing) {
        return standing.application().filter(aid -> aid.equals(Cac.CAPABILITIES) || aid.startsWith(RID)).isPresent() ? APPLICATION : 0;
    }

    private static boolean isOurs(CommandApdu c) {
        return (c.cla() & ~0x80) == 0 && !Cac.name(c).isEmpty();
    }

    @Override
    public String command(Standing standing, CommandApdu command) {
        return isOurs(command) ? Cac.name(command) : "";
    }

    private static boolean isTags(CommandApdu c) {
        return c.data().length > 0 && c.data()[0] == 1;
    }

    private static String name(CommandApdu c) {
        byte[] d = c.data();
        return d.length == 0 ? "data" : d[0] == 1 ? "tags and lengths" : d[0] == 2 ? "values" : "buffer " + d[0];
    }

    private static String buffer(CommandApdu c) {
        byte[] d = c.data();
        return d.length == 0 ? "" : d[0] == 1 ? WORDS.say("tags and lengths") : d[0] == 2 ? WORDS.say("values") : WORDS.say("buffer {0}", d[0]);
    }

    @Override
    public String summary(Standing standing, CommandApdu c) {
        if (!isOurs(c)) {
            return "";
        }
        return switch (c.ins()) {
            case Cac.READ_BUFFER, 0x58 -> standing.file().isEmpty() ? WORDS.say("{0} at {1}", buffer(c), c.p1() << 8 | c.p2())
                    : WORDS.say("{0}, {1} at {2}", standing.file(), buffer(c), c.p1() << 8 | c.p2());
            case Cac.SIGN_DECRYPT -> c.p1() == STEP ? WORDS.say("more to come") : "";
            default -> "";
        };
    }

    @Override
    public List<Field> parameters(Standing standing, CommandApdu c) {
        if (!isOurs(c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case Cac.READ_BUFFER, 0x58 -> Fields.together("offset", String.valueOf(c.p1() << 8 | c.p2()));
            case Cac.SIGN_DECRYPT -> Fields.parameters(c.p1() == STEP ? WORDS.say("more to come") : WORDS.say("last part"), "");
            case Cac.GET_PROPERTIES -> Fields.parameters(switch (c.p1()) {
                case 0 -> WORDS.say("of the applet and its objects, for GSC");
                case 1 -> WORDS.say("of the applet and its objects");
                case 2 -> WORDS.say("of the objects in the list");
                default -> "";
            }, "");
            case Cac.GET_ACR -> Fields.parameters(switch (c.p1()) {
                case 0x00 -> WORDS.say("all rules");
                case 0x01 -> WORDS.say("one rule");
                case 0x10 -> WORDS.say("rules of all applets");
                case 0x11 -> WORDS.say("rules of one applet");
                case 0x20 -> WORDS.say("authentication methods");
                case 0x21 -> WORDS.say("applets and objects");
                default -> "";
            }, "");
            default -> List.of();
        };
    }

    @Override
    public List<Field> commandData(Standing standing, CommandApdu c, byte[] data) {
        if (!isOurs(c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case Cac.READ_BUFFER -> Fields.of(data, f -> {
                f.u1("buffer", _ -> buffer(c));
                f.u1("bytes to read");
            });
            case 0x58 -> Fields.of(data, f -> {
                f.u1("buffer", _ -> buffer(c));
                f.rest("data", Reading.BYTES);
            });
            case Cac.SIGN_DECRYPT -> List.of(Field.of("block, padded, to sign or decrypt", "", 0, data.length));
            default -> List.of();
        };
    }

    @Override
    public List<Field> responseData(Standing standing, CommandApdu c, byte[] data) {
        if (!isOurs(c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case Cac.READ_BUFFER -> (c.p1() | c.p2()) == 0 && data.length == 2
                    ? List.of(Field.of("length of the buffer", WORDS.say("{0} bytes", data[0] & 0xFF | (data[1] & 0xFF) << 8), 0, 2))
                    : isTags(c) && (c.p1() << 8 | c.p2()) == 2 ? Fields.of(data, f -> tags(object(standing), f))
                    : List.of(Field.of(name(c), Holder.text(data), 0, data.length));
            case Cac.GET_PROPERTIES, Cac.GET_ACR -> Fields.of(data, f -> items(f, 0));
            case Cac.SIGN_DECRYPT -> List.of(Field.of("result", "", 0, data.length));
            default -> List.of();
        };
    }

    /** The object that is selected, by its two bytes; 0 if nobody knows. */
    private static int object(Standing s) {
        String f = s.file();
        return s.application().filter(Cac.CAPABILITIES::equals).isPresent() ? 0xDB00
                : f.length() >= 4 && f.substring(f.length() - 4).matches("[0-9A-F]{4}") ? Integer.parseInt(f.substring(f.length() - 4), 16) : 0;
    }

    private static void tags(int object, Fields f) {
        while (f.more()) {
            String name = Holder.name(object, f.peek(0));
            int head = f.peek(1) == 0xFF ? 4 : 2;
            int length = head == 2 ? f.peek(1) : f.peek(2) | f.peek(3) << 8;
            f.bytes(Hex.of(f.peek(0)) + (name.isEmpty() ? "" : " " + name), head, Reading.words(_ -> WORDS.say("{0} bytes", length)));
        }
    }

    /** SIMPLE-TLV: properties and access rules. */
    private static void items(Fields f, int depth) {
        while (f.more()) {
            int tag = f.peek(0);
            boolean inner = depth == 0 && (tag == 0x50 || tag == 0x51) || tag == 0xA0 || tag == 0xA1 || tag == 0xA2;
            int head = f.peek(1) == 0xFF ? 4 : 2;
            int length = head == 2 ? f.peek(1) : f.peek(2) | f.peek(3) << 8;
            f.group("%02X %s".formatted(tag, item(tag)), g -> {
                g.bytes("tag and length", head, Reading.words(_ -> WORDS.say("{0} bytes", Math.max(0, length))));
                if (length > 0) {
                    g.bytes("value", length, inner ? Reading.parts(x -> items(x, depth + 1)) : Reading.HEX);
                }
            });
        }
    }

    private static String item(int tag) {
        return switch (tag) {
            case 0x01 -> "applet information";
            case 0x40 -> "number of objects";
            case 0x41 -> "object identifier";
            case 0x42 -> "lengths of the buffers";
            case 0x43 -> "key properties";
            case 0x50 -> "object";
            case 0x51 -> "object with keys";
            case 0x80 -> "rules of the applet";
            case 0x81 -> "number of entries";
            case 0x91, 0x92 -> "authentication method";
            case 0x93 -> "applet";
            default -> "entry";
        };
    }
}
