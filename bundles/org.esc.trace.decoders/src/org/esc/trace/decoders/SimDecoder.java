// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.util.List;
import java.util.Map;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Secrecy;
import org.esc.trace.Standing;
import org.esc.trace.fields.Fields;
import org.esc.trace.fields.Meaning;
import org.esc.trace.fields.Reading;
import org.esc.trace.fields.Tags;
import org.osgi.service.component.annotations.Component;

/** Basics of SIM and USIM: 3GPP TS 51.011 (class A0), TS 31.102, ETSI TS 102 221 and the card application toolkit, TS 102 223. */
@Component(service = Decoder.class)
public final class SimDecoder implements Decoder {

    private static final Words WORDS = Words.of(SimDecoder.class);

    private static final Map<Integer, String> FILES = Map.ofEntries(Map.entry(0x3F00, "MF"), Map.entry(0x2FE2, "EF_ICCID"), Map.entry(0x2F05, "EF_PL"),
            Map.entry(0x2F00, "EF_DIR"), Map.entry(0x2F06, "EF_ARR"), Map.entry(0x7F10, "DF_TELECOM"), Map.entry(0x7F20, "DF_GSM"),
            Map.entry(0x7FFF, "ADF of the USIM"), Map.entry(0x6F05, "EF_LI"), Map.entry(0x6F07, "EF_IMSI"), Map.entry(0x6F08, "EF_Keys"),
            Map.entry(0x6F09, "EF_KeysPS"), Map.entry(0x6F20, "EF_Kc"), Map.entry(0x6F30, "EF_PLMNsel"), Map.entry(0x6F31, "EF_HPPLMN"),
            Map.entry(0x6F38, "EF_UST"), Map.entry(0x6F39, "EF_ACM"), Map.entry(0x6F3A, "EF_ADN"), Map.entry(0x6F3B, "EF_FDN"),
            Map.entry(0x6F3C, "EF_SMS"), Map.entry(0x6F40, "EF_MSISDN"), Map.entry(0x6F42, "EF_SMSP"), Map.entry(0x6F43, "EF_SMSS"),
            Map.entry(0x6F46, "EF_SPN"), Map.entry(0x6F60, "EF_PLMNwAcT"), Map.entry(0x6F62, "EF_HPLMNwAcT"), Map.entry(0x6F73, "EF_PSLOCI"),
            Map.entry(0x6F74, "EF_BCCH"), Map.entry(0x6F78, "EF_ACC"), Map.entry(0x6F7B, "EF_FPLMN"), Map.entry(0x6F7E, "EF_LOCI"),
            Map.entry(0x6FAD, "EF_AD"), Map.entry(0x6FAE, "EF_Phase"), Map.entry(0x6FB7, "EF_ECC"), Map.entry(0x6FC5, "EF_PNN"),
            Map.entry(0x6FC6, "EF_OPL"), Map.entry(0x6FE3, "EF_EPSLOCI"), Map.entry(0x5F3A, "DF_PHONEBOOK"));

    private static final Map<Integer, String> PROACTIVE = Map.ofEntries(Map.entry(0x01, "REFRESH"), Map.entry(0x02, "MORE TIME"),
            Map.entry(0x03, "POLL INTERVAL"), Map.entry(0x04, "POLLING OFF"), Map.entry(0x05, "SET UP EVENT LIST"), Map.entry(0x10, "SET UP CALL"),
            Map.entry(0x11, "SEND SS"), Map.entry(0x12, "SEND USSD"), Map.entry(0x13, "SEND SHORT MESSAGE"), Map.entry(0x14, "SEND DTMF"),
            Map.entry(0x15, "LAUNCH BROWSER"), Map.entry(0x20, "PLAY TONE"), Map.entry(0x21, "DISPLAY TEXT"), Map.entry(0x22, "GET INKEY"),
            Map.entry(0x23, "GET INPUT"), Map.entry(0x24, "SELECT ITEM"), Map.entry(0x25, "SET UP MENU"), Map.entry(0x26, "PROVIDE LOCAL INFORMATION"),
            Map.entry(0x27, "TIMER MANAGEMENT"), Map.entry(0x28, "SET UP IDLE MODE TEXT"), Map.entry(0x30, "PERFORM CARD APDU"),
            Map.entry(0x34, "RUN AT COMMAND"), Map.entry(0x35, "LANGUAGE NOTIFICATION"), Map.entry(0x40, "OPEN CHANNEL"), Map.entry(0x41, "CLOSE CHANNEL"),
            Map.entry(0x42, "RECEIVE DATA"), Map.entry(0x43, "SEND DATA"), Map.entry(0x44, "GET CHANNEL STATUS"), Map.entry(0x81, "end of session"));

