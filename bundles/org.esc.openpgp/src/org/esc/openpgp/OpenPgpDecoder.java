// SPDX-License-Identifier: EPL-2.0
package org.esc.openpgp;

import java.time.Instant;
import java.util.List;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Tlv;
import org.esc.apdu.Words;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.esc.trace.fields.Fields;
import org.esc.trace.fields.Meaning;
import org.esc.trace.fields.Reading;
import org.esc.trace.fields.Tags;
import org.osgi.service.component.annotations.Component;

/** The application's words in traces. */
@Component(service = Decoder.class)
public final class OpenPgpDecoder implements Decoder {

    private static final Words WORDS = Words.of(OpenPgpDecoder.class);

    private static final Reading ATTRIBUTES = Reading.words(b -> AlgorithmAttributes.parse(b).words());
    private static final Reading FINGERPRINT = Reading.words(b -> Reading.number(b) == 0 && b[0] == 0 ? WORDS.say("none") : Fingerprint.words(b));
    private static final Reading DATE = Reading.words(b -> Reading.number(b) == 0 ? WORDS.say("none") : Instant.ofEpochSecond(Reading.number(b)).toString());
    private static final Reading AID = Reading.words(b -> {
        CardAid a = CardAid.parse(b);
        return WORDS.say("version {0}, {1}, serial number {2}", a.versionText(), a.manufacturerText(), a.serialText());
    });
    private static final Reading SALT_COUNT = Reading.words(b -> WORDS.say("{0} bytes", Reading.number(b)));

    private static final Tags OBJECTS = objects();

