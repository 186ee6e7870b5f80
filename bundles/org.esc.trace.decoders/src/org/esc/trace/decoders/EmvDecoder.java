// SPDX-License-Identifier: EPL-2.0
package org.esc.trace.decoders;

import java.util.ArrayList;
import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.Hex;
import org.esc.apdu.StatusWord;
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

/** Basics of payment cards: EMV 4.3 books 1 and 3, the directories PSE and PPSE. */
@Component(service = Decoder.class)
public final class EmvDecoder implements Decoder {

    private static final Words WORDS = Words.of(EmvDecoder.class);

    private static final Reading AMOUNT = Reading.words(b -> b.length == 6 ? WORDS.say("{0} in the smallest unit", Hex.of(b).replaceFirst("^0+(?=[0-9])", "")) : "");
    private static final Reading VERIFICATION = Reading.parts(f -> {
        f.u1("byte 1", n -> Reading.bits(n, WORDS.say("offline data authentication not performed"), WORDS.say("SDA failed"), WORDS.say("card data missing"),
                WORDS.say("card on exception file"),
                WORDS.say("DDA failed"), WORDS.say("CDA failed"), WORDS.say("SDA selected"), ""));
        f.u1("byte 2", n -> Reading.bits(n, WORDS.say("different application versions"), WORDS.say("expired application"), WORDS.say("application not yet effective"),
                WORDS.say("service not allowed for card"), WORDS.say("new card"), "", "", ""));
        f.u1("byte 3", n -> Reading.bits(n, WORDS.say("cardholder verification failed"), WORDS.say("unrecognised method"), WORDS.say("PIN try limit exceeded"),
                WORDS.say("PIN pad missing"),
                WORDS.say("PIN not entered"), WORDS.say("online PIN entered"), "", ""));
        f.u1("byte 4", n -> Reading.bits(n, WORDS.say("floor limit exceeded"), WORDS.say("lower offline limit exceeded"), WORDS.say("upper offline limit exceeded"),
                WORDS.say("selected at random for online"), WORDS.say("merchant forced online"), "", "", ""));
        f.u1("byte 5", n -> Reading.bits(n, WORDS.say("default TDOL used"), WORDS.say("issuer authentication failed"), WORDS.say("script failed before final GENERATE AC"),
                WORDS.say("script failed after final GENERATE AC"), "", "", "", ""));
    });
    private static final Reading CRYPTOGRAM = Reading.words(b -> b.length == 0 ? "" : cryptogram(b[0]));
    private static final Reading PROFILE = Reading.parts(f -> {
        f.u1("byte 1", n -> Reading.bits(n, "", "SDA", "DDA", WORDS.say("cardholder verification"), WORDS.say("terminal risk management"),
                WORDS.say("issuer authentication"), "", "CDA"));
        f.u1("byte 2");
    });
    private static final Reading LOCATOR = Reading.parts(EmvDecoder::locator);

