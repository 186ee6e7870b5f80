// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.esc.apdu.Atr;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Cplc;
import org.esc.apdu.Hex;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.globalplatform.CardProduction;
import org.esc.globalplatform.KeyInfo;
import org.esc.globalplatform.RegistryEntry;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.esc.trace.fields.Fields;
import org.esc.trace.fields.KnownAids;
import org.esc.trace.fields.Reading;
import org.esc.trace.fields.Tags;
import org.esc.trace.fields.Wrapped;
import org.osgi.service.component.annotations.Component;

/** Commands of GlobalPlatform Card Specification 2.3.1 and its secure channels, those of Open Platform 2.0.1 among them. */
@Component(service = Decoder.class)
public final class GlobalPlatformDecoder implements Decoder {

    private static final Words WORDS = Words.of(GlobalPlatformDecoder.class);

    /** The value of a field that has one. */
    private static final Pattern AID = Pattern.compile("([0-9A-F]{2})+(?= |$)");
    private static final int INITIALIZE_UPDATE = 0x50;
    private static final int EXTERNAL_AUTHENTICATE = 0x82;
    private static final int GET_STATUS = 0xF2;
    private static final int SET_STATUS = 0xF0;
    private static final String[] COMPONENTS = {"", "Header", "Directory", "Applet", "Import", "ConstantPool", "Class", "Method", "StaticField",
        "ReferenceLocation", "Export", "Descriptor", "Debug"};
    private static final Tags LOAD_FILE = Tags.NONE.and(0xE2, "DAP block", Tags.NONE.and(0x4F, "security domain", Reading.AID).and(0xC3, "signature"))
            .and(0xC4, "load file data block", Reading.parts(GlobalPlatformDecoder::components)).and(0xD4, "ciphered load file data block");
    private static final Tags SUBJECTS = Tags.NONE.and(0x4F, "AID", Reading.AID).and(0xD0, "key identifier", Reading.HEX)
            .and(0xD2, "key version", Reading.HEX).and(0xB6, "token", GlobalPlatformTags.TOKEN).and(0x9E, "delete token").and(0x5C, "tag list", Reading.HEX);

    /** Card managers and security domains: asked first. Of other applications it knows the commands of every card manager. */
    @Override
    public int rank(Standing standing) {
        return isDomain(standing) ? APPLICATION : STANDARD + 5;
    }

    private static boolean isDomain(Standing s) {
        return s.application().map(a -> KnownAids.name(a.bytes())).filter(n -> n.startsWith("card manager") || n.endsWith("security domain")).isPresent();
    }

    private static boolean isOurs(CommandApdu c) {
        return (c.cla() & 0xF0) == 0x80 || (c.cla() & 0xC0) == 0xC0 && c.cla() != 0xFF;
    }

    private static boolean isStatus(CommandApdu c) {
        return c.ins() == GET_STATUS && (c.p1() & 0xF0) != 0 && (c.p1() & 0x0F) == 0;
    }

    @Override
    public String command(Standing standing, CommandApdu c) {
        if (!isOurs(c)) {
            return "";
        }
        return switch (c.ins()) {
            case 0xE6 -> install(c.p1());
            case 0x7A -> "BEGIN R-MAC SESSION";
            case 0x78 -> "END R-MAC SESSION";
            case 0xCA, 0xCB -> "GET DATA";
            case 0x02 -> "UNBLOCK PIN";
            default -> "";
        };
    }

    private static String install(int p1) {
        return switch (p1 & 0x7F) {
            case 0x02 -> "INSTALL for load";
            case 0x04 -> "INSTALL for install";
            case 0x08 -> "INSTALL for make selectable";
            case 0x0C -> "INSTALL for install and make selectable";
            case 0x0E -> "INSTALL for load, install and make selectable";
            case 0x10 -> "INSTALL for extradition";
            case 0x20 -> "INSTALL for personalization";
            case 0x40 -> "INSTALL for registry update";
            default -> "INSTALL";
        };
    }

