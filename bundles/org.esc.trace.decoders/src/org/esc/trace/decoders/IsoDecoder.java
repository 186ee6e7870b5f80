// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.util.Arrays;
import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Tlv;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.esc.trace.fields.Fields;
import org.esc.trace.fields.KnownAids;
import org.esc.trace.fields.Meaning;
import org.esc.trace.fields.Reading;
import org.esc.trace.fields.Tags;
import org.osgi.service.component.annotations.Component;

/** Commands of ISO/IEC 7816-4 (2020), -8 and -9, and SELECT in whatever class. */
@Component(service = Decoder.class)
public final class IsoDecoder implements Decoder {

    private static final Tags HEADERS = Tags.NONE.and(0x54, "offset", Reading.NUMBER).and(0x53, "discretionary data", Reading.BYTES)
            .and(0x73, "discretionary template").and(0x5C, "tag list", Reading.HEX).and(0x4D, "extended header list", Reading.HEX)
            .and(0x51, "general reference", Reading.words(Names::path)).and(0x83, "control reference", Reading.HEX).and(IsoTags.INTERINDUSTRY);

    @Override
    public int rank(Standing standing) {
        return STANDARD;
    }

    private static boolean isOurs(CommandApdu c) {
        return c.cla() < 0x80;
    }

    private static boolean isSecured(CommandApdu c) {
        return (c.cla() & 0x40) == 0 ? (c.cla() & 0x08) != 0 : (c.cla() & 0x20) != 0;
    }

    @Override
    public String command(Standing standing, CommandApdu c) {
        return isOurs(c) ? Names.iso(c) : "";
    }

    @Override
    public String summary(Standing standing, CommandApdu c) {
        if (c.ins() == 0xA4 && (isOurs(c) || c.cla() == 0xA0)) {
            byte[] data = c.data();
            if (c.p1() == 0x04) {
                String name = KnownAids.name(data);
                return name.isEmpty() ? data.length == 0 ? "default application" : "" : name + " " + Hex.of(data);
            }
            return data.length == 0 ? c.p1() == 3 ? "parent DF" : "master file" : c.p1() >= 8 ? Names.path(data) : Names.file(data);
        }
        if (!isOurs(c)) {
            return "";
        }
        return switch (c.ins()) {
            case 0xB0, 0xD6, 0xD0, 0x0E -> (c.p1() & 0x80) != 0 ? "SFI %02X, offset %d".formatted(c.p1() & 0x1F, c.p2())
                    : (standing.file().isEmpty() ? "" : standing.file() + ", ") + "offset " + (c.p1() << 8 | c.p2());
            case 0xB2, 0xB3, 0xD2, 0xDC, 0xDD, 0xA2, 0x0C -> record(c);
            case 0xE2 -> sfi(c.p2() >> 3);
            case 0xCA, 0xCB, 0xCC, 0xCD, 0xDA, 0xDB -> object(c);
            case 0x20, 0x21, 0x24, 0x26, 0x28, 0x2C -> reference(c.p2());
            case 0x22 -> (c.p1() & 0x0F) == 1 ? IsoTags.CONTROL_TEMPLATES.getOrDefault(c.p2(), "") : "environment %02X".formatted(c.p2());
            case 0x70 -> c.p1() == 0 ? c.p2() == 0 ? "open" : "open " + c.p2() : "close " + c.p2();
            case 0x84 -> c.ne().isPresent() ? c.ne().getAsInt() + " bytes" : "";
            case 0x46, 0x47, 0x82, 0x86, 0x87, 0x88 -> c.p2() == 0 ? "" : "key %02X".formatted(c.p2());
            default -> "";
        };
    }

    private static String record(CommandApdu c) {
        String which = (c.p2() & 0x04) != 0 ? "record " + (c.p1() == 0 ? "current" : String.valueOf(c.p1())) : switch (c.p2() & 3) {
            case 0 -> "first";
            case 1 -> "last";
            case 2 -> "next";
            default -> "previous";
        } + " record with identifier %02X".formatted(c.p1());
        String file = sfi(c.p2() >> 3);
        return file.isEmpty() ? which : file + ", " + which;
    }

