// SPDX-License-Identifier: EPL-2.0
package org.esc.coolkey;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.esc.apdu.CommandApdu;
import org.esc.apdu.StatusWord;
import org.esc.apdu.Words;
import org.esc.trace.Decoder;
import org.esc.trace.Field;
import org.esc.trace.Standing;
import org.esc.trace.fields.Fields;
import org.esc.trace.fields.Reading;
import org.esc.trace.fields.Wrapped;
import org.osgi.service.component.annotations.Component;

/** The applet's words in traces. */
@Component(service = Decoder.class)
public final class CoolKeyDecoder implements Decoder {

    private static final Words WORDS = Words.of(CoolKeyDecoder.class);

    private static final Reading OBJECT = Reading.words(b -> b.length == 4 ? object(ObjectId.of(b, 0)) : "");
    private static final Reading ACCESS = Reading.words(b -> b.length == 2 ? identities(Numbers.int2(b, 0)) : "");
    private static final Reading RULES = Reading.parts(f -> f.bytes("read", 2, ACCESS).bytes("write", 2, ACCESS)
            .bytes("delete or use", 2, ACCESS));

    @Override
    public int rank(Standing standing) {
        return standing.application().filter(selected -> selected.equals(Ins.APPLET)).isPresent() ? APPLICATION : 0;
    }

    @Override
    public String command(Standing standing, CommandApdu command) {
        // what a secure channel has unwrapped has lost the bit that says so
        int cla = (command.cla() & 0xFC) == 0x80 ? command.cla() | 0x04 : command.cla();
        return Ins.name(cla, command.ins());
    }

    @Override
    public String meaning(Standing standing, CommandApdu command, StatusWord sw) {
        return sw.sw1() == 0x9C ? CoolKeyStatus.meaning(sw) : "";
    }

    private boolean isOurs(CommandApdu c) {
        return !command(Standing.UNKNOWN, c).isEmpty() && c.ins() != Ins.EXTERNAL_AUTHENTICATE;
    }

    /** Whether the data of a command about an object can be read: not what a secure channel encrypted, which has other lengths. */
    private static boolean isReadable(Standing s, CommandApdu c) {
        if (!Wrapped.isWrapped(c) || (s.security().level() & 2) == 0) {
            return true;
        }
        byte[] d = c.data();
        return switch (c.ins()) {
            case Ins.WRITE_OBJECT -> d.length >= 9 && d.length == 9 + (d[8] & 0xFF);
            case Ins.READ_OBJECT -> d.length == 9;
            case Ins.CREATE_OBJECT -> d.length == 8 + Acl.LENGTH;
            default -> d.length == 4;
        };
    }

    @Override
    public String summary(Standing standing, CommandApdu c) {
        if (!isOurs(c)) {
            return "";
        }
        byte[] d = c.data();
        return switch (c.ins()) {
            case Ins.VERIFY_PIN, Ins.CHANGE_PIN, Ins.CREATE_PIN, Ins.PIN_TRIES, Ins.SET_PIN -> "PIN " + c.p1();
            case Ins.READ_OBJECT, Ins.WRITE_OBJECT -> d.length < 9 || !isReadable(standing, c) ? ""
                    : WORDS.say("{0}, {1} bytes at {2}", object(ObjectId.of(d, 0)), d[8] & 0xFF, Integer.toUnsignedString(Numbers.int4(d, 4)));
            case Ins.CREATE_OBJECT, Ins.DELETE_OBJECT -> d.length < 4 || !isReadable(standing, c) ? "" : object(ObjectId.of(d, 0));
            case Ins.LIST_OBJECTS, Ins.LIST_KEYS -> c.p1() == 0 ? WORDS.say("first") : WORDS.say("next");
            case Ins.COMPUTE_CRYPT, Ins.ECC_SIGN, Ins.ECC_KEY_AGREEMENT -> WORDS.say("key {0}", c.p1());
            case Ins.START_ENROLLMENT, Ins.START_ENROLLMENT_EC, Ins.IMPORT_KEY_ENCRYPTED -> WORDS.say("private key {0}, public key {1}", c.p1() & 15, c.p2() & 15);
            case Ins.SET_LIFECYCLE -> LifeCycle.of(c.p1()).label();
            default -> "";
        };
    }