    @Override
    public String summary(Standing standing, CommandApdu c) {
        if (!isOurs(c)) {
            return "";
        }
        return switch (c.ins()) {
            case INITIALIZE_UPDATE -> c.p1() == 0 ? WORDS.say("key version of the card's choice") : WORDS.say("key version {0}", Hex.of(c.p1()));
            case EXTERNAL_AUTHENTICATE -> GlobalPlatformTags.level(c.p1());
            case 0xCA, 0xCB -> {
                int tag = c.p1() << 8 | c.p2();
                String name = GlobalPlatformTags.DATA.name(tag);
                yield name.isEmpty() ? tag == 0 ? "" : "%02X".formatted(tag) : name + " (%02X)".formatted(tag);
            }
            case 0xE8 -> block(c);
            case 0xE2 -> block(c);
            case GET_STATUS -> isStatus(c) ? part(c.p1()) + ((c.p2() & 1) != 0 ? ", " + WORDS.say("more") : "") : "";
            case SET_STATUS -> c.p1() == 0x80 || c.p1() == 0x40 || c.p1() == 0x60 ? GlobalPlatformTags.state(kind(c.p1()), c.p2()) : "";
            case 0xD8 -> (c.p1() & 0x7F) == 0 ? WORDS.say("new keys") : WORDS.say("in place of version {0}", Hex.of(c.p1() & 0x7F));
            case 0xE6, 0xE4 -> subject(standing, c);
            default -> "";
        };
    }

    /** The AIDs that are named in the data; none if that is what a secure channel encrypted, which makes no sense. */
    private static String subject(Standing standing, CommandApdu c) {
        List<Field> fields = commandFields(c, c.data());
        if (!isWhole(c) && Wrapped.isWrapped(c) && standing.security().level() != 1) {
            return "";
        }
        return fields.stream().filter(f -> f.name().endsWith("AID")).map(Field::value).filter(v -> AID.matcher(v).lookingAt()).distinct().collect(Collectors.joining(", "));
    }

    /** True if the data of INSTALL or DELETE is explained to its last byte. */
    private static boolean isWhole(CommandApdu c) {
        if (c.ins() == 0xE4) {
            try {
                Tlv.parsePlaced(c.data());
                return true;
            } catch (IllegalArgumentException _) {
                return false;
            }
        }
        boolean[] whole = {false};
        Fields.of(c.data(), f -> {
            install(c.p1() & 0x7F, f);
            whole[0] = !f.more();
        });
        return whole[0];
    }

    private static String part(int p1) {
        var words = new ArrayList<String>();
        for (RegistryEntry.Kind k : RegistryEntry.Kind.values()) {
            if ((p1 & k.p1()) != 0) {
                words.add(switch (k) {
                    case ISSUER_DOMAIN -> WORDS.say("issuer security domain");
                    case APPLICATION -> WORDS.say("applications and security domains");
                    case LOAD_FILE -> WORDS.say("load files");
                    case LOAD_FILE_MODULES -> WORDS.say("load files and modules");
                });
            }
        }
        return String.join(", ", words);
    }

    private static RegistryEntry.Kind kind(int p1) {
        for (RegistryEntry.Kind k : RegistryEntry.Kind.values()) {
            if ((p1 & k.p1()) != 0) {
                return k;
            }
        }
        return RegistryEntry.Kind.APPLICATION;
    }

    private static String block(CommandApdu c) {
        return (c.p1() & 0x80) != 0 ? WORDS.say("block {0}, the last", c.p2()) : WORDS.say("block {0}", c.p2());
    }