    private static String sfi(int n) {
        return n == 0 || n == 31 ? "" : "SFI %02X".formatted(n);
    }

    private static String object(CommandApdu c) {
        int tag = c.p1() << 8 | c.p2();
        if ((c.ins() & 1) != 0) {
            byte[] data = c.data();
            return data.length > 2 && data[0] == 0x5C && data[1] == data.length - 2 ? tag(Hex.of(data).substring(4))
                    : tag == 0x3FFF || tag == 0 ? "" : Names.file(new byte[] {(byte) c.p1(), (byte) c.p2()});
        }
        return tag(tag < 0x100 ? "%02X".formatted(tag) : "%04X".formatted(tag));
    }

    private static String tag(String digits) {
        String name = digits.length() > 6 ? "" : IsoTags.INTERINDUSTRY.name(Integer.parseInt(digits, 16));
        return name.isEmpty() ? digits : digits + " (" + name + ")";
    }

    private static String reference(int p2) {
        return p2 == 0 ? "" : ((p2 & 0x80) != 0 ? "specific" : "global") + " reference data %02X".formatted(p2 & 0x1F);
    }

    @Override
    public String meaning(Standing standing, CommandApdu c, StatusWord sw) {
        return switch (sw.value()) {
            case 0x6286 -> "no input data from a sensor";
            case 0x6287 -> "at least one referenced record is deactivated";
            case 0x6381 -> "file filled up by the last write";
            case 0x6600 -> "security issue";
            case 0x6882 -> "secure messaging not supported";
            case 0x6883 -> "last command of the chain expected";
            case 0x6884 -> "command chaining not supported";
            case 0x6A85 -> "Lc does not fit the data objects";
            case 0x6A87 -> "Lc does not fit P1 and P2";
            case 0x6A8A -> "DF name already exists";
            default -> sw.sw1() == 0x63 && sw.triesLeft() >= 0 && (c.ins() == 0x20 || c.ins() == 0x21) && c.nc() == 0
                    ? "not verified, " + sw.triesLeft() + " tries left" : "";
        };
    }