    private static final Reading DEVICES = Reading.parts(f -> {
        f.u1("source", SimDecoder::device);
        f.u1("destination", SimDecoder::device);
    });
    private static final Reading DETAILS = Reading.parts(f -> {
        f.u1("command number");
        f.u1("type of command", n -> PROACTIVE.getOrDefault(n, Hex.of(n)));
        f.u1("command qualifier", Hex::of);
    });
    private static final Reading RESULT = Reading.parts(f -> {
        f.u1("general result", n -> switch (n) {
            case 0x00 -> WORDS.say("performed successfully");
            case 0x01, 0x02, 0x03, 0x04 -> WORDS.say("performed, with less than asked");
            case 0x10 -> WORDS.say("session terminated by the user");
            case 0x11 -> WORDS.say("backward move by the user");
            case 0x12 -> WORDS.say("no response from the user");
            case 0x20 -> WORDS.say("terminal cannot do it now");
            case 0x21 -> WORDS.say("network cannot do it now");
            case 0x30 -> WORDS.say("beyond the terminal's capabilities");
            case 0x31 -> WORDS.say("type not understood");
            case 0x32 -> WORDS.say("data not understood");
            default -> Hex.of(n);
        });
        f.rest("additional information", Reading.HEX);
    });

    private static final Tags OBJECTS = objects();
    private static final Reading INSIDE = Reading.tags(OBJECTS);
    private static final Tags TOOLKIT = OBJECTS.and(0xD0, "proactive command", INSIDE).and(0xD1, "SMS-PP download", INSIDE).and(0xD3, "menu selection", INSIDE)
            .and(0xD4, "call control", INSIDE).and(0xD5, "MO short message control", INSIDE).and(0xD6, "event download", INSIDE)
            .and(0xD7, "timer expiration", INSIDE);

    private static final Tags CONTROL = IsoTags.INTERINDUSTRY.and(0xA5, "proprietary information", Tags.NONE.and(0x80, "UICC characteristics", Reading.HEX)
            .and(0x81, "application power consumption", Reading.HEX).and(0x82, "minimum clock frequency", Reading.HEX)
            .and(0x83, "available memory", Reading.SIZE).and(0x84, "file details", Reading.HEX).and(0x86, "maximum file size", Reading.SIZE)
            .and(0x87, "supported commands", Reading.HEX).and(0x88, "specific UICC environmental conditions", Reading.HEX));