    private static final Tags NAMES = Tags.NONE.and(0x42, "issuer identification number", Reading.DIGITS).and(0x4F, "application identifier", Reading.AID)
            .and(0x50, "application label", Reading.TEXT).and(0x57, "track 2 equivalent data").and(0x5A, "primary account number")
            .and(0x5F20, "cardholder name").and(0x5F24, "application expiration date", Reading.DATE)
            .and(0x5F25, "application effective date", Reading.DATE).and(0x5F28, "issuer country code", Reading.HEX)
            .and(0x5F2A, "transaction currency code", Reading.HEX).and(0x5F2D, "language preference", Reading.TEXT)
            .and(0x5F30, "service code", Reading.HEX).and(0x5F34, "primary account number sequence number", Reading.HEX)
            .and(0x5F36, "transaction currency exponent", Reading.NUMBER).and(0x61, "application template").and(0x6F, "FCI template")
            .and(0x70, "record template").and(0x71, "issuer script 1").and(0x72, "issuer script 2").and(0x73, "directory discretionary template")
            .and(0x77, "response message template 2").and(0x80, "response message template 1").and(0x81, "amount, authorised (binary)", Reading.NUMBER)
            .and(0x82, "application interchange profile", PROFILE).and(0x83, "command template").and(0x84, "DF name", Reading.AID)
            .and(0x86, "issuer script command").and(0x87, "application priority indicator", Reading.words(b -> b.length == 0 ? "" : b[0] < 0
                    ? WORDS.say("priority {0}, with confirmation", b[0] & 15)
                    : WORDS.say("priority {0}", b[0] & 15))).and(0x88, "SFI of the directory", Reading.NUMBER).and(0x89, "authorisation code", Reading.TEXT)
            .and(0x8A, "authorisation response code", Reading.TEXT).and(0x8C, "CDOL1", Reading.parts(EmvDecoder::objects))
            .and(0x8D, "CDOL2", Reading.parts(EmvDecoder::objects)).and(0x8E, "cardholder verification method list", Reading.parts(EmvDecoder::methods))
            .and(0x8F, "certification authority public key index", Reading.HEX).and(0x90, "issuer public key certificate")
            .and(0x91, "issuer authentication data").and(0x92, "issuer public key remainder").and(0x93, "signed static application data")
            .and(0x94, "application file locator", LOCATOR).and(0x95, "terminal verification results", VERIFICATION)
            .and(0x97, "TDOL", Reading.parts(EmvDecoder::objects)).and(0x9A, "transaction date", Reading.DATE).and(0x9B, "transaction status information",
                    Reading.words(b -> b.length == 0 ? "" : Reading.bits(b[0], WORDS.say("offline data authentication performed"),
                            WORDS.say("cardholder verification performed"), WORDS.say("card risk management performed"), WORDS.say("issuer authentication performed"),
                            WORDS.say("terminal risk management performed"), WORDS.say("script processing performed"), "", "")))
            .and(0x9C, "transaction type", Reading.words(b -> switch (b.length == 1 ? b[0] : -1) {
                case 0 -> WORDS.say("purchase");
                case 1 -> WORDS.say("cash advance");
                case 9 -> WORDS.say("purchase with cashback");
                case 0x20 -> WORDS.say("refund");
                case 0x30, 0x31 -> WORDS.say("balance inquiry");
                default -> Hex.of(b);
            })).and(0x9D, "DDF name", Reading.AID).and(0x9F01, "acquirer identifier", Reading.HEX).and(0x9F02, "amount, authorised", AMOUNT)
            .and(0x9F03, "amount, other", AMOUNT).and(0x9F06, "application identifier of the terminal", Reading.AID)
            .and(0x9F07, "application usage control", Reading.HEX).and(0x9F08, "application version number of the card", Reading.HEX)
            .and(0x9F09, "application version number of the terminal", Reading.HEX).and(0x9F0B, "cardholder name, extended")
            .and(0x9F0D, "issuer action code: default", VERIFICATION).and(0x9F0E, "issuer action code: denial", VERIFICATION)
            .and(0x9F0F, "issuer action code: online", VERIFICATION).and(0x9F10, "issuer application data", Reading.HEX)
            .and(0x9F11, "issuer code table index", Reading.NUMBER).and(0x9F12, "application preferred name", Reading.TEXT)
            .and(0x9F13, "last online ATC", Reading.NUMBER).and(0x9F17, "PIN try counter", Reading.NUMBER).and(0x9F1A, "terminal country code", Reading.HEX)
            .and(0x9F1B, "terminal floor limit", Reading.NUMBER).and(0x9F1C, "terminal identification", Reading.TEXT)
            .and(0x9F1E, "interface device serial number", Reading.TEXT).and(0x9F1F, "track 1 discretionary data").and(0x9F20, "track 2 discretionary data")
            .and(0x9F21, "transaction time", Reading.words(b -> b.length == 3 ? Hex.of(b).replaceFirst("(..)(..)(..)", "$1:$2:$3") : ""))
            .and(0x9F26, "application cryptogram").and(0x9F27, "cryptogram information data", CRYPTOGRAM).and(0x9F2D, "PIN encipherment public key certificate")
            .and(0x9F32, "issuer public key exponent", Reading.NUMBER).and(0x9F33, "terminal capabilities", Reading.HEX)
            .and(0x9F34, "cardholder verification results", Reading.HEX).and(0x9F35, "terminal type", Reading.HEX)
            .and(0x9F36, "application transaction counter", Reading.NUMBER).and(0x9F37, "unpredictable number").and(0x9F38, "PDOL",
                    Reading.parts(EmvDecoder::objects)).and(0x9F40, "additional terminal capabilities", Reading.HEX)
            .and(0x9F42, "application currency code", Reading.HEX).and(0x9F44, "application currency exponent", Reading.NUMBER)
            .and(0x9F45, "data authentication code", Reading.HEX).and(0x9F46, "card public key certificate").and(0x9F47, "card public key exponent", Reading.NUMBER)
            .and(0x9F48, "card public key remainder").and(0x9F49, "DDOL", Reading.parts(EmvDecoder::objects))
            .and(0x9F4A, "static data authentication tag list", Reading.HEX).and(0x9F4B, "signed dynamic application data").and(0x9F4C, "card dynamic number")
            .and(0x9F4D, "log entry", Reading.HEX).and(0x9F4E, "merchant name and location", Reading.TEXT).and(0x9F4F, "log format",
                    Reading.parts(EmvDecoder::objects)).and(0x9F66, "terminal transaction qualifiers", Reading.HEX)
            .and(0x9F6C, "card transaction qualifiers", Reading.HEX).and(0xA5, "FCI proprietary template").and(0xBF0C, "FCI issuer discretionary data");