    @Override
    public List<Field> parameters(Standing standing, CommandApdu c) {
        if (!isOurs(c) && !(c.ins() == 0xA4 && c.cla() == 0xA0)) {
            return List.of();
        }
        return switch (c.ins()) {
            case 0xA4 -> Fields.parameters(switch (c.p1()) {
                case 0 -> "MF, DF or EF by identifier";
                case 1 -> "child DF";
                case 2 -> "EF under the current DF";
                case 3 -> "parent DF";
                case 4 -> "by DF name";
                case 8 -> "path from the MF";
                case 9 -> "path from the current DF";
                case 0x10 -> "data object by tag, from the current file";
                case 0x13 -> "parent data object";
                default -> "";
            }, switch (c.p2() & 3) {
                case 0 -> "first or only occurrence";
                case 1 -> "last occurrence";
                case 2 -> "next occurrence";
                default -> "previous occurrence";
            } + switch (c.p2() & 0x0C) {
                case 0 -> ", return FCI";
                case 4 -> ", return FCP";
                case 8 -> ", return FMD";
                default -> ", return nothing";
            });
            case 0xB0, 0xD0, 0xD6, 0x0E -> (c.p1() & 0x80) != 0
                    ? Fields.parameters("SFI %02X".formatted(c.p1() & 0x1F), "offset " + c.p2()) : Fields.together("offset", (c.p1() << 8 | c.p2()) + "");
            case 0xB1, 0xD7, 0xD1, 0x0F -> Fields.together("file", c.p1() == 0 && c.p2() == 0 ? "current" : c.p1() == 0 && c.p2() < 32 ? sfi(c.p2())
                    : Names.file(new byte[] {(byte) c.p1(), (byte) c.p2()}));
            case 0xB2, 0xB3, 0xD2, 0xDC, 0xDD, 0x0C, 0xA2 -> Fields.parameters((c.p2() & 4) != 0 ? c.p1() == 0 ? "current record" : "record " + c.p1()
                    : "record identifier", (sfi(c.p2() >> 3).isEmpty() ? "current EF" : sfi(c.p2() >> 3)) + ", " + switch (c.p2() & 7) {
                        case 0 -> "first occurrence";
                        case 1 -> "last occurrence";
                        case 2 -> "next occurrence";
                        case 3 -> "previous occurrence";
                        case 4 -> "the record in P1";
                        case 5 -> "all records from P1 on";
                        case 6 -> "all records up to P1";
                        default -> "reserved";
                    });
            case 0xE2 -> Fields.parameters("", sfi(c.p2() >> 3).isEmpty() ? "current EF" : sfi(c.p2() >> 3));
            case 0xCA, 0xCC, 0xDA -> Fields.together("tag", object(c));
            case 0xCB, 0xCD, 0xDB -> Fields.together("file", c.p1() == 0x3F && c.p2() == 0xFF ? "current DF" : c.p1() == 0 && c.p2() == 0 ? "current"
                    : Names.file(new byte[] {(byte) c.p1(), (byte) c.p2()}));
            case 0x20, 0x21 -> Fields.parameters(c.p1() == 0 ? "verify" : c.p1() == 0xFF ? "take the verification back" : "", password(c.p2()));
            case 0x24 -> Fields.parameters(c.p1() == 0 ? "old and new value" : c.p1() == 1 ? "new value only" : "", password(c.p2()));
            case 0x2C -> Fields.parameters(switch (c.p1()) {
                case 0 -> "resetting code and new value";
                case 1 -> "resetting code";
                case 2 -> "new value";
                case 3 -> "counter only";
                default -> "";
            }, password(c.p2()));
            case 0x26, 0x28 -> Fields.parameters(c.p1() == 0 ? "with the value" : "without the value", password(c.p2()));
            case 0x22 -> Fields.parameters((c.p1() & 0x0F) == 1 ? "set: " + Reading.bits(c.p1() & 0xF0, "verification, encipherment",
                    "computation, decipherment", "secure messaging in answers", "secure messaging in commands") : switch (c.p1()) {
                        case 0xF2 -> "store";
                        case 0xF3 -> "restore";
                        case 0xF4 -> "erase";
                        default -> "";
                    }, (c.p1() & 0x0F) == 1 ? IsoTags.CONTROL_TEMPLATES.getOrDefault(c.p2(), "") : "environment " + c.p2());
            case 0x2A -> Fields.parameters("answer: " + security(c.p1()), "data: " + security(c.p2()));
            case 0x46, 0x47 -> Fields.parameters((c.p1() & 1) != 0 ? "read the public key" : (c.p1() & 2) != 0 ? "generate, answer extended headers" : "generate",
                    c.p2() == 0 ? "" : "key " + c.p2());
            case 0x82, 0x86, 0x87, 0x88 -> Fields.parameters(c.p1() == 0 ? "algorithm as agreed" : "algorithm %02X".formatted(c.p1()),
                    c.p2() == 0 ? "key as agreed" : ((c.p2() & 0x80) != 0 ? "specific" : "global") + " key %02X".formatted(c.p2() & 0x1F));
            case 0x70 -> Fields.parameters(c.p1() == 0 ? "open" : c.p1() == 0x80 ? "close" : "reset",
                    c.p2() == 0 ? c.p1() == 0 ? "the card chooses the channel" : "this channel" : "channel " + c.p2());
            case 0xE0 -> Fields.parameters(c.p1() == 0 ? "file identifier and parameters in the data" : "file descriptor byte",
                    c.p2() == 0 ? "" : sfi(c.p2() >> 3));
            case 0x04, 0x44, 0xE4, 0xE6, 0xE8 -> Fields.parameters(c.p1() == 0 ? "by identifier" : c.p1() == 1 ? "child DF" : c.p1() == 2
                    ? "EF under the current DF" : c.p1() == 4 ? "by DF name" : c.p1() == 8 ? "path from the MF" : "", "");
            default -> List.of();
        };
    }

    private static String password(int p2) {
        return p2 == 0 ? "implicitly known" : reference(p2);
    }