    /** COMPREHENSION-TLV: the first bit of a tag says that it must be understood. */
    private static Tags objects() {
        Tags t = Tags.NONE;
        t = both(t, 0x01, "command details", DETAILS);
        t = both(t, 0x02, "device identities", DEVICES);
        t = both(t, 0x03, "result", RESULT);
        t = both(t, 0x04, "duration", Reading.HEX);
        t = both(t, 0x05, "alpha identifier", Reading.TEXT);
        t = both(t, 0x06, "address", Reading.parts(f -> {
            f.u1("type of number", Hex::of);
            f.rest("number", Reading.words(SimDecoder::swapped));
        }));
        t = both(t, 0x0B, "SMS TPDU", Reading.BYTES);
        t = both(t, 0x0D, "text string", Reading.parts(f -> {
            int coding = f.u1("coding", n -> n == 4 ? WORDS.say("8 bits") : n == 8 ? "UCS2" : n == 0 ? WORDS.say("GSM 7 bits") : Hex.of(n));
            f.rest("text", coding == 4 ? Reading.TEXT : Reading.BYTES);
        }));
        t = both(t, 0x0F, "item", Reading.parts(f -> {
            f.u1("identifier");
            f.rest("text", Reading.TEXT);
        }));
        t = both(t, 0x10, "item identifier", Reading.NUMBER);
        t = both(t, 0x13, "location information", Reading.HEX);
        t = both(t, 0x14, "IMEI", Reading.words(SimDecoder::swapped));
        return both(t, 0x19, "event list", Reading.HEX);
    }

    private static Tags both(Tags t, int tag, String name, Reading reading) {
        return t.and(tag, name, reading).and(tag | 0x80, name, reading);
    }

    @Override
    public int rank(Standing standing) {
        return isUicc(standing) ? APPLICATION : STANDARD + 2;
    }

    private static boolean isUicc(Standing s) {
        return s.application().map(Object::toString).filter(a -> a.startsWith("A000000087") || a.startsWith("A000000343") || a.startsWith("A000000009"))
                .isPresent();
    }

    /** Commands that are a SIM's whatever was selected: those of class A0, and those of class 80 that nobody else has. */
    private static boolean isOurs(Standing s, CommandApdu c) {
        return c.cla() == 0xA0 || (c.cla() & 0xF0) == 0x80 && switch (c.ins()) {
            case 0x10, 0x12, 0x14, 0xC2 -> true;
            case 0xF2, 0xAA, 0x76 -> isUicc(s) || s.file().startsWith("3F00");
            default -> false;
        } || isUicc(s) && c.cla() < 0x10;
    }

    @Override
    public String command(Standing s, CommandApdu c) {
        if (!isOurs(s, c)) {
            return "";
        }
        boolean old = c.cla() == 0xA0;
        return switch (c.ins()) {
            case 0x10 -> "TERMINAL PROFILE";
            case 0x12 -> "FETCH";
            case 0x14 -> "TERMINAL RESPONSE";
            case 0x20 -> old ? "VERIFY CHV" : "VERIFY PIN";
            case 0x24 -> old ? "CHANGE CHV" : "CHANGE PIN";
            case 0x26 -> old ? "DISABLE CHV" : "DISABLE PIN";
            case 0x28 -> old ? "ENABLE CHV" : "ENABLE PIN";
            case 0x2C -> old ? "UNBLOCK CHV" : "UNBLOCK PIN";
            case 0x32 -> "INCREASE";
            case 0x04 -> old ? "INVALIDATE" : "DEACTIVATE FILE";
            case 0x44 -> old ? "REHABILITATE" : "ACTIVATE FILE";
            case 0x88 -> old ? "RUN GSM ALGORITHM" : "AUTHENTICATE";
            case 0x89 -> "AUTHENTICATE";
            case 0xA2 -> old ? "SEEK" : "";
            case 0xAA -> "TERMINAL CAPABILITY";
            case 0x76 -> "SUSPEND UICC";
            case 0xC2 -> "ENVELOPE";
            case 0xFA -> old ? "SLEEP" : "";
            case 0xF2 -> "STATUS";
            default -> "";
        };
    }

    @Override
    public String summary(Standing s, CommandApdu c) {
        if (!isOurs(s, c)) {
            return "";
        }
        return switch (c.ins()) {
            case 0xA4 -> c.p1() == 4 ? "" : path(c.data());
            case 0x20, 0x24, 0x26, 0x28, 0x2C -> pin(c.p2());
            case 0xB0, 0xB2, 0xD6, 0xDC -> name(file(s));
            case 0xC2, 0x14 -> kind(c.data());
            default -> "";
        };
    }