    private static Tags objects() {
        Tags t = Tags.NONE.and(Tag.AID, Tag.name(Tag.AID), AID).and(Tag.HISTORICAL_BYTES, Tag.name(Tag.HISTORICAL_BYTES), Reading.HISTORICAL)
                .and(Tag.CAPABILITIES, Tag.name(Tag.CAPABILITIES), Reading.words(b -> String.join(", ", ExtendedCapabilities.parse(b).words())))
                .and(Tag.PASSWORD_STATUS, Tag.name(Tag.PASSWORD_STATUS), Reading.parts(OpenPgpDecoder::passwords))
                .and(Tag.FINGERPRINTS, Tag.name(Tag.FINGERPRINTS), Reading.parts(f -> each(f, Fingerprint.LENGTH, FINGERPRINT)))
                .and(Tag.CA_FINGERPRINTS, Tag.name(Tag.CA_FINGERPRINTS), Reading.parts(f -> {
                    for (int i = 1; f.more(); i++) {
                        f.bytes("CA fingerprint " + i, Fingerprint.LENGTH, FINGERPRINT);
                    }
                })).and(Tag.GENERATION_DATES, Tag.name(Tag.GENERATION_DATES), Reading.parts(f -> each(f, 4, DATE)))
                .and(Tag.KEY_INFORMATION, Tag.name(Tag.KEY_INFORMATION), Reading.parts(f -> {
                    while (f.more()) {
                        f.u1("key", n -> n >= 1 && n <= 3 ? key(KeySlot.values()[n - 1]) : String.valueOf(n));
                        f.u1("status", n -> n == 0 ? WORDS.say("not there") : n == 1 ? WORDS.say("made on the card") : n == 2
                                ? WORDS.say("imported") : String.valueOf(n));
                    }
                })).and(Tag.NAME, Tag.name(Tag.NAME), Reading.TEXT).and(Tag.LOGIN, Tag.name(Tag.LOGIN), Reading.TEXT)
                .and(Tag.LANGUAGE, Tag.name(Tag.LANGUAGE), Reading.TEXT).and(Tag.URL, Tag.name(Tag.URL), Reading.TEXT)
                .and(Tag.SEX, Tag.name(Tag.SEX), Reading.words(b -> switch (b.length == 1 ? b[0] : 0) {
                    case '1' -> WORDS.say("Mr.");
                    case '2' -> WORDS.say("Ms.");
                    case '9' -> WORDS.say("none");
                    default -> WORDS.say("not told");
                })).and(Tag.SIGNATURE_COUNTER, Tag.name(Tag.SIGNATURE_COUNTER), Reading.NUMBER)
                .and(Tag.CARDHOLDER, Tag.name(Tag.CARDHOLDER)).and(Tag.APPLICATION, Tag.name(Tag.APPLICATION))
                .and(Tag.DISCRETIONARY, Tag.name(Tag.DISCRETIONARY)).and(Tag.SECURITY_SUPPORT, Tag.name(Tag.SECURITY_SUPPORT))
                .and(Tag.EXTENDED_LENGTH, Tag.name(Tag.EXTENDED_LENGTH), Tags.NONE
                .and(0x02, "most bytes of a command, then of an answer", Reading.NUMBER))
                .and(Tag.FEATURES, Tag.name(Tag.FEATURES), Tags.NONE
                .and(0x81, "features", Reading.flags(WORDS.say("display"), WORDS.say("biometric input"),
                        WORDS.say("button"), WORDS.say("keypad"), WORDS.say("LED"), WORDS.say("loudspeaker"), WORDS.say("microphone"), WORDS.say("touchscreen"))))
                .and(Tag.CERTIFICATE, Tag.name(Tag.CERTIFICATE), b -> b.length > 0 && b[0] == 0x30 ? Reading.DER.read(b) : Reading.TLV.read(b))
                .and(Tag.RESETTING_CODE, Tag.name(Tag.RESETTING_CODE)).and(Tag.AES_KEY, Tag.name(Tag.AES_KEY))
                .and(Tag.KDF, Tag.name(Tag.KDF), Reading.tags(Tags.NONE
                .and(0x81, "algorithm", Reading.words(b -> b.length == 1 ? b[0] == 0 ? WORDS.say("none")
                        : b[0] == 3 ? WORDS.say("iterated and salted") : String.valueOf(b[0]) : ""))
                        .and(0x82, "hash", Reading.words(b -> b.length != 1 ? ""
                                : b[0] == Kdf.SHA256 ? "SHA-256" : b[0] == Kdf.SHA512 ? "SHA-512" : String.valueOf(b[0])))
                                .and(0x83, "bytes to hash", SALT_COUNT)
                        .and(0x84, "salt of PW1").and(0x85, "salt of the resetting code").and(0x86, "salt of PW3")
                        .and(0x87, "hash of the initial PW1")
                        .and(0x88, "hash of the initial PW3")))
                .and(Tag.ALGORITHM_INFORMATION, Tag.name(Tag.ALGORITHM_INFORMATION), b -> Reading.tags(OpenPgpDecoder.OBJECTS).read(b))
                .and(Tag.PUBLIC_KEY, "public key", Tags.NONE.and(0x81, "modulus", Reading.words(b -> WORDS.say("{0} bits", 8 * b.length)))
                        .and(0x82, "public exponent", Reading.NUMBER).and(Tag.POINT, "public point"));
        for (KeySlot s : KeySlot.values()) {
            t = t.and(s.attributes(), Tag.name(s.attributes()), ATTRIBUTES).and(s.fingerprint(), Tag.name(s.fingerprint()), FINGERPRINT)
                    .and(s.caFingerprint(), Tag.name(s.caFingerprint()), FINGERPRINT).and(s.date(), Tag.name(s.date()), DATE)
                    .and(s.interaction(), Tag.name(s.interaction()), Reading.parts(f -> {
                        f.u1("button", n -> n == 0 ? WORDS.say("not needed") : n == 1 ? WORDS.say("needed") : n == 2 ? WORDS.say("needed for good")
                                : String.valueOf(n));
                        f.rest("features", Reading.HEX);
                    })).and(s.reference(), s.standard() + " key");
        }
        for (int i = 0; i < 4; i++) {
            t = t.and(Tag.PRIVATE_USE + i, Tag.name(Tag.PRIVATE_USE + i));
        }
        return t;
    }