    private static String security(int p) {
        return switch (p) {
            case 0 -> "none";
            case 0x80 -> "plain value";
            case 0x82, 0x84, 0x86 -> "cryptogram";
            case 0x8E -> "cryptographic checksum";
            case 0x90 -> "hash-code";
            case 0x9A -> "value to sign";
            case 0x9E -> "digital signature";
            case 0xA0 -> "hash template";
            case 0xA2 -> "checksum template";
            case 0xA8 -> "signature template";
            case 0xAC, 0xBC -> "data objects to sign";
            case 0x92, 0xAE, 0xBE -> "certificate";
            default -> "%02X".formatted(p);
        };
    }

    @Override
    public List<Field> commandData(Standing standing, CommandApdu c, byte[] data) {
        if (c.ins() == 0xA4 && (isOurs(c) || c.cla() == 0xA0)) {
            return switch (c.p1()) {
                case 0x04 -> List.of(whole("DF name", Reading.AID, data));
                case 0x08, 0x09 -> List.of(whole("path", Reading.words(Names::path), data));
                case 0x10 -> List.of(whole("tag", Reading.HEX, data));
                default -> List.of(whole("file identifier", Reading.words(Names::file), data));
            };
        }
        if (!isOurs(c)) {
            return List.of();
        }
        if (isSecured(c)) {
            return IsoTags.SECURE.read(data);
        }
        return switch (c.ins()) {
            case 0xCB, 0xCD, 0xDB, 0xB1, 0xD7, 0xD1, 0x0F, 0xB3, 0xDD, 0xA1 -> HEADERS.read(data);
            case 0x22 -> (c.p1() & 0x0F) == 1 ? IsoTags.CONTROL.read(data) : List.of();
            case 0x20, 0x26, 0x28 -> List.of(whole("verification data", Reading.BYTES, data));
            case 0x21 -> IsoTags.INTERINDUSTRY.read(data);
            case 0x24 -> List.of(whole(c.p1() == 1 ? "new reference data" : "verification data and new reference data", Reading.BYTES, data));
            case 0x2C -> List.of(whole(c.p1() == 0 ? "resetting code and new reference data" : c.p1() == 1 ? "resetting code" : "new reference data",
                    Reading.BYTES, data));
            case 0x2A -> switch (c.p2()) {
                case 0x86 -> Fields.of(data, f -> {
                    f.u1("padding indicator", n -> n == 0 ? "no further indication" : n == 1 ? "80 00…" : n == 2 ? "no padding" : Hex.of(n));
                    f.rest("cryptogram", Reading.BYTES);
                });
                case 0x90 -> List.of(whole("hash-code", Reading.BYTES, data));
                case 0x9A -> List.of(whole("value to sign", Reading.DER, data));
                case 0x80 -> List.of(whole("plain value", Reading.BYTES, data));
                case 0xA0, 0xA2, 0xA8, 0xAC, 0xAE, 0xBC, 0xBE -> IsoTags.INTERINDUSTRY.and(0x90, "hash-code").and(0x80, "plain value")
                        .and(0x9A, "value to sign").and(0x9E, "digital signature").and(0x8E, "cryptographic checksum").read(data);
                default -> List.of();
            };
            case 0x46, 0x47 -> IsoTags.CONTROL.and(0xAC, "cryptographic mechanism identifier").and(IsoTags.INTERINDUSTRY).and(0x80, "algorithm", Reading.HEX)
                    .read(data);
            case 0x86, 0x87 -> IsoTags.INTERINDUSTRY.read(data);
            case 0x88 -> List.of(whole("challenge", Reading.BYTES, data));
            case 0x82 -> List.of(whole("authentication data", Reading.BYTES, data));
            case 0xE0 -> IsoTags.INTERINDUSTRY.read(data);
            case 0x04, 0x44, 0xE4, 0xE6, 0xE8 -> List.of(c.p1() == 4 ? whole("DF name", Reading.AID, data) : whole("file", Reading.words(Names::path), data));
            case 0xD6, 0xD0 -> List.of(whole("data to write", atBeginning(c) ? IsoDecoder::content : Reading.BYTES, data));
            case 0xD2, 0xDC, 0xE2 -> List.of(whole("record", IsoDecoder::content, data));
            case 0xDA -> value(c, data);
            case 0xC2, 0xC3 -> List.of(whole("command in the envelope", Reading.BYTES, data));
            default -> List.of();
        };
    }