    private static String kind(byte[] data) {
        if (data.length > 4 && (data[0] & 0x7F) == 0x01 && data[1] == 3) {
            return PROACTIVE.getOrDefault(data[3] & 0xFF, "");
        }
        return data.length > 0 ? TOOLKIT.name(data[0] & 0xFF) : "";
    }

    private static String pin(int p2) {
        return switch (p2) {
            case 0x01 -> "PIN 1";
            case 0x02 -> "PIN 2";
            case 0x00 -> WORDS.say("PIN 1 with its unblocking code");
            case 0x11 -> WORDS.say("universal PIN");
            case 0x81 -> WORDS.say("PIN 2 of the application");
            case 0x0A, 0x0B, 0x0C, 0x0D -> WORDS.say("administrative key {0}", p2 - 9);
            default -> WORDS.say("reference {0}", Hex.of(p2));
        };
    }

    private static int file(Standing s) {
        String f = s.file();
        return f.length() >= 4 && f.substring(f.length() - 4).matches("[0-9A-F]{4}") ? Integer.parseInt(f.substring(f.length() - 4), 16) : 0;
    }

    private static String name(int file) {
        return file == 0 ? "" : FILES.getOrDefault(file, "%04X".formatted(file));
    }

    private static String path(byte[] data) {
        var s = new StringBuilder();
        for (int i = 0; i + 1 < data.length; i += 2) {
            s.append(i == 0 ? "" : "/").append(name((data[i] & 0xFF) << 8 | data[i + 1] & 0xFF));
        }
        return s.toString();
    }

    @Override
    public String meaning(Standing s, CommandApdu c, StatusWord sw) {
        if (!isOurs(s, c) && !isUicc(s)) {
            return "";
        }
        return switch (sw.sw1()) {
            case 0x91 -> WORDS.say("done, a proactive command of {0} bytes waits", sw.sw2());
            case 0x92 -> sw.sw2() == 0x40 ? WORDS.say("memory problem") : WORDS.say("done after {0} tries", sw.sw2() & 15);
            case 0x93 -> WORDS.say("toolkit is busy");
            case 0x9E -> WORDS.say("data download error, {0} bytes wait", sw.sw2());
            case 0x9F -> WORDS.say("done, {0} bytes wait", sw.sw2());
            case 0x94 -> switch (sw.sw2()) {
                case 0x00 -> WORDS.say("no EF selected");
                case 0x02 -> WORDS.say("out of range");
                case 0x04 -> WORDS.say("file not found");
                case 0x08 -> WORDS.say("file does not fit the command");
                default -> "";
            };
            case 0x98 -> switch (sw.sw2()) {
                case 0x02 -> WORDS.say("no PIN initialised");
                case 0x04 -> WORDS.say("access condition not fulfilled, or wrong PIN");
                case 0x08 -> WORDS.say("in contradiction with the PIN's status");
                case 0x10 -> WORDS.say("in contradiction with the invalidation status");
                case 0x40 -> WORDS.say("PIN blocked");
                case 0x50 -> WORDS.say("maximum reached");
                case 0x62 -> WORDS.say("authentication error: wrong MAC");
                case 0x63 -> WORDS.say("security session expired");
                default -> "";
            };
            default -> "";
        };
    }