    @Override
    public int rank(Standing standing) {
        return standing.application().filter(a -> isPayment(a.toString())).isPresent() ? APPLICATION : 0;
    }

    private static boolean isPayment(String aid) {
        if (aid.equals("315041592E5359532E4444463031") || aid.equals("325041592E5359532E4444463031")) {
            return true;
        }
        String rid = aid.substring(0, 10);
        return switch (rid) {
            case "A000000003" -> !KnownAids.name(Hex.parse(aid)).startsWith("card manager");
            case "A000000004", "A000000025", "A000000065", "A000000152", "A000000333", "A000000277", "D276000025", "A000000359", "A000000042" -> true;
            default -> false;
        };
    }

    @Override
    public String command(Standing standing, CommandApdu c) {
        return switch (c.cla() << 8 | c.ins()) {
            case 0x80A8 -> "GET PROCESSING OPTIONS";
            case 0x80AE -> "GENERATE AC";
            case 0x80CA -> "GET DATA";
            case 0x802A -> "COMPUTE CRYPTOGRAPHIC CHECKSUM";
            case 0x841E, 0x8C1E -> "APPLICATION BLOCK";
            case 0x8418, 0x8C18 -> "APPLICATION UNBLOCK";
            case 0x8416, 0x8C16 -> "CARD BLOCK";
            case 0x8424, 0x8C24 -> "PIN CHANGE/UNBLOCK";
            case 0x04DA, 0x0CDA -> "PUT DATA";
            case 0x0088 -> "INTERNAL AUTHENTICATE";
            default -> "";
        };
    }

    @Override
    public String summary(Standing standing, CommandApdu c) {
        return switch (c.cla() << 8 | c.ins()) {
            case 0x80AE -> WORDS.say("request {0}", cryptogram(c.p1()));
            case 0x80CA -> {
                int tag = c.p1() << 8 | c.p2();
                yield (NAMES.name(tag) + " (%04X)".formatted(tag)).strip();
            }
            default -> "";
        };
    }

    @Override
    public String meaning(Standing standing, CommandApdu c, StatusWord sw) {
        return switch (c.ins() << 16 | sw.value()) {
            case 0xA46283 -> WORDS.say("application is blocked");
            case 0xA46A81 -> WORDS.say("card is blocked, or it cannot select");
            case 0xA86985 -> WORDS.say("this transaction is not possible with the application");
            case 0xB26A83 -> WORDS.say("no more records");
            case 0x206984, 0x206983 -> WORDS.say("PIN blocked");
            default -> "";
        };
    }

    @Override
    public List<Field> parameters(Standing standing, CommandApdu c) {
        return switch (c.cla() << 8 | c.ins()) {
            case 0x80AE -> Fields.parameters(cryptogram(c.p1()) + ((c.p1() & 0x10) != 0 ? ", " + WORDS.say("CDA requested") : ""), "");
            case 0x80CA -> Fields.together("tag", summary(standing, c));
            case 0x0020 -> Fields.parameters("", switch (c.p2()) {
                case 0x80 -> WORDS.say("plaintext PIN");
                case 0x88 -> WORDS.say("enciphered PIN");
                default -> "";
            });
            default -> List.of();
        };
    }

    @Override
    public List<Field> commandData(Standing standing, CommandApdu c, byte[] data) {
        return switch (c.cla() << 8 | c.ins()) {
            case 0x80A8 -> Tags.NONE.and(0x83, "values of the PDOL's objects").read(data);
            case 0x80AE -> List.of(Field.of("values of the CDOL's objects", "", 0, data.length));
            case 0x0088 -> List.of(Field.of("values of the DDOL's objects", "", 0, data.length));
            case 0x0082 -> Fields.of(data, f -> f.bytes("authorisation response cryptogram", 8).rest("issuer's own data", Reading.HEX));
            default -> List.of();
        };
    }