    /** As {@link #object}, the same in every language. */
    private static String name(ObjectId id) {
        return id.isIo() ? "I/O object" : id.equals(ObjectId.KEY_BLOB) ? "key blob" : id.equals(ObjectId.COMBINED) ? "all objects (z0)"
                : id.letter() > ' ' && id.letter() < 0x7F && id.index() >= 0 ? "object " + id.letter() + id.index() : id.toString();
    }

    private static String object(ObjectId id) {
        return id.isIo() ? WORDS.say("I/O object") : id.equals(ObjectId.KEY_BLOB) ? WORDS.say("key blob") : id.equals(ObjectId.COMBINED)
                ? WORDS.say("all objects (z0)")
                : id.letter() > ' ' && id.letter() < 0x7F && id.index() >= 0 ? WORDS.say("object {0}{1}", id.letter(), id.index()) : id.toString();
    }

    private static String identities(int acl) {
        if (acl == Acl.ANYONE || acl == Acl.NOBODY) {
            return acl == Acl.ANYONE ? WORDS.say("anyone") : WORDS.say("nobody");
        }
        var who = new ArrayList<String>();
        for (int i = 0; i < 16; i++) {
            if ((acl & 1 << i) != 0) {
                who.add(i == Ins.IDENTITY_USER ? WORDS.say("user PIN") : i == Ins.IDENTITY_RA ? WORDS.say("secure channel") : WORDS.say("identity {0}", i));
            }
        }
        return String.join(", ", who);
    }

    @Override
    public List<Field> parameters(Standing standing, CommandApdu c) {
        if (!isOurs(c)) {
            return List.of();
        }
        return switch (c.ins()) {
            case Ins.VERIFY_PIN, Ins.CHANGE_PIN, Ins.PIN_TRIES, Ins.SET_PIN -> Fields.parameters("PIN " + c.p1(), "");
            case Ins.CREATE_PIN -> Fields.parameters("PIN " + c.p1(), WORDS.say("{0} tries", c.p2()));
            case Ins.LIST_OBJECTS, Ins.LIST_KEYS -> Fields.parameters(c.p1() == 0 ? WORDS.say("first") : WORDS.say("next"), "");
            case Ins.COMPUTE_CRYPT, Ins.ECC_SIGN, Ins.ECC_KEY_AGREEMENT -> Fields.parameters(WORDS.say("key {0}", c.p1()), switch (c.p2()) {
                case Ins.CRYPT_INIT -> WORDS.say("begin");
                case Ins.CRYPT_PROCESS -> WORDS.say("go on");
                case Ins.CRYPT_FINAL -> WORDS.say("end");
                case Ins.CRYPT_ONE_STEP -> WORDS.say("in one step");
                default -> "";
            });
            case Ins.START_ENROLLMENT, Ins.START_ENROLLMENT_EC, Ins.IMPORT_KEY_ENCRYPTED -> Fields.parameters(
                    WORDS.say("private key {0}, owner {1}", c.p1() & 15, owner(c.p1() >> 4)), WORDS.say("public key {0}, usage {1}", c.p2() & 15, c.p2() >> 4));
            case Ins.IMPORT_KEY -> Fields.parameters(WORDS.say("key {0}", c.p1()), WORDS.say("mate {0}", c.p2()));
            case Ins.DELETE_OBJECT -> Fields.parameters("", c.p2() == 1 ? WORDS.say("overwrite with zeros") : "");
            case Ins.LOGOUT -> Fields.parameters(WORDS.say("identity {0}", c.p1()), "");
            case Ins.SET_LIFECYCLE -> Fields.parameters(LifeCycle.of(c.p1()).label(), "");
            default -> List.of();
        };
    }

