// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.util.Arrays;
import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
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

    private static final Words WORDS = Words.of(IsoDecoder.class);

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
                return name.isEmpty() ? data.length == 0 ? WORDS.say("default application") : "" : name + " " + Hex.of(data);
            }
            return data.length == 0 ? c.p1() == 3 ? WORDS.say("parent DF") : WORDS.say("master file") : c.p1() >= 8 ? Names.path(data) : Names.file(data);
        }
        if (!isOurs(c)) {
            return "";
        }
        return switch (c.ins()) {
            case 0xB0, 0xD6, 0xD0, 0x0E -> (c.p1() & 0x80) != 0 ? WORDS.say("SFI {0}, offset {1}", Hex.of(c.p1() & 0x1F), c.p2())
                    : (standing.file().isEmpty() ? "" : standing.file() + ", ") + WORDS.say("offset {0}", c.p1() << 8 | c.p2());
            case 0xB2, 0xB3, 0xD2, 0xDC, 0xDD, 0xA2, 0x0C -> record(c);
            case 0xE2 -> sfi(c.p2() >> 3);
            case 0xCA, 0xCB, 0xCC, 0xCD, 0xDA, 0xDB -> object(c);
            case 0x20, 0x21, 0x24, 0x26, 0x28, 0x2C -> reference(c.p2());
            case 0x22 -> (c.p1() & 0x0F) == 1 ? IsoTags.controlTemplate(c.p2()) : WORDS.say("environment {0}", Hex.of(c.p2()));
            case 0x70 -> c.p1() == 0 ? c.p2() == 0 ? WORDS.say("open") : WORDS.say("open {0}", c.p2()) : WORDS.say("close {0}", c.p2());
            case 0x84 -> c.ne().isPresent() ? WORDS.say("{0} bytes", c.ne().getAsInt()) : "";
            case 0x46, 0x47, 0x82, 0x86, 0x87, 0x88 -> c.p2() == 0 ? "" : WORDS.say("key {0}", Hex.of(c.p2()));
            default -> "";
        };
    }

    private static String record(CommandApdu c) {
        String which = (c.p2() & 0x04) != 0 ? c.p1() == 0 ? WORDS.say("record current") : WORDS.say("record {0}", c.p1()) : switch (c.p2() & 3) {
            case 0 -> WORDS.say("first record with identifier {0}", Hex.of(c.p1()));
            case 1 -> WORDS.say("last record with identifier {0}", Hex.of(c.p1()));
            case 2 -> WORDS.say("next record with identifier {0}", Hex.of(c.p1()));
            default -> WORDS.say("previous record with identifier {0}", Hex.of(c.p1()));
        };
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
        return p2 == 0 ? "" : (p2 & 0x80) != 0 ? WORDS.say("specific reference data {0}", Hex.of(p2 & 0x1F)) : WORDS.say("global reference data {0}", Hex.of(p2 & 0x1F));
    }

    @Override
    public String meaning(Standing standing, CommandApdu c, StatusWord sw) {
        return switch (sw.value()) {
            case 0x6286 -> WORDS.say("no input data from a sensor");
            case 0x6287 -> WORDS.say("at least one referenced record is deactivated");
            case 0x6381 -> WORDS.say("file filled up by the last write");
            case 0x6600 -> WORDS.say("security issue");
            case 0x6882 -> WORDS.say("secure messaging not supported");
            case 0x6883 -> WORDS.say("last command of the chain expected");
            case 0x6884 -> WORDS.say("command chaining not supported");
            case 0x6A85 -> WORDS.say("Lc does not fit the data objects");
            case 0x6A87 -> WORDS.say("Lc does not fit P1 and P2");
            case 0x6A8A -> WORDS.say("DF name already exists");
            default -> sw.sw1() == 0x63 && sw.triesLeft() >= 0 && (c.ins() == 0x20 || c.ins() == 0x21) && c.nc() == 0
                    ? WORDS.say("not verified, {0} tries left", sw.triesLeft()) : "";
        };
    }

    @Override
    public List<Field> parameters(Standing standing, CommandApdu c) {
        if (!isOurs(c) && !(c.ins() == 0xA4 && c.cla() == 0xA0)) {
            return List.of();
        }
        return switch (c.ins()) {
            case 0xA4 -> Fields.parameters(switch (c.p1()) {
                case 0 -> WORDS.say("MF, DF or EF by identifier");
                case 1 -> WORDS.say("child DF");
                case 2 -> WORDS.say("EF under the current DF");
                case 3 -> WORDS.say("parent DF");
                case 4 -> WORDS.say("by DF name");
                case 8 -> WORDS.say("path from the MF");
                case 9 -> WORDS.say("path from the current DF");
                case 0x10 -> WORDS.say("data object by tag, from the current file");
                case 0x13 -> WORDS.say("parent data object");
                default -> "";
            }, switch (c.p2() & 3) {
                case 0 -> WORDS.say("first or only occurrence");
                case 1 -> WORDS.say("last occurrence");
                case 2 -> WORDS.say("next occurrence");
                default -> WORDS.say("previous occurrence");
            } + switch (c.p2() & 0x0C) {
                case 0 -> ", " + WORDS.say("return FCI");
                case 4 -> ", " + WORDS.say("return FCP");
                case 8 -> ", " + WORDS.say("return FMD");
                default -> ", " + WORDS.say("return nothing");
            });
            case 0xB0, 0xD0, 0xD6, 0x0E -> (c.p1() & 0x80) != 0
                    ? Fields.parameters("SFI %02X".formatted(c.p1() & 0x1F), WORDS.say("offset {0}", c.p2())) : Fields.together("offset", (c.p1() << 8 | c.p2()) + "");
            case 0xB1, 0xD7, 0xD1, 0x0F -> Fields.together("file", c.p1() == 0 && c.p2() == 0 ? WORDS.say("current") : c.p1() == 0 && c.p2() < 32 ? sfi(c.p2())
                    : Names.file(new byte[] {(byte) c.p1(), (byte) c.p2()}));
            case 0xB2, 0xB3, 0xD2, 0xDC, 0xDD, 0x0C, 0xA2 -> Fields.parameters((c.p2() & 4) != 0 ? c.p1() == 0 ? WORDS.say("current record")
                    : WORDS.say("record {0}", c.p1())
                    : WORDS.say("record identifier"), (sfi(c.p2() >> 3).isEmpty() ? WORDS.say("current EF") : sfi(c.p2() >> 3)) + ", " + switch (c.p2() & 7) {
                        case 0 -> WORDS.say("first occurrence");
                        case 1 -> WORDS.say("last occurrence");
                        case 2 -> WORDS.say("next occurrence");
                        case 3 -> WORDS.say("previous occurrence");
                        case 4 -> WORDS.say("the record in P1");
                        case 5 -> WORDS.say("all records from P1 on");
                        case 6 -> WORDS.say("all records up to P1");
                        default -> WORDS.say("reserved");
                    });
            case 0xE2 -> Fields.parameters("", sfi(c.p2() >> 3).isEmpty() ? WORDS.say("current EF") : sfi(c.p2() >> 3));
            case 0xCA, 0xCC, 0xDA -> Fields.together("tag", object(c));
            case 0xCB, 0xCD, 0xDB -> Fields.together("file", c.p1() == 0x3F && c.p2() == 0xFF ? WORDS.say("current DF") : c.p1() == 0 && c.p2() == 0 ? WORDS.say("current")
                    : Names.file(new byte[] {(byte) c.p1(), (byte) c.p2()}));
            case 0x20, 0x21 -> Fields.parameters(c.p1() == 0 ? WORDS.say("verify") : c.p1() == 0xFF ? WORDS.say("take the verification back") : "", password(c.p2()));
            case 0x24 -> Fields.parameters(c.p1() == 0 ? WORDS.say("old and new value") : c.p1() == 1 ? WORDS.say("new value only") : "", password(c.p2()));
            case 0x2C -> Fields.parameters(switch (c.p1()) {
                case 0 -> WORDS.say("resetting code and new value");
                case 1 -> WORDS.say("resetting code");
                case 2 -> WORDS.say("new value");
                case 3 -> WORDS.say("counter only");
                default -> "";
            }, password(c.p2()));
            case 0x26, 0x28 -> Fields.parameters(c.p1() == 0 ? WORDS.say("with the value") : WORDS.say("without the value"), password(c.p2()));
            case 0x22 -> Fields.parameters((c.p1() & 0x0F) == 1 ? WORDS.say("set: {0}", Reading.bits(c.p1() & 0xF0, WORDS.say("verification, encipherment"),
                    WORDS.say("computation, decipherment"), WORDS.say("secure messaging in answers"), WORDS.say("secure messaging in commands"))) : switch (c.p1()) {
                        case 0xF2 -> WORDS.say("store");
                        case 0xF3 -> WORDS.say("restore");
                        case 0xF4 -> WORDS.say("erase");
                        default -> "";
                    }, (c.p1() & 0x0F) == 1 ? IsoTags.controlTemplate(c.p2()) : WORDS.say("environment {0}", c.p2()));
            case 0x2A -> Fields.parameters(WORDS.say("answer: {0}", security(c.p1())), WORDS.say("data: {0}", security(c.p2())));
            case 0x46, 0x47 -> Fields.parameters((c.p1() & 1) != 0 ? WORDS.say("read the public key") : (c.p1() & 2) != 0
                    ? WORDS.say("generate, answer extended headers") : WORDS.say("generate"),
                    c.p2() == 0 ? "" : WORDS.say("key {0}", c.p2()));
            case 0x82, 0x86, 0x87, 0x88 -> Fields.parameters(c.p1() == 0 ? WORDS.say("algorithm as agreed") : WORDS.say("algorithm {0}", Hex.of(c.p1())),
                    c.p2() == 0 ? WORDS.say("key as agreed") : (c.p2() & 0x80) != 0 ? WORDS.say("specific key {0}", Hex.of(c.p2() & 0x1F))
                            : WORDS.say("global key {0}", Hex.of(c.p2() & 0x1F)));
            case 0x70 -> Fields.parameters(c.p1() == 0 ? WORDS.say("open") : c.p1() == 0x80 ? WORDS.say("close") : WORDS.say("reset"),
                    c.p2() == 0 ? c.p1() == 0 ? WORDS.say("the card chooses the channel") : WORDS.say("this channel") : WORDS.say("channel {0}", c.p2()));
            case 0xE0 -> Fields.parameters(c.p1() == 0 ? WORDS.say("file identifier and parameters in the data") : WORDS.say("file descriptor byte"),
                    c.p2() == 0 ? "" : sfi(c.p2() >> 3));
            case 0x04, 0x44, 0xE4, 0xE6, 0xE8 -> Fields.parameters(c.p1() == 0 ? WORDS.say("by identifier") : c.p1() == 1 ? WORDS.say("child DF") : c.p1() == 2
                    ? WORDS.say("EF under the current DF") : c.p1() == 4 ? WORDS.say("by DF name") : c.p1() == 8 ? WORDS.say("path from the MF") : "", "");
            default -> List.of();
        };
    }

    private static String password(int p2) {
        return p2 == 0 ? WORDS.say("implicitly known") : reference(p2);
    }

    private static String security(int p) {
        return switch (p) {
            case 0 -> WORDS.say("none");
            case 0x80 -> WORDS.say("plain value");
            case 0x82, 0x84, 0x86 -> WORDS.say("cryptogram");
            case 0x8E -> WORDS.say("cryptographic checksum");
            case 0x90 -> WORDS.say("hash-code");
            case 0x9A -> WORDS.say("value to sign");
            case 0x9E -> WORDS.say("digital signature");
            case 0xA0 -> WORDS.say("hash template");
            case 0xA2 -> WORDS.say("checksum template");
            case 0xA8 -> WORDS.say("signature template");
            case 0xAC, 0xBC -> WORDS.say("data objects to sign");
            case 0x92, 0xAE, 0xBE -> WORDS.say("certificate");
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
                    f.u1("padding indicator", n -> n == 0 ? WORDS.say("no further indication") : n == 1 ? "80 00…" : n == 2 ? WORDS.say("no padding") : Hex.of(n));
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