    private static void each(Fields f, int length, Reading reading) {
        for (KeySlot s : KeySlot.values()) {
            f.bytes(s.standard() + " key", length, reading);
        }
        while (f.left() >= length) {
            f.bytes("another key", length, reading);
        }
    }

    private static String key(KeySlot s) {
        return WORDS.say("{0} key", s.words());
    }

    private static String longest(int n) {
        return (n & 0x80) != 0 ? WORDS.say("{0} bytes, PIN block format 2", n & 0x7F) : WORDS.say("{0} bytes", n & 0x7F);
    }

    private static void passwords(Fields f) {
        f.u1("PW1 for signatures", n -> n == 0 ? WORDS.say("good for one") : WORDS.say("good for several"));
        f.u1("longest PW1", OpenPgpDecoder::longest);
        f.u1("longest resetting code", n -> WORDS.say("{0} bytes", n));
        f.u1("longest PW3", OpenPgpDecoder::longest);
        f.u1("tries left of PW1");
        f.u1("tries left of the resetting code");
        f.u1("tries left of PW3");
    }

    @Override
    public int rank(Standing standing) {
        return standing.application().filter(selected -> selected.startsWith(CardAid.PREFIX.bytes())).isPresent() ? APPLICATION : 0;
    }

    private static boolean isOurs(CommandApdu c) {
        return (c.cla() & ~0x1F) == 0;
    }

    @Override
    public String command(Standing standing, CommandApdu command) {
        return Ins.name(command).orElse("");
    }

    @Override
    public String meaning(Standing standing, CommandApdu command, StatusWord sw) {
        return OpenPgpStatus.meaning(sw);
    }

    @Override
    public String summary(Standing standing, CommandApdu c) {
        if (!isOurs(c)) {
            return "";
        }
        return switch (c.ins()) {
            case Ins.VERIFY, Ins.CHANGE_REFERENCE_DATA -> password(c.p2());
            case Ins.GENERATE_KEY_PAIR, Ins.PUT_DATA_ODD -> slot(c.data());
            default -> "";
        };
    }

    private static String password(int p2) {
        return switch (p2) {
            case Ins.PW1_SIGN -> WORDS.say("PW1 for signatures");
            case Ins.PW1 -> "PW1";
            case Ins.PW3 -> "PW3";
            default -> "%02X".formatted(p2);
        };
    }

    /** The key that a control reference template among the data is about. */
    private static String slot(byte[] data) {
        List<Tlv> all = Tlv.parseBeginning(data).stream().map(Tlv.Placed::tlv).toList();
        for (KeySlot s : KeySlot.values()) {
            if (Tlv.find(all, s.reference()).isPresent()) {
                return key(s);
            }
        }
        return "";
    }