    private static String owner(int n) {
        return n == Ins.IDENTITY_DEFAULT ? WORDS.say("anyone") : n == Ins.IDENTITY_USER ? WORDS.say("user PIN") : WORDS.say("identity {0}", n);
    }

    @Override
    public List<Field> commandData(Standing standing, CommandApdu c, byte[] data) {
        return isOurs(c) ? Wrapped.command(standing, c, data, plain -> fields(c, plain)) : List.of();
    }

    private static List<Field> fields(CommandApdu c, byte[] data) {
        boolean nonce = c.cla() == Ins.CLA_PUBLIC;
        return switch (c.ins()) {
            case Ins.VERIFY_PIN, Ins.CREATE_PIN, Ins.SET_PIN -> List.of(Field.of("PIN", "", 0, data.length));
            case Ins.CHANGE_PIN -> Fields.of(data, f -> f.lv("old PIN", Reading.BYTES).lv("new PIN", Reading.BYTES));
            case Ins.READ_OBJECT -> Fields.of(data, f -> tail(nonce, f, CoolKeyDecoder::place));
            case Ins.WRITE_OBJECT -> Fields.of(data, f -> tail(nonce, f, g -> {
                place(g);
                g.bytes("data", Math.max(0, g.left() - (nonce ? Ins.NONCE_LENGTH : 0)), Reading.BYTES);
            }));
            case Ins.CREATE_OBJECT -> Fields.of(data, f -> tail(nonce, f, g -> {
                g.bytes("object", 4, OBJECT).number("size", 4);
                g.bytes("access rules", 6, RULES);
            }));
            case Ins.DELETE_OBJECT -> Fields.of(data, f -> tail(nonce, f, g -> g.bytes("object", 4, OBJECT)));
            case Ins.COMPUTE_CRYPT -> Fields.of(data, f -> tail(nonce, f, g -> {
                if (c.p2() == Ins.CRYPT_INIT || c.p2() == Ins.CRYPT_ONE_STEP) {
                    g.u1("mode", n -> n == Ins.MODE_NO_PADDING ? WORDS.say("no padding") : n == 1 ? "PKCS #1" : String.valueOf(n));
                    g.u1("direction", n -> n == Ins.DIRECTION_ENCRYPT ? WORDS.say("encrypt") : n == Ins.DIRECTION_DECRYPT ? WORDS.say("decrypt")
                            : String.valueOf(n));
                }
                chunk(g);
            }));
            case Ins.ECC_SIGN, Ins.ECC_KEY_AGREEMENT -> Fields.of(data, f -> tail(nonce, f, CoolKeyDecoder::chunk));
            case Ins.START_ENROLLMENT, Ins.START_ENROLLMENT_EC -> Fields.of(data, f -> {
                f.u1("wrapping algorithm", CoolKeyDecoder::algorithm);
                f.number("key size", 2);
                f.u1("option");
                f.u1("type");
                f.lv("wrapped challenge", Reading.BYTES);
                f.lv("key check value", Reading.HEX);
            });
            case Ins.IMPORT_KEY_ENCRYPTED -> Fields.of(data, f -> {
                f.bytes("object with the key", 4, OBJECT);
                f.u1("wrapping algorithm", CoolKeyDecoder::algorithm);
                f.lv("wrapped key", Reading.BYTES).lv("key check value", Reading.HEX).lv("initial value", Reading.BYTES);
            });
            case Ins.IMPORT_KEY -> Fields.of(data, f -> tail(nonce, f, g -> {
                g.bytes("object with the key", 4, OBJECT).bytes("access rules", 6, RULES);
                if (g.left() - (nonce ? Ins.NONCE_LENGTH : 0) >= Acl.LENGTH) {
                    g.bytes("access rules of the mate", 6, RULES);
                }
            }));
            case Ins.CLEAR_KEY_SLOTS -> Fields.of(data, f -> {
                while (f.more()) {
                    f.group("pair to keep", g -> {
                        g.u1("private key");
                        g.u1("public key");
                    });
                }
            });
            case Ins.SET_ISSUER_INFO -> List.of(issuer(data));
            case Ins.SET_BUILTIN_ACL -> Fields.of(data, CoolKeyDecoder::builtIn);
            case Ins.SEED_RANDOM -> List.of(Field.of("seed", "", 0, data.length));
            default -> List.of();
        };
    }