    private static boolean atBeginning(CommandApdu c) {
        return c.p2() == 0 && (c.p1() == 0 || (c.p1() & 0x80) != 0);
    }

    /** One field of all bytes. */
    static Field whole(String name, Reading reading, byte[] data) {
        var m = reading.readSafely(data);
        return Field.of(name, m.words(), 0, data.length, m.parts());
    }

    /** What a file or record has, if it is made of data objects: by their tags, or as DER. */
    static Meaning content(byte[] data) {
        return TlvDecoder.isDer(data) ? Reading.DER.read(data)
                : TlvDecoder.isClean(data) ? Reading.tags(IsoTags.INTERINDUSTRY).read(data) : Meaning.NONE;
    }

    /** The value of the data object in P1 and P2: alone, or with its tag. */
    private static List<Field> value(CommandApdu c, byte[] data) {
        int tag = c.p1() << 8 | c.p2();
        String name = IsoTags.INTERINDUSTRY.name(tag);
        if (name.isEmpty()) {
            return List.of();
        }
        byte[] digits = tag < 0x100 ? new byte[] {(byte) tag} : new byte[] {(byte) (tag >> 8), (byte) tag};
        if (data.length > digits.length && Arrays.equals(digits, Arrays.copyOf(data, digits.length)) && TlvDecoder.isClean(data)) {
            return IsoTags.INTERINDUSTRY.read(data);
        }
        byte[] object = Tlv.of(tag, data).encoded();
        int head = object.length - data.length;
        Field f = IsoTags.INTERINDUSTRY.read(object).getFirst();
        return List.of(Field.of(f.name(), f.value(), 0, data.length, f.children().stream().map(x -> x.moved(-head)).toList()));
    }

    @Override
    public List<Field> responseData(Standing standing, CommandApdu c, byte[] data) {
        boolean select = c.ins() == 0xA4 && c.cla() < 0x80;
        if (!isOurs(c) && !select) {
            return List.of();
        }
        if (isSecured(c)) {
            return IsoTags.SECURE.read(data);
        }
        return switch (c.ins()) {
            case 0xA4 -> TlvDecoder.isClean(data) ? IsoTags.INTERINDUSTRY.read(data) : List.of();
            case 0xB0 -> atBeginning(c) ? file(data) : List.of(whole("data", Reading.BYTES, data));
            case 0xB2 -> List.of(whole("record", IsoDecoder::content, data));
            case 0xB1, 0xB3, 0xCB, 0xCD -> TlvDecoder.isClean(data) ? HEADERS.read(data) : List.of();
            case 0xCA, 0xCC -> value(c, data);
            case 0x46, 0x47, 0x86, 0x87 -> IsoTags.INTERINDUSTRY.read(data);
            case 0x70 -> List.of(whole("channel that was opened", Reading.NUMBER, data));
            case 0x84 -> List.of(whole("challenge", Reading.BYTES, data));
            case 0x88 -> List.of(whole("authentication data", Reading.DER, data));
            case 0x82 -> List.of(whole("authentication data", Reading.BYTES, data));
            case 0x2A -> List.of(switch (c.p1()) {
                case 0x9E -> whole("digital signature", TlvDecoder.isDer(data) ? Reading.DER : Reading.BYTES, data);
                case 0x8E -> whole("cryptographic checksum", Reading.BYTES, data);
                case 0x90 -> whole("hash-code", Reading.BYTES, data);
                case 0x80 -> whole("plain value", Reading.BYTES, data);
                default -> whole("cryptogram", Reading.BYTES, data);
            });
            default -> List.of();
        };
    }

    private static List<Field> file(byte[] data) {
        var content = content(data);
        if (content.parts().isEmpty() && data.length > 4 && data[0] == 0x30 && (data[1] & 0x80) != 0) {
            // the beginning of a certificate of which the rest is read next
            content = Reading.DER.read(data);
        }
        return List.of(Field.of("content", content.words(), 0, data.length, content.parts()));
    }
}