    @Override
    public List<Field> responseData(Standing standing, CommandApdu c, byte[] data) {
        boolean short80 = data.length > 2 && data[0] == (byte) 0x80 && data[1] == data.length - 2;
        return switch (c.cla() << 8 | c.ins()) {
            case 0x80A8 -> short80 ? NAMES.and(0x80, "response message template 1", Reading.parts(f -> f.bytes("application interchange profile", 2, PROFILE)
                    .rest("application file locator", LOCATOR))).read(data) : NAMES.read(data);
            case 0x80AE -> short80 ? NAMES.and(0x80, "response message template 1", Reading.parts(f -> f.bytes("cryptogram information data", 1, CRYPTOGRAM)
                    .bytes("application transaction counter", 2, Reading.NUMBER).bytes("application cryptogram", 8)
                    .rest("issuer application data", Reading.HEX))).read(data) : NAMES.read(data);
            case 0x0088 -> short80 ? NAMES.and(0x80, "signed dynamic application data").read(data) : NAMES.read(data);
            case 0x00A4, 0x00B2, 0x80CA -> TlvDecoder.isClean(data) ? NAMES.read(data) : List.of();
            default -> List.of();
        };
    }

    private static String cryptogram(int b) {
        return switch (b & 0xC0) {
            case 0x00 -> WORDS.say("AAC (declined)");
            case 0x40 -> WORDS.say("TC (approved offline)");
            case 0x80 -> WORDS.say("ARQC (go online)");
            default -> WORDS.say("reserved");
        };
    }

    /** Tags and lengths, as data object lists have them. */
    private static void objects(Fields f) {
        while (f.more()) {
            int n = (f.peek(0) & 0x1F) != 0x1F ? 1 : (f.peek(1) & 0x80) != 0 ? 3 : 2;
            int tag = (int) Reading.number(f.next(n));
            String name = NAMES.name(tag);
            f.bytes("%02X %s".formatted(tag, name.isEmpty() ? "data object" : name), Math.min(n + 1, Math.max(1, f.left())),
                    b -> Meaning.of(b.length > n ? WORDS.say("{0} bytes", b[n] & 0xFF) : WORDS.say("cut short")));
        }
    }

    private static void methods(Fields f) {
        f.number("amount X", 4);
        f.number("amount Y", 4);
        while (f.more()) {
            f.group("rule", r -> {
                r.u1("method", n -> (switch (n & 0x3F) {
                    case 0 -> WORDS.say("fail");
                    case 1 -> WORDS.say("plaintext PIN by the card");
                    case 2 -> WORDS.say("enciphered PIN online");
                    case 3 -> WORDS.say("plaintext PIN by the card and signature");
                    case 4 -> WORDS.say("enciphered PIN by the card");
                    case 5 -> WORDS.say("enciphered PIN by the card and signature");
                    case 0x1E -> WORDS.say("signature");
                    case 0x1F -> WORDS.say("none");
                    default -> WORDS.say("method {0}", Hex.of(n & 0x3F));
                }) + ((n & 0x40) != 0 ? ", " + WORDS.say("else the next rule") : ", " + WORDS.say("else fail")));
                r.u1("condition", n -> switch (n) {
                    case 0 -> WORDS.say("always");
                    case 1 -> WORDS.say("unattended cash");
                    case 2 -> WORDS.say("no cash");
                    case 3 -> WORDS.say("if the terminal supports it");
                    case 4 -> WORDS.say("manual cash");
                    case 5 -> WORDS.say("purchase with cashback");
                    case 6 -> WORDS.say("under X");
                    case 7 -> WORDS.say("over X");
                    case 8 -> WORDS.say("under Y");
                    case 9 -> WORDS.say("over Y");
                    default -> Hex.of(n);
                });
            });
        }
    }

    private static void locator(Fields f) {
        while (f.more()) {
            var words = new ArrayList<String>();
            byte[] b = f.next(4);
            if (b.length == 4) {
                words.add("SFI %02X".formatted((b[0] & 0xFF) >> 3));
                words.add(WORDS.say("records {0} to {1}", b[1] & 0xFF, b[2] & 0xFF));
                words.add(WORDS.say("{0} for offline authentication", b[3] & 0xFF));
            }
            f.bytes("records to read", 4, Reading.words(_ -> String.join(", ", words)));
        }
    }
}