    /** What {@code body} reads, and the nonce behind it. */
    private static void tail(boolean nonce, Fields f, Consumer<Fields> body) {
        body.accept(f);
        if (nonce && f.more()) {
            f.bytes("nonce", Ins.NONCE_LENGTH);
        }
    }

    private static void place(Fields f) {
        f.bytes("object", 4, OBJECT).number("offset", 4);
        f.u1("length");
    }

    private static void chunk(Fields f) {
        int location = f.u1("data location", n -> n == Ins.LOCATION_APDU ? WORDS.say("here") : n == Ins.LOCATION_OBJECT ? WORDS.say("I/O object")
                : String.valueOf(n));
        int n = f.u2("length");
        if (location == Ins.LOCATION_APDU && n > 0) {
            f.bytes("data", n);
        }
    }

    private static String algorithm(int n) {
        return switch (n) {
            case Ins.ALG_EC -> WORDS.say("EC key over a prime field");
            case Ins.ALG_DES2 -> WORDS.say("triple DES");
            case Ins.ALG_DES2_CHECKED -> WORDS.say("triple DES, checked");
            case Ins.ALG_AES_KWP -> WORDS.say("AES key wrap with padding");
            case Ins.ALG_AES_CBC -> "AES CBC";
            default -> "%02X".formatted(n);
        };
    }

    private static Field issuer(byte[] data) {
        String text = CoolKey.issuerText(data);
        return Field.of("issuer information", text.isEmpty() ? "" : "\"" + text + "\"", 0, data.length);
    }

    private static void builtIn(Fields f) {
        f.bytes("may create objects", 2, ACCESS).bytes("may create keys", 2, ACCESS).bytes("may create PINs", 2, ACCESS);
        f.u1("changeable", n -> n == 0 ? WORDS.say("no") : WORDS.say("yes"));
    }

    @Override
    public List<Field> responseData(Standing standing, CommandApdu c, byte[] data) {
        return isOurs(c) ? Wrapped.answer(standing, c, data, plain -> answer(standing, c, plain)) : List.of();
    }