    @Override
    public List<Field> parameters(Standing s, CommandApdu c) {
        if (!isOurs(s, c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case 0x20, 0x24, 0x26, 0x28, 0x2C -> Fields.parameters("", pin(c.p2()));
            case 0xF2 -> c.cla() == 0xA0 ? List.of() : Fields.parameters(switch (c.p1()) {
                case 0 -> WORDS.say("no indication");
                case 1 -> WORDS.say("application is initialised in the terminal");
                case 2 -> WORDS.say("terminal ends the application");
                default -> "";
            }, switch (c.p2()) {
                case 0 -> WORDS.say("answer as to SELECT");
                case 1 -> WORDS.say("name of the application");
                case 0x0C -> WORDS.say("no data");
                default -> "";
            });
            case 0x88, 0x89 -> c.cla() == 0xA0 ? List.of() : Fields.parameters("", switch (c.p2() & 0x07) {
                case 0 -> WORDS.say("GSM context");
                case 1 -> WORDS.say("3G context");
                case 2 -> WORDS.say("VGCS/VBS context");
                case 4 -> WORDS.say("GBA context");
                default -> "";
            });
            default -> List.of();
        };
    }

    @Override
    public List<Field> commandData(Standing s, CommandApdu c, byte[] data) {
        if (!isOurs(s, c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case 0xA4 -> c.p1() == 4 ? List.of() : List.of(IsoDecoder.whole("file", Reading.words(SimDecoder::path), data));
            case 0x10 -> List.of(Field.of("terminal profile", "", 0, data.length));
            case 0x14, 0xC2 -> TOOLKIT.read(data);
            case 0x88 -> c.cla() == 0xA0 ? Fields.of(data, f -> f.bytes("RAND", 16)) : Fields.of(data, f -> {
                f.lv("RAND", Reading.BYTES);
                if (f.more()) {
                    f.lv("AUTN", Reading.BYTES);
                }
            });
            case 0xD6, 0xDC -> List.of(IsoDecoder.whole(name(file(s)).isEmpty() ? "data" : name(file(s)), content(file(s)), data));
            default -> List.of();
        };
    }

    @Override
    public List<Field> responseData(Standing s, CommandApdu c, byte[] data) {
        if (!isOurs(s, c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case 0x12 -> TOOLKIT.read(data);
            case 0xA4, 0xF2 -> c.cla() == 0xA0 ? Fields.of(data, SimDecoder::oldStatus) : TlvDecoder.isClean(data) ? CONTROL.read(data) : List.of();
            case 0x88 -> c.cla() == 0xA0 ? Fields.of(data, f -> f.bytes("SRES", 4).bytes("Kc", 8)) : Fields.of(data, f -> {
                f.u1("result", n -> n == 0xDB ? WORDS.say("success") : n == 0xDC ? WORDS.say("synchronisation failure") : "GSM");
                while (f.more()) {
                    f.lv("value", Reading.BYTES);
                }
            });
            case 0xB0, 0xB2 -> file(s) == 0 ? List.of() : List.of(IsoDecoder.whole(name(file(s)), content(file(s)), data));
            default -> List.of();
        };
    }

    /** Answers to authentication are session keys. */
    @Override
    public Secrecy secrecy(Standing s, CommandApdu c) {
        return isOurs(s, c) && (c.ins() == 0x88 || c.ins() == 0x89) ? Secrecy.ANSWER : Secrecy.OPEN;
    }

    private static Reading content(int file) {
        return switch (file) {
            case 0x2FE2 -> Reading.words(SimDecoder::swapped);
            case 0x6F07 -> Reading.parts(f -> {
                int n = f.u1("length", x -> WORDS.say("{0} bytes", x));
                f.bytes("IMSI", Math.min(n, f.left()), Reading.words(b -> {
                    String digits = swapped(b);
                    return digits.isEmpty() ? "" : digits.substring(1);
                }));
                f.rest("unused", Reading.BYTES);
            });
            case 0x6F46 -> Reading.parts(f -> {
                f.u1("display condition", Hex::of);
                f.rest("service provider name", Reading.words(b -> Reading.text(Hex.parse(Hex.of(b).replaceAll("(FF)+$", "")))));
            });
            case 0x6F7E -> Reading.parts(f -> {
                f.bytes("TMSI", 4, Reading.HEX);
                f.bytes("LAI: network", 3, Reading.words(SimDecoder::network));
                f.bytes("LAI: location area code", 2, Reading.HEX);
                f.bytes("TMSI time or RFU", 1, Reading.HEX);
                f.u1("location update status", n -> switch (n & 7) {
                    case 0 -> WORDS.say("updated");
                    case 1 -> WORDS.say("not updated");
                    case 2 -> WORDS.say("PLMN not allowed");
                    case 3 -> WORDS.say("location area not allowed");
                    default -> WORDS.say("reserved");
                });
            });
            case 0x6F30, 0x6F7B -> Reading.parts(f -> {
                while (f.more()) {
                    f.bytes("network", 3, Reading.words(SimDecoder::network));
                }
            });
            case 0x6F60, 0x6F62 -> Reading.parts(f -> {
                while (f.more()) {
                    f.bytes("network", 3, Reading.words(SimDecoder::network)).bytes("access technology", 2, Reading.HEX);
                }
            });
            case 0x6FAD -> Reading.parts(f -> {
                f.u1("UE operation mode", n -> n == 0 ? WORDS.say("normal") : Hex.of(n));
                f.bytes("additional information", 2, Reading.HEX);
                if (f.more()) {
                    f.u1("length of MNC in the IMSI");
                }
                f.rest("more", Reading.HEX);
            });
            case 0x6FAE -> Reading.parts(f -> f.u1("phase", n -> n == 0 ? "1" : n == 2 ? "2" : n == 3 ? "2+" : Hex.of(n)));
            case 0x6F78 -> Reading.HEX;
            case 0x6F05, 0x2F05 -> Reading.TEXT;
            default -> b -> Meaning.NONE;
        };
    }

    private static String device(int n) {
        return switch (n) {
            case 0x01 -> WORDS.say("keypad");
            case 0x02 -> WORDS.say("display");
            case 0x03 -> WORDS.say("earpiece");
            case 0x81 -> "UICC";
            case 0x82 -> WORDS.say("terminal");
            case 0x83 -> WORDS.say("network");
            default -> n >= 0x21 && n <= 0x27 ? WORDS.say("channel {0}", n - 0x20) : Hex.of(n);
        };
    }

    /** Digits, the low one of each byte first, F at the end. */
    private static String swapped(byte[] b) {
        return Hex.of(b).replaceAll("(.)(.)", "$2$1").replaceAll("F+$", "");
    }

    /** Country and network code (TS 24.008 §10.5.1.3). */
    private static String network(byte[] b) {
        String d = Hex.of(b);
        if (d.equals("FFFFFF")) {
            return WORDS.say("none");
        }
        char third = d.charAt(2);
        return "MCC " + d.charAt(1) + d.charAt(0) + d.charAt(3) + ", MNC " + d.charAt(5) + d.charAt(4) + (third == 'F' ? "" : String.valueOf(third));
    }

    /** Status of class A0 (TS 51.011 §9.2.1). */
    private static void oldStatus(Fields f) {
        f.bytes("RFU", 2);
        boolean folder = f.peek(4) == 1 || f.peek(4) == 2;
        f.bytes(folder ? "free memory" : "file size", 2, Reading.SIZE);
        f.bytes("file identifier", 2, Reading.words(SimDecoder::path));
        f.u1("type of file", n -> switch (n) {
            case 1 -> "MF";
            case 2 -> "DF";
            case 4 -> "EF";
            default -> WORDS.say("reserved");
        });
        if (folder) {
            f.bytes("RFU", 5);
            f.lv("GSM specific data", Reading.HEX);
            return;
        }
        f.bytes("increase allowed", 1, Reading.HEX);
        f.bytes("access conditions", 3, Reading.HEX);
        f.bytes("file status", 1, Reading.words(b -> (b[0] & 1) != 0 ? WORDS.say("not invalidated") : WORDS.say("invalidated")));
        f.lv("following data", Reading.parts(g -> {
            g.u1("structure", n -> n == 0 ? WORDS.say("transparent") : n == 1 ? WORDS.say("linear fixed") : n == 3 ? WORDS.say("cyclic") : Hex.of(n));
            g.rest("record length", Reading.NUMBER);
        }));
    }
}