    @Override
    public List<Field> parameters(Standing standing, CommandApdu c) {
        if (!isOurs(c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case Ins.VERIFY -> Fields.parameters(c.p1() == 0xFF ? WORDS.say("take the verification back") : WORDS.say("verify"), password(c.p2()));
            case Ins.CHANGE_REFERENCE_DATA -> Fields.parameters("", password(c.p2()));
            case Ins.RESET_RETRY_COUNTER -> Fields.parameters(c.p1() == 2 ? WORDS.say("after PW3") : WORDS.say("with the resetting code"), password(c.p2()));
            case Ins.GET_DATA, Ins.GET_NEXT_DATA, Ins.PUT_DATA -> Fields.together("tag", Tag.name(c.p1() << 8 | c.p2()));
            case Ins.GENERATE_KEY_PAIR -> Fields.parameters(c.p1() == Ins.READ_PUBLIC ? WORDS.say("read the public key") : WORDS.say("make a key pair"), "");
            case Ins.SELECT_DATA -> Fields.parameters(WORDS.say("occurrence {0}", c.p1()), "");
            default -> List.of();
        };
    }

    @Override
    public List<Field> commandData(Standing standing, CommandApdu c, byte[] data) {
        if (!isOurs(c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case Ins.VERIFY -> List.of(Field.of("password", "", 0, data.length));
            case Ins.CHANGE_REFERENCE_DATA -> List.of(Field.of("old and new password", "", 0, data.length));
            case Ins.RESET_RETRY_COUNTER -> List.of(Field.of(c.p1() == 2 ? "new password"
                    : "resetting code and new password", "", 0, data.length));
            case Ins.PUT_DATA -> value(c.p1() << 8 | c.p2(), data);
            case Ins.PUT_DATA_ODD -> Tags.NONE.and(Tag.EXTENDED_HEADER, "extended header list", Tags.NONE
                    .and(Tag.PRIVATE_KEY_TEMPLATE, "lengths of the parts", Reading.BYTES).and(Tag.PRIVATE_KEY, "parts of the private key"))
                    .and(OBJECTS).read(data);
            case Ins.GENERATE_KEY_PAIR -> OBJECTS.read(data);
            case Ins.SELECT_DATA -> Tags.NONE.and(0x60, "general reference", Tags.NONE
                    .and(0x5C, "tag list", Reading.words(b -> Tag.name((int) Reading.number(b)))))
                    .read(data);
            case Ins.PERFORM_SECURITY_OPERATION -> switch (c.p1() << 8 | c.p2()) {
                case Ins.COMPUTE_SIGNATURE -> List.of(field("value to sign", Reading.DER, data));
                case Ins.DECIPHER -> data.length > 0 && (data[0] & 0xFF) == Tag.CIPHER
                        ? Tags.NONE.and(Tag.CIPHER, "cipher object", OBJECTS).read(data) : Fields.of(data, f -> {
                            f.u1("padding indicator", n -> n == Ins.PADDING_AES ? "AES" : n == Ins.PADDING_RSA ? "RSA" : String.valueOf(n));
                            f.rest("cryptogram", Reading.BYTES);
                        });
                default -> List.of();
            };
            case Ins.INTERNAL_AUTHENTICATE -> List.of(field("authentication input", Reading.DER, data));
            default -> List.of();
        };
    }

    private static Field field(String name, Reading reading, byte[] data) {
        Meaning m = reading.readSafely(data);
        return Field.of(name, m.words(), 0, data.length, m.parts());
    }

    /** The value of an object without its tag and length. */
    private static List<Field> value(int tag, byte[] data) {
        byte[] object = Tlv.of(tag, data).encoded();
        int head = object.length - data.length;
        List<Field> all = OBJECTS.read(object);
        if (all.size() != 1 || Tag.name(tag).isEmpty()) {
            return List.of();
        }
        Field f = all.getFirst();
        return List.of(Field.of(f.name(), f.value(), 0, data.length, f.children().stream().map(x -> x.moved(-head)).toList()));
    }

    @Override
    public List<Field> responseData(Standing standing, CommandApdu c, byte[] data) {
        if (!isOurs(c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case Ins.GET_DATA, Ins.GET_NEXT_DATA -> {
                int tag = c.p1() << 8 | c.p2();
                // a card gives constructed objects with their tag or without, simple ones without
                yield startsWith(data, tag) ? OBJECTS.read(data) : value(tag, data);
            }
            case Ins.GENERATE_KEY_PAIR -> OBJECTS.read(data);
            case Ins.GET_CHALLENGE -> List.of(Field.of("challenge", "", 0, data.length));
            case Ins.PERFORM_SECURITY_OPERATION -> List.of(Field.of(switch (c.p1() << 8 | c.p2()) {
                case Ins.COMPUTE_SIGNATURE -> "digital signature";
                case Ins.DECIPHER -> "plain value";
                default -> "cryptogram";
            }, "", 0, data.length));
            case Ins.INTERNAL_AUTHENTICATE -> List.of(Field.of("digital signature", "", 0, data.length));
            default -> List.of();
        };
    }

    private static boolean startsWith(byte[] data, int tag) {
        List<Tlv.Placed> all = Tlv.parseBeginning(data);
        return all.size() == 1 && all.getFirst().offset() == 0 && all.getFirst().tlv().tag() == tag;
    }
}