    private static List<Field> answer(Standing standing, CommandApdu c, byte[] data) {
        return switch (c.ins()) {
            case Ins.VERIFY_PIN -> List.of(Field.of("nonce", "", 0, data.length));
            case Ins.LIST_PINS -> List.of(Field.of("PINs", data.length == 2 ? WORDS.say("bits {0}", "%04X".formatted(Numbers.int2(data, 0))) : "", 0, data.length));
            case Ins.PIN_TRIES -> Fields.of(data, f -> f.u1("tries left"));
            case Ins.LIST_OBJECTS -> Fields.of(data, f -> {
                f.bytes("object", 4, OBJECT).number("size", 4);
                f.bytes("access rules", 6, RULES);
            });
            case Ins.LIST_KEYS -> Fields.of(data, f -> {
                f.u1("key");
                f.u1("type", CoolKeyDecoder::keyType);
                f.u1("mate");
                f.number("size", 2);
                f.bytes("access rules", 6, RULES);
            });
            case Ins.GET_STATUS -> Fields.of(data, f -> {
                f.bytes("protocol version", 2, Reading.words(CoolKeyDecoder::version))
                        .bytes("applet version", 2, Reading.words(CoolKeyDecoder::version));
                f.bytes("total memory", 4, Reading.SIZE).bytes("free memory", 4, Reading.SIZE);
                f.u1("number of PINs");
                f.u1("number of keys");
                f.bytes("logged in", 2, ACCESS);
            });
            case Ins.GET_LIFECYCLE -> Fields.of(data, f -> {
                f.u1("life cycle", n -> LifeCycle.of(n).label());
                if (f.more()) {
                    f.u1("PIN and writing", n -> (n & 1) != 0 ? (n & 2) != 0 ? WORDS.say("PIN enabled, writable") : WORDS.say("PIN enabled")
                            : (n & 2) != 0 ? WORDS.say("no PIN, writable") : WORDS.say("no PIN"));
                    f.bytes("protocol version", 2, Reading.words(CoolKeyDecoder::version));
                }
            });
            case Ins.GET_BUILD_ID -> Fields.of(data, f -> {
                f.bytes("build", 4, Reading.HEX);
                f.rest("more", Reading.HEX);
            });
            case Ins.GET_ISSUER_INFO -> List.of(issuer(data));
            case Ins.GET_BUILTIN_ACL -> Fields.of(data, CoolKeyDecoder::builtIn);
            case Ins.GET_RANDOM -> List.of(Field.of("random bytes", "", 0, data.length));
            case Ins.START_ENROLLMENT, Ins.START_ENROLLMENT_EC -> Fields.of(data, f -> f.number("length of the result in the I/O object", 2));
            case Ins.COMPUTE_CRYPT, Ins.ECC_SIGN, Ins.ECC_KEY_AGREEMENT -> Fields.of(data, f -> {
                int n = f.u2("length");
                f.bytes("result", n);
            });
            case Ins.READ_OBJECT -> content(standing, c, data);
            default -> List.of();
        };
    }

    /** The beginning of an object by what it is, where the command can be read. */
    private static List<Field> content(Standing standing, CommandApdu c, byte[] data) {
        byte[] d = c.data();
        if (d.length < 9 || !isReadable(standing, c) || Numbers.int4(d, 4) != 0) {
            return List.of(Field.of("object data", "", 0, data.length));
        }
        ObjectId id = ObjectId.of(d, 0);
        return id.equals(ObjectId.COMBINED) ? Fields.of(data, CoolKeyDecoder::combined)
                : List.of(Field.of(name(id) + ", beginning", "", 0, data.length, id.letter() == 'C' ? Reading.DER.readSafely(data).parts()
                : List.of()));
    }

    private static void combined(Fields f) {
        f.bytes("format version", 2, Reading.words(CoolKeyDecoder::version));
        f.number("object version", 2);
        f.bytes("CUID", 10, Reading.HEX);
        boolean packed = f.number("compression", 2) == 1;
        f.number("length of the objects", 2);
        f.number("where they begin", 2);
        if (packed) {
            f.rest("objects, compressed by zlib", Reading.BYTES);
        } else if (f.more()) {
            f.number("where the first one begins", 2);
            f.number("number of objects", 2);
            f.lv("name of the token", Reading.TEXT);
            f.rest("objects", Reading.BYTES);
        }
    }

    private static String keyType(int n) {
        return switch (n) {
            case Ins.KEY_RSA_PUBLIC -> WORDS.say("RSA public");
            case Ins.KEY_RSA_PRIVATE -> WORDS.say("RSA private");
            case Ins.KEY_RSA_PRIVATE_CRT -> WORDS.say("RSA private, CRT");
            case Ins.KEY_PKCS8_PAIR -> WORDS.say("PKCS #8 pair");
            case Ins.KEY_EC_PUBLIC -> WORDS.say("EC public");
            default -> String.valueOf(n);
        };
    }

    private static String version(byte[] b) {
        return b.length == 2 ? (b[0] & 0xFF) + "." + (b[1] & 0xFF) : "";
    }
}