    @Override
    public String meaning(Standing standing, CommandApdu c, StatusWord sw) {
        if (c.ins() == 0xA4 && isDomain(standing)) {
            return sw.value() == 0x6283 ? WORDS.say("card is locked") : sw.value() == 0x6A82 ? WORDS.say("no such application") : "";
        }
        if (!isOurs(c)) {
            return "";
        }
        return switch (sw.value()) {
            case 0x6300 -> c.ins() == EXTERNAL_AUTHENTICATE ? WORDS.say("the host's cryptogram does not fit") : "";
            case 0x6310 -> WORDS.say("more data available");
            case 0x6985 -> c.ins() == EXTERNAL_AUTHENTICATE ? WORDS.say("not preceded by INITIALIZE UPDATE") : "";
            case 0x6988 -> WORDS.say("the command's MAC does not fit");
            case 0x6A80 -> c.ins() == 0xE6 || c.ins() == 0xE8 ? WORDS.say("wrong parameters in the data") : "";
            case 0x6A84 -> WORDS.say("not enough memory");
            case 0x6A88 -> switch (c.ins()) {
                case INITIALIZE_UPDATE -> WORDS.say("no such key version");
                case 0xE4 -> WORDS.say("nothing of this name to delete");
                default -> "";
            };
            case 0x9484 -> WORDS.say("algorithm not supported");
            case 0x9485 -> WORDS.say("wrong key check value");
            default -> "";
        };
    }

    @Override
    public List<Field> parameters(Standing standing, CommandApdu c) {
        if (!isOurs(c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case INITIALIZE_UPDATE -> Fields.parameters(c.p1() == 0 ? WORDS.say("key version: the card chooses") : WORDS.say("key version {0}", Hex.of(c.p1())),
                    WORDS.say("key identifier {0}", Hex.of(c.p2())));
            case EXTERNAL_AUTHENTICATE -> Fields.parameters(WORDS.say("security level: {0}", GlobalPlatformTags.level(c.p1())), "");
            case 0x7A -> Fields.parameters(c.p1() == 0x10 ? WORDS.say("every answer with R-MAC") : c.p1() == 0x30 ? WORDS.say("R-ENCRYPTION and R-MAC")
                    : WORDS.say("no R-MAC in answers"), "");
            case 0x78 -> Fields.parameters("", c.p2() == 3 ? WORDS.say("end the session, return its R-MAC") : c.p2() == 1 ? WORDS.say("return the R-MAC") : "");
            case 0xCA, 0xCB -> Fields.together("tag", summary(standing, c));
            case 0xE8 -> Fields.parameters((c.p1() & 0x80) != 0 ? WORDS.say("last block") : WORDS.say("more blocks follow"), WORDS.say("block {0}", c.p2()));
            case 0xE2 -> Fields.parameters(((c.p1() & 0x80) != 0 ? WORDS.say("last block") : WORDS.say("more blocks follow")) + switch (c.p1() & 0x60) {
                case 0x20 -> ", " + WORDS.say("encryption as the application knows");
                case 0x60 -> ", " + WORDS.say("encrypted");
                case 0x40 -> ", " + WORDS.say("reserved encryption");
                default -> ", " + WORDS.say("not encrypted");
            } + switch (c.p1() & 0x18) {
                case 0x08 -> ", " + WORDS.say("DGI structure");
                case 0x10 -> ", " + WORDS.say("BER-TLV structure");
                default -> "";
            } + ((c.p1() & 1) != 0 ? ", " + WORDS.say("answer expected") : ""), WORDS.say("block {0}", c.p2()));
            case 0xE6 -> Fields.parameters(install(c.p1()).replaceFirst("INSTALL ?", "") + ((c.p1() & 0x80) != 0 ? ", " + WORDS.say("more commands follow")
                    : ""), switch (c.p2()) {
                case 0 -> "";
                case 1 -> WORDS.say("begin of load, install and make selectable");
                case 3 -> WORDS.say("end of load, install and make selectable");
                default -> "%02X".formatted(c.p2());
            });
            case 0xE4 -> Fields.parameters((c.p1() & 0x80) != 0 ? WORDS.say("more commands follow") : WORDS.say("last or only command"),
                    (c.p2() & 0x80) != 0 ? WORDS.say("and what depends on it") : WORDS.say("this only"));
            case 0xD8 -> Fields.parameters(((c.p1() & 0x7F) == 0 ? WORDS.say("new key version") : WORDS.say("replaces version {0}", Hex.of(c.p1() & 0x7F)))
                    + ((c.p1() & 0x80) != 0 ? ", " + WORDS.say("more commands follow") : ""),
                    (c.p2() & 0x80) != 0 ? WORDS.say("first key identifier {0}, several keys", c.p2() & 0x7F)
                            : WORDS.say("first key identifier {0}, one key", c.p2() & 0x7F));
            case GET_STATUS -> isStatus(c) ? Fields.parameters(part(c.p1()), ((c.p2() & 1) != 0 ? WORDS.say("next occurrences") : WORDS.say("first or all occurrences"))
                    + ((c.p2() & 2) != 0 ? ", " + WORDS.say("TLV form") : ", " + WORDS.say("old form"))) : List.of();
            case SET_STATUS -> switch (c.p1()) {
                case 0x80, 0x40, 0x60 -> Fields.parameters(c.p1() == 0x80 ? WORDS.say("card") : c.p1() == 0x40 ? WORDS.say("application or security domain")
                        : WORDS.say("security domain and its applications"), WORDS.say("life cycle: {0}", GlobalPlatformTags.state(kind(c.p1()), c.p2())));
                default -> List.of();
            };
            default -> List.of();
        };
    }

    @Override
    public List<Field> commandData(Standing standing, CommandApdu c, byte[] data) {
        if (!isOurs(c)) {
            return List.of();
        }
        if (c.ins() == EXTERNAL_AUTHENTICATE) {
            int half = data.length >= 32 ? 16 : 8;
            return Fields.of(data, f -> f.bytes("host cryptogram", half).rest("C-MAC", Reading.BYTES));
        }
        return Wrapped.command(standing, c, data, plain -> commandFields(c, plain));
    }

    private static List<Field> commandFields(CommandApdu c, byte[] data) {
        return switch (c.ins()) {
            case INITIALIZE_UPDATE -> List.of(Field.of("host challenge", "", 0, data.length));
            case 0x7A -> Fields.of(data, f -> f.lv("data for the R-MAC", Reading.HEX));
            case 0xE6 -> Fields.of(data, f -> install(c.p1() & 0x7F, f));
            case 0xE8 -> c.p2() == 0 ? LOAD_FILE.read(data) : List.of(Field.of("load file, continued", "", 0, data.length));
            case 0xE4, 0xCB -> SUBJECTS.read(data);
            case GET_STATUS -> isStatus(c) ? SUBJECTS.read(data) : List.of();
            case SET_STATUS -> c.p1() == 0x80 && data.length == 0 ? List.of() : List.of(IsoDecoder.whole("AID", Reading.AID, data));
            case 0xD8 -> Fields.of(data, GlobalPlatformDecoder::keys);
            case 0xE2 -> (c.p1() & 0x60) == 0x60 ? List.of(Field.of("encrypted data", "", 0, data.length)) : (c.p1() & 0x18) == 0x08
                    ? Fields.of(data, GlobalPlatformDecoder::groupings)
                    : TlvDecoder.isClean(data) ? GlobalPlatformTags.DATA.read(data) : List.of(Field.of("data", "", 0, data.length));
            default -> List.of();
        };
    }

    private static void install(int p1, Fields f) {
        switch (p1) {
            case 0x02 -> f.lv("load file AID", Reading.AID).lv("security domain AID", Reading.AID).lv("hash of the load file data block", Reading.BYTES)
                    .berLv("load parameters", Reading.tags(GlobalPlatformTags.PARAMETERS)).berLv("load token", Reading.BYTES);
            case 0x10 -> f.lv("security domain AID", Reading.AID).lv("reserved", Reading.BYTES).lv("application or load file AID", Reading.AID)
                    .lv("reserved", Reading.BYTES).berLv("extradition parameters", Reading.tags(GlobalPlatformTags.PARAMETERS)).berLv("extradition token",
                            Reading.BYTES);
            case 0x20 -> f.lv("reserved", Reading.BYTES).lv("reserved", Reading.BYTES).lv("application AID", Reading.AID).lv("reserved", Reading.BYTES)
                    .lv("reserved", Reading.BYTES).lv("reserved", Reading.BYTES);
            case 0x40 -> f.lv("security domain AID", Reading.AID).lv("reserved", Reading.BYTES).lv("application AID", Reading.AID)
                    .lv("privileges", GlobalPlatformTags.PRIVILEGES).berLv("registry update parameters", Reading.tags(GlobalPlatformTags.PARAMETERS))
                    .berLv("registry update token", Reading.BYTES);
            default -> f.lv("load file AID", Reading.AID).lv("module AID", Reading.AID).lv("application AID", Reading.AID)
                    .lv("privileges", GlobalPlatformTags.PRIVILEGES).berLv("install parameters", Reading.tags(GlobalPlatformTags.PARAMETERS))
                    .berLv("install token", Reading.BYTES);
        }
    }

    /** PUT KEY (§11.8.2.3): types, lengths and check values; keys are no business of a trace. */
    private static void keys(Fields f) {
        f.u1("new key version", "%02X"::formatted);
        while (f.more()) {
            if (f.peek(0) < 0x80) {
                return;
            }
            f.group("key", k -> {
                int type;
                do {
                    type = k.peek(0);
                    int size = k.peek(1);
                    k.u1("key type", n -> new KeyInfo(0, 0, n, n == 0x88 ? Math.max(0, size - 1) : Math.max(0, size)).typeText());
                    k.berLv("key data", Reading.BYTES);
                } while (type == 0xA1 || type == 0xB0 && k.peek(0) == 0xF0);
                k.lv("key check value", Reading.HEX);
            });
        }
    }

    /** Data groupings: identifier, length, value. */
    private static void groupings(Fields f) {
        while (f.more()) {
            String id = Hex.of(f.next(2));
            f.group("DGI " + id, g -> {
                g.bytes("identifier", 2, Reading.HEX);
                int length;
                if (g.peek(0) == 0xFF) {
                    g.bytes("long length follows", 1);
                    length = g.u2("length");
                } else {
                    length = g.u1("length");
                }
                g.bytes("data", length, IsoDecoder::content);
            });
        }
    }

    /** Components of a CAP file, as far as they are in the first block (Java Card VM Specification §6). */
    private static void components(Fields f) {
        while (f.more()) {
            int tag = f.peek(0);
            String name = tag > 0 && tag < COMPONENTS.length ? COMPONENTS[tag] + " component" : "component " + tag;
            f.group(name, g -> {
                g.u1("tag");
                int size = g.u2("size");
                g.bytes("info", size, tag == 1 ? Reading.parts(GlobalPlatformDecoder::header) : Reading.BYTES);
            });
        }
    }

    private static void header(Fields f) {
        f.bytes("magic", 4, Reading.words(b -> Hex.of(b).equals("DECAFFED") ? WORDS.say("CAP file") : WORDS.say("no CAP file")));
        f.u1("minor version of the format");
        f.u1("major version of the format");
        f.u1("flags", n -> Reading.bits(n, "", "", "", "", "", WORDS.say("applets"), WORDS.say("exports"), "int"));
        f.u1("minor version of the package");
        f.u1("major version of the package");
        f.lv("package AID", Reading.AID);
        f.rest("package name", Reading.TEXT);
    }

    @Override
    public List<Field> responseData(Standing standing, CommandApdu c, byte[] data) {
        if (c.ins() == 0xA4 && c.cla() < 0x80) {
            return isDomain(standing) && TlvDecoder.isClean(data) ? GlobalPlatformTags.DATA.read(data) : List.of();
        }
        if (c.ins() == 0xCA && c.cla() < 0x80 && isDomain(standing)) {
            return getData(c, data);
        }
        if (!isOurs(c)) {
            return List.of();
        }
        return Wrapped.answer(standing, c, data, plain -> answer(c, plain));
    }

    private static List<Field> answer(CommandApdu c, byte[] data) {
        return switch (c.ins()) {
            case INITIALIZE_UPDATE -> Fields.of(data, GlobalPlatformDecoder::initialized);
            case 0xCA, 0xCB -> getData(c, data);
            case GET_STATUS -> isStatus(c) ? (c.p2() & 2) != 0 || data.length > 0 && data[0] == (byte) 0xE3
                    ? GlobalPlatformTags.registry(kind(c.p1())).read(data) : Fields.of(data, f -> entries(kind(c.p1()), f)) : List.of();
            case 0xD8 -> Fields.of(data, f -> {
                f.u1("new key version", "%02X"::formatted);
                while (f.more()) {
                    f.bytes("key check value", 3, Reading.HEX);
                }
            });
            case 0xE4, 0xE6, 0xE8 -> data.length == 1 && data[0] == 0 ? List.of(Field.of("receipt", WORDS.say("none"), 0, 1)) : Fields.of(data, f -> {
                f.group("confirmation", g -> g.berLv("receipt", Reading.BYTES).lv("confirmation counter", Reading.NUMBER)
                        .lv("security domain's data", Reading.HEX));
                f.rest("token identifier", Reading.HEX);
            });
            case 0x78 -> List.of(Field.of("R-MAC of the session", "", 0, data.length));
            default -> List.of();
        };
    }

    /** The answer to INITIALIZE UPDATE, which says by its twelfth byte how it goes on. */
    private static void initialized(Fields f) {
        f.bytes("key diversification data", 10, Reading.HEX);
        f.u1("key version", "%02X"::formatted);
        int protocol = f.u1("secure channel protocol", n -> n >= 1 && n <= 3 ? "SCP%02d".formatted(n) : Hex.of(n));
        switch (protocol) {
            case 2 -> {
                f.number("sequence counter", 2);
                f.bytes("card challenge", 6);
                f.bytes("card cryptogram", 8);
            }
            case 3 -> {
                int i = f.u1("options i", n -> "%02X: ".formatted(n) + ((n & 1) != 0 ? "S16" : "S8") + ((n & 0x10) != 0 ? ", " + WORDS.say("pseudo-random challenge")
                        : ", " + WORDS.say("random challenge")) + ((n & 0x20) != 0 ? ", R-MAC" : "") + ((n & 0x60) == 0x60 ? ", R-ENCRYPTION" : ""));
                int n = (i & 1) != 0 ? 16 : 8;
                f.bytes("card challenge", n);
                f.bytes("card cryptogram", n);
                if (f.more()) {
                    f.number("sequence counter", 3);
                }
            }
            default -> {
                f.bytes("card challenge", 8);
                f.bytes("card cryptogram", 8);
            }
        }
    }

    private static List<Field> getData(CommandApdu c, byte[] data) {
        int tag = c.p1() << 8 | c.p2();
        if (tag == 0x9F7F && (data.length == 42 || data.length == 45 && (data[0] & 0xFF) != 0x9F)) {
            // without the tag, or with other bytes in its place
            return cplc(data);
        }
        return TlvDecoder.isClean(data) ? GlobalPlatformTags.DATA.read(data) : List.of();
    }

    /** The production data: 42 bytes, or 45 with three of any kind before them. */
    static List<Field> cplc(byte[] data) {
        if (data.length != 42 && data.length != 45) {
            return List.of();
        }
        var fields = new ArrayList<Field>();
        int at = data.length - 42;
        for (CardProduction.Field f : CardProduction.of(Cplc.parse(data), Atr.UNKNOWN, LocalDate.now()).fields()) {
            int n = f.value().length() / 2;
            fields.add(Field.of(f.name(), f.words().isEmpty() ? f.value() : f.words(), at, n));
            at += n;
        }
        return fields;
    }

    /** Registry entries in their old form. */
    private static void entries(RegistryEntry.Kind kind, Fields f) {
        while (f.more()) {
            f.group("registry entry", e -> {
                e.lv("AID", Reading.AID);
                e.u1("life cycle state", n -> GlobalPlatformTags.state(kind, n));
                e.bytes("privileges", 1, GlobalPlatformTags.PRIVILEGES);
                if (kind == RegistryEntry.Kind.LOAD_FILE_MODULES) {
                    for (int n = e.u1("number of modules"); n > 0; n--) {
                        e.lv("module", Reading.AID);
                    }
                }
            });
        }
    }
}
